//! Which fields become columns: the state of the screen Champs.

use relais_engine::{
    ds::{Demarche, DemarcheNumber},
    grist::DocumentSchema,
    letters::small,
    mapping::{Family, Field, Keeping, Line, Mapping, Preset, Proposal, Scope, Section, SectionOrigin, Sibling, TableKey},
    sorted::{SortedMap, SortedSet},
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
        self.is_offered(group) && self.passes(group, self.filter) && holds(&group.text, &self.search)
    }

    /// Whether a field has a line of its own, in a table that every document gets or in one that is wanted.
    fn is_offered(&self, group: &Group) -> bool {
        if self.lines_of(group).iter().all(|line| line.is_folded) {
            return false;
        }
        self.wanted.contains(&group.section) || self.proposal.sections.get(group.section).is_some_and(|section| !is_on_choice(section))
    }

    /// How many fields a filter shows.
    pub fn count(&self, filter: Filter) -> usize {
        self.groups.iter().filter(|group| self.is_offered(group) && self.passes(group, filter)).count()
    }

    /// The lines to draw: the first of each shown field, and those of its other lines that are chosen or unfolded.
    pub fn shown(&self) -> SortedSet<Place> {
        let mut shown = SortedSet::new();
        for group in self.groups.iter().filter(|group| self.is_group_shown(group)) {
            for (offset, line) in self.lines_of(group).iter().enumerate().filter(|(_, line)| !line.is_folded) {
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
        self.lines_of(group).iter().skip(1).filter(|line| !line.is_chosen && !line.is_folded).count()
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
        let groups = || self.groups.iter().filter(|group| group.section == section && self.is_offered(group));
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
                (first..first + length).map(|line| self.line(Place { section, line }).is_some_and(|line| line.is_proposed)).collect();
            let has_main = mains.iter().any(|main| *main);
            if is_chosen && was_chosen {
                continue;
            }
            for (offset, main) in mains.into_iter().enumerate() {
                // A field that is never proposed, such as an IBAN, is read in the first of its ways.
                let takes = if has_main { main } else { offset == 0 };
                let place = Place { section, line: first + offset };
                let is_folded = self.line(place).is_some_and(|line| line.is_folded);
                self.choose(place, is_chosen && takes && !is_folded);
            }
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
                    group.text.extend([" ", &fold(line.part.as_deref().unwrap_or_default()), " ", &fold(&line.column_name)]);
                }
                _ => {
                    let champ_type = line.champ_type.as_ref().map(words::champ_type).unwrap_or_default();
                    let text = [&line.label, champ_type, line.part.as_deref().unwrap_or_default(), &line.column_name].map(fold).join(" ");
                    groups.push(Group { section: section_index, first: line_index, length: 1, text, is_expanded: false });
                }
            }
        }
    }
    groups
}

#[cfg(test)]
mod tests;
