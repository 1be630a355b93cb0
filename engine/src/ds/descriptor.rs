//! Descriptors: the fields of a form.

use serde::{Deserialize, Serialize};

use super::DescriptorId;

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

impl<'de> Deserialize<'de> for ChampType {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::from_typename(&std::borrow::Cow::<'de, str>::deserialize(deserializer)?))
    }
}

/// A field of a form, as the active revision has it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChampDescriptor {
    /// Stable over révisions; labels are not unique.
    pub id: DescriptorId,
    /// Its type.
    #[serde(rename = "__typename")]
    pub champ_type: ChampType,
    /// What the usager reads; up to 300 characters and more.
    pub label: String,
    /// Help shown under the label: may hold HTML.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether the usager must fill it.
    #[serde(default)]
    pub required: bool,
    /// The depth of a title of section, from 1.
    #[serde(default)]
    pub level: Option<u32>,
    /// The options of a list. Those of linked lists are flat: `--primary--` then its secondaries. Also read from the
    /// name `options`, for descriptors that were not asked for by our operation.
    #[serde(default, alias = "options", deserialize_with = "texts")]
    pub choices: Vec<String>,
    /// Whether a list also takes a free answer.
    #[serde(default)]
    pub other_option: Option<bool>,
    /// The fields of a bloc répétable; one level only.
    #[serde(default, deserialize_with = "none_is_empty")]
    pub champ_descriptors: Vec<ChampDescriptor>,
}

fn none_is_empty<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<ChampDescriptor>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Lists of texts only: the lists of countries, regions and départements hold objects, which say nothing to a mapping.
fn texts<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let items: Option<Vec<serde_json::Value>> = Option::deserialize(deserializer)?;
    Ok(items.unwrap_or_default().into_iter().filter_map(|item| if let serde_json::Value::String(text) = item { Some(text) } else { None }).collect())
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
