//! Names of columns and tables.

use super::Proposal;
use crate::{
    ds::DescriptorId,
    letters::small,
    mapping::TableKey,
    naming::first_free,
    sorted::{SortedMap, SortedSet},
    words,
};

/// The longest name of a column; the whole label is its help.
const LONGEST_NAME: usize = 60;
/// The longest name of a table.
pub(super) const LONGEST_TABLE_NAME: usize = 40;

impl Proposal {
    /// Names columns after their fields: cut at a word, or at « : » when what is left still tells it from the others;
    /// namesakes are numbered.
    pub(super) fn name_columns(&mut self) {
        let heads: SortedMap<(TableKey, String), usize> = self.sections.iter().fold(SortedMap::new(), |mut heads, section| {
            let mut previous = None;
            for line in &section.lines {
                if line.is_first_part(previous) {
                    *heads.get_or_default((section.table.clone(), small(head(&line.label)))) += 1;
                }
                previous = Some(line);
            }
            heads
        });
        let relations = self.tables.iter().filter(|(key, _)| *key != TableKey::Dossiers);
        let mut taken: SortedSet<(TableKey, String)> =
            relations.flat_map(|(key, _)| [words::ROW_DOSSIER, words::row_id(key)].map(|name| (key.clone(), small(name)))).collect();
        for section in &mut self.sections {
            let mut first_of_field: Option<DescriptorId> = None;
            for line in &mut section.lines {
                let head = head(&line.label);
                let is_unique = heads.get(&(section.table.clone(), small(head))) == Some(&1);
                let label = if is_unique && line.label.chars().count() > LONGEST_NAME { head } else { line.label.trim() };
                let is_main = match line.field.descriptor() {
                    Some(descriptor) => first_of_field.replace(descriptor.clone()).as_ref() != Some(descriptor),
                    None => true,
                };
                let base = column_name(if label.is_empty() { "Champ sans libellé" } else { label }, line.part.as_deref().filter(|_| !is_main));
                line.column_name =
                    first_free(base, |base, number| format!("{base} ({number})"), |name| taken.insert((section.table.clone(), small(name))));
            }
        }
    }

    pub(super) fn name_tables(&mut self) {
        let mut taken = SortedSet::new();
        for (_, name) in &mut self.tables {
            let base = if name.is_empty() { "Dossiers".to_owned() } else { name.clone() };
            *name = first_free(base, |base, number| format!("{base} ({number})"), |name| taken.insert(small(name)));
        }
    }
}

/// « Adresse du siège – code postal »: the label gives way to the part.
pub(super) fn column_name(label: &str, part: Option<&str>) -> String {
    let suffix = part.map(|part| format!(" – {part}")).unwrap_or_default();
    format!("{}{suffix}", cut(label, LONGEST_NAME.saturating_sub(suffix.chars().count())))
}

/// What stands before « : » in a label.
fn head(label: &str) -> &str {
    label.split([':', '\n']).next().unwrap_or(label).trim()
}

/// Words that a name cut short does not end with.
const JOINING_WORDS: [&str; 22] =
    ["à", "au", "aux", "avec", "d’", "dans", "de", "des", "du", "en", "et", "l’", "la", "le", "les", "ou", "par", "pour", "sur", "un", "une", "–"];

/// Cuts a text at a word, in one line.
pub(super) fn cut(text: &str, longest: usize) -> String {
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
            Some((before, last)) if JOINING_WORDS.contains(&small(last).as_str()) => kept = before,
            _ => return kept.to_owned(),
        }
    }
}
