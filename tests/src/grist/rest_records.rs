//! REST: writing records. Each request becomes one user action.
use super::document::Role;
use super::faults::On;
use super::refusal::Refusal;
use super::rest::{Answer, Asked, refused, status_of};
use axum::http::StatusCode;
use serde_json::{Map, Value, json};

type Answered = Result<Answer, Answer>;

fn bad(message: &str) -> Answer {
    Answer::error(StatusCode::BAD_REQUEST, message)
}

fn invalid(detail: &str) -> Answer {
    let details = json!({"userError": format!("Error: {detail}")});
    Answer::json(StatusCode::BAD_REQUEST, &json!({"error": "Invalid payload", "details": details}))
}

/// The list of records in a body, each an object of the wanted kind.
fn records(asked: &Asked, kind: &str) -> Result<Vec<Map<String, Value>>, Answer> {
    let body = asked.json()?;
    let Some(records) = body.get("records") else {
        return Err(invalid("body.records is missing"));
    };
    let place = format!("body.records[0] is not a {kind}; body.records[0]");
    let records = records.as_array().map(Vec::as_slice).unwrap_or_default();
    if records.is_empty() {
        return Err(invalid(&format!("{place} is not an object")));
    }
    records
        .iter()
        .map(|record| match record {
            Value::Object(record) => Ok(record.clone()),
            _ => Err(invalid(&format!("{place} is not an object"))),
        })
        .collect()
}

fn part(record: &Map<String, Value>, name: &str) -> Map<String, Value> {
    record.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Values by columns; a record without a field of the others has null there.
fn by_columns(records: &[Map<String, Value>]) -> Map<String, Value> {
    let mut names: Vec<&String> = Vec::new();
    for name in records.iter().flat_map(Map::keys) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
        .into_iter()
        .map(|name| {
            let values = records.iter().map(|record| record.get(name).cloned().unwrap_or_default());
            (name.clone(), values.collect())
        })
        .collect()
}

async fn perform(asked: &Asked, table: &str, actions: Value) -> Result<Vec<Value>, Answer> {
    asked.require(Role::Editor)?;
    let options = json!({"parseStrings": !asked.flag("noparse")});
    let applied = asked.document.faults().around(On::Write, || asked.document.apply_at_once(&asked.user, actions, &options, false)).await;
    match applied {
        Ok(mut answer) => Ok(match answer.get_mut("retValues").map(Value::take) {
            Some(Value::Array(results)) => results,
            _ => Vec::new(),
        }),
        Err(refusal) => Err(explained(&refusal, table)),
    }
}

/// These endpoints say in words what `apply` leaves as the engine's error.
fn explained(refusal: &Refusal, table: &str) -> Answer {
    if refusal.code.is_some() {
        return refused(status_of(refusal), refusal);
    }
    let message = refusal.message.as_str();
    if let Some(key) = message.strip_prefix("[Sandbox] KeyError '").and_then(|key| key.strip_suffix('\'')) {
        if key == table {
            return Answer::error(StatusCode::NOT_FOUND, &format!("Table not found \"{table}\""));
        }
        return bad(&format!("Invalid column \"{key}\""));
    }
    if let Some((_, row)) = message.split_once("non-existent record #") {
        return bad(&format!("Invalid row id {row}"));
    }
    bad(&format!("Error manipulating data: {message}"))
}

pub(crate) async fn add(asked: &Asked, table: &str) -> Answered {
    let records = records(asked, "NewRecord")?;
    let fields: Vec<_> = records.iter().map(|record| part(record, "fields")).collect();
    let ids = vec![Value::Null; fields.len()];
    let results = perform(asked, table, json!([["BulkAddRecord", table, ids, by_columns(&fields)]])).await?;
    let ids = results.first().and_then(Value::as_array).cloned().unwrap_or_default();
    let records: Vec<Value> = ids.into_iter().map(|id| json!({"id": id})).collect();
    Ok(Answer::ok(&json!({"records": records})))
}

pub(crate) async fn update(asked: &Asked, table: &str) -> Answered {
    let records = records(asked, "Record")?;
    let mut ids = Vec::with_capacity(records.len());
    for record in &records {
        match record.get("id") {
            Some(id @ Value::Number(_)) => ids.push(id.clone()),
            None => return Err(invalid("body.records[0] is not a Record; body.records[0].id is missing")),
            Some(_) => {
                return Err(invalid("body.records[0] is not a Record; body.records[0].id is not a number"));
            }
        }
    }
    let fields: Vec<_> = records.iter().map(|record| part(record, "fields")).collect();
    let names = |fields: &Map<String, Value>| fields.keys().cloned().collect::<Vec<_>>();
    if fields.windows(2).any(|pair| matches!(pair, [left, right] if names(left) != names(right))) {
        return Err(bad("PATCH requires all records to have same fields"));
    }
    perform(asked, table, json!([["BulkUpdateRecord", table, ids, by_columns(&fields)]])).await?;
    Ok(Answer::ok(&Value::Null))
}

/// Records of the same fields: which fields, the keys, the values.
type Group = (String, Vec<Map<String, Value>>, Vec<Map<String, Value>>);

/// `PUT`: records with the same fields go into one action.
pub(crate) async fn upsert(asked: &Asked, table: &str) -> Answered {
    let many = asked.parameter("onmany").unwrap_or("first");
    if !["first", "none", "all"].contains(&many) {
        return Err(bad(&format!("onmany parameter {many} should be one of first,none,all")));
    }
    let records = records(asked, "AddOrUpdateRecord")?;
    if records.iter().any(|record| !record.contains_key("require")) {
        return Err(invalid("body.records[0] is not a AddOrUpdateRecord; body.records[0].require is missing"));
    }
    let options = json!({
        "on_many": many, "add": !asked.flag("noadd"), "update": !asked.flag("noupdate"),
        "allow_empty_require": asked.flag("allow_empty_require"),
    });
    let mut groups: Vec<Group> = Vec::new();
    for record in &records {
        let (require, fields) = (part(record, "require"), part(record, "fields"));
        let names: Vec<&String> = require.keys().chain(fields.keys()).collect();
        let key = format!("{} {names:?}", require.len());
        match groups.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, requires, values)) => {
                requires.push(require);
                values.push(fields);
            }
            None => groups.push((key, vec![require], vec![fields])),
        }
    }
    let actions: Vec<Value> = groups
        .iter()
        .map(|(_, requires, values)| json!(["BulkAddOrUpdateRecord", table, by_columns(requires), by_columns(values), options]))
        .collect();
    let results = perform(asked, table, json!(actions)).await?;
    let joined = |name: &str| -> Vec<Value> {
        let lists = results.iter().filter_map(|result| result.get(name)?.as_array());
        lists.flatten().cloned().collect()
    };
    Ok(Answer::ok(&json!({
        "recordIds": joined("recordIds"), "addRecordIds": joined("addRecordIds"),
        "updateRecordIds": joined("updateRecordIds"),
    })))
}

pub(crate) async fn remove(asked: &Asked, table: &str) -> Answered {
    let ids = asked.json()?;
    let ids = if ids.is_array() { ids } else { json!([null]) };
    perform(asked, table, json!([["BulkRemoveRecord", table, ids]])).await?;
    Ok(Answer::ok(&Value::Null))
}

/// `POST …/data`: values by columns, in which all lists have one length.
pub(crate) async fn add_data(asked: &Asked, table: &str) -> Answered {
    let columns = asked.json()?;
    let lists = columns.as_object().into_iter().flatten();
    let rows = lists.filter_map(|(_, values)| values.as_array().map(Vec::len)).max();
    let ids = vec![Value::Null; rows.unwrap_or_default()];
    let results = perform(asked, table, json!([["BulkAddRecord", table, ids, columns]])).await?;
    Ok(Answer::ok(&results.into_iter().next().unwrap_or_default()))
}

pub(crate) async fn update_data(asked: &Asked, table: &str) -> Answered {
    let mut columns = asked.json()?;
    let ids = columns.as_object_mut().and_then(|columns| columns.remove("id"));
    perform(asked, table, json!([["BulkUpdateRecord", table, ids, columns]])).await?;
    Ok(Answer::ok(&Value::Null))
}
