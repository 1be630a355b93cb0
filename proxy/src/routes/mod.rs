//! The routes: one file each.

mod access;
mod audit;
mod body;
mod demarches;
mod files;
mod health;
mod leases;
#[cfg(test)]
mod limited;
mod manifest;
mod operations;
mod page;
mod path;
mod paths;
mod schema;
mod session;
mod team;
mod templates;
mod tokens;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::{self, Next},
    response::{IntoResponse as _, Response},
    routing::{delete, get, post, put},
};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{CompressionLayer, CompressionLevel, DefaultPredicate, Predicate as _, predicate::NotForContentType},
};

pub(crate) use demarches::ListedDemarche;

use crate::{
    application::Application,
    error::AppError,
    request::{self, Caller},
};

/// Everything that Relais answers, but the metrics.
pub(crate) fn router(application: Arc<Application>) -> Router {
    let api = Router::new()
        .route("/session", post(session::open))
        .route("/demarches", get(demarches::list))
        .route("/audit", get(audit::show))
        .route("/audit.csv", get(audit::export))
        .route("/paths/{path}", get(paths::find))
        .route("/operations/{name}", post(operations::relay))
        .route("/files", post(files::pass_on))
        .route("/team", get(team::show).post(team::create).patch(team::rename))
        .route("/team/join", post(team::join))
        .route("/team/invitations", post(team::invite))
        .route("/team/invitations/{id}", delete(team::withdraw))
        .route("/team/documents/{id}", delete(team::remove_document))
        .route("/templates", get(templates::list).post(templates::create))
        .route("/templates/{id}", get(templates::show).put(templates::renew).patch(templates::share).delete(templates::withdraw))
        .route("/templates/{id}/versions/{number}", get(templates::version))
        .route("/templates/uses", put(templates::set_uses))
        .route("/teams", get(templates::teams))
        .route("/tokens", post(tokens::deposit))
        .route("/tokens/{id}", put(tokens::replace).delete(tokens::remove))
        .route("/tokens/{id}/check", post(tokens::check))
        .route("/leases/{connexion}", put(leases::take).delete(leases::give_back))
        .fallback(async || AppError::not_found())
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(application.clone(), api_layer));
    let routes = Router::new()
        .nest("/api", api)
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/manifest.json", get(manifest::show))
        .route("/modele.schema.json", get(schema::show))
        .fallback(page::serve)
        .method_not_allowed_fallback(method_not_allowed);
    around(routes, application)
}

/// What every answer goes through, the last layer first.
fn around(routes: Router<Arc<Application>>, application: Arc<Application>) -> Router {
    // A file of DS is passed on as it is: it most often is compressed already, and its length is said.
    let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"));
    routes
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn(security_headers))
        .layer(middleware::from_fn_with_state(application.clone(), request::layer))
        .with_state(application)
}

/// The metrics, on a port of their own.
pub(crate) fn metrics_router(application: Arc<Application>) -> Router {
    Router::new().route("/metrics", get(health::metrics)).with_state(application)
}

async fn method_not_allowed() -> AppError {
    AppError::bad_request("the route has no such method").with_status(axum::http::StatusCode::METHOD_NOT_ALLOWED)
}

/// The message of a panic goes to the standard error, never into an answer.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    AppError::internal("the route panicked").into_response()
}

/// The API answers nothing that may be kept, and counts by network address before anything else.
async fn api_layer(State(application): State<Arc<Application>>, request: Request, next: Next) -> Response {
    if let Some(Caller(caller)) = request.extensions().get()
        && let Err(error) = application.limits.address(*caller)
    {
        return error.into_response();
    }
    let mut response = next.run(request).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// For every answer. `X-Frame-Options` has no form that allows one site: `frame-ancestors` says it, on the page.
async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt as _;

    use super::*;
    use crate::Configuration;

    async fn defective() -> &'static str {
        panic!("private words")
    }

    async fn application() -> Arc<Application> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Arc::new(Application::new(Configuration::default()).await.unwrap())
    }

    #[tokio::test]
    async fn a_server_that_stops_says_so_to_the_one_in_front() {
        let application = application().await;
        let status = async |path: &str| {
            let request = Request::get(path).body(Body::empty()).unwrap();
            router(application.clone()).oneshot(request).await.unwrap().status().as_u16()
        };
        assert_eq!((status("/health/live").await, status("/health/ready").await), (200, 200));
        application.stop();
        assert_eq!((status("/health/live").await, status("/health/ready").await), (200, 503));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_like_another() {
        let router = around(Router::new().route("/defective", get(defective)), application().await);
        let answer = router.oneshot(Request::get("/defective").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = String::from_utf8(to_bytes(answer.into_body(), 10_000).await.unwrap().into()).unwrap();
        insta::assert_snapshot!(body.replace(&request_id, "[id]"), @r#"
        {"error":{"code":"internal","message":"Relais a rencontré une erreur inattendue. Ce qui est déjà écrit dans le document est complet.","help":"Réessayez. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.","request_id":"[id]"}}
        "#);
    }
}
