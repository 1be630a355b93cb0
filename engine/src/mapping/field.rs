//! Fields: what a column can be filled from.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::Facet;
use crate::{ds::DescriptorId, grist::ColumnType};

/// A text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » names no field")]
pub struct UnknownField(pub String);

macro_rules! names {
    ($(#[$documentation:meta])* $enum:ident { $($(#[$variant_documentation:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum {
            $($(#[$variant_documentation])* $variant,)*
        }

        impl $enum {
            /// All of them, in the order in which they are offered.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name in the JSON of a mapping.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// The one of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|candidate| candidate.name() == name)
            }
        }
    };
}
pub(super) use names;

names! {
    /// What DS knows of every dossier, whatever its form.
    DossierField {
        /// The key.
        Number = "number",
        /// The address of the dossier in DS.
        Link = "link",
        /// Its state, in French.
        State = "state",
        /// When it was deposited.
        DateDepot = "date_depot",
        /// When it became en construction.
        DatePassageEnConstruction = "date_passage_en_construction",
        /// When it became en instruction.
        DatePassageEnInstruction = "date_passage_en_instruction",
        /// When it was decided.
        DateTraitement = "date_traitement",
        /// When it last changed.
        DateDerniereModification = "date_derniere_modification",
        /// When DS will delete it.
        DateExpiration = "date_expiration",
        /// The groupe instructeur.
        GroupeInstructeur = "groupe_instructeur",
        /// The instructeurs who follow it.
        Instructeurs = "instructeurs",
        /// Its labels.
        Labels = "labels",
        /// The reason given with the decision.
        Motivation = "motivation",
        /// Whether it is archived.
        Archived = "archived",
        /// Since when DS no longer serves it.
        DateSuppression = "date_suppression",
        /// Why.
        MotifSuppression = "motif_suppression",
        /// Whether the filters of the connexion leave it out.
        HorsSelection = "hors_selection",
        /// The account that deposited.
        UsagerEmail = "usager_email",
        /// Who deposited for somebody else.
        Mandataire = "mandataire",
        /// Civilité of a person who asks.
        DemandeurCivilite = "demandeur_civilite",
        /// Family name of a person who asks.
        DemandeurNom = "demandeur_nom",
        /// Given name of a person who asks.
        DemandeurPrenom = "demandeur_prenom",
        /// Address of a person for whom somebody else deposited.
        DemandeurEmail = "demandeur_email",
        /// SIRET of an organisation that asks.
        DemandeurSiret = "demandeur_siret",
        /// Its name.
        DemandeurRaisonSociale = "demandeur_raison_sociale",
        /// Its legal form.
        DemandeurFormeJuridique = "demandeur_forme_juridique",
        /// Its activity.
        DemandeurNaf = "demandeur_naf",
        /// Its address, on one line.
        DemandeurAdresse = "demandeur_adresse",
        /// Its postal code.
        DemandeurCodePostal = "demandeur_code_postal",
        /// Its commune.
        DemandeurCommune = "demandeur_commune",
        /// INSEE code of its commune.
        DemandeurCodeInsee = "demandeur_code_insee",
        /// Number of the association that asks.
        DemandeurRna = "demandeur_rna",
    }
}

impl DossierField {
    /// The type of the column proposed for it.
    pub fn column_type(self) -> ColumnType {
        match self {
            Self::Number => ColumnType::Numeric,
            Self::State | Self::GroupeInstructeur | Self::DemandeurCivilite | Self::MotifSuppression => ColumnType::Choice,
            Self::Labels => ColumnType::ChoiceList,
            Self::DateDepot
            | Self::DatePassageEnConstruction
            | Self::DatePassageEnInstruction
            | Self::DateTraitement
            | Self::DateDerniereModification
            | Self::DateExpiration
            | Self::DateSuppression => ColumnType::paris(),
            Self::Archived | Self::HorsSelection => ColumnType::Bool,
            _ => ColumnType::Text,
        }
    }

    /// Whether it speaks of a person.
    pub const fn is_personal(self) -> bool {
        matches!(
            self,
            Self::Instructeurs
                | Self::UsagerEmail
                | Self::Mandataire
                | Self::DemandeurCivilite
                | Self::DemandeurNom
                | Self::DemandeurPrenom
                | Self::DemandeurEmail
        )
    }

    /// Whether it says who asks.
    pub const fn is_demandeur(self) -> bool {
        self.is_of_person() || self.is_of_organisation()
    }

    /// Whether only a person who asks has it.
    pub const fn is_of_person(self) -> bool {
        matches!(self, Self::DemandeurCivilite | Self::DemandeurNom | Self::DemandeurPrenom | Self::DemandeurEmail)
    }

    /// Whether only an organisation that asks has it.
    pub const fn is_of_organisation(self) -> bool {
        matches!(
            self,
            Self::DemandeurSiret
                | Self::DemandeurRaisonSociale
                | Self::DemandeurFormeJuridique
                | Self::DemandeurNaf
                | Self::DemandeurAdresse
                | Self::DemandeurCodePostal
                | Self::DemandeurCommune
                | Self::DemandeurCodeInsee
                | Self::DemandeurRna
        )
    }

    /// Whether the proposal ticks it.
    pub const fn is_proposed(self) -> bool {
        !matches!(
            self,
            Self::HorsSelection
                | Self::DatePassageEnConstruction
                | Self::DateExpiration
                | Self::Instructeurs
                | Self::UsagerEmail
                | Self::Mandataire
                | Self::DemandeurEmail
                | Self::DemandeurFormeJuridique
                | Self::DemandeurNaf
                | Self::DemandeurAdresse
                | Self::DemandeurCodeInsee
                | Self::DemandeurRna
        )
    }
}

names! {
    /// What every row of a répétition's table has.
    RowField {
        /// The id of the row in DS: the key.
        Id = "id",
        /// The dossier, as a reference to the main table.
        Dossier = "dossier",
    }
}

/// What a column is filled from. In JSON a text: `dossier:number`, `row:id`, `champ:Q2hhbXAtMTIz:text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Something that every dossier has.
    Dossier(DossierField),
    /// Something that every row of a répétition has.
    Row(RowField),
    /// A facet of a champ or of an annotation.
    Champ(DescriptorId, Facet),
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dossier(field) => write!(formatter, "dossier:{}", field.name()),
            Self::Row(field) => write!(formatter, "row:{}", field.name()),
            Self::Champ(descriptor, facet) => write!(formatter, "champ:{descriptor}:{}", facet.name()),
        }
    }
}

impl FromStr for Field {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let field = match text.split_once(':') {
            Some(("dossier", name)) => DossierField::from_name(name).map(Self::Dossier),
            Some(("row", name)) => RowField::from_name(name).map(Self::Row),
            Some(("champ", rest)) => {
                rest.rsplit_once(':').and_then(|(descriptor, name)| Facet::from_name(name).map(|facet| Self::Champ(descriptor.into(), facet)))
            }
            _ => None,
        };
        field.ok_or_else(|| UnknownField(text.to_owned()))
    }
}

/// What the rows of a table are. In JSON a text: `dossiers`, `repetition:Q2hhbXAtMTIz`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKey {
    /// Dossiers: the main table.
    Dossiers,
    /// The rows of a répétition.
    Repetition(DescriptorId),
}

impl fmt::Display for TableKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dossiers => formatter.write_str("dossiers"),
            Self::Repetition(descriptor) => write!(formatter, "repetition:{descriptor}"),
        }
    }
}

impl FromStr for TableKey {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "dossiers" => Ok(Self::Dossiers),
            Some(("repetition", descriptor)) if !descriptor.is_empty() => Ok(Self::Repetition(descriptor.into())),
            _ => Err(UnknownField(text.to_owned())),
        }
    }
}

macro_rules! as_text {
    ($($type:ident),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                std::borrow::Cow::<'de, str>::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}
as_text!(Field, TableKey);

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn fields_go_there_and_back() {
        let fields = DossierField::ALL.iter().map(|field| Field::Dossier(*field));
        let facets = Facet::ALL.iter().map(|facet| Field::Champ("Q2hhbXAtMTIz".into(), *facet));
        for field in fields.chain(facets).chain(RowField::ALL.iter().map(|field| Field::Row(*field))) {
            assert_eq!(field.to_string().parse::<Field>().unwrap(), field);
        }
        assert!("champ:Q2hhbXAtMTIz:nonsense".parse::<Field>().is_err());
        assert!("dossier".parse::<Field>().is_err());
        assert_eq!("repetition:a:b".parse::<TableKey>().unwrap(), TableKey::Repetition("a:b".into()));
    }
}
