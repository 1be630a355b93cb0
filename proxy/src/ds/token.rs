//! A DS token.

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

/// A DS token: it opens the dossiers of a démarche. Printed nowhere, exposed in [`Token::authorization`] and, to be known
/// again, in [`Token::mark`].
#[derive(Clone, Debug)]
pub(crate) struct Token(SecretString);

/// A text that no header can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token is visible ASCII, without spaces")]
pub(crate) struct InvalidToken;

impl Token {
    /// Base64, as DS makes them, or at least what a header can hold.
    pub(crate) fn new(text: SecretString) -> Result<Self, InvalidToken> {
        let exposed = text.expose_secret();
        if !exposed.is_empty() && exposed.bytes().all(|byte| byte.is_ascii_graphic()) { Ok(Self(text)) } else { Err(InvalidToken) }
    }

    /// What tells it from every other, for as long as the server runs: written nowhere.
    pub(crate) fn mark(&self) -> [u8; 32] {
        Sha256::new_with_prefix(b"relais gate 1\0").chain_update(self.0.expose_secret()).finalize().into()
    }

    /// The header that shows it to DS, marked as sensitive.
    pub(super) fn authorization(&self) -> Result<HeaderValue, InvalidToken> {
        let mut header = HeaderValue::try_from(format!("Bearer {}", self.0.expose_secret())).map_err(|_| InvalidToken)?;
        header.set_sensitive(true);
        Ok(header)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn a_token_is_never_printed() {
        let token = Token::new("sample-token".into()).unwrap();
        assert!(!format!("{token:?} {:?}", token.authorization().unwrap()).contains("sample"));
        assert_eq!(token.authorization().unwrap().as_bytes(), b"Bearer sample-token");
    }

    #[test]
    fn a_token_fits_a_header() {
        for refused in ["", "two words", "line\n", "é"] {
            assert!(Token::new(refused.into()).is_err(), "{refused}");
        }
    }
}
