//! What a token opens, asked of DS: when it is deposited, each day, and when an owner wants to know.

use std::sync::Arc;

use relais_engine::ds::{DemarcheNumber, SourceErrorCode as Code};

use crate::{
    ds::{Client, Failure, Gate, Token},
    store::Rights,
};

/// What a token opens.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// Each démarche that it is meant for, in order.
    pub demarches: Vec<Inspected>,
    pub rights: Rights,
}

/// What a token says of a démarche: its title, or why DS does not open it.
#[derive(Debug)]
pub(crate) struct Inspected {
    pub number: DemarcheNumber,
    pub title: Result<String, Failure>,
}

/// Whether DS refuses the token itself, whatever is asked with it.
pub(crate) const fn is_of_token(code: Code) -> bool {
    matches!(code, Code::TokenExpired | Code::TokenRefused | Code::AddressRefused)
}

/// Whether DS refuses a démarche, and may open another.
const fn is_of_demarche(code: Code) -> bool {
    matches!(code, Code::DemarcheRefused | Code::NotFound)
}

/// Asks DS what a token opens. An error when DS refuses the token, opens none of the démarches, or cannot tell.
///
/// Which other démarches it opens cannot be asked: DS has no list of them (facts/ds-api.md, section 3.4).
pub(crate) async fn inspect(ds: &Client, token: &Token, gate: &Arc<Gate>, demarches: &[DemarcheNumber]) -> Result<Inspection, Failure> {
    let mut inspected = Vec::with_capacity(demarches.len());
    for number in demarches {
        let title = ds.describe(token, gate, *number).await.map(|described| described.title);
        match title {
            Err(failure) if !is_of_demarche(failure.error.code) => return Err(failure),
            title => inspected.push(Inspected { number: *number, title }),
        }
    }
    if let Some(Err(first)) = inspected.first().map(|first| &first.title)
        && inspected.iter().all(|demarche| demarche.title.is_err())
    {
        return Err(first.clone());
    }
    // A comfort: what it opens counts more.
    let rights = match ds.may_write(token, gate).await {
        Ok(Some(true)) => Rights::Write,
        Ok(Some(false)) => Rights::Read,
        Ok(None) | Err(_) => Rights::Unknown,
    };
    Ok(Inspection { demarches: inspected, rights })
}
