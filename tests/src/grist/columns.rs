//! Actions on columns.
use super::action::Shown;
use super::bundle::Bundle;
use super::cell::Cell;
use super::column_type::ColumnType;
use super::formula::{self, Formula};
use super::identifier::{self, Taken};
use super::refusal::Refusal;
use super::state::{Column, ColumnRef, TableRef};
use serde_json::{Map, Value, json};
use std::sync::Arc;

impl Bundle<'_> {
    pub(crate) fn add_column(&mut self, table: TableRef, id: Option<&str>, info: &Map<String, Value>, shown: Shown) -> Result<Value, Refusal> {
        // Unlike AddTable, these actions make formula columns unless they are told otherwise.
        let is_formula = info.get("isFormula").and_then(Value::as_bool).unwrap_or(true);
        let reference = self.create_column(table, id, info, is_formula)?;
        if let Some(visible) = info.get("visibleCol").and_then(Value::as_i64) {
            let mut column = Column::clone(&*self.column(reference)?);
            column.visible_col = visible;
            self.set_column(reference, Some(column));
        }
        self.show_column(table, reference, shown)?;
        let column = self.column(reference)?;
        Ok(json!({"colRef": reference, "colId": column.col_id}))
    }

    /// A column with the fields that AddTable and AddColumn take; all others they ignore.
    pub(crate) fn create_column(
        &mut self,
        table: TableRef,
        id: Option<&str>,
        info: &Map<String, Value>,
        is_formula: bool,
    ) -> Result<ColumnRef, Refusal> {
        let text = |name: &str| info.get(name).and_then(Value::as_str);
        let type_name = text("type").unwrap_or(if is_formula { "Any" } else { "Text" });
        let kind = ColumnType::parse(type_name)?;
        let col_id = identifier::column(id.unwrap_or_default(), &self.taken(table, None));
        let formula = text("formula").unwrap_or_default();
        let position = self.state.columns.values().map(|column| column.position).fold(0.0, f64::max) + 1.0;
        let reference = self.state.columns.last_key_value().map_or(1, |(id, _)| id + 1);
        let column = Column {
            parent: table,
            position,
            label: text("label").unwrap_or(&col_id).to_owned(),
            col_id,
            type_name: type_name.to_owned(),
            kind,
            widget_options: text("widgetOptions").unwrap_or_default().to_owned(),
            is_formula,
            formula: formula.to_owned(),
            parsed: parse(formula)?,
            description: String::new(),
            untied: false,
            display_col: 0,
            visible_col: 0,
            slot: self.state.new_slot(table),
        };
        self.set_column(reference, Some(column));
        Ok(reference)
    }

    /// `ModifyColumn`, and `UpdateRecord` on `_grist_Tables_column`.
    pub(crate) fn modify_column(&mut self, id: ColumnRef, fields: Map<String, Value>) -> Result<(), Refusal> {
        let before = self.column(id)?;
        let mut column = Column::clone(&before);
        let mut wanted_id = None;
        let mut type_name = None;
        let mut formula = None;
        let mut is_formula = before.is_formula;
        for (name, value) in fields {
            match name.as_str() {
                "label" => column.label = text_of(value),
                "description" => column.description = text_of(value),
                "widgetOptions" => column.widget_options = text_of(value),
                "untieColIdFromLabel" => column.untied = value.as_bool().unwrap_or_default(),
                "visibleCol" => column.visible_col = value.as_i64().unwrap_or_default(),
                "displayCol" => column.display_col = value.as_i64().unwrap_or_default(),
                "parentPos" => column.position = value.as_f64().unwrap_or(column.position),
                "colId" => wanted_id = value.as_str().map(str::to_owned),
                "type" => type_name = value.as_str().map(str::to_owned),
                "formula" => formula = value.as_str().map(str::to_owned),
                "isFormula" => is_formula = value.as_bool().unwrap_or(is_formula),
                "recalcWhen" | "recalcDeps" | "rules" | "reverseCol" | "summarySourceCol" | "parentId" => {
                    return Err(Refusal::unsupported(format!("a change of a column's {name}")));
                }
                unknown => return Err(Refusal::key_error(unknown)),
            }
        }
        // A column's id follows its label, until they are untied; tying them again makes it follow at once.
        let follows = !column.untied && (column.label != before.label || before.untied);
        let wanted_id = wanted_id.or_else(|| follows.then(|| column.label.clone()));
        self.set_column(id, Some(column));
        if let Some(type_name) = type_name {
            self.change_type(id, &type_name)?;
        }
        if is_formula != before.is_formula || formula.is_some() {
            self.change_formula(id, is_formula, formula)?;
        }
        if let Some(wanted) = wanted_id {
            self.rename_column(id, &wanted)?;
        }
        Ok(())
    }

    /// Another type: every cell is written anew, as if an agent had typed what it holds.
    pub(crate) fn change_type(&mut self, id: ColumnRef, type_name: &str) -> Result<(), Refusal> {
        let before = self.column(id)?;
        if before.type_name == type_name {
            return Ok(());
        }
        let mut after = Column::clone(&before);
        type_name.clone_into(&mut after.type_name);
        after.kind = ColumnType::parse(type_name)?;
        if !before.is_formula {
            let listed = matches!(before.kind, ColumnType::RefList(_)) && after.kind == ColumnType::Text;
            self.rewrite_cells(&before, |cell| match &cell {
                // The only type whose text is not Python's: row ids, separated by commas.
                Cell::List(items) if listed => {
                    let ids: Vec<String> = items.iter().filter_map(Cell::as_id).map(|id| id.to_string()).collect();
                    Ok(Cell::text(ids.join(", ")))
                }
                _ => after.kind.convert(cell.to_value()),
            })?;
        }
        self.set_column(id, Some(after));
        Ok(())
    }

    fn change_formula(&mut self, id: ColumnRef, is_formula: bool, formula: Option<String>) -> Result<(), Refusal> {
        let before = self.column(id)?;
        if before.is_formula && !is_formula {
            // What the formula showed becomes data.
            self.rewrite_cells(&before, Ok)?;
        }
        let mut after = Column::clone(&before);
        after.is_formula = is_formula;
        if let Some(formula) = formula {
            after.parsed = parse(&formula)?;
            after.formula = formula;
        }
        self.set_column(id, Some(after));
        Ok(())
    }

    pub(crate) fn rename_column(&mut self, id: ColumnRef, wanted: &str) -> Result<String, Refusal> {
        let before = self.column(id)?;
        let new = identifier::column(wanted, &self.taken(before.parent, Some(id)));
        if new == before.col_id {
            return Ok(new);
        }
        self.rename_in_formulas(&before, &new)?;
        let mut after = Column::clone(&*self.column(id)?);
        after.col_id.clone_from(&new);
        self.set_column(id, Some(after));
        Ok(new)
    }

    fn rename_in_formulas(&mut self, renamed: &Column, new: &str) -> Result<(), Refusal> {
        let home = self.state.table_id(renamed.parent).to_owned();
        let formulas: Vec<(ColumnRef, Arc<Column>)> =
            self.state.columns.iter().filter(|(_, column)| !column.formula.is_empty()).map(|(id, column)| (*id, Arc::clone(column))).collect();
        for (id, column) in formulas {
            let leads = |name: &str| {
                self.state.column_named(column.parent, name).is_some_and(|(_, reference)| reference.kind.target() == Some(home.as_str()))
            };
            let own = column.parent == renamed.parent;
            let formula = formula::renamed(&column.formula, &renamed.col_id, new, own, leads);
            if formula != column.formula {
                let mut column = Column::clone(&column);
                column.parsed = parse(&formula)?;
                column.formula = formula;
                self.set_column(id, Some(column));
            }
        }
        Ok(())
    }

    /// Removes a column, and what was there to show it.
    pub(crate) fn remove_column(&mut self, id: ColumnRef) -> Result<(), Refusal> {
        let shown_by: Vec<ColumnRef> = self.state.columns.iter().filter(|(_, column)| column.visible_col == id).map(|(id, _)| *id).collect();
        for reference in shown_by {
            let mut column = Column::clone(&*self.column(reference)?);
            let display = std::mem::take(&mut column.display_col);
            column.visible_col = 0;
            self.set_column(reference, Some(column));
            self.drop_unused_display(display)?;
        }
        let display = self.column(id)?.display_col;
        self.drop_column(id)?;
        self.drop_unused_display(display)
    }

    /// Removes the column and its fields.
    pub(crate) fn drop_column(&mut self, id: ColumnRef) -> Result<(), Refusal> {
        self.column(id)?;
        for field in self.records_where("_grist_Views_section_field", "colRef", id) {
            self.set_record("_grist_Views_section_field", field, None);
        }
        self.set_column(id, None);
        Ok(())
    }

    /// At the end of every bundle Grist removes display columns that nothing shows, whoever made them.
    pub(crate) fn drop_unused_displays(&mut self) -> Result<(), Refusal> {
        let displays: Vec<ColumnRef> =
            self.state.columns.iter().filter(|(_, column)| column.col_id.starts_with("gristHelper_Display")).map(|(id, _)| *id).collect();
        for display in displays {
            self.drop_unused_display(display)?;
        }
        Ok(())
    }

    fn drop_unused_display(&mut self, display: ColumnRef) -> Result<(), Refusal> {
        let used = self.state.columns.values().any(|column| column.display_col == display);
        if display == 0 || used || !self.state.columns.contains_key(&display) {
            return Ok(());
        }
        self.drop_column(display)
    }

    /// A reference shows what its display column computes.
    pub(crate) fn set_display_formula(&mut self, table: TableRef, column: &Value, formula: Option<&str>) -> Result<(), Refusal> {
        let id = match column {
            Value::String(name) => self.state.column_named(table, name).map(|(id, _)| id),
            other => other.as_i64().filter(|id| self.state.columns.contains_key(id)),
        }
        .ok_or_else(Refusal::no_record)?;
        let mut shown = Column::clone(&*self.column(id)?);
        let Some(formula) = formula.filter(|formula| !formula.is_empty()) else {
            let display = std::mem::take(&mut shown.display_col);
            self.set_column(id, Some(shown));
            return self.drop_unused_display(display);
        };
        let same = self
            .state
            .columns_of(table)
            .find(|(_, column)| column.col_id.starts_with("gristHelper_Display") && column.formula == formula)
            .map(|(id, _)| id);
        let others = self.state.columns.iter().any(|(other, column)| *other != id && column.display_col == shown.display_col);
        let display = match same {
            Some(display) => display,
            None if shown.display_col != 0 && !others => {
                self.change_formula(shown.display_col, true, Some(formula.to_owned()))?;
                shown.display_col
            }
            None => {
                let info = Map::from_iter([("formula".to_owned(), json!(formula))]);
                self.create_column(table, Some("gristHelper_Display"), &info, true)?
            }
        };
        let previous = std::mem::replace(&mut shown.display_col, display);
        self.set_column(id, Some(shown));
        if previous == display {
            return Ok(());
        }
        self.drop_unused_display(previous)
    }

    /// Ids that a column of the table cannot take.
    fn taken(&self, table: TableRef, except: Option<ColumnRef>) -> Taken {
        let mut taken: Taken = self.state.columns_of(table).filter(|(id, _)| Some(*id) != except).map(|(_, column)| column.col_id.as_str()).collect();
        taken.insert("id");
        taken
    }
}

fn parse(formula: &str) -> Result<Option<Arc<Formula>>, Refusal> {
    if formula.is_empty() {
        return Ok(None);
    }
    Formula::parse(formula).map(|formula| Some(Arc::new(formula)))
}

fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        _ => String::new(),
    }
}
