//! The plan: which tables and columns a run fills, and which it must make first.

use super::{
    Problem, ProblemKind,
    convert::is_writable,
    options::{in_step, widget_options},
    system_tables,
};
use crate::{
    ds::{ChampDescriptor, ChampType, Demarche, DescriptorId, operations::Parts},
    grist::{
        ColumnId, ColumnType, DocumentSchema, NewColumn, SchemaColumn, SchemaTable, TableId, UserAction, WidgetOptions, free_identifier, is_title_of,
    },
    mapping::{
        Binding, ColumnBinding, ColumnMapping, DossierField, Facet, Field, LinkedTable, Mapping, RowField, TableBinding, TableKey, TableMapping,
        Translation,
    },
    sorted::{SortedMap, SortedSet},
};

/// A column that the run fills.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedColumn {
    /// What fills it.
    pub sources: Vec<Field>,
    /// Its id, now.
    pub id: ColumnId,
    /// Its label, now.
    pub name: String,
    /// Its type, now: agents may have changed it.
    pub column_type: ColumnType,
    /// How it shows values, now: a list of choices grows with what is written.
    pub widget_options: WidgetOptions,
}

impl PlannedColumn {
    /// Whether files are copied into it.
    pub(super) fn takes_files(&self) -> bool {
        self.column_type == ColumnType::Attachments && self.sources.iter().any(Field::is_files)
    }
}

/// A table that the run fills.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedTable {
    /// What its rows are.
    pub key: TableKey,
    /// Its id, now.
    pub id: TableId,
    /// Its name when it was made.
    pub name: String,
    /// Whether the run makes it: then it has no rows to read.
    pub is_new: bool,
    /// The columns that are filled from a dossier. The first of the main table is its key.
    pub columns: Vec<PlannedColumn>,
    /// Of a table beside the main one: the columns that hold the dossier's row and the row's id.
    pub relation: Option<(ColumnId, ColumnId)>,
}

/// What a run will do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The main table first.
    pub tables: Vec<PlannedTable>,
    /// What to make before any row is written.
    pub structure: Vec<UserAction>,
    /// Lists of choices that lack something of the form's. Apart, since values are written without them too.
    pub choices: Vec<UserAction>,
    /// The binding with what will be made.
    pub binding: Binding,
    /// Which parts of dossiers to ask for.
    pub parts: Parts,
    /// Columns and tables that are left alone, and why.
    pub problems: Vec<Problem>,
    /// Changes when rows already written may no longer be as they should: another type, another column.
    pub fingerprint: String,
}

impl Plan {
    /// See [`Binding::rename_made`].
    pub(super) fn rename_made(&mut self, table: &TableId, wanted: &ColumnId, given: &ColumnId) {
        for planned in self.tables.iter_mut().filter(|planned| planned.id == *table) {
            let relation = planned.relation.iter_mut().flat_map(|(dossier, id)| [dossier, id]);
            for id in planned.columns.iter_mut().map(|column| &mut column.id).chain(relation).filter(|id| *id == wanted) {
                id.clone_from(given);
            }
        }
    }
}

/// Why nothing can be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// The main table was removed.
    #[error("the main table is gone")]
    MainTableMissing(String),
    /// The main table is hidden from this person.
    #[error("the main table is hidden")]
    MainTableHidden(String),
    /// The column of the dossiers' numbers cannot be written: rows could not be found again.
    #[error("the key column cannot be used")]
    KeyColumn(Problem),
    /// The mapping has no main table, or no number in it: not one that Relais made.
    #[error("the mapping has no key")]
    NoKey,
}

/// Compares a mapping with the document, by reference, and plans what is missing. Pure: nothing is read or written.
/// `translation` says how the mapping's fields are called in this démarche.
pub fn plan(
    mapping: &Mapping,
    translation: Translation<'_>,
    binding: &Binding,
    schema: &DocumentSchema,
    demarche: &Demarche,
) -> Result<Plan, PlanError> {
    let mut planner = Planner {
        schema,
        demarche,
        translation,
        binding: binding.clone(),
        // Relais's own may be made in the same call.
        taken: schema.tables().iter().map(|table| table.id.as_str()).chain(system_tables::NAMES).map(str::to_ascii_lowercase).collect(),
        structure: Vec::new(),
        choices: Vec::new(),
        problems: Vec::new(),
    };
    let main = mapping.tables.first().filter(|table| table.key == TableKey::Dossiers).ok_or(PlanError::NoKey)?;
    if main.columns.first().and_then(ColumnMapping::key) != Some(&Field::Dossier(DossierField::Number)) {
        return Err(PlanError::NoKey);
    }
    let main = match planner.table(main, None) {
        Ok(table) => table,
        Err(ProblemKind::HiddenTable { table }) => return Err(PlanError::MainTableHidden(table)),
        Err(_) => return Err(PlanError::MainTableMissing(main.name.clone())),
    };
    if main.columns.first().and_then(|column| column.sources.first()) != Some(&Field::Dossier(DossierField::Number)) {
        let problem = planner.problems.into_iter().next().ok_or(PlanError::NoKey)?;
        return Err(PlanError::KeyColumn(problem));
    }
    let main_id = main.id.clone();
    let mut tables = vec![main];
    for table in mapping.tables.iter().skip(1) {
        match planner.table(table, Some(&main_id)) {
            Ok(planned) if planned.relation.is_some() => tables.push(planned),
            Ok(_) => {}
            Err(kind) => planner.problems.push(Problem { dossier: None, kind }),
        }
    }
    Ok(Plan {
        parts: parts(&tables, demarche),
        fingerprint: fingerprint(mapping, &tables),
        tables,
        structure: planner.structure,
        choices: planner.choices,
        binding: planner.binding,
        problems: planner.problems,
    })
}

/// Type and place of every column that is filled. A column's name does not count, nor what a person may not see today.
fn fingerprint(mapping: &Mapping, tables: &[PlannedTable]) -> String {
    use std::hash::{BuildHasher, Hash, Hasher};
    let mut hasher = foldhash::quality::FixedState::default().build_hasher();
    for table in tables {
        table.key.to_string().hash(&mut hasher);
        for column in &table.columns {
            for source in &column.sources {
                source.to_string().hash(&mut hasher);
            }
            column.column_type.to_string().hash(&mut hasher);
        }
    }
    format!("{}-{:016x}", mapping.fingerprint(), hasher.finish())
}

struct Planner<'a> {
    schema: &'a DocumentSchema,
    demarche: &'a Demarche,
    translation: Translation<'a>,
    binding: Binding,
    /// Ids of tables in the document or planned, in lower case.
    taken: SortedSet<String>,
    structure: Vec<UserAction>,
    choices: Vec<UserAction>,
    problems: Vec<Problem>,
}

impl Planner<'_> {
    fn table(&mut self, mapping: &TableMapping, main: Option<&TableId>) -> Result<PlannedTable, ProblemKind> {
        let Some(binding) = self.binding.tables.get(&mapping.key) else { return Ok(self.new_table(mapping, main)) };
        let table = binding.find(self.schema).ok_or_else(|| ProblemKind::MissingTable { table: mapping.name.clone() })?;
        if table.is_hidden() {
            return Err(ProblemKind::HiddenTable { table: mapping.name.clone() });
        }
        Ok(self.existing_table(mapping, table, main))
    }

    fn new_table(&mut self, mapping: &TableMapping, main: Option<&TableId>) -> PlannedTable {
        let id = free_identifier(&mapping.name, "Dossiers", true, |candidate| self.taken.contains(candidate));
        self.taken.insert(id.to_ascii_lowercase());
        let id = TableId::from(id.as_str());
        let mut names = SortedSet::new();
        let (mut columns, mut filled, mut bound, mut relation) = (Vec::new(), Vec::new(), SortedMap::new(), Relation::default());
        for column in &mapping.columns {
            let Some(key) = column.key() else { continue };
            let new = self.new_column(column, key, &mut names, main);
            bound.insert(key.clone(), ColumnBinding { reference: None, id: new.id.clone() });
            if !relation.take(key, &new.id) {
                filled.push(self.planned(column, &new));
            }
            columns.push(new);
        }
        let title = is_title_of(&mapping.name, id.as_str()).then(|| mapping.name.clone());
        self.structure.push(UserAction::AddTable { table: id.clone(), title, columns });
        self.binding.tables.insert(mapping.key.clone(), TableBinding { reference: None, id: id.clone(), columns: bound });
        PlannedTable {
            key: self.translation.table(&mapping.key),
            id,
            name: mapping.name.clone(),
            is_new: true,
            columns: filled,
            relation: relation.whole(),
        }
    }

    fn existing_table(&mut self, mapping: &TableMapping, table: &SchemaTable, main: Option<&TableId>) -> PlannedTable {
        let mut names: SortedSet<String> = table.columns.iter().map(|column| column.id.as_str().to_ascii_lowercase()).collect();
        let (mut filled, mut relation) = (Vec::new(), Relation::default());
        for column in &mapping.columns {
            let Some(key) = column.key() else { continue };
            let bound = self.binding.tables.get(&mapping.key).and_then(|binding| binding.columns.get(key)).cloned();
            let Some(bound) = bound else {
                let new = self.new_column(column, key, &mut names, main);
                if let Some(binding) = self.binding.tables.get_mut(&mapping.key) {
                    binding.columns.insert(key.clone(), ColumnBinding { reference: None, id: new.id.clone() });
                }
                if !relation.take(key, &new.id) {
                    filled.push(self.planned(column, &new));
                }
                self.structure.push(UserAction::AddVisibleColumn { table: table.id.clone(), column: new });
                continue;
            };
            match existing_column(column, bound.find(table)) {
                Ok(found) if matches!(key, Field::Row(_)) => {
                    relation.take(key, &found.id);
                }
                Ok(found) => {
                    let sources = self.sources(column);
                    let longer = in_step(&found.widget_options, &sources, &found.column_type, self.demarche, self.translation.is_first());
                    if let Some(widget_options) = longer.clone() {
                        self.choices.push(UserAction::ModifyWidgetOptions { table: table.id.clone(), column: found.id.clone(), widget_options });
                    }
                    filled.push(PlannedColumn {
                        sources,
                        id: found.id.clone(),
                        name: found.label.clone(),
                        column_type: found.column_type.clone(),
                        widget_options: longer.unwrap_or_else(|| found.widget_options.clone()),
                    });
                }
                Err(kind) => self.problems.push(Problem { dossier: None, kind }),
            }
        }
        PlannedTable {
            key: self.translation.table(&mapping.key),
            id: table.id.clone(),
            name: mapping.name.clone(),
            is_new: false,
            columns: filled,
            relation: relation.whole(),
        }
    }

    /// What fills a column, in this démarche.
    fn sources(&self, mapping: &ColumnMapping) -> Vec<Field> {
        mapping.sources.iter().map(|source| self.translation.field(source)).collect()
    }

    fn planned(&self, mapping: &ColumnMapping, new: &NewColumn) -> PlannedColumn {
        PlannedColumn {
            sources: self.sources(mapping),
            id: new.id.clone(),
            name: new.label.clone(),
            column_type: new.column_type.clone(),
            widget_options: new.widget_options.clone(),
        }
    }

    fn new_column(&self, mapping: &ColumnMapping, key: &Field, names: &mut SortedSet<String>, main: Option<&TableId>) -> NewColumn {
        let id = free_identifier(&mapping.name, "Champ", false, |candidate| names.contains(candidate));
        names.insert(id.to_ascii_lowercase());
        let column_type = match (key, main) {
            (Field::Row(RowField::Dossier), Some(main)) => ColumnType::Ref(main.clone()),
            _ => mapping.column_type.clone(),
        };
        NewColumn {
            id: ColumnId::from(id.as_str()),
            label: mapping.name.clone(),
            widget_options: widget_options(&self.sources(mapping), &column_type, self.demarche),
            column_type,
        }
    }
}

/// Rules 3 and 4: what an agent removed, hid, or turned into a formula is left alone, and said.
fn existing_column<'a>(mapping: &ColumnMapping, column: Option<&'a SchemaColumn>) -> Result<&'a SchemaColumn, ProblemKind> {
    let name = || mapping.name.clone();
    let column = column.ok_or_else(|| ProblemKind::MissingColumn { column: name() })?;
    if column.is_hidden() {
        return Err(ProblemKind::HiddenColumn { column: name() });
    }
    if column.is_formula {
        return Err(ProblemKind::FormulaColumn { column: column.label.clone() });
    }
    let is_relation = mapping.key() == Some(&Field::Row(RowField::Dossier));
    let takes_files = column.column_type == ColumnType::Attachments && mapping.sources.iter().any(Field::is_files);
    if !is_relation && !takes_files && !is_writable(&column.column_type) {
        return Err(ProblemKind::UnwritableColumn { column: column.label.clone(), column_type: column.column_type.clone() });
    }
    Ok(column)
}

/// The two columns that tie the rows of a table beside the main one to DS. Without both, its rows cannot be found again.
#[derive(Default)]
struct Relation {
    dossier: Option<ColumnId>,
    id: Option<ColumnId>,
}

impl Relation {
    /// Takes the column if it is one of the two.
    fn take(&mut self, key: &Field, column: &ColumnId) -> bool {
        match key {
            Field::Row(RowField::Dossier) => self.dossier = Some(column.clone()),
            Field::Row(RowField::Id) => self.id = Some(column.clone()),
            _ => return false,
        }
        true
    }

    fn whole(self) -> Option<(ColumnId, ColumnId)> {
        self.dossier.zip(self.id)
    }
}

/// What the columns need of a dossier. A field that the form no longer has may be a champ or an annotation.
fn parts(tables: &[PlannedTable], demarche: &Demarche) -> Parts {
    let revision = &demarche.active_revision;
    let has = |descriptors: &[ChampDescriptor], wanted: &DescriptorId| {
        descriptors.iter().any(|descriptor| descriptor.id == *wanted || descriptor.champ_descriptors.iter().any(|inner| inner.id == *wanted))
    };
    let mut parts = Parts::default();
    let need = |parts: &mut Parts, descriptor: &DescriptorId| {
        parts.include_champs |= !has(&revision.annotation_descriptors, descriptor);
        parts.include_annotations |= !has(&revision.champ_descriptors, descriptor);
    };
    for table in tables {
        match &table.key {
            TableKey::Dossiers => {}
            TableKey::Repetition(descriptor) => need(&mut parts, descriptor),
            TableKey::Linked(LinkedTable::Avis) => parts.include_avis = true,
            TableKey::Linked(LinkedTable::Messages) => parts.include_messages = true,
            TableKey::Linked(LinkedTable::Traitements) => parts.include_traitements = true,
            TableKey::Linked(LinkedTable::Instructeurs) => parts.include_instructeurs = true,
            TableKey::Linked(LinkedTable::Zones) => {
                parts.include_geometry = true;
                // An older revision may have one where the present one has none.
                let is_annotation = has_carte(&revision.annotation_descriptors);
                parts.include_champs |= has_carte(&revision.champ_descriptors) || !is_annotation;
                parts.include_annotations |= is_annotation;
            }
        }
    }
    let columns = || tables.iter().flat_map(|table| &table.columns);
    parts.include_file_contents = columns().any(PlannedColumn::takes_files);
    for source in columns().flat_map(|column| &column.sources) {
        if let Some(descriptor) = source.descriptor() {
            need(&mut parts, descriptor);
        }
        match source {
            Field::Champ(_, Facet::FileNames | Facet::FileCount | Facet::Files | Facet::Rows) => parts.include_files = true,
            Field::Champ(_, Facet::Latitude | Facet::Longitude | Facet::GeoJson | Facet::Surface) => parts.include_geometry = true,
            Field::Dossier(DossierField::Instructeurs) => parts.include_instructeurs = true,
            Field::Part(..) => parts.include_columns = true,
            _ => {}
        }
    }
    parts
}

fn has_carte(descriptors: &[ChampDescriptor]) -> bool {
    descriptors.iter().any(|descriptor| descriptor.champ_type == ChampType::Carte || has_carte(&descriptor.champ_descriptors))
}
