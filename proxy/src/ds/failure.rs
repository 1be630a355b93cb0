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
    /// It is our own queue that is long, not DS that refuses.
    pub is_ours: bool,
}

impl Failure {
    pub(crate) fn new(code: Code, cause: impl Into<Cow<'static, str>>) -> Self {
        Self { error: code.into(), cause: cause.into(), is_ours: false }
    }

    /// DS, or our own pace, wants us to wait.
    pub(super) fn rate_limited(retry_at: Timestamp, is_ours: bool) -> Self {
        let cause = if is_ours { "the queue for this token is full" } else { "DS limits this token" };
        Self { error: SourceError { retry_at: Some(retry_at), ..Code::RateLimited.into() }, cause: cause.into(), is_ours }
    }
}

impl From<Failure> for AppError {
    fn from(Failure { error, cause, is_ours }: Failure) -> Self {
        let error = Self::new(error, cause);
        if is_ours { error.saying(text::BUSY) } else { error }
    }
}
