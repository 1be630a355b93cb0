//! Recordings of a real Grist: reading their values, and comparing an answer with what was recorded.
use serde_json::{Map, Number, Value};

/// The scenarios of one file of recordings.
pub(crate) fn scenarios(file: &str) -> Vec<Value> {
    let text = super::data(&format!("grist/{file}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What a value of a recording cannot be turned into.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsendable;

/// A recorded value as a browser's `JSON.stringify` sends it; symbols are resolved by `symbol`.
pub(crate) fn sent(value: &Value, symbol: &dyn Fn(&Map<String, Value>) -> Option<Value>) -> Result<Value, Unsendable> {
    match value {
        Value::Array(items) => items.iter().map(|item| sent(item, symbol)).collect(),
        Value::Object(fields) => {
            if let Some(kind) = fields.get("$js").and_then(Value::as_str) {
                return special(kind, fields);
            }
            if fields.contains_key("was") {
                return symbol(fields).ok_or(Unsendable);
            }
            let mut object = Map::new();
            for (key, field) in fields {
                // JSON.stringify leaves undefined fields out.
                if field.get("$js").and_then(Value::as_str) != Some("undefined") {
                    object.insert(key.clone(), sent(field, symbol)?);
                }
            }
            Ok(Value::Object(object))
        }
        other => Ok(other.clone()),
    }
}

fn special(kind: &str, fields: &Map<String, Value>) -> Result<Value, Unsendable> {
    Ok(match kind {
        "undefined" | "NaN" | "Infinity" | "-Infinity" => Value::Null,
        "-0" => Value::from(0),
        "Date" => fields["value"].clone(),
        "repeat" => {
            let count = usize::try_from(fields["count"].as_u64().unwrap()).unwrap();
            Value::String(fields["unit"].as_str().unwrap().repeat(count))
        }
        // Every recorded one is a lone half of a pair, which Grist replaces.
        "utf16" => Value::String("\u{fffd}".to_owned()),
        _ => return Err(Unsendable),
    })
}

/// Where two values differ first, or nothing when the answer is as recorded.
pub(crate) fn difference(recorded: &Value, answer: &Value) -> Option<String> {
    compare("", &plain(recorded), &plain(answer), &NOT_COMPARED)
}

/// The same for messages between windows, where keys with undefined exist.
pub(crate) fn difference_of_messages(recorded: &Value, arrived: &Value) -> Option<String> {
    compare("", &floats(recorded), &floats(arrived), &["views"])
}

fn floats(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().and_then(Number::from_f64).map_or(Value::Null, Value::Number),
        Value::Array(items) => items.iter().map(floats).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), floats(value))).collect(),
        other => other.clone(),
    }
}

/// Numbers as floats, special values as they are sent.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => number.as_f64().and_then(Number::from_f64).map_or(Value::Null, Value::Number),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => match fields.get("$js").and_then(Value::as_str) {
            Some(kind) => special(kind, fields).unwrap_or_else(|Unsendable| value.clone()),
            None => fields
                .iter()
                .filter(|(_, value)| value.get("$js").and_then(Value::as_str) != Some("undefined"))
                .map(|(key, value)| (key.clone(), plain(value)))
                .collect(),
        },
        other => other.clone(),
    }
}

/// Fields of answers that the recordings say not to compare: ids of views and sections, positions.
const NOT_COMPARED: [&str; 7] =
    ["views", "primaryViewId", "rawViewSectionRef", "recordCardViewSectionRef", "parentPos", "actionHash", "timeUploaded"];

fn compare(place: &str, recorded: &Value, answer: &Value, spared: &[&str]) -> Option<String> {
    let differ = || Some(format!("at {place:?}: recorded {recorded}, answered {answer}"));
    match (recorded, answer) {
        (Value::String(recorded), Value::String(answer)) if same_text(recorded, answer) => None,
        (Value::Array(recorded), Value::Array(answer)) => {
            if recorded.len() != answer.len() {
                return differ();
            }
            recorded
                .iter()
                .zip(answer)
                .enumerate()
                .find_map(|(index, (recorded, answer))| compare(&format!("{place}/{index}"), recorded, answer, spared))
        }
        (Value::Object(recorded), Value::Object(answer)) => {
            if let Some(extra) = answer.keys().find(|key| !recorded.contains_key(*key)) {
                return Some(format!("at {place:?}: answered {extra} too"));
            }
            recorded.iter().find_map(|(key, recorded)| {
                let place = format!("{place}/{key}");
                let Some(answer) = answer.get(key) else {
                    return Some(format!("at {place:?}: recorded {recorded}, left out"));
                };
                if spared.contains(&key.as_str()) && recorded.is_null() == answer.is_null() {
                    return None;
                }
                compare(&place, recorded, answer, spared)
            })
        }
        _ if recorded == answer => None,
        _ => differ(),
    }
}

/// Texts with a placeholder stand for any text of that shape.
fn same_text(recorded: &str, answer: &str) -> bool {
    if recorded == answer {
        return true;
    }
    let placeholders = ["<docId>", "<urlId>", "<token>", "<hash>", "<time>"];
    if placeholders.contains(&recorded) {
        return !answer.is_empty();
    }
    if let Some((before, after)) = recorded.split_once("0x<address>") {
        return answer.starts_with(before) && answer.ends_with(after);
    }
    // The address of the recorded server, then of ours.
    if recorded == "http://127.0.0.1:8484" {
        return answer.starts_with("http://127.0.0.1:");
    }
    if let Some(path) = recorded.strip_suffix("<urlId>") {
        let path = path.splitn(4, '/').nth(3).unwrap_or_default();
        return answer.contains(path);
    }
    // Of Python's errors the class, of JavaScript's nothing but that there is one.
    let class = |text: &str| text.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    recorded.starts_with("[Sandbox]") && class(recorded) == class(answer)
}

#[test]
fn a_difference_is_seen() {
    use serde_json::json;
    assert_eq!(difference(&json!({"a": [1, "x"]}), &json!({"a": [1.0, "x"]})), None);
    for (recorded, answer) in [
        (json!({"a": 1}), json!({"a": 2})),
        (json!({"a": 1}), json!({})),
        (json!({}), json!({"a": 1})),
        (json!([1]), json!([1, 2])),
        (json!("[Sandbox] KeyError 'x'"), json!("[Sandbox] ValueError 'x'")),
        (json!({"actionHash": null}), json!({"actionHash": "x"})),
    ] {
        assert!(difference(&recorded, &answer).is_some(), "{recorded} {answer}");
    }
}
