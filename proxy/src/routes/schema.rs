//! `GET /modele.schema.json`: what the file of a template holds, for whoever writes or checks one.

use axum::{http::header, response::IntoResponse};
use relais_engine::template::SCHEMA;

/// The JSON Schema of templates.
pub(super) async fn show() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/schema+json"), (header::CACHE_CONTROL, "public, max-age=86400")], SCHEMA)
}
