//! What a template has, and nothing else: each value is of its type and length, each name one of ours, each source a field
//! that is described.

use super::{
    error::{Reason, TemplateError},
    place::Place,
};
use crate::{
    Day,
    ds::DossierState,
    grist::ColumnType,
    json::Json,
    mapping::{DossierField, FORMAT, Fate, Field, TableKey},
};

type Checked<T = ()> = Result<T, TemplateError>;

const MOST_TABLES: usize = 50;
/// In all tables.
const MOST_COLUMNS: usize = 2_000;
/// Of a column: forms ask the same thing once for each of 101 départements (the démarche 131016 does), and more.
const MOST_SOURCES: usize = 250;
/// Fields of the form.
const MOST_FIELDS: usize = 3_000;
/// Groupes, labels: of each.
const MOST_NAMES: usize = 1_000;
/// Characters of a name.
const LONGEST_NAME: usize = 300;
/// Characters of a text that DS gave, or that explains.
const LONGEST_TEXT: usize = 2_000;
/// Characters of an id of DS.
const LONGEST_ID: usize = 200;

/// Checks the whole.
pub(super) fn check(json: &Json<'_>) -> Checked {
    let root = Place::ROOT;
    object(json, &root, &["relais_template", "name", "mapping"], &["description", "note", "scope", "keeping"])?;
    name(json.get("name"), &root.name("name"))?;
    for part in ["description", "note"] {
        optional(json, &root, part, lines)?;
    }
    mapping(json.get("mapping"), &root.name("mapping"))?;
    optional(json, &root, "scope", scope)?;
    optional(json, &root, "keeping", |keeping, place| {
        object(keeping, place, &[], &["deleted", "outside"])?;
        for part in ["deleted", "outside"] {
            optional(keeping, place, part, |fate, place| one_of(fate, place, |text| Fate::from_name(text).is_some()))?;
        }
        Ok(())
    })
}

fn mapping(json: &Json<'_>, place: &Place<'_>) -> Checked {
    object(json, place, &["format", "demarche", "title", "tables", "fields"], &[])?;
    let format = integer(json.get("format"), &place.name("format"))?;
    if format > i64::from(FORMAT) {
        return place.name("format").refuse(Reason::Newer(format));
    }
    integer(json.get("demarche"), &place.name("demarche"))?;
    lines(json.get("title"), &place.name("title"))?;
    let described = fields(json.get("fields"), &place.name("fields"))?;
    tables(json.get("tables"), &place.name("tables"), &described)
}

/// Gives the ids of the fields, in their order.
fn fields<'a>(json: &'a Json<'_>, place: &Place<'_>) -> Checked<Vec<&'a str>> {
    let Json::Object(members) = json else { return place.refuse(Reason::Odd) };
    if members.len() > MOST_FIELDS {
        return place.refuse(Reason::TooMany(MOST_FIELDS));
    }
    let mut ids: Vec<&str> = Vec::with_capacity(members.len());
    for (index, (id, field)) in members.iter().enumerate() {
        let place = place.at(index);
        text(&Json::Text(id.as_ref().into()), &place, LONGEST_ID, false)?;
        object(field, &place, &["label", "type"], &["section"])?;
        lines(field.get("label"), &place.name("label"))?;
        let is_type = |name: &str| name.len() <= LONGEST_ID && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        one_of(field.get("type"), &place.name("type"), is_type)?;
        optional(field, &place, "section", lines)?;
        ids.push(id);
    }
    ids.sort_unstable();
    if ids.windows(2).any(|pair| matches!(pair, [one, other] if one == other)) {
        return place.refuse(Reason::Twice);
    }
    Ok(ids)
}

fn tables(json: &Json<'_>, place: &Place<'_>, described: &[&str]) -> Checked {
    let tables = list(json, place, MOST_TABLES)?;
    let (mut names, mut keys, mut columns) = (Unique::new(Reason::SameName), Unique::new(Reason::SameKey), 0);
    for (index, table) in tables.iter().enumerate() {
        let place = place.at(index);
        object(table, &place, &["key", "name", "columns"], &[])?;
        names.add(name(table.get("name"), &place.name("name"))?, index);
        let key_place = place.name("key");
        let written = text(table.get("key"), &key_place, LONGEST_ID, false)?;
        let Ok(key) = written.parse::<TableKey>() else { return key_place.refuse(Reason::Odd) };
        if let TableKey::Repetition(id) = &key
            && described.binary_search(&id.as_str()).is_err()
        {
            return key_place.refuse(Reason::Undescribed);
        }
        keys.add(written, index);
        let columns_place = place.name("columns");
        let its_columns = list(table.get("columns"), &columns_place, MOST_COLUMNS)?;
        columns += its_columns.len();
        if columns > MOST_COLUMNS {
            return columns_place.refuse(Reason::TooMany(MOST_COLUMNS));
        }
        // By it, rows are found again.
        let first = its_columns.first().and_then(|column| column.get("sources").items().first()).and_then(Json::as_text);
        let is_keyed = key == TableKey::Dossiers && first == Some(&Field::Dossier(DossierField::Number).to_string());
        if index == 0 && !is_keyed {
            return place.refuse(Reason::NoKey);
        }
        self::columns(its_columns, &columns_place, &key, described)?;
    }
    if tables.is_empty() {
        return place.refuse(Reason::NoKey);
    }
    names.check(place, "name")?;
    keys.check(place, "key")
}

fn columns(columns: &[Json<'_>], place: &Place<'_>, key: &TableKey, described: &[&str]) -> Checked {
    let (mut names, mut keys) = (Unique::new(Reason::SameName), Unique::new(Reason::SameKey));
    for (index, column) in columns.iter().enumerate() {
        let place = place.at(index);
        object(column, &place, &["sources", "name", "type"], &["description"])?;
        names.add(name(column.get("name"), &place.name("name"))?, index);
        optional(column, &place, "description", lines)?;
        one_of(column.get("type"), &place.name("type"), is_column_type)?;
        let sources_place = place.name("sources");
        let sources = list(column.get("sources"), &sources_place, MOST_SOURCES)?;
        if sources.is_empty() {
            return sources_place.refuse(Reason::Empty);
        }
        for (index, source) in sources.iter().enumerate() {
            let place = sources_place.at(index);
            let written = text(source, &place, LONGEST_ID * 2, false)?;
            let Ok(field) = written.parse::<Field>() else { return place.refuse(Reason::Odd) };
            if field.descriptor().is_some_and(|id| described.binary_search(&id.as_str()).is_err()) {
                return place.refuse(Reason::Undescribed);
            }
            if !belongs(&field, key) {
                return place.refuse(Reason::OfAnotherTable);
            }
            if index == 0 {
                keys.add(written, names.len() - 1);
            }
        }
    }
    names.check(place, "name")?;
    keys.check(place, "sources")
}

/// Whether rows of a table have a field.
fn belongs(field: &Field, key: &TableKey) -> bool {
    match (field, key) {
        (Field::Dossier(_), TableKey::Dossiers) => true,
        (Field::Champ(..) | Field::Part(..), TableKey::Dossiers | TableKey::Repetition(_)) => true,
        (Field::Row(_), TableKey::Repetition(_) | TableKey::Linked(_)) => true,
        (Field::Linked(field), TableKey::Linked(table)) => field.table() == *table,
        _ => false,
    }
}

/// A type that Relais makes: a reference is to the main table, which has no name here.
fn is_column_type(written: &str) -> bool {
    match ColumnType::parse(written) {
        ColumnType::Ref(table) | ColumnType::RefList(table) => table.as_str().is_empty(),
        ColumnType::DateTime(zone) => zone.len() <= 40 && zone.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte)),
        ColumnType::Other(_) => false,
        // What follows a type without an argument is read by nobody.
        other => other.to_string() == written,
    }
}

fn scope(json: &Json<'_>, place: &Place<'_>) -> Checked {
    object(json, place, &[], &["states", "from", "until", "groupes", "labels", "archived"])?;
    optional(json, place, "states", |states, place| {
        let items = list(states, place, DossierState::ALL.len())?.iter().enumerate();
        items.into_iter().try_for_each(|(index, state)| one_of(state, &place.at(index), |name| DossierState::from_name(name).is_some()))
    })?;
    for day in ["from", "until"] {
        optional(json, place, day, |day, place| one_of(day, place, |day| Day::parse(day).is_ok()))?;
    }
    optional(json, place, "archived", |archived, place| if matches!(archived, Json::Bool(_)) { Ok(()) } else { place.refuse(Reason::Odd) })?;
    optional(json, place, "groupes", |groupes, place| {
        for (index, groupe) in list(groupes, place, MOST_NAMES)?.iter().enumerate() {
            let place = place.at(index);
            object(groupe, &place, &["number", "name"], &[])?;
            integer(groupe.get("number"), &place.name("number"))?;
            lines(groupe.get("name"), &place.name("name"))?;
        }
        Ok(())
    })?;
    optional(json, place, "labels", |labels, place| {
        for (index, label) in list(labels, place, MOST_NAMES)?.iter().enumerate() {
            let place = place.at(index);
            object(label, &place, &["id", "name"], &[])?;
            text(label.get("id"), &place.name("id"), LONGEST_ID, false)?;
            lines(label.get("name"), &place.name("name"))?;
        }
        Ok(())
    })
}

/// An object that has all of the first names, maybe some of the second, each once, and no other.
fn object(json: &Json<'_>, place: &Place<'_>, required: &[&'static str], optional: &[&'static str]) -> Checked {
    let Json::Object(members) = json else { return place.refuse(Reason::Odd) };
    for (index, (name, _)) in members.iter().enumerate() {
        let Some(known) = required.iter().chain(optional).find(|known| *known == name) else {
            return place.at(index).refuse(Reason::UnknownKey);
        };
        if members.iter().take(index).any(|(other, _)| other == name) {
            return place.name(known).refuse(Reason::Twice);
        }
    }
    match required.iter().find(|required| members.iter().all(|(name, _)| name != *required)) {
        Some(missing) => place.name(missing).refuse(Reason::Missing),
        None => Ok(()),
    }
}

/// Checks the value of a name, when it is there.
fn optional(json: &Json<'_>, place: &Place<'_>, name: &'static str, check: impl FnOnce(&Json<'_>, &Place<'_>) -> Checked) -> Checked {
    let Json::Object(members) = json else { return Ok(()) };
    members.iter().find(|(member, _)| member == name).map_or(Ok(()), |(_, value)| check(value, &place.name(name)))
}

fn list<'a, 'b>(json: &'a Json<'b>, place: &Place<'_>, most: usize) -> Checked<&'a [Json<'b>]> {
    match json {
        Json::List(items) if items.len() <= most => Ok(items),
        Json::List(_) => place.refuse(Reason::TooMany(most)),
        _ => place.refuse(Reason::Odd),
    }
}

/// A number from 1.
fn integer(json: &Json<'_>, place: &Place<'_>) -> Checked<i64> {
    match json {
        Json::Integer(number @ 1..) => Ok(*number),
        _ => place.refuse(Reason::Odd),
    }
}

/// A text that people chose, on one line, and that they see.
fn name<'a>(json: &'a Json<'_>, place: &Place<'_>) -> Checked<&'a str> {
    let name = text(json, place, LONGEST_NAME, false)?;
    if name.trim().is_empty() { place.refuse(Reason::Empty) } else { Ok(name) }
}

/// A text of several lines, or none.
fn lines(json: &Json<'_>, place: &Place<'_>) -> Checked {
    text(json, place, LONGEST_TEXT, true).map(|_| ())
}

fn one_of(json: &Json<'_>, place: &Place<'_>, is_one: impl FnOnce(&str) -> bool) -> Checked {
    if json.as_text().is_some_and(is_one) { Ok(()) } else { place.refuse(Reason::Odd) }
}

fn text<'a>(json: &'a Json<'_>, place: &Place<'_>, longest: usize, has_lines: bool) -> Checked<&'a str> {
    let Some(text) = json.as_text() else { return place.refuse(Reason::Odd) };
    if text.chars().nth(longest).is_some() {
        return place.refuse(Reason::TooLong(longest));
    }
    // Those of the second kind turn what follows around: a name would be shown as another.
    let is_unreadable = |character: char| {
        let is_line = has_lines && matches!(character, '\n' | '\r' | '\t');
        character.is_control() && !is_line || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if text.contains(is_unreadable) { place.refuse(Reason::Control) } else { Ok(text) }
}

/// Texts that must differ, with their places.
struct Unique<'a> {
    texts: Vec<(&'a str, usize)>,
    reason: Reason,
}

impl<'a> Unique<'a> {
    const fn new(reason: Reason) -> Self {
        Self { texts: Vec::new(), reason }
    }

    fn len(&self) -> usize {
        self.texts.len()
    }

    fn add(&mut self, text: &'a str, index: usize) {
        self.texts.push((text.trim(), index));
    }

    /// Refuses the second of two that are the same.
    fn check(mut self, place: &Place<'_>, name: &'static str) -> Checked {
        self.texts.sort_unstable();
        let twins = self.texts.windows(2).filter_map(|pair| match pair {
            [(one, _), (other, index)] if one == other => Some(*index),
            _ => None,
        });
        twins.min().map_or(Ok(()), |index| place.at(index).name(name).refuse(self.reason))
    }
}
