//! A stand-in of the host of DS's files: it serves what a test says, and remembers what it was asked.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt as _, stream};
use tokio::sync::watch;

/// What the host serves once.
#[derive(Clone)]
pub(crate) enum Served {
    /// A file, with its length.
    File(Bytes),
    /// The same, with a header more.
    With(&'static str, &'static str, Bytes),
    /// A status, and a page.
    Status(u16),
    /// A redirection.
    To(u16, String),
    /// These pieces, without their length.
    Unannounced(Vec<Bytes>),
    /// Another length than that of what follows.
    Announced(usize, Bytes),
    /// The length and the start of a file, and nothing more.
    Stalled(usize, Bytes),
    /// Not even a head.
    Silent,
    /// A file of this many bytes, made as it is taken.
    Large(usize),
}

/// A request that the host received.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub address: String,
    pub headers: HeaderMap,
}

struct Inner {
    served: Mutex<VecDeque<Served>>,
    fetched: watch::Sender<Vec<Fetched>>,
    /// Requests whose client has gone.
    gone: watch::Sender<usize>,
    /// Bytes of large files that were taken.
    taken: watch::Sender<usize>,
}

/// A host of files, on a free port.
#[derive(Clone)]
pub(crate) struct Storage {
    pub address: SocketAddr,
    inner: Arc<Inner>,
}

impl Storage {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Inner {
            served: Mutex::default(),
            fetched: watch::Sender::default(),
            gone: watch::Sender::default(),
            taken: watch::Sender::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(serve).with_state(inner.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, inner }
    }

    /// The address of a file.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// What it serves next, in order; then a file of six bytes.
    pub(crate) fn will(&self, served: impl IntoIterator<Item = Served>) {
        self.inner.served.lock().unwrap().extend(served);
    }

    pub(crate) fn fetched(&self) -> Vec<Fetched> {
        self.inner.fetched.borrow().clone()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn received(&self, count: usize) {
        within(self.inner.fetched.subscribe().wait_for(|fetched| fetched.len() >= count)).await.unwrap();
    }

    /// Waits until so many clients have gone before the end.
    pub(crate) async fn left(&self, count: usize) {
        within(self.inner.gone.subscribe().wait_for(|gone| *gone >= count)).await.unwrap();
    }

    /// Bytes of large files that were taken so far.
    pub(crate) fn taken(&self) -> usize {
        *self.inner.taken.borrow()
    }
}

/// What comes within some seconds, or never does.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("it comes in time")
}

/// Counts a client that goes.
struct Guard(Arc<Inner>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.gone.send_modify(|gone| *gone += 1);
    }
}

async fn serve(State(inner): State<Arc<Inner>>, request: Request<Body>) -> Response {
    let fetched = Fetched { address: request.uri().to_string(), headers: request.headers().clone() };
    inner.fetched.send_modify(|all| all.push(fetched));
    let next = inner.served.lock().unwrap().pop_front().unwrap_or(Served::File(Bytes::from_static(b"sample")));
    let length = |length: usize| [(header::CONTENT_LENGTH, length.to_string())];
    match next {
        Served::File(bytes) => {
            ([(header::CONTENT_TYPE, "text/html"), (header::CONTENT_DISPOSITION, "inline; filename=private-name.html")], bytes).into_response()
        }
        Served::With(name, value, bytes) => ([(name, value)], bytes).into_response(),
        Served::Status(status) => (StatusCode::from_u16(status).unwrap(), "storage-words").into_response(),
        Served::To(status, location) => (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, location)], "elsewhere").into_response(),
        Served::Unannounced(pieces) => {
            // A moment between the pieces, so that they arrive apart.
            let pieces = stream::iter(pieces).then(async |piece| {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok::<_, std::io::Error>(piece)
            });
            Body::from_stream(pieces.boxed()).into_response()
        }
        Served::Announced(announced, bytes) => {
            let end = stream::once(async {
                // The first piece leaves before the connection breaks.
                tokio::time::sleep(Duration::from_millis(20)).await;
                Err(std::io::Error::other("cut"))
            });
            (length(announced), Body::from_stream(stream::iter([Ok(bytes)]).chain(Box::pin(end)))).into_response()
        }
        Served::Stalled(announced, bytes) => {
            let guard = Guard(inner.clone());
            let never = stream::once(async move {
                let _guard = guard;
                std::future::pending::<std::io::Result<Bytes>>().await
            });
            (length(announced), Body::from_stream(stream::iter([Ok(bytes)]).chain(Box::pin(never)))).into_response()
        }
        Served::Silent => {
            let _guard = Guard(inner.clone());
            std::future::pending().await
        }
        Served::Large(size) => {
            let piece = Bytes::from(vec![b'x'; 64 * 1024]);
            let pieces = stream::iter(0..size / piece.len()).map(move |_| {
                inner.taken.send_modify(|taken| *taken += piece.len());
                Ok::<_, std::io::Error>(piece.clone())
            });
            (length(size), Body::from_stream(pieces)).into_response()
        }
    }
}
