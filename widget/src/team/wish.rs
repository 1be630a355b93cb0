//! What agents wish about their team, and how the proxy is asked for it.

use gloo_net::http::Method;

use super::{
    places,
    typed::{Body, Field, Typed, Wrong},
};

/// Something that an agent wants. Ids are the proxy's; versions are of what they have seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To see the team.
    See,
    /// To see who read what.
    Audit,
    /// To make a team of this document, which is typed with its first token; and whether that takes a code, which is typed too.
    Create(bool),
    /// To come into a team, by a code that is typed.
    Join,
    /// To name the team as it is typed, by the version of its name.
    Rename(i64),
    /// To have a code of invitation, and whether this document leaves when it is used.
    Invite(bool),
    /// To take a code back, by its id.
    Withdraw(String),
    /// To take another document out of the team, by its id.
    Exclude(String),
    /// To take this document out of the team, by its id, and whether the team ends if it is the last one.
    Leave(String, bool),
    /// To deposit the token that is typed.
    Deposit,
    /// To put what is typed in the place of a token, by its id and its version.
    Replace(String, i64),
    /// To take a token away, by its id and its version.
    Discard(String, i64),
    /// To have DS asked about a token now, by its id.
    Check(String),
}

/// How the proxy is asked. Its body may hold a token, and is never printed.
pub struct Request {
    /// The method.
    pub method: Method,
    /// The address, from that of the page.
    pub path: String,
    /// What is sent.
    pub body: Option<String>,
    /// Which state of it was seen, where nothing is to be lost of another.
    pub seen: Option<i64>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.method, self.path)
    }
}

impl Wish {
    /// Whether the document is of another team afterwards.
    pub const fn moves(&self) -> bool {
        matches!(self, Self::Create(_) | Self::Join | Self::Leave(..))
    }

    /// The part of the screen that says what became of it.
    pub const fn place(&self) -> &'static str {
        match self {
            Self::See => "",
            Self::Audit => places::READINGS,
            Self::Create(_) | Self::Deposit | Self::Replace(..) | Self::Discard(..) | Self::Check(..) => places::TOKENS,
            Self::Join => places::JOIN,
            Self::Rename(..) => places::RENAME,
            Self::Invite(true) => places::HAND_OVER,
            Self::Invite(..) | Self::Withdraw(..) => places::INVITE,
            Self::Exclude(..) => places::DOCUMENTS,
            Self::Leave(..) => places::LEAVE,
        }
    }

    /// How the proxy is asked, with what is typed.
    pub fn request(&self, typed: Typed<'_>) -> Result<Request, Wrong> {
        const TEAM: &str = "api/team";
        const INVITATIONS: &str = "api/team/invitations";
        const DOCUMENTS: &str = "api/team/documents/";
        const TOKENS: &str = "api/tokens";
        const TOKEN: &str = "api/tokens/";
        let mut body = Body::default();
        let (method, path, id, end) = match self {
            Self::See => (Method::GET, TEAM, "", ""),
            Self::Audit => (Method::GET, "api/audit", "", ""),
            Self::Create(takes_code) => {
                if *takes_code {
                    body.put_typed("code", typed, Field::Code)?;
                }
                body.put_typed("name", typed, Field::Team)?;
                body.put_typed("document_name", typed, Field::Document)?;
                // Deposited once the team is there: what is wrong with it is said before.
                Body::default().put_token(typed, false)?;
                (Method::POST, TEAM, "", "")
            }
            Self::Join => {
                body.put_typed("code", typed, Field::Code)?;
                body.put_typed("document_name", typed, Field::Document)?;
                (Method::POST, "api/team/join", "", "")
            }
            Self::Rename(_) => {
                body.put_typed("name", typed, Field::Team)?;
                (Method::PATCH, TEAM, "", "")
            }
            Self::Invite(hands_over) => {
                body.put("hands_over", (*hands_over).into());
                (Method::POST, INVITATIONS, "", "")
            }
            Self::Withdraw(id) => (Method::DELETE, INVITATIONS, "/", id.as_str()),
            Self::Exclude(id) | Self::Leave(id, _) => {
                body.put("ends_team", matches!(self, Self::Leave(_, true)).into());
                (Method::DELETE, DOCUMENTS, id.as_str(), "")
            }
            Self::Deposit => {
                body.put_token(typed, false)?;
                (Method::POST, TOKENS, "", "")
            }
            Self::Replace(id, _) => {
                body.put_token(typed, true)?;
                (Method::PUT, TOKEN, id.as_str(), "")
            }
            Self::Discard(id, _) => (Method::DELETE, TOKEN, id.as_str(), ""),
            Self::Check(id) => (Method::POST, TOKEN, id.as_str(), "/check"),
        };
        if let Self::Rename(version) | Self::Replace(_, version) | Self::Discard(_, version) = self {
            body.put("version", (*version).into());
        }
        Ok(Request { method, path: [path, id, end].concat(), body: body.write(), seen: None })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn typed(field: Field) -> String {
        match field {
            Field::Team => "Préfecture",
            Field::Document => "Suivi",
            Field::Code => "k7m4 qx2p 9twd",
            Field::Name => "DETR",
            Field::Token => "secret",
            Field::Demarches => "131016",
            Field::Expires => "2027-03-01",
        }
        .to_owned()
    }

    fn asked(wish: &Wish) -> String {
        let request = wish.request(&typed).unwrap();
        format!("{request:?} {}", request.body.as_deref().unwrap_or("-"))
    }

    #[test]
    fn each_wish_has_its_request() {
        let id = |id: &str| id.to_owned();
        assert_eq!(asked(&Wish::See), "GET api/team -");
        assert_eq!(asked(&Wish::Create(false)), r#"POST api/team {"document_name":"Suivi","name":"Préfecture"}"#);
        let with_code = r#"POST api/team {"code":"k7m4 qx2p 9twd","document_name":"Suivi","name":"Préfecture"}"#;
        assert_eq!(asked(&Wish::Create(true)), with_code);
        assert_eq!(asked(&Wish::Join), r#"POST api/team/join {"code":"k7m4 qx2p 9twd","document_name":"Suivi"}"#);
        assert_eq!(asked(&Wish::Rename(3)), r#"PATCH api/team {"name":"Préfecture","version":3}"#);
        assert_eq!(asked(&Wish::Invite(true)), r#"POST api/team/invitations {"hands_over":true}"#);
        assert_eq!(asked(&Wish::Withdraw(id("i1"))), "DELETE api/team/invitations/i1 -");
        assert_eq!(asked(&Wish::Exclude(id("d2"))), r#"DELETE api/team/documents/d2 {"ends_team":false}"#);
        assert_eq!(asked(&Wish::Leave(id("d1"), true)), r#"DELETE api/team/documents/d1 {"ends_team":true}"#);
        let deposit = r#"{"demarches":[131016],"expires":"2027-03-01","name":"DETR","token":"secret""#;
        assert_eq!(asked(&Wish::Deposit), format!("POST api/tokens {deposit}}}"));
        assert_eq!(asked(&Wish::Replace(id("t1"), 2)), format!("PUT api/tokens/t1 {deposit},\"version\":2}}"));
        assert_eq!(asked(&Wish::Discard(id("t1"), 2)), r#"DELETE api/tokens/t1 {"version":2}"#);
        assert_eq!(asked(&Wish::Check(id("t1"))), "POST api/tokens/t1/check -");
    }

    #[test]
    fn a_token_is_never_printed() {
        assert!(!format!("{:?}", Wish::Deposit.request(&typed)).contains("secret"));
    }

    #[test]
    fn a_team_is_not_created_before_its_token_is_whole() {
        let without_token = |field| if field == Field::Token { String::new() } else { typed(field) };
        assert_eq!(Wish::Create(false).request(&without_token).unwrap_err(), Wrong::Missing(Field::Token));
        let nothing = |_| String::new();
        let missing = |wish: Wish| wish.request(&nothing).unwrap_err().field();
        assert_eq!((missing(Wish::Create(false)), missing(Wish::Create(true))), (Field::Team, Field::Code));
        assert_eq!(missing(Wish::Join), Field::Code);
        assert_eq!(missing(Wish::Deposit), Field::Name);
        assert_eq!(missing(Wish::Rename(1)), Field::Team);
    }

    #[test]
    fn who_comes_or_leaves_needs_another_session() {
        assert!(Wish::Create(false).moves() && Wish::Join.moves() && Wish::Leave(String::new(), false).moves());
        assert!(!Wish::Exclude(String::new()).moves() && !Wish::Deposit.moves());
    }
}
