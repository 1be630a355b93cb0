//! Whole runs of the engine, over a document and a DS that are small enough to read here. The whole stack is tried in the
//! crate `tests`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    reason = "a test may panic"
)]

mod any_history;
mod files;
mod lanes;
mod leases;
mod life;
mod rules;
mod siblings;
mod small_document;
mod small_ds;
mod templates;

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    task::{Context, Poll, Waker},
};

use serde_json::{Value, json};
use small_document::{SmallDocument, SmallTable};
use small_ds::{Deposit, SmallDs, SmallFile, instant};

use super::*;
use crate::{
    Timestamp,
    ds::{Demarche, DemarcheNumber, FileContent, Holder, Operation, SourceError, SourceErrorCode},
    grist::{Applied, ApplyOptions, CellValue, ColumnId, ColumnType, Denied, DocumentError, TableId, UserAction},
    mapping::{Facet, Field, Keeping, Preset, Proposal, Scope},
    ports::{Clock, Document, Held, Leases, NewAttachment, Rows, Source},
};

/// Runs a future that only waits for other futures of this file.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}

/// Lets others go on first.
async fn pass() {
    let mut has_passed = false;
    std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if std::mem::replace(&mut has_passed, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Stopped, so many minutes after everything.
struct StoppedClock(u32);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        instant(1_000_000 + self.0)
    }

    async fn sleep(&self, _: u32) {
        pass().await;
    }
}

#[derive(Default)]
struct Onlooker {
    cancels_at: Cell<Option<usize>>,
    seen: RefCell<Vec<Progress>>,
}

impl Observer for Onlooker {
    fn progress(&self, progress: &Progress) {
        self.seen.borrow_mut().push(progress.clone());
    }

    fn is_cancelled(&self) -> bool {
        let read = self.seen.borrow().last().map_or(0, |progress| progress.read);
        self.cancels_at.get().is_some_and(|limit| read >= limit)
    }
}

#[derive(Default)]
struct World {
    ds: SmallDs,
    document: SmallDocument,
    onlooker: Onlooker,
    /// The numbers alone: no change of a dossier is one of the document.
    imports_nothing: bool,
    /// Minutes since the first run.
    later: Cell<u32>,
    /// What the connexion follows.
    follows: RefCell<Option<(Scope, Keeping)>>,
}

impl World {
    /// With this many dossiers, of two rows each.
    fn with(dossiers: u32) -> Self {
        let world = Self::default();
        for number in 1..=dossiers {
            world.ds.deposit(number, number, &format!("texte {number}"), &[(1, "Ada"), (2, "Grace")]);
        }
        world
    }

    fn connexion(&self) -> Connexion {
        if let Some(connexion) = now(load(&self.document)).unwrap().connexions.into_iter().next() {
            return connexion;
        }
        let demarche = Demarche::read(json!({ "data": { "demarche": self.ds.demarche() } }).to_string().as_bytes()).unwrap();
        let mut proposal = Proposal::new(&demarche, &[]);
        proposal.apply(if self.imports_nothing { Preset::Nothing } else { Preset::Everything });
        let mut mapping = proposal.into_mapping();
        // The files themselves, rather than their names.
        for column in mapping.tables.iter_mut().flat_map(|table| &mut table.columns) {
            for source in &mut column.sources {
                if let Field::Champ(_, facet @ Facet::FileNames) = source {
                    (*facet, column.column_type) = (Facet::Files, ColumnType::Attachments);
                }
            }
        }
        Connexion::new(mapping, &[])
    }

    fn run_with(&self, connexion: &mut Connexion) -> Outcome {
        self.run_from(&self.ds, connexion)
    }

    fn run_from(&self, source: &(impl Source<File = String> + Leases), connexion: &mut Connexion) -> Outcome {
        let ports = Ports { source, document: &self.document, clock: &StoppedClock(self.later.get()) };
        let context = RunContext { ds_url: "https://ds.example".to_owned(), author: "Utilisateur n° 42".to_owned() };
        now(run(&ports, &context, connexion, &self.onlooker))
    }

    /// A run of what the document says, as after opening it anew.
    fn run(&self) -> Outcome {
        self.ds.requests.set(0);
        self.ds.asked.borrow_mut().clear();
        self.ds.variables.borrow_mut().clear();
        let mut connexion = self.connexion();
        if let Some((scope, keeping)) = self.follows.borrow().clone() {
            connexion.follow(scope, keeping);
        }
        let outcome = self.run_with(&mut connexion);
        if outcome.stop.is_none() {
            assert_eq!(self.connexion(), connexion, "what is in memory is what is in the document");
        }
        outcome
    }

    fn main(&self) -> BTreeSet<Vec<String>> {
        self.document.values("Aides", &["Numero", "Nom", "Nom_2", "Choix"])
    }

    fn children(&self) -> BTreeSet<Vec<String>> {
        self.document.values("T1_Membres", &["Dossier", "Identifiant_de_la_ligne", "Nom"])
    }

    /// What the two tables should hold, from DS alone.
    fn assert_faithful(&self) {
        let dossiers = self.ds.dossiers.borrow();
        let json = |value: &str| if value.is_empty() { "null".to_owned() } else { serde_json::to_string(value).unwrap() };
        let main: BTreeSet<Vec<String>> = dossiers
            .iter()
            .map(|(number, deposit)| vec![number.to_string(), json(if deposit.is_hidden { "" } else { &deposit.text }), json("toujours"), json("b")])
            .collect();
        let children: BTreeSet<Vec<String>> = dossiers
            .iter()
            .flat_map(|(number, deposit)| {
                deposit.rows.iter().map(move |(id, name)| vec![number.to_string(), json(&format!("rang {id}")), json(name)])
            })
            .collect();
        assert_eq!(self.main(), main);
        assert_eq!(self.children(), children);
        let rows = self.document.table("T1_Membres").rows.len();
        assert_eq!(rows, dossiers.values().map(|deposit| deposit.rows.len()).sum::<usize>(), "no row is there twice");
    }
    /// One more run puts the document right, and after it there is nothing left to write.
    fn assert_settles(&self) {
        let outcome = self.run();
        assert!(outcome.is_success(), "{outcome:?}");
        self.assert_faithful();
        let writes = self.document.writes.get();
        self.run();
        assert_eq!(self.document.writes.get(), writes);
    }
}
