//! Finds fields that take turns: by their labels, which differ in one part, and by the dossiers, which never fill two of
//! them.

use super::{
    Line, Proposal, Section, SectionOrigin,
    naming::column_name,
    samples::{SAMPLES, Samples},
    turns::{Face, Family, Shared},
};
use crate::{
    ds::{ChampDescriptor, ChampType, Revision},
    grist::ColumnType,
    letters::small,
    mapping::{
        Facet, Field, TableKey,
        facet::{LONGEST_CHOICE_LIST, has_columns},
        offers,
    },
    sorted::SortedSet,
};

/// What labels have in common holds at least so many letters: « N° (a) » and « N° (b) » say too little.
const FEWEST_LETTERS: usize = 3;
/// So many fields with the code of a département are one per département; others with fewer may be theirs under another word.
const FEWEST_BY_DEPARTEMENT: usize = 3;
/// What follows a dash in a label tells fields apart when it has at most so many words; else it is a sentence of its own.
const MOST_WORDS: usize = 3;

/// A field that may take turns with others.
struct Candidate<'a> {
    section: usize,
    descriptor: &'a ChampDescriptor,
    /// What its label has of its own.
    part: &'a str,
}

/// Candidates of one table whose labels differ in one part.
struct Alike<'a> {
    table: &'a TableKey,
    kind: Kind<'a>,
    label: String,
    members: Vec<Candidate<'a>>,
}

/// Fields of one kind can share a column.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind<'a> {
    /// Lists, of one, of several or linked: what is chosen is a text.
    List,
    Type(&'a ChampType),
}

impl<'a> Kind<'a> {
    fn of(champ_type: &'a ChampType) -> Option<Self> {
        match champ_type {
            ChampType::DropDownList | ChampType::MultipleDropDownList | ChampType::LinkedDropDownList => Some(Self::List),
            // Never empty, or not one value.
            ChampType::Checkbox
            | ChampType::TitreIdentite
            | ChampType::PieceJustificative
            | ChampType::Carte
            | ChampType::Repetition
            | ChampType::HeaderSection
            | ChampType::Explication => None,
            champ_type if has_columns(champ_type) => None,
            champ_type => Some(Self::Type(champ_type)),
        }
    }

    /// Amounts in euros and in XPF are told apart as départements are, and must not be added up.
    const fn is_number(self) -> bool {
        matches!(self, Self::Type(ChampType::Number | ChampType::IntegerNumber | ChampType::DecimalNumber))
    }
}

/// What a label has in common with others, and what it has of its own: in brackets, or after a last dash.
pub(super) fn split(label: &str) -> Option<(String, &str)> {
    let label = label.trim().trim_end_matches(['?', ':', '.', '*', ' ', '\u{a0}', '\u{202f}']);
    let bracketed = label.rfind(')').and_then(|close| {
        let open = label.get(..close)?.rfind('(')?;
        let common = [label.get(..open)?.trim(), label.get(close + 1..)?.trim()].join(" ");
        Some((common.trim().to_owned(), label.get(open + 1..close)?))
    });
    let (common, part) = bracketed.or_else(|| {
        let (common, part) = [" – ", " - "].iter().filter_map(|dash| label.rsplit_once(dash)).min_by_key(|(_, part)| part.len())?;
        (part.split_whitespace().count() <= MOST_WORDS).then(|| (common.trim().to_owned(), part))
    })?;
    let letters = common.chars().filter(|character| character.is_alphabetic()).count();
    (letters >= FEWEST_LETTERS && !part.trim().is_empty()).then(|| (common, part.trim()))
}

/// The code of « 01 - Ain », « 2A – Corse-du-Sud », « 974 - La Réunion ».
fn departement(part: &str) -> Option<&str> {
    let (code, name) = part.split_once(" - ").or_else(|| part.split_once(" – "))?;
    let (code, name) = (code.trim(), name.trim());
    let is_code = matches!(code, "2A" | "2B") || (2..=3).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    (is_code && name.starts_with(char::is_alphabetic)).then_some(code)
}

impl Alike<'_> {
    fn is_by_departement(&self) -> bool {
        self.members.iter().all(|member| departement(member.part).is_some())
    }

    fn holds(&self, id: &str) -> bool {
        self.members.iter().any(|member| member.descriptor.id.as_str() == id)
    }

    fn has_twins(&self) -> bool {
        let mut parts = SortedSet::new();
        !self.members.iter().all(|member| parts.insert(small(member.part)))
    }
}

/// Finds fields that take turns in sections that have their names. Forms have some hundreds of fields: they are gone
/// through rather than indexed, which costs less code than it saves time.
pub(super) fn find(proposal: &Proposal, revision: &Revision, samples: &Samples<'_>) -> Vec<Family> {
    let units = samples.units();
    let mut all = alike(&proposal.sections, revision);
    join_departements(&mut all);
    let mut families = Vec::new();
    for alike in all.into_iter().filter(|alike| alike.members.len() > 1) {
        let is_by_departement = alike.is_by_departement();
        if alike.has_twins() || alike.kind.is_number() && !is_by_departement {
            continue;
        }
        let mut seen: Vec<&str> = Vec::new();
        let mut are_together = false;
        for unit in &units {
            let filled: Vec<&str> = unit.iter().copied().filter(|id| alike.holds(id)).collect();
            are_together |= filled.len() > 1;
            seen.extend(filled.into_iter().filter(|id| !seen.contains(id)).collect::<Vec<_>>());
        }
        if are_together {
            continue;
        }
        // Dossiers fill now one, now another: that is what taking turns is. Départements do without saying.
        let is_joined = is_by_departement || seen.len() > 1;
        let is_essential = !seen.is_empty() || alike.members.iter().any(|member| member.descriptor.required);
        let columns = columns(&alike, proposal, is_essential);
        let size = alike.members.len();
        families.push(Family { label: alike.label, size, is_by_departement, is_joined, table: alike.table.clone(), columns });
    }
    families
}

/// Groups fields by what their labels have in common, in the order of the form.
fn alike<'a>(sections: &'a [Section], revision: &'a Revision) -> Vec<Alike<'a>> {
    let mut all: Vec<Alike<'a>> = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        if !matches!(section.origin, SectionOrigin::Champs | SectionOrigin::Annotations | SectionOrigin::Repetition(_)) {
            continue;
        }
        let mut previous = None;
        for line in &section.lines {
            let is_first = line.is_first_part(previous);
            previous = Some(line);
            let Some(id) = line.field.descriptor().filter(|_| is_first) else { continue };
            let Some(descriptor) = revision.all_descriptors().find(|descriptor| descriptor.id == *id) else { continue };
            let Some((kind, (label, part))) = Kind::of(&descriptor.champ_type).zip(split(&descriptor.label)) else { continue };
            let member = Candidate { section: index, descriptor, part };
            let is_alike = |known: &&mut Alike<'_>| known.table == &section.table && known.kind == kind && small(&known.label) == small(&label);
            match all.iter_mut().find(is_alike) {
                Some(alike) => alike.members.push(member),
                None => all.push(Alike { table: &section.table, kind, label, members: vec![member] }),
            }
        }
    }
    all
}

/// Some départements have another word for the same thing, in the same section: « Province du demandeur
/// (988 - Nouvelle-Calédonie) ».
fn join_departements(all: &mut [Alike<'_>]) {
    for largest in 0..all.len() {
        for index in 0..all.len() {
            let [Some(alike), Some(joined)] = [all.get(index), all.get(largest)] else { continue };
            let Some(section) = joined.members.first().map(|member| member.section) else { continue };
            let is_same = alike.table == joined.table && alike.kind == joined.kind && alike.members.len() < FEWEST_BY_DEPARTEMENT;
            if !is_same || joined.members.len() < FEWEST_BY_DEPARTEMENT || !joined.is_by_departement() {
                continue;
            }
            let has = |code: &str| joined.members.iter().any(|member| departement(member.part) == Some(code));
            let fits = |member: &Candidate<'_>| member.section == section && departement(member.part).is_some_and(|code| !has(code));
            if alike.members.iter().all(fits) {
                let members = all.get_mut(index).map(|alike| std::mem::take(&mut alike.members)).unwrap_or_default();
                if let Some(joined) = all.get_mut(largest) {
                    joined.members.extend(members);
                }
            }
        }
    }
}

/// What of each field goes to the columns that they share: each of its facets when they are of one type; what is chosen,
/// as a text, when lists of several types are mixed.
fn columns(alike: &Alike<'_>, proposal: &Proposal, is_essential: bool) -> Vec<Shared> {
    let lines: Vec<&Line> = proposal.sections.iter().filter(|section| section.table == *alike.table).flat_map(|section| &section.lines).collect();
    let line_of = |field: &Field| lines.iter().copied().find(|line| line.field == *field);
    let Some(first) = alike.members.first() else { return Vec::new() };
    let is_mixed = alike.members.iter().any(|member| member.descriptor.champ_type != first.descriptor.champ_type);
    let facets: Vec<Option<Facet>> =
        if is_mixed { vec![None] } else { offers(first.descriptor).into_iter().map(|offer| Some(offer.facet)).collect() };
    let column = |facet: Option<Facet>| {
        let source = |member: &Candidate<'_>| {
            let facet = facet.unwrap_or(match member.descriptor.champ_type {
                ChampType::LinkedDropDownList => Facet::Text,
                ChampType::MultipleDropDownList => Facet::Choices,
                _ => Facet::Choice,
            });
            Field::Champ(member.descriptor.id.clone(), facet)
        };
        let sources: Vec<Field> = alike.members.iter().map(source).collect();
        // The line that stands for its field: of linked lists, the text is not the first.
        let stands_for_all = |member: &&Candidate<'_>| !is_mixed || member.descriptor.champ_type != ChampType::LinkedDropDownList;
        let line = alike.members.iter().find(stands_for_all).map(source)?;
        let shown = line_of(&line)?;
        let mut samples: Vec<String> = Vec::new();
        for sample in sources.iter().filter_map(line_of).flat_map(|line| &line.samples) {
            if samples.len() < SAMPLES && !samples.contains(sample) {
                samples.push(sample.clone());
            }
        }
        let part = shown.part.clone().filter(|_| facet.is_some());
        let is_proposed = is_mixed || shown.is_proposed;
        let other = Face {
            label: alike.label.clone(),
            column_name: column_name(&alike.label, part.as_deref().filter(|_| facet != facets.first().copied().flatten())),
            part,
            column_type: column_type(alike, facet, &shown.column_type),
            samples,
            is_required: alike.members.iter().any(|member| member.descriptor.required),
            is_proposed,
            is_essential: is_proposed && (is_essential || sources.iter().filter_map(line_of).any(|line| line.is_essential)),
        };
        Some(Shared { line, sources, other })
    };
    facets.iter().copied().filter_map(column).collect()
}

/// A list when the lists of all, together, still make a menu.
fn column_type(alike: &Alike<'_>, facet: Option<Facet>, of_one: &ColumnType) -> ColumnType {
    let Some(facet) = facet else { return ColumnType::Text };
    let mut choices: SortedSet<&str> = SortedSet::new();
    for member in &alike.members {
        let (primary, secondary) = member.descriptor.linked_choices();
        match facet {
            Facet::Choice | Facet::Choices => choices.extend(member.descriptor.choices.iter().map(String::as_str)),
            Facet::Primary => choices.extend(primary),
            Facet::Secondary => choices.extend(secondary),
            _ => return of_one.clone(),
        }
    }
    let is_open = facet == Facet::Choice && alike.members.iter().any(|member| member.descriptor.other_option == Some(true));
    if is_open || choices.len() > LONGEST_CHOICE_LIST { ColumnType::Text } else { of_one.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_alike_but_for_one_part() {
        for (label, common, part) in [
            ("Arrondissement du demandeur (01 - Ain)", "Arrondissement du demandeur", "01 - Ain"),
            ("Catégories prioritaires (02 - Aisne) ?", "Catégories prioritaires", "02 - Aisne"),
            ("Adresse (association) du siège", "Adresse du siège", "association"),
            ("Adresse du siège – association", "Adresse du siège", "association"),
        ] {
            assert_eq!(split(label), Some((common.to_owned(), part)), "{label}");
        }
        for label in ["Nom", "N° (a)", "Autre dispositif - Précisez le dispositif concerné", "Montant ()", ") x (", "(01 - Ain)"] {
            assert_eq!(split(label), None, "{label}");
        }
    }

    #[test]
    fn départements_are_known_by_their_codes() {
        assert_eq!(departement("01 - Ain"), Some("01"));
        assert_eq!(departement("2A – Corse-du-Sud"), Some("2A"));
        assert_eq!(departement("988 - Nouvelle-Calédonie"), Some("988"));
        for other in ["en euros HT", "1 - Ain", "01", "2C - x", "12 - 15 ans", "ab - x"] {
            assert_eq!(departement(other), None, "{other}");
        }
    }
}
