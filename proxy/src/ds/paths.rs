//! The démarche that a public address means: `/commencer/detr-2026` has a path where the number would be. DS says it in the
//! public description of a démarche that can be prefilled (facts/ds-api.md, section 3.4), asked without any token.

use std::time::Instant;

use relais_engine::ds::{DemarcheNumber, SourceErrorCode as Code};
use reqwest::{StatusCode, header::ACCEPT};
use serde::Deserialize;

use super::{Client, Failure, answer};
use crate::outgoing;

/// The longest path that DS lets an administrator choose is shorter.
const LONGEST: usize = 200;
/// A form of 350 fields is described in half a megabyte.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// The path of a démarche, as its administrator has chosen it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DemarchePath(Box<str>);

impl DemarchePath {
    /// Lower-case letters, digits, hyphens and underscores: what leads nowhere else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
        ((1..=LONGEST).contains(&text.len()) && text.bytes().all(is_known)).then(|| Self(text.into()))
    }
}

#[derive(Deserialize)]
struct Described {
    number: DemarcheNumber,
}

impl Client {
    /// The number of the démarche with this path. [`Code::NotFound`] when it is not published, or is there no more.
    pub(crate) async fn number_of(&self, path: &DemarchePath) -> Result<DemarcheNumber, Failure> {
        let _place = self.without_token.enter().await?;
        self.without_token.pace(Instant::now() + self.call).await?;
        let request = self.http.get(format!("{}/preremplir/{}/schema", self.site, path.0)).timeout(self.call).header(ACCEPT, "application/json");
        let sent = request.send().await.map_err(|error| Failure::new(Code::DsUnavailable, outgoing::describe(error)))?;
        match sent.status() {
            StatusCode::OK if answer::is_json(sent.headers()) => {}
            // A démarche that is closed or private leads to a page about it.
            status if status.is_redirection() || status == StatusCode::NOT_FOUND || status == StatusCode::OK => {
                return Err(Failure::new(Code::NotFound, "no public démarche has this path"));
            }
            status => return Err(answer::failure(status, b"", None)),
        }
        let mut body = Vec::new();
        let mut sent = sent;
        while let Some(chunk) = sent.chunk().await.map_err(|error| Failure::new(Code::InvalidAnswer, outgoing::describe(error)))? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(Failure::new(Code::AnswerTooLarge, "the description is larger than the limit"));
            }
            body.extend_from_slice(&chunk);
        }
        let described: Described = serde_json::from_slice(&body).map_err(|_| Failure::new(Code::InvalidAnswer, "the description has no number"))?;
        Ok(described.number)
    }
}

#[cfg(test)]
mod tests {
    use super::DemarchePath;

    #[test]
    fn a_path_leads_nowhere_else() {
        for path in ["detr-2026", "derogation-especes-protegees", "a", "a_b"] {
            assert!(DemarchePath::parse(path).is_some(), "{path}");
        }
        for wrong in ["", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "A", "é", "a b", "a\\b", "a@b", &"a".repeat(201)] {
            assert!(DemarchePath::parse(wrong).is_none(), "{wrong}");
        }
    }
}
