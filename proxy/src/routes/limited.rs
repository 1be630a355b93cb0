//! The routes, on a database that takes nothing more.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::router;
use crate::{
    Configuration,
    application::Application,
    auth::{Person, Role},
    clock,
    config::{DatabaseConfiguration, Enrolment, GristConfiguration},
    text,
};

/// A server whose connections to its database are all within reach: what SQLite limits, it limits by connection.
struct Limited {
    application: Arc<Application>,
    router: Router,
    _folder: tempfile::TempDir,
}

impl Limited {
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
    async fn ask(&self, method: &str, document: usize, body: Value) -> (StatusCode, Value) {
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

    async fn create(&self, document: usize) -> (StatusCode, Value) {
        self.ask("POST", document, json!({ "name": "a".repeat(100), "document_name": "b".repeat(100) })).await
    }
}

/// What SQLite says when its file may not grow by a page: the same as on a disk without room.
#[tokio::test]
async fn a_database_that_is_full_still_reads_and_takes_more_once_there_is_room() {
    let limited = Limited::start().await;
    assert_eq!(limited.create(0).await.0, StatusCode::CREATED);
    // SQLite takes the pages that there are, if they are more.
    limited.application.store.execute("PRAGMA max_page_count = 1").await.unwrap();
    let mut refused = None;
    for document in 1..500 {
        match limited.create(document).await {
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
    assert_eq!(limited.ask("GET", 0, Value::Null).await.0, StatusCode::OK);
    assert_eq!(limited.ask("GET", document, Value::Null).await.1["error"]["code"], "document_unknown", "nothing of it is kept");
    limited.application.store.execute("PRAGMA max_page_count = 1000000").await.unwrap();
    // Whatever the connection, that which was refused among them.
    for document in document..document + 20 {
        assert_eq!(limited.create(document).await.0, StatusCode::CREATED);
    }
}

/// By SQLite's own switch: modes of files do not hold the superuser, who runs tests in containers.
#[tokio::test]
async fn a_database_that_is_read_only_still_reads() {
    let limited = Limited::start().await;
    assert_eq!(limited.create(0).await.0, StatusCode::CREATED);
    limited.application.store.execute("PRAGMA query_only = ON").await.unwrap();
    let rename = json!({ "name": "Autre", "version": 1 });
    for (status, answer) in [limited.ask("PATCH", 0, rename.clone()).await, limited.create(1).await] {
        assert_eq!((status, &answer["error"]["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("proxy_unavailable")));
    }
    assert_eq!(limited.ask("GET", 0, Value::Null).await.0, StatusCode::OK);
    limited.application.store.execute("PRAGMA query_only = OFF").await.unwrap();
    assert_eq!(limited.ask("PATCH", 0, rename).await.0, StatusCode::OK);
}
