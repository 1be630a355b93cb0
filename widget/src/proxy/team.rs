//! The team, as the proxy tells of it.

use relais_engine::{
    Day, Timestamp,
    ds::{DemarcheNumber, SourceError, SourceErrorCode},
    json::{FromJson, Json, Malformed},
};

use super::answers::{Role, refusal};
use crate::team::Wish;

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
    /// Those of its démarches that DS does not open to it.
    pub refused: Vec<DemarcheNumber>,
    /// Its last day, when somebody said.
    pub expires: Option<Day>,
    /// When DS last took it, or refused it; none until it was asked about one that is declared.
    pub checked_at: Option<Timestamp>,
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
            refused: json.read("refused")?,
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
    /// The Grist that it is in, as an origin.
    pub origin: String,
    /// Whether it is the one around.
    pub is_this: bool,
    /// Since when; none in a team that is declared.
    pub joined_at: Option<Timestamp>,
}

impl FromJson for Member {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            id: json.read("id")?,
            name: json.read("name")?,
            origin: json.read("origin")?,
            is_this: json.read("is_this")?,
            joined_at: json.read("joined_at")?,
        })
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
    /// Whether other documents may join it with a code.
    pub may_invite: bool,
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
            may_invite: json.read("may_invite")?,
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

    /// Whether its documents are in more than one Grist.
    pub fn has_several_grists(&self) -> bool {
        self.documents.iter().zip(self.documents.iter().skip(1)).any(|(document, next)| document.origin != next.origin)
    }
}

/// A token that DS was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deposited {
    /// The token, as it is now.
    pub token: Token,
    /// The démarches that it does not open, and why.
    pub refused: Vec<(DemarcheNumber, SourceError)>,
    /// Whether it opens others too.
    pub opens_more: bool,
}

impl FromJson for Deposited {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let mut refused = Vec::new();
        for demarche in json.get("demarches").items() {
            if let Some(error) = refusal_of(demarche) {
                refused.push((demarche.read("number")?, error));
            }
        }
        Ok(Self { token: json.read("token")?, refused, opens_more: json.read("opens_more")? })
    }
}

/// What somebody read, within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// When they last did.
    pub at: Timestamp,
    /// From which document, by its name; none when it has none, or is no longer of the team.
    pub document: Option<String>,
    /// Whether that document is the one around.
    pub is_this: bool,
    /// Whether it is still of the team.
    pub is_member: bool,
    /// The Grist that it is in, as an origin.
    pub origin: String,
    /// Who, by the number that Grist gives.
    pub person: i64,
    /// What.
    pub demarche: DemarcheNumber,
    /// By which operation, or `files`.
    pub operation: String,
    /// Dossiers whose content was read.
    pub dossiers: i64,
}

/// Who read what of the team's démarches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readings {
    /// How long a line is kept, in days.
    pub kept_days: i64,
    /// The latest first.
    pub lines: Vec<Reading>,
}

impl FromJson for Reading {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            at: json.read("last_at")?,
            document: json.read("document")?,
            is_this: json.read("is_this")?,
            is_member: json.read("is_member")?,
            origin: json.read("origin")?,
            person: json.read("person")?,
            demarche: json.read("demarche")?,
            operation: json.read("operation")?,
            dossiers: json.read("dossiers")?,
        })
    }
}

impl FromJson for Readings {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { kept_days: json.read("kept_days")?, lines: json.read("lines")? })
    }
}

/// What the proxy answers. Not to be printed: a code of invitation is good for whoever reads it.
pub enum Answer {
    /// It is done.
    Done,
    /// The team.
    Team(Box<Team>),
    /// A code of invitation, which is shown this once, and until when it is good.
    Code(String, Timestamp),
    /// A token.
    Deposited(Box<Deposited>),
    /// Who read what.
    Readings(Readings),
}

impl Answer {
    /// Reads the answer to a wish.
    pub(super) fn read(wish: &Wish, body: &[u8]) -> Result<Self, Malformed> {
        if matches!(wish, Wish::See | Wish::Audit | Wish::Invite(..) | Wish::Deposit | Wish::Replace(..) | Wish::Check(..)) {
            let json = &Json::parse(body)?;
            return Ok(match wish {
                Wish::See => Self::Team(Box::new(Team::from_json(json)?)),
                Wish::Audit => Self::Readings(Readings::from_json(json)?),
                Wish::Invite(..) => Self::Code(json.read("code")?, json.read("expires_at")?),
                _ => Self::Deposited(Box::new(Deposited::from_json(json)?)),
            });
        }
        Ok(Self::Done)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use relais_engine::json;

    use super::*;

    const TEAM: &str = r#"{
        "name": "Préfecture du Bas-Rhin", "is_declared": false, "may_invite": true, "version": 3, "role": "owner",
        "documents": [{ "id": "d1", "name": "Suivi DETR 2026", "origin": "https://grist.example", "is_this": true,
            "joined_at": "2026-11-19T14:32:00.000Z", "joined_by": 42 }],
        "tokens": [
            { "id": "t1", "name": "DETR 2026", "demarches": [131016, 142062], "rights": "read", "refused": [142062], "expires": "2026-12-11",
              "checked_at": "2026-11-19T14:32:00.000Z", "refusal": null, "deposited_at": "2026-11-19T14:32:00.000Z", "deposited_by": 42, "version": 1 },
            { "id": "t2", "name": "Environnement", "demarches": [88417], "rights": "of_a_newer_proxy", "refused": [], "expires": null,
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
        assert_eq!(detr.refused.iter().map(|number| number.get()).collect::<Vec<_>>(), [142_062]);
        assert!(team.may_invite && !team.has_several_grists());
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
                {{"number": 142062, "title": null, "refusal": {{"code": "demarche_refused", "message": "", "help": ""}}}}], "opens_more": true}}"#
        );
        let Answer::Deposited(deposited) = Answer::read(&Wish::Deposit, body.as_bytes()).unwrap() else { panic!("{body}") };
        assert_eq!((deposited.token.id.as_str(), deposited.opens_more), ("t1", true));
        let [(number, error)] = deposited.refused.as_slice() else { panic!("{deposited:?}") };
        assert_eq!((number.get(), error.code), (142_062, SourceErrorCode::DemarcheRefused));
    }

    #[test]
    fn the_grists_of_a_team_are_told_apart() {
        let mut team = team();
        let mut other = team.documents.clone();
        for document in &mut other {
            "https://autre.example".clone_into(&mut document.origin);
        }
        team.documents.extend(other);
        assert!(team.has_several_grists());
    }

    #[test]
    fn readings_are_read() {
        let body = br#"{"kept_days":365,"lines":[{"first_at":"2026-11-19T14:32:00.000Z","last_at":"2026-11-19T14:40:00.000Z","document":null,
            "mark":"m","is_this":true,"is_member":true,"origin":"https://grist.example","person":42,"demarche":131016,"operation":"files",
            "requests":3,"dossiers":0}]}"#;
        let Answer::Readings(readings) = Answer::read(&Wish::Audit, body).unwrap() else { panic!("readings") };
        let [line] = readings.lines.as_slice() else { panic!("{readings:?}") };
        assert_eq!((line.document.as_deref(), line.is_this, line.is_member, line.dossiers), (None, true, true, 0));
        assert_eq!((line.operation.as_str(), line.origin.as_str()), ("files", "https://grist.example"));
    }

    #[test]
    fn a_code_is_read() {
        let body = br#"{"id":"i1","code":"K7M4-QX2P-9TWD","hands_over":false,"expires_at":"2026-11-21T14:32:00.000Z"}"#;
        let Answer::Code(code, expires_at) = Answer::read(&Wish::Invite(false), body).unwrap() else { panic!("a code") };
        assert_eq!((code.as_str(), expires_at), ("K7M4-QX2P-9TWD", Timestamp::parse("2026-11-21T14:32:00Z").unwrap()));
    }
}
