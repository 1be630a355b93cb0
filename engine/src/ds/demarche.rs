//! A démarche: its form, labels and groupes.

use super::{ChampDescriptor, DemarcheNumber, RevisionId, SourceError, response};
use crate::{
    Timestamp,
    json::{FromJson, Json, Malformed, parsed},
};

/// Whether usagers can deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemarcheState {
    /// Not yet published.
    Brouillon,
    /// Open.
    Publiee,
    /// Closed.
    Close,
    /// Withdrawn.
    Depubliee,
    /// A state that this version does not know.
    Unknown,
}

impl FromJson for DemarcheState {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        parsed(json, |name| {
            Some(match name {
                "brouillon" => Self::Brouillon,
                "publiee" => Self::Publiee,
                "close" => Self::Close,
                "depubliee" => Self::Depubliee,
                _ => Self::Unknown,
            })
        })
    }
}

/// A revision of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Changes with each publication.
    pub id: RevisionId,
    /// None for a draft.
    pub date_publication: Option<Timestamp>,
    /// The fields that usagers fill, in order; titles of section among them.
    pub champ_descriptors: Vec<ChampDescriptor>,
    /// The annotations privées, that instructeurs fill.
    pub annotation_descriptors: Vec<ChampDescriptor>,
}

impl FromJson for Revision {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            date_publication: json.read("datePublication")?,
            champ_descriptors: json.read("champDescriptors")?,
            annotation_descriptors: json.read("annotationDescriptors")?,
        })
    }
}

impl Revision {
    /// Every descriptor, annotations and the fields of blocs répétables included.
    pub fn all_descriptors(&self) -> impl Iterator<Item = &ChampDescriptor> {
        self.champ_descriptors
            .iter()
            .chain(&self.annotation_descriptors)
            .flat_map(|descriptor| std::iter::once(descriptor).chain(&descriptor.champ_descriptors))
    }
}

/// A label that instructeurs put on dossiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Kept when it is renamed.
    pub id: Box<str>,
    /// At most 30 characters.
    pub name: String,
    /// A name of DS's palette, such as `green_emeraude`.
    pub color: String,
}

impl FromJson for Label {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read_or_default("id")?, name: json.read("name")?, color: json.read("color")? })
    }
}

/// A group of instructeurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupeInstructeur {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub label: String,
}

impl FromJson for GroupeInstructeur {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { number: json.read("number")?, label: json.read("label")? })
    }
}

/// A démarche.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demarche {
    /// As in the addresses of DS.
    pub number: DemarcheNumber,
    /// Its title.
    pub title: String,
    /// Whether usagers can deposit.
    pub state: DemarcheState,
    /// The form in force.
    pub active_revision: Revision,
    /// The labels that its instructeurs use.
    pub labels: Vec<Label>,
    /// Its groups of instructeurs.
    pub groupe_instructeurs: Vec<GroupeInstructeur>,
}

impl FromJson for Demarche {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            number: json.read("number")?,
            title: json.read("title")?,
            state: json.read("state")?,
            active_revision: json.read("activeRevision")?,
            labels: json.read_or_default("labels")?,
            groupe_instructeurs: json.read_or_default("groupeInstructeurs")?,
        })
    }
}

impl Demarche {
    /// Reads the answer of `getDemarche`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        response::demarche(body)
    }
}
