//! Templates: what a service shares of a connexion with others. No dossier, no token, no reference of a document.

mod apply;
mod base64;
mod difference;
mod error;
mod likeness;
mod matching;
mod parts;
mod place;
mod pretty;
mod read;
mod scope;
mod secrets;
mod shape;
mod taking;
#[cfg(test)]
mod tests;
mod upgrade;

use serde::Serialize;

pub use self::{
    apply::{Applied, LeftOut},
    difference::{Difference, TemplateChange},
    error::{Reason, Secret, TemplateError},
    likeness::Likeness,
    matching::{Candidate, Certainty, FieldMatch, Grounds, Matching, Outcome},
    read::LARGEST,
    scope::{NamedGroupe, NamedLabel, TemplateScope},
    taking::{TakenUp, take_up},
    upgrade::upgrade,
};
use crate::{
    ds::Demarche,
    grist::ColumnType,
    json::{FromJson, Json, Malformed},
    mapping::{Keeping, Mapping},
    sync::Connexion,
};

/// The format of a template in JSON; it changes when an older Relais could no longer read it.
pub const FORMAT: u32 = 1;

/// What a template looks like in JSON, for who writes one without Relais: a JSON Schema, draft 2020-12. What it cannot say,
/// such as names that differ from each other, [`Template::read`] checks.
pub const SCHEMA: &str = include_str!("schema.json");

/// A template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Template {
    /// See [`FORMAT`]. Its name comes first in the file, which so says what it is.
    #[serde(rename = "relais_template")]
    pub format: u32,
    /// What it is called.
    pub name: String,
    /// What it is for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What this version changes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What goes where, for the démarche that it was made for.
    pub mapping: Mapping,
    /// Which dossiers.
    #[serde(skip_serializing_if = "TemplateScope::is_whole")]
    pub scope: TemplateScope,
    /// What becomes of those that are deleted, or leave the scope.
    pub keeping: Keeping,
}

/// What Relais itself wrote, or checked: [`Template::read`] is for what comes from elsewhere.
impl FromJson for Template {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        let format: u32 = json.read("relais_template")?;
        // A page that was opened before Relais was brought up to date.
        if format > FORMAT {
            return Err(Malformed("relais_template"));
        }
        Ok(Self {
            format,
            name: json.read("name")?,
            description: json.read_or_default("description")?,
            note: json.read_or_default("note")?,
            mapping: json.read("mapping")?,
            scope: json.read_or_default("scope")?,
            keeping: json.read_or_default("keeping")?,
        })
    }
}

impl Template {
    /// What a connexion has that others can use. `demarche` is the one that its mapping is for: by it, groupes and labels
    /// get the names that another démarche knows them by.
    pub fn of(connexion: &Connexion, demarche: &Demarche, name: &str, description: &str) -> Self {
        let mut mapping = connexion.mapping.clone();
        for column in mapping.tables.iter_mut().flat_map(|table| &mut table.columns) {
            // A reference is to a table of this document.
            match &mut column.column_type {
                ColumnType::Ref(table) | ColumnType::RefList(table) => *table = "".into(),
                _ => {}
            }
        }
        Self {
            format: FORMAT,
            name: name.trim().to_owned(),
            description: description.trim().to_owned(),
            note: String::new(),
            mapping,
            scope: TemplateScope::of(&connexion.scope, demarche),
            keeping: connexion.keeping,
        }
    }

    /// Its file, for people too: the same template is always the same text. The same types always have a JSON form.
    pub fn write(&self) -> String {
        pretty::indented(&serde_json::to_string(self).unwrap_or_default())
    }
}
