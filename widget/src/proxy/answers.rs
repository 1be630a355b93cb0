//! What the proxy answers.

use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, DemarcheState, Holder, SourceError, SourceErrorCode},
};
use serde::{Deserialize, Deserializer};

/// What a person may do in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// To write.
    Editor,
    /// To write, and to manage the team's part in the document.
    Owner,
}

/// The team that the document belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
}

/// A session: who, in which document, with which team.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Session {
    /// The proof, sent with each call.
    pub session: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The proxy's time as it answered.
    pub server_time: Timestamp,
    /// The document, by Grist's own id.
    pub document: String,
    /// The person, by the number that Grist gives; it gives no name.
    pub user: i64,
    /// What they may do.
    pub role: Role,
    /// Whose démarches they may use.
    pub team: Team,
    /// The address of DS.
    pub ds_url: String,
    /// From which address DS is called, when the operator says.
    #[serde(default)]
    pub egress_address: Option<String>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Session").field("document", &self.document).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl Session {
    /// Whether it is time for another: past four fifths of its life. Grist's own tokens cannot be seen to expire, since
    /// their refusal reaches a browser as a network failure (facts/grist.md, section 8): renewal goes by the clock.
    pub const fn is_ageing(&self, now: Timestamp) -> bool {
        let life = self.expires_at.milliseconds().saturating_sub(self.server_time.milliseconds());
        let age = now.milliseconds().saturating_sub(self.server_time.milliseconds());
        age.saturating_mul(5) >= life.saturating_mul(4)
    }
}

/// A démarche that the team may use, as the proxy lists it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ListedDemarche {
    /// Its number.
    pub number: DemarcheNumber,
    /// Its title; none when DS refused to say.
    #[serde(default)]
    pub title: Option<String>,
    /// Whether usagers can deposit.
    #[serde(default)]
    pub state: Option<DemarcheState>,
    /// How many dossiers, at most; none when DS does not count.
    #[serde(default)]
    pub dossiers_count: Option<usize>,
    /// Why DS does not open it.
    #[serde(default, deserialize_with = "refusal")]
    pub error: Option<SourceError>,
}

fn refusal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SourceError>, D::Error> {
    Ok(Option::<Refusal>::deserialize(deserializer)?.map(Refusal::into_error))
}

/// The right to run a connexion.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Lease {
    /// What is shown to renew it.
    pub lease: String,
}

/// An error as the proxy writes it. Its French is for other clients: the widget knows more of what was being done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Refusal {
    /// Why; a code of a newer proxy is a failure like another.
    #[serde(default, deserialize_with = "code")]
    code: Option<SourceErrorCode>,
    #[serde(default)]
    retry_at: Option<Timestamp>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    request_id: Option<String>,
    #[serde(default)]
    holder: Option<Box<Holder>>,
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SourceErrorCode>, D::Error> {
    let text = serde_json::Value::deserialize(deserializer)?;
    Ok(SourceErrorCode::deserialize(text).ok())
}

impl Refusal {
    fn into_error(self) -> SourceError {
        self.with_default(SourceErrorCode::Internal)
    }

    fn with_default(self, default: SourceErrorCode) -> SourceError {
        SourceError {
            code: self.code.unwrap_or(default),
            retry_at: self.retry_at,
            address: self.address,
            request_id: self.request_id,
            holder: self.holder,
        }
    }

    /// Reads the body of an answer that is not a success. What is not the proxy's comes from a server in front of it, or
    /// from one that stands at its address.
    pub fn read(status: u16, body: &[u8]) -> SourceError {
        #[derive(Deserialize)]
        struct Body {
            error: Refusal,
        }
        let default = match status {
            401 => SourceErrorCode::SessionExpired,
            413 => SourceErrorCode::BadRequest,
            429 => SourceErrorCode::RateLimited,
            400..500 => SourceErrorCode::BadRequest,
            502..=504 => SourceErrorCode::ProxyUnavailable,
            _ => SourceErrorCode::Internal,
        };
        match serde_json::from_slice::<Body>(body) {
            Ok(body) => body.error.with_default(default),
            Err(_) => default.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn session(server_time: &str, expires_at: &str) -> Session {
        serde_json::from_value(serde_json::json!({
            "session": "sample", "expires_at": expires_at, "server_time": server_time, "document": "sampleDocument", "user": 42,
            "role": "editor", "team": { "name": "Préfecture" }, "ds_url": "https://ds.example", "egress_address": null,
        }))
        .unwrap()
    }

    #[test]
    fn a_session_is_renewed_before_its_end() {
        let session = session("2026-11-24T10:00:00Z", "2026-11-24T10:10:00Z");
        let at = |text: &str| session.is_ageing(Timestamp::parse(text).unwrap());
        assert!(!at("2026-11-24T10:07:59Z"));
        assert!(at("2026-11-24T10:08:00Z"));
        assert!(at("2026-11-24T11:00:00Z"));
        assert!(!format!("{session:?}").contains("sample\""));
    }

    #[test]
    fn refusals_keep_what_helps() {
        let body = br#"{"error":{"code":"rate_limited","message":"...","help":"...","request_id":"r1","retry_at":"2026-11-24T10:00:00Z"}}"#;
        let error = Refusal::read(429, body);
        assert_eq!(error.code, SourceErrorCode::RateLimited);
        assert_eq!(error.request_id.as_deref(), Some("r1"));
        assert_eq!(error.retry_at, Some(Timestamp::parse("2026-11-24T10:00:00Z").unwrap()));
    }

    #[test]
    fn what_is_not_the_proxys_is_told_by_its_status() {
        assert_eq!(Refusal::read(502, b"<html>Bad Gateway</html>").code, SourceErrorCode::ProxyUnavailable);
        assert_eq!(Refusal::read(401, b"").code, SourceErrorCode::SessionExpired);
        assert_eq!(Refusal::read(500, br#"{"error":{"code":"of_a_newer_proxy","request_id":"r2"}}"#).code, SourceErrorCode::Internal);
        assert_eq!(Refusal::read(500, br#"{"error":{"code":"of_a_newer_proxy","request_id":"r2"}}"#).request_id.as_deref(), Some("r2"));
    }

    #[test]
    fn one_refused_demarche_does_not_hide_the_others() {
        let listed: Vec<ListedDemarche> = serde_json::from_str(
            r#"[{"number":1,"title":"A","state":"publiee","dossiers_count":3,"error":null},
                {"number":2,"title":null,"state":null,"dossiers_count":null,"error":{"code":"token_expired"}}]"#,
        )
        .unwrap();
        assert_eq!(listed.first().unwrap().state, Some(DemarcheState::Publiee));
        assert_eq!(listed.get(1).unwrap().error.as_ref().unwrap().code, SourceErrorCode::TokenExpired);
    }
}
