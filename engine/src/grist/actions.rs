//! User actions: what Relais asks Grist to do. The signatures are those of facts/grist.md, section 3.

use serde::{Serialize, Serializer};
use serde_json::json;

use super::{CellValue, ColumnId, ColumnRef, ColumnType, TableId, WidgetOptions};
use crate::json::{FromJson, Json, Malformed};

/// A column to create.
#[derive(Clone, Debug, PartialEq)]
pub struct NewColumn {
    /// The id wanted; Grist keeps it when it is free and valid.
    pub id: ColumnId,
    /// What agents read.
    pub label: String,
    /// Its type.
    pub column_type: ColumnType,
    /// How it shows values.
    pub widget_options: WidgetOptions,
}

// `isFormula` is always said: some actions take a column without it for an empty formula.
impl Serialize for NewColumn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "camelCase")]
        struct Fields<'a> {
            id: &'a ColumnId,
            label: &'a str,
            #[serde(rename = "type")]
            column_type: &'a ColumnType,
            is_formula: bool,
            widget_options: String,
        }
        Fields {
            id: &self.id,
            label: &self.label,
            column_type: &self.column_type,
            is_formula: false,
            widget_options: self.widget_options.to_string(),
        }
        .serialize(serializer)
    }
}

/// Columns of values, by column id: what the Bulk actions take.
pub type Columns = Vec<(ColumnId, Vec<CellValue>)>;

/// One action. Several in one call are applied all or none.
#[derive(Clone, Debug, PartialEq)]
pub enum UserAction {
    /// A table with a page of its own.
    AddTable {
        /// The id wanted.
        table: TableId,
        /// The name wanted for the table and its page, when Grist makes that very id of it.
        title: Option<String>,
        /// Its columns.
        columns: Vec<NewColumn>,
    },
    /// A table without a page, made with three columns A, B, C.
    AddRawTable {
        /// The id wanted.
        table: TableId,
    },
    /// A column, shown in the table's pages too.
    AddVisibleColumn {
        /// Of which table.
        table: TableId,
        /// The column.
        column: NewColumn,
    },
    /// Removes a column.
    RemoveColumn {
        /// Of which table.
        table: TableId,
        /// Which.
        column: ColumnId,
    },
    /// Changes the options of a column.
    ModifyWidgetOptions {
        /// Of which table.
        table: TableId,
        /// Which.
        column: ColumnId,
        /// The new options.
        widget_options: WidgetOptions,
    },
    /// Changes the type of a column; Grist converts its values, and forgets its options.
    ModifyColumnType {
        /// Of which table.
        table: TableId,
        /// Which.
        column: ColumnId,
        /// The new type.
        column_type: ColumnType,
        /// The options that go with it.
        widget_options: WidgetOptions,
    },
    /// Changes the label of a column. Its id stays: what speaks of the column from outside the document still finds it.
    RelabelColumn {
        /// Of which table.
        table: TableId,
        /// Which.
        column: ColumnId,
        /// The new label.
        label: String,
    },
    /// The help shown on the headers of columns.
    DescribeColumns {
        /// Each column with its description.
        descriptions: Vec<(ColumnRef, String)>,
    },
    /// Which column of its target a reference column shows; goes with [`Self::SetDisplayFormula`].
    SetVisibleColumn {
        /// The reference column.
        reference: ColumnRef,
        /// The column of the target.
        shown: ColumnRef,
    },
    /// The formula that gives what a reference column shows.
    SetDisplayFormula {
        /// The table of the reference column.
        table: TableId,
        /// The reference column.
        reference: ColumnRef,
        /// `$dossier.numero`.
        formula: String,
    },
    /// Names the page that came with a table.
    RenamePage {
        /// The row of the page in `_grist_Views`.
        view: i64,
        /// Its new name.
        name: String,
    },
    /// New rows. A negative id stands for the row in the rest of the call.
    BulkAddRecord {
        /// In which table.
        table: TableId,
        /// Negative ids, or none when no other action speaks of the row.
        row_ids: Vec<Option<i64>>,
        /// Their values.
        columns: Columns,
    },
    /// New values of rows.
    BulkUpdateRecord {
        /// In which table.
        table: TableId,
        /// Which rows.
        row_ids: Vec<i64>,
        /// Their new values.
        columns: Columns,
    },
    /// Removes rows.
    BulkRemoveRecord {
        /// From which table.
        table: TableId,
        /// Which rows.
        row_ids: Vec<i64>,
    },
}

struct ColumnsMap<'a>(&'a Columns);

impl Serialize for ColumnsMap<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(id, values)| (id, values)))
    }
}

impl Serialize for UserAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AddTable { table, title, columns } => ("AddTable", title.as_deref().unwrap_or(table.as_str()), columns).serialize(serializer),
            Self::AddRawTable { table } => ("AddRawTable", table).serialize(serializer),
            Self::AddVisibleColumn { table, column } => ("AddVisibleColumn", table, &column.id, column).serialize(serializer),
            Self::RemoveColumn { table, column } => ("RemoveColumn", table, column).serialize(serializer),
            Self::ModifyWidgetOptions { table, column, widget_options } => {
                ("ModifyColumn", table, column, json!({ "widgetOptions": widget_options.to_string() })).serialize(serializer)
            }
            Self::ModifyColumnType { table, column, column_type, widget_options } => {
                let fields = json!({ "type": column_type, "widgetOptions": widget_options.to_string() });
                ("ModifyColumn", table, column, fields).serialize(serializer)
            }
            Self::RelabelColumn { table, column, label } => {
                ("ModifyColumn", table, column, json!({ "label": label, "untieColIdFromLabel": true })).serialize(serializer)
            }
            Self::DescribeColumns { descriptions } => {
                let (references, texts): (Vec<ColumnRef>, Vec<&str>) =
                    descriptions.iter().map(|(reference, text)| (*reference, text.as_str())).unzip();
                ("BulkUpdateRecord", "_grist_Tables_column", references, json!({ "description": texts })).serialize(serializer)
            }
            Self::SetVisibleColumn { reference, shown } => {
                ("UpdateRecord", "_grist_Tables_column", reference, json!({ "visibleCol": shown })).serialize(serializer)
            }
            Self::SetDisplayFormula { table, reference, formula } => ("SetDisplayFormula", table, (), reference, formula).serialize(serializer),
            Self::RenamePage { view, name } => ("UpdateRecord", "_grist_Views", view, json!({ "name": name })).serialize(serializer),
            Self::BulkAddRecord { table, row_ids, columns } => ("BulkAddRecord", table, row_ids, ColumnsMap(columns)).serialize(serializer),
            Self::BulkUpdateRecord { table, row_ids, columns } => ("BulkUpdateRecord", table, row_ids, ColumnsMap(columns)).serialize(serializer),
            Self::BulkRemoveRecord { table, row_ids } => ("BulkRemoveRecord", table, row_ids).serialize(serializer),
        }
    }
}

/// How a call of `applyUserActions` appears in the document's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ApplyOptions {
    /// What agents read in the history.
    #[serde(rename = "desc", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The number of an earlier call that one Ctrl+Z takes back with this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_id: Option<i64>,
}

/// What Grist answers to `applyUserActions`.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The number of the call in the document's history.
    pub action_num: i64,
    /// A value for each action: row ids, or what was made.
    pub ret_values: Vec<serde_json::Value>,
}

impl FromJson for Applied {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let ret_values = json.get("retValues").items().iter().map(Json::to_value).collect();
        Ok(Self { action_num: json.read("actionNum")?, ret_values })
    }
}

impl Applied {
    /// The row ids that the n-th action gave back.
    pub fn row_ids(&self, index: usize) -> Vec<i64> {
        self.ret_values.get(index).and_then(serde_json::Value::as_array).into_iter().flatten().filter_map(serde_json::Value::as_i64).collect()
    }
}
