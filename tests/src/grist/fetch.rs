//! Reading tables, as one user sees them.
use super::cell::Cell;
use super::metadata;
use super::refusal::Refusal;
use super::rules::{Access, Permission, blocked};
use super::state::{ColumnRef, State, TableRef};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::sync::Arc;

/// A table's content by columns, `id` first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fetched {
    pub(crate) ids: Vec<i64>,
    pub(crate) columns: Vec<(String, Vec<Cell>)>,
}

impl Serialize for Fetched {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len() + 1))?;
        map.serialize_entry("id", &self.ids)?;
        for (name, cells) in &self.columns {
            map.serialize_entry(name, cells)?;
        }
        map.end()
    }
}

impl State {
    /// `fetchTable`: data columns first, then formulas; columns that the user may not read are left out.
    pub(crate) fn fetch(&self, table_id: &str, access: &Access<'_>) -> Result<Fetched, Refusal> {
        if table_id.starts_with("_grist_") {
            // Metadata follows the default rule.
            if !access.by_default(Permission::Read) {
                return Err(blocked("table", Permission::Read));
            }
            return metadata::fetch(self, table_id, access);
        }
        let table = self.table_ref(table_id).ok_or_else(|| Refusal::key_error(table_id))?;
        if !access.table(table, Permission::Read) {
            return Err(blocked("table", Permission::Read));
        }
        let rows = &self.table(table)?.rows;
        let mut shown: Vec<_> = self.columns_of(table).filter(|(id, _)| access.column(table, *id, Permission::Read)).collect();
        shown.sort_by_key(|(_, column)| column.is_formula);
        let columns = shown
            .into_iter()
            .map(|(_, column)| {
                let cells = rows.iter().map(|(id, row)| self.shown_cell(table, *id, row, column)).collect();
                (column.col_id.clone(), cells)
            })
            .collect();
        Ok(Fetched { ids: rows.keys().copied().collect(), columns })
    }

    /// `listTables`: it reads the metadata, and fails when that is denied.
    pub(crate) fn list_tables(&self, access: &Access<'_>) -> Result<Vec<String>, Refusal> {
        if !access.by_default(Permission::Read) {
            return Err(blocked("table", Permission::Read));
        }
        Ok(self.readable_tables(access).map(|(_, id)| id.to_owned()).collect())
    }

    pub(crate) fn readable_tables(&self, access: &Access<'_>) -> impl Iterator<Item = (TableRef, &str)> {
        self.tables.iter().filter(move |(id, _)| access.table(**id, Permission::Read)).map(|(id, table)| (*id, table.head.table_id.as_str()))
    }

    /// Columns of a table that the user may read, with their references.
    pub(crate) fn readable_columns(&self, table: TableRef, access: &Access<'_>) -> Vec<(ColumnRef, Arc<super::state::Column>)> {
        self.columns_of(table).filter(|(id, _)| access.column(table, *id, Permission::Read)).map(|(id, column)| (id, Arc::clone(column))).collect()
    }
}
