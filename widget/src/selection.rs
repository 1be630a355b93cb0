//! Which fields become columns: the state of the screen Champs.

mod shown;

use relais_engine::{
    ds::{Demarche, DemarcheNumber},
    grist::DocumentSchema,
    letters::small,
    mapping::{Family, Field, Keeping, Line, Mapping, Preset, Proposal, Scope, Section, SectionOrigin, Sibling, TableKey},
    sorted::{SortedMap, SortedSet},
    sync::Connexion,
};

pub use shown::{Filter, Tick};
use shown::{Group, groups};

/// A form with at most this many fields is shown open, whole.
const OPEN_FORM: usize = 60;

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The section, from 0.
    pub section: usize,
    /// The line in it, from 0.
    pub line: usize,
}

/// What will happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Fields chosen.
    pub fields: usize,
    /// Columns to make.
    pub new_columns: usize,
    /// Columns that are there already.
    pub existing_columns: usize,
}

/// A démarche of the same form.
#[derive(Clone, Debug, PartialEq)]
pub struct Joined {
    /// How its fields are those of the mapping.
    pub sibling: Sibling,
    /// How many of them are; none when that was looked at another day.
    pub matched: Option<usize>,
    /// The labels of those that its form does not have.
    pub unmatched: Vec<String>,
}

/// A proposal and what the agent made of it.
#[derive(Clone, Debug)]
pub struct Selection {
    proposal: Proposal,
    /// The connexion whose mapping is changed; none for a new one.
    pub connexion: Option<String>,
    /// Démarches of the same form, whose dossiers go into the same tables.
    pub siblings: Vec<Joined>,
    /// Which dossiers are followed.
    pub scope: Scope,
    /// What becomes of the others.
    pub keeping: Keeping,
    existing_tables: SortedSet<TableKey>,
    /// The sections of tables on choice that are wanted: the others are not shown.
    wanted: Vec<usize>,
    groups: Vec<Group>,
    /// The group that starts at a place.
    starts: SortedMap<Place, usize>,
    /// The names proposed for the columns of lines, by section.
    proposed: Vec<Vec<String>>,
    /// The names, now, of the columns that the document has, by what names them in the binding.
    existing: Vec<(TableKey, Field, String)>,
    filter: Filter,
    search: String,
    open: Vec<bool>,
}

impl Selection {
    /// A new connexion.
    pub fn new(proposal: Proposal) -> Self {
        let name = |line: &Line| line.column_name.clone();
        let proposed = proposal.sections.iter().map(|section| section.lines.iter().map(name).collect()).collect();
        let groups = groups(&proposal);
        let is_small = groups.len() <= OPEN_FORM;
        let mut drawn = 0;
        let open = proposal
            .sections
            .iter()
            .map(|section| {
                let before = drawn;
                drawn += section.lines.len();
                is_small || before < OPEN_FORM
            })
            .collect();
        let mut starts = SortedMap::new();
        starts.extend(groups.iter().enumerate().map(|(index, group)| (Place { section: group.section, line: group.first }, index)));
        Self {
            proposal,
            connexion: None,
            siblings: Vec::new(),
            scope: Scope::default(),
            keeping: Keeping::default(),
            existing_tables: SortedSet::new(),
            wanted: Vec::new(),
            starts,
            groups,
            proposed,
            existing: Vec::new(),
            filter: Filter::All,
            search: String::new(),
            open,
        }
    }

    /// The choices of a connexion, to change them.
    pub fn reopen(proposal: Proposal, connexion: &Connexion, schema: &DocumentSchema) -> Self {
        let mut selection = Self::new(proposal);
        selection.connexion = Some(connexion.id.clone());
        (selection.scope, selection.keeping) = (connexion.scope.clone(), connexion.keeping);
        let known = |sibling: &Sibling| Joined { sibling: sibling.clone(), matched: None, unmatched: Vec::new() };
        selection.siblings = connexion.siblings.iter().map(known).collect();
        let is_chosen = |section: &Section| section.lines.iter().any(|line| line.is_chosen);
        selection.wanted = selection.tables_on_choice().filter(|(_, section)| is_chosen(section)).map(|(index, _)| index).collect();
        for (key, binding) in &connexion.binding.tables {
            let Some(table) = binding.find(schema) else { continue };
            selection.existing_tables.insert(key.clone());
            for (field, column) in &binding.columns {
                if let Some(column) = column.find(table) {
                    selection.existing.push((key.clone(), field.clone(), column.label.clone()));
                }
            }
        }
        selection
    }

    /// The démarches whose dossiers go into its tables.
    pub fn demarches(&self) -> Vec<DemarcheNumber> {
        std::iter::once(self.proposal.demarche).chain(self.siblings.iter().map(|joined| joined.sibling.number)).collect()
    }

    /// Adds a démarche of the same form. False when most fields of it were not recognised: it is another form.
    pub fn join(&mut self, ours: &Demarche, theirs: &Demarche) -> bool {
        // Every field of the form, as more may be chosen later.
        let fields = self.proposal.fields();
        let sibling = Sibling::new(fields, &ours.active_revision, theirs);
        let unmatched: Vec<String> = sibling.unmatched(fields, &theirs.active_revision).map(|known| known.label.trim().to_owned()).collect();
        let matched = fields.len() - unmatched.len();
        let is_same_form = matched * 2 > fields.len();
        if is_same_form && !self.demarches().contains(&theirs.number) {
            self.siblings.push(Joined { sibling, matched: Some(matched), unmatched });
        }
        is_same_form
    }

    /// Notes the names that lines have now as those that come back when an agent's are wiped.
    fn note_names(&mut self) {
        for (section, proposed) in self.proposal.sections.iter().zip(&mut self.proposed) {
            for (line, proposed) in section.lines.iter().zip(proposed).filter(|(line, _)| line.family.is_some()) {
                proposed.clone_from(&line.column_name);
            }
        }
    }

    /// The proposal as it is now.
    pub const fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// The mapping of what is chosen.
    pub fn into_mapping(self) -> Mapping {
        self.proposal.into_mapping()
    }

    /// A line.
    pub fn line(&self, place: Place) -> Option<&Line> {
        self.proposal.sections.get(place.section)?.lines.get(place.line)
    }

    fn line_mut(&mut self, place: Place) -> Option<&mut Line> {
        self.proposal.sections.get_mut(place.section)?.lines.get_mut(place.line)
    }

    /// Chooses a line or not. The key stays chosen.
    pub fn choose(&mut self, place: Place, is_chosen: bool) {
        if let Some(line) = self.line_mut(place) {
            line.is_chosen = is_chosen || line.is_key;
        }
    }

    /// Names the column of a line; its proposed name comes back when nothing is typed.
    pub fn rename(&mut self, place: Place, name: &str) {
        let proposed = self.proposed.get(place.section).and_then(|section| section.get(place.line)).cloned();
        if let Some(line) = self.line_mut(place) {
            line.column_name = if name.trim().is_empty() { proposed.unwrap_or_default() } else { name.trim().to_owned() };
        }
    }

    /// The name of a table.
    pub fn table_name(&self, key: &TableKey) -> &str {
        self.proposal.tables.iter().find(|(table, _)| table == key).map_or("", |(_, name)| name)
    }

    /// Names a table; nothing typed leaves the name.
    pub fn rename_table(&mut self, key: &TableKey, name: &str) {
        if let Some((_, current)) = self.proposal.tables.iter_mut().find(|(table, _)| table == key)
            && !name.trim().is_empty()
        {
            name.trim().clone_into(current);
        }
    }

    /// Whether the document has the table already.
    pub fn is_existing_table(&self, key: &TableKey) -> bool {
        self.existing_tables.contains(key)
    }

    /// The present name of the line's column, when the document has it.
    pub fn existing_name(&self, place: Place) -> Option<&str> {
        let section = self.proposal.sections.get(place.section)?;
        let key = self.proposal.key(section, section.lines.get(place.line)?);
        let existing = self.existing.iter().find(|(table, field, _)| *table == section.table && field == key);
        existing.map(|(_, _, label)| label.as_str())
    }

    /// The chosen lines whose column would be called as another of the same table.
    pub fn namesakes(&self) -> SortedSet<Place> {
        let mut named: SortedMap<(&TableKey, String), Vec<Place>> = SortedMap::new();
        for (section_index, section) in self.proposal.sections.iter().enumerate() {
            for (line_index, line) in section.lines.iter().enumerate().filter(|(_, line)| line.is_chosen) {
                let place = Place { section: section_index, line: line_index };
                let name = small(self.existing_name(place).unwrap_or(&line.column_name));
                named.get_or_default((&section.table, name)).push(place);
            }
        }
        let mut namesakes = SortedSet::new();
        namesakes.extend(named.into_iter().map(|(_, places)| places).filter(|places| places.len() > 1).flatten());
        namesakes
    }

    /// Chooses what the preset says.
    pub fn apply(&mut self, preset: Preset) {
        self.proposal.apply(preset);
    }

    /// The preset that the choices are, if they are one.
    pub fn preset(&self) -> Option<Preset> {
        let is = |wanted: fn(&Line) -> bool| {
            let sections = self.proposal.sections.iter().filter(|section| !is_on_choice(section));
            let mut lines = sections.flat_map(|section| &section.lines).filter(|line| !line.is_key && !line.is_folded);
            lines.all(|line| line.is_chosen == wanted(line))
        };
        if is(|_| false) {
            Some(Preset::Nothing)
        } else if is(|line| line.is_essential) {
            Some(Preset::Essential)
        } else if is(|line| line.is_proposed) {
            Some(Preset::Everything)
        } else {
            None
        }
    }

    /// The fields that a line's own takes turns with; none when the line is not the one that shows them.
    pub fn family(&self, place: Place) -> Option<&Family> {
        self.proposal.families().get(self.leads(place)?)
    }

    fn leads(&self, place: Place) -> Option<usize> {
        let family = self.line(place)?.family?;
        let is_of_it = |line: &&Line| line.family == Some(family);
        let first = self.proposal.sections.get(place.section)?.lines.iter().filter(is_of_it).find(|line| !line.is_folded)?;
        // The first in the list, in this section or in one before.
        let is_before = self.proposal.sections.iter().take(place.section).flat_map(|section| &section.lines).any(|line| is_of_it(&line));
        (!is_before && first.field == self.line(place)?.field).then_some(family)
    }

    /// Makes the fields that take turns with a line's own share its column, or have columns of their own again.
    pub fn take_turns(&mut self, place: Place, is_joined: bool) {
        let Some(family) = self.leads(place) else { return };
        if is_joined {
            self.proposal.join(family);
        } else {
            self.proposal.part(family);
        }
        self.note_names();
    }

    /// What will happen.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { fields: self.count(Filter::Chosen), ..Summary::default() };
        for (section, content) in self.proposal.sections.iter().enumerate() {
            for (line, _) in content.lines.iter().enumerate().filter(|(_, line)| line.is_chosen) {
                match self.existing_name(Place { section, line }) {
                    Some(_) => summary.existing_columns += 1,
                    None => summary.new_columns += 1,
                }
            }
        }
        summary
    }

    /// The table of its own that a section's rows get.
    pub fn own_table(&self, section: usize) -> Option<&TableKey> {
        self.proposal.sections.get(section).map(|section| &section.table).filter(|table| **table != TableKey::Dossiers)
    }

    /// The sections whose tables are chosen apart from the form's fields.
    pub fn tables_on_choice(&self) -> impl Iterator<Item = (usize, &Section)> {
        self.proposal.sections.iter().enumerate().filter(|(_, section)| is_on_choice(section))
    }

    /// Whether the table of such a section is wanted.
    pub fn is_wanted(&self, section: usize) -> bool {
        self.wanted.contains(&section)
    }

    /// Wants the table of such a section, with its main columns, or none of it.
    pub fn want(&mut self, section: usize, is_wanted: bool) {
        self.wanted.retain(|wanted| *wanted != section);
        if is_wanted {
            self.wanted.push(section);
        }
        for line in self.proposal.sections.get_mut(section).into_iter().flat_map(|section| &mut section.lines) {
            line.is_chosen = is_wanted && line.is_proposed;
        }
    }
}

const fn is_on_choice(section: &Section) -> bool {
    matches!(section.origin, SectionOrigin::Linked(_))
}

#[cfg(test)]
mod tests;
