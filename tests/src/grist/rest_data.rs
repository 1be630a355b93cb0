//! REST: tables, columns, records, and `apply`.
use super::cell::Cell;
use super::document::Role;
use super::fetch::Fetched;
use super::refusal::Refusal;
use super::rest::{Answer, Asked, refused, status_of};
use super::rules::Permission;
use super::state::{Column, ColumnRef, State};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

type Answered = Result<Answer, Answer>;

fn plain(refusal: &Refusal) -> Answer {
    refused(status_of(refusal), refusal)
}

pub(crate) fn tables(asked: &Asked) -> Answered {
    asked.require(Role::Viewer)?;
    let expanded = match asked.parameter("expand") {
        None => false,
        Some("column") => true,
        Some(other) => {
            let message = format!("Value '\"{other}\"' is not assignable to type '\"column\"'.");
            return Err(Answer::error(StatusCode::INTERNAL_SERVER_ERROR, &message));
        }
    };
    let tables = asked.document.read(&asked.user, |state, access| {
        Ok(state
            .readable_tables(access)
            .filter_map(|(id, name)| {
                let head = &state.tables.get(&id)?.head;
                let mut table = json!({"id": name, "fields": {
                    "tableRef": id, "primaryViewId": head.primary_view, "summarySourceTable": 0, "onDemand": false,
                    "rawViewSectionRef": head.raw_section, "recordCardViewSectionRef": head.card_section,
                }});
                if expanded && let Some(table) = table.as_object_mut() {
                    let columns = state.readable_columns(id, access);
                    let columns: Vec<Value> =
                        columns.iter().filter(|(_, column)| !is_hidden(&column.col_id)).map(|(id, column)| described(*id, column)).collect();
                    table.insert("columns".to_owned(), json!(columns));
                }
                Some(table)
            })
            .collect::<Vec<Value>>())
    });
    let tables = tables.map_err(|refusal| plain(&refusal))?;
    Ok(Answer::ok(&json!({"tables": tables})))
}

pub(crate) fn columns(asked: &Asked, table: &str) -> Answered {
    asked.require(Role::Viewer)?;
    let columns = asked.document.read(&asked.user, |state, access| {
        let table = state.table_ref(table).filter(|id| access.table(*id, Permission::Read)).ok_or_else(|| Refusal::key_error(table))?;
        let hidden = asked.flag("hidden");
        Ok(state
            .readable_columns(table, access)
            .iter()
            .filter(|(_, column)| hidden || !is_hidden(&column.col_id))
            .map(|(id, column)| described(*id, column))
            .collect::<Vec<Value>>())
    });
    let columns = columns.map_err(|_| table_not_found(table))?;
    Ok(Answer::ok(&json!({"columns": columns})))
}

fn described(id: ColumnRef, column: &Column) -> Value {
    json!({"id": column.col_id, "fields": {
        "colRef": id, "label": column.label, "isFormula": column.is_formula, "type": column.type_name,
        "parentId": column.parent, "parentPos": Cell::Number(column.position).to_value(),
        "widgetOptions": column.widget_options, "formula": column.formula, "description": column.description,
        "untieColIdFromLabel": column.untied, "summarySourceCol": 0, "displayCol": column.display_col,
        "visibleCol": column.visible_col, "rules": null, "reverseCol": 0, "recalcWhen": 0, "recalcDeps": null,
    }})
}

/// Sort positions and display columns are left out unless they are asked for.
fn is_hidden(column: &str) -> bool {
    column == "manualSort" || column.starts_with("gristHelper_")
}

fn table_not_found(table: &str) -> Answer {
    Answer::error(StatusCode::NOT_FOUND, &format!("Table not found \"{table}\""))
}

/// A table by its id or by its number.
fn fetched(asked: &Asked, table: &str) -> Result<Fetched, Answer> {
    asked.require(Role::Viewer)?;
    let by_number = table.parse().ok().and_then(|reference: i64| {
        let name = |state: &State| state.table_id(reference).to_owned();
        asked.document.read(&asked.user, |state, _| Ok(name(state))).ok()
    });
    let name = by_number.filter(|name| !name.is_empty()).unwrap_or_else(|| table.to_owned());
    asked.document.fetch_at_once(&asked.user, &name).map_err(|refusal| if refusal.code.is_some() { plain(&refusal) } else { table_not_found(table) })
}

pub(crate) fn data(asked: &Asked, table: &str) -> Answered {
    let fetched = fetched(asked, table)?;
    let text = serde_json::to_string(&fetched).unwrap_or_default();
    Ok(Answer::json_text(StatusCode::OK, text))
}

pub(crate) fn records(asked: &Asked, table: &str) -> Answered {
    if asked.parameter("cellFormat").is_some() {
        return Err(plain(&Refusal::unsupported("records with cellFormat")));
    }
    let fetched = fetched(asked, table)?;
    let mut rows: Vec<usize> = (0..fetched.ids.len()).collect();
    if let Some(filter) = asked.parameter("filter") {
        keep_matching(&fetched, &mut rows, filter)?;
    }
    if let Some(sort) = asked.parameter("sort") {
        sort_rows(&fetched, &mut rows, sort)?;
    }
    if let Some(limit) = asked.parameter("limit").and_then(|limit| limit.parse().ok())
        && limit > 0
    {
        rows.truncate(limit);
    }
    let hidden = asked.flag("hidden");
    let records: Vec<Value> = rows.into_iter().map(|row| described_row(&fetched, row, hidden)).collect();
    Ok(Answer::ok(&json!({"records": records})))
}

fn described_row(fetched: &Fetched, row: usize, hidden: bool) -> Value {
    let mut fields = Map::new();
    let mut errors = Map::new();
    for (name, cells) in &fetched.columns {
        if is_hidden(name) && !hidden {
            continue;
        }
        let cell = cells.get(row).map_or(Value::Null, Cell::to_value);
        let error = match cell.as_array().map(Vec::as_slice) {
            Some([code, exception, ..]) if code == "E" => Some(exception.clone()),
            _ => None,
        };
        match error {
            Some(error) => {
                errors.insert(name.clone(), error);
                fields.insert(name.clone(), Value::Null);
            }
            None => {
                fields.insert(name.clone(), cell);
            }
        }
    }
    let mut record = json!({"id": fetched.ids.get(row), "fields": fields});
    if !errors.is_empty()
        && let Some(record) = record.as_object_mut()
    {
        record.insert("errors".to_owned(), Value::Object(errors));
    }
    record
}

fn keep_matching(fetched: &Fetched, rows: &mut Vec<usize>, filter: &str) -> Result<(), Answer> {
    let filter: Map<String, Value> =
        serde_json::from_str(filter).map_err(|error| Answer::error(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error} is not valid JSON")))?;
    for (name, values) in filter {
        let Some(values) = values.as_array() else {
            return Err(Answer::error(StatusCode::BAD_REQUEST, "Invalid query: filter values must be arrays"));
        };
        let same = |value: &Value| values.iter().any(|wanted| wanted == value);
        if name == "id" {
            rows.retain(|row| fetched.ids.get(*row).is_some_and(|id| same(&json!(id))));
            continue;
        }
        let Some((_, cells)) = fetched.columns.iter().find(|(column, _)| *column == name) else {
            let message = format!("Error manipulating data: [Sandbox] KeyError '{name}'");
            return Err(Answer::error(StatusCode::BAD_REQUEST, &message));
        };
        rows.retain(|row| cells.get(*row).is_some_and(|cell| same(&cell.to_value())));
    }
    Ok(())
}

fn sort_rows(fetched: &Fetched, rows: &mut [usize], sort: &str) -> Result<(), Answer> {
    for key in sort.rsplit(',') {
        let (name, descending) = match key.strip_prefix('-') {
            Some(name) => (name, true),
            None => (key, false),
        };
        let Some((_, cells)) = fetched.columns.iter().find(|(column, _)| column == name) else {
            return Err(Answer::error(StatusCode::INTERNAL_SERVER_ERROR, &format!("unknown key {name}")));
        };
        rows.sort_by(|left, right| {
            let order = compare(cells.get(*left), cells.get(*right));
            if descending { order.reverse() } else { order }
        });
    }
    Ok(())
}

fn compare(left: Option<&Cell>, right: Option<&Cell>) -> Ordering {
    match (left, right) {
        (Some(Cell::Number(left)), Some(Cell::Number(right))) => left.total_cmp(right),
        (Some(Cell::Number(_)), _) => Ordering::Less,
        (_, Some(Cell::Number(_))) => Ordering::Greater,
        (Some(left), Some(right)) => left.to_value().to_string().cmp(&right.to_value().to_string()),
        _ => Ordering::Equal,
    }
}

/// `POST /apply`: user actions, texts read unless `noparse=1`.
pub(crate) async fn apply(asked: &Asked) -> Answered {
    let actions = asked.json()?;
    asked.require(Role::Editor)?;
    if asked.document.role(&asked.user).is_none_or(|role| role < Role::Editor) {
        // The owner of a fork, who only looks at what is asked with an empty list.
        return Ok(Answer::ok(&json!({"actionNum": 0, "actionHash": null, "retValues": [], "isModification": false})));
    }
    let options = json!({"parseStrings": !asked.flag("noparse")});
    // An empty list asks whether one may write, and writes nothing (facts/grist.md, section 9): no fault of writes meets it.
    let is_question = actions.as_array().is_some_and(Vec::is_empty);
    let work = || asked.document.apply_at_once(&asked.user, actions, &options, false);
    let applied = if is_question { work() } else { asked.document.faults().around(super::faults::On::Write, work).await };
    applied.map(|answer| Answer::ok(&answer)).map_err(|refusal| plain(&refusal))
}
