//! Reading a file that comes from elsewhere: it is refused at the first thing that a template does not have. The proxy
//! reads all files; the widget gets what the proxy has checked.

use super::{
    FORMAT, Template,
    error::{Reason, TemplateError},
    place::Place,
    secrets, shape,
};
use crate::json::{FromJson, Json};

/// The most bytes of a file (DESIGN section 9).
pub const LARGEST: usize = 256 * 1024;
/// A template is seven deep: it needs no more, and what reads it recurses.
const DEEPEST: usize = 32;
/// Some editors put it before a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The names of a template, which a refusal may show.
const NAMES: [&str; 28] = [
    "relais_template",
    "name",
    "description",
    "note",
    "mapping",
    "format",
    "demarche",
    "title",
    "tables",
    "fields",
    "key",
    "columns",
    "sources",
    "type",
    "label",
    "section",
    "scope",
    "states",
    "groupes",
    "labels",
    "number",
    "id",
    "keeping",
    "archived",
    "from",
    "until",
    "deleted",
    "outside",
];

impl Template {
    /// Reads a file. Its time grows with its length, and its stack with nothing.
    pub fn read(bytes: &[u8]) -> Result<Self, TemplateError> {
        if bytes.len() > LARGEST {
            return Place::ROOT.refuse(Reason::TooLarge);
        }
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        // Before any reader that recurses.
        if let Some(offset) = too_deep(bytes) {
            return Err(TemplateError { place: line_and_column(bytes, offset), reason: Reason::TooDeep });
        }
        let json: Json<'_> =
            serde_json::from_slice(bytes).map_err(|error| TemplateError { place: at(error.line(), error.column()), reason: Reason::NotJson })?;
        let place = Place::ROOT.name("relais_template");
        match json.get("relais_template") {
            Json::Integer(format) if *format > i64::from(FORMAT) => return place.refuse(Reason::Newer(*format)),
            Json::Integer(1..) => {}
            _ => return Place::ROOT.refuse(Reason::NotTemplate),
        }
        find_secrets(&json, &Place::ROOT)?;
        shape::check(&json)?;
        // Whatever the check let through.
        Self::from_json(&json).or_else(|_| Place::ROOT.refuse(Reason::Odd))
    }
}

/// Where a text of JSON goes deeper than a template, if it does. Of what is no JSON, it says no more than that.
fn too_deep(bytes: &[u8]) -> Option<usize> {
    let (mut depth, mut is_text, mut is_escaped) = (0_usize, false, false);
    for (offset, byte) in bytes.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(offset);
                }
            }
            b']' | b'}' if !is_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn line_and_column(bytes: &[u8], offset: usize) -> String {
    let before = bytes.get(..offset).unwrap_or_default();
    let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    at(before.split(|byte| *byte == b'\n').count(), offset - start + 1)
}

fn at(line: usize, column: usize) -> String {
    format!("ligne {line}, colonne {column}")
}

/// Looks through every name and text, of what templates do not have too: it is the first to know.
fn find_secrets(json: &Json<'_>, place: &Place<'_>) -> Result<(), TemplateError> {
    match json {
        Json::Text(text) => secrets::find(text).map_or(Ok(()), |secret| place.refuse(Reason::Secret(secret))),
        Json::List(items) => items.iter().enumerate().try_for_each(|(index, item)| find_secrets(item, &place.at(index))),
        Json::Object(members) => members.iter().enumerate().try_for_each(|(index, (name, value))| {
            let place = match NAMES.iter().find(|known| *known == name) {
                Some(known) => place.name(known),
                None => place.at(index),
            };
            match secrets::find(name) {
                Some(secret) => place.refuse(Reason::Secret(secret)),
                None => find_secrets(value, &place),
            }
        }),
        Json::Null | Json::Bool(_) | Json::Integer(_) | Json::Float(_) => Ok(()),
    }
}
