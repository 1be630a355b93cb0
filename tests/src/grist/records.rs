//! Actions on the rows of the agent's tables.
use super::action::Columns;
use super::bundle::Bundle;
use super::cell::{Cell, float};
use super::column_type::ColumnType;
use super::refusal::Refusal;
use super::state::{Column, ColumnRef, Row, TableRef};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Explicit row ids go so far.
const HIGHEST_ROW: i64 = 1_000_000;

/// A column with the values that are to be written, one per row; a row past the end keeps its default.
struct Written {
    column: Arc<Column>,
    cells: Vec<Cell>,
}

impl Bundle<'_> {
    /// Adds rows, and returns their ids. Null and negative ids are given here.
    pub(crate) fn add_rows(&mut self, table: TableRef, ids: &[Value], columns: Columns) -> Result<Vec<i64>, Refusal> {
        let rows = self.new_ids(table, ids)?;
        let written = self.written(table, columns, rows.len(), false)?;
        let undefined: Vec<Arc<Column>> = self
            .state
            .columns_of(table)
            .filter(|(_, column)| {
                !column.is_formula && !column.formula.is_empty() && !written.iter().any(|written| written.column.slot == column.slot)
            })
            .map(|(_, column)| Arc::clone(column))
            .collect();
        let mut blank: Row = vec![Cell::Null; self.state.slots(table)];
        let mut sort_slot = None;
        for (_, column) in self.state.columns_of(table) {
            if column.kind == ColumnType::ManualSortPos {
                sort_slot = Some(column.slot);
            }
            if let Some(cell) = blank.get_mut(column.slot) {
                *cell = column.kind.default_cell();
            }
        }
        let sorted = self.sort_positions(table, sort_slot, &written, rows.len());
        for (index, id) in rows.iter().enumerate() {
            let mut row = blank.clone();
            for written in &written {
                if let (Some(cell), Some(value)) = (row.get_mut(written.column.slot), written.cells.get(index)) {
                    *cell = value.clone();
                }
            }
            if let Some(cell) = sort_slot.and_then(|slot| row.get_mut(slot)) {
                *cell = Cell::Number(sorted.get(index).copied().unwrap_or_default());
            }
            // Row 0 stands for "no row": Grist takes it, and never shows it.
            if *id == 0 {
                self.modified = true;
                continue;
            }
            for column in &undefined {
                let value = self.state.formula_cell(table, *id, &row, column).to_value();
                let cell = column.kind.convert(value)?;
                if let Some(place) = row.get_mut(column.slot) {
                    *place = cell;
                }
            }
            self.set_row(table, *id, Some(Arc::new(row)));
        }
        self.tally.added += rows.len();
        Ok(rows)
    }

    /// Changes cells; rows whose values stay the same do not count.
    pub(crate) fn update_rows(&mut self, table: TableRef, ids: &[Value], columns: Columns) -> Result<(), Refusal> {
        let written = self.written(table, columns, ids.len(), true)?;
        let mut changed = BTreeSet::new();
        for (index, id) in ids.iter().enumerate() {
            let id = self.existing_id(table, id)?;
            let row = self.state.table(table)?.rows.get(&id).cloned();
            let Some(row) = row else {
                return Err(Refusal::sandbox("AssertionError", format!("docactions.[Bulk]UpdateRecord for non-existent record #{id}")));
            };
            let differs = |written: &&Written| {
                let value = written.cells.get(index);
                value.is_some_and(|value| Self::cell(&row, &written.column) != *value)
            };
            if !written.iter().any(|written| differs(&written)) {
                continue;
            }
            let mut row = Row::clone(&row);
            for written in written.iter().filter(differs) {
                self.fill_to(table, &mut row, written.column.slot);
                if let (Some(cell), Some(value)) = (row.get_mut(written.column.slot), written.cells.get(index)) {
                    *cell = value.clone();
                }
            }
            self.set_row(table, id, Some(Arc::new(row)));
            changed.insert(id);
        }
        self.tally.updated += changed.len();
        Ok(())
    }

    /// Removes rows and empties the references to them. Unknown rows are no error.
    pub(crate) fn remove_rows(&mut self, table: TableRef, ids: &[Value]) -> Result<(), Refusal> {
        let mut rows = BTreeSet::new();
        for id in ids {
            let id = id.as_i64().ok_or_else(|| Refusal::sandbox("AssertionError", ""))?;
            rows.insert(self.temporary.get(&(table, id)).copied().unwrap_or(id));
        }
        self.modified |= !ids.is_empty();
        for id in &rows {
            if self.state.table(table)?.rows.contains_key(id) {
                self.set_row(table, *id, None);
                self.tally.removed += 1;
            }
        }
        self.forget_references(table, &rows)
    }

    pub(crate) fn replace_rows(&mut self, table: TableRef, ids: &[Value], columns: Columns) -> Result<(), Refusal> {
        let present: Vec<i64> = self.state.table(table)?.rows.keys().copied().collect();
        for id in &present {
            self.set_row(table, *id, None);
        }
        self.tally.removed += present.len();
        let kept: BTreeSet<i64> = self.add_rows(table, ids, columns)?.into_iter().collect();
        let gone = present.into_iter().filter(|id| !kept.contains(id)).collect();
        self.modified = true;
        self.forget_references(table, &gone)
    }

    /// Cells that refer to removed rows: a reference becomes empty, a list loses the row.
    fn forget_references(&mut self, table: TableRef, gone: &BTreeSet<i64>) -> Result<(), Refusal> {
        let table_id = self.state.table_id(table).to_owned();
        for (_, column) in self.state.columns_leading_to(&table_id) {
            if column.is_formula {
                continue;
            }
            let mut changed = Vec::new();
            for (id, row) in &self.state.table(column.parent)?.rows {
                let after = match row.get(column.slot) {
                    Some(Cell::Number(target)) if gone.contains(&super::cell::whole(*target).unwrap_or(0)) => Cell::Number(0.0),
                    Some(Cell::List(items)) => {
                        let is_gone = |item: &Cell| item.as_id().is_some_and(|id| gone.contains(&id));
                        if !items.iter().any(is_gone) {
                            continue;
                        }
                        let kept: Vec<Cell> = items.iter().filter(|item| !is_gone(item)).cloned().collect();
                        if kept.is_empty() { Cell::Null } else { Cell::List(kept.into()) }
                    }
                    _ => continue,
                };
                let mut row = Row::clone(row);
                if let Some(cell) = row.get_mut(column.slot) {
                    *cell = after;
                }
                changed.push((*id, row));
            }
            for (id, row) in changed {
                self.set_row(column.parent, id, Some(Arc::new(row)));
            }
        }
        Ok(())
    }

    /// Rows that are older than a column hold no cell for it; before a cell further on is written, or before the
    /// column's type changes, they get its default.
    pub(crate) fn fill_to(&self, table: TableRef, row: &mut Row, slot: usize) {
        if row.len() > slot {
            return;
        }
        let defaults: BTreeMap<usize, Cell> = self.state.columns_of(table).map(|(_, column)| (column.slot, column.kind.default_cell())).collect();
        while row.len() <= slot {
            row.push(defaults.get(&row.len()).cloned().unwrap_or(Cell::Null));
        }
    }

    /// Writes the default of a column into every row that has no cell for it.
    pub(crate) fn fill_missing(&mut self, column: ColumnRef) -> Result<(), Refusal> {
        let column = self.column(column)?;
        let short: Vec<(i64, Arc<Row>)> = self.state.table(column.parent)?.rows.iter().map(|(id, row)| (*id, Arc::clone(row))).collect();
        for (id, row) in short {
            let mut filled = Row::clone(&row);
            self.fill_to(column.parent, &mut filled, column.slot);
            // A cell that is there belongs to the formula that the column was: nothing was ever stored.
            if let Some(cell) = filled.get_mut(column.slot) {
                *cell = column.kind.default_cell();
            }
            self.set_row(column.parent, id, Some(Arc::new(filled)));
        }
        Ok(())
    }

    fn new_ids(&mut self, table: TableRef, ids: &[Value]) -> Result<Vec<i64>, Refusal> {
        let last = self.state.table(table)?.rows.last_key_value().map_or(0, |(id, _)| *id);
        let mut rows = Vec::with_capacity(ids.len());
        let mut new = BTreeSet::new();
        for (index, wanted) in ids.iter().enumerate() {
            // The free id moves on with every row of the action, whether it takes it or not.
            let free = last + 1 + i64::try_from(index).unwrap_or_default();
            let id = match wanted {
                Value::Null => free,
                Value::Number(number) => match number.as_f64().and_then(super::cell::whole) {
                    Some(negative) if negative < 0 => {
                        self.temporary.insert((table, negative), free);
                        free
                    }
                    Some(id) if id > HIGHEST_ROW => return Err(Refusal::value_error("Row ID too high")),
                    Some(id) => {
                        if self.state.table(table)?.rows.contains_key(&id) {
                            return Err(Refusal::sandbox("AssertionError", format!("docactions.[Bulk]AddRecord for existing record #{id}")));
                        }
                        id
                    }
                    None => return Err(Refusal::type_error("list indices must be integers or slices, not float")),
                },
                _ => {
                    return Err(Refusal::type_error("'<' not supported between instances of 'str' and 'int'"));
                }
            };
            if !new.insert(id) {
                let table = self.state.table_id(table);
                return Err(Refusal::new(format!("SQLITE_CONSTRAINT: UNIQUE constraint failed: {table}.id"), Some("SQLITE_CONSTRAINT")));
            }
            rows.push(id);
        }
        Ok(rows)
    }

    fn existing_id(&self, table: TableRef, id: &Value) -> Result<i64, Refusal> {
        let kind = match id {
            Value::Number(number) => match number.as_f64().and_then(super::cell::whole) {
                Some(id) => return Ok(self.temporary.get(&(table, id)).copied().unwrap_or(id)),
                None => "float",
            },
            Value::Null => "NoneType",
            Value::String(_) => "str",
            _ => "object",
        };
        Err(Refusal::type_error(format!("list indices must be integers or slices, not {kind}")))
    }

    /// The values of an action in their stored form. `whole` wants a value for every row.
    fn written(&mut self, table: TableRef, columns: Columns, rows: usize, whole: bool) -> Result<Vec<Written>, Refusal> {
        let mut written = Vec::with_capacity(columns.len());
        for (name, mut values) in columns {
            let (id, _) = self.state.column_named(table, &name).ok_or_else(|| Refusal::key_error(&name))?;
            values.truncate(rows);
            if whole && values.len() < rows {
                return Err(Refusal::sandbox("IndexError", "list index out of range"));
            }
            let column = self.settle(id, &values)?;
            let cells = values.into_iter().map(|value| self.stored(table, &column, value)).collect::<Result<_, _>>()?;
            written.push(Written { column, cells });
        }
        Ok(written)
    }

    /// Positions of new rows: after all others, or where the action says, just before the row that is there.
    fn sort_positions(&self, table: TableRef, slot: Option<usize>, written: &[Written], rows: usize) -> Vec<f64> {
        let present = || {
            let rows = self.state.tables.get(&table).into_iter().flat_map(|table| table.rows.values());
            rows.filter_map(move |row| match row.get(slot?) {
                Some(Cell::Number(position)) => Some(*position),
                _ => None,
            })
        };
        let wanted = written.iter().find(|written| Some(written.column.slot) == slot);
        // Positions are positive: their bits sort as they do.
        let taken: BTreeSet<u64> = wanted.into_iter().flat_map(|_| present().map(f64::to_bits)).collect();
        let mut last = present().fold(0.0, f64::max).floor();
        (0..rows)
            .map(|index| {
                let position = wanted.and_then(|written| written.cells.get(index)).and_then(|cell| match cell {
                    Cell::Number(position) => Some(*position),
                    _ => None,
                });
                match position {
                    Some(position) if taken.contains(&position.to_bits()) => {
                        let before = taken.range(..position.to_bits()).next_back();
                        before.map_or(0.0, |bits| f64::from_bits(*bits)).midpoint(position)
                    }
                    Some(position) => position,
                    None => {
                        last += float(1);
                        last
                    }
                }
            })
            .collect()
    }
}
