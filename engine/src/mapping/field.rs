//! Fields: what a column can be filled from.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use super::{Facet, LinkedField, LinkedTable};
use crate::{
    ds::{ColumnKey, DescriptorId},
    grist::ColumnType,
    json::{FromJson, Json, Malformed, parsed},
    naming::names,
};

/// A text that names no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » names no field")]
pub struct UnknownField(pub String);

names! {
    /// What DS knows of every dossier, whatever its form.
    DossierField {
        /// The key.
        Number = "number",
        /// The title of its démarche.
        Demarche = "demarche",
        /// The number of its démarche: by it Relais knows whose rows are whose, when a table has several.
        NumeroDemarche = "numero_demarche",
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
            Self::Number | Self::NumeroDemarche => ColumnType::Numeric,
            Self::Demarche | Self::State | Self::GroupeInstructeur | Self::DemandeurCivilite | Self::MotifSuppression => ColumnType::Choice,
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
                | Self::Demarche
                | Self::NumeroDemarche
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
    /// What every row of a table beside the main one has.
    RowField {
        /// The id in DS of what the row is: the key.
        Id = "id",
        /// The dossier, as a reference to the main table.
        Dossier = "dossier",
    }
}

/// What a column is filled from. In JSON a text: `dossier:number`, `row:id`, `champ:Q2hhbXAtMTIz:text`,
/// `part:Q2hhbXAtMTIz:Q29sdW1uLTE`, `linked:avis_question`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// Something that every dossier has.
    Dossier(DossierField),
    /// Something that every row of a table beside the main one has.
    Row(RowField),
    /// A facet of a champ or of an annotation.
    Champ(DescriptorId, Facet),
    /// One of the parts that DS knows of a champ or of an annotation, and that only its dossiers name.
    Part(DescriptorId, ColumnKey),
    /// Something of an avis, a message, a step, an instructeur or an area.
    Linked(LinkedField),
}

impl Field {
    /// The field of the form that fills the column, if one does.
    pub const fn descriptor(&self) -> Option<&DescriptorId> {
        match self {
            Self::Champ(descriptor, _) | Self::Part(descriptor, _) => Some(descriptor),
            Self::Dossier(_) | Self::Row(_) | Self::Linked(_) => None,
        }
    }

    /// Whether it stands for files themselves.
    pub const fn is_files(&self) -> bool {
        matches!(self, Self::Champ(_, Facet::Files) | Self::Linked(LinkedField::AvisPiecesJointes | LinkedField::MessagePiecesJointes))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dossier(field) => write!(formatter, "dossier:{}", field.name()),
            Self::Row(field) => write!(formatter, "row:{}", field.name()),
            Self::Champ(descriptor, facet) => write!(formatter, "champ:{descriptor}:{}", facet.name()),
            Self::Part(descriptor, key) => write!(formatter, "part:{descriptor}:{key}"),
            Self::Linked(field) => write!(formatter, "linked:{}", field.name()),
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
            Some(("part", rest)) => rest.rsplit_once(':').map(|(descriptor, key)| Self::Part(descriptor.into(), key.into())),
            Some(("linked", name)) => LinkedField::from_name(name).map(Self::Linked),
            _ => None,
        };
        field.ok_or_else(|| UnknownField(text.to_owned()))
    }
}

/// What the rows of a table are. In JSON a text: `dossiers`, `repetition:Q2hhbXAtMTIz`, `avis`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKey {
    /// Dossiers: the main table.
    Dossiers,
    /// The rows of a répétition.
    Repetition(DescriptorId),
    /// Things of another kind that a dossier has several of.
    Linked(LinkedTable),
}

impl fmt::Display for TableKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dossiers => formatter.write_str("dossiers"),
            Self::Repetition(descriptor) => write!(formatter, "repetition:{descriptor}"),
            Self::Linked(table) => formatter.write_str(table.name()),
        }
    }
}

impl FromStr for TableKey {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "dossiers" => Ok(Self::Dossiers),
            None => LinkedTable::from_name(text).map(Self::Linked).ok_or_else(|| UnknownField(text.to_owned())),
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

        impl FromJson for $type {
            fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
                parsed(json, |text| text.parse().ok())
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
        let linked = LinkedField::ALL.iter().map(|field| Field::Linked(*field));
        let part = std::iter::once(Field::Part("Q2hhbXAtMTIz".into(), "Q29sdW1uLTE=".into()));
        for field in fields.chain(facets).chain(RowField::ALL.iter().map(|field| Field::Row(*field))).chain(linked).chain(part) {
            assert_eq!(field.to_string().parse::<Field>().unwrap(), field);
        }
        assert!("champ:Q2hhbXAtMTIz:nonsense".parse::<Field>().is_err());
        assert!("dossier".parse::<Field>().is_err());
        assert_eq!("repetition:a:b".parse::<TableKey>().unwrap(), TableKey::Repetition("a:b".into()));
        for table in LinkedTable::ALL {
            assert_eq!(TableKey::Linked(*table).to_string().parse::<TableKey>().unwrap(), TableKey::Linked(*table));
        }
        assert!("avis:1".parse::<TableKey>().is_err());
    }
}
