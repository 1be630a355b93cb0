//! Access tokens: JWT, HS256, one secret per document.
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long Grist's tokens last.
pub const LIFETIME: Duration = Duration::from_mins(15);

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Claims {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) read_only: Option<bool>,
    pub(crate) user_id: i64,
    pub(crate) doc_id: String,
    pub(crate) iat: u64,
    pub(crate) exp: u64,
}

/// Why a token is not taken: Grist's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("Broken token")]
    Broken,
    #[error("Cannot verify token")]
    Unverified,
    #[error("Token has expired")]
    Expired,
}

/// Seconds since 1970.
pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

pub(crate) fn sign(claims: &Claims, secret: &[u8]) -> String {
    let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encode(serde_json::json!({"alg": "HS256", "typ": "JWT"}));
    let payload = encode(serde_json::to_value(claims).unwrap_or_default());
    let signed = format!("{header}.{payload}");
    let signature = URL_SAFE_NO_PAD.encode(signature(&signed, secret));
    format!("{signed}.{signature}")
}

/// The claims, unverified: they say whose secret to verify with.
pub(crate) fn decode(token: &str) -> Result<Claims, TokenError> {
    let mut parts = token.split('.');
    let (_, payload) = (parts.next(), parts.next().ok_or(TokenError::Broken)?);
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::Broken)?;
    serde_json::from_slice(&payload).map_err(|_| TokenError::Broken)
}

pub(crate) fn verify(token: &str, secret: &[u8]) -> Result<Claims, TokenError> {
    let claims = decode(token)?;
    let (signed, given) = token.rsplit_once('.').ok_or(TokenError::Broken)?;
    let given = URL_SAFE_NO_PAD.decode(given).map_err(|_| TokenError::Unverified)?;
    let header = signed.split('.').next().unwrap_or_default();
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| TokenError::Unverified)?;
    let header: serde_json::Value = serde_json::from_slice(&header).map_err(|_| TokenError::Unverified)?;
    if header.get("alg").and_then(serde_json::Value::as_str) != Some("HS256") {
        return Err(TokenError::Unverified);
    }
    let mac = mac(signed, secret);
    if mac.is_none_or(|mac| mac.verify_slice(&given).is_err()) {
        return Err(TokenError::Unverified);
    }
    if claims.exp <= now() {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

fn mac(text: &str, secret: &[u8]) -> Option<Hmac<Sha256>> {
    // HMAC takes a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
    mac.update(text.as_bytes());
    Some(mac)
}

fn signature(text: &str, secret: &[u8]) -> Vec<u8> {
    mac(text, secret).map_or_else(Vec::new, |mac| mac.finalize().into_bytes().to_vec())
}
