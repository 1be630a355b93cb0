//! Actions on tables and pages.
use super::action::Shown;
use super::bundle::Bundle;
use super::cell::Cell;
use super::column_type::ColumnType;
use super::identifier::{self, Taken};
use super::refusal::Refusal;
use super::state::{Column, ColumnRef, Head, Record, Row, TableRef};
use serde_json::{Map, Value, json};
use std::sync::Arc;

impl Bundle<'_> {
    pub(crate) fn add_table(&mut self, wanted: Option<&str>, columns: Vec<Map<String, Value>>) -> Result<Value, Refusal> {
        let mut specifications = Vec::with_capacity(columns.len());
        for info in &columns {
            let formula = info.get("formula").and_then(Value::as_str).unwrap_or_default();
            let is_formula = info.get("isFormula").and_then(Value::as_bool).unwrap_or(!formula.is_empty());
            specifications.push((info, is_formula));
        }
        let (table, table_id, names) = self.create_table(wanted, &specifications)?;
        let title = wanted.filter(|title| !title.is_empty());
        let (view, section) = self.add_page(table, title.unwrap_or(&table_id));
        let mut head = self.head(table)?;
        head.primary_view = view;
        self.set_head(table, Some(head));
        self.add_raw_sections(table, wanted)?;
        Ok(json!({
            "id": table, "table_id": table_id, "columns": names,
            "views": [{"id": view, "sections": [section]}],
        }))
    }

    /// `AddRawTable` and `AddEmptyTable`: three empty formula columns.
    pub(crate) fn add_blank_table(&mut self, wanted: Option<&str>, page: bool) -> Result<Value, Refusal> {
        let columns: Vec<Map<String, Value>> =
            ["A", "B", "C"].iter().map(|name| Map::from_iter([("id".to_owned(), json!(name)), ("isFormula".to_owned(), json!(true))])).collect();
        if page {
            return self.add_table(wanted, columns);
        }
        let specifications: Vec<_> = columns.iter().map(|info| (info, true)).collect();
        let (table, table_id, names) = self.create_table(wanted, &specifications)?;
        self.add_raw_sections(table, wanted)?;
        Ok(json!({"id": table, "table_id": table_id, "columns": names}))
    }

    fn create_table(&mut self, wanted: Option<&str>, columns: &[(&Map<String, Value>, bool)]) -> Result<(TableRef, String, Vec<String>), Refusal> {
        let taken: Taken = self.state.tables.values().map(|table| table.head.table_id.as_str()).collect();
        let table_id = identifier::table(wanted.unwrap_or_default(), &taken);
        let table = self.state.tables.last_key_value().map_or(1, |(id, _)| id + 1);
        self.set_head(table, Some(Head { table_id: table_id.clone(), primary_view: 0, raw_section: 0, card_section: 0 }));
        let sort = Map::from_iter([("type".to_owned(), json!("ManualSortPos"))]);
        self.create_column(table, Some("manualSort"), &sort, false)?;
        let mut names = Vec::with_capacity(columns.len());
        for (info, is_formula) in columns {
            let id = info.get("id").and_then(Value::as_str);
            let column = self.create_column(table, id, info, *is_formula)?;
            names.push(self.column(column)?.col_id.clone());
        }
        Ok((table, table_id, names))
    }

    /// A page with a grid of the table, in the list of pages and in the tab bar.
    fn add_page(&mut self, table: TableRef, name: &str) -> (i64, i64) {
        let view = self.state.next_record("_grist_Views");
        self.set_record("_grist_Views", view, Some(record([("name", json!(name)), ("type", json!("raw_data"))])));
        let section = self.add_section(table, view, "record", "");
        let page = self.state.next_record("_grist_Pages");
        let position = Cell::id(page).to_value();
        self.set_record("_grist_Pages", page, Some(record([("viewRef", json!(view)), ("pagePos", position)])));
        let tab = self.state.next_record("_grist_TabBar");
        self.set_record("_grist_TabBar", tab, Some(record([("viewRef", json!(view)), ("tabPos", json!(tab))])));
        (view, section)
    }

    fn add_raw_sections(&mut self, table: TableRef, wanted: Option<&str>) -> Result<(), Refusal> {
        let mut head = self.head(table)?;
        let title = wanted.filter(|title| *title != head.table_id).unwrap_or_default();
        head.raw_section = self.add_section(table, 0, "record", title);
        head.card_section = self.add_section(table, 0, "single", "");
        self.set_head(table, Some(head));
        Ok(())
    }

    fn add_section(&mut self, table: TableRef, view: i64, kind: &str, title: &str) -> i64 {
        let section = self.state.next_record("_grist_Views_section");
        // Only the grid of a page is made with a sort order, an empty one.
        let sort = if view == 0 { "" } else { "[]" };
        self.set_record(
            "_grist_Views_section",
            section,
            Some(record([
                ("tableRef", json!(table)),
                ("parentId", json!(view)),
                ("parentKey", json!(kind)),
                ("title", json!(title)),
                ("sortColRefs", json!(sort)),
            ])),
        );
        let columns: Vec<ColumnRef> = self.state.columns_of(table).filter(|(_, column)| is_shown(column)).map(|(id, _)| id).collect();
        for column in columns {
            self.add_field(section, column);
        }
        section
    }

    fn add_field(&mut self, section: i64, column: ColumnRef) {
        let field = self.state.next_record("_grist_Views_section_field");
        self.set_record(
            "_grist_Views_section_field",
            field,
            Some(record([("parentId", json!(section)), ("parentPos", json!(field)), ("colRef", json!(column))])),
        );
    }

    /// Puts a new column into the sections where its action shows it.
    pub(crate) fn show_column(&mut self, table: TableRef, column: ColumnRef, shown: Shown) -> Result<(), Refusal> {
        if shown == Shown::Nowhere {
            return Ok(());
        }
        let head = self.head(table)?;
        self.add_field(head.raw_section, column);
        self.add_field(head.card_section, column);
        if shown == Shown::Everywhere {
            let grids: Vec<i64> = self
                .state
                .records("_grist_Views_section")
                .filter(|(_, section)| {
                    section.get("tableRef") == Some(&json!(table))
                        && section.get("parentKey") == Some(&json!("record"))
                        && section.get("parentId") != Some(&json!(0))
                })
                .map(|(id, _)| id)
                .collect();
            for grid in grids {
                self.add_field(grid, column);
            }
        }
        Ok(())
    }

    pub(crate) fn rename_table(&mut self, table: TableRef, wanted: &str) -> Result<String, Refusal> {
        let mut head = self.head(table)?;
        let taken: Taken = self.state.tables.iter().filter(|(id, _)| **id != table).map(|(_, table)| table.head.table_id.as_str()).collect();
        let new = identifier::table(wanted, &taken);
        let old = std::mem::replace(&mut head.table_id, new.clone());
        if new == old {
            return Ok(new);
        }
        for (id, column) in self.state.columns_leading_to(&old) {
            let mut column = Column::clone(&column);
            column.type_name = match column.kind {
                ColumnType::RefList(_) => format!("RefList:{new}"),
                _ => format!("Ref:{new}"),
            };
            column.kind = ColumnType::parse(&column.type_name)?;
            self.set_column(id, Some(column));
        }
        self.set_head(table, Some(head));
        Ok(new)
    }

    /// Removes a table, its pages, and the references to it: they become numbers and texts.
    pub(crate) fn remove_table(&mut self, table: TableRef) -> Result<(), Refusal> {
        let head = self.head(table)?;
        for (id, column) in self.state.columns_leading_to(&head.table_id) {
            if column.parent == table {
                continue;
            }
            let plain = match column.kind {
                ColumnType::RefList(_) => "Text",
                _ => "Int",
            };
            self.change_type(id, plain)?;
        }
        let sections = self.records_where("_grist_Views_section", "tableRef", table);
        let mut views: Vec<i64> =
            sections.iter().filter_map(|section| self.field("_grist_Views_section", *section, "parentId")).filter(|view| *view != 0).collect();
        for section in sections {
            self.remove_section(section);
        }
        views.sort_unstable();
        views.dedup();
        for view in views {
            if view == head.primary_view || self.records_where("_grist_Views_section", "parentId", view).is_empty() {
                self.remove_page(view)?;
            }
        }
        let columns: Vec<ColumnRef> = self.state.columns_of(table).map(|(id, _)| id).collect();
        for column in columns {
            self.drop_column(column)?;
        }
        let rows: Vec<i64> = self.state.table(table)?.rows.keys().copied().collect();
        for row in rows {
            self.set_row(table, row, None);
        }
        self.set_head(table, None);
        Ok(())
    }

    pub(crate) fn remove_view(&mut self, view: i64) -> Result<(), Refusal> {
        if !self.state.records("_grist_Views").any(|(id, _)| id == view) {
            return Err(Refusal::no_record());
        }
        self.remove_page(view)
    }

    fn remove_page(&mut self, view: i64) -> Result<(), Refusal> {
        for section in self.records_where("_grist_Views_section", "parentId", view) {
            self.remove_section(section);
        }
        for table in ["_grist_Pages", "_grist_TabBar"] {
            for record in self.records_where(table, "viewRef", view) {
                self.set_record(table, record, None);
            }
        }
        self.set_record("_grist_Views", view, None);
        let owner = self.state.tables.iter().find(|(_, table)| table.head.primary_view == view).map(|(id, _)| *id);
        if let Some(owner) = owner {
            let mut head = self.head(owner)?;
            head.primary_view = 0;
            self.set_head(owner, Some(head));
        }
        Ok(())
    }

    fn remove_section(&mut self, section: i64) {
        for field in self.records_where("_grist_Views_section_field", "parentId", section) {
            self.set_record("_grist_Views_section_field", field, None);
        }
        self.set_record("_grist_Views_section", section, None);
    }

    /// Records of a metadata table whose field is a given reference.
    pub(crate) fn records_where(&self, table: &str, field: &str, value: i64) -> Vec<i64> {
        self.state.records(table).filter(|(_, record)| record.get(field).and_then(Value::as_i64) == Some(value)).map(|(id, _)| id).collect()
    }

    fn field(&self, table: &str, id: i64, field: &str) -> Option<i64> {
        let record = self.state.records.get(table)?.get(&id)?;
        record.get(field)?.as_i64()
    }

    fn head(&self, table: TableRef) -> Result<Head, Refusal> {
        Ok(Head::clone(&self.state.table(table)?.head))
    }

    /// Replaces the cells of one column by what `convert` makes of them.
    pub(crate) fn rewrite_cells(&mut self, column: &Column, convert: impl Fn(Cell) -> Result<Cell, Refusal>) -> Result<(), Refusal> {
        let rows: Vec<(i64, Arc<Row>)> = self.state.table(column.parent)?.rows.iter().map(|(id, row)| (*id, Arc::clone(row))).collect();
        for (id, row) in rows {
            let before = self.state.shown_cell(column.parent, id, &row, column);
            let after = convert(before)?;
            if row.get(column.slot) == Some(&after) {
                continue;
            }
            let mut row = Row::clone(&row);
            self.fill_to(column.parent, &mut row, column.slot);
            if let Some(cell) = row.get_mut(column.slot) {
                *cell = after;
            }
            self.set_row(column.parent, id, Some(Arc::new(row)));
        }
        Ok(())
    }
}

/// Sort position and display columns have no field in any section.
fn is_shown(column: &Column) -> bool {
    column.kind != ColumnType::ManualSortPos && !column.col_id.starts_with("gristHelper_")
}

pub(crate) fn record<const N: usize>(fields: [(&str, Value); N]) -> Record {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Bundle<'_> {
    /// What a new document holds beside its first table: settings, the groups of access rules, a page with a widget.
    pub(crate) fn add_beginnings(&mut self) {
        let settings = r#"{"locale":"en-US","engine":"python3"}"#;
        let mut add = |table: &'static str, fields: Record| {
            let id = self.state.next_record(table);
            self.set_record(table, id, Some(fields));
            id
        };
        add("_grist_DocInfo", record([("timezone", json!("UTC")), ("documentSettings", json!(settings))]));
        for group in ["Owners", "Admins", "Editors", "Viewers"] {
            add("_grist_ACLPrincipals", record([("type", json!("group")), ("groupName", json!(group))]));
        }
        add("_grist_ACLResources", Record::new());
        let everybody = [("resource", json!(1)), ("permissions", json!(63)), ("principals", json!("[1]"))];
        add("_grist_ACLRules", record(everybody));
        let view = add("_grist_Views", record([("name", json!("New page")), ("type", json!("empty"))]));
        add("_grist_Pages", record([("viewRef", json!(view)), ("pagePos", json!(view))]));
        add("_grist_TabBar", record([("viewRef", json!(view)), ("tabPos", json!(view))]));
        let section = self.add_section(1, view, "custom", "Widget");
        self.change_section(section, [("sortColRefs", json!(""))]);
    }

    /// Sets fields of a section.
    pub(crate) fn change_section<const N: usize>(&mut self, section: i64, fields: [(&str, Value); N]) {
        let sections = self.state.records.get("_grist_Views_section");
        let Some(mut changed) = sections.and_then(|sections| sections.get(&section)).map(|fields| Record::clone(fields)) else {
            return;
        };
        changed.extend(record(fields));
        self.set_record("_grist_Views_section", section, Some(changed));
    }
}
