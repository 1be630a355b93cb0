//! The content of a document, and the one way to change it: every change is noted with what was there before, so that
//! a bundle that fails leaves nothing behind and a bundle that succeeded can be undone.
use super::cell::Cell;
use super::column_type::ColumnType;
use super::formula::Formula;
use super::refusal::Refusal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A row id of `_grist_Tables`.
pub(crate) type TableRef = i64;
/// A row id of `_grist_Tables_column`.
pub(crate) type ColumnRef = i64;
/// Cells by the slot of their column.
pub(crate) type Row = Vec<Cell>;
/// A row of a metadata table that is kept as it is: fields left out have their default.
pub(crate) type Record = Map<String, Value>;

/// A row of `_grist_Tables`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    pub(crate) table_id: String,
    pub(crate) primary_view: i64,
    pub(crate) raw_section: i64,
    pub(crate) card_section: i64,
}

/// A table of the document.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) head: Arc<Head>,
    pub(crate) rows: BTreeMap<i64, Arc<Row>>,
    /// Slots are never given twice, so an undone removal finds its values again.
    next_slot: usize,
}

/// A row of `_grist_Tables_column`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    pub(crate) parent: TableRef,
    pub(crate) position: f64,
    pub(crate) col_id: String,
    pub(crate) type_name: String,
    pub(crate) kind: ColumnType,
    pub(crate) widget_options: String,
    pub(crate) is_formula: bool,
    pub(crate) formula: String,
    pub(crate) parsed: Option<Arc<Formula>>,
    pub(crate) label: String,
    pub(crate) description: String,
    pub(crate) untied: bool,
    pub(crate) display_col: ColumnRef,
    pub(crate) visible_col: ColumnRef,
    pub(crate) slot: usize,
}

impl Column {
    /// An empty formula column: whatever is written into it makes it a data column.
    pub(crate) fn is_undecided(&self) -> bool {
        self.is_formula && self.formula.is_empty()
    }
}

/// One change of one thing: what was there, and what is there now.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    Table(TableRef, Swap<Head>),
    Column(ColumnRef, Swap<Column>),
    Row(TableRef, i64, Swap<Row>),
    Record(&'static str, i64, Swap<Record>),
}

/// Before and after; nothing before is an addition, nothing after a removal.
#[derive(Debug)]
pub(crate) struct Swap<T> {
    pub(crate) before: Option<Arc<T>>,
    pub(crate) after: Option<Arc<T>>,
}

impl<T> Clone for Swap<T> {
    fn clone(&self) -> Self {
        Self { before: self.before.clone(), after: self.after.clone() }
    }
}

impl<T> Swap<T> {
    fn inverse(self) -> Self {
        Self { before: self.after, after: self.before }
    }
}

impl Change {
    pub(crate) fn inverse(self) -> Self {
        match self {
            Self::Table(id, swap) => Self::Table(id, swap.inverse()),
            Self::Column(id, swap) => Self::Column(id, swap.inverse()),
            Self::Row(table, id, swap) => Self::Row(table, id, swap.inverse()),
            Self::Record(table, id, swap) => Self::Record(table, id, swap.inverse()),
        }
    }
}

/// The document's tables, columns and other metadata.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tables: BTreeMap<TableRef, Table>,
    pub(crate) columns: BTreeMap<ColumnRef, Arc<Column>>,
    pub(crate) records: BTreeMap<&'static str, BTreeMap<i64, Arc<Record>>>,
}

impl State {
    /// The reference of a table; ids are exact here, case included.
    pub(crate) fn table_ref(&self, table_id: &str) -> Option<TableRef> {
        self.tables.iter().find(|(_, table)| table.head.table_id == table_id).map(|(id, _)| *id)
    }

    pub(crate) fn table(&self, table: TableRef) -> Result<&Table, Refusal> {
        self.tables.get(&table).ok_or_else(Refusal::no_record)
    }

    pub(crate) fn table_id(&self, table: TableRef) -> &str {
        self.tables.get(&table).map_or("", |table| &table.head.table_id)
    }

    pub(crate) fn columns_of(&self, table: TableRef) -> impl Iterator<Item = (ColumnRef, &Arc<Column>)> {
        self.columns.iter().filter(move |(_, column)| column.parent == table).map(|(id, column)| (*id, column))
    }

    pub(crate) fn column_named(&self, table: TableRef, name: &str) -> Option<(ColumnRef, &Arc<Column>)> {
        self.columns_of(table).find(|(_, column)| column.col_id == name)
    }

    /// Columns, of any table, whose cells refer to `table_id`.
    pub(crate) fn columns_leading_to(&self, table_id: &str) -> Vec<(ColumnRef, Arc<Column>)> {
        self.columns.iter().filter(|(_, column)| column.kind.target() == Some(table_id)).map(|(id, column)| (*id, Arc::clone(column))).collect()
    }

    /// Rows of a metadata table that is kept as records.
    pub(crate) fn records(&self, table: &str) -> impl Iterator<Item = (i64, &Arc<Record>)> {
        self.records.get(table).into_iter().flatten().map(|(id, record)| (*id, record))
    }

    pub(crate) fn next_record(&self, table: &str) -> i64 {
        self.records.get(table).and_then(BTreeMap::last_key_value).map_or(1, |(id, _)| id + 1)
    }

    /// A slot for a new column.
    pub(crate) fn new_slot(&mut self, table: TableRef) -> usize {
        self.tables.get_mut(&table).map_or(0, |table| {
            table.next_slot += 1;
            table.next_slot - 1
        })
    }

    pub(crate) fn slots(&self, table: TableRef) -> usize {
        self.tables.get(&table).map_or(0, |table| table.next_slot)
    }

    /// Puts what the change says is there now.
    pub(crate) fn perform(&mut self, change: &Change) {
        match change {
            Change::Table(id, swap) => match (&swap.after, self.tables.get_mut(id)) {
                (Some(head), Some(table)) => table.head = Arc::clone(head),
                (Some(head), None) => {
                    self.tables.insert(*id, Table { head: Arc::clone(head), rows: BTreeMap::new(), next_slot: 0 });
                }
                (None, _) => {
                    self.tables.remove(id);
                }
            },
            Change::Column(id, swap) => {
                put(&mut self.columns, *id, swap.after.clone());
                // A table that comes back by undo counts its slots from its columns.
                if let Some(column) = &swap.after
                    && let Some(table) = self.tables.get_mut(&column.parent)
                {
                    table.next_slot = table.next_slot.max(column.slot + 1);
                }
            }
            Change::Row(table, id, swap) => {
                if let Some(table) = self.tables.get_mut(table) {
                    put(&mut table.rows, *id, swap.after.clone());
                }
            }
            Change::Record(table, id, swap) => {
                put(self.records.entry(table).or_default(), *id, swap.after.clone());
            }
        }
    }

    /// The change as it has to be made now, when others may have written since: of a row only the cells that the
    /// change itself changed, of all else the whole.
    pub(crate) fn rebased(&self, change: Change) -> Change {
        let Change::Row(table, id, swap) = change else {
            return change;
        };
        let current = self.tables.get(&table).and_then(|table| table.rows.get(&id)).cloned();
        let after = match (&swap.before, &swap.after, &current) {
            (Some(before), Some(after), Some(current)) if !Arc::ptr_eq(before, current) => {
                let mut merged = Row::clone(current);
                merged.resize(merged.len().max(after.len()), Cell::Null);
                for (slot, cell) in merged.iter_mut().enumerate() {
                    if let Some(after) = after.get(slot)
                        && before.get(slot) != Some(after)
                    {
                        *cell = after.clone();
                    }
                }
                Some(Arc::new(merged))
            }
            // Somebody removed the row meanwhile: it stays removed.
            (Some(_), Some(_), None) => None,
            _ => swap.after,
        };
        Change::Row(table, id, Swap { before: current, after })
    }
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: Option<V>) {
    match value {
        Some(value) => {
            map.insert(key, value);
        }
        None => {
            map.remove(&key);
        }
    }
}
