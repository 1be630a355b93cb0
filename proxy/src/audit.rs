//! Who read which démarche, how many dossiers, when. Gathered in memory, written every two seconds and at the end: a call
//! waits for no write. Neither a value that was read nor a name is in it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use relais_engine::{Timestamp, ds::DemarcheNumber};
use tokio::sync::watch;

use crate::{
    application::Application,
    auth::Person,
    clock,
    store::{AuditLine, Store},
};

/// How often what was gathered is written.
const WRITTEN: Duration = Duration::from_secs(2);
/// Lines kept in memory while the database is away, at most.
const MOST: usize = 100_000;

/// Files are read by no operation of DS.
pub(crate) const FILES: &str = "files";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    team: Arc<str>,
    origin: String,
    document: String,
    person: i64,
    demarche: DemarcheNumber,
    operation: &'static str,
}

#[derive(Clone, Copy, Debug)]
struct Counts {
    requests: i64,
    dossiers: i64,
    first_at: Timestamp,
    last_at: Timestamp,
}

/// The trail that is not written yet.
#[derive(Debug, Default)]
pub(crate) struct Trail(Mutex<HashMap<Key, Counts>>);

impl Trail {
    /// Notes a call that DS has answered.
    pub(crate) fn note(&self, team: &Arc<str>, person: &Person, demarche: DemarcheNumber, operation: &'static str, dossiers: usize) {
        let now = clock::now();
        let key =
            Key { team: team.clone(), origin: person.origin.to_string(), document: person.document.mark(), person: person.user, demarche, operation };
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if gathered.len() >= MOST && !gathered.contains_key(&key) {
            return tracing::error!("the trail is full: what is read now is not in it");
        }
        let counts = gathered.entry(key).or_insert(Counts { requests: 0, dossiers: 0, first_at: now, last_at: now });
        counts.requests += 1;
        counts.dossiers += i64::try_from(dossiers).unwrap_or(i64::MAX);
        counts.last_at = now;
    }

    /// Writes what was gathered. What cannot be written is kept for the next time.
    pub(crate) async fn write(&self, store: &Store) {
        let gathered = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if gathered.is_empty() {
            return;
        }
        let line = |(key, counts): (&Key, &Counts)| AuditLine {
            team: key.team.to_string(),
            origin: key.origin.clone(),
            document: key.document.clone(),
            person: key.person,
            demarche: key.demarche,
            operation: key.operation.to_owned(),
            requests: counts.requests,
            dossiers: counts.dossiers,
            first_at: counts.first_at,
            last_at: counts.last_at,
        };
        if let Err(error) = store.add_audit(&gathered.iter().map(line).collect::<Vec<_>>()).await {
            tracing::warn!(cause = %error, "the trail is not written yet");
            self.take_back(gathered);
        }
    }

    fn take_back(&self, unwritten: HashMap<Key, Counts>) {
        let mut gathered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, before) in unwritten {
            let counts = gathered.entry(key).or_insert(Counts { requests: 0, dossiers: 0, ..before });
            counts.requests += before.requests;
            counts.dossiers += before.dossiers;
            counts.first_at = before.first_at;
        }
    }
}

/// Writes the trail for somebody who waits for it. In a task of its own: what was taken out of memory is of all teams, and
/// would be lost with a caller who hangs up.
pub(crate) async fn write_now(application: &Arc<Application>) {
    let application = application.clone();
    let written = tokio::spawn(async move { application.trail.write(&application.store).await }).await;
    if let Err(error) = written {
        tracing::error!(cause = %error, "the trail is not written");
    }
}

/// Writes the trail until the server stops, and then once more.
pub(crate) async fn write_trail(application: Arc<Application>, mut stopped: watch::Receiver<bool>) {
    loop {
        let is_last = tokio::select! {
            () = tokio::time::sleep(WRITTEN) => false,
            _ = stopped.wait_for(|stopped| *stopped) => true,
        };
        application.trail.write(&application.store).await;
        if is_last {
            return;
        }
    }
}
