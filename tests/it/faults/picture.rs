//! What a document says of its dossiers, whatever the ids and the order of its rows.

use std::collections::{BTreeMap, BTreeSet};

use relais_engine::{
    grist::{CellValue, ColumnType},
    mapping::{DossierField, Field, RowField, TableKey},
    sync::load,
};
use relais_tests::{grist::SampleDocument, ports::GristPort};
use serde_json::Value;

/// A row: its cells by what fills them.
pub(super) type Row = BTreeMap<String, Value>;

/// The rows of the mapped tables.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// By number.
    pub(super) dossiers: BTreeMap<i64, Row>,
    /// Of the other tables, by table, number, and the row's id in DS.
    pub(super) rows: BTreeMap<(String, i64, String), Row>,
    /// The attachments in its cells.
    pub(super) attachments: BTreeSet<i64>,
}

/// What is compared apart: it says what DS no longer does.
pub(super) const MARKS: [DossierField; 3] = [DossierField::DateSuppression, DossierField::MotifSuppression, DossierField::HorsSelection];

/// The name of a field of every dossier among the cells of a row.
pub(super) fn name(field: DossierField) -> String {
    Field::Dossier(field).to_string()
}

/// A cell as an agent sees it: an empty text shows nothing, as an empty cell, and files are what they hold.
fn shown(document: &SampleDocument, column_type: &ColumnType, cell: &Value) -> Value {
    if *column_type == ColumnType::Attachments {
        let content = |id: &Value| document.attachment(id.as_i64().unwrap()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        return cell.as_array().into_iter().flatten().skip(1).map(content).collect();
    }
    if cell == "" { Value::Null } else { cell.clone() }
}

/// The attachments of cells.
fn attachments(cells: &[Value]) -> impl Iterator<Item = i64> {
    cells.iter().filter_map(Value::as_array).flatten().filter_map(Value::as_i64)
}

/// The attachments that Relais holds on to: each once, and each of them in a cell.
pub(super) async fn held(document: &SampleDocument) -> BTreeSet<i64> {
    let Ok(files) = document.fetch_table("owner", "Relais_Fichiers").await else { return BTreeSet::new() };
    attachments(files["fichier"].as_array().unwrap()).collect()
}

impl Picture {
    /// Of a document, if it is whole: each dossier and each row once, and each row with its dossier.
    pub(super) async fn of(document: &SampleDocument) -> Result<Self, String> {
        let loaded = load(&GristPort::new(document.clone(), "owner")).await.map_err(|error| format!("the connexion cannot be read: {error}"))?;
        if !loaded.unreadable.is_empty() || loaded.connexions.len() > 1 {
            return Err(format!("{} connexions, {} unreadable", loaded.connexions.len(), loaded.unreadable.len()));
        }
        let mut picture = Self::default();
        let Some(connexion) = loaded.connexions.first() else { return Ok(picture) };
        let mut numbers: BTreeMap<i64, i64> = BTreeMap::new();
        for table in &connexion.mapping.tables {
            let Some(binding) = connexion.binding.tables.get(&table.key) else { continue };
            let known = binding.find(&loaded.schema).ok_or_else(|| format!("the table {} is gone", table.name))?;
            let content = document.fetch_table("owner", known.id.as_str()).await.unwrap();
            let cells = |field: &Field| {
                let column = binding.columns.get(field)?.find(known)?;
                content.get(column.id.as_str())?.as_array()
            };
            let columns = table.columns.iter().filter_map(|column| Some((column.key()?, &column.column_type)));
            let columns: Vec<(&Field, &ColumnType, &Vec<Value>)> =
                columns.filter_map(|(field, column_type)| Some((field, column_type, cells(field)?))).collect();
            for (_, column_type, cells) in &columns {
                if **column_type == ColumnType::Attachments {
                    picture.attachments.extend(attachments(cells));
                }
            }
            let row = |index: usize| -> Row {
                let is_cell = |field: &Field| !matches!(field, Field::Row(_));
                let cells = columns.iter().filter(|(field, ..)| is_cell(field));
                cells.map(|(field, column_type, cells)| (field.to_string(), shown(document, column_type, &cells[index]))).collect()
            };
            for (index, id) in content["id"].as_array().unwrap().iter().enumerate() {
                let whole = |value: Option<&Value>| value.and_then(|value| CellValue::from(value.clone()).as_integer()).unwrap_or_default();
                if table.key == TableKey::Dossiers {
                    let number = whole(cells(&Field::Dossier(DossierField::Number)).map(|cells| &cells[index]));
                    numbers.insert(id.as_i64().unwrap(), number);
                    if number == 0 || picture.dossiers.insert(number, row(index)).is_some() {
                        return Err(format!("the dossier {number} has two rows, or none"));
                    }
                    continue;
                }
                let parent = whole(cells(&Field::Row(RowField::Dossier)).map(|cells| &cells[index]));
                let id = cells(&Field::Row(RowField::Id)).and_then(|cells| cells[index].as_str()).unwrap_or_default();
                let Some(number) = numbers.get(&parent) else { return Err(format!("{}: the row {id} has no dossier", table.key)) };
                if id.is_empty() || picture.rows.insert((table.key.to_string(), *number, id.to_owned()), row(index)).is_some() {
                    return Err(format!("{}: the row « {id} » of the dossier {number} is there twice", table.key));
                }
            }
        }
        Ok(picture)
    }

    /// What is not as in the other picture, of the dossiers that both should have.
    pub(super) fn differences(&self, expected: &Self, is_compared: impl Fn(i64) -> bool, ignored: &[DossierField]) -> Vec<String> {
        let mut found = Vec::new();
        let ignored: Vec<String> = MARKS.iter().chain(ignored).map(|field| name(*field)).collect();
        let numbered = |picture: &'_ Self| -> BTreeMap<(String, i64, String), Row> {
            let dossiers = picture.dossiers.iter().map(|(number, row)| ((String::new(), *number, String::new()), row.clone()));
            let rows = picture.rows.iter().map(|(key, row)| (key.clone(), row.clone()));
            dossiers.chain(rows).filter(|((_, number, _), _)| is_compared(*number)).collect()
        };
        let (here, there) = (numbered(self), numbered(expected));
        for (key, row) in &here {
            let Some(expected) = there.get(key) else {
                found.push(format!("{key:?} should not be there"));
                continue;
            };
            for (field, cell) in row.iter().filter(|(field, _)| !ignored.contains(field)) {
                // A mapping may ask for more than that of the other document, as its marks.
                if let Some(expected) = expected.get(field).filter(|expected| *expected != cell) {
                    found.push(format!("{key:?} {field}: {cell} instead of {expected}"));
                }
            }
            found.extend(expected.keys().filter(|field| !row.contains_key(*field)).map(|field| format!("{key:?} has no cell for {field}")));
        }
        found.extend(there.keys().filter(|key| !here.contains_key(*key)).map(|key| format!("{key:?} is missing")));
        found
    }
}
