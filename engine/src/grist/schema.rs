//! The tables and columns of a document, read from its metadata.

use super::{CellValue, ColumnId, ColumnRef, ColumnType, TableId, TableRef, WidgetOptions};
use crate::{ports::Rows, sorted::SortedMap};

/// A column of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaColumn {
    /// Kept when it is renamed.
    pub reference: ColumnRef,
    /// Empty when access rules hide the column (facts/grist.md, section 7).
    pub id: ColumnId,
    /// What agents read.
    pub label: String,
    /// Its type.
    pub column_type: ColumnType,
    /// Whether a formula fills it.
    pub is_formula: bool,
    /// How it shows values.
    pub widget_options: WidgetOptions,
}

impl SchemaColumn {
    /// Whether access rules hide it: it is there, but must not be taken for missing.
    pub fn is_hidden(&self) -> bool {
        self.id.as_str().is_empty()
    }
}

/// A table of the document.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaTable {
    /// Kept when it is renamed.
    pub reference: TableRef,
    /// Empty when access rules hide the table.
    pub id: TableId,
    /// Its columns, then those that access rules hide, of this table or of another.
    pub columns: Vec<SchemaColumn>,
}

impl SchemaTable {
    /// The column of this reference.
    pub fn column(&self, reference: ColumnRef) -> Option<&SchemaColumn> {
        self.columns.iter().find(|column| column.reference == reference)
    }

    /// The column of this id.
    pub fn column_by_id(&self, id: &str) -> Option<&SchemaColumn> {
        self.columns.iter().find(|column| column.id.as_str() == id)
    }

    /// Whether access rules hide it.
    pub fn is_hidden(&self) -> bool {
        self.id.as_str().is_empty()
    }
}

/// All tables of a document, summary tables excepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentSchema {
    tables: Vec<SchemaTable>,
}

impl DocumentSchema {
    /// Reads `_grist_Tables` and `_grist_Tables_column`.
    pub fn read(tables: &impl Rows, columns: &impl Rows) -> Self {
        let mut by_table: SortedMap<i64, Vec<SchemaColumn>> = SortedMap::new();
        let (parents, ids, labels) = (numbers(columns, "parentId"), texts(columns, "colId"), texts(columns, "label"));
        let (types, options) = (texts(columns, "type"), texts(columns, "widgetOptions"));
        let formulas = columns.column(&ColumnId::from("isFormula")).unwrap_or_default();
        for (index, reference) in columns.row_ids().into_iter().enumerate() {
            let text = |texts: &[Box<str>]| texts.get(index).cloned().unwrap_or_default();
            by_table.get_or_default(parents.get(index).copied().unwrap_or_default()).push(SchemaColumn {
                reference: ColumnRef(reference),
                id: ColumnId::from(&*text(&ids)),
                label: text(&labels).into(),
                column_type: ColumnType::parse(&text(&types)),
                is_formula: formulas.get(index) == Some(&CellValue::Bool(true)),
                widget_options: WidgetOptions::parse(&text(&options)),
            });
        }
        // One that access rules hide does not even say which table it is of: it may be of any.
        let hidden = by_table.remove(&0).unwrap_or_default();
        let (ids, summaries) = (texts(tables, "tableId"), numbers(tables, "summarySourceTable"));
        let tables = tables
            .row_ids()
            .into_iter()
            .enumerate()
            .filter(|(index, _)| summaries.get(*index).copied().unwrap_or_default() == 0)
            .map(|(index, reference)| SchemaTable {
                reference: TableRef(reference),
                id: TableId::from(ids.get(index).map_or("", |id| id)),
                columns: by_table.remove(&reference).into_iter().flatten().chain(hidden.iter().cloned()).collect(),
            })
            .collect();
        Self { tables }
    }

    /// Every table.
    pub fn tables(&self) -> &[SchemaTable] {
        &self.tables
    }

    /// The table of this reference.
    pub fn table(&self, reference: TableRef) -> Option<&SchemaTable> {
        self.tables.iter().find(|table| table.reference == reference)
    }

    /// The table of this id, compared as Grist does, without case.
    pub fn table_by_id(&self, id: &str) -> Option<&SchemaTable> {
        self.tables.iter().find(|table| table.id.as_str().eq_ignore_ascii_case(id))
    }
}

fn texts(rows: &impl Rows, column: &str) -> Vec<Box<str>> {
    let values = rows.column(&ColumnId::from(column)).unwrap_or_default();
    values.into_iter().map(|value| if let CellValue::Text(text) = value { text } else { Box::default() }).collect()
}

fn numbers(rows: &impl Rows, column: &str) -> Vec<i64> {
    rows.column(&ColumnId::from(column)).unwrap_or_default().iter().map(|value| value.as_integer().unwrap_or_default()).collect()
}
