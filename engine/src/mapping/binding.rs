//! The document's own half of a mapping.

use serde::Serialize;

use super::{Field, RowField, TableKey};
use crate::{
    grist::{ColumnId, ColumnRef, ColumnType, DocumentSchema, SchemaColumn, SchemaTable, TableId, TableRef},
    json::{FromJson, Json, Malformed},
    sorted::SortedMap,
};

/// A column that Relais made or was given. By reference, so that agents may rename it freely; by the id it was made with
/// as long as Grist has not told the reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ColumnBinding {
    /// Its reference, once known.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<ColumnRef>,
    /// Its id when it was bound.
    pub id: ColumnId,
}

/// A table that Relais made or was given, and its columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableBinding {
    /// Its reference, once known.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none")]
    pub reference: Option<TableRef>,
    /// Its id when it was bound.
    pub id: TableId,
    /// Its columns, by what fills them.
    pub columns: SortedMap<Field, ColumnBinding>,
}

impl FromJson for ColumnBinding {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { reference: json.read("ref")?, id: json.read("id")? })
    }
}

impl FromJson for TableBinding {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        Ok(Self { reference: json.read("ref")?, id: json.read("id")?, columns: json.read_or_default("columns")? })
    }
}

impl FromJson for Binding {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        FromJson::from_json(json).map(|tables| Self { tables })
    }
}

impl TableBinding {
    /// The table in the document, if it is still there.
    pub fn find<'a>(&self, schema: &'a DocumentSchema) -> Option<&'a SchemaTable> {
        match self.reference {
            Some(reference) => schema.table(reference),
            None => schema.table_by_id(self.id.as_str()),
        }
    }
}

impl ColumnBinding {
    /// The column in its table, if it is still there.
    pub fn find<'a>(&self, table: &'a SchemaTable) -> Option<&'a SchemaColumn> {
        match self.reference {
            Some(reference) => table.column(reference),
            None => table.column_by_id(self.id.as_str()),
        }
    }
}

/// Which tables and columns of the document a mapping fills.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Binding {
    /// By what their rows are.
    pub tables: SortedMap<TableKey, TableBinding>,
}

impl Binding {
    /// Replaces the ids of what was just made by references. True when something changed.
    pub fn resolve(&mut self, schema: &DocumentSchema) -> bool {
        let before = self.clone();
        for binding in self.tables.values_mut() {
            let Some(table) = binding.find(schema) else { continue };
            binding.reference = Some(table.reference);
            for column in binding.columns.values_mut() {
                if let Some(found) = column.find(table) {
                    column.reference = Some(found.reference);
                }
            }
        }
        *self != before
    }

    /// Notes that Grist named a new column otherwise than wanted: access rules may hide one of that name.
    pub(crate) fn rename_made(&mut self, table: &TableId, wanted: &ColumnId, given: &ColumnId) {
        let tables = self.tables.values_mut().filter(|binding| binding.id == *table);
        for column in tables.flat_map(|binding| binding.columns.values_mut()).filter(|column| column.reference.is_none() && column.id == *wanted) {
            column.id.clone_from(given);
        }
    }

    /// Forgets what is no longer in the document, so that it is made anew: what an agent asks for by « Recréer ». A reference to
    /// a table that was removed has become a number in Grist: it is forgotten too, and the rows find their dossier again by
    /// what names them in DS.
    pub fn forget_missing(&mut self, schema: &DocumentSchema) {
        self.tables.retain(|_, binding| binding.find(schema).is_some());
        for binding in self.tables.values_mut() {
            if let Some(table) = binding.find(schema).cloned() {
                let is_there = |field: &Field, column: &SchemaColumn| {
                    *field != Field::Row(RowField::Dossier) || column.is_hidden() || matches!(column.column_type, ColumnType::Ref(_))
                };
                binding.columns.retain(|field, column| column.find(&table).is_some_and(|column| is_there(field, column)));
            }
        }
    }
}
