//! Dossiers that DS no longer serves.

use super::{DossierNumber, PageInfo, SourceError, response};
use crate::{
    Timestamp,
    json::{FromJson, Json, Malformed},
    naming::names,
};

names! {
    /// Why a dossier is no longer served.
    DeletionReason {
        /// The usager asked for it.
        UserRequest = "user_request",
        /// The team of DS did it.
        ManagerRequest = "manager_request",
        /// An instructeur did it.
        InstructeurRequest = "instructeur_request",
        /// Its démarche was removed.
        ProcedureRemoved = "procedure_removed",
        /// It was kept as long as the démarche says.
        Expired = "expired",
        /// The account of the usager was removed.
        UserRemoved = "user_removed",
        /// The account of the usager had not been used for too long.
        UserExpired = "user_expired",
        /// DS does not say, or in a way that this version does not know.
        Unknown = "unknown",
    }
}

/// A dossier that DS no longer serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletedDossier {
    /// Its number.
    pub number: DossierNumber,
    /// Since when. One that its usager had put in the trash is dated from that day, up to two weeks back.
    pub at: Timestamp,
    /// Why.
    pub reason: DeletionReason,
}

impl FromJson for DeletedDossier {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let reason = json.get("reason").as_text().and_then(DeletionReason::from_name).unwrap_or(DeletionReason::Unknown);
        Ok(Self { number: json.read("number")?, at: json.read("dateSupression")?, reason })
    }
}

/// A page of one of the two lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedList {
    /// Where it stands.
    pub page_info: PageInfo,
    /// In the order of their deletion.
    pub dossiers: Vec<DeletedDossier>,
}

impl FromJson for DeletedList {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { page_info: json.read("pageInfo")?, dossiers: json.read("nodes")? })
    }
}

/// A page of each list that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeletedPage {
    /// In the trash.
    pub pending: Option<DeletedList>,
    /// Gone for good.
    pub deleted: Option<DeletedList>,
}

impl FromJson for DeletedPage {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { pending: json.read("pending")?, deleted: json.read("deleted")? })
    }
}

impl DeletedPage {
    /// Reads the answer of `getDeletedDossiers`.
    pub fn read(body: &[u8]) -> Result<Self, SourceError> {
        response::deleted(body)
    }
}
