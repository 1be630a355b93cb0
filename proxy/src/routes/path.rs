//! What an address names. One that cannot be read is answered as all errors are: in our words, and not with its own.

use axum::{
    extract::{FromRequestParts, Path as Segments},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// The parts of an address that a route names.
pub(super) struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let Segments(named) = Segments::from_request_parts(parts, state).await.map_err(|_| AppError::bad_request("the address cannot be read"))?;
        Ok(Self(named))
    }
}
