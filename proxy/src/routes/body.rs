//! The body of a request, bounded in size and in time.

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use hyper::body::Body as _;

use crate::{config::LimitsConfiguration, error::AppError};

/// Bytes of a template: the largest mapping that DS allows is a third of it.
const TEMPLATE: usize = 256 * 1024;

/// Reads a JSON body whole.
pub(super) async fn read(limits: &LimitsConfiguration, headers: &HeaderMap, body: Body) -> Result<Bytes, AppError> {
    read_up_to(limits.request_body, limits, headers, body).await
}

/// Reads a template, which may be larger than other bodies.
pub(super) async fn read_template(limits: &LimitsConfiguration, headers: &HeaderMap, body: Body) -> Result<Bytes, AppError> {
    read_up_to(TEMPLATE, limits, headers, body).await
}

async fn read_up_to(most: usize, limits: &LimitsConfiguration, headers: &HeaderMap, body: Body) -> Result<Bytes, AppError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    // No form of another site can send this type without asking first.
    if content_type.split(';').next().is_none_or(|media_type| media_type.trim() != "application/json") {
        return Err(AppError::bad_request("the body is not announced as JSON").with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    // Said at once to those who announce it, before they send it.
    if body.size_hint().lower() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(too_large());
    }
    match tokio::time::timeout(limits.receive, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(AppError::bad_request("the body did not arrive whole")),
        Err(_) => Err(AppError::bad_request("the body did not arrive in time").with_status(StatusCode::REQUEST_TIMEOUT)),
    }
}

fn too_large() -> AppError {
    AppError::bad_request("the body is too large").with_status(StatusCode::PAYLOAD_TOO_LARGE)
}
