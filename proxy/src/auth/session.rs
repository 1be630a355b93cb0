//! Sessions: signed, short, without state. They hold who, in which document, until when.

use std::sync::{PoisonError, RwLock};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use relais_engine::Timestamp;
use secrecy::{ExposeSecret as _, SecretSlice};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Person, Role};
use crate::config::{DocumentId, GristOrigin};

/// How long a session lasts, in seconds: as long as a token of Grist.
const LIFE: i64 = 15 * 60;

/// What the key signs. A new kind of signed text takes another name, so that none passes for a session.
const PURPOSE: &[u8] = b"relais session 1";

/// Longer than any that we make: origin and document are bounded by the configuration and by their type.
const LONGEST: usize = 2048;

/// Signs and reads sessions.
pub(crate) struct Sessions {
    /// The newest first: it signs.
    keys: RwLock<Vec<Hmac<Sha256>>>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sessions")
    }
}

/// What is signed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    origin: String,
    document: String,
    user: i64,
    role: Role,
    /// Milliseconds since the epoch.
    until: i64,
}

impl Sessions {
    /// With the secrets of the configuration, the newest first.
    pub(crate) fn new(secrets: &[SecretSlice<u8>]) -> Self {
        Self { keys: RwLock::new(keys(secrets)) }
    }

    /// From now on with these secrets, and no other.
    pub(crate) fn renew(&self, secrets: &[SecretSlice<u8>]) {
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys(secrets);
    }

    /// A session for this person, and when it ends.
    pub(crate) fn open(&self, person: &Person, now: Timestamp) -> (String, Timestamp) {
        let until = now.plus_seconds(LIFE);
        let content = Content {
            origin: person.origin.as_str().to_owned(),
            document: person.document.as_str().to_owned(),
            user: person.user,
            role: person.role,
            until: until.milliseconds(),
        };
        // A struct of texts and numbers always has a JSON form.
        let content = BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(&content).unwrap_or_default());
        let signature = self.keys.read().unwrap_or_else(PoisonError::into_inner).first().map(|key| sign(key, &content).finalize().into_bytes());
        let signature = BASE64_URL_SAFE_NO_PAD.encode(signature.unwrap_or_default());
        (format!("{content}.{signature}"), until)
    }

    /// The person of a session that we signed and that has not ended.
    pub(crate) fn read(&self, session: &str, now: Timestamp) -> Option<Person> {
        if session.len() > LONGEST {
            return None;
        }
        let (content, signature) = session.split_once('.')?;
        let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).ok()?;
        // In constant time.
        if !self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().any(|key| sign(key, content).verify_slice(&signature).is_ok()) {
            return None;
        }
        let content: Content = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(content).ok()?).ok()?;
        let until = Timestamp::from_milliseconds(content.until);
        if until <= now {
            return None;
        }
        let origin: GristOrigin = content.origin.parse().ok()?;
        let document: DocumentId = content.document.parse().ok()?;
        Some(Person { origin, document, user: content.user, role: content.role, until })
    }
}

fn keys(secrets: &[SecretSlice<u8>]) -> Vec<Hmac<Sha256>> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length: the error is of the trait, not of this type")]
    let key = |secret: &SecretSlice<u8>| Hmac::new_from_slice(secret.expose_secret()).expect("a key of any length");
    secrets.iter().map(key).collect()
}

fn sign(key: &Hmac<Sha256>, content: &str) -> Hmac<Sha256> {
    key.clone().chain_update(PURPOSE).chain_update([0]).chain_update(content)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn sessions(secret: &[u8]) -> Sessions {
        Sessions::new(&[secret.to_vec().into()])
    }

    fn person(document: &str) -> Person {
        Person {
            origin: "https://grist.exemple.fr".parse().unwrap(),
            document: document.parse().unwrap(),
            user: 42,
            role: Role::Editor,
            until: Timestamp::from_milliseconds(0),
        }
    }

    #[test]
    fn a_session_lasts_a_quarter_of_an_hour() {
        let sessions = sessions(&[1; 32]);
        let now = Timestamp::from_milliseconds(1_000_000);
        let (session, until) = sessions.open(&person("sampleDocument"), now);
        assert_eq!(until, now.plus_seconds(900));
        assert_eq!(sessions.read(&session, now.plus_seconds(899)).unwrap(), Person { until, ..person("sampleDocument") });
        assert_eq!(sessions.read(&session, until), None);
    }

    #[test]
    fn nothing_but_what_we_signed_is_a_session() {
        let sessions = sessions(&[1; 32]);
        let now = Timestamp::from_milliseconds(1_000_000);
        let (session, _) = sessions.open(&person("sampleDocument"), now);
        let (other, _) = sessions.open(&person("otherDocument"), now);
        let (content, signature) = session.split_once('.').unwrap();
        let (other_content, _) = other.split_once('.').unwrap();
        let (stranger, _) = super::tests::sessions(&[2; 32]).open(&person("sampleDocument"), now);
        for forged in [
            stranger,
            format!("{other_content}.{signature}"),
            format!("{content}."),
            format!("{content}.{signature}.{signature}"),
            content.to_owned(),
            String::new(),
            "a".repeat(LONGEST + 1),
        ] {
            assert_eq!(sessions.read(&forged, now), None, "{forged}");
        }
        for (index, letter) in session.char_indices() {
            let mut changed = session.clone();
            changed.replace_range(index..=index, if letter == 'A' { "B" } else { "A" });
            // The last letter of a base64 text may hold bits that count for nothing: those texts are refused as well.
            assert_eq!(sessions.read(&changed, now), None, "letter {index}");
        }
    }
}
