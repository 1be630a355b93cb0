//! What strangers write, open to the fuzzer (`tests/fuzz`). Not part of the server.

use std::sync::LazyLock;

use secrecy::SecretSlice;

use crate::{
    auth::{self, Sessions},
    clock,
    config::{DocumentAddress, DsUrl, FileAddress, FileHost, GristOrigin, Network},
    ds::DemarchePath,
    teams::code::InvitationCode,
};

static SESSIONS: LazyLock<Sessions> = LazyLock::new(|| Sessions::new(&[SecretSlice::from(vec![7; 32])]));
static HOSTS: LazyLock<Vec<FileHost>> = LazyLock::new(|| "static.exemple.fr".parse().into_iter().collect());

/// Whether a text opens a session, signed with a key that nobody knows.
pub fn is_session(text: &str) -> bool {
    SESSIONS.read(text, clock::now()).is_some()
}

/// Reads an access token of Grist.
pub fn read_access_token(text: &str) {
    auth::try_access_token(text);
}

/// Reads an invitation code: one that is taken is read again as it is shown.
pub fn read_invitation_code(text: &str) {
    if let Some(code) = InvitationCode::parse(text) {
        assert!(
            InvitationCode::parse(&code.shown()).is_some_and(|again| again.hash(&[1; 32]) == code.hash(&[1; 32])),
            "a code is what is shown of it"
        );
    }
}

/// Reads addresses of every kind. What is taken is where it says.
pub fn read_addresses(text: &str) {
    if let Ok(origin) = text.parse::<GristOrigin>() {
        assert_eq!(origin.as_str(), text.trim_end_matches('/'), "an origin has one form");
    }
    if let Ok(address) = text.parse::<DocumentAddress>() {
        assert!(text.starts_with(address.origin.as_str()), "a document is at its origin");
    }
    let _ = text.parse::<DsUrl>();
    let _ = text.parse::<Network>();
    let _ = DemarchePath::parse(text);
    if FileAddress::read(text, &HOSTS).is_some() {
        assert!(text.starts_with("https://static.exemple.fr/"), "a file is on the host that is allowed");
    }
}
