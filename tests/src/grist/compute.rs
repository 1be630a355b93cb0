//! What a column shows: its cell, or the value of its formula.
use super::bundle::Bundle;
use super::cell::Cell;
use super::column_type::ColumnType;
use super::formula::{Operand, Row as FormulaRow};
use super::state::{Column, Row, State, TableRef};
use std::cell::Cell as Counter;
use std::sync::Arc;

/// A formula may read a formula, but not without end.
const DEEPEST: u32 = 20;

/// One row, as formulas see it.
struct View<'a> {
    state: &'a State,
    table: TableRef,
    id: i64,
    row: &'a Row,
    depth: &'a Counter<u32>,
}

impl State {
    pub(crate) fn shown_cell(&self, table: TableRef, id: i64, row: &Row, column: &Column) -> Cell {
        self.shown(table, id, row, column, &Counter::new(0))
    }

    /// The value that a column's formula gives, before the column's type is applied.
    pub(crate) fn formula_cell(&self, table: TableRef, id: i64, row: &Row, column: &Column) -> Cell {
        self.computed(table, id, row, column, &Counter::new(0))
    }

    fn shown(&self, table: TableRef, id: i64, row: &Row, column: &Column, depth: &Counter<u32>) -> Cell {
        if !column.is_formula {
            return Bundle::cell(row, column);
        }
        if column.formula.is_empty() {
            return column.kind.default_cell();
        }
        let value = self.computed(table, id, row, column, depth);
        if column.kind == ColumnType::Any {
            return value;
        }
        column.kind.convert(value.to_value()).unwrap_or(value)
    }

    fn computed(&self, table: TableRef, id: i64, row: &Row, column: &Column, depth: &Counter<u32>) -> Cell {
        let Some(formula) = &column.parsed else {
            return Cell::Null;
        };
        if depth.get() > DEEPEST {
            return Cell::error("CircularRefError");
        }
        depth.set(depth.get() + 1);
        let value = formula.evaluate(&View { state: self, table, id, row, depth });
        depth.set(depth.get() - 1);
        value
    }
}

impl View<'_> {
    fn operand(&self, table: TableRef, id: i64, row: Option<&Row>, name: &str) -> Option<Operand> {
        if name == "id" {
            return Some(Operand::Cell(Cell::id(id)));
        }
        let (_, column) = self.state.column_named(table, name)?;
        let cell = match row {
            Some(row) => self.state.shown(table, id, row, column, self.depth),
            None => column.kind.default_cell(),
        };
        Some(match (&column.kind, &cell) {
            (ColumnType::Ref(target), Cell::Number(_)) => Operand::Record(Arc::from(target.as_str()), cell.as_id().unwrap_or_default()),
            (ColumnType::RefList(target), Cell::List(items)) => {
                Operand::Records(Arc::from(target.as_str()), items.iter().filter_map(Cell::as_id).collect())
            }
            (ColumnType::RefList(target), Cell::Null) => Operand::Records(Arc::from(target.as_str()), Vec::new()),
            _ => Operand::Cell(cell),
        })
    }
}

impl FormulaRow for View<'_> {
    fn column(&self, name: &str) -> Option<Operand> {
        self.operand(self.table, self.id, Some(self.row), name)
    }

    fn attribute(&self, table: &str, row: i64, name: &str) -> Option<Operand> {
        let table = self.state.table_ref(table)?;
        let cells = self.state.tables.get(&table)?.rows.get(&row).map(Arc::as_ref);
        self.operand(table, row, cells, name)
    }
}
