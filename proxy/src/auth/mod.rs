//! Who calls: Grist vouches for a person, then a session of ours remembers it.

mod access_token;
mod grist;
mod session;

use relais_engine::Timestamp;
use serde::{Deserialize, Serialize};

pub(crate) use grist::Grist;
pub(crate) use session::Sessions;

use crate::config::{DocumentId, GristOrigin};

/// Reads an access token, for the fuzzer.
#[cfg(fuzzing)]
pub(crate) fn try_access_token(text: &str) {
    let _ = access_token::read(text, crate::clock::now());
}

/// What a person may do in a document. A viewer may do nothing here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    /// To write.
    Editor,
    /// To manage as well.
    Owner,
}

/// A person in a document, as Grist has vouched for them. Grist gives no name: a number, local to that Grist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    /// Which Grist.
    pub origin: GristOrigin,
    /// Which document.
    pub document: DocumentId,
    /// Who.
    pub user: i64,
    /// What they may do.
    pub role: Role,
    /// Until when Grist's word holds.
    pub until: Timestamp,
}
