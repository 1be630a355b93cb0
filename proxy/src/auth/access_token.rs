//! What a Grist access token says of itself, before anybody has confirmed it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use relais_engine::Timestamp;
use serde::Deserialize;

use crate::config::DocumentId;

/// Far longer than any that Grist makes: about 250 characters.
const LONGEST: usize = 4096;

/// What a token says of itself: not to be believed until Grist has taken the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub document: DocumentId,
    pub user: i64,
    pub expires: Timestamp,
}

/// Why a token is not even shown to Grist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Implausible {
    #[error("the token is not a token of Grist")]
    Malformed,
    #[error("the token is past its date")]
    Expired,
    #[error("the token is for reading only")]
    ReadOnly,
    #[error("the token is for a fork")]
    Fork,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    doc_id: String,
    user_id: i64,
    exp: i64,
    #[serde(default)]
    read_only: bool,
}

/// Reads the payload of a token. Its signature is Grist's to check, by a secret that only Grist has.
pub(super) fn read(token: &str, now: Timestamp) -> Result<Claims, Implausible> {
    let mut parts = token.split('.');
    let (Some(_header), Some(payload), Some(_signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(Implausible::Malformed);
    };
    // The token goes into an address: nothing in it may end the parameter or start another.
    if token.len() > LONGEST || !token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')) {
        return Err(Implausible::Malformed);
    }
    let payload = BASE64_URL_SAFE_NO_PAD.decode(payload).map_err(|_| Implausible::Malformed)?;
    let Payload { doc_id, user_id, exp, read_only } = serde_json::from_slice(&payload).map_err(|_| Implausible::Malformed)?;
    // A mere viewer owns his own fork of a document (facts/grist.md, section 9).
    if doc_id.contains('~') {
        return Err(Implausible::Fork);
    }
    let document = doc_id.parse().map_err(|_| Implausible::Malformed)?;
    let expires = Timestamp::from_milliseconds(exp.saturating_mul(1000));
    if expires <= now {
        return Err(Implausible::Expired);
    }
    if read_only {
        return Err(Implausible::ReadOnly);
    }
    Ok(Claims { document, user: user_id, expires })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn token(payload: &str) -> String {
        format!("{}.{}.c2lnbmF0dXJl", BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), BASE64_URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn only_plausible_tokens_are_shown_to_grist() {
        let now = Timestamp::from_milliseconds(1_000_000);
        let reading = |payload: &str| read(&token(payload), now);
        let claims = reading(r#"{"userId":42,"docId":"sampleDocument","iat":900,"exp":1800}"#).unwrap();
        assert_eq!((claims.user, claims.document.as_str(), claims.expires.milliseconds()), (42, "sampleDocument", 1_800_000));
        assert_eq!(reading(r#"{"userId":42,"docId":"sampleDocument","exp":1000}"#), Err(Implausible::Expired));
        assert_eq!(reading(r#"{"userId":42,"docId":"sampleDocument","exp":1800,"readOnly":true}"#), Err(Implausible::ReadOnly));
        assert_eq!(reading(r#"{"userId":42,"docId":"sampleDocument~fork~42","exp":1800}"#), Err(Implausible::Fork));
        for malformed in [
            r#"{"userId":42,"docId":"../../attack","exp":1800}"#,
            r#"{"userId":42,"docId":"sample","exp":1800}"#,
            r#"{"userId":"42","docId":"sampleDocument","exp":1800}"#,
            r#"{"docId":"sampleDocument","exp":1800}"#,
            r#"{"userId":42,"docId":"sampleDocument"}"#,
            "[]",
            "",
        ] {
            assert_eq!(reading(malformed), Err(Implausible::Malformed), "{malformed}");
        }
    }

    #[test]
    fn a_token_cannot_change_the_address_it_goes_into() {
        let now = Timestamp::from_milliseconds(0);
        let good = token(r#"{"userId":42,"docId":"sampleDocument","exp":1800}"#);
        assert!(read(&good, now).is_ok());
        for end in ["&x=1", "#x", "%26x", " ", "é", ".more", "="] {
            assert_eq!(read(&format!("{good}{end}"), now), Err(Implausible::Malformed), "{end}");
        }
        assert_eq!(read(&format!("{good}{}", "a".repeat(LONGEST)), now), Err(Implausible::Malformed));
    }
}
