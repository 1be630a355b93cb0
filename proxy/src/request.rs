//! What happens to every request: an id, the caller's address, one line of log, figures, and errors made into answers.

use std::{net::IpAddr, sync::Arc, time::Instant};

use axum::{
    Json,
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rand::Rng as _;
use serde::Serialize;
use tracing::{Instrument as _, field::Empty};

use crate::{
    application::Application,
    error::{AppError, ErrorBody},
};

/// The address of the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub IpAddr);

/// Who calls, behind the servers in front of Relais.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller(pub IpAddr);

/// The layer around every route.
pub(crate) async fn layer(State(application): State<Arc<Application>>, mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    // Ours alone: one that a client chooses could be made to look like another's.
    let request_id = format!("{:016x}", rand::rng().random::<u64>());
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    if let Some(Peer(peer)) = request.extensions().get() {
        let forwarded_for = forwarded_for(request.headers());
        let caller = application.configuration.server.client_address(*peer, forwarded_for.as_deref());
        request.extensions_mut().insert(Caller(caller));
    }
    let span = tracing::info_span!("request", request_id, origin = Empty, document = Empty, user = Empty, operation = Empty, demarche = Empty);
    let mut response = next.run(request).instrument(span.clone()).await;
    let error = response.extensions_mut().remove::<AppError>();
    if let Some(error) = &error {
        response = answer(error, &request_id, response);
    }
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("x-request-id", value);
    }
    let (status, duration) = (response.status().as_u16(), start.elapsed());
    application.metrics.request(method.as_str(), &route, status, duration);
    let duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| match &error {
        Some(error) if response.status().is_server_error() => {
            tracing::warn!(%method, route, status, duration_ms, code = ?error.error.code, cause = %error.cause, "request");
        }
        Some(error) => tracing::info!(%method, route, status, duration_ms, code = ?error.error.code, cause = %error.cause, "request"),
        None => tracing::info!(%method, route, status, duration_ms, "request"),
    });
    response
}

/// Every `X-Forwarded-For`, in order: a server in front may add its own line instead of completing the last.
fn forwarded_for(headers: &HeaderMap) -> Option<String> {
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).collect();
    (!lines.is_empty()).then(|| lines.join(","))
}

/// The error in JSON, with the headers that the routes and layers below have set.
fn answer(error: &AppError, request_id: &str, unsaid: Response) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        error: ErrorBody<'a>,
    }
    let mut response = (error.status, Json(Body { error: error.body(Some(request_id)) })).into_response();
    for (name, value) in unsaid.headers() {
        if *name != header::CONTENT_LENGTH && *name != header::CONTENT_TYPE && *name != header::CONTENT_ENCODING {
            response.headers_mut().append(name, value.clone());
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
