//! A page on an origin of its own, as a widget's: it sends what it is told to, and keeps what arrives.
use axum::Router;
use axum::response::Html;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const PAGE: &str = include_str!("widget.html");

/// Serves the page until it is dropped.
#[derive(Debug)]
pub(super) struct Widget {
    origin: String,
    loads: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Drop for Widget {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Widget {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let (loaded, loads) = watch::channel(0);
        let loaded = Arc::new(loaded);
        let count = move || async move { loaded.send_modify(|count| *count += 1) };
        let router = Router::new().route("/raw.html", get(async || Html(PAGE))).route("/loaded", post(count));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { origin, loads, task }
    }

    /// The page's address, with a query of its own: empty, or ending in `&`.
    pub(super) fn address(&self, query: &str) -> String {
        let query = query.trim_end_matches('&');
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}/raw.html{mark}{query}", self.origin)
    }

    /// How often the page was loaded so far, in any frame.
    pub(super) fn loads(&self) -> usize {
        *self.loads.borrow()
    }

    /// Waits until it was loaded so often.
    pub(super) async fn loaded(&self, times: usize) {
        let mut loads = self.loads.clone();
        let waited = tokio::time::timeout(Duration::from_secs(30), loads.wait_for(|count| *count >= times)).await;
        waited.expect("the page has a frame with the widget").expect("the widget is served");
    }
}
