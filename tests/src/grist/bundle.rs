//! One call of `applyUserActions`: several actions, all or nothing.
use super::action::Action;
use super::cell::Cell;
use super::column_type::ColumnType;
use super::refusal::Refusal;
use super::rules::{Access, Permission, blocked};
use super::state::{Change, Column, ColumnRef, Head, Record, Row, State, Swap, TableRef};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// How many rows of the agent's tables a bundle touched.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) added: usize,
    pub(crate) updated: usize,
    pub(crate) removed: usize,
}

/// What a bundle did.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) results: Vec<Value>,
    pub(crate) changes: Vec<Change>,
    pub(crate) modified: bool,
    /// Whether anything but `Calculate` was asked.
    pub(crate) counted: bool,
    pub(crate) tally: Tally,
}

/// The actions of one call, while they are performed.
pub(crate) struct Bundle<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) access: Access<'a>,
    /// Only owners may change access rules.
    pub(crate) owner: bool,
    pub(crate) changes: Vec<Change>,
    /// Negative ids of this bundle and the rows that they became.
    pub(crate) temporary: HashMap<(TableRef, i64), i64>,
    pub(crate) modified: bool,
    pub(crate) tally: Tally,
}

impl<'a> Bundle<'a> {
    pub(crate) fn new(state: &'a mut State, access: Access<'a>, owner: bool) -> Self {
        Self { state, access, owner, changes: Vec::new(), temporary: HashMap::new(), modified: false, tally: Tally::default() }
    }

    /// Performs all actions, or none.
    pub(crate) fn run(mut self, actions: Vec<Value>) -> Result<Done, Refusal> {
        let mut results = Vec::with_capacity(actions.len());
        let mut counted = false;
        for action in actions {
            let performed = Action::parse(action).and_then(|action| {
                counted |= !matches!(action, Action::Nothing);
                self.perform(action)
            });
            match performed {
                Ok(result) => results.push(result),
                Err(refusal) => return Err(self.taken_back(refusal)),
            }
        }
        if let Err(refusal) = self.drop_unused_displays() {
            return Err(self.taken_back(refusal));
        }
        Ok(Done { results, changes: self.changes, modified: self.modified, counted, tally: self.tally })
    }

    fn taken_back(&mut self, refusal: Refusal) -> Refusal {
        while let Some(change) = self.changes.pop() {
            self.state.perform(&change.inverse());
        }
        refusal
    }

    fn perform(&mut self, action: Action) -> Result<Value, Refusal> {
        self.check_structure(&action)?;
        match action {
            Action::Nothing => Ok(Value::Null),
            Action::AddTable(id, columns) => self.add_table(id.as_deref(), columns),
            Action::AddRawTable(id) => self.add_blank_table(id.as_deref(), false),
            Action::AddEmptyTable(id) => self.add_blank_table(id.as_deref(), true),
            Action::RenameTable(old, new) => {
                let table = self.table_or_none(&old)?;
                self.rename_table(table, &new).map(Value::String)
            }
            Action::RemoveTable(table) => {
                let table = self.table_or_none(&table)?;
                self.remove_table(table).map(|()| Value::Null)
            }
            Action::RemoveView(view) => self.remove_view(view).map(|()| Value::Null),
            Action::AddColumn(shown, table, id, info) => {
                let table = self.table_or_none(&table)?;
                self.add_column(table, id.as_deref(), &info, shown)
            }
            Action::ModifyColumn(table, column, fields) => {
                let column = self.column_or_none(&table, &column)?;
                self.modify_column(column, fields).map(|()| Value::Null)
            }
            Action::RenameColumn(table, column, new) => {
                let column = self.column_or_none(&table, &column)?;
                self.rename_column(column, &new).map(Value::String)
            }
            Action::RemoveColumn(table, column) => {
                let column = self.column_or_none(&table, &column)?;
                self.remove_column(column).map(|()| Value::Null)
            }
            Action::SetDisplayFormula(table, column, formula) => {
                let table = self.table_or_none(&table)?;
                self.set_display_formula(table, &column, formula.as_deref()).map(|()| Value::Null)
            }
            Action::Add { table, .. } if table.starts_with("_grist_") => self.refuse_metadata(&table),
            Action::Update { table, ids, columns } if table.starts_with("_grist_") => {
                self.update_metadata(&table, &ids, columns).map(|()| Value::Null)
            }
            Action::Remove { table, ids } if table.starts_with("_grist_") => self.remove_metadata(&table, &ids).map(|()| Value::Null),
            Action::Replace { table, .. } | Action::Upsert { table, .. } if table.starts_with("_grist_") => self.refuse_metadata(&table),
            records => {
                let from = self.changes.len();
                let result = self.perform_on_records(records)?;
                self.check_updates(from)?;
                Ok(result)
            }
        }
    }

    fn perform_on_records(&mut self, action: Action) -> Result<Value, Refusal> {
        match action {
            Action::Add { table, ids, columns, single } => {
                let table = self.table_named(&table)?;
                self.access.require(table, Permission::Create)?;
                let rows = self.add_rows(table, &ids, columns)?;
                Ok(if single { json!(rows.first()) } else { json!(rows) })
            }
            Action::Update { table, ids, columns } => {
                let table = self.table_named(&table)?;
                self.access.require(table, Permission::Update)?;
                self.update_rows(table, &ids, columns)?;
                Ok(Value::Null)
            }
            Action::Remove { table, ids } => {
                let table = self.table_named(&table)?;
                self.access.require(table, Permission::Delete)?;
                self.remove_rows(table, &ids)?;
                Ok(Value::Null)
            }
            Action::Replace { table, ids, columns } => {
                let table = self.table_named(&table)?;
                self.access.require(table, Permission::Create)?;
                self.access.require(table, Permission::Delete)?;
                self.replace_rows(table, &ids, columns)?;
                Ok(Value::Null)
            }
            Action::Upsert { table, require, values, options, single } => {
                let table = self.table_named(&table)?;
                if !self.access.reads_whole(table) {
                    return Err(blocked("table", Permission::Read));
                }
                self.access.require(table, Permission::Create)?;
                self.access.require(table, Permission::Update)?;
                self.upsert(table, require, values, &options, single)
            }
            _ => Err(Refusal::unsupported("an action on something else than records")),
        }
    }

    /// Grist says "table" of what changes tables and pages, "full" of what changes a column's description.
    fn check_structure(&self, action: &Action) -> Result<(), Refusal> {
        match action {
            Action::AddTable(..)
            | Action::AddRawTable(_)
            | Action::AddEmptyTable(_)
            | Action::RenameTable(..)
            | Action::RemoveTable(_)
            | Action::RemoveView(_)
            | Action::AddColumn(..)
            | Action::RenameColumn(..)
            | Action::RemoveColumn(..) => self.access.require_structure("table"),
            Action::ModifyColumn(..) | Action::SetDisplayFormula(..) => self.access.require_structure("full"),
            Action::Update { table, .. } | Action::Remove { table, .. } if table == "_grist_Tables_column" => self.access.require_structure("full"),
            Action::Update { table, .. } | Action::Remove { table, .. } if table.starts_with("_grist_") => self.access.require_structure("table"),
            _ => Ok(()),
        }
    }

    /// Rules on columns count for values that really change, wherever the action reached: the removal of a row
    /// also changes the cells that referred to it.
    fn check_updates(&self, from: usize) -> Result<(), Refusal> {
        for change in self.changes.iter().skip(from) {
            let Change::Row(table, _, swap) = change else {
                continue;
            };
            let (Some(before), Some(after)) = (&swap.before, &swap.after) else {
                continue;
            };
            for (id, column) in self.state.columns_of(*table) {
                if before.get(column.slot) == after.get(column.slot) {
                    continue;
                }
                self.access.require(*table, Permission::Update)?;
                if !self.access.column(*table, id, Permission::Update) {
                    return Err(blocked("column", Permission::Update));
                }
            }
        }
        Ok(())
    }

    /// Actions on records name an unknown table by a `KeyError`…
    fn table_named(&self, table: &str) -> Result<TableRef, Refusal> {
        self.state.table_ref(table).ok_or_else(|| Refusal::key_error(table))
    }

    /// … and actions on structure by a `ValueError`.
    fn table_or_none(&self, table: &str) -> Result<TableRef, Refusal> {
        self.state.table_ref(table).ok_or_else(|| Refusal::value_error(format!("No such table: {table}")))
    }

    fn column_or_none(&self, table: &str, column: &str) -> Result<ColumnRef, Refusal> {
        self.state
            .table_ref(table)
            .and_then(|table| self.state.column_named(table, column))
            .map(|(id, _)| id)
            .ok_or_else(|| Refusal::value_error(format!("No such column: {table}.{column}")))
    }

    pub(crate) fn column(&self, column: ColumnRef) -> Result<Arc<Column>, Refusal> {
        self.state.columns.get(&column).cloned().ok_or_else(Refusal::no_record)
    }

    pub(crate) fn set_row(&mut self, table: TableRef, id: i64, after: Option<Arc<Row>>) {
        let before = self.state.tables.get(&table).and_then(|table| table.rows.get(&id)).cloned();
        self.change(Change::Row(table, id, Swap { before, after }));
    }

    /// Writes a column; one that stays as it was is no change.
    pub(crate) fn set_column(&mut self, id: ColumnRef, after: Option<Column>) {
        let before = self.state.columns.get(&id).cloned();
        if before.as_deref() != after.as_ref() {
            let after = after.map(Arc::new);
            self.change(Change::Column(id, Swap { before, after }));
        }
    }

    pub(crate) fn set_head(&mut self, id: TableRef, after: Option<Head>) {
        let before = self.state.tables.get(&id).map(|table| Arc::clone(&table.head));
        if before.as_deref() != after.as_ref() {
            let after = after.map(Arc::new);
            self.change(Change::Table(id, Swap { before, after }));
        }
    }

    pub(crate) fn set_record(&mut self, table: &'static str, id: i64, after: Option<Record>) {
        let before = self.state.records.get(table).and_then(|records| records.get(&id)).cloned();
        if before.as_deref() != after.as_ref() {
            let after = after.map(Arc::new);
            self.change(Change::Record(table, id, Swap { before, after }));
        }
    }

    fn change(&mut self, change: Change) {
        self.state.perform(&change);
        self.changes.push(change);
        self.modified = true;
    }

    /// The stored form of a value, temporary ids replaced by the rows that they became.
    pub(crate) fn stored(&self, table: TableRef, column: &Column, value: Value) -> Result<Cell, Refusal> {
        let cell = column.kind.convert(value)?;
        let Some(target) = column.kind.target() else {
            return Ok(cell);
        };
        let resolve = |cell: &Cell| match cell.as_id() {
            Some(id) if id < 0 => {
                self.state.table_ref(target).and_then(|target| self.temporary.get(&(target, id))).map(|row| Cell::id(*row)).ok_or_else(|| {
                    Refusal::value_error(format!(
                        "Reference to unknown temporary row id {id} in column {}.{}",
                        self.state.table_id(table),
                        column.col_id
                    ))
                })
            }
            _ => Ok(cell.clone()),
        };
        match &cell {
            Cell::Number(_) => resolve(&cell),
            Cell::List(items) => Ok(Cell::List(items.iter().map(resolve).collect::<Result<_, _>>()?)),
            _ => Ok(cell),
        }
    }

    /// What a row shows in a column: its cell, or the default when nothing was written since the column exists.
    pub(crate) fn cell(row: &Row, column: &Column) -> Cell {
        row.get(column.slot).cloned().unwrap_or_else(|| column.kind.default_cell())
    }

    /// An empty formula column that gets values becomes a data column of the type that they suggest.
    pub(crate) fn settle(&mut self, id: ColumnRef, values: &[Value]) -> Result<Arc<Column>, Refusal> {
        let column = self.column(id)?;
        if !column.is_formula {
            return Ok(column);
        }
        if !column.is_undecided() {
            return Err(Refusal::value_error(format!("Can't save value to formula column {}", column.col_id)));
        }
        let mut settled = Column::clone(&column);
        settled.is_formula = false;
        if settled.kind == ColumnType::Any {
            let numeric = |value: &Value| match value {
                Value::Null | Value::Number(_) => Some(true),
                Value::String(text) => Some(text.is_empty() || super::python::parse_float(text).is_some()),
                _ => None,
            };
            let guesses: Option<Vec<bool>> = values.iter().map(numeric).collect();
            let name = match guesses {
                Some(guesses) if guesses.iter().all(|numeric| *numeric) => "Numeric",
                Some(_) => "Text",
                None => {
                    return Err(Refusal::unsupported("values other than texts and numbers in an empty column, whose type Grist would guess"));
                }
            };
            name.clone_into(&mut settled.type_name);
            settled.kind = ColumnType::parse(name)?;
        }
        // The column had a slot from the start, but rows of before hold no cell in it.
        self.set_column(id, Some(settled));
        self.fill_missing(id)?;
        self.column(id)
    }
}
