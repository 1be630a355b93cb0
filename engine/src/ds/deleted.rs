//! Dossiers that DS no longer serves.

use serde::Deserialize;

use super::{DossierNumber, PageInfo, SourceError, response};
use crate::Timestamp;

/// Why a dossier is no longer served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletionReason {
    /// The usager asked for it.
    UserRequest,
    /// The team of DS did it.
    ManagerRequest,
    /// An instructeur did it.
    InstructeurRequest,
    /// Its démarche was removed.
    ProcedureRemoved,
    /// It was kept as long as the démarche says.
    Expired,
    /// The account of the usager was removed.
    UserRemoved,
    /// The account of the usager had not been used for too long.
    UserExpired,
    /// DS does not say, or in a way that this version does not know.
    #[serde(other)]
    Unknown,
}

impl DeletionReason {
    /// Every reason.
    pub const ALL: [Self; 8] = [
        Self::UserRequest,
        Self::ManagerRequest,
        Self::InstructeurRequest,
        Self::ProcedureRemoved,
        Self::Expired,
        Self::UserRemoved,
        Self::UserExpired,
        Self::Unknown,
    ];
}

/// A dossier that DS no longer serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct DeletedDossier {
    /// Its number.
    pub number: DossierNumber,
    /// Since when. One that its usager had put in the trash is dated from that day, up to two weeks back.
    #[serde(rename = "dateSupression")]
    pub at: Timestamp,
    /// Why.
    pub reason: DeletionReason,
}

/// A page of one of the two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedList {
    /// Where it stands.
    pub page_info: PageInfo,
    /// In the order of their deletion.
    pub dossiers: Vec<DeletedDossier>,
}

/// A page of each list that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPage {
    /// In the trash.
    pub pending: Option<DeletedList>,
    /// Gone for good.
    pub deleted: Option<DeletedList>,
}

impl DeletedPage {
    /// Reads the answer of `getDeletedDossiers`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        response::deleted(body)
    }
}
