//! Fields that take turns: forms ask the same thing once per département, or per kind of applicant, and show one of them.
//! One column may take them all (DESIGN section 2).

use super::{Line, Proposal, Section, alike::split};
use crate::{
    ds::DescriptorId,
    grist::ColumnType,
    letters::small,
    mapping::{ColumnMapping, Field, Mapping, TableKey},
    naming::first_free,
    sorted::SortedSet,
    words,
};

/// Fields that take turns.
#[derive(Clone, Debug, PartialEq)]
pub struct Family {
    /// What their labels have in common: « Arrondissement du demandeur ».
    pub label: String,
    /// How many fields they are.
    pub size: usize,
    /// Whether there is one per département.
    pub is_by_departement: bool,
    /// Whether they share their columns.
    pub is_joined: bool,
    pub(super) table: TableKey,
    pub(super) columns: Vec<Shared>,
}

impl Family {
    fn empty(table: &TableKey) -> Self {
        Self { label: String::new(), size: 0, is_by_departement: false, is_joined: false, table: table.clone(), columns: Vec::new() }
    }

    /// The fields, once for each column that they share.
    fn fields(&self) -> impl Iterator<Item = &DescriptorId> {
        self.columns.iter().flat_map(|shared| &shared.sources).filter_map(Field::descriptor)
    }
}

/// A column that such fields can share.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shared {
    /// The line that shows it.
    pub(super) line: Field,
    /// What fills it, in the order in which it is looked at.
    pub(super) sources: Vec<Field>,
    /// The line as it is in the other case, shared or not.
    pub(super) other: Face,
}

/// What changes of a line when its column is shared.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Face {
    pub(super) label: String,
    pub(super) part: Option<String>,
    pub(super) column_name: String,
    pub(super) column_type: ColumnType,
    pub(super) samples: Vec<String>,
    pub(super) is_required: bool,
    pub(super) is_proposed: bool,
    pub(super) is_essential: bool,
}

impl Face {
    fn swap(&mut self, line: &mut Line) {
        std::mem::swap(&mut self.label, &mut line.label);
        std::mem::swap(&mut self.part, &mut line.part);
        std::mem::swap(&mut self.column_name, &mut line.column_name);
        std::mem::swap(&mut self.column_type, &mut line.column_type);
        std::mem::swap(&mut self.samples, &mut line.samples);
        std::mem::swap(&mut self.is_required, &mut line.is_required);
        std::mem::swap(&mut self.is_proposed, &mut line.is_proposed);
        std::mem::swap(&mut self.is_essential, &mut line.is_essential);
    }
}

impl Proposal {
    /// Fields that take turns, as the form and recent dossiers show them.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    /// Takes families over, with names that nothing else has, and joins those that are joined.
    pub(super) fn set_families(&mut self, families: Vec<Family>) {
        let mut taken: SortedSet<(TableKey, String)> =
            self.sections.iter().flat_map(|section| section.lines.iter().map(|line| (section.table.clone(), small(&line.column_name)))).collect();
        let relations = self.tables.iter().flat_map(|(key, _)| [words::ROW_DOSSIER, words::row_id(key)].map(|name| (key.clone(), small(name))));
        taken.extend(relations.filter(|(key, _)| *key != TableKey::Dossiers));
        for mut family in families {
            for shared in &mut family.columns {
                let base = std::mem::take(&mut shared.other.column_name);
                shared.other.column_name =
                    first_free(base, |base, number| format!("{base} ({number})"), |name| taken.insert((family.table.clone(), small(name))));
            }
            self.add_family(family);
        }
    }

    fn add_family(&mut self, mut family: Family) {
        let is_joined = std::mem::take(&mut family.is_joined);
        let index = self.families.len();
        let members: Vec<&DescriptorId> = family.fields().collect();
        for line in lines_mut(&mut self.sections, &family.table) {
            if line.field.descriptor().is_some_and(|id| members.contains(&id)) {
                line.family = Some(index);
            }
        }
        self.families.push(family);
        if is_joined {
            self.join(index);
        }
    }

    /// Shares columns as a mapping does, and no other. Fields that take turns with those of a mapping and are not in it,
    /// because the form has them since, join them.
    pub(super) fn take_turns_as(&mut self, mapping: &Mapping) {
        for table in &mapping.tables {
            let apart: Vec<&DescriptorId> =
                table.columns.iter().filter(|column| column.sources.len() == 1).filter_map(|column| column.key()?.descriptor()).collect();
            for index in 0..self.families.len() {
                let is_apart = self
                    .families
                    .get(index)
                    .is_some_and(|family| family.table == table.key && family.fields().any(|descriptor| apart.contains(&descriptor)));
                if is_apart {
                    self.part(index);
                }
            }
            // The columns of one family have the facets of the same fields.
            let mut families: Vec<(Vec<&DescriptorId>, Vec<&ColumnMapping>)> = Vec::new();
            for column in table.columns.iter().filter(|column| column.sources.len() > 1) {
                let fields: Vec<&DescriptorId> = column.sources.iter().filter_map(Field::descriptor).collect();
                match families.iter_mut().find(|(known, _)| *known == fields) {
                    Some((_, columns)) => columns.push(column),
                    None => families.push((fields, vec![column])),
                }
            }
            for (_, columns) in families {
                self.share(&table.key, &columns);
            }
        }
    }

    fn share(&mut self, table: &TableKey, columns: &[&ColumnMapping]) {
        let is_of = |shared: &Shared, column: &ColumnMapping| column.sources.iter().any(|source| shared.sources.contains(source));
        let overlaps =
            |family: &Family| family.table == *table && family.columns.iter().any(|shared| columns.iter().any(|column| is_of(shared, column)));
        let found = self.families.iter().position(overlaps);
        if let Some(index) = found {
            self.part(index);
        }
        let found = found.and_then(|index| self.families.get_mut(index));
        let mut family = found.map_or_else(|| Family::empty(table), |found| std::mem::replace(found, Family::empty(table)));
        for column in columns {
            if let Some(shared) = family.columns.iter_mut().find(|shared| is_of(shared, column)) {
                let since = std::mem::take(&mut shared.sources).into_iter().filter(|source| !column.sources.contains(source));
                shared.sources = column.sources.iter().cloned().chain(since).collect();
                shared.other.column_name.clone_from(&column.name);
                shared.other.column_type = column.column_type.clone();
                continue;
            }
            let lines = self.sections.iter().filter(|section| section.table == *table).flat_map(|section| &section.lines);
            let offered: Vec<&Line> = lines.filter(|line| column.sources.contains(&line.field)).collect();
            // None is left in the form: the column is kept as it is.
            let Some(line) = column.sources.iter().find_map(|source| offered.iter().find(|line| line.field == *source)) else { continue };
            if family.label.is_empty() {
                family.label = split(&line.label).map_or_else(|| line.label.clone(), |(common, _)| common);
            }
            let other = Face {
                label: family.label.clone(),
                part: line.part.clone(),
                column_name: column.name.clone(),
                column_type: column.column_type.clone(),
                samples: line.samples.clone(),
                is_required: line.is_required,
                is_proposed: true,
                is_essential: offered.iter().any(|line| line.is_essential),
            };
            family.columns.push(Shared { line: line.field.clone(), sources: column.sources.clone(), other });
        }
        if family.columns.is_empty() {
            return;
        }
        family.size = family.columns.iter().map(|shared| shared.sources.len()).max().unwrap_or_default();
        family.is_joined = true;
        self.add_family(family);
    }

    /// Makes the fields of a family share their columns. They are chosen when one of them was.
    pub fn join(&mut self, family: usize) {
        self.turn(family, true);
    }

    /// Gives the fields of a family columns of their own again, chosen as the shared ones were.
    pub fn part(&mut self, family: usize) {
        self.turn(family, false);
    }

    fn turn(&mut self, index: usize, is_joined: bool) {
        let Some(family) = self.families.get_mut(index).filter(|family| family.is_joined != is_joined) else { return };
        family.is_joined = is_joined;
        let chosen: Vec<Field> = lines_mut(&mut self.sections, &family.table)
            .filter(|line| line.family == Some(index) && line.is_chosen)
            .map(|line| line.field.clone())
            .collect();
        for line in lines_mut(&mut self.sections, &family.table).filter(|line| line.family == Some(index)) {
            let shared = family.columns.iter_mut().find(|shared| shared.sources.contains(&line.field));
            line.is_chosen = match &shared {
                Some(shared) if is_joined => shared.line == line.field && shared.sources.iter().any(|source| chosen.contains(source)),
                Some(shared) => chosen.contains(&shared.line),
                None => false,
            };
            let stands = shared.filter(|shared| shared.line == line.field);
            line.is_folded = is_joined && stands.is_none();
            if let Some(shared) = stands {
                shared.other.swap(line);
            }
        }
    }

    /// What fills the column of a line.
    pub(super) fn sources<'a>(&'a self, table: &TableKey, line: &'a Line) -> &'a [Field] {
        let family = line.family.and_then(|index| self.families.get(index)).filter(|family| family.is_joined && family.table == *table);
        let shared = family.and_then(|family| family.columns.iter().find(|shared| shared.line == line.field));
        shared.map_or(std::slice::from_ref(&line.field), |shared| &shared.sources)
    }

    /// What names the column of a line in a binding.
    pub fn key<'a>(&'a self, section: &'a Section, line: &'a Line) -> &'a Field {
        self.sources(&section.table, line).first().unwrap_or(&line.field)
    }
}

fn lines_mut<'a>(sections: &'a mut [Section], table: &TableKey) -> impl Iterator<Item = &'a mut Line> {
    sections.iter_mut().filter(move |section| section.table == *table).flat_map(|section| &mut section.lines)
}
