//! `GET /manifest.json`: the list of one widget that a Grist's `GRIST_WIDGET_LIST_URL` may point to
//! (facts/grist.md, section 2, Delivery).

use std::sync::Arc;

use axum::{Json, extract::State, http::header, response::IntoResponse};
use serde_json::json;

use crate::{application::Application, text};

/// The widget, as Grist's gallery shows it.
pub(super) async fn show(State(application): State<Arc<Application>>) -> impl IntoResponse {
    // Grist reads a relative address from where the manifest is.
    let address = application.configuration.server.public_url.as_ref().map_or("./", url::Url::as_str);
    let manifest = json!([{
        "widgetId": "relais",
        "name": text::WIDGET_NAME,
        "description": text::WIDGET_DESCRIPTION,
        "url": address,
        "published": true,
        "accessLevel": "full",
        "renderAfterReady": true,
        "authors": [{ "name": "Relais" }],
        "isGristLabsMaintained": false,
    }]);
    ([(header::CACHE_CONTROL, "no-cache")], Json(manifest))
}
