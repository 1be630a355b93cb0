//! Ids of ours: drawn, so that nobody guesses one, and fit for an address.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use rand::RngCore as _;

/// Bytes that are drawn.
const BYTES: usize = 16;
/// The same, in base64.
const LENGTH: usize = 22;

fn draw() -> String {
    let mut bytes = [0; BYTES];
    rand::rng().fill_bytes(&mut bytes);
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

fn is_one(text: &str) -> bool {
    text.len() == LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident;)*) => {$(
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
        pub(crate) struct $name(Box<str>);

        impl $name {
            /// One that nobody has.
            pub(crate) fn draw() -> Self {
                Self(draw().into())
            }

            /// Reads one that was drawn.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                is_one(text).then(|| Self(text.into()))
            }

            /// As it is written.
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A team's.
    TeamId;
    /// A DS token's: not the token, nor anything of it.
    TokenId;
    /// An invitation's: not its code.
    InvitationId;
    /// A template's.
    TemplateId;
    /// A document's place in a team: not its id in Grist, which opens a public document.
    DocumentMark;
}
