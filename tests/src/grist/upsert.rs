//! `AddOrUpdateRecord` and `BulkAddOrUpdateRecord`: rows found by key, changed or added.
use super::action::Columns;
use super::bundle::Bundle;
use super::cell::Cell;
use super::refusal::Refusal;
use super::state::{Column, TableRef};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What to do when several rows match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Many {
    First,
    None,
    All,
}

struct Options {
    many: Many,
    add: bool,
    update: bool,
    all_when_empty: bool,
}

impl Options {
    fn read(options: &Map<String, Value>) -> Result<Self, Refusal> {
        let flag = |name: &str, default: bool| options.get(name).and_then(Value::as_bool).unwrap_or(default);
        let many = match options.get("on_many").and_then(Value::as_str) {
            None | Some("first") => Many::First,
            Some("none") => Many::None,
            Some("all") => Many::All,
            Some(other) => {
                return Err(Refusal::value_error(format!("on_many should be 'first', 'none', or 'all', not '{other}'")));
            }
        };
        Ok(Self { many, add: flag("add", true), update: flag("update", true), all_when_empty: flag("allow_empty_require", false) })
    }
}

/// A key as a text: numbers as numbers, so that "1" is not 1.
fn key_of(cells: &[Value]) -> String {
    let parts: Vec<String> = cells
        .iter()
        .map(|cell| match cell.as_f64() {
            Some(number) => format!("n{number}"),
            None => cell.to_string(),
        })
        .collect();
    parts.join("\u{1f}")
}

impl Bundle<'_> {
    pub(crate) fn upsert(
        &mut self,
        table: TableRef,
        require: Columns,
        values: Columns,
        options: &Map<String, Value>,
        single: bool,
    ) -> Result<Value, Refusal> {
        let options = Options::read(options)?;
        if require.is_empty() && !options.all_when_empty {
            if single && values.is_empty() {
                return Ok(json!({"recordIds": [], "action": "NONE"}));
            }
            return Err(Refusal::value_error("require is empty but allow_empty_require isn't set"));
        }
        let count = Self::common_length(&require, &values)?;
        let keys = self.keys(table, &require, count)?;
        for (name, _) in &values {
            let (_, column) = self.state.column_named(table, name).ok_or_else(|| Refusal::key_error(name))?;
            if column.is_formula && !column.is_undecided() {
                return Err(Refusal::value_error(format!("Can't save value to formula column {name}")));
            }
        }
        let matches = self.rows_by_key(table, &require)?;
        let mut found: Vec<Vec<i64>> = Vec::with_capacity(count);
        let mut updates: Vec<(i64, usize)> = Vec::new();
        let mut additions: Vec<usize> = Vec::new();
        let mut updated: Vec<Vec<i64>> = Vec::new();
        for (index, key) in keys.iter().enumerate() {
            let rows = matches.get(key).map_or(&[][..], Vec::as_slice);
            let chosen = match (rows, options.many) {
                ([], _) if options.add => {
                    additions.push(index);
                    Vec::new()
                }
                ([], _) => Vec::new(),
                ([_, _, ..], Many::None) => Vec::new(),
                (rows, Many::All) => rows.to_vec(),
                (rows, _) => rows.iter().take(1).copied().collect(),
            };
            let chosen = if options.update { chosen } else { Vec::new() };
            updates.extend(chosen.iter().map(|row| (*row, index)));
            if !chosen.is_empty() {
                updated.push(chosen.clone());
            }
            found.push(chosen);
        }
        let added = self.add_missing(table, &require, &values, &additions)?;
        for (index, row) in additions.iter().zip(&added) {
            if let Some(place) = found.get_mut(*index) {
                place.push(*row);
            }
        }
        self.update_found(table, &values, &updates)?;
        if single {
            let ids = found.into_iter().next().unwrap_or_default();
            let action = match (added.is_empty(), updated.is_empty()) {
                (false, _) => "ADD",
                (true, false) => "UPDATE",
                (true, true) => "NONE",
            };
            return Ok(json!({"recordIds": ids, "action": action}));
        }
        Ok(json!({"recordIds": found, "addRecordIds": added, "updateRecordIds": updated}))
    }

    fn common_length(require: &Columns, values: &Columns) -> Result<usize, Refusal> {
        let lengths: BTreeMap<String, usize> = values
            .iter()
            .map(|(name, values)| (format!("col_values {name}"), values.len()))
            .chain(require.iter().map(|(name, values)| (format!("require {name}"), values.len())))
            .collect();
        let distinct: HashSet<usize> = lengths.values().copied().collect();
        if distinct.len() > 1 {
            let lengths = serde_json::to_string(&lengths).unwrap_or_default();
            return Err(Refusal::value_error(format!("Value lists must all have the same length, got {lengths}")));
        }
        Ok(distinct.into_iter().next().unwrap_or(0))
    }

    fn keys(&self, table: TableRef, require: &Columns, count: usize) -> Result<Vec<String>, Refusal> {
        for (name, values) in require {
            if name != "id" && self.state.column_named(table, name).is_none() {
                return Err(Refusal::key_error(name));
            }
            if values.iter().any(Value::is_array) {
                return Err(Refusal::type_error("unhashable type: 'list'"));
            }
        }
        let keys: Vec<String> = (0..count)
            .map(|index| {
                let cells: Vec<Value> = require.iter().filter_map(|(_, values)| values.get(index).cloned()).collect();
                key_of(&cells)
            })
            .collect();
        let distinct: HashSet<&String> = keys.iter().collect();
        if distinct.len() < keys.len() {
            return Err(Refusal::value_error("require values must be unique"));
        }
        Ok(keys)
    }

    fn rows_by_key(&self, table: TableRef, require: &Columns) -> Result<HashMap<String, Vec<i64>>, Refusal> {
        let columns: Vec<Option<Arc<Column>>> =
            require.iter().map(|(name, _)| self.state.column_named(table, name).map(|(_, column)| Arc::clone(column))).collect();
        let mut found: HashMap<String, Vec<i64>> = HashMap::new();
        for (id, row) in &self.state.table(table)?.rows {
            let cells: Vec<Value> = columns
                .iter()
                .map(|column| match column {
                    None => json!(id),
                    Some(column) => self.state.shown_cell(table, *id, row, column).to_value(),
                })
                .collect();
            found.entry(key_of(&cells)).or_default().push(*id);
        }
        Ok(found)
    }

    /// New rows hold their key, as far as it can be written, and the values.
    fn add_missing(&mut self, table: TableRef, require: &Columns, values: &Columns, additions: &[usize]) -> Result<Vec<i64>, Refusal> {
        if additions.is_empty() {
            return Ok(Vec::new());
        }
        let pick = |column: &[Value]| -> Vec<Value> { additions.iter().filter_map(|index| column.get(*index).cloned()).collect() };
        let mut ids = vec![Value::Null; additions.len()];
        let mut columns = Columns::new();
        for (name, column) in require {
            if name == "id" {
                ids = pick(column);
            } else if !values.iter().any(|(other, _)| other == name)
                && self.state.column_named(table, name).is_some_and(|(_, column)| !column.is_formula || column.is_undecided())
            {
                columns.push((name.clone(), pick(column)));
            }
        }
        columns.extend(values.iter().map(|(name, column)| (name.clone(), pick(column))));
        self.add_rows(table, &ids, columns)
    }

    fn update_found(&mut self, table: TableRef, values: &Columns, updates: &[(i64, usize)]) -> Result<(), Refusal> {
        let ids: Vec<Value> = updates.iter().map(|(row, _)| Cell::id(*row).to_value()).collect();
        let columns = values
            .iter()
            .map(|(name, column)| {
                let values = updates.iter().map(|(_, index)| column.get(*index).cloned().unwrap_or_default()).collect();
                (name.clone(), values)
            })
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        self.update_rows(table, &ids, columns)
    }
}
