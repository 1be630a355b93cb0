//! What the proxy answers.

use relais_engine::{
    Day, Timestamp,
    ds::{DemarcheNumber, DemarcheState, SourceError, SourceErrorCode},
    json::{FromJson, Json, Malformed},
};

/// What a person may do in the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// To write.
    Editor,
    /// To write, and to manage the team's part in the document.
    Owner,
}

impl FromJson for Role {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        match json.as_text() {
            Some("editor") => Ok(Self::Editor),
            Some("owner") => Ok(Self::Owner),
            _ => Err(Malformed("role")),
        }
    }
}

/// Whether the operator lets documents have a team from the widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolment {
    /// Any owner of a document may create one.
    Open,
    /// By invitation only.
    Invitation,
    /// No: the operator declares them.
    Closed,
}

impl FromJson for Enrolment {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(match json.as_text() {
            Some("open") => Self::Open,
            Some("invitation") => Self::Invitation,
            _ => Self::Closed,
        })
    }
}

/// A session: who, in which document, with which team.
#[derive(Clone, PartialEq, Eq)]
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
    /// The name of the team whose démarches they may use; none when the document has no team yet.
    pub team: Option<String>,
    /// Whether it can have one.
    pub enrolment: Enrolment,
    /// The address of DS.
    pub ds_url: String,
    /// From which address DS is called, when the operator says.
    pub egress_address: Option<String>,
}

impl FromJson for Session {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            session: json.read("session")?,
            expires_at: json.read("expires_at")?,
            server_time: json.read("server_time")?,
            document: json.read("document")?,
            user: json.read("user")?,
            role: json.read("role")?,
            team: json.get("team").read("name")?,
            enrolment: json.read("enrolment")?,
            ds_url: json.read("ds_url")?,
            egress_address: json.read("egress_address")?,
        })
    }
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedDemarche {
    /// Its number.
    pub number: DemarcheNumber,
    /// Its title; none when DS refused to say.
    pub title: Option<String>,
    /// Whether usagers can deposit.
    pub state: Option<DemarcheState>,
    /// How many dossiers, at most; none when DS does not count.
    pub dossiers_count: Option<usize>,
    /// The last day of the token that opens it, when the proxy knows it.
    pub token_expires: Option<Day>,
    /// When the team last read dossiers of it.
    pub last_read_at: Option<Timestamp>,
    /// Why DS does not open it.
    pub error: Option<SourceError>,
}

impl FromJson for ListedDemarche {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let error = json.get("error");
        Ok(Self {
            number: json.read("number")?,
            title: json.read("title")?,
            state: json.read("state")?,
            dossiers_count: json.read("dossiers_count")?,
            token_expires: json.read("token_expires")?,
            last_read_at: json.read("last_read_at")?,
            error: (*error != Json::Null).then(|| refusal(error, SourceErrorCode::Internal)),
        })
    }
}

/// The right to run a connexion.
pub(super) struct Lease {
    /// What is shown to renew it.
    pub lease: String,
}

impl FromJson for Lease {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { lease: json.read("lease")? })
    }
}

/// An error as the proxy writes it. Its French is for other clients: the widget knows more of what was being done. A code of
/// a newer proxy is a failure like another.
pub(super) fn refusal(error: &Json<'_>, default: SourceErrorCode) -> SourceError {
    let text = |name| error.read(name).unwrap_or_default();
    SourceError {
        code: error.read("code").unwrap_or(default),
        retry_at: error.read("retry_at").unwrap_or_default(),
        address: text("address"),
        request_id: text("request_id"),
        holder: error.read("holder").unwrap_or_default(),
    }
}

/// Reads the body of an answer that is not a success. What is not the proxy's comes from a server in front of it, or from
/// one that stands at its address.
pub(super) fn refused(status: u16, body: &[u8]) -> SourceError {
    let default = match status {
        401 => SourceErrorCode::SessionExpired,
        413 => SourceErrorCode::BadRequest,
        429 => SourceErrorCode::RateLimited,
        400..500 => SourceErrorCode::BadRequest,
        502..=504 => SourceErrorCode::ProxyUnavailable,
        _ => SourceErrorCode::Internal,
    };
    match Json::parse(body) {
        Ok(json) if *json.get("error") != Json::Null => refusal(json.get("error"), default),
        _ => default.into(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::json;

    use super::*;

    fn session_with(team: &serde_json::Value, server_time: &str, expires_at: &str) -> Session {
        let body = serde_json::json!({
            "session": "sample", "expires_at": expires_at, "server_time": server_time, "document": "sampleDocument", "user": 42,
            "role": "editor", "team": team, "enrolment": "open", "ds_url": "https://ds.example", "egress_address": null,
        });
        json::from_value(&body).unwrap()
    }

    fn session(server_time: &str, expires_at: &str) -> Session {
        session_with(&serde_json::json!({ "name": "Préfecture" }), server_time, expires_at)
    }

    #[test]
    fn a_document_may_have_no_team_yet() {
        let (start, end) = ("2026-11-24T10:00:00Z", "2026-11-24T10:10:00Z");
        assert_eq!(session(start, end).team.as_deref(), Some("Préfecture"));
        let session = session_with(&serde_json::Value::Null, start, end);
        assert_eq!((session.team, session.enrolment), (None, Enrolment::Open));
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
        let error = refused(429, body);
        assert_eq!(error.code, SourceErrorCode::RateLimited);
        assert_eq!(error.request_id.as_deref(), Some("r1"));
        assert_eq!(error.retry_at, Some(Timestamp::parse("2026-11-24T10:00:00Z").unwrap()));
    }

    #[test]
    fn what_is_not_the_proxys_is_told_by_its_status() {
        assert_eq!(refused(502, b"<html>Bad Gateway</html>").code, SourceErrorCode::ProxyUnavailable);
        assert_eq!(refused(401, b"").code, SourceErrorCode::SessionExpired);
        assert_eq!(refused(500, br#"{"error":{"code":"of_a_newer_proxy","request_id":"r2"}}"#).code, SourceErrorCode::Internal);
        assert_eq!(refused(500, br#"{"error":{"code":"of_a_newer_proxy","request_id":"r2"}}"#).request_id.as_deref(), Some("r2"));
    }

    #[test]
    fn one_refused_demarche_does_not_hide_the_others() {
        let listed: Vec<ListedDemarche> = json::read(
            br#"[{"number":1,"title":"A","state":"publiee","dossiers_count":3,"token_expires":"2027-03-01","error":null},
                {"number":2,"title":null,"state":null,"dossiers_count":null,"error":{"code":"token_expired"}}]"#,
        )
        .unwrap();
        assert_eq!(listed.first().unwrap().state, Some(DemarcheState::Publiee));
        assert_eq!(listed.get(1).unwrap().error.as_ref().unwrap().code, SourceErrorCode::TokenExpired);
    }
}
