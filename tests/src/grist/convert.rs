//! A written value becomes the cell that Grist would keep. What does not fit the type is kept as text, without error.
use super::calendar::{self, DAY, Zone};
use super::cell::{Cell, float, whole};
use super::column_type::ColumnType;
use super::python;
use super::refusal::Refusal;
use serde_json::{Value, json};
use std::sync::Arc;

/// What Grist's engine makes of a value of an action before it knows the column.
enum Decoded {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Value>),
    Dictionary(Value),
    /// `["d", seconds]`
    Date(f64),
    /// `["D", seconds, zone]`
    DateTime(f64, Zone),
    /// `["E", …]`: stays itself in every column.
    Error(Value),
    /// Other typed objects: no column takes them; Grist writes Python's name of the object.
    Object {
        class: &'static str,
    },
}

impl Decoded {
    fn of(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            // A byte order mark at the start is dropped.
            Value::String(text) => match text.strip_prefix('\u{feff}') {
                Some(rest) => Self::Text(rest.to_owned()),
                None => Self::Text(text),
            },
            Value::Object(_) => Self::Dictionary(value),
            Value::Array(mut items) => {
                let Some(code) = items.first() else {
                    return Self::Error(json!(["E", "IndexError"]));
                };
                let number = items.get(1).and_then(Value::as_f64);
                match code.as_str() {
                    Some("L") => Self::List(items.split_off(1)),
                    Some("d") => number.map_or_else(|| Self::Error(json!(["E", "IndexError"])), Self::Date),
                    Some("D") => match (number, items.get(2).and_then(Value::as_str)) {
                        (Some(seconds), Some(zone)) => Self::DateTime(seconds, Zone::named(zone)),
                        _ => Self::Error(json!(["E", "IndexError"])),
                    },
                    Some("O") => Self::Dictionary(items.into_iter().nth(1).unwrap_or_default()),
                    Some("E") => Self::Error(Value::Array(items)),
                    Some("R") => Self::Object { class: "RecordStub" },
                    Some("r") => Self::Object { class: "RecordSetStub" },
                    Some("l") => Self::Object { class: "ReferenceLookup" },
                    Some("U" | "P" | "C") => Self::Object { class: "UnmarshallableValue" },
                    _ => Self::Error(json!(["E", "KeyError"])),
                }
            }
        }
    }

    /// The text that stays in the cell when the value does not fit.
    fn leftover(&self) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Bool(true) => Cell::text("True"),
            Self::Bool(false) => Cell::text("False"),
            Self::Number(number) => Cell::text(python::number(*number)),
            Self::Text(text) => Cell::text(text),
            Self::List(items) => Cell::text(python::sequence(items.iter())),
            Self::Dictionary(fields) => Cell::text(python::repr(fields)),
            Self::Date(seconds) | Self::DateTime(seconds, _) => Cell::text(iso_of(*seconds)),
            Self::Error(encoded) => Cell::Encoded(Arc::new(encoded.clone())),
            Self::Object { class } => Cell::text(format!("<objtypes.{class} object at 0x0>")),
        }
    }
}

impl ColumnType {
    /// The cell that holds `value`, or the refusal of what the sample cannot read.
    pub(crate) fn convert(&self, value: Value) -> Result<Cell, Refusal> {
        if let (Self::Any, Value::Array(_)) = (self, &value) {
            // Kept as it came, when Grist's engine knows its code.
            let encoded = value.clone();
            return Ok(Cell::Encoded(Arc::new(match Decoded::of(value) {
                Decoded::Error(error) => error,
                _ => encoded,
            })));
        }
        let decoded = Decoded::of(value);
        if let Decoded::Object { class: "ReferenceLookup" } = decoded
            && self.target().is_some()
        {
            return Err(Refusal::unsupported("a reference written as a lookup [\"l\", …]"));
        }
        if let Decoded::Error(encoded) = decoded {
            return Ok(Cell::Encoded(Arc::new(encoded)));
        }
        Ok(match self {
            Self::Text | Self::Choice => text(decoded),
            Self::Int => int(&decoded),
            Self::Numeric => numeric(&decoded),
            Self::Bool => boolean(&decoded),
            Self::Date => date(&decoded)?,
            Self::DateTime(zone) => date_time(&decoded, *zone)?,
            Self::ChoiceList => choice_list(decoded),
            Self::Ref(_) => reference(&decoded),
            Self::RefList(_) | Self::Attachments => reference_list(&decoded),
            Self::ManualSortPos => numeric(&decoded),
            Self::Any => any(decoded),
        })
    }
}

fn text(value: Decoded) -> Cell {
    match value {
        Decoded::Text(text) => Cell::Text(text.into()),
        Decoded::Number(number) => Cell::text(python::general(number)),
        other => other.leftover(),
    }
}

fn int(value: &Decoded) -> Cell {
    let truncated = |number: f64| {
        let number = number.trunc();
        // Adding 0 turns -0 into 0.
        python::is_int32(number).then_some(Cell::Number(number + 0.0))
    };
    match value {
        Decoded::Bool(value) => Cell::Number(f64::from(u8::from(*value))),
        Decoded::Number(number) => truncated(*number).unwrap_or_else(|| Cell::text(python::float(*number))),
        Decoded::Text(text) if text.is_empty() => Cell::Null,
        Decoded::Text(text) => python::parse_float(text).and_then(truncated).unwrap_or_else(|| value.leftover()),
        _ => value.leftover(),
    }
}

fn numeric(value: &Decoded) -> Cell {
    match value {
        Decoded::Bool(value) => Cell::Number(f64::from(u8::from(*value))),
        Decoded::Number(number) => Cell::Number(number + 0.0),
        Decoded::Text(text) if text.is_empty() => Cell::Null,
        Decoded::Text(text) => match python::parse_float(text) {
            Some(number) if number.is_finite() => Cell::Number(number + 0.0),
            // Infinity and NaN cannot be sent to a browser: they arrive as null.
            Some(_) => Cell::Null,
            None => value.leftover(),
        },
        _ => value.leftover(),
    }
}

fn boolean(value: &Decoded) -> Cell {
    match value {
        Decoded::Null => Cell::Bool(false),
        Decoded::Bool(value) => Cell::Bool(*value),
        Decoded::Number(number) => Cell::Bool(*number != 0.0),
        Decoded::Text(text) => match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => Cell::Bool(true),
            "false" | "no" | "0" | "" => Cell::Bool(false),
            _ => value.leftover(),
        },
        Decoded::List(items) if items.is_empty() => Cell::Bool(false),
        Decoded::Dictionary(Value::Object(fields)) if fields.is_empty() => Cell::Bool(false),
        _ => value.leftover(),
    }
}

fn date(value: &Decoded) -> Result<Cell, Refusal> {
    Ok(match value {
        Decoded::Bool(_) | Decoded::Number(_) => numeric(value),
        Decoded::Text(text) if text.is_empty() => Cell::Null,
        Decoded::Text(text) => match calendar::read(text) {
            Some(read) => Cell::id(read.day * DAY),
            None => value.leftover(),
        },
        Decoded::Date(seconds) => Cell::Number(*seconds),
        Decoded::DateTime(_, Zone::Other) => {
            return Err(Refusal::unsupported("an instant of a zone other than UTC and Europe/Paris in a Date column"));
        }
        Decoded::DateTime(seconds, zone) => Cell::id(zone.local(floor(*seconds)).div_euclid(DAY) * DAY),
        _ => value.leftover(),
    })
}

fn date_time(value: &Decoded, zone: Zone) -> Result<Cell, Refusal> {
    Ok(match value {
        Decoded::Bool(_) | Decoded::Number(_) => numeric(value),
        Decoded::Text(text) if text.is_empty() => Cell::Null,
        Decoded::Text(text) => match calendar::read(text) {
            Some(read) => {
                let seconds = floor(read.seconds);
                let local = read.day * DAY + seconds;
                let instant = match read.offset {
                    Some(offset) => local - offset,
                    None => zone.instant(local)?,
                };
                Cell::Number(float(instant) + (read.seconds - float(seconds)))
            }
            None => value.leftover(),
        },
        Decoded::Date(seconds) => Cell::id(zone.instant(floor(*seconds))?),
        Decoded::DateTime(seconds, _) => Cell::Number(*seconds),
        _ => value.leftover(),
    })
}

fn choice_list(value: Decoded) -> Cell {
    let list = |items: &[Value]| Cell::List(items.iter().map(|item| Cell::text(python::string(item))).collect());
    match &value {
        Decoded::Null | Decoded::Bool(false) => Cell::Null,
        Decoded::Number(number) if *number == 0.0 => Cell::Null,
        Decoded::Text(text) if text.is_empty() => Cell::Null,
        Decoded::Text(text) if text.starts_with('[') => match serde_json::from_str::<Vec<Value>>(text) {
            Ok(items) => list(&items),
            Err(_) => value.leftover(),
        },
        Decoded::Number(number) => Cell::text(python::general(*number)),
        Decoded::List(items) if items.is_empty() => Cell::Null,
        Decoded::List(items) => list(items),
        Decoded::Dictionary(Value::Object(fields)) => Cell::List(fields.keys().map(Cell::text).collect()),
        _ => value.leftover(),
    }
}

fn reference(value: &Decoded) -> Cell {
    match value {
        Decoded::Null => Cell::Number(0.0),
        Decoded::Bool(value) => Cell::Number(f64::from(u8::from(*value))),
        Decoded::Number(number) if python::is_int32(*number) => Cell::Number(number + 0.0),
        Decoded::Text(text) if text.is_empty() => Cell::Number(0.0),
        Decoded::List(items) => match items.as_slice() {
            [item] => row_id(item).map_or_else(|| value.leftover(), Cell::Number),
            _ => value.leftover(),
        },
        _ => value.leftover(),
    }
}

fn reference_list(value: &Decoded) -> Cell {
    let list = |items: &[Value]| items.iter().map(|item| row_id(item).map(Cell::Number)).collect::<Option<_>>();
    match value {
        Decoded::Null | Decoded::Bool(false) => Cell::Null,
        Decoded::Bool(true) => Cell::ids([1]),
        Decoded::Number(number) if *number == 0.0 => Cell::Null,
        Decoded::Number(number) if python::is_int32(*number) => Cell::List([Cell::Number(*number)].into()),
        Decoded::Text(text) if text.is_empty() => Cell::Null,
        Decoded::Text(text) if text.starts_with('[') => {
            serde_json::from_str::<Vec<Value>>(text).ok().and_then(|items| list(&items)).map_or_else(|| value.leftover(), Cell::List)
        }
        Decoded::List(items) if items.is_empty() => Cell::Null,
        Decoded::List(items) => list(items).map_or_else(|| value.leftover(), Cell::List),
        Decoded::Dictionary(Value::Object(fields)) if fields.is_empty() => Cell::Null,
        _ => value.leftover(),
    }
}

/// An item of a reference: a row id within 32 bits; nothing is row 0.
fn row_id(item: &Value) -> Option<f64> {
    match item {
        Value::Null => Some(0.0),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Number(number) => number.as_f64().filter(|number| python::is_int32(*number)),
        _ => None,
    }
}

fn any(value: Decoded) -> Cell {
    match value {
        Decoded::Null => Cell::Null,
        Decoded::Bool(value) => Cell::Bool(value),
        Decoded::Number(number) => Cell::Number(number + 0.0),
        Decoded::Text(text) => Cell::Text(text.into()),
        Decoded::Dictionary(fields) => Cell::Encoded(Arc::new(json!(["O", fields]))),
        other => other.leftover(),
    }
}

fn iso_of(seconds: f64) -> String {
    calendar::iso(floor(seconds).div_euclid(DAY))
}

fn floor(seconds: f64) -> i64 {
    whole(seconds.floor()).unwrap_or_default()
}
