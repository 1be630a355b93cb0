//! A démarche that has everything: each kind of field, and each trap met in real forms.

use super::{COMPLETE, groupes, labels, places, service};
use crate::ds::clock;
use crate::ds::vocabulary::{DemarcheState, LabelColor};
use crate::ds::world::demarche::{Applicants, Demarche, Revision};
use crate::ds::world::form::{Fields, Form, Kind, Sample};

/// The two fields of the same label at the form's top level.
pub const TWICE: &str = "Nom";
/// The répétition whose title begins with a number.
pub const NUMBERED: &str = "1. Membres";
/// The label that begins with a ligature, which has no letter of its own in identifiers.
pub const LIGATURE: &str = "Œuvre concernée";
/// The field that only the first version of the form has.
pub const DROPPED: &str = "Numéro de télécopie";
/// The choice that shows or hides the fields below it.
pub const SWITCH: &str = "Le demandeur est-il déjà propriétaire du site ?";
/// The choice that shows one of the fields that take turns.
pub const BY_DEPARTEMENT: &str = "Département de l’enveloppe";
/// What the labels of those fields have in common.
pub const IN_TURN: &str = "Enveloppe demandée";
/// A field shown only when [`SWITCH`] is answered by yes.
pub const CONDITIONAL: &str = "Date d’acquisition du site";

/// The démarche.
pub fn demarche() -> Demarche {
    let mut form = Form::from_id(4_410_001);
    requester(&mut form);
    place(&mut form);
    project(&mut form);
    money(&mut form);
    documents(&mut form);
    oddities(&mut form);
    let annotations = annotations(form.next_id());
    let first = form.finish();

    let mut second: Fields = first.iter().filter(|field| field.label != DROPPED).cloned().collect();
    // Past all the ids of the first version.
    let mut added = Form::from_id(4_410_900);
    added.add(Kind::Text, "Nom d’usage du site");
    second.extend(added.finish());
    Demarche {
        number: COMPLETE,
        title: "Valorisation du patrimoine – dépôt d’un projet".to_owned(),
        description: "Projets de restauration et de valorisation du patrimoine bâti et naturel.\r\n\r\nLes \
                      **collectivités**, les associations et les particuliers peuvent déposer."
            .to_owned(),
        state: DemarcheState::Publiee,
        applicants: Applicants::Both,
        created: clock::day(2024, 4, 8),
        updated: clock::day(2025, 2, 3),
        service: service("45"),
        labels: labels(
            8_001,
            &[
                ("À examiner", LabelColor::PurpleGlycine),
                ("À relancer", LabelColor::GreenTilleulVerveine),
                ("Complet", LabelColor::GreenEmeraude),
                ("À signer", LabelColor::BlueEcume),
                ("Urgent", LabelColor::PinkMacaron),
                ("Visite, puis avis 🏰", LabelColor::YellowTournesol),
            ],
        ),
        groupes: groupes(66_001, &["défaut", "Bâti ancien", "Patrimoine naturel"]),
        revisions: vec![
            Revision { id: 90_001, published: clock::day(2024, 8, 5), champs: first, annotations: annotations.clone() },
            Revision { id: 90_002, published: clock::day(2025, 2, 3), champs: second, annotations },
        ],
        first_dossier: 21_000_001,
    }
}

fn requester(form: &mut Form) {
    form.section(1, "Le demandeur");
    form.add(Kind::Explication, "Avant de commencer")
        .help("<p>Munissez-vous du <strong>devis</strong> et du plan de situation.</p>\r\n<p>Comptez vingt minutes.</p>");
    form.section(2, "Identité");
    form.add(Kind::Civilite, "Civilité").required();
    form.add(Kind::Text, TWICE).required().like(Sample::LastName);
    form.add(Kind::Text, "Prénom").required().like(Sample::FirstName);
    form.add(Kind::Date, "Date de naissance");
    form.add(Kind::Email, "Adresse électronique");
    form.add(Kind::Phone, "Téléphone");
    form.add(Kind::Phone, DROPPED).answered(50);
    form.add(Kind::TitreIdentite, "Titre d’identité").nature("TITRE_IDENTITE");
    form.section(2, "Organisme");
    form.add(Kind::Siret, "Numéro SIRET de l’organisme");
    form.add(Kind::Rna, "Numéro RNA").answered(60);
    form.add(Kind::Rnf, "Numéro RNF").answered(30);
    form.add(Kind::AnnuaireEducation, "Établissement scolaire associé").answered(40);
    form.section(2, "Représentant légal");
    form.add(Kind::Text, TWICE).like(Sample::LastName);
    form.add(Kind::Text, "Prénom").like(Sample::FirstName);
}

fn place(form: &mut Form) {
    form.section(1, "Le lieu");
    form.add(Kind::Address, "Adresse du site").required();
    form.add(Kind::Commune, "Commune");
    form.add(Kind::Departement, "Département").required();
    form.add(Kind::Region, "Région");
    form.add(Kind::Epci, "Intercommunalité");
    form.add(Kind::Pays, "Pays du partenaire étranger").answered(30);
    form.add(Kind::Carte, "Emprise du projet");
    form.add(Kind::LinkedDropDownList, "Arrondissement").required().options(&[
        "--26 - Drôme--",
        "261 - Die",
        "262 - Nyons",
        "263 - Valence",
        "--45 - Loiret--",
        "451 - Montargis",
        "452 - Orléans",
        "453 - Pithiviers",
    ]);
    form.add(Kind::YesNo, SWITCH).required();
    let switch = form.last();
    form.add(Kind::Date, CONDITIONAL).required().when(switch, "true");
    form.add(Kind::Text, "Nom du propriétaire").like(Sample::LastName).required().when(switch, "false");
    form.repetition("Parcelles concernées", |rows| {
        rows.add(Kind::Text, "Référence").like(Sample::OneOf(&["A 112", "B 7", "ZC 45", "AD 301"]));
        rows.add(Kind::Carte, "Contour de la parcelle");
        rows.add(Kind::DecimalNumber, "Surface (ha)").like(Sample::Between(0, 60));
    });
}

fn project(form: &mut Form) {
    form.section(1, "Le projet");
    form.add(Kind::Text, "Intitulé du projet").required().like(Sample::Project);
    form.add(Kind::Textarea, "Présentation").required();
    form.add(Kind::Formatted, "Référence interne").like(Sample::OneOf(&["PAT-2025-001", "PAT-2025-042"]));
    form.add(Kind::Text, LIGATURE).like(Sample::OneOf(&["Retable de l’église", "Lavoir", "Moulin à vent", "Pigeonnier"]));
    form.add(Kind::DropDownList, "Protection").options(&["Classé", "Inscrit", "Aucune"]).or_other();
    form.add(Kind::MultipleDropDownList, "Travaux envisagés").options(&["Maçonnerie, taille de pierre", "Charpente", "Couverture", "Abords"]);
    form.add(Kind::Date, "Début des travaux");
    form.add(Kind::Datetime, "Rendez-vous souhaité sur place");
    form.add(Kind::IntegerNumber, "Nombre de visiteurs par an");
    form.add(Kind::Number, "Nombre d’emplois créés").like(Sample::Between(0, 40));
    form.add(Kind::Checkbox, "Le site est ouvert au public");
    form.add(Kind::DossierLink, "Dossier de l’an passé").answered(30);
    form.add(Kind::Referentiel, "Référence de l’inventaire");
    form.repetition(NUMBERED, |rows| {
        rows.add(Kind::Text, TWICE).required().like(Sample::LastName);
        rows.add(Kind::Text, TWICE).like(Sample::LastName);
        rows.add(Kind::Text, "Fonction").like(Sample::OneOf(&["Présidente", "Trésorier", "Architecte", "Bénévole"]));
        rows.add(Kind::Date, "Membre depuis");
        rows.add(Kind::Checkbox, "Membre du bureau");
        rows.add(Kind::MultipleDropDownList, "Compétences").options(&["Gestion, comptabilité", "Chantier", "Accueil"]);
    });
}

fn money(form: &mut Form) {
    form.section(1, "Le financement");
    form.add(Kind::DecimalNumber, "Coût total (en euros HT)").required().like(Sample::Between(1_000, 900_000));
    form.add(Kind::DecimalNumber, "Autofinancement (en euros)");
    form.add(Kind::Iban, "IBAN");
    form.add(Kind::EngagementJuridique, "Engagement juridique").answered(40);
    form.add(Kind::QuotientFamilial, "Quotient familial").answered(40);
    form.add(Kind::Aah, "Allocation aux adultes handicapés").answered(30);
    form.add(Kind::Aeeh, "Allocation d’éducation de l’enfant handicapé").answered(30);
    form.add(Kind::Ars, "Allocation de rentrée scolaire").answered(30);
    form.add(Kind::EtudiantBoursier, "Bourse d’études").answered(30);
    form.add(Kind::PreRempli, "Référence de la campagne précédente").answered(40);
    form.add(Kind::Cojo, "Accréditation").answered(20);
    // A form may ask the same thing once per département and show one of them.
    let departements: Vec<String> =
        places::DEPARTEMENTS.iter().filter(|known| matches!(known.0, "26" | "45" | "67")).map(|(code, name)| format!("{code} – {name}")).collect();
    form.add(Kind::DropDownList, BY_DEPARTEMENT).options(&departements.iter().map(String::as_str).collect::<Vec<_>>());
    let departement = form.last();
    for one in &departements {
        let enveloppe = form.add(Kind::DropDownList, &format!("{IN_TURN} ({one})"));
        enveloppe.options(&["Enveloppe A", "Enveloppe B", &format!("Enveloppe du {one}")]).when(departement, one);
    }
}

fn documents(form: &mut Form) {
    form.section(1, "Les pièces");
    form.add(Kind::PieceJustificative, "Devis").required();
    form.add(Kind::PieceJustificative, "Relevé d’identité bancaire").nature("RIB");
    form.repetition("Pièces complémentaires", |rows| {
        rows.add(Kind::PieceJustificative, "Ajouter un document");
    });
}

/// Labels that break what was not written with care.
fn oddities(form: &mut Form) {
    form.section(1, "Pour finir");
    // 300 characters, as the longest that the platform's own forms come near to.
    let sentence = "Décrivez, en tenant compte des remarques formulées lors de la visite préalable et du rapport qui \
                    l’a suivie, les mesures prises pour limiter les nuisances causées au voisinage pendant la durée \
                    des travaux, la circulation des engins de chantier et le stockage temporaire des matériaux";
    let long: String = sentence.chars().chain(std::iter::repeat('.')).take(300).collect();
    form.add(Kind::Textarea, &long);
    form.add(Kind::Text, "Un mot pour l’équipe 🎉👩‍🌾").like(Sample::OneOf(&["Merci 🙏", "À bientôt 👋🏽", "Bravo !"]));
    form.add(Kind::Text, "الاسم بالعربية").like(Sample::OneOf(&["فاطمة الزهراء", "يوسف بن علي"]));
    form.add(Kind::Text, "id").like(Sample::OneOf(&["42", "=SUM(A1)", "'texte"]));
    form.add(Kind::YesNo, "Acceptez-vous d’être recontacté ?").answered(60);
    form.add(Kind::DropDownList, "Attribution").options(&["Attribution directe", "Attribution après jury"]);
}

fn annotations(first: u32) -> Fields {
    let mut form = Form::from_id(first);
    form.section(1, "Instruction");
    form.add(Kind::Explication, "Rappel des délais").help("<p>Deux mois à compter du dossier complet.</p>");
    form.add(Kind::DecimalNumber, "Montant proposé (en euros)").answered(60);
    form.add(Kind::Checkbox, "Dossier complet");
    form.add(Kind::Text, "N° d’arrêté").like(Sample::OneOf(&["2025-118", "2025-204"])).answered(40);
    form.add(Kind::DropDownList, "Avis de l’architecte").options(&["Favorable", "Réservé", "Défavorable"]).answered(60);
    form.add(Kind::Datetime, "Visite sur place").answered(40);
    form.add(Kind::PieceJustificative, "Rapport de visite").answered(40);
    form.repetition("Versements", |rows| {
        rows.add(Kind::Date, "Date du versement").required();
        rows.add(Kind::DecimalNumber, "Montant versé (en euros)").required().like(Sample::Between(500, 50_000));
    });
    form.finish()
}
