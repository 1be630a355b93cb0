//! Values on their way from a champ to a cell.

use std::borrow::Cow;

use crate::{
    Timestamp,
    ds::File,
    grist::{CellValue, ColumnType, LARGEST_EXACT_INTEGER},
    words,
};

/// What a facet of a champ holds, before the column's type is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing: the cell is emptied.
    Empty,
    /// A text, or one choice.
    Text(Cow<'a, str>),
    /// A whole number, in digits of any length.
    Integer(Cow<'a, str>),
    /// A number.
    Decimal(f64),
    /// Yes or no.
    Bool(bool),
    /// A day.
    Day(Timestamp),
    /// An instant.
    Instant(Timestamp),
    /// Several choices, or several names.
    Texts(Vec<&'a str>),
    /// Files themselves. Never empty.
    Files(&'a [File]),
}

impl<'a> Value<'a> {
    /// A text that may be missing.
    pub fn text(text: Option<&'a str>) -> Self {
        text.filter(|text| !text.is_empty()).map_or(Self::Empty, |text| Self::Text(text.into()))
    }

    /// Files, if there are any.
    pub const fn files(files: &'a [File]) -> Self {
        if files.is_empty() { Self::Empty } else { Self::Files(files) }
    }
}

/// Why a champ could not be read: its cell is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// INSEE did not answer DS when the dossier was filled: the number alone is known.
    Degraded,
    /// The dossier's champ has another type than the field that was mapped.
    Retyped,
    /// DS sent something that its own schema does not allow.
    Malformed,
}

/// A value that its column cannot hold: the cell is left as it is, rather than filled with a text that Grist shows in red.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The value, as people read it.
    pub shown: String,
}

/// The cell that holds a value in a column of this type; an error when it would not be the same value any more
/// (rule 16). Columns that agents gave another type take what fits them. Files go into a column of attachments by the ids
/// that the document gave them, which is for the run to see to.
pub fn encode(value: Value<'_>, column_type: &ColumnType) -> Result<CellValue, Misfit> {
    let cell = match (column_type, &value) {
        (_, Value::Empty) => Some(CellValue::empty(column_type)),
        (ColumnType::Text, _) => Some(CellValue::text(&shown(&value))),
        (ColumnType::Any, Value::Decimal(number)) => Some(CellValue::Number(*number)),
        (ColumnType::Any | ColumnType::Bool, Value::Bool(value)) => Some(CellValue::Bool(*value)),
        (ColumnType::Any, _) => Some(CellValue::text(&shown(&value))),
        (ColumnType::Choice, Value::Text(text)) => Some(CellValue::text(text)),
        (ColumnType::Choice, Value::Bool(_)) => Some(CellValue::text(&shown(&value))),
        (ColumnType::Choice, Value::Texts(texts)) => match texts.as_slice() {
            [text] => Some(CellValue::text(text)),
            _ => None,
        },
        (ColumnType::ChoiceList, Value::Text(text)) => Some(CellValue::texts([&**text])),
        (ColumnType::ChoiceList, Value::Texts(texts)) => Some(CellValue::texts(texts.iter().copied())),
        (ColumnType::Numeric, value) => number(value).filter(|number| number.is_finite()).map(CellValue::Number),
        (ColumnType::Int, value) => {
            number(value).filter(|number| number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX)).map(CellValue::Number)
        }
        (ColumnType::Date, Value::Day(day)) | (ColumnType::DateTime(_), Value::Instant(day)) => Some(CellValue::Number(day.seconds())),
        _ => None,
    };
    cell.ok_or_else(|| Misfit { shown: shown(&value).into_owned() })
}

/// The number that a value is, exactly: a text only when it is written as that number would be, so that a postal code
/// does not lose its zero.
fn number(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Decimal(number) => Some(*number),
        Value::Integer(digits) => crate::json::number(digits).filter(|number| number.abs() < LARGEST_EXACT_INTEGER),
        Value::Text(text) => crate::json::number(text).filter(|number| written(*number) == **text),
        _ => None,
    }
}

/// A number in the fewest digits that tell it from its neighbours, whole ones without a decimal point: as JSON has it, since
/// the browser then needs no second way to write numbers.
fn written(number: f64) -> String {
    serde_json::to_string(&CellValue::Number(number)).unwrap_or_default()
}

/// A value as French people read it: what a Text column holds.
pub(crate) fn shown<'a>(value: &'a Value<'_>) -> Cow<'a, str> {
    match value {
        Value::Empty => "".into(),
        Value::Text(text) | Value::Integer(text) => Cow::Borrowed(text),
        Value::Decimal(number) => written(*number).replace('.', ",").into(),
        Value::Bool(value) => words::yes_no(*value).into(),
        Value::Day(day) => words::day(*day).into(),
        Value::Instant(instant) => words::instant(*instant).into(),
        Value::Texts(texts) => texts.join(", ").into(),
        Value::Files(files) => files.iter().map(|file| file.filename.as_str()).collect::<Vec<_>>().join(", ").into(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn cell(value: Value<'_>, column_type: &ColumnType) -> Option<CellValue> {
        encode(value, column_type).ok()
    }

    #[test]
    fn what_fits_goes_in() {
        assert_eq!(cell(Value::Decimal(0.0), &ColumnType::Numeric), Some(CellValue::Number(0.0)));
        assert_eq!(cell(Value::Integer("42".into()), &ColumnType::Numeric), Some(CellValue::Number(42.0)));
        assert_eq!(cell(Value::Texts(vec!["A, b", "C"]), &ColumnType::ChoiceList), Some(CellValue::texts(["A, b", "C"])));
        assert_eq!(cell(Value::Bool(true), &ColumnType::Choice), Some(CellValue::text("Oui")));
        assert_eq!(cell(Value::Text("12.5".into()), &ColumnType::Numeric), Some(CellValue::Number(12.5)));
        assert_eq!(cell(Value::Decimal(12.5), &ColumnType::Text), Some(CellValue::text("12,5")));
        assert_eq!(cell(Value::Day(Timestamp::parse_day("2025-01-15").unwrap()), &ColumnType::Text), Some(CellValue::text("15/01/2025")));
    }

    #[test]
    fn what_does_not_fit_is_said_rather_than_bent() {
        for (value, column_type) in [
            (Value::Text("environ 12 000 €".into()), ColumnType::Numeric),
            (Value::Text("01000".into()), ColumnType::Numeric),
            (Value::Text("NaN".into()), ColumnType::Numeric),
            (Value::Integer("9007199254740993".into()), ColumnType::Numeric),
            (Value::Integer("2147483648".into()), ColumnType::Int),
            (Value::Decimal(1.5), ColumnType::Int),
            (Value::Decimal(f64::INFINITY), ColumnType::Numeric),
            (Value::Texts(vec!["A", "B"]), ColumnType::Choice),
            (Value::Text("oui".into()), ColumnType::Bool),
            (Value::Text("x".into()), ColumnType::Attachments),
            (Value::Instant(Timestamp::from_milliseconds(0)), ColumnType::Date),
        ] {
            assert!(encode(value.clone(), &column_type).is_err(), "{value:?} into {column_type}");
        }
    }

    #[test]
    fn empty_is_empty_in_every_type() {
        assert_eq!(cell(Value::Empty, &ColumnType::Bool), Some(CellValue::Bool(false)));
        assert_eq!(cell(Value::Empty, &ColumnType::Numeric), Some(CellValue::Null));
        assert_eq!(cell(Value::text(Some("")), &ColumnType::Text), Some(CellValue::Null));
    }

    #[test]
    fn large_integers_keep_their_digits_as_text() {
        assert_eq!(cell(Value::Integer("3400936534933000001".into()), &ColumnType::Text), Some(CellValue::text("3400936534933000001")));
    }
}
