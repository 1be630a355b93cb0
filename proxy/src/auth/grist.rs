//! The word of Grist on a person: the recipe of facts/grist.md, section 9.

use std::{sync::Arc, time::Duration};

use moka::future::Cache;
use relais_engine::{Timestamp, ds::SourceErrorCode as Code};
use reqwest::{Method, StatusCode, header::CONTENT_TYPE};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use super::{
    Person, Role,
    access_token::{self, Claims, Implausible},
};
use crate::{
    clock,
    config::{GristConfiguration, GristOrigin},
    error::AppError,
    outgoing, text,
};

/// How long Grist's word is kept: a person who loses their rights keeps opening sessions no longer than that.
const KEPT: Duration = Duration::from_mins(1);

/// For Grist to answer; it takes 9 ms (facts/grist.md, section 9).
const TIMEOUT: Duration = Duration::from_secs(5);

/// Why no session is opened.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the origin is not in the configuration")]
    OriginUnknown,
    #[error(transparent)]
    Implausible(#[from] Implausible),
    #[error("Grist answered {0} to the token")]
    Token(StatusCode),
    #[error("Grist says: no right to write")]
    NotEditor,
    #[error("Grist answered {0}")]
    Unexpected(StatusCode),
    #[error("Grist cannot be reached: {0}")]
    Unreachable(String),
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        let error = Self::new(Code::GristRefused, refusal.to_string());
        match refusal {
            Refusal::OriginUnknown => error.saying(text::ORIGIN_UNKNOWN),
            Refusal::Implausible(Implausible::Fork) => error.saying(text::FORK),
            Refusal::Implausible(Implausible::ReadOnly) | Refusal::NotEditor => error.saying(text::NOT_EDITOR),
            Refusal::Implausible(Implausible::Malformed | Implausible::Expired) | Refusal::Token(_) => error,
            Refusal::Unexpected(_) | Refusal::Unreachable(_) => error.saying(text::GRIST_SILENT).with_status(axum::http::StatusCode::BAD_GATEWAY),
        }
    }
}

/// Asks Grist about people, and remembers its word a little.
#[derive(Debug)]
pub(crate) struct Grist {
    allowed: GristConfiguration,
    distant: reqwest::Client,
    local: reqwest::Client,
    known: Cache<[u8; 32], Person>,
}

impl Grist {
    pub(crate) fn new(allowed: GristConfiguration) -> Result<Self, reqwest::Error> {
        let distant = outgoing::client(TIMEOUT, false)?;
        let local = outgoing::client(TIMEOUT, true)?;
        Ok(Self { allowed, distant, local, known: Cache::builder().max_capacity(10_000).time_to_live(KEPT).build() })
    }

    /// The person who holds this token, if Grist takes it from an editor of the document that it is for.
    pub(crate) async fn verify(&self, origin: &str, token: &SecretString) -> Result<Person, Refusal> {
        // The only use of what the client says of the origin: to be found in our own list, letter by letter.
        let origin = self.allowed.allowed(origin).ok_or(Refusal::OriginUnknown)?;
        let now = clock::now();
        let claims = access_token::read(token.expose_secret(), now)?;
        // With the origin: the word of one Grist is not the word of another.
        let mut hash = Sha256::new_with_prefix(origin.as_str());
        hash.update([0]);
        hash.update(token.expose_secret());
        let person = self.known.try_get_with(hash.finalize().into(), self.ask(origin, claims, token)).await;
        person.map_err(|error: Arc<Refusal>| (*error).clone())
    }

    async fn ask(&self, origin: &GristOrigin, claims: Claims, token: &SecretString) -> Result<Person, Refusal> {
        let Claims { document, user, expires } = claims;
        // Writes nothing; 200 to those who may write (facts/grist.md, section 9).
        let apply = self.status(Method::POST, origin, document.as_str(), "apply", token).await?;
        match apply {
            StatusCode::OK => {}
            StatusCode::FORBIDDEN => return Err(Refusal::NotEditor),
            // 404: the document was removed, or its id made up.
            StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND => return Err(Refusal::Token(apply)),
            other => return Err(Refusal::Unexpected(other)),
        }
        // For owners only. Anything but a clear yes leaves the lesser role.
        let timing = self.status(Method::GET, origin, document.as_str(), "timing", token).await;
        let role = if timing.is_ok_and(|status| status == StatusCode::OK) { Role::Owner } else { Role::Editor };
        Ok(Person { origin: origin.clone(), document, user, role, until: expires })
    }

    /// The status that Grist answers. Its body is never read.
    async fn status(&self, method: Method, origin: &GristOrigin, document: &str, path: &str, token: &SecretString) -> Result<StatusCode, Refusal> {
        let client = if origin.is_loopback() { &self.local } else { &self.distant };
        let address = format!("{origin}/o/docs/api/docs/{document}/{path}?auth={}", token.expose_secret());
        let mut request = client.request(method.clone(), address);
        if method == Method::POST {
            // Exactly so: with a charset Grist answers 401 (facts/grist.md, section 8).
            request = request.header(CONTENT_TYPE, "application/json").body("[]");
        }
        let response = request.send().await.map_err(|error| Refusal::Unreachable(outgoing::describe(error)))?;
        Ok(response.status())
    }
}

impl Person {
    /// Whether Grist's word has run out.
    pub(crate) fn is_past(&self, now: Timestamp) -> bool {
        self.until <= now
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn the_word_of_grist_is_kept_for_a_minute_at_most() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let grist = Grist::new(GristConfiguration::default()).unwrap();
        assert!(grist.known.policy().time_to_live().unwrap() <= Duration::from_mins(1));
    }
}
