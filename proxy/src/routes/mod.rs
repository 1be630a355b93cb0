//! The routes: one file each.

mod access;
mod audit;
mod body;
mod demarches;
mod files;
mod health;
mod leases;
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
    use axum::{
        body::{Body, to_bytes},
        http::StatusCode,
    };
    use tower::ServiceExt as _;

    use serde_json::json;

    use super::*;
    use crate::{
        Configuration,
        auth::{Person, Role},
        clock,
        config::{DatabaseConfiguration, Enrolment, GristConfiguration},
        text,
    };

    async fn defective() -> &'static str {
        panic!("private words")
    }

    #[tokio::test]
    async fn a_panic_is_an_error_like_another() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let application = Arc::new(Application::new(Configuration::default()).await.unwrap());
        let router = around(Router::new().route("/defective", get(defective)), application);
        let answer = router.oneshot(Request::get("/defective").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(answer.status(), axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
        let body = String::from_utf8(to_bytes(answer.into_body(), 10_000).await.unwrap().into()).unwrap();
        insta::assert_snapshot!(body.replace(&request_id, "[id]"), @r#"
        {"error":{"code":"internal","message":"Relais a rencontré une erreur inattendue. Ce qui est déjà écrit dans le document est complet.","help":"Réessayez. Si cela dure, donnez le numéro de la demande à la personne qui administre Relais.","request_id":"[id]"}}
        "#);
    }

    /// A server whose connections to its database are all within reach: what SQLite limits, it limits by connection.
    struct Small {
        application: Arc<Application>,
        router: Router,
        _folder: tempfile::TempDir,
    }

    impl Small {
        async fn start() -> Self {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let grist = GristConfiguration { origins: vec!["https://grist.exemple.fr".parse().unwrap()] };
            let folder = tempfile::tempdir().unwrap();
            let database = DatabaseConfiguration::File(folder.path().join("relais.db"));
            let configuration = Configuration { grist, database, enrolment: Enrolment::Open, ..Configuration::default() };
            let application = Arc::new(Application::new(configuration).await.unwrap());
            Self { router: router(application.clone()), application, _folder: folder }
        }

        /// Asks as the owner of a document.
        async fn ask(&self, method: &str, document: usize, body: serde_json::Value) -> (StatusCode, serde_json::Value) {
            let now = clock::now();
            let person = Person {
                origin: "https://grist.exemple.fr".parse().unwrap(),
                document: format!("sampleDocument{document}").parse().unwrap(),
                user: 1,
                role: Role::Owner,
                until: now.plus_seconds(900),
            };
            let request = Request::builder().method(method).uri("/api/team").header(header::CONTENT_TYPE, "application/json");
            let request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.application.sessions.open(&person, now).0));
            let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
            let answer = self.router.clone().oneshot(request.body(body).unwrap()).await.unwrap();
            let status = answer.status();
            (status, serde_json::from_slice(&to_bytes(answer.into_body(), 100_000).await.unwrap()).unwrap())
        }

        async fn create(&self, document: usize) -> (StatusCode, serde_json::Value) {
            self.ask("POST", document, json!({ "name": "a".repeat(100), "document_name": "b".repeat(100) })).await
        }
    }

    /// What SQLite says when its file may not grow by a page: the same as on a disk without room.
    #[tokio::test]
    async fn a_database_that_is_full_still_reads_and_takes_more_once_there_is_room() {
        let small = Small::start().await;
        assert_eq!(small.create(0).await.0, StatusCode::CREATED);
        // SQLite takes the pages that there are, if they are more.
        small.application.store.execute("PRAGMA max_page_count = 1").await.unwrap();
        let mut refused = None;
        for document in 1..500 {
            match small.create(document).await {
                (StatusCode::CREATED, _) => {}
                other => {
                    refused = Some((document, other));
                    break;
                }
            }
        }
        let (document, (status, answer)) = refused.unwrap();
        assert_eq!((status, &answer["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("proxy_unavailable")));
        assert_eq!(answer["error"]["message"], &*text::STORE_SILENT.message);
        assert_eq!(small.ask("GET", 0, serde_json::Value::Null).await.0, StatusCode::OK);
        assert_eq!(small.ask("GET", document, serde_json::Value::Null).await.1["error"]["code"], "document_unknown", "nothing of it is kept");
        small.application.store.execute("PRAGMA max_page_count = 1000000").await.unwrap();
        // Whatever the connection, that which was refused among them.
        for document in document..document + 20 {
            assert_eq!(small.create(document).await.0, StatusCode::CREATED);
        }
    }

    /// By SQLite's own switch: modes of files do not hold the superuser, who runs tests in containers.
    #[tokio::test]
    async fn a_database_that_is_read_only_still_reads() {
        let small = Small::start().await;
        assert_eq!(small.create(0).await.0, StatusCode::CREATED);
        small.application.store.execute("PRAGMA query_only = ON").await.unwrap();
        let rename = json!({ "name": "Autre", "version": 1 });
        for (status, answer) in [small.ask("PATCH", 0, rename.clone()).await, small.create(1).await] {
            assert_eq!((status, &answer["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("proxy_unavailable")));
        }
        assert_eq!(small.ask("GET", 0, serde_json::Value::Null).await.0, StatusCode::OK);
        small.application.store.execute("PRAGMA query_only = OFF").await.unwrap();
        assert_eq!(small.ask("PATCH", 0, rename).await.0, StatusCode::OK);
    }
}
