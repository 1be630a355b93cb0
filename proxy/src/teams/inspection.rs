//! What a token opens, asked of DS: when it is deposited, each day, and when an owner wants to know.

use std::sync::Arc;

use relais_engine::ds::{DemarcheNumber, SourceErrorCode as Code};

use crate::{
    clock,
    ds::{Client, Failure, Gate, Token},
    store::{Checked, Rights},
};

/// What a token opens.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// Each démarche that it is meant for, in order.
    pub demarches: Vec<Inspected>,
    /// None: DS did not let us know.
    rights: Option<Rights>,
}

impl Inspection {
    /// The same, or why not even one of the démarches opens.
    pub(crate) fn opening(self) -> Result<Self, Failure> {
        match self.demarches.first() {
            Some(Inspected { title: Err(failure), .. }) if !self.opens_any() => Err(failure.clone()),
            _ => Ok(self),
        }
    }

    /// What is kept of it; what was known of the token's rights stays, when DS did not let us know.
    pub(crate) fn checked(&self, known: Rights) -> Checked {
        let refused = self.demarches.iter().filter(|demarche| demarche.title.is_err()).map(|demarche| demarche.number);
        Checked { at: clock::now(), rights: self.rights.unwrap_or(known), refusal: None, refused: refused.collect() }
    }

    fn opens_any(&self) -> bool {
        self.demarches.iter().any(|demarche| demarche.title.is_ok())
    }
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
pub(crate) const fn is_of_demarche(code: Code) -> bool {
    matches!(code, Code::DemarcheRefused | Code::NotFound)
}

/// How many others are tried.
const TRIED: usize = 3;

/// Whether a token opens more than it is meant for, as far as can be seen: DS has no list of what a token opens
/// (facts/ds-api.md, section 3.4), so that a few démarches of `others` are tried. Nothing is said of which.
pub(crate) async fn opens_more(ds: &Client, token: &Token, gate: &Arc<Gate>, meant: &[DemarcheNumber], others: &[DemarcheNumber]) -> bool {
    for number in others.iter().filter(|number| !meant.contains(number)).take(TRIED) {
        match ds.describe(token, gate, *number).await {
            Ok(_) => return true,
            Err(failure) if is_of_demarche(failure.error.code) => {}
            // A comfort: DS has another difficulty.
            Err(_) => return false,
        }
    }
    false
}

/// Asks DS what a token opens. An error when DS refuses the token itself, or cannot tell.
pub(crate) async fn inspect(ds: &Client, token: &Token, gate: &Arc<Gate>, demarches: &[DemarcheNumber]) -> Result<Inspection, Failure> {
    let mut inspected = Vec::with_capacity(demarches.len());
    for number in demarches {
        let title = ds.describe(token, gate, *number).await.map(|described| described.title);
        match title {
            Err(failure) if !is_of_demarche(failure.error.code) => return Err(failure),
            title => inspected.push(Inspected { number: *number, title }),
        }
    }
    let mut inspection = Inspection { demarches: inspected, rights: None };
    if inspection.opens_any() {
        // A comfort: what it opens counts more.
        let may_write = ds.may_write(token, gate).await.ok().flatten();
        inspection.rights = may_write.map(|may_write| if may_write { Rights::Write } else { Rights::Read });
    }
    Ok(inspection)
}
