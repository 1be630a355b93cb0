//! Texts as a search compares them.

use relais_engine::letters::small_letter;

/// A text without case, accents or ligatures: agents type « departement » and mean « Département ».
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for character in text.chars().map(small_letter) {
        match character {
            'à' | 'á' | 'â' | 'ä' | 'ã' => folded.push('a'),
            'ç' => folded.push('c'),
            'è' | 'é' | 'ê' | 'ë' => folded.push('e'),
            'ì' | 'í' | 'î' | 'ï' => folded.push('i'),
            'ñ' => folded.push('n'),
            'ò' | 'ó' | 'ô' | 'ö' | 'õ' => folded.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => folded.push('u'),
            'ÿ' => folded.push('y'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            '’' => folded.push('\''),
            '\u{a0}' | '\u{202f}' => folded.push(' '),
            // Accents of texts that come decomposed.
            '\u{300}'..='\u{36f}' => {}
            other => folded.push(other),
        }
    }
    folded
}

/// Whether a folded text holds every word of a search.
pub fn holds(folded: &str, search: &str) -> bool {
    fold(search).split_whitespace().all(|word| folded.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_case_do_not_count() {
        assert_eq!(fold("Œuvre d’ÉTÉ"), "oeuvre d'ete");
        assert_eq!(fold("e\u{301}tat"), "etat");
        assert!(holds(&fold("Département du siège"), "siege departement"));
        assert!(holds(&fold("Département"), "  "));
        assert!(!holds(&fold("Département"), "région"));
    }
}
