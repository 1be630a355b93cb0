//! Why DS did not give an answer worth relaying.

use std::borrow::Cow;

use relais_engine::{
    Timestamp,
    ds::{SourceError, SourceErrorCode as Code},
};

use crate::{error::AppError, text};

/// Why DS did not give an answer worth relaying. Nothing in it was written by DS: codes, instants and addresses that were
/// read as such, and a cause in our own words.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{cause}")]
pub(crate) struct Failure {
    pub error: SourceError,
    pub cause: Cow<'static, str>,
    /// It is ours, of which DS knows nothing: our own queue that is long, a seal of ours that does not open.
    pub is_ours: bool,
}

impl Failure {
    pub(crate) fn new(code: Code, cause: impl Into<Cow<'static, str>>) -> Self {
        Self { error: code.into(), cause: cause.into(), is_ours: false }
    }

    /// No key of ours opens the token: DS is not asked.
    pub(crate) fn sealed() -> Self {
        Self { is_ours: true, ..Self::new(Code::Internal, "no key of the secret file opens the token") }
    }

    /// DS, or our own pace, wants us to wait.
    pub(super) fn rate_limited(retry_at: Timestamp, is_ours: bool) -> Self {
        let cause = if is_ours { "the queue for this token is full" } else { "DS limits this token" };
        Self { error: SourceError { retry_at: Some(retry_at), ..Code::RateLimited.into() }, cause: cause.into(), is_ours }
    }
}

impl From<Failure> for AppError {
    fn from(Failure { error, cause, is_ours }: Failure) -> Self {
        let sentences = match error.code {
            Code::Internal if is_ours => Some(text::SEALED),
            _ if is_ours => Some(text::BUSY),
            _ => None,
        };
        let error = Self::new(error, cause);
        match sentences {
            Some(sentences) => error.saying(sentences),
            None => error,
        }
    }
}
