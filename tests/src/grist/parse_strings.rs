//! The option `parseStrings`, which REST sets unless told not to: texts read as an agent of an American document would
//! type them (`1,000.5`, `50%`, `a, b`), before the engine sees them.
use super::calendar::{self, DAY};
use super::column_type::ColumnType;
use super::python;
use super::refusal::Refusal;
use super::state::{Column, State};
use serde_json::{Map, Value, json};

/// Reads the texts in actions on records; all other actions pass.
pub(crate) fn parse(state: &State, mut actions: Vec<Value>) -> Result<Vec<Value>, Refusal> {
    for action in &mut actions {
        let Value::Array(items) = action else { continue };
        let name = items.first().and_then(Value::as_str).unwrap_or_default().to_owned();
        let (bulk, places): (bool, &[usize]) = match name.as_str() {
            "AddRecord" | "UpdateRecord" => (false, &[3]),
            "BulkAddRecord" | "BulkUpdateRecord" | "ReplaceTableData" => (true, &[3]),
            "AddOrUpdateRecord" => (false, &[2, 3]),
            "BulkAddOrUpdateRecord" => (true, &[2, 3]),
            _ => continue,
        };
        let Some(table) = items.get(1).and_then(Value::as_str).and_then(|table| state.table_ref(table)) else {
            continue;
        };
        for place in places {
            let Some(Value::Object(columns)) = items.get_mut(*place) else {
                continue;
            };
            read_columns(columns, bulk, |name| state.column_named(table, name).map(|(_, column)| column.as_ref()))?;
        }
    }
    Ok(actions)
}

fn read_columns<'a>(columns: &mut Map<String, Value>, bulk: bool, column: impl Fn(&str) -> Option<&'a Column>) -> Result<(), Refusal> {
    for (name, values) in columns {
        let Some(column) = column(name) else { continue };
        match values {
            Value::Array(values) if bulk => {
                for value in values {
                    read_value(value, column)?;
                }
            }
            value => read_value(value, column)?,
        }
    }
    Ok(())
}

fn read_value(value: &mut Value, column: &Column) -> Result<(), Refusal> {
    let Value::String(text) = value else {
        return Ok(());
    };
    let text = text.trim();
    let read = match &column.kind {
        ColumnType::Int | ColumnType::Numeric | ColumnType::ManualSortPos => number(text).map(Value::from),
        ColumnType::Date => date(text),
        ColumnType::ChoiceList => Some(list(text, |item| Some(json!(item)))),
        ColumnType::Ref(_) | ColumnType::RefList(_) if column.visible_col != 0 => {
            return Err(Refusal::unsupported("a reference typed as the text that it shows"));
        }
        ColumnType::Ref(_) => text.parse::<i64>().ok().map(Value::from),
        ColumnType::RefList(_) => match list(text, |item| item.parse::<i64>().ok().map(Value::from)) {
            Value::Null if !text.is_empty() => None,
            list => Some(list),
        },
        // The engine reads the others itself.
        _ => None,
    };
    if let Some(read) = read {
        *value = read;
    }
    Ok(())
}

/// `1,000.5`, `(5)`, `$5`, `50%`.
fn number(text: &str) -> Option<f64> {
    let (text, sign) = match text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        Some(inner) => (inner, -1.0),
        None => (text, 1.0),
    };
    let (text, scale) = match text.strip_suffix('%') {
        Some(number) => (number, 0.01),
        None => (text, 1.0),
    };
    let text = text.strip_prefix('$').unwrap_or(text);
    let mut groups = text.split([',', ' ', '\u{a0}', '\u{202f}']);
    let first = groups.next()?;
    // A separator of thousands stands before three digits: "1,5" is not a number.
    let mut plain = first.to_owned();
    for group in groups {
        let digits = group.split('.').next()?;
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        plain.push_str(group);
    }
    python::parse_float(&plain).filter(|number| number.is_finite()).map(|number| number * sign * scale)
}

fn date(text: &str) -> Option<Value> {
    if let Some(read) = calendar::read(text) {
        return Some(json!(read.day * DAY));
    }
    text.parse::<f64>().ok().map(Value::from)
}

/// `a, "b, c"` or `["a", "b"]`; nothing for a list with nothing in it, or with an item that does not fit.
fn list(text: &str, item: impl Fn(&str) -> Option<Value>) -> Value {
    let texts: Vec<String> = match serde_json::from_str::<Vec<Value>>(text) {
        Ok(items) => items.iter().map(python::string).collect(),
        Err(_) => split(text),
    };
    let items: Option<Vec<Value>> = texts.iter().map(|text| item(text)).collect();
    match items {
        Some(mut items) if !items.is_empty() => {
            items.insert(0, json!("L"));
            Value::Array(items)
        }
        _ => Value::Null,
    }
}

fn split(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut quoted = false;
    for character in text.chars() {
        match (character, items.last_mut()) {
            ('"', _) => quoted = !quoted,
            (',', _) if !quoted => items.push(String::new()),
            (character, Some(item)) => item.push(character),
            _ => {}
        }
    }
    items.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
}
