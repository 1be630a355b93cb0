//! The session with the proxy, renewed by the clock and once when the proxy no longer takes it.

use std::{cell::RefCell, rc::Rc};

use futures_util::lock::Mutex;
use gloo_net::http::Method;
use relais_engine::{
    ds::{DemarcheNumber, FileContent, Operation, SourceError, SourceErrorCode},
    grist::DocumentError,
    json::{self, FromJson},
    ports::{Clock, Held, Leases, Source},
    sorted::SortedMap,
    sync::{Connexion, FollowedTemplate},
};
use web_sys::Blob;

use super::{
    Answer, Lease, ListedDemarche, Session,
    exchange::{Content, exchange, send_and_forget},
};
use crate::{
    clock::ServerClock,
    grist::Grist,
    team::{Request, Wish},
};

/// Why no session could be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Grist gave no token.
    #[error("no token: {0}")]
    Document(DocumentError),
    /// The proxy refused it.
    #[error("no session: {0}")]
    Proxy(SourceError),
}

impl From<OpenError> for SourceError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Document(_) => SourceErrorCode::SessionExpired.into(),
            OpenError::Proxy(error) => error,
        }
    }
}

struct Inner {
    grist: Grist,
    clock: ServerClock,
    // Held while a session is opened: calls made meanwhile wait for it rather than open their own.
    session: Mutex<Option<Session>>,
    /// The lease of the run that goes on: its path, and what is shown to keep it.
    lease: RefCell<Option<(String, String)>>,
}

/// The proxy.
#[derive(Clone)]
pub struct Proxy(Rc<Inner>);

impl std::fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Proxy")
    }
}

impl Proxy {
    /// The proxy that serves this page. Nothing is asked of it yet.
    pub fn new(grist: Grist, clock: ServerClock) -> Self {
        Self(Rc::new(Inner { grist, clock, session: Mutex::new(None), lease: RefCell::new(None) }))
    }

    /// The session, opened when there is none, when it ages, and when the document had no team: it may have one by now.
    pub async fn session(&self) -> Result<Session, OpenError> {
        let mut current = self.0.session.lock().await;
        if let Some(session) = current.as_ref().filter(|session| session.team.is_some() && !session.is_ageing(self.0.clock.now())) {
            return Ok(session.clone());
        }
        let session = self.open().await?;
        *current = Some(session.clone());
        Ok(session)
    }

    async fn open(&self) -> Result<Session, OpenError> {
        let token = self.0.grist.access_token().await.map_err(OpenError::Document)?;
        let body = serde_json::json!({ "grist_origin": self.0.grist.origin(), "grist_token": token.token });
        let answer: Vec<u8> = exchange(Method::POST, "api/session", None, Some(json::write(&body)), None).await.map_err(OpenError::Proxy)?;
        let session: Session = read(&answer).map_err(OpenError::Proxy)?;
        self.0.clock.set(session.server_time);
        Ok(session)
    }

    /// Forgets a session that the proxy refused, unless another has replaced it meanwhile.
    async fn forget(&self, refused: &Session) {
        let mut current = self.0.session.lock().await;
        if current.as_ref() == Some(refused) {
            *current = None;
        }
    }

    async fn ask<T: Content>(&self, method: Method, path: &str, body: Option<String>) -> Result<T, SourceError> {
        self.ask_of(method, path, body, None).await
    }

    async fn ask_of<T: Content>(&self, method: Method, path: &str, body: Option<String>, seen: Option<i64>) -> Result<T, SourceError> {
        let session = self.session().await?;
        match exchange(method.clone(), path, Some(&session.session), body.clone(), seen).await {
            Err(error) if error.code == SourceErrorCode::SessionExpired => {
                self.forget(&session).await;
                let renewed = self.session().await?;
                exchange(method, path, Some(&renewed.session), body, seen).await
            }
            answer => answer,
        }
    }

    /// Gives the lease of a run back as the page goes: whoever comes back need not wait until it ends by itself.
    pub fn leave(&self) {
        let session = self.0.session.try_lock().and_then(|session| session.as_ref().map(|session| session.session.clone()));
        if let Some(((path, lease), session)) = self.0.lease.take().zip(session) {
            send_and_forget(Method::DELETE, &path, &session, &shown_lease(Some(&lease)));
        }
    }

    /// Asks something about the team.
    pub async fn send(&self, wish: &Wish, request: Request) -> Result<Answer, SourceError> {
        let body: Vec<u8> = self.ask(request.method, &request.path, request.body).await?;
        if wish.moves() {
            self.renew();
        }
        Answer::read(wish, &body).map_err(|_| SourceErrorCode::InvalidAnswer.into())
    }

    /// Who read what of the team's démarches, as a file for a spreadsheet.
    pub async fn audit_file(&self) -> Result<Blob, SourceError> {
        self.ask(Method::GET, "api/audit.csv", None).await
    }

    /// Asks something about templates.
    pub async fn tell<T: FromJson>(&self, Request { method, path, body, seen }: Request) -> Result<T, SourceError> {
        read(&self.ask_of::<Vec<u8>>(method, &path, body, seen).await?)
    }

    /// The same, where the answer says no more than that it is done.
    pub async fn have(&self, Request { method, path, body, seen }: Request) -> Result<(), SourceError> {
        self.ask_of::<Vec<u8>>(method, &path, body, seen).await.map(|_| ())
    }

    /// Says which templates the connexions of this document come from, all of them; hears the latest version of each, by the
    /// ids of the connexions.
    pub async fn tell_uses(&self, connexions: &[Connexion]) -> Result<SortedMap<String, i64>, SourceError> {
        let body = json::write(&uses(connexions));
        read(&self.ask::<Vec<u8>>(Method::PUT, "api/templates/uses", Some(body)).await?)
    }

    /// Opens another session at the next call: this one names a team that is no longer the document's.
    pub fn renew(&self) {
        // When it is held, another is being opened already.
        if let Some(mut session) = self.0.session.try_lock() {
            *session = None;
        }
    }

    /// The démarche whose public address has this path.
    pub async fn number_of(&self, path: &str) -> Result<DemarcheNumber, SourceError> {
        let path = ["api/paths/", &String::from(js_sys::encode_uri_component(path))].concat();
        let found: Numbered = read(&self.ask::<Vec<u8>>(Method::GET, &path, None).await?)?;
        Ok(found.0)
    }

    /// The démarches that the document's team may use.
    pub async fn demarches(&self) -> Result<Vec<ListedDemarche>, SourceError> {
        read(&self.ask::<Vec<u8>>(Method::GET, "api/demarches", None).await?)
    }
}

impl Source for Proxy {
    type File = Blob;

    async fn file(&self, demarche: DemarcheNumber, content: &FileContent) -> Result<Blob, SourceError> {
        let body = serde_json::json!({ "demarche": demarche, "url": content.url, "size": content.size });
        self.ask(Method::POST, "api/files", Some(json::write(&body))).await
    }

    async fn call(&self, operation: &Operation) -> Result<Vec<u8>, SourceError> {
        let path = format!("api/operations/{}", operation.name().as_str());
        self.ask(Method::POST, &path, Some(json::write(&operation.variables()))).await
    }
}

impl Leases for Proxy {
    async fn hold(&self, connexion: &str) -> Result<Held, SourceError> {
        let path = format!("api/leases/{connexion}");
        let shown = self.0.lease.borrow().as_ref().map(|(_, lease)| lease.clone());
        let given: Lease = read(&self.ask::<Vec<u8>>(Method::PUT, &path, Some(shown_lease(shown.as_deref()))).await?)?;
        let held = if shown.as_ref() == Some(&given.lease) { Held::Kept } else { Held::New };
        self.0.lease.replace(Some((path, given.lease)));
        Ok(held)
    }

    async fn give_back(&self, _: &str) {
        let Some((path, lease)) = self.0.lease.take() else { return };
        // When it fails, the lease ends by itself.
        let _ended = self.ask::<Vec<u8>>(Method::DELETE, &path, Some(shown_lease(Some(&lease)))).await;
    }
}

fn shown_lease(lease: Option<&str>) -> String {
    json::write(&serde_json::json!({ "lease": lease }))
}

/// More, the proxy takes no account of.
const MOST_USES: usize = 64;

/// What the connexions of a document use.
fn uses(connexions: &[Connexion]) -> serde_json::Value {
    let follows = |connexion: &Connexion| {
        let FollowedTemplate { id, version, .. } = connexion.template.as_ref()?;
        Some((connexion.id.clone(), serde_json::json!({ "template": id, "version": version })))
    };
    connexions.iter().filter_map(follows).take(MOST_USES).collect::<serde_json::Map<_, _>>().into()
}

struct Numbered(DemarcheNumber);

impl FromJson for Numbered {
    fn from_json(json: &json::Json<'_>) -> Result<Self, json::Malformed> {
        json.read("number").map(Self)
    }
}

fn read<T: FromJson>(body: &[u8]) -> Result<T, SourceError> {
    json::read(body).map_err(|_| SourceErrorCode::InvalidAnswer.into())
}
