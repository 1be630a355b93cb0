//! Whether a token may write, which it should not.
//!
//! DS tells nobody what a token may do. It refuses every mutation of a token that only reads before it looks at anything
//! else (facts/ds-api.md, section 6): one is asked that could change nothing, on a dossier that cannot exist. It is the only
//! mutation that Relais knows, and no client names it: it is none of the engine's operations.

use relais_engine::ds::SourceErrorCode as Code;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Failure;

/// Archives a dossier; this one does not exist: DS numbers them from 1. « RG9zc2llci0w » is « Dossier-0 ».
pub(super) fn question() -> Value {
    json!({
        "query": include_str!("rights.graphql"),
        "operationName": "rights",
        "variables": { "input": { "dossierId": "RG9zc2llci0w", "instructeurId": "SW5zdHJ1Y3RldXItMA==" } },
    })
}

#[derive(Deserialize)]
struct Answer {
    data: Option<Root>,
    #[serde(default)]
    errors: Vec<RootError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Root {
    dossier_archiver: Option<Payload>,
}

#[derive(Deserialize)]
struct Payload {
    errors: Option<Vec<PayloadError>>,
}

#[derive(Deserialize)]
struct PayloadError {
    message: String,
}

#[derive(Deserialize)]
struct RootError {
    #[serde(default)]
    extensions: Extensions,
}

#[derive(Default, Deserialize)]
struct Extensions {
    #[serde(default)]
    code: String,
}

/// Whether the answer is that to a token that may write; none when it tells neither.
pub(super) fn may_write(body: &[u8]) -> Result<Option<bool>, Failure> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| Failure::new(Code::InvalidAnswer, "the answer on rights is not one"))?;
    let refused = answer.data.and_then(|root| root.dossier_archiver).and_then(|payload| payload.errors).unwrap_or_default();
    if refused.iter().any(|error| error.message.contains("seulement en lecture")) {
        return Ok(Some(false));
    }
    // It was let as far as the dossier.
    let is_let_through = answer.errors.iter().any(|error| error.extensions.code == "not_found") || !refused.is_empty();
    Ok(is_let_through.then_some(true))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn read(answer: &Value) -> Option<bool> {
        may_write(answer.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_token_that_reads_is_told_from_one_that_writes() {
        let payload = |message: &str| json!({ "data": { "dossierArchiver": { "errors": [{ "message": message }] } } });
        assert_eq!(read(&payload("Le jeton utilisé est configuré seulement en lecture")), Some(false));
        assert_eq!(read(&payload("L’instructeur n’a pas les droits d’accès à ce dossier")), Some(true));
        let error = |code: &str| json!({ "data": { "dossierArchiver": null }, "errors": [{ "message": "", "extensions": { "code": code } }] });
        assert_eq!(read(&error("not_found")), Some(true));
        assert_eq!(read(&error("timeout")), None);
        assert_eq!(read(&json!({ "data": null })), None);
        assert!(may_write(b"<html>").is_err());
    }
}
