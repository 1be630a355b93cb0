//! A connexion takes up another version of its template.

use super::{
    Applied, Difference, TemplateChange,
    upgrade::{Columns, upgrade},
};
use crate::{
    grist::{ColumnType, DocumentSchema},
    letters::small,
    mapping::{DossierField, Field, Mapping},
    sync::{Connexion, Reshaped, is_writable},
};

/// What comes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenUp {
    /// The connexion, once it follows the version.
    pub connexion: Connexion,
    /// What that changes, and what it does not.
    pub difference: Difference,
    /// The columns of the document that get another name or another type.
    pub reshaped: Vec<Reshaped>,
}

/// Has a connexion take up a version: what the version brings, and what the agent did not change, be it in the connexion or in
/// the document. `older` is the version that it follows, when that is known.
pub fn take_up(connexion: &Connexion, schema: &DocumentSchema, newer: &Applied, older: Option<&Applied>, version: i64) -> TakenUp {
    let (mut taken, mut older) = (connexion.clone(), older.cloned());
    look_at_document(&mut taken, schema, &newer.mapping, older.as_mut().map(|older| &mut older.mapping));
    let difference = Difference::between(&taken, newer, older.as_ref());
    let mapping = upgrade(&taken.mapping, &newer.mapping, older.as_ref().map(|older| &older.mapping));
    let reshaped = reshaped(&taken.mapping, &mapping);
    taken.mapping = mapping;
    let (mut scope, mut keeping) = (taken.scope.clone(), taken.keeping);
    for change in &difference.changes {
        match change {
            TemplateChange::Scope { to, .. } => scope.clone_from(to),
            TemplateChange::Deleted(fate) => keeping.deleted = *fate,
            TemplateChange::Outside(fate) => keeping.outside = *fate,
            _ => {}
        }
    }
    taken.follow(scope, keeping);
    if let Some(followed) = &mut taken.template {
        (followed.version, followed.passed_over) = (version, None);
    }
    TakenUp { connexion: taken, difference, reshaped }
}

/// Names and types that agents have changed in the document count as what the connexion has; what can be changed there by
/// nobody, or means nothing there, is made to look as if the older version were unlike it: then it stays.
fn look_at_document(connexion: &mut Connexion, schema: &DocumentSchema, newer: &Mapping, mut older: Option<&mut Mapping>) {
    for table in &mut connexion.mapping.tables {
        let binding = connexion.binding.tables.get(&table.key);
        // Neither is made yet: the next run makes them as the connexion says.
        let Some(binding) = binding else { continue };
        let found = binding.find(schema);
        let mut known = older.as_deref_mut().and_then(|older| older.tables.iter_mut().find(|known| known.key == table.key));
        let theirs = newer.table(&table.key);
        for column in &mut table.columns {
            let Some(key) = column.key() else { continue };
            let Some(bound) = binding.columns.get(key) else { continue };
            let is_tied = matches!(key, Field::Row(_) | Field::Dossier(DossierField::Number));
            let known = known
                .as_deref_mut()
                .and_then(|known| known.twin(column).cloned().and_then(|twin| known.columns.iter_mut().find(|other| **other == twin)));
            let wanted = theirs.and_then(|theirs| theirs.twin(column));
            let in_document = found.and_then(|found| Some((found, bound.find(found)?)));
            let in_document = in_document.filter(|(_, column)| !column.is_hidden() && !column.is_formula);
            let Some((found, there)) = in_document else {
                if let Some(known) = known {
                    UNLIKE.clone_into(&mut known.name);
                    known.column_type = ColumnType::Other(UNLIKE.into());
                }
                continue;
            };
            if known.as_ref().is_none_or(|known| known.name == column.name) {
                column.name.clone_from(&there.label);
            }
            if !is_tied && known.as_ref().is_none_or(|known| known.column_type == column.column_type) {
                column.column_type.clone_from(&there.column_type);
            }
            let (Some(known), Some(wanted)) = (known, wanted) else { continue };
            if found.columns.iter().any(|other| other.reference != there.reference && small(&other.label) == small(&wanted.name)) {
                UNLIKE.clone_into(&mut known.name);
            }
            if is_tied || !is_writable(&there.column_type) || !is_writable(&wanted.column_type) {
                known.column_type = ColumnType::Other(UNLIKE.into());
            }
        }
    }
}

/// A name, and a type, that no column has.
const UNLIKE: &str = "\0";

/// The columns that have another name or another type than before.
fn reshaped(before: &Mapping, after: &Mapping) -> Vec<Reshaped> {
    let mut reshaped = Vec::new();
    for table in &before.tables {
        for column in &table.columns {
            let (Some(key), Some(now)) = (column.key(), after.table(&table.key).and_then(|after| after.twin(column))) else { continue };
            let name = (column.name != now.name).then(|| (column.name.clone(), now.name.clone()));
            let column_type = (column.column_type != now.column_type).then(|| (column.column_type.clone(), now.column_type.clone()));
            if name.is_some() || column_type.is_some() {
                reshaped.push(Reshaped { table: table.key.clone(), column: key.clone(), name, column_type });
            }
        }
    }
    reshaped
}
