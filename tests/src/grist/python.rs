//! How Python writes values: what does not fit its column is kept as this text.
use super::cell::whole;
use serde_json::Value;
use std::fmt::Write;

/// Numbers within 32 bits reach Grist's engine as integers, all others as floats.
pub(crate) fn is_int32(number: f64) -> bool {
    number.fract() == 0.0 && (-2_147_483_648.0..=2_147_483_647.0).contains(&number)
}

/// `repr()` of a number.
pub(crate) fn number(value: f64) -> String {
    if is_int32(value) {
        return whole(value).unwrap_or_default().to_string();
    }
    float(value)
}

/// `repr()` of a float: shortest digits, an exponent below 1e-4 and from 1e16.
pub(crate) fn float(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        return exponent(&format!("{value:e}"));
    }
    let text = value.to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}

/// `'%.15g'`: how Grist writes a number into a text column.
pub(crate) fn general(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{value:.14e}");
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or(0);
    if !(-4..15).contains(&power) {
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        return exponent(&format!("{digits}e{power}"));
    }
    let decimals = usize::try_from(14 - power).unwrap_or(0);
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// Rust's `1e300` and `1e-7` as Python's `1e+300` and `1e-07`.
fn exponent(text: &str) -> String {
    let (digits, power) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, power) = match power.strip_prefix('-') {
        Some(power) => ('-', power),
        None => ('+', power),
    };
    format!("{digits}e{sign}{power:0>2}")
}

/// `repr()` of a JSON value, lists written as Grist's `["L", …]` included.
pub(crate) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(value) => number(value.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => quoted(text),
        Value::Array(items) => sequence(items.iter().skip(1)),
        Value::Object(fields) => {
            let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{}: {}", quoted(key), repr(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// `repr()` of a list.
pub(crate) fn sequence<'a>(items: impl Iterator<Item = &'a Value>) -> String {
    let items: Vec<String> = items.map(repr).collect();
    format!("[{}]", items.join(", "))
}

/// `str()` of a value: a text is itself.
pub(crate) fn string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            character if character == quote => {
                out.push('\\');
                out.push(quote);
            }
            character if character.is_control() => {
                // Writing into a String cannot fail.
                let _ = write!(out, "\\x{:02x}", u32::from(character));
            }
            character => out.push(character),
        }
    }
    out.push(quote);
    out
}

/// `float()`: surrounding spaces, exponents, `inf` and `nan`, and digits of other scripts.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let text: String = text.trim().chars().map(ascii_digit).collect();
    // Rust also reads "infinity" and "nan", with the same spellings as Python.
    if text.is_empty() {
        return None;
    }
    text.parse().ok()
}

fn ascii_digit(character: char) -> char {
    let offset = match character {
        '\u{660}'..='\u{669}' => u32::from(character) - 0x660,
        '\u{6f0}'..='\u{6f9}' => u32::from(character) - 0x6f0,
        _ => return character,
    };
    char::from_digit(offset, 10).unwrap_or(character)
}
