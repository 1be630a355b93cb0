//! The server: documents behind an address of this machine.
use super::document::SampleDocument;
use super::page;
use super::rest;
use super::users::Users;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use rand::Rng;
use rand::distr::Alphanumeric;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How a sample Grist is started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it listens; port 0 is any free port.
    pub address: SocketAddr,
    /// Names of the documents it starts with; the first is the one that `first_document` gives.
    pub documents: Vec<String>,
    /// Another port of this machine counts as a foreign origin, as a widget's host does in life. Without it the sample
    /// does as a real Grist does on loopback: it trusts every port of its own host.
    pub foreign_ports: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), documents: vec!["Document".to_owned()], foreign_ports: false }
    }
}

/// What every request is answered from.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) origin: String,
    pub(crate) users: Users,
    pub(crate) documents: Arc<Mutex<Vec<SampleDocument>>>,
    pub(crate) foreign_ports: bool,
}

impl Site {
    /// A document by its id, or by the short form of it.
    pub(crate) fn document(&self, id: &str) -> Option<SampleDocument> {
        let documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.iter().find(|document| document.id() == id || document.url_id() == id).cloned()
    }
}

/// A running sample Grist; it stops when it is dropped.
#[derive(Debug)]
pub struct SampleGrist {
    site: Site,
    task: JoinHandle<()>,
}

impl Drop for SampleGrist {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SampleGrist {
    /// Starts listening.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(options.address).await?;
        let site = Site {
            origin: format!("http://{}", listener.local_addr()?),
            users: Users::new(),
            documents: Arc::default(),
            foreign_ports: options.foreign_ports,
        };
        let router = Router::new()
            .route("/", get(page::index))
            .route("/doc/{id}", get(page::document))
            .route("/page/style.css", get(page::style))
            .route("/page/script/{name}", get(page::script))
            .route("/page/{id}/call", post(page::call))
            .route("/page/{id}/changes", get(page::changes))
            .route("/api/{*path}", any(rest::answer))
            .route("/o/{*path}", any(rest::answer))
            .layer(DefaultBodyLimit::disable())
            .with_state(site.clone());
        let task = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the sample Grist stopped");
            }
        });
        let grist = Self { site, task };
        for name in options.documents {
            grist.add_document(&name)?;
        }
        Ok(grist)
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.site.origin
    }

    /// Its origin: scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.site.origin
    }

    /// A document by its id, or by the first 12 letters of it.
    pub fn document(&self, id: &str) -> Option<SampleDocument> {
        self.site.document(id)
    }

    /// The document that was made first.
    pub fn first_document(&self) -> Option<SampleDocument> {
        let documents = self.site.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.first().cloned()
    }

    /// Makes one more document, as Grist makes a new one.
    pub fn add_document(&self, name: &str) -> anyhow::Result<SampleDocument> {
        let id: String = rand::rng().sample_iter(Alphanumeric).take(22).map(char::from).collect();
        self.add_document_with_id(&id, name)
    }

    /// The same with an id of one's own, 12 letters or digits at least.
    pub fn add_document_with_id(&self, id: &str, name: &str) -> anyhow::Result<SampleDocument> {
        anyhow::ensure!(id.len() >= 12 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "a document's id is at least 12 letters or digits");
        let document = SampleDocument::new(id.to_owned(), name, self.site.users.clone())?;
        let mut documents = self.site.documents.lock().unwrap_or_else(PoisonError::into_inner);
        documents.push(document.clone());
        Ok(document)
    }

    /// A person's API key, for `Authorization: Bearer`.
    pub fn api_key(&self, user: &str) -> String {
        self.site.users.api_key(user)
    }

    /// The address of the page that shows a document with a widget in it.
    pub fn page_url(&self, document: &SampleDocument, user: &str, widget: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("user", user).append_pair("widget", widget).finish();
        format!("{}/doc/{}?{query}", self.site.origin, document.url_id())
    }
}
