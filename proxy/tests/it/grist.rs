//! A stand-in of Grist: it knows the tokens that it gave, and who may write (facts/grist.md, sections 8 and 9).

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State},
    http::{Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Right {
    Viewer,
    Editor,
    Owner,
}

struct Inner {
    tokens: Mutex<HashMap<String, (String, Right)>>,
    asked: Mutex<Vec<String>>,
    status: Mutex<Option<StatusCode>>,
}

/// A Grist on a free port.
#[derive(Clone)]
pub(crate) struct Grist {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

/// The seconds of now.
pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

/// A token with this header and payload, signed by nobody.
pub(crate) fn unsigned(header: &Value, payload: &Value, signature: &str) -> String {
    let encode = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.{signature}", encode(header), encode(payload))
}

impl Grist {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner { tokens: Mutex::default(), asked: Mutex::default(), status: Mutex::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/o/docs/api/docs/{document}/apply", post(apply))
            .route("/o/docs/api/docs/{document}/timing", get(timing))
            // Where a redirection leads: it would say yes to everything.
            .route("/elsewhere", any(async || StatusCode::OK))
            .with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, inner }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A token that this Grist takes, for a quarter of an hour.
    pub(crate) fn token(&self, document: &str, user: i64, right: Right) -> String {
        self.token_until(document, user, right, now() + 900)
    }

    pub(crate) fn token_until(&self, document: &str, user: i64, right: Right, expires: i64) -> String {
        let mut payload = json!({ "userId": user, "docId": document, "iat": now(), "exp": expires });
        if right == Right::Viewer {
            payload["readOnly"] = true.into();
        }
        self.take(
            unsigned(&json!({ "alg": "HS256", "typ": "JWT" }), &payload, &BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())),
            document,
            right,
        )
    }

    /// Makes this Grist take a token from somebody with this right, whatever it says of itself.
    pub(crate) fn take(&self, token: String, document: &str, right: Right) -> String {
        self.inner.tokens.lock().unwrap().insert(token.clone(), (document.to_owned(), right));
        token
    }

    /// Withdraws every right.
    pub(crate) fn forget(&self) {
        self.inner.tokens.lock().unwrap().clear();
    }

    /// From now on answers this, whatever it is asked.
    pub(crate) fn always(&self, status: StatusCode) {
        *self.inner.status.lock().unwrap() = Some(status);
    }

    /// What it was asked: method, path and body.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.inner.asked.lock().unwrap().clone()
    }
}

fn right(inner: &Inner, document: &str, query: &HashMap<String, String>) -> Result<Right, Box<Response>> {
    if let Some(status) = *inner.status.lock().unwrap() {
        return Err(Box::new((status, [(header::LOCATION, "/elsewhere")]).into_response()));
    }
    match inner.tokens.lock().unwrap().get(query.get("auth").map_or("", String::as_str)) {
        Some((known, right)) if known == document => Ok(*right),
        Some(_) => Err(Box::new((StatusCode::UNAUTHORIZED, "token misuse").into_response())),
        None => Err(Box::new((StatusCode::UNAUTHORIZED, "bad token").into_response())),
    }
}

async fn apply(
    State(inner): State<Arc<Inner>>,
    Path(document): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    request: Request<Body>,
) -> Response {
    let exact = request.headers().get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json");
    let body = axum::body::to_bytes(request.into_body(), 1024).await.unwrap();
    inner.asked.lock().unwrap().push(format!("POST {document}/apply {}", String::from_utf8_lossy(&body)));
    match right(&inner, &document, &query) {
        Err(response) => *response,
        Ok(_) if !exact => StatusCode::UNAUTHORIZED.into_response(),
        Ok(Right::Viewer) => (StatusCode::FORBIDDEN, "No write access").into_response(),
        Ok(_) => axum::Json(json!({ "actionNum": 0, "actionHash": null, "retValues": [], "isModification": false })).into_response(),
    }
}

async fn timing(State(inner): State<Arc<Inner>>, Path(document): Path<String>, Query(query): Query<HashMap<String, String>>) -> Response {
    inner.asked.lock().unwrap().push(format!("GET {document}/timing"));
    match right(&inner, &document, &query) {
        Err(response) => *response,
        Ok(Right::Owner) => axum::Json(json!({ "status": "disabled" })).into_response(),
        Ok(_) => (StatusCode::FORBIDDEN, "No owner access").into_response(),
    }
}
