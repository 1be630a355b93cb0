//! Tokens: what they may read, and how they are refused.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

/// What a token may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every démarche of its administrator.
    All,
    /// These démarches.
    Only(Vec<i32>),
}

impl Scope {
    /// Whether it may read this démarche.
    pub fn reads(&self, demarche: i32) -> bool {
        match self {
            Self::All => true,
            Self::Only(demarches) => demarches.contains(&demarche),
        }
    }
}

/// A token the server knows.
#[derive(Clone, Debug)]
struct Known {
    scope: Scope,
    /// It may write, which a token of Relais should not.
    writes: bool,
    expired: bool,
    /// It expires once it has served so many requests.
    expires_after: Option<u32>,
    /// It is locked to another address than the one the server sees.
    elsewhere: bool,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// None was sent, or none that is known: the real server does not say which.
    Unknown,
    /// Its time is over.
    Expired,
    /// It is used from an address it is not meant for.
    Address(Ipv4Addr),
}

/// The tokens of the sample. They are made up at each start and good for nothing else.
#[derive(Debug, Default)]
pub struct Tokens {
    known: Mutex<HashMap<String, Known>>,
}

impl Tokens {
    /// A new token that may read this.
    pub fn add(&self, scope: Scope) -> String {
        let token = fresh();
        let known = Known { scope, writes: false, expired: false, expires_after: None, elsewhere: false };
        self.lock().insert(token.clone(), known);
        token
    }

    /// A new token that may write, too.
    pub fn add_writer(&self, scope: Scope) -> String {
        let token = self.add(scope);
        self.change(&token, |known| known.writes = true);
        token
    }

    /// A new token that is expired already.
    pub fn add_expired(&self) -> String {
        let token = self.add(Scope::All);
        self.expire(&token);
        token
    }

    /// A new token that may be used from another network only.
    pub fn add_for_elsewhere(&self) -> String {
        let token = self.add(Scope::All);
        self.change(&token, |known| known.elsewhere = true);
        token
    }

    /// Ends a token's life now.
    pub fn expire(&self, token: &str) {
        self.change(token, |known| known.expired = true);
    }

    /// Ends a token's life once it has served so many more requests.
    pub fn expire_after(&self, token: &str, requests: u32) {
        self.change(token, |known| known.expires_after = Some(requests));
    }

    /// Gives a token its life back.
    pub fn renew(&self, token: &str) {
        self.change(token, |known| {
            known.expired = false;
            known.expires_after = None;
        });
    }

    /// Locks a token to another network, or frees it.
    pub fn lock_elsewhere(&self, token: &str, elsewhere: bool) {
        self.change(token, |known| known.elsewhere = elsewhere);
    }

    /// Forgets a token.
    pub fn revoke(&self, token: &str) {
        self.lock().remove(token);
    }

    /// What the bearer of this header may read, and whether they may write.
    pub fn check(&self, authorization: Option<&str>, from: Ipv4Addr) -> Result<(Scope, bool), Refused> {
        let bearer = authorization.and_then(|header| header.strip_prefix("Bearer ")).map(str::trim);
        let token = bearer.map(|bearer| bearer.strip_prefix("token=").unwrap_or(bearer).trim_matches('"'));
        let mut tokens = self.lock();
        let known = token.and_then(|token| tokens.get_mut(token)).ok_or(Refused::Unknown)?;
        match &mut known.expires_after {
            Some(0) => known.expired = true,
            Some(left) => *left -= 1,
            None => {}
        }
        if known.expired {
            return Err(Refused::Expired);
        }
        if known.elsewhere {
            return Err(Refused::Address(from));
        }
        Ok((known.scope.clone(), known.writes))
    }

    fn change(&self, token: &str, change: impl FnOnce(&mut Known)) {
        if let Some(known) = self.lock().get_mut(token) {
            change(known);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The start of a sample's UUID: by it any token of the samples is known, wherever it is found.
const SAMPLE_ID: &str = "0e5a17d0";
/// What the tokens of the samples begin with.
pub const MARK: &str = "MGU1YTE3ZDAt";

/// A token of the real form: base64 of a UUID and a secret.
fn fresh() -> String {
    let id: u128 = rand::random();
    let hex = format!("{id:032x}");
    let parts = [(8, 12), (12, 16), (16, 20), (20, 32)].map(|(from, to)| hex.get(from..to).unwrap_or(""));
    let secret: u128 = rand::random();
    URL_SAFE.encode(format!("{SAMPLE_ID}-{};{secret:032x}", parts.join("-")))
}
