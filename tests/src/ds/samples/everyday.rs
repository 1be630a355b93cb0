//! A small, everyday démarche: a grant to associations.

use std::sync::Arc;

use super::{EVERYDAY, NEIGHBOUR, SIBLING, groupes, labels, service};
use crate::ds::clock;
use crate::ds::vocabulary::{DemarcheState, LabelColor};
use crate::ds::world::demarche::{Applicants, Demarche, Revision};
use crate::ds::world::form::{Fields, Form, Kind, Sample};

/// The démarche.
pub fn demarche() -> Demarche {
    let mut form = Form::from_id(4_510_001);
    write_form(&mut form);
    let annotations = write_annotations(form.next_id());
    Demarche {
        number: EVERYDAY,
        title: "Fonds de soutien à la vie associative – Loiret".to_owned(),
        description: "Demande de subvention de fonctionnement ou de projet, ouverte aux associations du département. \
                      Les demandes sont examinées en commission chaque trimestre."
            .to_owned(),
        state: DemarcheState::Publiee,
        applicants: Applicants::People,
        created: clock::day(2024, 6, 3),
        updated: clock::day(2024, 8, 26),
        service: service("45"),
        labels: labels(
            8_101,
            &[
                ("À examiner", LabelColor::PurpleGlycine),
                ("À relancer", LabelColor::GreenTilleulVerveine),
                ("Complet", LabelColor::GreenEmeraude),
                ("Urgent", LabelColor::PinkMacaron),
            ],
        ),
        groupes: groupes(66_101, &["défaut"]),
        revisions: vec![Revision { id: 91_001, published: clock::day(2024, 8, 26), champs: form.finish(), annotations }],
        first_dossier: 22_000_001,
    }
}

/// The same démarche, cloned by another département: other ids, another title.
pub fn neighbour() -> Demarche {
    let mut demarche = cloned(4_520_001, 92_001);
    demarche.number = NEIGHBOUR;
    "Fonds de soutien à la vie associative – Drôme".clone_into(&mut demarche.title);
    demarche.service = service("26");
    demarche.groupes = groupes(66_201, &["défaut"]);
    demarche.labels = labels(8_201, &[("À examiner", LabelColor::PurpleGlycine)]);
    demarche.first_dossier = 24_000_001;
    demarche
}

/// The same, by a third département.
pub fn sibling() -> Demarche {
    let mut demarche = cloned(4_530_001, 93_001);
    demarche.number = SIBLING;
    "Fonds de soutien à la vie associative – Isère".clone_into(&mut demarche.title);
    demarche.service = service("38");
    demarche.groupes = groupes(66_301, &["défaut"]);
    demarche.labels = labels(8_301, &[("À examiner", LabelColor::PurpleGlycine), ("Urgent", LabelColor::PinkMacaron)]);
    demarche.first_dossier = 26_000_001;
    demarche
}

/// The same, in which two fields are called otherwise.
pub fn sibling_in_other_words() -> Demarche {
    let mut demarche = sibling();
    let words = [("Montant demandé (en euros)", "Montant sollicité (en euros)"), ("Date de début du projet", "Date de démarrage du projet")];
    for revision in &mut demarche.revisions {
        for field in &mut revision.champs {
            if let Some((_, other)) = words.iter().find(|(label, _)| *label == field.label) {
                (*other).clone_into(&mut Arc::make_mut(field).label);
            }
        }
    }
    demarche
}

fn cloned(first_field: u32, revision: u32) -> Demarche {
    let mut form = Form::from_id(first_field);
    write_form(&mut form);
    let annotations = write_annotations(form.next_id());
    let revisions = vec![Revision { id: revision, published: clock::day(2024, 8, 26), champs: form.finish(), annotations }];
    Demarche { revisions, ..demarche() }
}

fn write_form(form: &mut Form) {
    form.section(1, "L’association");
    form.add(Kind::Text, "Nom de l’association").required().like(Sample::Association);
    form.add(Kind::Rna, "Numéro RNA");
    form.add(Kind::Address, "Adresse du siège").required();
    form.add(Kind::Email, "Adresse électronique de contact").required();
    form.add(Kind::Phone, "Téléphone");
    form.section(1, "Le projet");
    form.add(Kind::Text, "Intitulé du projet").required().like(Sample::Project);
    form.add(Kind::Textarea, "Description du projet").required().help("<p>Objectifs, public, calendrier.</p>");
    form.add(Kind::DropDownList, "Domaine d’intervention").required().options(&[
        "Culture",
        "Sport",
        "Éducation populaire",
        "Solidarité, entraide",
        "Environnement",
    ]);
    form.add(Kind::MultipleDropDownList, "Publics visés").options(&[
        "Enfants, adolescents",
        "Familles",
        "Personnes âgées",
        "Personnes en situation de handicap",
    ]);
    form.add(Kind::Date, "Date de début du projet").required();
    form.add(Kind::DecimalNumber, "Montant demandé (en euros)").required().like(Sample::Between(300, 15_000));
    form.add(Kind::IntegerNumber, "Nombre de bénéficiaires attendus").like(Sample::Between(5, 900));
    form.repetition("Cofinancements", |rows| {
        rows.add(Kind::Text, "Financeur").required().like(Sample::OneOf(&[
            "Commune",
            "Conseil départemental",
            "Caisse d’allocations familiales",
            "Fonds propres",
            "Mécénat",
        ]));
        rows.add(Kind::DecimalNumber, "Montant (en euros)").required().like(Sample::Between(100, 8_000));
        rows.add(Kind::YesNo, "Accordé ?");
    });
    form.add(Kind::PieceJustificative, "Budget prévisionnel").required();
    form.add(Kind::Checkbox, "Je certifie l’exactitude des renseignements fournis").required();
}

fn write_annotations(first: u32) -> Fields {
    let mut form = Form::from_id(first);
    form.add(Kind::DecimalNumber, "Montant proposé (en euros)").like(Sample::Between(300, 15_000)).answered(55);
    form.add(Kind::Date, "Date de passage en commission").answered(55);
    form.add(Kind::Textarea, "Avis du service").answered(50);
    form.finish()
}
