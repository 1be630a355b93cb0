//! A value in a cell, as the document keeps it.
use serde::ser::{Serialize, SerializeSeq, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// Cheap to clone: a fetched table shares its texts with the document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    /// `["L", …]`
    List(Arc<[Cell]>),
    /// Any other encoded object: `["E", …]`, `["d", …]`, `["O", …]`…
    Encoded(Arc<Value>),
}

impl Cell {
    pub(crate) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Arc::from(text.as_ref()))
    }

    pub(crate) fn id(id: i64) -> Self {
        Self::Number(float(id))
    }

    pub(crate) fn ids(ids: impl IntoIterator<Item = i64>) -> Self {
        Self::List(ids.into_iter().map(Self::id).collect())
    }

    pub(crate) fn error(exception: &str) -> Self {
        Self::Encoded(Arc::new(serde_json::json!(["E", exception])))
    }

    /// The row id, when the cell is one.
    pub(crate) fn as_id(&self) -> Option<i64> {
        match self {
            Self::Number(number) => whole(*number),
            _ => None,
        }
    }

    /// What was stored comes back as an input, to be converted to another type.
    pub(crate) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or(Value::Null)
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => match whole(*number) {
                Some(integer) => serializer.serialize_i64(integer),
                None if number.is_finite() => serializer.serialize_f64(*number),
                None => serializer.serialize_unit(),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut sequence = serializer.serialize_seq(Some(items.len() + 1))?;
                sequence.serialize_element("L")?;
                for item in items.iter() {
                    sequence.serialize_element(item)?;
                }
                sequence.end()
            }
            Self::Encoded(value) => value.serialize(serializer),
        }
    }
}

/// 2^53: beyond it a float no longer holds every integer.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The integer, when the number is one that a float holds exactly.
pub(crate) fn whole(number: f64) -> Option<i64> {
    if number.fract() != 0.0 || number.abs() > EXACT {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole, and at most 2^53: exact")]
    let integer = number as i64;
    Some(integer)
}

pub(crate) fn float(integer: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "row ids and counts stay far below 2^53")]
    let number = integer as f64;
    number
}
