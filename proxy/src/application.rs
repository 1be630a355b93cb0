//! What the routes share. Built at start, owned by the server: there are no globals.

use std::{
    collections::HashMap,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use moka::future::Cache;
use relais_engine::{
    Timestamp,
    ds::{DemarcheNumber, SourceErrorCode as Code},
};

use crate::{
    audit::Trail,
    auth::{Grist, Sessions},
    clock,
    config::Configuration,
    ds::{Client, DemarchePath},
    files::Files,
    ids::TokenId,
    leases::Leases,
    limits::Limits,
    metrics::Metrics,
    resolver,
    routes::ListedDemarche,
    store::{Checked, Seal, Store, StoreError},
    teams::{TeamToken, Teams, inspection},
    vault::{Owner, Vault},
    widget::Widget,
};

/// How long what DS said of a démarche is kept.
const LISTED: Duration = Duration::from_mins(1);

/// How long the number behind a public address is kept.
const NAMED: Duration = Duration::from_mins(10);

/// What the routes share.
#[derive(Debug)]
pub(crate) struct Application {
    pub configuration: Configuration,
    pub grist: Grist,
    pub sessions: Sessions,
    pub store: Arc<Store>,
    pub vault: Arc<Vault>,
    pub teams: Teams,
    pub ds: Client,
    pub files: Files,
    pub limits: Limits,
    pub leases: Leases,
    pub metrics: Metrics,
    pub trail: Trail,
    pub widget: Widget,
    /// What DS said lately of the démarches of a team, by the team, and the token that asked with its version.
    pub listed: Cache<(Arc<str>, Option<TokenId>, i64, DemarcheNumber), ListedDemarche>,
    /// When teams last read dossiers of each démarche, by the team.
    pub last_reads: Cache<Arc<str>, Arc<HashMap<DemarcheNumber, Timestamp>>>,
    /// The numbers of démarches by the paths of their public addresses.
    pub paths: Cache<DemarchePath, DemarcheNumber>,
    stopping: AtomicBool,
}

impl Application {
    /// Everything that a configuration asks for.
    pub(crate) async fn new(configuration: Configuration) -> anyhow::Result<Self> {
        let limits = &configuration.limits;
        let store = Arc::new(Store::open(&configuration.database).await?);
        let seals = store.seals().await?;
        let secrets = if seals.is_empty() { configuration.secret.load()? } else { configuration.secret.load_existing()? };
        let vault = Arc::new(Vault::new(configuration.secret.clone(), &secrets));
        tell_closed(&vault, &seals, configuration.secret.file.as_deref());
        Ok(Self {
            grist: Grist::new(configuration.grist.clone())?,
            sessions: Sessions::new(&secrets),
            teams: Teams::new(&configuration.teams, store.clone(), vault.clone(), limits)?,
            store,
            vault,
            ds: Client::new(&configuration.ds, limits)?,
            files: Files::new(&configuration.ds, limits, resolver::system(), |name| std::env::var(name).ok())?,
            limits: Limits::new(limits),
            leases: Leases::new(limits.lease),
            metrics: Metrics::new(),
            trail: Trail::default(),
            widget: Widget::load(&configuration.widget, &configuration.grist.origins)?,
            listed: Cache::builder().max_capacity(10_000).time_to_live(LISTED).build(),
            last_reads: Cache::builder().max_capacity(10_000).time_to_live(LISTED).build(),
            paths: Cache::builder().max_capacity(10_000).time_to_live(NAMED).build(),
            stopping: AtomicBool::new(false),
            configuration,
        })
    }

    /// Notes what DS has just said of a token, when it is something new: `refusal` is the code of an error, if there was one.
    /// Nothing is said of the token by an error that has another reason.
    pub(crate) async fn note(&self, token: &TeamToken, refusal: Option<Code>) {
        let Some(known) = &token.checked else { return };
        let refusal = match refusal {
            Some(code) if inspection::is_of_token(code) => Some(code),
            // DS knew the token, or it would have refused it first.
            None | Some(Code::DemarcheRefused | Code::NotFound) => None,
            Some(_) => return,
        };
        if refusal == known.refusal {
            return;
        }
        let at = clock::now();
        match &token.id {
            Some(id) => self.noted(self.store.note_refusal(id, token.version, at, refusal).await),
            None => self.teams.note_declared(&token.name, |checked| *checked = Checked { at, refusal, ..checked.clone() }),
        }
    }

    /// Notes whether DS has just opened one of its démarches to a token, when it is something new: `refusal` is the code of an
    /// error, if there was one.
    pub(crate) async fn note_demarche(&self, token: &TeamToken, demarche: DemarcheNumber, refusal: Option<Code>) {
        let Some(known) = &token.checked else { return };
        let is_refused = refusal.is_some_and(inspection::is_of_demarche);
        if (refusal.is_some() && !is_refused) || is_refused == known.refused.contains(&demarche) {
            return;
        }
        match &token.id {
            Some(id) => self.noted(self.store.note_demarche(id, token.version, demarche, is_refused).await),
            None => self.teams.note_declared(&token.name, |checked| {
                checked.refused.retain(|refused| *refused != demarche);
                if is_refused {
                    checked.refused.push(demarche);
                }
            }),
        }
    }

    /// Notes all that DS has just said of a token.
    pub(crate) async fn note_check(&self, token: &TeamToken, checked: Checked) {
        match &token.id {
            Some(id) => self.noted(self.store.note_check(id, token.version, &checked).await),
            None => self.teams.note_declared(&token.name, |known| *known = checked),
        }
    }

    fn noted(&self, result: Result<(), StoreError>) {
        match result {
            Ok(()) => self.teams.forget(),
            Err(error) => tracing::warn!(cause = %error, "what DS said of a token is not noted"),
        }
    }

    /// Signs with the keys that the file of secrets has by now: those who had read one that is forgotten forge nothing more.
    pub(crate) fn renew_keys(&self) {
        match self.configuration.secret.read_again() {
            Ok(Some(secrets)) => self.sessions.renew(&secrets),
            Ok(None) => {}
            Err(error) => tracing::warn!(cause = %error, "the file of secrets is not read again"),
        }
    }

    /// From now on the server in front is asked to send nobody here.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether the server stops.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }
}

/// Says at the start which tokens the secret file does not open: it may be another server's, or an older one.
fn tell_closed(vault: &Vault, seals: &[Seal], file: Option<&Path>) {
    let is_closed = |seal: &&Seal| vault.open(Owner { team: seal.team.as_str(), token: seal.token.as_str() }, &seal.sealed).is_err();
    let closed = seals.iter().filter(is_closed).count();
    if closed > 0 {
        let file = file.unwrap_or(Path::new("")).display();
        tracing::error!(%file, closed, tokens = seals.len(), "tokens do not open: the secret file is not the one that has sealed them");
    }
}
