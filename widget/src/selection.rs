//! Which fields become columns: the state of the screen Champs.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use relais_engine::{
    grist::DocumentSchema,
    mapping::{Keeping, Line, Mapping, Preset, Proposal, Scope, SectionOrigin, TableKey},
    sync::Connexion,
    words,
};

use crate::fold::{fold, holds};

/// A form with at most this many fields is shown open, whole.
const OPEN_FORM: usize = 60;

/// Which fields are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    All,
    /// Those that will be imported.
    Chosen,
    /// Those that usagers must fill.
    Required,
    /// Those that speak of a person.
    Personal,
}

impl Filter {
    /// All filters, in their order on the screen.
    pub const ALL: [Self; 4] = [Self::All, Self::Chosen, Self::Required, Self::Personal];
}

/// The tick of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Every shown field is chosen.
    All,
    /// Some are.
    Some,
    /// None is.
    None,
}

/// Where a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The section, from 0.
    pub section: usize,
    /// The line in it, from 0.
    pub line: usize,
}

/// A field and its lines: one for each way to read it.
#[derive(Clone, Debug)]
struct Group {
    section: usize,
    first: usize,
    length: usize,
    /// What a search looks at.
    text: String,
    /// Whether its other lines are shown though not chosen.
    is_expanded: bool,
}

/// What is proposed for a line, before any change.
#[derive(Clone, Debug)]
struct Proposed {
    name: String,
    essential: bool,
    everything: bool,
    /// The name, now, of its column, when the document has it.
    existing: Option<String>,
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

/// A proposal and what the agent made of it.
#[derive(Clone, Debug)]
pub struct Selection {
    proposal: Proposal,
    /// The connexion whose mapping is changed; none for a new one.
    pub connexion: Option<String>,
    /// Which dossiers are followed.
    pub scope: Scope,
    /// What becomes of the others.
    pub keeping: Keeping,
    existing_tables: BTreeSet<TableKey>,
    groups: Vec<Group>,
    /// The group that starts at a place.
    starts: BTreeMap<Place, usize>,
    proposed: Vec<Vec<Proposed>>,
    filter: Filter,
    search: String,
    open: Vec<bool>,
}

impl Selection {
    /// A new connexion.
    pub fn new(proposal: Proposal) -> Self {
        let chosen = |preset| {
            let mut preset_proposal = proposal.clone();
            preset_proposal.apply(preset);
            preset_proposal.sections
        };
        let (essential, everything) = (chosen(Preset::Essential), chosen(Preset::Everything));
        let proposed = essential
            .into_iter()
            .zip(everything)
            .map(|(essential, everything)| {
                let lines = essential.lines.into_iter().zip(everything.lines);
                let propose = |(line, all): (Line, Line)| Proposed {
                    name: line.column_name,
                    essential: line.is_chosen,
                    everything: all.is_chosen,
                    existing: None,
                };
                lines.map(propose).collect()
            })
            .collect();
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
        Self {
            proposal,
            connexion: None,
            scope: Scope::default(),
            keeping: Keeping::default(),
            existing_tables: BTreeSet::new(),
            starts: groups.iter().enumerate().map(|(index, group)| (Place { section: group.section, line: group.first }, index)).collect(),
            groups,
            proposed,
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
        for (section, proposed) in selection.proposal.sections.iter().zip(&mut selection.proposed) {
            let Some(binding) = connexion.binding.tables.get(&section.table) else { continue };
            let Some(table) = binding.find(schema) else { continue };
            selection.existing_tables.insert(section.table.clone());
            for (line, proposed) in section.lines.iter().zip(proposed) {
                let column = binding.columns.get(&line.field).and_then(|column| column.find(table));
                proposed.existing = column.map(|column| column.label.clone());
            }
        }
        selection
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
        let proposed = self.proposed(place).map(|proposed| proposed.name.clone());
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

    fn proposed(&self, place: Place) -> Option<&Proposed> {
        self.proposed.get(place.section)?.get(place.line)
    }

    /// The present name of the line's column, when the document has it.
    pub fn existing_name(&self, place: Place) -> Option<&str> {
        self.proposed(place)?.existing.as_deref()
    }

    /// The chosen lines whose column would be called as another of the same table.
    pub fn namesakes(&self) -> BTreeSet<Place> {
        let mut named: HashMap<(&TableKey, String), Vec<Place>> = HashMap::new();
        for (section_index, section) in self.proposal.sections.iter().enumerate() {
            for (line_index, line) in section.lines.iter().enumerate().filter(|(_, line)| line.is_chosen) {
                let place = Place { section: section_index, line: line_index };
                let name = self.existing_name(place).unwrap_or(&line.column_name).to_lowercase();
                named.entry((&section.table, name)).or_default().push(place);
            }
        }
        named.into_values().filter(|places| places.len() > 1).flatten().collect()
    }

    /// Chooses what the preset says.
    pub fn apply(&mut self, preset: Preset) {
        self.proposal.apply(preset);
    }

    /// The preset that the choices are, if they are one.
    pub fn preset(&self) -> Option<Preset> {
        let is = |wanted: &dyn Fn(&Proposed, &Line) -> bool| {
            let lines = self.proposal.sections.iter().zip(&self.proposed).flat_map(|(section, proposed)| section.lines.iter().zip(proposed));
            lines.into_iter().all(|(line, proposed)| line.is_key || line.is_chosen == wanted(proposed, line))
        };
        if is(&|_, _| false) {
            Some(Preset::Nothing)
        } else if is(&|proposed, _| proposed.essential) {
            Some(Preset::Essential)
        } else if is(&|proposed, _| proposed.everything) {
            Some(Preset::Everything)
        } else {
            None
        }
    }

    /// Which fields are shown.
    pub const fn filter(&self) -> Filter {
        self.filter
    }

    /// Shows the fields of a filter.
    pub const fn set_filter(&mut self, filter: Filter) {
        self.filter = filter;
    }

    /// What is searched.
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Shows the fields that answer a search.
    pub fn set_search(&mut self, search: &str) {
        search.clone_into(&mut self.search);
    }

    /// Whether a filter or a search hides fields: then sections with something to show are open.
    pub fn is_narrowed(&self) -> bool {
        self.filter != Filter::All || !self.search.trim().is_empty()
    }

    /// Whether a section is open.
    pub fn is_open(&self, section: usize) -> bool {
        self.is_narrowed() || self.open.get(section).copied().unwrap_or_default()
    }

    /// Opens or closes a section.
    pub fn set_open(&mut self, section: usize, is_open: bool) {
        if !self.is_narrowed()
            && let Some(open) = self.open.get_mut(section)
        {
            *open = is_open;
        }
    }

    fn lines_of(&self, group: &Group) -> &[Line] {
        let lines = self.proposal.sections.get(group.section).map(|section| section.lines.as_slice());
        lines.and_then(|lines| lines.get(group.first..group.first + group.length)).unwrap_or_default()
    }

    fn passes(&self, group: &Group, filter: Filter) -> bool {
        let lines = self.lines_of(group);
        match filter {
            Filter::All => true,
            Filter::Chosen => lines.iter().any(|line| line.is_chosen),
            Filter::Required => lines.first().is_some_and(|line| line.is_required),
            Filter::Personal => lines.first().is_some_and(|line| line.is_personal),
        }
    }

    fn is_group_shown(&self, group: &Group) -> bool {
        self.passes(group, self.filter) && holds(&group.text, &self.search)
    }

    /// How many fields a filter shows.
    pub fn count(&self, filter: Filter) -> usize {
        self.groups.iter().filter(|group| self.passes(group, filter)).count()
    }

    /// The lines to draw: the first of each shown field, and those of its other lines that are chosen or unfolded.
    pub fn shown(&self) -> BTreeSet<Place> {
        let mut shown = BTreeSet::new();
        for group in self.groups.iter().filter(|group| self.is_group_shown(group)) {
            for (offset, line) in self.lines_of(group).iter().enumerate() {
                if offset == 0 || line.is_chosen || group.is_expanded {
                    shown.insert(Place { section: group.section, line: group.first + offset });
                }
            }
        }
        shown
    }

    /// How many other lines the field of a first line has that are not drawn.
    pub fn folded_parts(&self, place: Place) -> usize {
        let group = self.starts.get(&place).and_then(|index| self.groups.get(*index));
        let Some(group) = group.filter(|group| !group.is_expanded) else { return 0 };
        self.lines_of(group).iter().skip(1).filter(|line| !line.is_chosen).count()
    }

    /// Whether other lines of the field are drawn beside this first one, which then says what it takes of the field.
    pub fn has_shown_parts(&self, place: Place) -> bool {
        let group = self.starts.get(&place).and_then(|index| self.groups.get(*index));
        group.is_some_and(|group| group.length > 1 && (group.is_expanded || self.lines_of(group).iter().skip(1).any(|line| line.is_chosen)))
    }

    /// Draws all the lines of a field.
    pub fn unfold(&mut self, place: Place) {
        if let Some(group) = self.starts.get(&place).and_then(|index| self.groups.get_mut(*index)) {
            group.is_expanded = true;
        }
    }

    /// How many of a section's fields are chosen, and how many there are.
    pub fn chosen_in(&self, section: usize) -> (usize, usize) {
        let groups = || self.groups.iter().filter(|group| group.section == section);
        (groups().filter(|group| self.passes(group, Filter::Chosen)).count(), groups().count())
    }

    /// The tick of a section: of its shown fields, but for the key.
    pub fn tick(&self, section: usize) -> Tick {
        let chosen: Vec<bool> = self.tickable(section).map(|group| self.passes(group, Filter::Chosen)).collect();
        match (chosen.iter().any(|chosen| *chosen), chosen.iter().all(|chosen| *chosen)) {
            (true, true) => Tick::All,
            (true, false) => Tick::Some,
            (false, _) => Tick::None,
        }
    }

    fn tickable(&self, section: usize) -> impl Iterator<Item = &Group> {
        let is_key = |group: &Group| self.lines_of(group).first().is_some_and(|line| line.is_key);
        self.groups.iter().filter(move |group| group.section == section && self.is_group_shown(group) && !is_key(group))
    }

    /// Chooses the main lines of a section's shown fields, or none when all were chosen.
    pub fn tick_section(&mut self, section: usize) {
        let is_chosen = self.tick(section) != Tick::All;
        let groups: Vec<(usize, usize, bool)> =
            self.tickable(section).map(|group| (group.first, group.length, self.passes(group, Filter::Chosen))).collect();
        for (first, length, was_chosen) in groups {
            let mains: Vec<bool> =
                (first..first + length).map(|line| self.proposed(Place { section, line }).is_some_and(|proposed| proposed.everything)).collect();
            let has_main = mains.iter().any(|main| *main);
            if is_chosen && was_chosen {
                continue;
            }
            for (offset, main) in mains.into_iter().enumerate() {
                // A field that is never proposed, such as an IBAN, is read in the first of its ways.
                let takes = if has_main { main } else { offset == 0 };
                self.choose(Place { section, line: first + offset }, is_chosen && takes);
            }
        }
    }

    /// What will happen.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { fields: self.count(Filter::Chosen), ..Summary::default() };
        for (section, proposed) in self.proposal.sections.iter().zip(&self.proposed) {
            for (_, proposed) in section.lines.iter().zip(proposed).filter(|(line, _)| line.is_chosen) {
                if proposed.existing.is_some() {
                    summary.existing_columns += 1;
                } else {
                    summary.new_columns += 1;
                }
            }
        }
        summary
    }

    /// Whether the rows of a section get a table of their own.
    pub fn repetition_table(&self, section: usize) -> Option<&TableKey> {
        self.proposal.sections.get(section).filter(|section| matches!(section.origin, SectionOrigin::Repetition(_))).map(|section| &section.table)
    }
}

fn groups(proposal: &Proposal) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (section_index, section) in proposal.sections.iter().enumerate() {
        let mut previous = None;
        for (line_index, line) in section.lines.iter().enumerate() {
            let is_first = line.is_first_part(previous);
            previous = Some(line);
            match groups.last_mut() {
                Some(group) if !is_first && group.section == section_index => {
                    group.length += 1;
                    group.text.extend([" ", &fold(line.part.unwrap_or_default()), " ", &fold(&line.column_name)]);
                }
                _ => {
                    let champ_type = line.champ_type.as_ref().map(words::champ_type).unwrap_or_default();
                    let text = [&line.label, champ_type, line.part.unwrap_or_default(), &line.column_name].map(fold).join(" ");
                    groups.push(Group { section: section_index, first: line_index, length: 1, text, is_expanded: false });
                }
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests;
