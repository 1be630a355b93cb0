//! The French that lands in the document: names of columns, choices, and the sentences of the journal. What only the
//! screen says is in the widget's own texts. Tone: short, exact, what happened, what is intact, what to do.

mod linked;
mod problems;
mod templates;

pub use linked::{CORRECTIONS, ETATS_ADMINISTRATIFS, TRAITEMENTS, ZONE_SOURCES, linked_field, linked_table};
pub(crate) use linked::{correction, etat_administratif, traitement, traitement_style, zone_source};
pub(crate) use problems::journal;
pub use problems::{RESULTS, advice, column_type, problem};
pub use templates::{likeness, template_error};
use time::OffsetDateTime;

use crate::{
    Timestamp,
    ds::{ChampType, DeletionReason, DossierState},
    grist::ChoiceStyle,
    mapping::{DossierField, Facet, TableKey},
    timestamp::paris_offset,
};

/// The section of what every dossier has.
pub const DOSSIER_SECTION: &str = "Informations du dossier";
/// The section of who asks.
pub const DEMANDEUR_SECTION: &str = "Demandeur";
/// The section of the fields before the form's first title.
pub const FIRST_SECTION: &str = "Formulaire";
/// The section of the annotations privées, before their first title.
pub const ANNOTATIONS_SECTION: &str = "Annotations privées";
/// The column of a table beside the main one that refers to the dossier.
pub const ROW_DOSSIER: &str = "Dossier";
/// The column of such a table that holds the id in DS of what its rows are.
pub const fn row_id(table: &TableKey) -> &'static str {
    match table {
        TableKey::Linked(_) => "Identifiant",
        TableKey::Dossiers | TableKey::Repetition(_) => "Identifiant de la ligne",
    }
}

/// « Oui » or « Non ».
pub const fn yes_no(value: bool) -> &'static str {
    if value { "Oui" } else { "Non" }
}

/// DS's `M` is written « M. ».
pub(crate) fn civilite(civilite: &str) -> &str {
    if civilite == "M" { "M." } else { civilite }
}

/// The choices of a civilité.
pub const CIVILITES: [&str; 2] = ["Mme", "M."];

/// A state, as DS shows it to instructeurs.
pub const fn state(state: DossierState) -> &'static str {
    match state {
        DossierState::EnConstruction => "En construction",
        DossierState::EnInstruction => "En instruction",
        DossierState::Accepte => "Accepté",
        DossierState::Refuse => "Refusé",
        DossierState::SansSuite => "Classé sans suite",
    }
}

/// Why a dossier was deleted.
pub const fn deletion_reason(reason: DeletionReason) -> &'static str {
    match reason {
        DeletionReason::UserRequest => "Demande de l’usager",
        DeletionReason::ManagerRequest => "Demande de l’équipe de Démarches Simplifiées",
        DeletionReason::InstructeurRequest => "Demande d’un instructeur",
        DeletionReason::ProcedureRemoved => "Démarche supprimée",
        DeletionReason::Expired => "Délai de conservation dépassé",
        DeletionReason::UserRemoved => "Compte de l’usager supprimé",
        DeletionReason::UserExpired => "Compte de l’usager inactif",
        DeletionReason::Unknown => "Motif inconnu",
    }
}

/// The colours of a state: the same in light and dark, at least 7:1.
pub const fn state_style(state: DossierState) -> ChoiceStyle {
    let (fill_color, text_color) = match state {
        DossierState::EnConstruction => ("#E8EDFF", "#1B2A66"),
        DossierState::EnInstruction => ("#FEE9C2", "#5A3A00"),
        DossierState::Accepte => ("#C9F2D9", "#0B4226"),
        DossierState::Refuse => ("#FFDDD9", "#6B1208"),
        DossierState::SansSuite => ("#E6E6E9", "#33333D"),
    };
    ChoiceStyle { fill_color, text_color }
}

/// The colours of labels, by DS's names for them. Ours, near DS's hues, at least 7:1.
const LABEL_STYLES: [(&str, ChoiceStyle); 10] = [
    ("green_tilleul_verveine", ChoiceStyle { fill_color: "#F3EBB8", text_color: "#423C08" }),
    ("green_bourgeon", ChoiceStyle { fill_color: "#D5EFB5", text_color: "#24400A" }),
    ("green_emeraude", ChoiceStyle { fill_color: "#C3F2D6", text_color: "#0B4226" }),
    ("green_menthe", ChoiceStyle { fill_color: "#BFEFEA", text_color: "#083F3A" }),
    ("blue_ecume", ChoiceStyle { fill_color: "#DFE6FC", text_color: "#1F2B5C" }),
    ("purple_glycine", ChoiceStyle { fill_color: "#F6DEF7", text_color: "#4F1C52" }),
    ("pink_macaron", ChoiceStyle { fill_color: "#FCDDD8", text_color: "#611F15" }),
    ("yellow_tournesol", ChoiceStyle { fill_color: "#FBE7A0", text_color: "#4B3A00" }),
    ("brown_cafe_creme", ChoiceStyle { fill_color: "#EFE2CD", text_color: "#4A3518" }),
    ("beige_gris_galet", ChoiceStyle { fill_color: "#EBE5DD", text_color: "#413A30" }),
];

/// The colours of a label; none for a name that we do not know.
pub fn label_style(color: &str) -> Option<ChoiceStyle> {
    LABEL_STYLES.iter().find(|(name, _)| *name == color).map(|(_, style)| *style)
}

/// Whether these are the colours of some label, as Relais gives them.
pub(crate) fn is_label_style(fill_color: &str, text_color: &str) -> bool {
    LABEL_STYLES.iter().any(|(_, style)| style.fill_color == fill_color && style.text_color == text_color)
}

/// The name of a column for what every dossier has.
pub const fn dossier_field(field: DossierField) -> &'static str {
    match field {
        DossierField::Number => "Numéro",
        DossierField::Demarche => "Démarche",
        DossierField::NumeroDemarche => "Numéro de la démarche",
        DossierField::Link => "Lien vers le dossier",
        DossierField::State => "État",
        DossierField::DateDepot => "Date de dépôt",
        DossierField::DatePassageEnConstruction => "Passage en construction",
        DossierField::DatePassageEnInstruction => "Passage en instruction",
        DossierField::DateTraitement => "Date de traitement",
        DossierField::DateDerniereModification => "Dernière modification",
        DossierField::DateExpiration => "Date d’expiration",
        DossierField::GroupeInstructeur => "Groupe instructeur",
        DossierField::Instructeurs => "Instructeurs qui suivent le dossier",
        DossierField::Labels => "Étiquettes",
        DossierField::Motivation => "Motivation",
        DossierField::Archived => "Archivé",
        DossierField::DateSuppression => "Supprimé le",
        DossierField::MotifSuppression => "Motif de suppression",
        DossierField::HorsSelection => "Hors sélection",
        DossierField::UsagerEmail => "Adresse électronique de l’usager",
        DossierField::Mandataire => "Mandataire",
        DossierField::DemandeurCivilite => "Civilité du demandeur",
        DossierField::DemandeurNom => "Nom du demandeur",
        DossierField::DemandeurPrenom => "Prénom du demandeur",
        DossierField::DemandeurEmail => "Adresse électronique du demandeur",
        DossierField::DemandeurSiret => "SIRET du demandeur",
        DossierField::DemandeurRaisonSociale => "Raison sociale du demandeur",
        DossierField::DemandeurFormeJuridique => "Forme juridique du demandeur",
        DossierField::DemandeurNaf => "Activité du demandeur",
        DossierField::DemandeurAdresse => "Adresse du demandeur",
        DossierField::DemandeurCodePostal => "Code postal du demandeur",
        DossierField::DemandeurCommune => "Commune du demandeur",
        DossierField::DemandeurCodeInsee => "Code INSEE de la commune du demandeur",
        DossierField::DemandeurRna => "Numéro RNA du demandeur",
    }
}

/// What a facet adds to the label of its field, when a field has several columns.
pub const fn facet(facet: Facet) -> &'static str {
    match facet {
        Facet::Text => "texte",
        Facet::Number => "nombre",
        Facet::Day => "date",
        Facet::Instant => "date et heure",
        Facet::Bool => "case",
        Facet::YesNo => "oui ou non",
        Facet::Choice => "choix",
        Facet::Choices => "choix multiples",
        Facet::Primary => "premier choix",
        Facet::Secondary => "second choix",
        Facet::Name => "nom",
        Facet::Code => "code",
        Facet::PostalCode => "code postal",
        Facet::Street => "rue",
        Facet::Commune => "commune",
        Facet::CodeInsee => "code INSEE",
        Facet::Departement => "département",
        Facet::CodeDepartement => "code du département",
        Facet::Region => "région",
        Facet::Pays => "pays",
        Facet::Siret => "SIRET",
        Facet::RaisonSociale => "raison sociale",
        Facet::FormeJuridique => "forme juridique",
        Facet::Naf => "activité",
        Facet::CodeNaf => "code NAF",
        Facet::Siren => "SIREN",
        Facet::NomCommercial => "nom commercial",
        Facet::DateCreation => "date de création",
        Facet::EtatAdministratif => "état administratif",
        Facet::Rna => "numéro RNA",
        Facet::Adresse => "adresse",
        Facet::Identifier => "numéro",
        Facet::Title => "nom",
        Facet::FileNames => "noms des fichiers",
        Facet::Files => "pièces jointes",
        Facet::FileCount => "nombre de fichiers",
        Facet::Given => "fourni",
        Facet::Latitude => "latitude",
        Facet::Longitude => "longitude",
        Facet::GeoJson => "GeoJSON",
        Facet::Surface => "surface en m²",
        Facet::DossierNumber => "numéro du dossier",
        Facet::Rows => "texte",
    }
}

/// The help on a column that fields share in turn.
pub(crate) fn shared_column(label: &str, part: Option<&str>, fields: usize) -> String {
    let part = part.map(|part| format!(" – {part}")).unwrap_or_default();
    format!("{label}{part} : le premier rempli de {fields} champs semblables")
}

/// The column of what another column held, and its new type does not hold.
pub(crate) fn before(column: &str) -> String {
    format!("{column} (valeurs d’avant)")
}

/// The name of a type of field, as DS shows it to administrators.
pub fn champ_type(champ_type: &ChampType) -> &str {
    match champ_type {
        ChampType::Text => "Texte court",
        ChampType::Textarea => "Texte long",
        ChampType::Formatted => "Champ formaté",
        ChampType::Email => "Adresse électronique",
        ChampType::Phone => "Téléphone",
        ChampType::Iban => "IBAN",
        ChampType::AnnuaireEducation => "Annuaire de l’éducation",
        ChampType::Cojo => "Accréditation Paris 2024",
        ChampType::Referentiel => "Référentiel",
        ChampType::QuotientFamilial => "Quotient familial",
        ChampType::Aah => "Allocation aux adultes handicapés",
        ChampType::Aeeh => "Allocation d’éducation de l’enfant handicapé",
        ChampType::Ars => "Allocation de rentrée scolaire",
        ChampType::EtudiantBoursier => "Étudiant boursier",
        ChampType::PreRempli => "Champ prérempli",
        ChampType::Number => "Nombre",
        ChampType::IntegerNumber => "Nombre entier",
        ChampType::DecimalNumber => "Nombre décimal",
        ChampType::Date => "Date",
        ChampType::Datetime => "Date et heure",
        ChampType::Checkbox => "Case à cocher",
        ChampType::YesNo => "Oui/Non",
        ChampType::DropDownList => "Choix simple",
        ChampType::MultipleDropDownList => "Choix multiple",
        ChampType::LinkedDropDownList => "Deux menus déroulants liés",
        ChampType::Civilite => "Civilité",
        ChampType::Pays => "Pays",
        ChampType::Region => "Région",
        ChampType::Departement => "Département",
        ChampType::Commune => "Commune",
        ChampType::Epci => "EPCI",
        ChampType::Address => "Adresse",
        ChampType::Siret => "SIRET",
        ChampType::Rna => "RNA",
        ChampType::Rnf => "RNF",
        ChampType::EngagementJuridique => "Engagement juridique",
        ChampType::DossierLink => "Lien vers un autre dossier",
        ChampType::PieceJustificative => "Pièce justificative",
        ChampType::TitreIdentite => "Titre d’identité",
        ChampType::Carte => "Carte",
        ChampType::Repetition => "Bloc répétable",
        ChampType::HeaderSection => "Titre de section",
        ChampType::Explication => "Explication",
        ChampType::Unknown(_) => "Type nouveau, lu comme du texte",
    }
}

/// « 15/01/2025 ».
pub fn day(day: Timestamp) -> String {
    utc(day).map(date).unwrap_or_default()
}

fn date(instant: OffsetDateTime) -> String {
    format!("{:02}/{:02}/{:04}", instant.day(), u8::from(instant.month()), instant.year())
}

/// « 15/01/2025 14:32 », in Paris.
pub fn instant(instant: Timestamp) -> String {
    let paris = utc(instant).map(|instant| instant.to_offset(paris_offset(instant)));
    paris.map(|instant| format!("{} {:02}:{:02}", date(instant), instant.hour(), instant.minute())).unwrap_or_default()
}

/// « 14 h 32 », in Paris.
pub fn time(at: Timestamp) -> String {
    let written = instant(at);
    let (hours, minutes) = written.split_once(' ').and_then(|(_, time)| time.split_once(':')).unwrap_or_default();
    format!("{}\u{a0}h\u{a0}{minutes}", hours.strip_prefix('0').filter(|rest| !rest.is_empty()).unwrap_or(hours))
}

fn utc(instant: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(instant.milliseconds().div_euclid(1000)).ok()
}

/// « 1 dossier », « 1 284 dossiers »: the thousands apart, by a narrow no-break space.
pub fn count(number: usize, singular: &str, plural: &str) -> String {
    format!("{} {}", figure(number), if number < 2 { singular } else { plural })
}

/// « 1 284 », by narrow no-break spaces.
pub fn figure(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 * 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn hours_are_those_of_paris() {
        let at = |text: &str| instant(Timestamp::parse(text).unwrap());
        assert_eq!(at("2026-01-31T23:30:00Z"), "01/02/2026 00:30");
        assert_eq!(at("2026-07-01T10:12:00Z"), "01/07/2026 12:12");
        assert_eq!(at("2026-03-29T00:59:59Z"), "29/03/2026 01:59");
        assert_eq!(at("2026-03-29T01:00:00Z"), "29/03/2026 03:00");
        assert_eq!(at("2026-10-25T00:59:00Z"), "25/10/2026 02:59");
        assert_eq!(at("2026-10-25T01:00:00Z"), "25/10/2026 02:00");
    }

    /// The contrast of WCAG 2 between two colours.
    fn contrast(style: ChoiceStyle) -> f64 {
        let luminance = |color: &str| {
            let channel = |at: usize| {
                let value = f64::from(u8::from_str_radix(color.get(at..at + 2).unwrap(), 16).unwrap()) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            };
            0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
        };
        let (fill, text) = (luminance(style.fill_color), luminance(style.text_color));
        (fill.max(text) + 0.05) / (fill.min(text) + 0.05)
    }

    #[test]
    fn states_and_labels_are_read_by_everyone() {
        let states = DossierState::ALL.iter().copied().map(state_style);
        for style in states.chain(LABEL_STYLES.iter().map(|(_, style)| *style)) {
            assert!(contrast(style) >= 7.0, "{style:?}: {}", contrast(style));
        }
    }

    #[test]
    fn figures_are_french() {
        assert_eq!(count(1, "dossier", "dossiers"), "1 dossier");
        assert_eq!(figure(1_284_000), "1\u{202f}284\u{202f}000");
        assert_eq!(figure(999), "999");
    }
}
