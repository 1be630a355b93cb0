//! How like two fields are: by the words of their labels, and by their types.

use crate::{ds::ChampType, grist::ascii, letters::small};

/// Labels with so much in common, of a hundred, may be two names of one thing.
pub(super) const ALIKE: usize = 50;
/// Letters that a word may have more than another: « demande », « demandée », « demandées ».
const ENDING: usize = 2;
/// Shorter words join others, and say nothing of themselves.
const SHORTEST: usize = 3;

/// A text without capitals, accents, punctuation: its words, by one space.
pub(super) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match ascii(character) {
            // A letter that is none of ours is one nevertheless.
            "" if character.is_alphabetic() => folded.push(character),
            "" if folded.is_empty() || folded.ends_with(' ') => {}
            "" => folded.push(' '),
            letters => folded.push_str(letters),
        }
    }
    folded.truncate(folded.trim_end().len());
    small(&folded)
}

/// How much two folded labels have in common, of a hundred: the words of both against all words.
pub(super) fn in_common(ours: &str, theirs: &str) -> usize {
    let (ours, mut theirs) = (telling(ours), telling(theirs));
    let all = ours.len() + theirs.len();
    let mut common = 0;
    for word in ours {
        if let Some(index) = theirs.iter().position(|other| is_form(word, other)) {
            theirs.swap_remove(index);
            common += 2;
        }
    }
    common * 100 / all.max(1)
}

/// The words that tell labels apart: « N° » does not, « 3b » does.
fn telling(folded: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for word in folded.split(' ') {
        if word.chars().count() >= SHORTEST || word.contains(|character: char| character.is_ascii_digit()) {
            words.push(word);
        }
    }
    words
}

/// Whether two words are forms of one: they begin alike, and one ends a little later.
fn is_form(word: &str, other: &str) -> bool {
    let (short, long) = if word.len() < other.len() { (word, other) } else { (other, word) };
    short == long || short.len() > SHORTEST && long.strip_prefix(short).is_some_and(|ending| ending.len() <= ENDING)
}

/// Whether what was read of a field of the first type is read of one of the second as well, and means the same.
pub(super) const fn is_compatible(ours: &ChampType, theirs: &ChampType) -> bool {
    use ChampType as Type;
    match ours {
        Type::Text | Type::Textarea | Type::Formatted => {
            matches!(theirs, Type::Text | Type::Textarea | Type::Formatted | Type::Email | Type::Phone | Type::DropDownList)
        }
        // A choice that became free.
        Type::Email | Type::Phone | Type::DropDownList => matches!(theirs, Type::Text | Type::Textarea | Type::Formatted),
        Type::Number | Type::IntegerNumber | Type::DecimalNumber => matches!(theirs, Type::Number | Type::IntegerNumber | Type::DecimalNumber),
        Type::Checkbox | Type::YesNo => matches!(theirs, Type::Checkbox | Type::YesNo),
        // As DS itself turned them (facts/ds-api.md, section 8).
        Type::TitreIdentite => matches!(theirs, Type::PieceJustificative),
        _ => false,
    }
}

/// Why a field may be another: what people are told when they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// Of the same type; else of one that is read as well.
    pub is_same_type: bool,
    /// In a section of the same title, or in the same bloc.
    pub is_same_section: bool,
    /// How much of their labels is the same, of a hundred.
    pub in_common: usize,
}

impl Likeness {
    /// Whether it is worth a question.
    pub(super) const fn is_likely(self) -> bool {
        self.is_same_section || self.in_common >= ALIKE
    }

    /// Whether the labels are near to each other.
    pub const fn is_label_alike(self) -> bool {
        self.in_common >= ALIKE
    }

    /// The best first: the label says most.
    pub(super) const fn rank(self) -> usize {
        self.in_common + if self.is_same_section { 20 } else { 0 } + if self.is_same_type { 10 } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_folded_to_their_words() {
        assert_eq!(folded("  N° engagement\u{a0}juridique : "), "no engagement juridique");
        assert_eq!(folded("Éligibilité de l’opération"), folded("eligibilite de l'Operation"));
        assert_eq!(folded("Œuvre – 3.b"), "oeuvre 3 b");
        assert_eq!(folded("…"), "");
        assert_eq!(folded("日本 語"), "日本 語");
    }

    #[test]
    fn what_labels_have_in_common_is_counted_by_words() {
        let common = |ours: &str, theirs: &str| in_common(&folded(ours), &folded(theirs));
        assert_eq!(common("Montant de l’aide demandée (en euros)", "Montant de l'aide sollicitée (en euros)"), 75);
        assert_eq!(common("Montant de l’aide demandée (en euros)", "Montant total demandé"), 57);
        assert_eq!(common("Nom", "Nom"), 100);
        assert_eq!(common("Nom du projet", "Adresse du siège"), 0);
        assert_eq!(common("Aide 1", "Aide 2"), 50);
        assert_eq!(common("", ""), 0);
    }
}
