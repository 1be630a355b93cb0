//! Synchronisation through the whole stack but the browser: sample DS → proxy → engine → sample Grist. The rules are
//! those of DESIGN section 4.

mod bad_input;
mod content;
mod files;
mod lanes;
mod life;
mod rules;
mod siblings;
mod templates;

use relais_engine::{
    mapping::{Mapping, Preset},
    sync::Outcome,
};
use relais_tests::{
    ds::{self, world::value::Value as Held},
    stack::{Options, Stack},
};
use serde_json::{Value, json};

/// A stack with a démarche mapped.
pub(crate) struct World {
    pub(crate) stack: Stack,
    pub(crate) demarche: i32,
    pub(crate) mapping: Mapping,
}

impl World {
    /// The small everyday démarche, with so many dossiers, everything mapped.
    pub(crate) async fn everyday(dossiers: u32) -> Self {
        Self::new(ds::EVERYDAY, ds::Options { everyday: dossiers, complete: 0, ..ds::Options::default() }).await
    }

    /// The démarche with every type of field.
    pub(crate) async fn complete(dossiers: u32) -> Self {
        Self::new(ds::COMPLETE, ds::Options { complete: dossiers, everyday: 0, ..ds::Options::default() }).await
    }

    async fn new(demarche: i32, ds: ds::Options) -> Self {
        let stack = crate::logs::start(Options { ds, ..Options::default() }).await;
        let mapping = stack.propose(demarche, Preset::Everything).await.unwrap();
        stack.ds.requests().reset();
        Self { stack, demarche, mapping }
    }

    pub(crate) async fn run(&self) -> Outcome {
        self.run_as("owner").await
    }

    pub(crate) async fn run_as(&self, user: &str) -> Outcome {
        self.stack.run(user, &self.mapping).await.unwrap()
    }

    /// The id of the main table.
    pub(crate) async fn main_table(&self) -> String {
        self.table_ids().await.into_iter().find(|id| id != "Table1" && !id.starts_with("Relais_")).unwrap()
    }

    pub(crate) async fn table_ids(&self) -> Vec<String> {
        self.stack.document.list_tables("owner").await.unwrap()
    }

    pub(crate) async fn table(&self, id: &str) -> Value {
        self.stack.document.fetch_table("owner", id).await.unwrap()
    }

    /// Every table that Relais fills, its state and journal left out.
    pub(crate) async fn content(&self) -> Vec<(String, Value)> {
        let mut content = Vec::new();
        for id in self.table_ids().await {
            if !id.starts_with("Relais_") {
                let table = self.table(&id).await;
                content.push((id, table));
            }
        }
        content
    }

    /// A cell of the main table, by the number of its dossier.
    pub(crate) async fn cell(&self, dossier: i32, column: &str) -> Value {
        let table = self.table(&self.main_table().await).await;
        let row = table["Numero"].as_array().unwrap().iter().position(|number| *number == json!(dossier)).unwrap();
        table[column][row].clone()
    }

    /// The numbers of the dossiers that DS has.
    pub(crate) fn numbers(&self) -> Vec<i32> {
        self.stack.ds.store().numbers(self.demarche)
    }

    /// A dossier with at least two rows of a répétition, and how many.
    pub(crate) fn dossier_with_rows(&self, field: u32) -> (i32, usize) {
        let store = self.stack.ds.store();
        let rows_of = |number: i32| match store.dossier(number).unwrap().1.content().champs.get(&field) {
            Some(Held::Rows(rows)) => rows.len(),
            _ => 0,
        };
        self.numbers().into_iter().map(|number| (number, rows_of(number))).find(|(_, rows)| *rows >= 2).unwrap()
    }

    /// Does something to the document, as its owner.
    pub(crate) async fn apply(&self, actions: Value) {
        self.stack.document.apply("owner", actions, json!({})).await.unwrap();
    }

    /// The same run again writes nothing at all, and reads no more than it must.
    pub(crate) async fn assert_settled(&self) {
        let before = self.content().await;
        self.stack.document.reset_calls();
        self.stack.ds.requests().reset();
        let outcome = self.run().await;
        assert!(outcome.is_success(), "{outcome:?}");
        assert_eq!(self.stack.document.calls().writes, 0, "{:?}", outcome.report);
        assert!(self.stack.ds.requests().count() <= 4, "{} requests", self.stack.ds.requests().count());
        assert_eq!(self.content().await, before);
    }
}
