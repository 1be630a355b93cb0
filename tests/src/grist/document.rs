//! A document: its content, its people, its history.
use super::attachments::{File, hexadecimal};
use super::bundle::{Bundle, Done};
use super::calls::Calls;
use super::faults::{Faults, On};
use super::fetch::Fetched;
use super::history::History;
use super::refusal::Refusal;
use super::rules::{Access, AccessRule, Bound};
use super::state::{Change, State};
use super::users::Users;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What somebody may do in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Also writes.
    Editor,
    /// Also changes access rules and people's roles.
    Owner,
}

#[derive(Debug)]
pub(crate) struct Content {
    name: String,
    pub(crate) state: State,
    rules: Vec<Bound>,
    roles: HashMap<String, Role>,
    pub(crate) last_action: i64,
    history: HashMap<String, History>,
    pub(crate) files: BTreeMap<i64, File>,
    calls: Calls,
    /// Version of each table when it last changed.
    versions: BTreeMap<String, u64>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    id: String,
    pub(crate) secret: [u8; 32],
    pub(crate) users: Users,
    content: Mutex<Content>,
    faults: Faults,
    version: watch::Sender<u64>,
}

/// A handle on a document; clones are the same document.
#[derive(Debug, Clone)]
pub struct SampleDocument(pub(crate) Arc<Inner>);

/// The actions that made the new document.
const FIRST_ACTIONS: i64 = 3;

impl SampleDocument {
    /// A new document, as Grist makes it: `Table1` with three empty columns, and a page with a widget.
    pub(crate) fn new(id: String, name: &str, users: Users) -> Result<Self, Refusal> {
        let mut state = State::default();
        let mut bundle = Bundle::new(&mut state, Access::new(&[], true), true);
        bundle.add_blank_table(None, true)?;
        bundle.add_beginnings();
        let (version, _) = watch::channel(0);
        Ok(Self(Arc::new(Inner {
            id,
            secret: rand::random(),
            users,
            content: Mutex::new(Content {
                name: name.to_owned(),
                state,
                rules: Vec::new(),
                roles: HashMap::from([("owner".to_owned(), Role::Owner), ("editor".to_owned(), Role::Editor), ("viewer".to_owned(), Role::Viewer)]),
                last_action: FIRST_ACTIONS,
                history: HashMap::new(),
                files: BTreeMap::new(),
                calls: Calls::default(),
                versions: BTreeMap::new(),
            }),
            faults: Faults::default(),
            version,
        })))
    }

    /// The document's id, 22 letters and digits.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The short form of the id that stands in addresses: its first 12 letters.
    pub fn url_id(&self) -> &str {
        self.0.id.get(..12).unwrap_or(&self.0.id)
    }

    /// The document's title.
    pub fn name(&self) -> String {
        self.with(|content| content.name.clone())
    }

    /// Gives somebody a role, or takes it away.
    pub fn set_role(&self, user: &str, role: Option<Role>) {
        self.0.users.id(user);
        self.with(|content| match role {
            Some(role) => {
                content.roles.insert(user.to_owned(), role);
            }
            None => {
                content.roles.remove(user);
            }
        });
    }

    /// The role of somebody; nothing for a stranger.
    pub fn role(&self, user: &str) -> Option<Role> {
        self.with(|content| content.roles.get(user).copied())
    }

    /// Replaces the access rules. An action of the owner's, as in Grist.
    pub fn set_rules(&self, rules: &[AccessRule]) -> Result<(), Refusal> {
        self.with(|content| {
            let bound = rules.iter().map(|rule| rule.bind(&content.state)).collect::<Result<_, _>>()?;
            content.rules = bound;
            content.last_action += 1;
            Ok(())
        })?;
        self.announce(|versions| {
            versions.insert("_grist_ACLRules".to_owned(), 0);
        });
        Ok(())
    }

    /// `applyUserActions`: the answer `{actionNum, actionHash, retValues, isModification}`, or the refusal.
    /// Options: `desc`, `linkId`, `parseStrings`.
    pub async fn apply(&self, user: &str, actions: Value, options: Value) -> Result<Value, Refusal> {
        self.0.faults.around(On::Write, || self.apply_at_once(user, actions, &options, true)).await
    }

    /// The same, apart from faults. What came by REST is in nobody's undo stack.
    pub(crate) fn apply_at_once(&self, user: &str, actions: Value, options: &Value, undoable: bool) -> Result<Value, Refusal> {
        let (answer, changes) = self.with(|content| {
            let Value::Array(actions) = actions else {
                return Err(Refusal::new("`actions` parameter should be an array.", Some("ERR_ASSERTION")));
            };
            let count = actions.len();
            if count > 0 {
                content.calls.writes += 1;
            }
            let performed = content.perform(user, actions, options);
            let rows = performed.as_ref().map_or(0, |done| done.tally.added + done.tally.updated + done.tally.removed);
            if count > 0 {
                content.calls.note("write", user, rows);
            }
            let mut done = performed?;
            let number = if done.counted {
                content.last_action += 1;
                content.last_action
            } else {
                0
            };
            content.calls.rows_added += done.tally.added;
            content.calls.rows_updated += done.tally.updated;
            content.calls.rows_removed += done.tally.removed;
            let changes = std::mem::take(&mut done.changes);
            let touched = content.touched(&changes);
            if undoable && done.modified {
                let link = options.get("linkId").and_then(Value::as_i64);
                content.history.entry(user.to_owned()).or_default().note(number, link, changes);
            }
            let answer = json!({
                "actionNum": number,
                "actionHash": done.counted.then(|| self.hash(number)),
                "retValues": done.results,
                "isModification": done.modified,
            });
            Ok((answer, touched))
        })?;
        if !changes.is_empty() {
            self.announce(|versions| versions.extend(changes.into_iter().map(|table| (table, 0))));
        }
        Ok(answer)
    }

    /// `fetchTable`: the table by columns.
    pub async fn fetch_table(&self, user: &str, table: &str) -> Result<Value, Refusal> {
        let fetched = self.0.faults.around(On::Read, || self.fetch_at_once(user, table)).await?;
        Ok(serde_json::to_value(fetched).unwrap_or_default())
    }

    /// The same as JSON text: large tables are spared a detour.
    pub async fn fetch_table_text(&self, user: &str, table: &str) -> Result<String, Refusal> {
        let fetched = self.0.faults.around(On::Read, || self.fetch_at_once(user, table)).await?;
        Ok(serde_json::to_string(&fetched).unwrap_or_default())
    }

    pub(crate) fn fetch_at_once(&self, user: &str, table: &str) -> Result<Fetched, Refusal> {
        self.with(|content| {
            content.readable(user)?;
            content.calls.fetches += 1;
            let fetched = content.state.fetch(table, &content.access(user))?;
            let rows = if table.starts_with("_grist_") { 0 } else { fetched.ids.len() };
            content.calls.rows_read += rows;
            content.calls.note("read", user, rows);
            Ok(fetched)
        })
    }

    /// `listTables`: ids of the tables that the user may read.
    pub async fn list_tables(&self, user: &str) -> Result<Vec<String>, Refusal> {
        self.0
            .faults
            .around(On::Read, || {
                self.with(|content| {
                    content.readable(user)?;
                    content.state.list_tables(&content.access(user))
                })
            })
            .await
    }

    /// Runs a closure on the content, seen with a user's access.
    pub(crate) fn read<T>(&self, user: &str, work: impl FnOnce(&State, &Access<'_>) -> Result<T, Refusal>) -> Result<T, Refusal> {
        self.with(|content| {
            content.readable(user)?;
            work(&content.state, &content.access(user))
        })
    }

    /// Takes back the user's last action, or chain of linked ones. Whether there was one.
    pub fn undo(&self, user: &str) -> Result<bool, Refusal> {
        self.travel(user, "undo", History::undo)
    }

    /// Does what was undone last again. Whether there was something.
    pub fn redo(&self, user: &str) -> Result<bool, Refusal> {
        self.travel(user, "redo", History::redo)
    }

    fn travel(&self, user: &str, what: &str, go: impl FnOnce(&mut History, &mut State) -> Option<Vec<Change>>) -> Result<bool, Refusal> {
        let touched = self.with(|content| {
            content.writable(user)?;
            let mut history = content.history.remove(user).unwrap_or_default();
            let changes = go(&mut history, &mut content.state);
            content.history.insert(user.to_owned(), history);
            let Some(changes) = changes else {
                return Ok(None);
            };
            content.last_action += 1;
            content.calls.undos += 1;
            content.calls.note(what, user, changes.len());
            Ok(Some(content.touched(&changes)))
        })?;
        let Some(touched) = touched else {
            return Ok(false);
        };
        self.announce(|versions| versions.extend(touched.into_iter().map(|table| (table, 0))));
        Ok(true)
    }

    /// What was asked of the document so far.
    pub fn calls(&self) -> Calls {
        self.with(|content| content.calls.clone())
    }

    /// Starts counting anew.
    pub fn reset_calls(&self) {
        self.with(|content| content.calls = Calls::default());
    }

    pub(crate) fn count(&self, work: impl FnOnce(&mut Calls)) {
        self.with(|content| work(&mut content.calls));
    }

    /// The faults planned for this document.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// A counter that moves with every change.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.version.subscribe()
    }

    /// The version at which each table changed last.
    pub(crate) fn versions(&self) -> BTreeMap<String, u64> {
        self.with(|content| content.versions.clone())
    }

    /// Moves the document's version on, and that of the tables that the closure names.
    pub(crate) fn announce(&self, name: impl FnOnce(&mut BTreeMap<String, u64>)) {
        let mut named = BTreeMap::new();
        name(&mut named);
        self.0.version.send_modify(|version| {
            *version += 1;
            let version = *version;
            self.with(|content| {
                content.versions.extend(named.into_keys().map(|table| (table, version)));
            });
        });
    }

    fn hash(&self, number: i64) -> String {
        hexadecimal(&Sha256::digest(format!("{}:{number}", self.0.id)))
    }

    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Content) -> T) -> T {
        work(&mut self.0.content.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Content {
    fn access(&self, user: &str) -> Access<'_> {
        Access::new(&self.rules, self.roles.get(user) == Some(&Role::Owner))
    }

    fn readable(&self, user: &str) -> Result<(), Refusal> {
        match self.roles.get(user) {
            Some(_) => Ok(()),
            None => Err(Refusal::no_view_access()),
        }
    }

    fn writable(&self, user: &str) -> Result<(), Refusal> {
        self.readable(user)?;
        match self.roles.get(user) {
            Some(role) if *role >= Role::Editor => Ok(()),
            _ => Err(Refusal::no_write_access()),
        }
    }

    fn perform(&mut self, user: &str, actions: Vec<Value>, options: &Value) -> Result<Done, Refusal> {
        self.writable(user)?;
        let actions = if options.get("parseStrings").and_then(Value::as_bool) == Some(true) {
            super::parse_strings::parse(&self.state, actions)?
        } else {
            actions
        };
        let owner = self.roles.get(user) == Some(&Role::Owner);
        let access = Access::new(&self.rules, owner);
        Bundle::new(&mut self.state, access, owner).run(actions)
    }

    /// Ids of the tables that changes reached; a change of structure also names the metadata.
    fn touched(&self, changes: &[Change]) -> Vec<String> {
        let mut references = std::collections::BTreeSet::new();
        let mut tables = std::collections::BTreeSet::new();
        for change in changes {
            match change {
                Change::Row(table, ..) => {
                    references.insert(*table);
                }
                Change::Table(table, _) => {
                    references.insert(*table);
                    tables.insert("_grist_Tables".to_owned());
                }
                Change::Column(_, swap) => {
                    references.extend(swap.after.iter().chain(&swap.before).map(|column| column.parent));
                    tables.insert("_grist_Tables_column".to_owned());
                }
                Change::Record(table, ..) => {
                    tables.insert((*table).to_owned());
                }
            }
        }
        tables.extend(references.into_iter().map(|table| self.state.table_id(table).to_owned()).filter(|table| !table.is_empty()));
        tables.into_iter().collect()
    }
}
