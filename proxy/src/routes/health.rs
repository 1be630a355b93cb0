//! `GET /health/…` for the server in front, `GET /metrics` for Prometheus.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::IntoResponse,
};
use serde_json::json;

use crate::application::Application;

/// The process answers.
pub(super) async fn live() -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": "live" })))
}

/// New requests are welcome: not while the server stops. DS and Grist are not asked; their absence is explained to each
/// person, and taking every replica away would explain nothing.
pub(super) async fn ready(State(application): State<Arc<Application>>) -> impl IntoResponse {
    let (status, word) = if application.is_stopping() { (StatusCode::SERVICE_UNAVAILABLE, "stopping") } else { (StatusCode::OK, "ready") };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "status": word })))
}

/// The figures.
pub(super) async fn metrics(State(application): State<Arc<Application>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], application.metrics.text())
}
