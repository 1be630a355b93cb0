//! What a connexion has done: where reading stands, what failed, and what was said last.

use serde::Serialize;

use super::Scan;
use crate::{
    Timestamp,
    ds::{DemarcheNumber, DescriptorId, DossierNumber, RevisionId},
    json::{FromJson, Json, Malformed},
    sorted::SortedSet,
};

/// What a connexion has done: written in the same bundles as the rows it speaks of (rule 11).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// Up to when changes are surely in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Timestamp>,
    /// A reading to go on with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
    /// The revision of the form that was last read whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionId>,
    /// The fingerprint of what was last read whole.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub fingerprint: String,
    /// Dossiers to ask for again, whatever the watermark.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub retry: SortedSet<DossierNumber>,
    /// Dossiers that were read, but are not in the document as DS has them: a value does not fit its column. They are
    /// said until they are read again and fit.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub unfit: SortedSet<DossierNumber>,
    /// What DS said of the dossiers that it no longer serves, when it was last asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletions: Option<Deletions>,
    /// When the whole list of DS was last compared with the document: labels, and dossiers that are no longer in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Timestamp>,
    /// The fields that the form had when it was last read whole.
    #[serde(skip_serializing_if = "SortedSet::is_empty")]
    pub known_fields: SortedSet<DescriptorId>,
    /// The last run that wrote something, of any of its démarches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<LastRun>,
    /// What it has done of its other démarches, when it has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<(DemarcheNumber, Self)>,
}

impl FromJson for State {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            watermark: json.read("watermark")?,
            scan: json.read("scan")?,
            revision: json.read("revision")?,
            fingerprint: json.read_or_default("fingerprint")?,
            retry: json.read_or_default("retry")?,
            unfit: json.read_or_default("unfit")?,
            deletions: json.read("deletions")?,
            listed_at: json.read("listed_at")?,
            known_fields: json.read_or_default("known_fields")?,
            last_run: json.read("last_run")?,
            others: json.read_or_default("others")?,
        })
    }
}

impl State {
    /// Of each of its démarches.
    pub(super) fn each(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.others.iter().map(|(_, state)| state))
    }

    /// Whether nothing of it speaks of what was read.
    pub(super) fn is_unread(&self) -> bool {
        self.each().all(|state| state.watermark.is_none() && state.scan.is_none())
    }

    pub(super) fn forget_reading(&mut self) {
        (self.watermark, self.scan) = (None, None);
    }

    /// Whether a reading was not finished.
    pub fn is_unfinished(&self) -> bool {
        self.each().any(|state| state.scan.is_some())
    }

    /// How many dossiers will be asked for again.
    pub fn to_retry(&self) -> usize {
        self.each().map(|state| state.retry.len()).sum()
    }

    /// How many dossiers are not in the document as DS has them.
    pub fn failing(&self) -> usize {
        self.each().map(|state| state.retry.len() + state.unfit.iter().filter(|number| !state.retry.contains(number)).count()).sum()
    }
}

/// What DS said of the dossiers that it no longer serves (rule 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deletions {
    /// When it was asked.
    pub at: Timestamp,
    /// The fingerprint of what will be said again at the next run: as long as nothing is new, no row is read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub seen: String,
}

impl FromJson for Deletions {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { at: json.read("at")?, seen: json.read_or_default("seen")? })
    }
}

/// The last run that wrote something, for the home screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LastRun {
    /// When it ended.
    pub at: Timestamp,
    /// Rows of the main table, then.
    pub dossiers: usize,
    /// Dossiers that were not up to date after it.
    pub failed: usize,
    /// Whether it was stopped before its end.
    pub interrupted: bool,
}

impl FromJson for LastRun {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            at: json.read("at")?,
            dossiers: json.read("dossiers")?,
            failed: json.read("failed")?,
            interrupted: json.read_or_default("interrupted")?,
        })
    }
}
