//! From one version of a template to the next, without losing what a document holds.

use crate::{
    letters::small,
    mapping::{ColumnMapping, Field, Mapping, TableMapping},
    naming::first_free,
};

/// How the columns of a table are found in another version of it: by what names them in a binding, else by any field that
/// fills both.
pub(super) trait Columns {
    /// The column that a column of another version is.
    fn twin(&self, column: &ColumnMapping) -> Option<&ColumnMapping>;

    /// What fills a column of another version, and no column here.
    fn missing<'a>(&'a self, column: &'a ColumnMapping) -> impl Iterator<Item = &'a Field>;
}

impl Columns for TableMapping {
    fn twin(&self, column: &ColumnMapping) -> Option<&ColumnMapping> {
        twin(self, column).and_then(|index| self.columns.get(index))
    }

    fn missing<'a>(&'a self, column: &'a ColumnMapping) -> impl Iterator<Item = &'a Field> {
        column.sources.iter().filter(|source| !self.columns.iter().any(|known| known.sources.contains(source)))
    }
}

fn twin(table: &TableMapping, column: &ColumnMapping) -> Option<usize> {
    let by_key = table.columns.iter().position(|known| known.key().is_some() && known.key() == column.key());
    by_key.or_else(|| table.columns.iter().position(|known| known.sources.iter().any(|source| column.sources.contains(source))))
}

/// Takes up a newer version, applied to the same démarche. Whatever the connexion fills stays filled: the columns that the
/// agent added, and those that the version no longer has. `older` is the version that the connexion follows, when that is
/// known: what the agent changed of it stays, what the agent removed of it stays away, and the rest follows the newer one.
/// Without it, names and types stay, and what the connexion does not have comes. Tables keep their names.
pub fn upgrade(current: &Mapping, newer: &Mapping, older: Option<&Mapping>) -> Mapping {
    let mut upgraded = current.clone();
    for table in &newer.tables {
        let known = older.and_then(|older| older.table(&table.key));
        match upgraded.tables.iter_mut().find(|ours| ours.key == table.key) {
            Some(ours) => upgrade_table(ours, table, known),
            None if known.is_some() => {}
            None => {
                let is_free = |name: &str| upgraded.tables.iter().all(|other| small(&other.name) != small(name));
                let name = first_free(table.name.clone(), |base, number| format!("{base} ({number})"), is_free);
                upgraded.tables.push(TableMapping { name, ..table.clone() });
            }
        }
    }
    // Of what both have, the older words stay: drift is measured against them.
    for (id, field) in &newer.fields {
        let is_used = || {
            let fields = upgraded.tables.iter().flat_map(|table| &table.columns).flat_map(|column| &column.sources);
            let is_bloc = |table: &TableMapping| matches!(&table.key, crate::mapping::TableKey::Repetition(bloc) if bloc == id);
            fields.filter_map(Field::descriptor).any(|used| used == id) || upgraded.tables.iter().any(is_bloc)
        };
        if !upgraded.fields.contains_key(id) && is_used() {
            upgraded.fields.insert(id.clone(), field.clone());
        }
    }
    upgraded
}

fn upgrade_table(ours: &mut TableMapping, newer: &TableMapping, older: Option<&TableMapping>) {
    let mut seen = Vec::new();
    for column in &newer.columns {
        let known = older.and_then(|older| older.twin(column));
        let missing: Vec<Field> = ours.missing(column).cloned().collect();
        let Some(index) = twin(ours, column) else {
            if known.is_none() {
                let name = free_name(ours, &column.name, None);
                ours.columns.push(ColumnMapping { name, ..column.clone() });
                seen.push(ours.columns.len() - 1);
            }
            continue;
        };
        let is_first = !seen.contains(&index);
        seen.push(index);
        let wanted = free_name(ours, &column.name, Some(index));
        if let Some(twin) = ours.columns.get_mut(index) {
            // What names it in the binding stays first.
            twin.sources.extend(missing);
            if is_first {
                // A name that another has by now is not taken up.
                if wanted == column.name {
                    follow(&mut twin.name, &column.name, known.map(|known| &known.name));
                }
                follow(&mut twin.description, &column.description, known.map(|known| &known.description));
                follow(&mut twin.column_type, &column.column_type, known.map(|known| &known.column_type));
            }
        }
    }
}

/// Takes the newer value in the place of one that is still as the older version had it.
fn follow<T: Clone + PartialEq>(current: &mut T, newer: &T, older: Option<&T>) {
    if older == Some(&*current) {
        current.clone_from(newer);
    }
}

/// A name that no other column of the table has.
fn free_name(table: &TableMapping, name: &str, except: Option<usize>) -> String {
    let is_free = |name: &str| table.columns.iter().enumerate().all(|(index, other)| Some(index) == except || small(&other.name) != small(name));
    first_free(name.to_owned(), |base, number| format!("{base} ({number})"), is_free)
}
