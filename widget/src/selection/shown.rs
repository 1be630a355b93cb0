//! What of the fields is shown, and what a tick of a whole section takes: search, filters, open sections.

use relais_engine::{
    mapping::{Line, Proposal},
    sorted::SortedSet,
    words,
};

use super::{Place, Selection, is_on_choice};
use crate::fold::{fold, holds};

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

/// A field and its lines: one for each way to read it.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) section: usize,
    pub(super) first: usize,
    pub(super) length: usize,
    /// What a search looks at.
    pub(super) text: String,
    /// Whether its other lines are shown though not chosen.
    pub(super) is_expanded: bool,
}

impl Selection {
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
}

/// The fields of a proposal.
pub(super) fn groups(proposal: &Proposal) -> Vec<Group> {
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
