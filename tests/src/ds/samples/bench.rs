//! What speed is measured on: 56 fields and a répétition, mostly text, choices, numbers and dates.

use super::{BENCH, groupes, labels, service};
use crate::ds::clock;
use crate::ds::vocabulary::{DemarcheState, LabelColor};
use crate::ds::world::demarche::{Applicants, Demarche, Revision};
use crate::ds::world::form::{Form, Kind, Sample};

const STEPS: [&str; 8] = ["études", "acquisition", "gros œuvre", "second œuvre", "réseaux", "abords", "équipement", "suivi"];

/// The démarche: for each of eight steps of a building project, the same seven questions; then its partners.
pub fn demarche() -> Demarche {
    let mut form = Form::from_id(4_610_001);
    for step in STEPS {
        form.add(Kind::Text, &format!("Prestataire – {step}")).like(Sample::Association);
        form.add(Kind::Textarea, &format!("Nature des prestations – {step}"));
        form.add(Kind::DropDownList, &format!("Avancement – {step}")).options(&["À venir", "Engagé", "Terminé", "Abandonné"]);
        form.add(Kind::DecimalNumber, &format!("Dépense prévue en euros – {step}")).like(Sample::Between(500, 250_000));
        form.add(Kind::IntegerNumber, &format!("Jours de travail – {step}")).like(Sample::Between(1, 300));
        form.add(Kind::Date, &format!("Date de début – {step}"));
        form.add(Kind::YesNo, &format!("Marché public passé – {step}"));
    }
    form.repetition("Partenaires", |rows| {
        rows.add(Kind::Text, "Nom du partenaire").like(Sample::Association);
        rows.add(Kind::DropDownList, "Rôle").options(&["Financeur", "Maître d’œuvre", "Usager", "Autre"]);
        rows.add(Kind::DecimalNumber, "Apport en euros").like(Sample::Between(100, 90_000));
    });
    let mut annotations = Form::from_id(form.next_id());
    annotations.add(Kind::Text, "Instructeur chargé du dossier").like(Sample::LastName);
    Demarche {
        number: BENCH,
        title: "Dotation d’équipement des territoires – suivi des opérations".to_owned(),
        description: "Suivi des opérations subventionnées, étape par étape.".to_owned(),
        state: DemarcheState::Publiee,
        applicants: Applicants::Bodies,
        created: clock::day(2024, 5, 6),
        updated: clock::day(2024, 8, 19),
        service: service("45"),
        labels: labels(8_301, &[("À examiner", LabelColor::PurpleGlycine), ("Complet", LabelColor::GreenEmeraude)]),
        groupes: groupes(66_301, &["Nord", "Sud", "Est", "Ouest"]),
        revisions: vec![Revision { id: 93_001, published: clock::day(2024, 8, 19), champs: form.finish(), annotations: annotations.finish() }],
        first_dossier: 23_000_001,
    }
}
