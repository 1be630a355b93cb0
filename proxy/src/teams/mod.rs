//! Who may read what: document → team → token → démarche. What is not declared, by the operator or in the database, is
//! refused.

pub(crate) mod code;
pub(crate) mod inspection;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use moka::future::Cache;
use relais_engine::{Day, Timestamp, ds::DemarcheNumber};

use crate::{
    clock,
    config::{DocumentAddress, DocumentId, GristOrigin, LimitsConfiguration, TeamConfiguration},
    ds::{Failure, Gate, InvalidToken, Token},
    ids::{DocumentMark, TeamId, TokenId},
    store::{Checked, Rights, Store, StoreError, StoredTeam, StoredToken},
    vault::{Owner, Vault},
};

/// How long a team is taken for what it was: what another server withdraws holds here, too, after this time.
const KEPT: Duration = Duration::from_secs(2);

/// How long a request waits for the database to say whose document it is.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the gate of a token that nobody uses is remembered. DS counts by the minute.
const GATE_KEPT: Duration = Duration::from_mins(10);

/// A team, ready to call DS.
#[derive(Clone, Debug)]
pub(crate) struct Team {
    /// None: the operator has declared it.
    pub id: Option<TeamId>,
    /// Shown to agents.
    pub name: Arc<str>,
    /// Grows with each change.
    pub version: i64,
    /// In the order in which they came.
    pub documents: Vec<TeamDocument>,
    /// In the order in which they were deposited.
    pub tokens: Vec<TeamToken>,
}

/// A document of a team.
#[derive(Clone, Debug)]
pub(crate) struct TeamDocument {
    /// What names it; none of a declared team.
    pub mark: Option<DocumentMark>,
    pub address: DocumentAddress,
    /// As the owner who brought it called it.
    pub name: String,
    /// When, and who brought it; none of a declared team.
    pub joined: Option<(Timestamp, i64)>,
}

/// A token of a team, and what it is used for.
#[derive(Clone, Debug)]
pub(crate) struct TeamToken {
    /// None: the operator gave it.
    pub id: Option<TokenId>,
    pub name: String,
    /// None: no key of the secret file opens its seal. It is to be deposited again.
    pub token: Option<Token>,
    /// The token's own, shared with whoever else has deposited the same: DS counts by token.
    pub gate: Arc<Gate>,
    /// Its last day, as its owner gave it.
    pub expires: Option<Day>,
    pub demarches: Vec<DemarcheNumber>,
    /// What DS said of it; none until it was asked about a declared team's.
    pub checked: Option<Checked>,
    /// When, and who deposited it.
    pub deposited: Option<(Timestamp, i64)>,
    pub version: i64,
}

impl TeamToken {
    /// The token itself.
    pub(crate) fn ready(&self) -> Result<&Token, Failure> {
        self.token.as_ref().ok_or_else(Failure::sealed)
    }
}

impl Team {
    /// The token that reads a démarche; none when the team may not read it.
    pub(crate) fn token_for(&self, demarche: DemarcheNumber) -> Option<&TeamToken> {
        self.tokens.iter().find(|token| token.demarches.contains(&demarche))
    }

    /// Whether the document is one of the team's.
    pub(crate) fn has(&self, origin: &GristOrigin, document: &DocumentId) -> bool {
        self.documents.iter().any(|known| known.address.is(origin, document))
    }

    /// What tells it from every other team.
    pub(crate) fn key(&self) -> Arc<str> {
        self.id.as_ref().map_or_else(|| self.name.clone(), |id| id.as_str().into())
    }
}

/// Every team: those that the operator declares, and those of the database.
#[derive(Debug)]
pub(crate) struct Teams {
    declared: RwLock<Vec<Arc<Team>>>,
    store: Arc<Store>,
    vault: Arc<Vault>,
    limits: LimitsConfiguration,
    known: Cache<(GristOrigin, DocumentId), Option<Arc<Team>>>,
    /// Of the operator's tokens, by what tells them apart, and of all others.
    declared_gates: HashMap<[u8; 32], Arc<Gate>>,
    gates: Cache<[u8; 32], Arc<Gate>>,
}

impl Teams {
    pub(crate) fn new(
        declared: &[TeamConfiguration],
        store: Arc<Store>,
        vault: Arc<Vault>,
        limits: &LimitsConfiguration,
    ) -> Result<Self, InvalidToken> {
        let mut declared_gates = HashMap::new();
        let declared = declared.iter().map(|team| declare(team, limits, &mut declared_gates)).collect::<Result<_, _>>()?;
        Ok(Self {
            declared: RwLock::new(declared),
            declared_gates,
            store,
            vault,
            limits: limits.clone(),
            known: Cache::builder().max_capacity(10_000).time_to_live(KEPT).build(),
            gates: Cache::builder().max_capacity(10_000).time_to_idle(GATE_KEPT).build(),
        })
    }

    /// The team of a document: it belongs to at most one.
    pub(crate) async fn of_document(&self, origin: &GristOrigin, document: &DocumentId) -> Result<Option<Arc<Team>>, Arc<StoreError>> {
        if let Some(team) = self.declared().into_iter().find(|team| team.has(origin, document)) {
            return Ok(Some(team));
        }
        self.known.try_get_with((origin.clone(), document.clone()), self.load(origin, document)).await
    }

    /// The same, asked of the database now: not even what another request is about to learn of it is taken for granted.
    pub(crate) async fn now_of_document(&self, origin: &GristOrigin, document: &DocumentId) -> Result<Option<Arc<Team>>, StoreError> {
        match self.declared().into_iter().find(|team| team.has(origin, document)) {
            Some(team) => Ok(Some(team)),
            None => self.load(origin, document).await,
        }
    }

    async fn load(&self, origin: &GristOrigin, document: &DocumentId) -> Result<Option<Arc<Team>>, StoreError> {
        // A database that was cut off may leave a question without an answer for minutes.
        let stored = tokio::time::timeout(PATIENCE, self.store.team_of(origin, document)).await;
        match stored.map_err(|_| StoreError::Unavailable("no answer in time".to_owned()))?? {
            Some(stored) => Ok(Some(self.ready(stored).await)),
            None => Ok(None),
        }
    }

    /// The teams that the operator declares.
    pub(crate) fn declared(&self) -> Vec<Arc<Team>> {
        self.declared.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what DS said of the token of a declared team, by its name: for as long as the server runs.
    pub(crate) fn note_declared(&self, name: &str, change: impl FnOnce(&mut Checked)) {
        let mut declared = self.declared.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(team) = declared.iter_mut().find(|team| *team.name == *name)
            && let Some(token) = Arc::make_mut(team).tokens.first_mut()
        {
            change(token.checked.get_or_insert(Checked { at: clock::now(), rights: Rights::Unknown, refusal: None, refused: Vec::new() }));
        }
    }

    /// A team was changed from here: nothing of what was known is taken for granted.
    pub(crate) fn forget(&self) {
        self.known.invalidate_all();
    }

    /// A team with its tokens opened.
    async fn ready(&self, stored: StoredTeam) -> Arc<Team> {
        let StoredTeam { id, name, version, documents, tokens } = stored;
        let mut opened = Vec::with_capacity(tokens.len());
        for token in tokens {
            opened.push(self.open(&id, token).await);
        }
        let documents = documents.into_iter().map(|document| TeamDocument {
            mark: Some(document.mark),
            address: DocumentAddress::new(document.origin, document.document),
            name: document.name,
            joined: Some((document.joined_at, document.joined_by)),
        });
        Arc::new(Team { name: name.into(), version, documents: documents.collect(), tokens: opened, id: Some(id) })
    }

    /// The gate of a token, the same for all who use it, in whatever team and under whatever name.
    pub(crate) async fn gate(&self, token: &Token) -> Arc<Gate> {
        let mark = token.mark();
        match self.declared_gates.get(&mark) {
            Some(gate) => gate.clone(),
            None => self.gates.get_with(mark, async { Arc::new(Gate::new(&self.limits)) }).await,
        }
    }

    /// A token opened; without its key it stays closed, and says so.
    pub(crate) async fn open(&self, team: &TeamId, stored: StoredToken) -> TeamToken {
        let StoredToken { id, name, sealed, demarches, expires, checked, deposited_at, deposited_by, version } = stored;
        let owner = Owner { team: team.as_str(), token: id.as_str() };
        let token = self.vault.open(owner, &sealed);
        if let Err(error) = &token {
            tracing::error!(team = team.as_str(), token = id.as_str(), cause = %error, "a token does not open");
        }
        let token = token.ok().and_then(|token| Token::new(token).ok());
        let gate = match &token {
            Some(token) => self.gate(token).await,
            // Nothing goes through it.
            None => Arc::new(Gate::new(&self.limits)),
        };
        TeamToken {
            token,
            gate,
            name,
            expires,
            demarches,
            checked: Some(checked),
            deposited: Some((deposited_at, deposited_by)),
            version,
            id: Some(id),
        }
    }
}

fn declare(team: &TeamConfiguration, limits: &LimitsConfiguration, gates: &mut HashMap<[u8; 32], Arc<Gate>>) -> Result<Arc<Team>, InvalidToken> {
    let TeamConfiguration { name, ds_token, token_expires, demarches, documents } = team;
    let token = Token::new(ds_token.clone())?;
    let gate = gates.entry(token.mark()).or_insert_with(|| Arc::new(Gate::new(limits))).clone();
    let documents = documents.iter().map(|address| TeamDocument { mark: None, address: address.clone(), name: String::new(), joined: None });
    Ok(Arc::new(Team {
        id: None,
        name: name.as_str().into(),
        version: 0,
        documents: documents.collect(),
        tokens: vec![TeamToken {
            id: None,
            name: name.clone(),
            token: Some(token),
            gate,
            expires: *token_expires,
            demarches: demarches.clone(),
            checked: None,
            deposited: None,
            version: 0,
        }],
    }))
}
