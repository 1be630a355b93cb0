//! The metadata tables: what they look like to whoever fetches them, and the few changes that are made through them.
use super::action::Columns;
use super::bundle::Bundle;
use super::cell::Cell;
use super::fetch::Fetched;
use super::refusal::Refusal;
use super::rules::{Access, Permission};
use super::state::{Record, State};
use serde_json::{Map, Value};

/// Default of a field of a metadata table.
#[derive(Debug, Clone, Copy)]
enum Blank {
    Text,
    Number,
    /// A number that is not 0 when it is left out.
    Is(i64),
    Flag,
    Nothing,
}

use Blank::{Flag, Is, Nothing, Number, Text};

type Fields = &'static [(&'static str, Blank)];

/// Tables that are kept as records, with their fields in Grist's order.
const TABLES: [(&str, Fields); 16] = [
    (
        "_grist_DocInfo",
        &[("docId", Text), ("peers", Text), ("basketId", Text), ("schemaVersion", Is(46)), ("timezone", Text), ("documentSettings", Text)],
    ),
    ("_grist_Pages", &[("viewRef", Number), ("indentation", Number), ("pagePos", Number), ("shareRef", Number), ("options", Text)]),
    ("_grist_Views", &[("name", Text), ("type", Text), ("layoutSpec", Text)]),
    (
        "_grist_Views_section",
        &[
            ("tableRef", Number),
            ("parentId", Number),
            ("parentKey", Text),
            ("title", Text),
            ("description", Text),
            ("defaultWidth", Is(100)),
            ("borderWidth", Is(1)),
            ("theme", Text),
            ("options", Text),
            ("chartType", Text),
            ("layoutSpec", Text),
            ("filterSpec", Text),
            ("sortColRefs", Text),
            ("linkSrcSectionRef", Number),
            ("linkSrcColRef", Number),
            ("linkTargetColRef", Number),
            ("embedId", Text),
            ("rules", Nothing),
            ("shareOptions", Text),
        ],
    ),
    (
        "_grist_Views_section_field",
        &[
            ("parentId", Number),
            ("parentPos", Number),
            ("colRef", Number),
            ("width", Number),
            ("widgetOptions", Text),
            ("displayCol", Number),
            ("visibleCol", Number),
            ("filter", Text),
            ("rules", Nothing),
        ],
    ),
    ("_grist_TabBar", &[("viewRef", Number), ("tabPos", Number)]),
    ("_grist_ACLResources", &[("tableId", Text), ("colIds", Text)]),
    (
        "_grist_ACLRules",
        &[
            ("resource", Number),
            ("permissions", Number),
            ("principals", Text),
            ("aclFormula", Text),
            ("aclColumn", Number),
            ("aclFormulaParsed", Text),
            ("permissionsText", Text),
            ("rulePos", Nothing),
            ("userAttributes", Text),
            ("memo", Text),
        ],
    ),
    ("_grist_ACLPrincipals", &[("type", Text), ("userEmail", Text), ("userName", Text), ("groupName", Text), ("instanceId", Text)]),
    ("_grist_ACLMemberships", &[("parent", Number), ("child", Number)]),
    (
        "_grist_Attachments",
        &[
            ("fileIdent", Text),
            ("fileName", Text),
            ("fileType", Text),
            ("fileSize", Number),
            ("fileExt", Text),
            ("imageHeight", Number),
            ("imageWidth", Number),
            ("timeDeleted", Nothing),
            ("timeUploaded", Nothing),
        ],
    ),
    ("_grist_Filters", &[("viewSectionRef", Number), ("colRef", Number), ("filter", Text), ("pinned", Flag)]),
    (
        "_grist_Triggers",
        &[
            ("tableRef", Number),
            ("eventTypes", Nothing),
            ("isReadyColRef", Number),
            ("actions", Text),
            ("label", Text),
            ("memo", Text),
            ("enabled", Flag),
            ("watchedColRefList", Nothing),
            ("options", Text),
            ("condition", Text),
        ],
    ),
    (
        "_grist_Cells",
        &[
            ("tableRef", Number),
            ("colRef", Number),
            ("rowId", Number),
            ("root", Flag),
            ("parentId", Number),
            ("type", Number),
            ("content", Text),
            ("userRef", Text),
            ("timeCreated", Nothing),
            ("timeUpdated", Nothing),
            ("resolved", Flag),
        ],
    ),
    ("_grist_Shares", &[("linkId", Text), ("options", Text), ("label", Text), ("description", Text)]),
    ("_grist_External_database", &[]),
];

fn fields(table: &str) -> Option<(&'static str, Fields)> {
    TABLES.iter().find(|(name, _)| *name == table).copied()
}

fn cell(record: &Record, name: &str, blank: Blank) -> Cell {
    match record.get(name) {
        Some(Value::Number(number)) => Cell::Number(number.as_f64().unwrap_or_default()),
        Some(Value::String(text)) => Cell::text(text),
        Some(Value::Bool(value)) => Cell::Bool(*value),
        _ => match blank {
            Text => Cell::text(""),
            Number => Cell::Number(0.0),
            Is(number) => Cell::id(number),
            Flag => Cell::Bool(false),
            Nothing => Cell::Null,
        },
    }
}

/// A metadata table as a user sees it: what rules hide is blanked, not left out.
pub(crate) fn fetch(state: &State, table: &str, access: &Access<'_>) -> Result<Fetched, Refusal> {
    match table {
        "_grist_Tables" => Ok(tables(state, access)),
        "_grist_Tables_column" => Ok(columns(state, access)),
        _ => {
            let (_, fields) = fields(table).ok_or_else(|| Refusal::key_error(table))?;
            let columns = fields
                .iter()
                .map(|(name, blank)| {
                    let cells = state.records(table).map(|(_, record)| cell(record, name, *blank)).collect();
                    ((*name).to_owned(), cells)
                })
                .collect();
            Ok(Fetched { ids: state.records(table).map(|(id, _)| id).collect(), columns })
        }
    }
}

/// Rows gathered into columns.
struct Gather {
    fetched: Fetched,
}

impl Gather {
    fn new(names: &[&str]) -> Self {
        Self { fetched: Fetched { ids: Vec::new(), columns: names.iter().map(|name| ((*name).to_owned(), Vec::new())).collect() } }
    }

    fn row<const N: usize>(&mut self, id: i64, cells: [Cell; N]) {
        self.fetched.ids.push(id);
        for ((_, column), cell) in self.fetched.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
}

fn tables(state: &State, access: &Access<'_>) -> Fetched {
    let mut gather = Gather::new(&["tableId", "primaryViewId", "summarySourceTable", "onDemand", "rawViewSectionRef", "recordCardViewSectionRef"]);
    for (id, table) in &state.tables {
        let head = &table.head;
        let name = if access.table(*id, Permission::Read) { head.table_id.as_str() } else { "" };
        gather.row(
            *id,
            [Cell::text(name), Cell::id(head.primary_view), Cell::id(0), Cell::Bool(false), Cell::id(head.raw_section), Cell::id(head.card_section)],
        );
    }
    gather.fetched
}

fn columns(state: &State, access: &Access<'_>) -> Fetched {
    let mut gather = Gather::new(&[
        "parentId",
        "parentPos",
        "colId",
        "type",
        "widgetOptions",
        "isFormula",
        "formula",
        "label",
        "description",
        "untieColIdFromLabel",
        "summarySourceCol",
        "displayCol",
        "visibleCol",
        "rules",
        "reverseCol",
        "recalcWhen",
        "recalcDeps",
    ]);
    for (id, column) in &state.columns {
        let seen = access.column(column.parent, *id, Permission::Read);
        let text = |text: &str| Cell::text(if seen { text } else { "" });
        gather.row(
            *id,
            [
                Cell::id(if seen { column.parent } else { 0 }),
                Cell::Number(column.position),
                text(&column.col_id),
                Cell::text(if seen { column.type_name.as_str() } else { "Any" }),
                text(&column.widget_options),
                Cell::Bool(column.is_formula),
                text(&column.formula),
                text(&column.label),
                text(&column.description),
                Cell::Bool(column.untied),
                Cell::id(0),
                Cell::id(column.display_col),
                Cell::id(column.visible_col),
                Cell::Null,
                Cell::id(0),
                Cell::id(0),
                Cell::Null,
            ],
        );
    }
    gather.fetched
}

impl Bundle<'_> {
    /// `UpdateRecord` and `BulkUpdateRecord` on a metadata table.
    pub(crate) fn update_metadata(&mut self, table: &str, ids: &[Value], columns: Columns) -> Result<(), Refusal> {
        self.refuse_rules(table)?;
        for (index, id) in ids.iter().enumerate() {
            let id = id.as_i64().ok_or_else(Refusal::no_record)?;
            let fields: Map<String, Value> =
                columns.iter().map(|(name, values)| (name.clone(), values.get(index).cloned().unwrap_or_default())).collect();
            match table {
                "_grist_Tables_column" => self.modify_column(id, fields)?,
                "_grist_Tables" => self.modify_table(id, fields)?,
                _ => self.modify_record(table, id, fields)?,
            }
        }
        Ok(())
    }

    fn modify_table(&mut self, id: i64, fields: Map<String, Value>) -> Result<(), Refusal> {
        self.state.table(id)?;
        for (name, value) in fields {
            match (name.as_str(), value) {
                ("tableId", Value::String(wanted)) => {
                    self.rename_table(id, &wanted)?;
                }
                (name, _) => {
                    return Err(Refusal::unsupported(format!("a change of {name} in _grist_Tables")));
                }
            }
        }
        Ok(())
    }

    fn modify_record(&mut self, table: &str, id: i64, changed: Map<String, Value>) -> Result<(), Refusal> {
        let (name, fields) = fields(table).ok_or_else(|| Refusal::key_error(table))?;
        if !["_grist_Views", "_grist_Views_section", "_grist_Pages"].contains(&name) {
            return Err(Refusal::unsupported(format!("a change of {name}")));
        }
        let record = self.state.records.get(name).and_then(|records| records.get(&id));
        let mut record = Record::clone(record.ok_or_else(Refusal::no_record)?);
        for (field, value) in changed {
            if !fields.iter().any(|(known, _)| *known == field) {
                return Err(Refusal::key_error(&field));
            }
            record.insert(field, value);
        }
        self.set_record(name, id, Some(record));
        Ok(())
    }

    /// `RemoveRecord` and `BulkRemoveRecord` on a metadata table.
    pub(crate) fn remove_metadata(&mut self, table: &str, ids: &[Value]) -> Result<(), Refusal> {
        self.refuse_rules(table)?;
        for id in ids {
            let id = id.as_i64().ok_or_else(|| Refusal::sandbox("AssertionError", ""))?;
            match table {
                "_grist_Tables_column" => self.remove_column(id)?,
                "_grist_Tables" => self.remove_table(id)?,
                "_grist_Views" => self.remove_view(id)?,
                other => return Err(Refusal::unsupported(format!("a removal from {other}"))),
            }
        }
        Ok(())
    }

    pub(crate) fn refuse_metadata(&self, table: &str) -> Result<Value, Refusal> {
        self.refuse_rules(table)?;
        Err(Refusal::unsupported(format!("an addition to {table}")))
    }

    fn refuse_rules(&self, table: &str) -> Result<(), Refusal> {
        if table.starts_with("_grist_ACL") && !self.owner {
            return Err(Refusal::denied("Only owners can modify access rules"));
        }
        Ok(())
    }
}
