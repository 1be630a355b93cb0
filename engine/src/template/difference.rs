//! What differs between what a connexion has and another version of its template, once that is applied to its démarche.

use super::{
    Applied,
    upgrade::{Columns, upgrade},
};
use crate::{
    grist::ColumnType,
    mapping::{ColumnMapping, Fate, Mapping, Scope, TableMapping},
    sync::Connexion,
};

/// One difference, from what the connexion has to what the version has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TemplateChange {
    /// A table that the connexion does not have.
    TableAdded {
        /// Its name.
        table: String,
        /// How many columns it has.
        columns: usize,
    },
    /// A table that the version does not have.
    TableRemoved {
        /// Its name.
        table: String,
    },
    /// A column that the connexion does not have.
    ColumnAdded {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
        /// Its type.
        column_type: ColumnType,
    },
    /// A column that the version does not have.
    ColumnRemoved {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
    },
    /// A column of another name.
    ColumnRenamed {
        /// Its table.
        table: String,
        /// Its name in the connexion.
        from: String,
        /// Its name in the version.
        to: String,
    },
    /// A column of another type.
    ColumnRetyped {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
        /// Its type in the connexion.
        from: ColumnType,
        /// Its type in the version.
        to: ColumnType,
    },
    /// A column that more fields fill in turn.
    SourcesAdded {
        /// Its table.
        table: String,
        /// Its name.
        column: String,
        /// How many more.
        sources: usize,
    },
    /// Other dossiers.
    Scope {
        /// Which the connexion follows.
        from: Scope,
        /// Which the version follows.
        to: Scope,
        /// What becomes, in the connexion, of the rows of those that leave.
        outside: Fate,
    },
    /// Another fate of the rows of deleted dossiers: that of the version.
    Deleted(Fate),
    /// Another fate of the rows of dossiers that leave the scope: that of the version.
    Outside(Fate),
}

/// What differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What the version brings, in the order of its tables and columns; then what it no longer has, which stays in the
    /// document; then its scope and keeping.
    pub changes: Vec<TemplateChange>,
    /// What stays as the agent has it. Without the version that the connexion follows, whatever the agent may have changed.
    pub kept: Vec<TemplateChange>,
}

impl Difference {
    /// Compares a connexion with a version. `older` is the version that it follows, when that is known: what differs from it
    /// is the agent's.
    pub fn between(current: &Connexion, newer: &Applied, older: Option<&Applied>) -> Self {
        let mut difference = Self::of_mappings(&current.mapping, &newer.mapping, older.map(|older| &older.mapping));
        let (ours, theirs, known) = (current.keeping, newer.keeping, older.map(|older| older.keeping));
        // A version makes no connexion remove rows: they hold what agents wrote beside. Who wants that says so.
        let is_of_version = |theirs: Fate, known: Option<Fate>| theirs == Fate::Mark && known != Some(theirs);
        let is_outside_of_version = is_of_version(theirs.outside, known.map(|known| known.outside));
        if current.scope != newer.scope {
            let outside = if is_outside_of_version { theirs.outside } else { ours.outside };
            let change = TemplateChange::Scope { from: current.scope.clone(), to: newer.scope.clone(), outside };
            // Where rows of others go, it would take them away: who wants that chooses so.
            difference.push(change, outside == Fate::Mark && older.is_none_or(|older| older.scope != newer.scope));
        }
        if ours.deleted != theirs.deleted {
            difference.push(TemplateChange::Deleted(theirs.deleted), is_of_version(theirs.deleted, known.map(|known| known.deleted)));
        }
        if ours.outside != theirs.outside {
            difference.push(TemplateChange::Outside(theirs.outside), is_outside_of_version);
        }
        difference
    }

    /// The same, of mappings alone.
    pub fn of_mappings(current: &Mapping, newer: &Mapping, older: Option<&Mapping>) -> Self {
        let mut difference = Self::default();
        // What is said to come is what comes.
        let upgraded = upgrade(current, newer, older);
        for table in &newer.tables {
            let known = older.and_then(|older| older.table(&table.key));
            match current.table(&table.key).zip(upgraded.table(&table.key)) {
                Some((ours, upgraded)) => difference.table(ours, table, known, upgraded),
                None => {
                    let change = TemplateChange::TableAdded { table: table.name.clone(), columns: table.columns.len() };
                    // A table that the agent removed is not made again.
                    difference.push(change, known.is_none());
                }
            }
        }
        for table in &current.tables {
            let theirs = newer.table(&table.key);
            let known = older.and_then(|older| older.table(&table.key));
            if theirs.is_none() {
                difference.push(TemplateChange::TableRemoved { table: table.name.clone() }, known.is_some());
                continue;
            }
            for column in &table.columns {
                if theirs.and_then(|theirs| theirs.twin(column)).is_none() {
                    let change = TemplateChange::ColumnRemoved { table: table.name.clone(), column: column.name.clone() };
                    difference.push(change, known.and_then(|known| known.twin(column)).is_some());
                }
            }
        }
        difference
    }

    fn push(&mut self, change: TemplateChange, is_of_version: bool) {
        if is_of_version { &mut self.changes } else { &mut self.kept }.push(change);
    }

    fn table(&mut self, ours: &TableMapping, theirs: &TableMapping, older: Option<&TableMapping>, upgraded: &TableMapping) {
        let mut seen: Vec<&ColumnMapping> = Vec::new();
        for column in &theirs.columns {
            let known = older.and_then(|older| older.twin(column));
            match ours.twin(column) {
                // Two columns of theirs in one of ours: it was compared with the first.
                Some(twin) if seen.contains(&twin) => {}
                Some(twin) => {
                    seen.push(twin);
                    self.column(ours, twin, column, upgraded.twin(twin).unwrap_or(twin));
                }
                None => {
                    let change = TemplateChange::ColumnAdded {
                        table: ours.name.clone(),
                        column: column.name.clone(),
                        column_type: column.column_type.clone(),
                    };
                    self.push(change, known.is_none());
                }
            }
        }
    }

    fn column(&mut self, table: &TableMapping, ours: &ColumnMapping, theirs: &ColumnMapping, upgraded: &ColumnMapping) {
        if ours.name != theirs.name {
            let change = TemplateChange::ColumnRenamed { table: table.name.clone(), from: ours.name.clone(), to: theirs.name.clone() };
            self.push(change, upgraded.name == theirs.name);
        }
        if ours.column_type != theirs.column_type {
            let change = TemplateChange::ColumnRetyped {
                table: table.name.clone(),
                column: ours.name.clone(),
                from: ours.column_type.clone(),
                to: theirs.column_type.clone(),
            };
            self.push(change, upgraded.column_type == theirs.column_type);
        }
        let sources = table.missing(theirs).count();
        if sources > 0 {
            self.push(TemplateChange::SourcesAdded { table: table.name.clone(), column: ours.name.clone(), sources }, true);
        }
    }
}
