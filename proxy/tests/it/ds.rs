//! A stand-in of DS: it answers what a test says, and remembers what it was asked.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

/// What DS answers once.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Any status, type and body.
    Plain(StatusCode, &'static str, String),
    /// The same, with a header more.
    With(StatusCode, &'static str, &'static str, String),
    /// JSON that breaks off after this text.
    Cut(String),
    /// JSON of this many bytes.
    Huge(usize),
    /// Nothing, until the stand-in is released.
    Held(Box<Reply>),
    /// Its own request, headers and all, in a refusal: what a careless server would do with a token.
    Echo(StatusCode),
}

impl Reply {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Plain(StatusCode::OK, "application/json; charset=utf-8", value.to_string())
    }

    pub(crate) fn error(status: u16, message: &str, code: &str) -> Self {
        let body = json!({ "errors": [{ "message": message, "extensions": { "code": code } }], "data": null });
        Self::Plain(StatusCode::from_u16(status).unwrap(), "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn html(status: u16) -> Self {
        Self::Plain(StatusCode::from_u16(status).unwrap(), "text/html", "<html>maintenance upstream-words</html>".to_owned())
    }
}

/// A request that DS received.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub path: String,
    pub headers: HeaderMap,
    pub body: Value,
}

/// What DS knows of a token.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub demarches: Vec<i64>,
    pub may_write: bool,
    /// What it lets do is not told.
    pub hides_rights: bool,
    pub is_expired: bool,
}

struct Inner {
    tokens: Mutex<HashMap<String, Known>>,
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
    released: watch::Sender<bool>,
    in_flight: watch::Sender<usize>,
    most_in_flight: Mutex<usize>,
    arrived: Notify,
}

/// A DS on a free port.
#[derive(Clone)]
pub(crate) struct Ds {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

impl Ds {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner {
            tokens: Mutex::default(),
            replies: Mutex::default(),
            asked: Mutex::default(),
            released: watch::channel(false).0,
            in_flight: watch::channel(0).0,
            most_in_flight: Mutex::default(),
            arrived: Notify::new(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, inner }
    }

    /// The next answers, in order. Without one, DS answers an empty success.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.inner.replies.lock().unwrap().extend(replies);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.inner.asked.lock().unwrap().clone()
    }

    /// From now on DS knows tokens, those that it was told of, and refuses all others.
    pub(crate) fn knows(&self, token: &str, known: Known) {
        self.inner.tokens.lock().unwrap().insert(token.to_owned(), known);
    }

    /// Lets the held answers go.
    pub(crate) fn release(&self) {
        self.inner.released.send_replace(true);
    }

    /// Waits until so many requests have come.
    pub(crate) async fn received(&self, count: usize) {
        loop {
            let arrived = self.inner.arrived.notified();
            if self.inner.asked.lock().unwrap().len() >= count {
                return;
            }
            arrived.await;
        }
    }

    /// The most requests that were ever in flight at once.
    pub(crate) fn most_in_flight(&self) -> usize {
        *self.inner.most_in_flight.lock().unwrap()
    }

    /// A démarche, as `getDemarcheState` gets it.
    pub(crate) fn state(number: i64, title: &str) -> Reply {
        Reply::json(&json!({ "data": { "demarche": { "id": "id", "number": number, "title": title, "state": "publiee" } } }))
    }

    /// A dossier of a démarche, as `getDossier` gets it.
    pub(crate) fn dossier(number: i64, demarche: i64) -> Reply {
        Reply::json(&json!({ "data": { "dossier": { "demarche": { "number": demarche }, "number": number, "champs": [] } } }))
    }
}

async fn answer(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let count = inner.in_flight.borrow().wrapping_add(1);
    inner.in_flight.send_modify(|in_flight| *in_flight += 1);
    {
        let mut most = inner.most_in_flight.lock().unwrap();
        *most = (*most).max(count);
    }
    inner.asked.lock().unwrap().push(Asked {
        path: parts.uri.path().to_owned(),
        headers: parts.headers.clone(),
        body: serde_json::from_slice(&body).unwrap_or_default(),
    });
    inner.arrived.notify_waiters();
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let reply = inner.replies.lock().unwrap().pop_front();
    let reply = reply.unwrap_or_else(|| answer_knowing(&inner.tokens.lock().unwrap(), &parts.headers, &asked));
    let response = respond(&inner, &parts.headers, reply).await;
    inner.in_flight.send_modify(|in_flight| *in_flight -= 1);
    response
}

async fn respond(inner: &Inner, asked: &HeaderMap, mut reply: Reply) -> Response {
    if let Reply::Held(held) = reply {
        inner.released.subscribe().wait_for(|released| *released).await.unwrap();
        reply = *held;
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    match reply {
        Reply::Plain(status, content_type, body) => (status, [(header::CONTENT_TYPE, content_type)], body).into_response(),
        Reply::With(status, name, value, body) => (status, [(name, value)], body).into_response(),
        Reply::Cut(text) => {
            // The pause lets the first piece leave before the connection breaks.
            let end = stream::once(async {
                tokio::task::yield_now().await;
                Err(std::io::Error::other("cut"))
            });
            let pieces = stream::iter([Ok(Bytes::from(text))]).chain(Box::pin(end));
            (json, Body::from_stream(pieces)).into_response()
        }
        Reply::Huge(size) => {
            let piece = Bytes::from(vec![b' '; 64 * 1024]);
            let pieces = stream::iter(0..size.div_ceil(piece.len())).map(move |_| Ok::<_, std::io::Error>(piece.clone()));
            (json, Body::from_stream(pieces)).into_response()
        }
        Reply::Echo(status) => {
            let words = format!("{asked:?} {}", asked.get("authorization").map_or("", |value| value.to_str().unwrap()));
            let mut response = Reply::error(status.as_u16(), &words, "echo");
            if let Reply::Plain(_, _, body) = &mut response {
                let mut response = (status, json, body.clone()).into_response();
                response.headers_mut().insert("x-echo", asked.get("authorization").unwrap().clone());
                return response;
            }
            unreachable!("an error is plain")
        }
        Reply::Held(_) => unreachable!("held once"),
    }
}

/// What DS answers of itself: an empty success, or what it knows of the token once it knows any.
fn answer_knowing(tokens: &HashMap<String, Known>, headers: &HeaderMap, asked: &Value) -> Reply {
    if tokens.is_empty() {
        return Reply::json(&json!({ "data": {} }));
    }
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let Some(known) = token.and_then(|token| tokens.get(token)) else {
        return Reply::error(403, "Without a token, only persisted queries are allowed", "forbidden");
    };
    if known.is_expired {
        return Reply::error(401, "Token expired", "unauthorized");
    }
    let number = asked["variables"]["number"].as_i64().unwrap_or_default();
    let refused = |message: &str, code: &str| Reply::error(200, message, code);
    match asked["operationName"].as_str().unwrap_or_default() {
        "rights" if known.hides_rights => refused("Timeout on Dossier.archiver", "timeout"),
        "rights" if known.may_write => refused("Dossier not found", "not_found"),
        "rights" => {
            let error = json!({ "message": "Le jeton utilisé est configuré seulement en lecture" });
            Reply::json(&json!({ "data": { "dossierArchiver": { "errors": [error] } } }))
        }
        "getDemarcheState" if known.demarches.contains(&number) => Ds::state(number, &format!("Démarche {number}")),
        "getDemarcheState" => refused("An object of type Demarche was hidden due to permissions", "unauthorized"),
        _ => Reply::json(&json!({ "data": {} })),
    }
}
