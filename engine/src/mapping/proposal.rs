//! The proposal: everything that could be imported, with what is ticked at first.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{ColumnMapping, DossierField, Facet, Field, KnownField, Mapping, RowField, TableKey, TableMapping, facet, offers};
use crate::{
    ds::{
        Champ, ChampDescriptor, ChampType, ChampValue, Demandeur, Demarche, DemarcheNumber, DescriptorId, Dossier, Operation,
        operations::{DossiersVariables, PageVariables, Parts},
    },
    grist::ColumnType,
    mapping::value::shown,
    naming::first_free,
    sync::dossier_value,
    words,
};

/// A form with at most this many fields is proposed whole: its table stays readable.
const SMALL_FORM: usize = 40;
/// The longest name of a column; the whole label is its help.
const LONGEST_NAME: usize = 60;
/// The longest name of a table.
const LONGEST_TABLE_NAME: usize = 40;
/// How many dossiers are looked at.
const SAMPLED: u32 = 10;
/// How many sample values a line shows.
const SAMPLES: usize = 3;

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
    pub part: Option<&'static str>,
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
    is_essential: bool,
    is_starred: bool,
}

impl Line {
    /// Whether the line shows the first facet of its field, and so carries the field's name in a list.
    pub fn is_first_part(&self, previous: Option<&Self>) -> bool {
        match (&self.field, previous.map(|line| &line.field)) {
            (Field::Champ(descriptor, _), Some(Field::Champ(before, _))) => descriptor != before,
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
    /// The name of each table; the main one first, then a table for each répétition.
    pub tables: Vec<(TableKey, String)>,
    /// In the order of the form.
    pub sections: Vec<Section>,
    fields: BTreeMap<DescriptorId, KnownField>,
    /// Columns of a reopened mapping whose fields the form no longer has: older dossiers still do.
    kept: Vec<(TableKey, String, ColumnMapping)>,
}

impl Proposal {
    /// Proposes columns for a démarche. `samples` are a few recent dossiers with all their parts: their values are shown,
    /// and tell which fields of a large form are in use and who asks.
    pub fn new(demarche: &Demarche, samples: &[Dossier]) -> Self {
        let mut builder = Builder { samples: Samples::new(samples), fields: BTreeMap::new(), sections: Vec::new(), tables: Vec::new() };
        builder.tables.push((TableKey::Dossiers, cut(demarche.title.trim(), LONGEST_TABLE_NAME)));
        builder.dossier(samples);
        let revision = &demarche.active_revision;
        let is_small = revision.all_descriptors().filter(|descriptor| !offers(descriptor).is_empty()).count() <= SMALL_FORM;
        builder.form(&revision.champ_descriptors, &SectionOrigin::Champs, words::FIRST_SECTION, is_small);
        builder.form(&revision.annotation_descriptors, &SectionOrigin::Annotations, words::ANNOTATIONS_SECTION, is_small);
        let mut proposal = Self {
            demarche: demarche.number,
            title: demarche.title.trim().to_owned(),
            tables: builder.tables,
            sections: builder.sections,
            fields: builder.fields,
            kept: Vec::new(),
        };
        proposal.name_columns();
        proposal.name_tables();
        proposal.apply(Preset::Essential);
        proposal
    }

    /// What to ask of DS for the samples: a few of the latest dossiers, with all their parts but geometry, which is heavy.
    pub fn sample_operation(number: DemarcheNumber) -> Operation {
        let page = PageVariables { last: Some(SAMPLED), ..PageVariables::of(number) };
        let parts =
            Parts { include_champs: true, include_annotations: true, include_files: true, include_geometry: false, include_instructeurs: true };
        Operation::GetDossiers(DossiersVariables { page, parts })
    }

    /// The proposal with the choices of a mapping: to change it later. Mapped fields that the form no longer has stay in
    /// the mapping, since older dossiers have them; they are not shown.
    pub fn reopen(demarche: &Demarche, mapping: &Mapping, samples: &[Dossier]) -> Self {
        let mut proposal = Self::new(demarche, samples);
        let mapped: HashMap<(&TableKey, &Field), &ColumnMapping> = mapping
            .tables
            .iter()
            .flat_map(|table| table.columns.iter().filter_map(move |column| Some(((&table.key, column.key()?), column))))
            .collect();
        for section in &mut proposal.sections {
            for line in &mut section.lines {
                let column = mapped.get(&(&section.table, &line.field));
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
        let offered: HashSet<&Field> = proposal.sections.iter().flat_map(|section| &section.lines).map(|line| &line.field).collect();
        let is_kept = |column: &&ColumnMapping| column.key().is_some_and(|key| matches!(key, Field::Champ(..)) && !offered.contains(key));
        proposal.kept = mapping
            .tables
            .iter()
            .flat_map(|table| table.columns.iter().filter(is_kept).map(|column| (table.key.clone(), table.name.clone(), column.clone())))
            .collect();
        proposal.fields.extend(
            mapping
                .fields
                .iter()
                .filter(|(id, _)| !proposal.fields.contains_key(*id))
                .map(|(id, known)| (id.clone(), known.clone()))
                .collect::<Vec<_>>(),
        );
        proposal
    }

    /// Ticks what the preset says.
    pub fn apply(&mut self, preset: Preset) {
        for line in self.sections.iter_mut().flat_map(|section| &mut section.lines) {
            line.is_chosen = line.is_key
                || match preset {
                    Preset::Essential => line.is_essential,
                    Preset::Everything => line.is_starred,
                    Preset::Nothing => false,
                };
        }
    }

    /// How many lines are ticked, in all tables.
    pub fn chosen(&self) -> usize {
        self.sections.iter().flat_map(|section| &section.lines).filter(|line| line.is_chosen).count()
    }

    /// The mapping of what is ticked. A répétition with nothing ticked has no table.
    pub fn into_mapping(self) -> Mapping {
        let mut fields = BTreeMap::new();
        let mut tables = Vec::new();
        let mut named = self.tables;
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
            if let TableKey::Repetition(descriptor) = &key {
                let relation = |field, name: &str, column_type| ColumnMapping {
                    sources: vec![Field::Row(field)],
                    name: name.to_owned(),
                    description: String::new(),
                    column_type,
                };
                // The target of the reference is known when the main table is.
                columns.push(relation(RowField::Dossier, words::ROW_DOSSIER, ColumnType::Ref("".into())));
                columns.push(relation(RowField::Id, words::ROW_ID, ColumnType::Text));
                fields.extend(self.fields.get(descriptor).map(|known| (descriptor.clone(), known.clone())));
            }
            for line in chosen {
                if let Field::Champ(descriptor, _) = &line.field {
                    fields.extend(self.fields.get(descriptor).map(|known| (descriptor.clone(), known.clone())));
                }
                let description = match line.part {
                    _ if matches!(line.field, Field::Dossier(_)) => String::new(),
                    Some(part) => format!("{} – {part}", line.label),
                    None => line.label.clone(),
                };
                let name = if line.column_name.trim().is_empty() { line.label.as_str() } else { line.column_name.trim() };
                columns.push(ColumnMapping {
                    sources: vec![line.field.clone()],
                    description: if description == name { String::new() } else { description },
                    name: name.to_owned(),
                    column_type: line.column_type.clone(),
                });
            }
            for column in kept {
                for source in &column.sources {
                    if let Field::Champ(descriptor, _) = source {
                        fields.extend(self.fields.get(descriptor).map(|known| (descriptor.clone(), known.clone())));
                    }
                }
                columns.push(column.clone());
            }
            tables.push(TableMapping { key, name, columns });
        }
        Mapping { format: super::FORMAT, demarche: self.demarche, title: self.title, tables, fields }
    }

    /// Names columns after their fields: cut at a word, or at « : » when what is left still tells it from the others;
    /// namesakes are numbered.
    fn name_columns(&mut self) {
        let heads: HashMap<(TableKey, String), usize> = self.sections.iter().fold(HashMap::new(), |mut heads, section| {
            let mut previous = None;
            for line in &section.lines {
                if line.is_first_part(previous) {
                    *heads.entry((section.table.clone(), head(&line.label).to_lowercase())).or_default() += 1;
                }
                previous = Some(line);
            }
            heads
        });
        let relations = self.tables.iter().filter(|(key, _)| *key != TableKey::Dossiers);
        let mut taken: HashSet<(TableKey, String)> =
            relations.flat_map(|(key, _)| [words::ROW_DOSSIER, words::ROW_ID].map(|name| (key.clone(), name.to_lowercase()))).collect();
        for section in &mut self.sections {
            let mut first_of_field: Option<DescriptorId> = None;
            for line in &mut section.lines {
                let head = head(&line.label);
                let is_unique = heads.get(&(section.table.clone(), head.to_lowercase())) == Some(&1);
                let label = if is_unique && line.label.chars().count() > LONGEST_NAME { head } else { line.label.trim() };
                let is_main = match &line.field {
                    Field::Champ(descriptor, _) => first_of_field.replace(descriptor.clone()).as_ref() != Some(descriptor),
                    _ => true,
                };
                let suffix = match line.part {
                    Some(part) if !is_main => format!(" – {part}"),
                    _ => String::new(),
                };
                let base = format!(
                    "{}{suffix}",
                    cut(if label.is_empty() { "Champ sans libellé" } else { label }, LONGEST_NAME.saturating_sub(suffix.chars().count()))
                );
                line.column_name =
                    first_free(base, |base, number| format!("{base} ({number})"), |name| taken.insert((section.table.clone(), name.to_lowercase())));
            }
        }
    }

    fn name_tables(&mut self) {
        let mut taken = HashSet::new();
        for (_, name) in &mut self.tables {
            let base = if name.is_empty() { "Dossiers".to_owned() } else { name.clone() };
            *name = first_free(base, |base, number| format!("{base} ({number})"), |name| taken.insert(name.to_lowercase()));
        }
    }
}

/// What stands before « : » in a label.
fn head(label: &str) -> &str {
    label.split([':', '\n']).next().unwrap_or(label).trim()
}

/// Words that a name cut short does not end with.
const JOINING_WORDS: [&str; 22] =
    ["à", "au", "aux", "avec", "d’", "dans", "de", "des", "du", "en", "et", "l’", "la", "le", "les", "ou", "par", "pour", "sur", "un", "une", "–"];

/// Cuts a text at a word, in one line.
fn cut(text: &str, longest: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= longest {
        return text;
    }
    let start: String = text.chars().take(longest).collect();
    let end = start.rfind(' ').filter(|end| *end > longest / 2).unwrap_or(start.len());
    let mut kept = start.get(..end).unwrap_or(&start);
    loop {
        kept = kept.trim_end_matches([' ', ',', ';', '(', '–', '-', '’', '\'']);
        match kept.rsplit_once(' ') {
            Some((before, last)) if JOINING_WORDS.contains(&last.to_lowercase().as_str()) => kept = before,
            _ => return kept.to_owned(),
        }
    }
}

/// The values of recent dossiers, by field.
struct Samples<'a> {
    dossiers: &'a [Dossier],
    champs: HashMap<&'a str, Vec<&'a Champ>>,
}

impl<'a> Samples<'a> {
    fn new(dossiers: &'a [Dossier]) -> Self {
        let mut champs: HashMap<&str, Vec<&Champ>> = HashMap::new();
        for champ in dossiers.iter().flat_map(|dossier| dossier.champs.iter().chain(&dossier.annotations).flatten()) {
            champs.entry(champ.descriptor.as_str()).or_default().push(champ);
            if let ChampValue::Repetition(rows) = &champ.value {
                for champ in rows.iter().flat_map(|row| &row.champs) {
                    champs.entry(champ.descriptor.as_str()).or_default().push(champ);
                }
            }
        }
        Self { dossiers, champs }
    }

    fn is_filled(&self, descriptor: &ChampDescriptor) -> bool {
        if self.dossiers.is_empty() {
            return descriptor.required;
        }
        self.champs.get(descriptor.id.as_str()).is_some_and(|champs| champs.iter().any(|champ| !champ.is_empty()))
    }

    fn of(&self, descriptor: &DescriptorId, facet: Facet) -> Vec<String> {
        distinct(self.champs.get(descriptor.as_str()).into_iter().flatten().filter_map(|champ| {
            let value = facet::read(champ, facet).ok()?;
            Some(shown(&value).into_owned())
        }))
    }

    fn of_dossier(&self, field: DossierField) -> Vec<String> {
        distinct(self.dossiers.iter().filter_map(|dossier| Some(shown(&dossier_value(dossier, field, "").ok()?).into_owned())))
    }
}

fn distinct(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut samples: Vec<String> = Vec::with_capacity(SAMPLES);
    for value in values {
        if !value.is_empty() && !samples.contains(&value) {
            samples.push(value);
            if samples.len() == SAMPLES {
                break;
            }
        }
    }
    samples
}

struct Builder<'a> {
    samples: Samples<'a>,
    fields: BTreeMap<DescriptorId, KnownField>,
    sections: Vec<Section>,
    tables: Vec<(TableKey, String)>,
}

impl Builder<'_> {
    /// What every dossier has. Who asks is a person, an organisation, or both when samples do not tell.
    fn dossier(&mut self, samples: &[Dossier]) {
        let persons = samples.iter().any(|dossier| matches!(dossier.demandeur, Demandeur::PersonnePhysique { .. }));
        let organisations =
            samples.iter().any(|dossier| matches!(dossier.demandeur, Demandeur::PersonneMorale(_) | Demandeur::PersonneMoraleIncomplete { .. }));
        let is_likely = |field: DossierField| match (persons, organisations) {
            (true, false) => !field.is_of_organisation(),
            (false, true) => !field.is_of_person(),
            _ => true,
        };
        for (origin, title) in [(SectionOrigin::Dossier, words::DOSSIER_SECTION), (SectionOrigin::Demandeur, words::DEMANDEUR_SECTION)] {
            let lines = DossierField::ALL.iter().copied().filter(|field| field.is_demandeur() == (origin == SectionOrigin::Demandeur));
            let lines = lines
                .map(|field| Line {
                    field: Field::Dossier(field),
                    label: words::dossier_field(field).to_owned(),
                    part: None,
                    champ_type: None,
                    is_required: false,
                    is_personal: field.is_personal(),
                    column_name: String::new(),
                    column_type: field.column_type(),
                    is_chosen: false,
                    is_key: field == DossierField::Number,
                    samples: self.samples.of_dossier(field),
                    is_essential: field.is_proposed() && is_likely(field),
                    is_starred: field.is_proposed() && is_likely(field),
                })
                .collect();
            self.sections.push(Section { title: title.to_owned(), origin, table: TableKey::Dossiers, lines });
        }
    }

    fn form(&mut self, descriptors: &[ChampDescriptor], origin: &SectionOrigin, untitled: &str, is_small: bool) {
        let mut section = Section { title: untitled.to_owned(), origin: origin.clone(), table: TableKey::Dossiers, lines: Vec::new() };
        let mut repetitions = Vec::new();
        for descriptor in descriptors {
            if descriptor.champ_type == ChampType::HeaderSection {
                let next =
                    Section { title: descriptor.label.trim().to_owned(), origin: origin.clone(), table: TableKey::Dossiers, lines: Vec::new() };
                self.close(std::mem::replace(&mut section, next), &mut repetitions);
                continue;
            }
            section.lines.extend(self.lines(descriptor, &section.title, is_small));
            if descriptor.champ_type == ChampType::Repetition {
                repetitions.push(self.repetition(descriptor, is_small));
            }
        }
        self.close(section, &mut repetitions);
    }

    /// A section, then those of the répétitions that stand in it.
    fn close(&mut self, section: Section, repetitions: &mut Vec<Section>) {
        self.sections.extend(std::iter::once(section).chain(repetitions.drain(..)).filter(|section| !section.lines.is_empty()));
    }

    fn repetition(&mut self, descriptor: &ChampDescriptor, is_small: bool) -> Section {
        let table = TableKey::Repetition(descriptor.id.clone());
        self.tables.push((table.clone(), cut(descriptor.label.trim(), LONGEST_TABLE_NAME)));
        let mut section =
            Section { title: descriptor.label.trim().to_owned(), origin: SectionOrigin::Repetition(descriptor.id.clone()), table, lines: Vec::new() };
        for inner in &descriptor.champ_descriptors {
            section.lines.extend(self.lines(inner, &section.title, is_small));
        }
        section
    }

    fn lines(&mut self, descriptor: &ChampDescriptor, section: &str, is_small: bool) -> Vec<Line> {
        let offers = offers(descriptor);
        if offers.is_empty() {
            return Vec::new();
        }
        let known = KnownField { label: descriptor.label.clone(), champ_type: descriptor.champ_type.clone(), section: section.to_owned() };
        self.fields.insert(descriptor.id.clone(), known);
        let is_filled = self.samples.is_filled(descriptor);
        let has_parts = offers.len() > 1;
        let lines = offers.into_iter().map(|offer| Line {
            label: descriptor.label.trim().to_owned(),
            part: has_parts.then(|| words::facet(offer.facet)),
            champ_type: Some(descriptor.champ_type.clone()),
            is_required: descriptor.required,
            is_personal: facet::is_personal(&descriptor.champ_type),
            column_name: String::new(),
            column_type: offer.column_type,
            is_chosen: false,
            is_key: false,
            samples: self.samples.of(&descriptor.id, offer.facet),
            is_essential: offer.is_proposed && (is_small || is_filled),
            is_starred: offer.is_proposed,
            field: Field::Champ(descriptor.id.clone(), offer.facet),
        });
        lines.collect()
    }
}
