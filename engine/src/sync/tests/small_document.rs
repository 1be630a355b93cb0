//! A document that is small enough to read here, with as much of Grist as runs need.

use super::*;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SmallTable {
    pub(super) columns: BTreeMap<String, Value>,
    pub(super) rows: BTreeMap<i64, BTreeMap<String, CellValue>>,
}

/// A document that knows the actions of Relais, applied all or none.
#[derive(Default)]
pub(super) struct SmallDocument {
    pub(super) tables: RefCell<BTreeMap<String, SmallTable>>,
    pub(super) references: RefCell<Vec<String>>,
    pub(super) writes: Cell<usize>,
    pub(super) actions: RefCell<Vec<Value>>,
    /// Refuses writes after so many.
    pub(super) fails_after: Cell<Option<usize>>,
    pub(super) denies_structure: Cell<bool>,
    /// Name and content of what was uploaded, whether a cell has it or not.
    pub(super) attachments: RefCell<Vec<(String, String)>>,
    pub(super) uploads: Cell<usize>,
    /// Refuses uploads of more files than this.
    pub(super) largest_upload: Cell<Option<usize>>,
}

pub(super) struct SmallRows(Vec<i64>, BTreeMap<String, Vec<CellValue>>);

impl Rows for SmallRows {
    fn row_ids(&self) -> Vec<i64> {
        self.0.clone()
    }

    fn column(&self, column: &ColumnId) -> Option<Vec<CellValue>> {
        self.1.get(column.as_str()).cloned()
    }
}

impl SmallDocument {
    fn reference(&self, name: String) -> i64 {
        let mut references = self.references.borrow_mut();
        let place = references.iter().position(|known| *known == name).unwrap_or_else(|| {
            references.push(name);
            references.len() - 1
        });
        place as i64 + 1
    }

    fn metadata(&self, table: &str) -> SmallRows {
        let tables = self.tables.borrow();
        let mut columns: BTreeMap<String, Vec<CellValue>> = BTreeMap::new();
        let mut ids = Vec::new();
        let mut push = |name: &str, value: CellValue| columns.entry(name.to_owned()).or_default().push(value);
        for (id, content) in tables.iter() {
            let table_reference = self.reference(id.clone());
            if table == "_grist_Tables" {
                ids.push(table_reference);
                push("tableId", CellValue::text(id));
                continue;
            }
            for (column, fields) in &content.columns {
                ids.push(self.reference(format!("{id}.{column}")));
                let is_hidden = fields["hidden"] == true;
                push("parentId", CellValue::Number(if is_hidden { 0.0 } else { table_reference as f64 }));
                push("colId", CellValue::text(if is_hidden { "" } else { column }));
                push("label", fields["label"].clone().into());
                push("type", fields["type"].clone().into());
                push("isFormula", fields["isFormula"].clone().into());
                push("widgetOptions", fields["widgetOptions"].clone().into());
            }
        }
        SmallRows(ids, columns)
    }

    fn apply_one(tables: &mut BTreeMap<String, SmallTable>, promised: &mut BTreeMap<i64, i64>, action: &Value) -> Result<Value, DocumentError> {
        let (name, table) = (action[0].as_str().unwrap(), action[1].as_str().unwrap_or_default());
        if matches!(name, "AddTable" | "AddRawTable") {
            let table = crate::grist::free_identifier(table, "", true, |_| false);
            let columns = action[2].as_array().into_iter().flatten().map(|column| (column["id"].as_str().unwrap().to_owned(), column.clone()));
            let columns: BTreeMap<String, Value> = columns.collect();
            assert!(tables.insert(table.clone(), SmallTable { columns, rows: BTreeMap::new() }).is_none(), "{table} was there");
            return Ok(json!({ "views": [{ "id": 7 }] }));
        }
        if table.starts_with("_grist") || name == "SetDisplayFormula" {
            return Ok(Value::Null);
        }
        let Some(content) = tables.get_mut(table) else { return Err(DocumentError::NotThere(table.to_owned())) };
        match name {
            "RemoveColumn" => {}
            "AddVisibleColumn" => {
                content.columns.insert(action[2].as_str().unwrap().to_owned(), action[3].clone());
            }
            "ModifyColumn" => {
                let fields = content.columns.get_mut(action[2].as_str().unwrap()).unwrap();
                for (field, value) in action[3].as_object().unwrap() {
                    fields[field] = value.clone();
                }
            }
            "BulkRemoveRecord" => {
                for row in action[2].as_array().unwrap() {
                    content.rows.remove(&row.as_i64().unwrap());
                }
            }
            "BulkAddRecord" | "BulkUpdateRecord" => {
                let mut ids = Vec::new();
                for (index, wanted) in action[2].as_array().unwrap().iter().enumerate() {
                    let id = if name == "BulkAddRecord" { content.rows.keys().max().map_or(1, |last| last + 1) } else { wanted.as_i64().unwrap() };
                    if name == "BulkUpdateRecord" && !content.rows.contains_key(&id) {
                        return Err(DocumentError::Other("[Sandbox] AssertionError".to_owned()));
                    }
                    let row = content.rows.entry(id).or_default();
                    for (column, values) in action[3].as_object().unwrap() {
                        let Some(fields) = content.columns.get(column) else { return Err(DocumentError::NotThere(column.clone())) };
                        assert!(fields["isFormula"] != json!(true), "a formula was written");
                        let mut value = CellValue::from(values[index].clone());
                        if let Some(real) = value.as_integer().and_then(|number| promised.get(&number))
                            && fields["type"].as_str().unwrap().starts_with("Ref:")
                        {
                            value = CellValue::Number(*real as f64);
                        }
                        row.insert(column.clone(), value);
                    }
                    if let Some(wanted) = wanted.as_i64().filter(|wanted| *wanted < 0) {
                        promised.insert(wanted, id);
                    }
                    ids.push(id);
                }
                return Ok(json!(ids));
            }
            other => return Err(DocumentError::Other(format!("{other} is not one of Relais's actions"))),
        }
        Ok(Value::Null)
    }

    pub(super) fn table(&self, name: &str) -> SmallTable {
        self.tables.borrow()[name].clone()
    }

    /// The values of a table, whatever the ids of its rows: references by what they refer to.
    pub(super) fn values(&self, name: &str, columns: &[&str]) -> BTreeSet<Vec<String>> {
        let tables = self.tables.borrow();
        let rows = tables.get(name).map(|table| table.rows.clone()).unwrap_or_default();
        let shown = |row: &BTreeMap<String, CellValue>, column: &str| match (column, row.get(column)) {
            ("Dossier", Some(parent)) => {
                let parent = tables["Aides"].rows.get(&parent.as_integer().unwrap());
                serde_json::to_string(&parent.and_then(|parent| parent.get("Numero"))).unwrap()
            }
            (_, cell) => serde_json::to_string(&cell).unwrap(),
        };
        rows.values().map(|row| columns.iter().map(|column| shown(row, column)).collect()).collect()
    }
}

impl Document for SmallDocument {
    type Rows = SmallRows;
    type File = String;

    async fn attach(&self, files: &[NewAttachment<'_, String>]) -> Result<Vec<i64>, DocumentError> {
        pass().await;
        self.uploads.set(self.uploads.get() + 1);
        if self.largest_upload.get().is_some_and(|largest| files.len() > largest) {
            return Err(DocumentError::Other("request entity too large".to_owned()));
        }
        let mut attachments = self.attachments.borrow_mut();
        let attach = |file: &NewAttachment<'_, String>| {
            attachments.push((file.name.to_owned(), file.content.clone()));
            attachments.len() as i64
        };
        Ok(files.iter().map(attach).collect())
    }

    async fn fetch_table(&self, table: &TableId) -> Result<SmallRows, DocumentError> {
        if table.as_str().starts_with("_grist_") {
            return Ok(self.metadata(table.as_str()));
        }
        let tables = self.tables.borrow();
        let content = tables.get(table.as_str()).ok_or_else(|| DocumentError::NotThere(table.to_string()))?;
        let column =
            |column: &String| (column.clone(), content.rows.values().map(|row| row.get(column).cloned().unwrap_or(CellValue::Null)).collect());
        Ok(SmallRows(content.rows.keys().copied().collect(), content.columns.keys().map(column).collect()))
    }

    async fn apply(&self, actions: &[UserAction], _: &ApplyOptions) -> Result<Applied, DocumentError> {
        let actions = serde_json::to_value(actions).unwrap();
        if self.fails_after.get().is_some_and(|writes| self.writes.get() >= writes) {
            return Err(DocumentError::NoAnswer);
        }
        if self.denies_structure.get() && actions.as_array().unwrap().iter().any(|action| action[0] == "ModifyColumn" || action[0] == "AddTable") {
            return Err(DocumentError::Denied(Denied::Structure));
        }
        let mut tables = self.tables.borrow().clone();
        let mut promised = BTreeMap::new();
        let results: Result<Vec<Value>, DocumentError> =
            actions.as_array().unwrap().iter().map(|action| Self::apply_one(&mut tables, &mut promised, action)).collect();
        let ret_values = results?;
        *self.tables.borrow_mut() = tables;
        self.writes.set(self.writes.get() + 1);
        self.actions.borrow_mut().extend(actions.as_array().unwrap().iter().cloned());
        Ok(Applied { action_num: self.writes.get() as i64, ret_values })
    }
}
