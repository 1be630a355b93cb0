//! What the status, headers and error bodies of DS mean: facts/ds-api.md, section 3.2.

use std::{net::IpAddr, time::Duration};

use relais_engine::{
    Timestamp,
    ds::{SourceError, SourceErrorCode as Code},
};
use reqwest::{
    StatusCode,
    header::{CONTENT_TYPE, HeaderMap},
};
use serde::Deserialize;

use super::Failure;

/// The longest wait that we take DS's word for: its limit is counted by the minute.
const LONGEST_WAIT: Duration = Duration::from_mins(2);

/// Without a word from DS.
const USUAL_WAIT: Duration = Duration::from_mins(1);

/// Whether DS answers JSON; maintenance pages are HTML, even with status 200.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}

/// How long to wait after a 429: until `RateLimit-Reset`, in seconds since the epoch.
pub(super) fn wait(headers: &HeaderMap, now: Timestamp) -> Duration {
    let reset = headers.get("RateLimit-Reset").and_then(|value| value.to_str().ok()).and_then(|text| text.trim().parse::<i64>().ok());
    let Some(reset) = reset else { return USUAL_WAIT };
    let milliseconds = reset.saturating_mul(1000).saturating_sub(now.milliseconds());
    Duration::from_millis(u64::try_from(milliseconds).unwrap_or(0)).clamp(Duration::from_secs(1), LONGEST_WAIT)
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Error {
    #[serde(default)]
    message: String,
}

/// The failure that an answer without success means. DS's own words are read, and never repeated.
pub(super) fn failure(status: StatusCode, body: &[u8], egress_address: Option<&str>) -> Failure {
    let message = serde_json::from_slice::<Body>(body).ok().and_then(|body| body.errors.into_iter().next()).map(|error| error.message);
    let message = message.unwrap_or_default();
    let code = match status {
        StatusCode::UNAUTHORIZED if message == "Token expired" => Code::TokenExpired,
        StatusCode::FORBIDDEN if message.contains("forbidden network") => Code::AddressRefused,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Code::TokenRefused,
        StatusCode::GATEWAY_TIMEOUT => Code::Timeout,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE => Code::DsUnavailable,
        // A redirection most often leads to a page that says why, and never to an answer for us.
        status if status.is_success() || status.is_redirection() => Code::InvalidAnswer,
        _ => Code::DsFailed,
    };
    // The address that DS itself saw, else the one that the operator gave.
    let address = (code == Code::AddressRefused)
        .then(|| message.split([' ', '/']).find(|word| word.parse::<IpAddr>().is_ok()).or(egress_address).map(str::to_owned))
        .flatten();
    Failure { error: SourceError { address, ..code.into() }, cause: format!("DS answered {}", status.as_u16()).into(), is_ours: false }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn body(message: &str) -> Vec<u8> {
        serde_json::json!({ "errors": [{ "message": message, "extensions": { "code": "x" } }], "data": null }).to_string().into_bytes()
    }

    #[test]
    fn refusals_are_told_apart() {
        let code = |status: u16, body: &[u8]| failure(StatusCode::from_u16(status).unwrap(), body, None).error.code;
        assert_eq!(code(401, &body("Token expired")), Code::TokenExpired);
        assert_eq!(code(403, &body("Without a token, only persisted queries are allowed")), Code::TokenRefused);
        assert_eq!(code(403, b"<html>"), Code::TokenRefused);
        assert_eq!(code(500, &body("Internal Server Error")), Code::DsFailed);
        assert_eq!(code(400, &body("x")), Code::DsFailed);
        assert_eq!(code(302, b""), Code::InvalidAnswer);
        assert_eq!(code(200, b"<html>"), Code::InvalidAnswer);
        assert_eq!(code(503, b"<html>"), Code::DsUnavailable);
        assert_eq!(code(504, b""), Code::Timeout);
    }

    #[test]
    fn the_refused_address_is_read_or_known() {
        let refused = "Request issued from a forbidden network. Add 203.0.113.10/32 to your allowed adresses in your /profil";
        let address = |message: &str, ours| failure(StatusCode::FORBIDDEN, &body(message), ours).error.address;
        assert_eq!(address(refused, Some("203.0.113.0/28")).as_deref(), Some("203.0.113.10"));
        assert_eq!(address("forbidden network <script>", Some("203.0.113.0/28")).as_deref(), Some("203.0.113.0/28"));
        assert_eq!(address("forbidden network", None), None);
    }

    #[test]
    fn the_wait_is_bounded() {
        let now = Timestamp::from_milliseconds(1_000_000);
        let wait = |value: &str| {
            let headers = HeaderMap::from_iter([("RateLimit-Reset".parse().unwrap(), value.parse().unwrap())]);
            super::wait(&headers, now).as_secs()
        };
        assert_eq!(wait("1030"), 30);
        assert_eq!(wait("900"), 1);
        assert_eq!(wait("99999999999"), 120);
        assert_eq!(wait("soon"), 60);
        assert_eq!(super::wait(&HeaderMap::new(), now).as_secs(), 60);
    }
}
