//! How a run tells where it is.

use crate::Timestamp;

/// What a run is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading the form.
    Form,
    /// Making tables and columns.
    Structure,
    /// Reading and writing dossiers.
    Dossiers,
    /// Waiting until DS takes requests again.
    Waiting {
        /// Until when.
        until: Timestamp,
    },
}

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is doing.
    pub phase: Phase,
    /// Dossiers read so far.
    pub read: usize,
    /// Dossiers to read, at most; none when DS does not say.
    pub total: Option<usize>,
    /// Rows written so far.
    pub written: usize,
    /// Dossiers that failed so far.
    pub failed: usize,
    /// Files copied so far.
    pub files: usize,
    /// Which démarche of the connexion, from 0.
    pub demarche: usize,
    /// Of how many.
    pub demarches: usize,
}

impl Progress {
    /// Before anything is read.
    pub const START: Self = Self { phase: Phase::Form, read: 0, total: None, written: 0, failed: 0, files: 0, demarche: 0, demarches: 1 };
}

/// Who looks on.
pub trait Observer {
    /// Called at each step.
    fn progress(&self, progress: &Progress);

    /// Whether the run should stop at the next safe place.
    fn is_cancelled(&self) -> bool;
}
