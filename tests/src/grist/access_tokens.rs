//! The access tokens of a document.
use super::document::{Role, SampleDocument};
use super::token::{self, Claims, TokenError};
use std::time::Duration;

impl SampleDocument {
    /// An access token as `getAccessToken` gives it. A viewer's can only read.
    pub fn access_token(&self, user: &str, read_only: bool) -> String {
        self.token_lasting(user, read_only.then_some(true), token::LIFETIME)
    }

    /// A token that lasts as long as is said: zero for one that has expired already.
    pub fn token_lasting(&self, user: &str, read_only: Option<bool>, lifetime: Duration) -> String {
        let viewer = self.role(user).is_none_or(|role| role == Role::Viewer);
        let claims = self.claims(user, self.id().to_owned(), if viewer { Some(true) } else { read_only }, lifetime);
        token::sign(&claims, &self.0.secret)
    }

    /// A token of the user's own fork of this document, of which even a viewer is owner.
    pub fn fork_token(&self, user: &str) -> String {
        let fork = format!("{}~{}~{}", self.id(), "fork", self.0.users.id(user));
        let claims = self.claims(user, fork, None, token::LIFETIME);
        token::sign(&claims, &self.0.secret)
    }

    fn claims(&self, user: &str, doc_id: String, read_only: Option<bool>, lifetime: Duration) -> Claims {
        let now = token::now();
        Claims { read_only, user_id: self.0.users.id(user), doc_id, iat: now, exp: now + lifetime.as_secs() }
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        token::verify(token, &self.0.secret)
    }
}
