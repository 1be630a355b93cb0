//! The team as the proxy tells of it, and what can be asked about it.

use gloo_net::http::Method;
use relais_engine::{
    Day, Timestamp,
    ds::{DemarcheNumber, SourceError, SourceErrorCode},
    json::{self, FromJson, Json, Malformed},
};
use serde_json::Value;

use super::answers::{Role, refusal};
use crate::team::Deposit;

/// What a token lets its holder do in DS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// To read, which is all that Relais needs.
    Read,
    /// To write too.
    Write,
    /// DS did not say.
    Unknown,
}

impl FromJson for Rights {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(match json.as_text() {
            Some("read") => Self::Read,
            Some("write") => Self::Write,
            _ => Self::Unknown,
        })
    }
}

/// A token of the team, but for its text, which never leaves the proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// By which it is named to the proxy; empty when it is declared.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// What it is used for.
    pub demarches: Vec<DemarcheNumber>,
    /// What it lets do.
    pub rights: Rights,
    /// Its last day, when somebody said.
    pub expires: Option<Day>,
    /// When DS last took it, or refused it.
    pub checked_at: Timestamp,
    /// Why DS refuses it.
    pub refusal: Option<SourceError>,
    /// Which one of its changes this is.
    pub version: i64,
}

impl FromJson for Token {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            name: json.read("name")?,
            demarches: json.read("demarches")?,
            rights: json.read("rights")?,
            expires: json.read("expires")?,
            checked_at: json.read("checked_at")?,
            refusal: refusal_of(json),
            version: json.read("version")?,
        })
    }
}

fn refusal_of(json: &Json<'_>) -> Option<SourceError> {
    let error = json.get("refusal");
    (*error != Json::Null).then(|| refusal(error, SourceErrorCode::Internal))
}

/// A document of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// By which it is named to the proxy; empty when it is declared.
    pub id: String,
    /// The name that people gave it.
    pub name: String,
    /// Whether it is the one around.
    pub is_this: bool,
    /// Since when.
    pub joined_at: Timestamp,
}

impl FromJson for Member {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { id: json.read("id")?, name: json.read("name")?, is_this: json.read("is_this")?, joined_at: json.read("joined_at")? })
    }
}

/// An invitation that nobody has used yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// By which it is named to the proxy.
    pub id: String,
    /// Whether the document that invites leaves when another one comes.
    pub hands_over: bool,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

impl FromJson for Invitation {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            hands_over: json.read("hands_over")?,
            created_at: json.read("created_at")?,
            expires_at: json.read("expires_at")?,
        })
    }
}

/// The team of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Whether the operator declared it: nobody else changes it.
    pub is_declared: bool,
    /// Which one of the changes of its name this is.
    pub version: i64,
    /// What the person who asks may do.
    pub role: Role,
    /// Its documents.
    pub documents: Vec<Member>,
    /// Its tokens.
    pub tokens: Vec<Token>,
    /// Its open invitations; none for those who may not invite.
    pub invitations: Vec<Invitation>,
    /// From which address DS is called, when the operator says.
    pub egress_address: Option<String>,
}

impl FromJson for Team {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            name: json.read("name")?,
            is_declared: json.read("is_declared")?,
            version: json.read("version")?,
            role: json.read("role")?,
            documents: json.read("documents")?,
            tokens: json.read("tokens")?,
            invitations: json.read("invitations")?,
            egress_address: json.read("egress_address")?,
        })
    }
}

impl Team {
    /// Whether the person who asks may change it.
    pub fn may_manage(&self) -> bool {
        self.role == Role::Owner && !self.is_declared
    }
}

/// A token that DS was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposited {
    /// The token, as it is now.
    pub token: Token,
    /// The démarches that it does not open, and why.
    pub refused: Vec<(DemarcheNumber, SourceError)>,
}

impl FromJson for Deposited {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let mut refused = Vec::new();
        for demarche in json.get("demarches").items() {
            if let Some(error) = refusal_of(demarche) {
                refused.push((demarche.read("number")?, error));
            }
        }
        Ok(Self { token: json.read("token")?, refused })
    }
}

/// What the proxy answers. Not to be printed: a code of invitation is good for whoever reads it.
pub enum Answer {
    /// It is done.
    Nothing,
    /// The team.
    Team(Box<Team>),
    /// A code of invitation, which is shown this once, and until when it is good.
    Code(String, Timestamp),
    /// A token.
    Deposited(Box<Deposited>),
}

impl Answer {
    #[expect(clippy::unnecessary_wraps, reason = "one of the ways to read an answer")]
    fn nothing(_: &[u8]) -> Result<Self, Malformed> {
        Ok(Self::Nothing)
    }

    fn team(body: &[u8]) -> Result<Self, Malformed> {
        json::read(body).map(|team| Self::Team(Box::new(team)))
    }

    fn code(body: &[u8]) -> Result<Self, Malformed> {
        let json = Json::parse(body)?;
        Ok(Self::Code(json.read("code")?, json.read("expires_at")?))
    }

    fn deposited(body: &[u8]) -> Result<Self, Malformed> {
        json::read(body).map(|deposited| Self::Deposited(Box::new(deposited)))
    }
}

/// Something to ask about the team. Its body may hold a token, and is never printed.
pub struct Request {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<String>,
    pub(super) read: fn(&[u8]) -> Result<Answer, Malformed>,
    /// Whether the document is of another team after it than before.
    pub moves: bool,
}

impl Request {
    fn new(method: Method, path: String, body: Vec<(&'static str, Value)>, read: fn(&[u8]) -> Result<Answer, Malformed>) -> Self {
        let mut object = serde_json::Map::new();
        for (name, value) in body {
            object.insert(name.to_owned(), value);
        }
        let body = (!object.is_empty()).then(|| json::write(&Value::Object(object)));
        Self { method, path, body, read, moves: false }
    }

    const fn moving(mut self) -> Self {
        self.moves = true;
        self
    }

    /// Whether the démarches that the team may read are others after it.
    pub fn is_about_tokens(&self) -> bool {
        self.path.starts_with("api/tokens")
    }

    /// Reads the team.
    pub fn team() -> Self {
        Self::new(Method::GET, "api/team".to_owned(), Vec::new(), Answer::team)
    }

    /// Makes a team of the document.
    pub fn create(name: String, document_name: String) -> Self {
        let body = vec![("name", name.into()), ("document_name", document_name.into())];
        Self::new(Method::POST, "api/team".to_owned(), body, Answer::nothing).moving()
    }

    /// Comes into a team, by a code of invitation.
    pub fn join(code: String, document_name: String) -> Self {
        let body = vec![("code", code.into()), ("document_name", document_name.into())];
        Self::new(Method::POST, "api/team/join".to_owned(), body, Answer::nothing).moving()
    }

    /// Names the team otherwise.
    pub fn rename(name: String, version: i64) -> Self {
        let body = vec![("name", name.into()), ("version", version.into())];
        Self::new(Method::PATCH, "api/team".to_owned(), body, Answer::nothing)
    }

    /// Makes a code of invitation.
    pub fn invite(hands_over: bool) -> Self {
        Self::new(Method::POST, "api/team/invitations".to_owned(), vec![("hands_over", hands_over.into())], Answer::code)
    }

    /// Takes a code of invitation back.
    pub fn withdraw(invitation: &str) -> Self {
        Self::new(Method::DELETE, format!("api/team/invitations/{invitation}"), Vec::new(), Answer::nothing)
    }

    /// Takes a document out of the team.
    pub fn exclude(document: &str) -> Self {
        Self::new(Method::DELETE, format!("api/team/documents/{document}"), vec![("ends_team", false.into())], Answer::nothing)
    }

    /// Takes the document itself out of the team, which ends with its last one when that is what is wanted.
    pub fn leave(document: &str, ends_team: bool) -> Self {
        Self::new(Method::DELETE, format!("api/team/documents/{document}"), vec![("ends_team", ends_team.into())], Answer::nothing).moving()
    }

    /// Deposits a token.
    pub fn deposit(deposit: Deposit) -> Self {
        Self::new(Method::POST, "api/tokens".to_owned(), deposit.into_body(), Answer::deposited)
    }

    /// Puts a token, or what is said of it, in the place of another.
    pub fn replace(token: &str, version: i64, deposit: Deposit) -> Self {
        let mut body = deposit.into_body();
        body.push(("version", version.into()));
        Self::new(Method::PUT, format!("api/tokens/{token}"), body, Answer::deposited)
    }

    /// Takes a token away.
    pub fn discard(token: &str, version: i64) -> Self {
        Self::new(Method::DELETE, format!("api/tokens/{token}"), vec![("version", version.into())], Answer::nothing)
    }

    /// Asks DS about a token now.
    pub fn check(token: &str) -> Self {
        Self::new(Method::POST, format!("api/tokens/{token}/check"), Vec::new(), Answer::deposited)
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    const TEAM: &str = r#"{
        "name": "Préfecture du Bas-Rhin", "is_declared": false, "version": 3, "role": "owner",
        "documents": [{ "id": "d1", "name": "Suivi DETR 2026", "origin": "https://grist.example", "is_this": true,
            "joined_at": "2026-11-19T14:32:00.000Z", "joined_by": 42 }],
        "tokens": [
            { "id": "t1", "name": "DETR 2026", "demarches": [131016, 142062], "rights": "read", "expires": "2026-12-11",
              "checked_at": "2026-11-19T14:32:00.000Z", "refusal": null, "deposited_at": "2026-11-19T14:32:00.000Z", "deposited_by": 42, "version": 1 },
            { "id": "t2", "name": "Environnement", "demarches": [88417], "rights": "of_a_newer_proxy", "expires": null,
              "checked_at": "2026-11-19T14:32:00.000Z", "refusal": { "code": "token_refused", "message": "", "help": "" },
              "deposited_at": "2026-11-19T14:32:00.000Z", "deposited_by": 42, "version": 2 }],
        "invitations": [{ "id": "i1", "hands_over": true, "created_at": "2026-11-19T14:32:00.000Z", "created_by": 42,
            "expires_at": "2026-11-21T14:32:00.000Z" }],
        "egress_address": "203.0.113.10" }"#;

    fn team() -> Team {
        json::read(TEAM.as_bytes()).unwrap()
    }

    #[test]
    fn a_team_is_read() {
        let team = team();
        assert_eq!((team.name.as_str(), team.version, team.role), ("Préfecture du Bas-Rhin", 3, Role::Owner));
        assert!(team.documents.iter().all(|document| document.is_this && document.id == "d1"));
        assert!(team.invitations.iter().all(|invitation| invitation.hands_over));
        let [detr, environment] = team.tokens.as_slice() else { panic!("{:?}", team.tokens) };
        assert_eq!(detr.demarches.iter().map(|number| number.get()).collect::<Vec<_>>(), [131_016, 142_062]);
        assert_eq!((detr.rights, detr.expires, detr.refusal.as_ref()), (Rights::Read, Day::parse("2026-12-11").ok(), None));
        assert_eq!((environment.rights, environment.expires), (Rights::Unknown, None));
        assert_eq!(environment.refusal.as_ref().map(|refusal| refusal.code), Some(SourceErrorCode::TokenRefused));
    }

    #[test]
    fn owners_manage_what_the_operator_did_not_declare() {
        let may = |role, is_declared| Team { is_declared, role, ..team() }.may_manage();
        assert!(may(Role::Owner, false));
        assert!(!may(Role::Editor, false) && !may(Role::Owner, true) && !may(Role::Editor, true));
    }

    #[test]
    fn a_deposit_says_what_the_token_does_not_open() {
        let token = TEAM.split_once("\"tokens\": [").unwrap().1.split_once("},").unwrap().0;
        let body = format!(
            r#"{{"token": {token}}}, "demarches": [{{"number": 131016, "title": "DETR", "refusal": null}},
                {{"number": 142062, "title": null, "refusal": {{"code": "demarche_refused", "message": "", "help": ""}}}}]}}"#
        );
        let Answer::Deposited(deposited) = Answer::deposited(body.as_bytes()).unwrap() else { panic!("{body}") };
        assert_eq!(deposited.token.id, "t1");
        let [(number, error)] = deposited.refused.as_slice() else { panic!("{deposited:?}") };
        assert_eq!((number.get(), error.code), (142_062, SourceErrorCode::DemarcheRefused));
    }

    #[test]
    fn a_code_is_read() {
        let body = br#"{"id":"i1","code":"K7M4-QX2P-9TWD","hands_over":false,"expires_at":"2026-11-21T14:32:00.000Z"}"#;
        let Answer::Code(code, expires_at) = Answer::code(body).unwrap() else { panic!("a code") };
        assert_eq!((code.as_str(), expires_at), ("K7M4-QX2P-9TWD", Timestamp::parse("2026-11-21T14:32:00Z").unwrap()));
    }

    #[test]
    fn requests_are_those_of_the_proxy() {
        let said = |request: &Request| format!("{request:?} {}", request.body.as_deref().unwrap_or("-"));
        let deposit = || Deposit {
            name: "DETR".to_owned(),
            token: Some("secret".to_owned()),
            demarches: vec![DemarcheNumber::new(131_016).unwrap()],
            expires: Day::parse("2027-03-01").ok(),
        };
        assert_eq!(said(&Request::team()), "GET api/team -");
        let create = Request::create("Préfecture".to_owned(), "Suivi".to_owned());
        assert_eq!(said(&create), r#"POST api/team {"document_name":"Suivi","name":"Préfecture"}"#);
        let join = Request::join("K7M4".to_owned(), "Suivi".to_owned());
        assert_eq!(said(&join), r#"POST api/team/join {"code":"K7M4","document_name":"Suivi"}"#);
        assert_eq!(said(&Request::rename("DDT".to_owned(), 3)), r#"PATCH api/team {"name":"DDT","version":3}"#);
        assert_eq!(said(&Request::invite(true)), r#"POST api/team/invitations {"hands_over":true}"#);
        assert_eq!(said(&Request::withdraw("i1")), "DELETE api/team/invitations/i1 -");
        assert_eq!(said(&Request::exclude("d2")), r#"DELETE api/team/documents/d2 {"ends_team":false}"#);
        assert_eq!(said(&Request::leave("d1", true)), r#"DELETE api/team/documents/d1 {"ends_team":true}"#);
        assert_eq!(
            said(&Request::deposit(deposit())),
            r#"POST api/tokens {"demarches":[131016],"expires":"2027-03-01","name":"DETR","token":"secret"}"#
        );
        let kept = Request::replace("t1", 2, Deposit { token: None, expires: None, ..deposit() });
        assert_eq!(said(&kept), r#"PUT api/tokens/t1 {"demarches":[131016],"expires":null,"name":"DETR","token":null,"version":2}"#);
        assert_eq!(said(&Request::discard("t1", 2)), r#"DELETE api/tokens/t1 {"version":2}"#);
        assert_eq!(said(&Request::check("t1")), "POST api/tokens/t1/check -");
        assert!(create.moves && join.moves && Request::leave("d1", false).moves && !Request::exclude("d2").moves);
        assert!(kept.is_about_tokens() && !create.is_about_tokens());
    }

    #[test]
    fn a_token_is_never_printed() {
        let deposit = Deposit { name: "DETR".to_owned(), token: Some("secret".to_owned()), demarches: Vec::new(), expires: None };
        assert!(!format!("{deposit:?}").contains("secret"));
        assert!(!format!("{:?}", Request::deposit(deposit)).contains("secret"));
    }
}
