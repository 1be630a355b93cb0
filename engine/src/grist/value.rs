//! The values of cells, encoded as Grist's plugin API and REST API do.

use std::hash::{BuildHasher, Hash, Hasher};

use serde::{Serialize, Serializer, ser::SerializeSeq};

use super::ColumnType;
use crate::json;

/// Beyond this, a number of JavaScript no longer tells neighbouring integers apart: 2^53.
pub const LARGEST_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The value of a cell, by its encoding rather than by its column's type.
#[derive(Clone, Debug, PartialEq)]
pub enum CellValue {
    /// No value.
    Null,
    /// Of a Bool column.
    Bool(bool),
    /// Of Numeric, Int, Date (seconds at midnight UTC), DateTime (seconds) and Ref (row id) columns.
    Number(f64),
    /// Of Text and Choice columns.
    Text(Box<str>),
    /// Of ChoiceList, RefList and Attachments columns: `["L", …]`.
    List(Vec<CellValue>),
    /// Anything else: errors, dates in Any columns. Read, never written.
    Other(Box<serde_json::Value>),
}

impl CellValue {
    /// A text as Grist will give it back: it drops a byte order mark at the start (facts/grist.md, section 13), and a
    /// text that came back different would be written again at each run.
    pub fn text(text: &str) -> Self {
        Self::Text(text.trim_start_matches('\u{feff}').into())
    }

    /// A list of texts; null when empty, as Grist stores it.
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let texts: Vec<Self> = texts.into_iter().map(Self::text).collect();
        if texts.is_empty() { Self::Null } else { Self::List(texts) }
    }

    /// A whole number: of DS, or of a row.
    #[expect(clippy::cast_precision_loss, reason = "numbers of DS have 31 bits, and a document has at most a million rows a table")]
    pub const fn integer(number: i64) -> Self {
        Self::Number(number as f64)
    }

    /// What an empty cell of this type holds.
    pub const fn empty(column_type: &ColumnType) -> Self {
        match column_type {
            ColumnType::Bool => Self::Bool(false),
            ColumnType::Ref(_) => Self::Number(0.0),
            _ => Self::Null,
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    pub const fn as_number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    /// The whole number, if it is one that JavaScript holds exactly.
    #[expect(clippy::cast_possible_truncation, reason = "checked: whole and below 2^53")]
    pub fn as_integer(&self) -> Option<i64> {
        self.as_number().filter(|number| number.fract() == 0.0 && number.abs() < LARGEST_EXACT_INTEGER).map(|number| number as i64)
    }

    /// Whether access rules hide it from this person: `["C"]`.
    pub fn is_censored(&self) -> bool {
        matches!(self, Self::Other(value) if value.get(0).and_then(serde_json::Value::as_str) == Some("C"))
    }

    /// Whether a person sees nothing in the cell: Grist shows null and the empty text alike, and an empty list too.
    fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            _ => false,
        }
    }

    /// A number that is equal for two values exactly when writing the one over the other would change nothing that a
    /// person sees (but for one chance in 2^64). Blank values of any encoding are equal.
    pub fn fingerprint(&self) -> u64 {
        // A fixed seed: fingerprints are only ever compared within one run.
        let mut hasher = foldhash::quality::FixedState::default().build_hasher();
        self.feed(&mut hasher);
        hasher.finish()
    }

    fn feed(&self, hasher: &mut impl Hasher) {
        match self {
            _ if self.is_blank() => 0_u8.hash(hasher),
            Self::Bool(value) => (1_u8, value).hash(hasher),
            // 0.0 and -0.0 are one number.
            Self::Number(number) => (2_u8, (number + 0.0).to_bits()).hash(hasher),
            Self::Text(text) => (3_u8, text).hash(hasher),
            Self::List(items) => {
                (4_u8, items.len()).hash(hasher);
                for item in items {
                    item.feed(hasher);
                }
            }
            Self::Other(value) => (5_u8, json::write(value)).hash(hasher),
            Self::Null => {}
        }
    }
}

impl Serialize for CellValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            // Whole numbers without a decimal point, as JavaScript writes them.
            Self::Number(_) => match self.as_integer() {
                Some(integer) => serializer.serialize_i64(integer),
                None => self.as_number().serialize(serializer),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len() + 1))?;
                list.serialize_element("L")?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Other(value) => value.serialize(serializer),
        }
    }
}

impl From<serde_json::Value> for CellValue {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value;
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Number(number) => number.as_f64().map_or(Self::Null, Self::Number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) if items.first().and_then(Value::as_str) == Some("L") => {
                Self::List(items.into_iter().skip(1).map(Self::from).collect())
            }
            other => Self::Other(Box::new(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn encodings_are_those_of_grist() {
        let json = |value: &CellValue| serde_json::to_string(value).unwrap();
        assert_eq!(json(&CellValue::Number(20_528_571.0)), "20528571");
        assert_eq!(json(&CellValue::Number(0.0)), "0");
        assert_eq!(json(&CellValue::Number(256_888.5)), "256888.5");
        assert_eq!(json(&CellValue::texts(["A, b", "C"])), r#"["L","A, b","C"]"#);
        assert_eq!(json(&CellValue::texts([])), "null");
    }

    #[test]
    fn blanks_are_one() {
        let blanks = [CellValue::Null, CellValue::text(""), CellValue::List(vec![]), CellValue::text("\u{feff}")];
        for blank in &blanks {
            assert_eq!(blank.fingerprint(), CellValue::Null.fingerprint());
        }
        assert_ne!(CellValue::Bool(false).fingerprint(), CellValue::Null.fingerprint());
        assert_ne!(CellValue::Number(0.0).fingerprint(), CellValue::Null.fingerprint());
        assert_ne!(CellValue::text("0").fingerprint(), CellValue::Number(0.0).fingerprint());
        assert_eq!(CellValue::Number(-0.0).fingerprint(), CellValue::Number(0.0).fingerprint());
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(texts in proptest::collection::vec(".*", 1..5), number in proptest::num::f64::NORMAL) {
            for value in [CellValue::texts(texts.iter().map(String::as_str)), CellValue::Number(number), CellValue::text(texts.first().unwrap())] {
                let read = CellValue::from(serde_json::to_value(&value).unwrap());
                prop_assert_eq!(&read, &value);
                prop_assert_eq!(read.fingerprint(), value.fingerprint());
            }
        }
    }
}
