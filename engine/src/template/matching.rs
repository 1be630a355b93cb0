//! Which fields of a démarche are those of a template. What is certain is said to be; what is not is asked, never guessed.

use super::{
    Template,
    likeness::{Likeness, folded, in_common, is_compatible},
};
use crate::{
    ds::{ChampType, Demarche, DescriptorId},
    mapping::{Field, KnownField, TableKey, placed, spaced},
};

/// How many fields a question offers.
const MOST_CANDIDATES: usize = 5;

/// By what a field was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grounds {
    /// It is the same field: the démarche is the one of the template, or has a field of the same id and type.
    SameId,
    /// The same label, type and section; namesakes by their order, when there are as many.
    SameLabelTypeAndSection,
    /// The same but for accents, capitals and punctuation.
    SameWordsTypeAndSection,
    /// The same label and type, in another section.
    OtherSection,
    /// The same id, or the same label and section, of another type that is read as well.
    OtherType,
    /// The agent said so.
    Chosen,
}

/// How sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Nothing to say.
    Certain,
    /// Done, and said.
    Likely,
}

impl Grounds {
    /// How sure it is.
    pub const fn certainty(self) -> Certainty {
        match self {
            Self::SameId | Self::SameLabelTypeAndSection | Self::Chosen => Certainty::Certain,
            Self::SameWordsTypeAndSection | Self::OtherSection | Self::OtherType => Certainty::Likely,
        }
    }
}

/// A field that may be the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its id.
    pub id: &'a DescriptorId,
    /// What it is.
    pub known: &'a KnownField,
    /// Why.
    pub likeness: Likeness,
}

/// What became of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// It was recognised.
    Found {
        /// The id that it has there.
        id: &'a DescriptorId,
        /// What it is there.
        known: &'a KnownField,
        /// By what.
        grounds: Grounds,
    },
    /// It may be one of these, the best first: the agent is asked.
    Asked(Vec<Candidate<'a>>),
    /// It stands in a bloc that the agent is asked about.
    AwaitsBloc,
    /// The agent said that it is none.
    Declined,
    /// The démarche has nothing like it.
    Missing,
}

/// A field of a template, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldMatch<'a> {
    /// Its id in the template.
    pub id: &'a DescriptorId,
    /// What it is there.
    pub known: &'a KnownField,
    /// What became of it.
    pub outcome: Outcome<'a>,
}

/// A field, of the template or of the démarche.
#[derive(Clone, Debug)]
struct Face {
    id: DescriptorId,
    known: KnownField,
    /// The bloc répétable it stands in, by its place among the others.
    bloc: Option<usize>,
    label: String,
    section: String,
    folded: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Its namesakes here are not as many as there: what looks otherwise like it is not it.
    Contested,
    Found(usize, Grounds),
    Declined,
}

/// The fields of a template that columns use, matched with those of a démarche.
#[derive(Clone, Debug)]
pub struct Matching {
    ours: Vec<Face>,
    theirs: Vec<Face>,
    states: Vec<State>,
    is_same: bool,
}

impl Face {
    fn new(id: &DescriptorId, known: KnownField, bloc: Option<usize>) -> Self {
        let (label, section, folded) = (spaced(&known.label), spaced(&known.section), folded(&known.label));
        Self { id: id.clone(), known, bloc, label, section, folded }
    }

    /// A bloc stands for a section, whatever it is called.
    fn is_in_section(&self, other: &Self) -> bool {
        self.bloc.is_some() && other.bloc.is_some() || self.section == other.section
    }

    fn likeness(&self, theirs: &Self) -> Likeness {
        Likeness {
            is_same_type: self.known.champ_type == theirs.known.champ_type,
            is_same_section: self.is_in_section(theirs),
            in_common: if self.folded == theirs.folded { 100 } else { in_common(&self.folded, &theirs.folded) },
        }
    }
}

impl Matching {
    /// Matches a template with a démarche.
    pub fn new(template: &Template, demarche: &Demarche) -> Self {
        let ours = used(template);
        let mut theirs: Vec<Face> = Vec::new();
        for field in placed(&demarche.active_revision) {
            if field.descriptor.champ_type != ChampType::Explication {
                let bloc = field.bloc.and_then(|bloc| theirs.iter().position(|face| face.id == *bloc));
                theirs.push(Face::new(&field.descriptor.id, field.known(), bloc));
            }
        }
        let states = vec![State::Open; ours.len()];
        let mut matching = Self { ours, theirs, states, is_same: template.mapping.demarche == demarche.number };
        for index in 0..matching.ours.len() {
            matching.recognise_by_id(index);
        }
        matching.recognise(None);
        for bloc in 0..matching.ours.len() {
            matching.recognise(Some(bloc));
        }
        matching
    }

    /// Whether the démarche is the one that the template was made for: then nothing changes.
    pub const fn is_same_demarche(&self) -> bool {
        self.is_same
    }

    /// Every field, in the order of the columns.
    pub fn fields(&self) -> Vec<FieldMatch<'_>> {
        let mut fields = Vec::with_capacity(self.ours.len());
        for (index, face) in self.ours.iter().enumerate() {
            fields.push(FieldMatch { id: &face.id, known: &face.known, outcome: self.outcome(index, face) });
        }
        fields
    }

    /// Whether nothing is to be asked any more. What was not answered is left out.
    pub fn is_settled(&self) -> bool {
        self.ours.iter().enumerate().all(|(index, face)| !matches!(self.outcome(index, face), Outcome::Asked(_)))
    }

    /// Answers for a field: it is this one of the démarche, or none of them. False when it cannot be: it is known for
    /// certain, the other is taken or of another kind.
    pub fn choose(&mut self, field: &DescriptorId, chosen: Option<&DescriptorId>) -> bool {
        let Some(index) = self.ours.iter().position(|face| face.id == *field) else { return false };
        let before = self.state(index);
        if self.is_same || matches!(before, State::Found(_, Grounds::SameId)) {
            return false;
        }
        self.set(index, State::Open);
        let state = match chosen {
            None => Some(State::Declined),
            Some(chosen) => self
                .eligible(index)
                .find(|theirs| self.theirs.get(*theirs).is_some_and(|face| face.id == *chosen))
                .map(|theirs| State::Found(theirs, Grounds::Chosen)),
        };
        self.set(index, state.unwrap_or(before));
        if state.is_some_and(|state| state != before) {
            // What stood in the bloc is looked for in the other.
            for inner in 0..self.ours.len() {
                if self.ours.get(inner).is_some_and(|face| face.bloc == Some(index)) {
                    self.set(inner, State::Open);
                }
            }
            self.recognise(Some(index));
        }
        state.is_some()
    }

    /// The fields that one may be, the best first; the one that it was taken for before all others.
    pub fn candidates(&self, field: &DescriptorId) -> Vec<Candidate<'_>> {
        let Some((index, face)) = self.ours.iter().enumerate().find(|(_, face)| face.id == *field) else { return Vec::new() };
        let mut candidates = self.likely(index, face);
        if let State::Found(theirs, _) = self.state(index)
            && let Some(theirs) = self.theirs.get(theirs)
        {
            candidates.retain(|candidate| *candidate.id != theirs.id);
            candidates.insert(0, Candidate { id: &theirs.id, known: &theirs.known, likeness: face.likeness(theirs) });
            candidates.truncate(MOST_CANDIDATES);
        }
        candidates
    }

    /// The id that a field of the template has in the démarche; none when its columns are left out.
    pub(super) fn target(&self, id: &DescriptorId) -> Option<(&DescriptorId, &KnownField)> {
        let index = self.ours.iter().position(|face| face.id == *id)?;
        match self.state(index) {
            State::Found(theirs, _) => self.theirs.get(theirs).map(|face| (&face.id, &face.known)),
            _ => None,
        }
    }

    fn state(&self, index: usize) -> State {
        self.states.get(index).copied().unwrap_or(State::Declined)
    }

    fn set(&mut self, index: usize, state: State) {
        if let Some(known) = self.states.get_mut(index) {
            *known = state;
        }
    }

    fn outcome<'a>(&'a self, index: usize, face: &'a Face) -> Outcome<'a> {
        match self.state(index) {
            State::Found(theirs, grounds) => {
                self.theirs.get(theirs).map_or(Outcome::Missing, |theirs| Outcome::Found { id: &theirs.id, known: &theirs.known, grounds })
            }
            // Older dossiers have what the present form has not.
            _ if self.is_same => Outcome::Found { id: &face.id, known: &face.known, grounds: Grounds::SameId },
            State::Declined => Outcome::Declined,
            State::Open | State::Contested => {
                let candidates = self.likely(index, face);
                if !candidates.is_empty() {
                    return Outcome::Asked(candidates);
                }
                let bloc = face.bloc.and_then(|bloc| Some((bloc, self.ours.get(bloc)?)));
                let is_awaited = bloc.is_some_and(|(index, bloc)| matches!(self.outcome(index, bloc), Outcome::Asked(_)));
                if is_awaited { Outcome::AwaitsBloc } else { Outcome::Missing }
            }
        }
    }

    fn likely<'a>(&'a self, index: usize, face: &Face) -> Vec<Candidate<'a>> {
        let mut candidates: Vec<Candidate<'a>> = Vec::new();
        for theirs in self.eligible(index).filter_map(|theirs| self.theirs.get(theirs)) {
            let likeness = face.likeness(theirs);
            if likeness.is_likely() {
                // Five are put in their order one by one: a sort weighs five kilobytes. As good ones stay in that of the form.
                let place = candidates.iter().take_while(|better| better.likeness.rank() >= likeness.rank()).count();
                candidates.insert(place, Candidate { id: &theirs.id, known: &theirs.known, likeness });
                candidates.truncate(MOST_CANDIDATES);
            }
        }
        candidates
    }

    /// The fields there that one here may be: free, in the bloc of its bloc, of a type that is read as it is.
    fn eligible(&self, index: usize) -> impl Iterator<Item = usize> {
        let face = self.ours.get(index).filter(|_| !self.is_same);
        let mut is_taken = vec![false; self.theirs.len()];
        for state in &self.states {
            if let State::Found(theirs, _) = state
                && let Some(is_taken) = is_taken.get_mut(*theirs)
            {
                *is_taken = true;
            }
        }
        let free = self.theirs.iter().enumerate().zip(is_taken).filter(|(_, is_taken)| !is_taken).map(|(theirs, _)| theirs);
        free.filter(move |(_, theirs)| {
            face.is_some_and(|ours| {
                let (ours_type, theirs_type) = (&ours.known.champ_type, &theirs.known.champ_type);
                self.is_within(ours.bloc, theirs.bloc) && (ours_type == theirs_type || is_compatible(ours_type, theirs_type))
            })
        })
        .map(|(theirs, _)| theirs)
    }

    /// Whether a bloc there is the one that a bloc here became; or neither is in one.
    fn is_within(&self, ours: Option<usize>, theirs: Option<usize>) -> bool {
        match ours {
            None => theirs.is_none(),
            Some(ours) => matches!(self.state(ours), State::Found(bloc, _) if theirs == Some(bloc)),
        }
    }

    /// Recognises a field by its id, where it stands as it did and is read as it was. Its bloc comes before it.
    fn recognise_by_id(&mut self, index: usize) {
        let Some(ours) = self.ours.get(index) else { return };
        let found = self.theirs.iter().position(|theirs| theirs.id == ours.id && self.is_within(ours.bloc, theirs.bloc));
        let Some((found, theirs)) = found.and_then(|found| Some((found, self.theirs.get(found)?))) else { return };
        let grounds = if ours.known.champ_type == theirs.known.champ_type || self.is_same {
            Grounds::SameId
        } else if is_compatible(&ours.known.champ_type, &theirs.known.champ_type) {
            Grounds::OtherType
        } else {
            return;
        };
        self.set(index, State::Found(found, grounds));
    }

    /// Recognises the fields that stand in no bloc, or in this one, by what is surest first.
    fn recognise(&mut self, bloc: Option<usize>) {
        if self.is_same || bloc.is_some_and(|bloc| !matches!(self.state(bloc), State::Found(..))) {
            return;
        }
        for grounds in [Grounds::SameLabelTypeAndSection, Grounds::SameWordsTypeAndSection, Grounds::OtherSection, Grounds::OtherType] {
            let mut found = Vec::new();
            for (index, face) in self.ours.iter().enumerate() {
                if face.bloc != bloc || self.state(index) != State::Open || face.label.is_empty() {
                    continue;
                }
                // Here, those that are in doubt already count too.
                let is_open = |index: usize| matches!(self.state(index), State::Open | State::Contested);
                let here = self.ours.iter().enumerate().filter(|(other, namesake)| {
                    is_open(*other) && namesake.bloc == bloc && (*other == index || is_namesake(grounds, face, namesake))
                });
                let here: Vec<usize> = here.map(|(other, _)| other).collect();
                let there: Vec<usize> =
                    self.eligible(index).filter(|theirs| self.theirs.get(*theirs).is_some_and(|theirs| is_like(grounds, face, theirs))).collect();
                let is_ordered = here.len() == there.len() && (grounds == Grounds::SameLabelTypeAndSection || there.len() == 1);
                let position = here.iter().position(|other| *other == index).filter(|_| is_ordered);
                match position.and_then(|position| there.get(position)) {
                    Some(theirs) => found.push((index, State::Found(*theirs, grounds))),
                    None if there.is_empty() => {}
                    None => found.push((index, State::Contested)),
                }
            }
            for (index, state) in found {
                self.set(index, state);
            }
        }
    }
}

/// Whether two fields of the template look the same by these grounds.
fn is_namesake(grounds: Grounds, one: &Face, other: &Face) -> bool {
    match grounds {
        // What it becomes is of several types: all that have its words are in doubt.
        Grounds::OtherType => one.folded == other.folded && one.is_in_section(other),
        _ => is_like(grounds, one, other),
    }
}

/// Whether a field looks like another by these grounds.
fn is_like(grounds: Grounds, ours: &Face, theirs: &Face) -> bool {
    let is_same_type = ours.known.champ_type == theirs.known.champ_type;
    let has_same_words = !ours.folded.is_empty() && ours.folded == theirs.folded;
    match grounds {
        Grounds::SameLabelTypeAndSection => is_same_type && ours.label == theirs.label && ours.is_in_section(theirs),
        Grounds::SameWordsTypeAndSection => is_same_type && has_same_words && ours.is_in_section(theirs),
        Grounds::OtherSection => is_same_type && has_same_words,
        Grounds::OtherType => has_same_words && ours.is_in_section(theirs),
        Grounds::SameId | Grounds::Chosen => false,
    }
}

/// The fields that columns use, in their order: that of the form, as proposals make them.
fn used(template: &Template) -> Vec<Face> {
    let mut used: Vec<Face> = Vec::new();
    let mut add = |id: &DescriptorId, bloc: Option<usize>| -> usize {
        if let Some(index) = used.iter().position(|face| face.id == *id) {
            return index;
        }
        let known = template.mapping.fields.get(id).cloned();
        // A mapping made by hand: without a label, it is known by its id alone.
        let known = known.unwrap_or_else(|| KnownField { label: String::new(), champ_type: ChampType::Unknown("".into()), section: String::new() });
        used.push(Face::new(id, known, bloc));
        used.len() - 1
    };
    for table in &template.mapping.tables {
        let bloc = if let TableKey::Repetition(id) = &table.key { Some(add(id, None)) } else { None };
        for id in table.columns.iter().flat_map(|column| &column.sources).filter_map(Field::descriptor) {
            add(id, bloc);
        }
    }
    used
}
