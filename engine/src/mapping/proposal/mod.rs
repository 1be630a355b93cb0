//! The proposal: everything that could be imported, with what is ticked at first.

mod alike;
mod builder;
mod naming;
mod samples;
mod turns;

pub use self::turns::Family;
use self::{
    builder::Builder,
    naming::{LONGEST_TABLE_NAME, cut},
    samples::Samples,
};
use super::{ColumnMapping, Field, KnownFields, LinkedTable, Mapping, RowField, TableKey, TableMapping, offers};
use crate::{
    ds::{
        ChampType, Demarche, DemarcheNumber, DescriptorId, Dossier, Operation,
        operations::{DossiersVariables, PageVariables, Parts},
    },
    grist::ColumnType,
    sorted::{SortedMap, SortedSet},
    words,
};

/// A form with at most this many fields is proposed whole: its table stays readable.
const SMALL_FORM: usize = 40;

/// What a section's lines are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SectionOrigin {
    /// What every dossier has.
    Dossier,
    /// Who asks.
    Demandeur,
    /// Fields of the form.
    Champs,
    /// Annotations privées.
    Annotations,
    /// The fields of a bloc répétable, which get a table of their own.
    Repetition(DescriptorId),
    /// What is known of other things that a dossier has several of, which get a table of their own on choice.
    Linked(LinkedTable),
}

/// A possible column.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark on the line that people see")]
pub struct Line {
    /// What would fill it.
    pub field: Field,
    /// The field's label, whole.
    pub label: String,
    /// What this column takes of the field, when the field offers several.
    pub part: Option<String>,
    /// The field's type; none for what every dossier has.
    pub champ_type: Option<ChampType>,
    /// Whether usagers must fill it.
    pub is_required: bool,
    /// Whether it speaks of a person.
    pub is_personal: bool,
    /// The column's name; agents may change it before the first run.
    pub column_name: String,
    /// The column's type.
    pub column_type: ColumnType,
    /// Whether it will be imported.
    pub is_chosen: bool,
    /// Whether it is the table's key, which cannot be unticked.
    pub is_key: bool,
    /// A few values of recent dossiers, as people read them.
    pub samples: Vec<String>,
    /// Whether it is chosen with its field or its table, rather than for itself alone.
    pub is_proposed: bool,
    /// Whether [`Preset::Essential`] chooses it.
    pub is_essential: bool,
    /// The fields that its own takes turns with, by their place in [`Proposal::families`].
    pub family: Option<usize>,
    /// Whether another line's column takes what it would hold: it is not shown.
    pub is_folded: bool,
}

impl Line {
    /// Whether the line shows the first facet of its field, and so carries the field's name in a list.
    pub fn is_first_part(&self, previous: Option<&Self>) -> bool {
        match (self.field.descriptor(), previous.and_then(|line| line.field.descriptor())) {
            (Some(descriptor), Some(before)) => descriptor != before,
            _ => true,
        }
    }
}

/// A title of the form and what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// The form's title, or ours.
    pub title: String,
    /// What its lines are.
    pub origin: SectionOrigin,
    /// Which table they go to.
    pub table: TableKey,
    /// Its lines; never empty.
    pub lines: Vec<Line>,
}

/// What an agent starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// The main facets of a small form; of a large one, those of the fields that recent dossiers fill.
    Essential,
    /// The main facets of every field.
    Everything,
    /// The key alone.
    Nothing,
}

/// Everything that could be imported from a démarche.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The démarche's number.
    pub demarche: DemarcheNumber,
    /// The démarche's title.
    pub title: String,
    /// The name of each table; the main one first, then a table for each répétition, then those of other things.
    pub tables: Vec<(TableKey, String)>,
    /// In the order of the form; then those of tables on choice.
    pub sections: Vec<Section>,
    fields: KnownFields,
    families: Vec<Family>,
    /// Columns of a reopened mapping whose fields the form no longer has: older dossiers still do.
    kept: Vec<(TableKey, String, ColumnMapping)>,
}

impl Proposal {
    /// Proposes columns for a démarche. `samples` are a few recent dossiers with all their parts: their values are shown,
    /// and tell which fields of a large form are in use and who asks.
    pub fn new(demarche: &Demarche, samples: &[Dossier]) -> Self {
        let mut builder = Builder { samples: Samples::new(samples), fields: SortedMap::new(), sections: Vec::new(), tables: Vec::new() };
        builder.tables.push((TableKey::Dossiers, cut(demarche.title.trim(), LONGEST_TABLE_NAME)));
        builder.dossier();
        let revision = &demarche.active_revision;
        let is_small = revision.all_descriptors().filter(|descriptor| !offers(descriptor).is_empty()).count() <= SMALL_FORM;
        builder.form(&revision.champ_descriptors, &SectionOrigin::Champs, words::FIRST_SECTION, is_small);
        builder.form(&revision.annotation_descriptors, &SectionOrigin::Annotations, words::ANNOTATIONS_SECTION, is_small);
        builder.linked(revision);
        let mut proposal = Self {
            demarche: demarche.number,
            title: demarche.title.trim().to_owned(),
            tables: builder.tables,
            sections: builder.sections,
            fields: builder.fields,
            families: Vec::new(),
            kept: Vec::new(),
        };
        proposal.name_columns();
        proposal.name_tables();
        let families = alike::find(&proposal, revision, &builder.samples);
        proposal.set_families(families);
        proposal.apply(Preset::Essential);
        proposal
    }

    /// What to ask of DS for the samples: so many of the latest dossiers, with all that a proposal shows. `demarche` is
    /// their form: what it has none of is not asked for.
    pub fn sample_operation(demarche: &Demarche, dossiers: u32) -> Operation {
        let has = |wanted: fn(&ChampType) -> bool| demarche.active_revision.all_descriptors().any(|descriptor| wanted(&descriptor.champ_type));
        let page = PageVariables { last: Some(dossiers), ..PageVariables::of(demarche.number) };
        let parts = Parts {
            include_geometry: has(|champ_type| *champ_type == ChampType::Carte),
            include_columns: has(super::facet::has_columns),
            ..Parts::ALL
        };
        Operation::GetDossiers(DossiersVariables { page, parts })
    }

    /// The proposal with the choices of a mapping: to change it later. Mapped fields that the form no longer has stay in
    /// the mapping, since older dossiers have them; they are not shown.
    pub fn reopen(demarche: &Demarche, mapping: &Mapping, samples: &[Dossier]) -> Self {
        let mut proposal = Self::new(demarche, samples);
        proposal.take_turns_as(mapping);
        let mapped: SortedMap<(&TableKey, &Field), &ColumnMapping> = mapping
            .tables
            .iter()
            .flat_map(|table| table.columns.iter().filter_map(move |column| Some(((&table.key, column.key()?), column))))
            .collect();
        let keys: Vec<Vec<Field>> =
            proposal.sections.iter().map(|section| section.lines.iter().map(|line| proposal.key(section, line).clone()).collect()).collect();
        for (section, keys) in proposal.sections.iter_mut().zip(&keys) {
            for (line, key) in section.lines.iter_mut().zip(keys) {
                let column = mapped.get(&(&section.table, key)).filter(|_| !line.is_folded);
                line.is_chosen = line.is_key || column.is_some();
                if let Some(column) = column {
                    line.column_name.clone_from(&column.name);
                    line.column_type.clone_from(&column.column_type);
                }
            }
        }
        for (key, name) in &mut proposal.tables {
            if let Some(table) = mapping.table(key) {
                name.clone_from(&table.name);
            }
        }
        let offered: SortedSet<&Field> =
            keys.iter().flatten().chain(proposal.sections.iter().flat_map(|section| &section.lines).map(|line| &line.field)).collect();
        let is_kept = |column: &&ColumnMapping| column.key().is_some_and(|key| key.descriptor().is_some() && !offered.contains(key));
        proposal.kept = mapping
            .tables
            .iter()
            .flat_map(|table| table.columns.iter().filter(is_kept).map(|column| (table.key.clone(), table.name.clone(), column.clone())))
            .collect();
        proposal.fields.extend(
            mapping
                .fields
                .iter()
                .filter(|(id, _)| !proposal.fields.contains_key(id))
                .map(|(id, known)| (id.clone(), known.clone()))
                .collect::<Vec<_>>(),
        );
        proposal
    }

    /// The fields of the form that could be mapped.
    pub const fn fields(&self) -> &KnownFields {
        &self.fields
    }

    /// Ticks what the preset says. Tables on choice stay as they are: they are chosen apart.
    pub fn apply(&mut self, preset: Preset) {
        let sections = self.sections.iter_mut().filter(|section| !matches!(section.origin, SectionOrigin::Linked(_)));
        for line in sections.flat_map(|section| &mut section.lines) {
            line.is_chosen = line.is_key
                || !line.is_folded
                    && match preset {
                        Preset::Essential => line.is_essential,
                        Preset::Everything => line.is_proposed,
                        Preset::Nothing => false,
                    };
        }
    }

    /// How many lines are ticked, in all tables.
    pub fn chosen(&self) -> usize {
        self.sections.iter().flat_map(|section| &section.lines).filter(|line| line.is_chosen).count()
    }

    /// The mapping of what is ticked. A répétition, or another kind of thing, with nothing ticked has no table.
    pub fn into_mapping(self) -> Mapping {
        let mut fields = SortedMap::new();
        let mut tables = Vec::new();
        let mut named = self.tables.clone();
        for (key, name, _) in &self.kept {
            if !named.iter().any(|(known, _)| known == key) {
                named.push((key.clone(), name.clone()));
            }
        }
        for (key, name) in named {
            let chosen: Vec<&Line> = self
                .sections
                .iter()
                .filter(|section| section.table == key)
                .flat_map(|section| &section.lines)
                .filter(|line| line.is_chosen)
                .collect();
            let kept: Vec<&ColumnMapping> = self.kept.iter().filter(|(table, ..)| *table == key).map(|(.., column)| column).collect();
            if chosen.is_empty() && kept.is_empty() {
                continue;
            }
            let mut columns = Vec::new();
            if key != TableKey::Dossiers {
                let relation = |field, name: &str, column_type| ColumnMapping {
                    sources: vec![Field::Row(field)],
                    name: name.to_owned(),
                    description: String::new(),
                    column_type,
                };
                // The target of the reference is known when the main table is.
                columns.push(relation(RowField::Dossier, words::ROW_DOSSIER, ColumnType::Ref("".into())));
                columns.push(relation(RowField::Id, words::row_id(&key), ColumnType::Text));
            }
            if let TableKey::Repetition(descriptor) = &key {
                fields.extend(self.fields.get(descriptor).map(|known| (descriptor.clone(), known.clone())));
            }
            for line in chosen {
                let sources = self.sources(&key, line);
                for descriptor in sources.iter().filter_map(Field::descriptor) {
                    fields.extend(self.fields.get(descriptor).map(|known| (descriptor.clone(), known.clone())));
                }
                let description = match &line.part {
                    _ if line.field.descriptor().is_none() => String::new(),
                    _ if sources.len() > 1 => words::shared_column(&line.label, line.part.as_deref(), sources.len()),
                    Some(part) => format!("{} – {part}", line.label),
                    None => line.label.clone(),
                };
                let name = if line.column_name.trim().is_empty() { line.label.as_str() } else { line.column_name.trim() };
                columns.push(ColumnMapping {
                    sources: sources.to_vec(),
                    description: if description == name { String::new() } else { description },
                    name: name.to_owned(),
                    column_type: line.column_type.clone(),
                });
            }
            for column in kept {
                for descriptor in column.sources.iter().filter_map(Field::descriptor) {
                    fields.extend(self.fields.get(descriptor).map(|known| (descriptor.clone(), known.clone())));
                }
                columns.push(column.clone());
            }
            tables.push(TableMapping { key, name, columns });
        }
        Mapping { format: super::FORMAT, demarche: self.demarche, title: self.title, tables, fields }
    }
}

#[cfg(test)]
mod tests;
