//! A template, applied to a démarche.

use super::{Matching, Template, parts};
use crate::{
    ds::{Demarche, DescriptorId},
    mapping::{ColumnMapping, Field, Keeping, KnownFields, Mapping, Scope, Sibling, TableKey, TableMapping, Translation},
};

/// A column that the démarche has no field for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its table.
    pub table: String,
    /// Its name.
    pub column: String,
}

/// What a template becomes for a démarche.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// What goes where.
    pub mapping: Mapping,
    /// Which dossiers.
    pub scope: Scope,
    /// What becomes of the others.
    pub keeping: Keeping,
    /// The columns that are left out.
    pub left_out: Vec<LeftOut>,
    /// The groupes instructeurs of the scope that it does not have.
    pub lost_groupes: Vec<String>,
    /// The labels of the scope that it does not have.
    pub lost_labels: Vec<String>,
}

impl Applied {
    /// Whether a filter lost all that it let through, and so is none any more: dossiers come that the template leaves out.
    pub fn is_wider(&self) -> bool {
        let is_lost = |lost: &[String], is_none: bool| !lost.is_empty() && is_none;
        is_lost(&self.lost_groupes, self.scope.groupes.is_empty()) || is_lost(&self.lost_labels, self.scope.labels.is_empty())
    }
}

impl Matching {
    /// Applies the template. What is asked and was not answered is left out, as what is missing is.
    pub fn apply(&self, template: &Template, demarche: &Demarche) -> Applied {
        if self.is_same_demarche() {
            return Applied {
                mapping: template.mapping.clone(),
                scope: template.scope.here(),
                keeping: template.keeping,
                left_out: Vec::new(),
                lost_groupes: Vec::new(),
                lost_labels: Vec::new(),
            };
        }
        let (scope, lost_groupes, lost_labels) = template.scope.there(demarche);
        let mut fields = KnownFields::new();
        // A démarche of the same form is one whose fields have other ids: so is this.
        let mut twin = Sibling { number: demarche.number, title: demarche.title.trim().to_owned(), fields: Vec::new() };
        for (id, _) in &template.mapping.fields {
            if let Some((target, known)) = self.target(id) {
                twin.fields.push((id.clone(), target.clone()));
                fields.insert(target.clone(), known.clone());
            }
        }
        let translation = Translation::for_sibling(Some(&twin));
        let mut left_out = Vec::new();
        let mut tables = Vec::new();
        for table in &template.mapping.tables {
            let is_there = if let TableKey::Repetition(id) = &table.key { self.target(id).is_some() } else { true };
            let mut columns = Vec::new();
            for column in &table.columns {
                match self.column(column, translation, template).filter(|_| is_there) {
                    Some(column) => columns.push(column),
                    None => left_out.push(LeftOut { table: table.name.clone(), column: column.name.clone() }),
                }
            }
            // Two columns that tie rows to nothing are no table.
            let holds = |columns: &[ColumnMapping]| columns.iter().any(|column| !matches!(column.key(), Some(Field::Row(_))));
            if is_there && (holds(&columns) || !holds(&table.columns)) {
                tables.push(TableMapping { key: translation.table(&table.key), name: table.name.clone(), columns });
            }
        }
        let mapping = Mapping { format: template.mapping.format, demarche: twin.number, title: twin.title.clone(), tables, fields };
        Applied { mapping, scope, keeping: template.keeping, left_out, lost_groupes, lost_labels }
    }

    /// A column of the démarche's fields; none when it has none of them.
    fn column(&self, column: &ColumnMapping, translation: Translation<'_>, template: &Template) -> Option<ColumnMapping> {
        let mut sources = Vec::with_capacity(column.sources.len());
        for source in &column.sources {
            let source = match (source, source.descriptor().map(|id| (id, self.target(id)))) {
                (_, Some((_, None))) => continue,
                (Field::Part(_, key), Some((id, Some((target, _))))) if id != target => match parts::elsewhere(key, id, target) {
                    Some(key) => Field::Part(target.clone(), key),
                    None => continue,
                },
                _ => translation.field(source),
            };
            sources.push(source);
        }
        let description = match column.sources.as_slice() {
            [only] => only.descriptor().and_then(|id| self.described(id, &column.description, template)),
            _ => None,
        };
        let description = description.unwrap_or_else(|| column.description.clone());
        (!sources.is_empty()).then(|| ColumnMapping { sources, description, ..column.clone() })
    }

    /// The help on a column that starts with the label of its field: it starts with that of the démarche.
    fn described(&self, id: &DescriptorId, description: &str, template: &Template) -> Option<String> {
        let ours = template.mapping.fields.get(id)?.label.trim();
        let theirs = self.target(id)?.1.label.trim();
        let rest = description.strip_prefix(ours).filter(|_| !ours.is_empty())?;
        Some(format!("{theirs}{rest}"))
    }
}
