//! Descriptors: the fields of a form.

use serde::Serialize;

use super::DescriptorId;
use crate::json::{FromJson, Json, Malformed, parsed};

macro_rules! champ_types {
    ($($(#[$documentation:meta])* $variant:ident = $typename:literal,)*) => {
        /// The type of a champ, by the `__typename` of its descriptor, which alone tells an e-mail from a phone number
        /// (facts/ds-api.md, section 1.2).
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ChampType {
            $($(#[$documentation])* $variant,)*
            /// A type that this version of Relais does not know: kept by name, read as text.
            Unknown(Box<str>),
        }

        impl ChampType {
            /// Every type known to Relais.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant,)*];

            /// The `__typename` of the descriptor.
            pub fn typename(&self) -> &str {
                match self {
                    $(Self::$variant => $typename,)*
                    Self::Unknown(typename) => typename,
                }
            }

            fn from_typename(typename: &str) -> Self {
                match typename {
                    $($typename => Self::$variant,)*
                    _ => Self::Unknown(typename.into()),
                }
            }
        }
    };
}

champ_types! {
    /// Texte court.
    Text = "TextChampDescriptor",
    /// Texte long.
    Textarea = "TextareaChampDescriptor",
    /// Texte d'un format imposé.
    Formatted = "FormattedChampDescriptor",
    /// Adresse électronique.
    Email = "EmailChampDescriptor",
    /// Téléphone.
    Phone = "PhoneChampDescriptor",
    /// IBAN.
    Iban = "IbanChampDescriptor",
    /// Annuaire de l'éducation.
    AnnuaireEducation = "AnnuaireEducationChampDescriptor",
    /// Accréditation Paris 2024.
    Cojo = "COJOChampDescriptor",
    /// Référentiel à configurer.
    Referentiel = "ReferentielChampDescriptor",
    /// Quotient familial (API Particulier).
    QuotientFamilial = "QuotientFamilialChampDescriptor",
    /// Allocation aux adultes handicapés (API Particulier).
    Aah = "AAHChampDescriptor",
    /// Allocation d'éducation de l'enfant handicapé (API Particulier).
    Aeeh = "AEEHChampDescriptor",
    /// Allocation de rentrée scolaire (API Particulier).
    Ars = "ARSChampDescriptor",
    /// Étudiant boursier (API Particulier).
    EtudiantBoursier = "EtudiantBoursierChampDescriptor",
    /// Prérempli.
    PreRempli = "PreRempliChampDescriptor",
    /// Nombre, the older form of a whole number.
    Number = "NumberChampDescriptor",
    /// Nombre entier.
    IntegerNumber = "IntegerNumberChampDescriptor",
    /// Nombre décimal.
    DecimalNumber = "DecimalNumberChampDescriptor",
    /// Date.
    Date = "DateChampDescriptor",
    /// Date et heure.
    Datetime = "DatetimeChampDescriptor",
    /// Case à cocher.
    Checkbox = "CheckboxChampDescriptor",
    /// Oui/Non.
    YesNo = "YesNoChampDescriptor",
    /// Choix simple.
    DropDownList = "DropDownListChampDescriptor",
    /// Choix multiple.
    MultipleDropDownList = "MultipleDropDownListChampDescriptor",
    /// Deux menus déroulants liés.
    LinkedDropDownList = "LinkedDropDownListChampDescriptor",
    /// Civilité.
    Civilite = "CiviliteChampDescriptor",
    /// Pays.
    Pays = "PaysChampDescriptor",
    /// Région.
    Region = "RegionChampDescriptor",
    /// Département.
    Departement = "DepartementChampDescriptor",
    /// Commune.
    Commune = "CommuneChampDescriptor",
    /// EPCI.
    Epci = "EpciChampDescriptor",
    /// Adresse.
    Address = "AddressChampDescriptor",
    /// SIRET.
    Siret = "SiretChampDescriptor",
    /// RNA.
    Rna = "RNAChampDescriptor",
    /// RNF.
    Rnf = "RNFChampDescriptor",
    /// Engagement juridique.
    EngagementJuridique = "EngagementJuridiqueChampDescriptor",
    /// Lien vers un autre dossier.
    DossierLink = "DossierLinkChampDescriptor",
    /// Pièce justificative.
    PieceJustificative = "PieceJustificativeChampDescriptor",
    /// Titre d'identité.
    TitreIdentite = "TitreIdentiteChampDescriptor",
    /// Carte.
    Carte = "CarteChampDescriptor",
    /// Bloc répétable.
    Repetition = "RepetitionChampDescriptor",
    /// Titre de section: no value.
    HeaderSection = "HeaderSectionChampDescriptor",
    /// Explication: no value.
    Explication = "ExplicationChampDescriptor",
}

impl Serialize for ChampType {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.typename())
    }
}

impl FromJson for ChampType {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        parsed(json, |typename| Some(Self::from_typename(typename)))
    }
}

/// A field of a form, as the active revision has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChampDescriptor {
    /// Stable over révisions; labels are not unique.
    pub id: DescriptorId,
    /// Its type.
    pub champ_type: ChampType,
    /// What the usager reads; up to 300 characters and more.
    pub label: String,
    /// Help shown under the label: may hold HTML.
    pub description: Option<String>,
    /// Whether the usager must fill it.
    pub required: bool,
    /// The depth of a title of section, from 1.
    pub level: Option<u32>,
    /// The options of a list. Those of linked lists are flat: `--primary--` then its secondaries. Also read from the
    /// name `options`, for descriptors that were not asked for by our operation.
    pub choices: Vec<String>,
    /// Whether a list also takes a free answer.
    pub other_option: Option<bool>,
    /// The fields of a bloc répétable; one level only.
    pub champ_descriptors: Vec<ChampDescriptor>,
}

impl FromJson for ChampDescriptor {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        // Lists of texts only: those of countries, regions and départements hold objects, which say nothing to a mapping.
        let texts = |name| json.get(name).items().iter().filter_map(|item| item.as_text().map(str::to_owned));
        Ok(Self {
            id: json.read("id")?,
            champ_type: json.read("__typename")?,
            label: json.read("label")?,
            description: json.read("description")?,
            required: json.read_or_default("required")?,
            level: json.read("level")?,
            choices: texts("choices").chain(texts("options")).collect(),
            other_option: json.read("otherOption")?,
            champ_descriptors: json.read_or_default("champDescriptors")?,
        })
    }
}

impl ChampDescriptor {
    /// Splits the flat options of linked lists into primary and secondary ones, each once, in order.
    pub fn linked_choices(&self) -> (Vec<&str>, Vec<&str>) {
        let (mut primary, mut secondary) = (Vec::new(), Vec::new());
        for choice in &self.choices {
            let (list, choice) = match choice.strip_prefix("--").and_then(|rest| rest.strip_suffix("--")) {
                Some(name) => (&mut primary, name),
                None => (&mut secondary, choice.as_str()),
            };
            if !list.contains(&choice) {
                list.push(choice);
            }
        }
        (primary, secondary)
    }
}
