//! A démarche: its form, labels and groupes.

use serde::Deserialize;

use super::{ChampDescriptor, DemarcheNumber, RevisionId, SourceError, response};
use crate::Timestamp;

/// Whether usagers can deposit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    #[serde(other)]
    Unknown,
}

/// A revision of the form.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Label {
    /// Kept when it is renamed.
    #[serde(default)]
    pub id: Box<str>,
    /// At most 30 characters.
    pub name: String,
    /// A name of DS's palette, such as `green_emeraude`.
    pub color: String,
}

/// A group of instructeurs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct GroupeInstructeur {
    /// Its number.
    pub number: i64,
    /// Its name.
    pub label: String,
}

/// A démarche.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    #[serde(default)]
    pub labels: Vec<Label>,
    /// Its groups of instructeurs.
    #[serde(default)]
    pub groupe_instructeurs: Vec<GroupeInstructeur>,
}

impl Demarche {
    /// Reads the answer of `getDemarche`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        response::demarche(body)
    }
}
