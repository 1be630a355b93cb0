//! The identifiers of Grist, and readable ones for French labels.

use std::fmt;

use serde::Serialize;

use crate::{
    json::{FromJson, Json, Malformed},
    naming::first_free,
};

macro_rules! identifier {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as Grist writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromJson for $name {
            fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
                FromJson::from_json(json).map(Self)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

identifier! {
    /// The id of a table, as in formulas; agents may change it.
    TableId
}
identifier! {
    /// The id of a column, as in formulas; agents may change it.
    ColumnId
}

macro_rules! reference {
    ($(#[$documentation:meta])* $name:ident) => {
        $(#[$documentation])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl FromJson for $name {
            fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
                FromJson::from_json(json).map(Self)
            }
        }
    };
}

reference! {
    /// The row id of a table in `_grist_Tables`: kept when the table is renamed.
    TableRef
}
reference! {
    /// The row id of a column in `_grist_Tables_column`: kept when the column is renamed.
    ColumnRef
}

/// Words that Grist refuses as identifiers: Python's, and its own two (facts/grist.md, section 3).
const RESERVED: [&str; 37] = [
    "False",
    "None",
    "True",
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "id",
    "manualSort",
];

/// The longest identifier that we make: Grist never cuts them, and a formula must stay readable.
const LONGEST: usize = 50;

/// An ASCII identifier for a French text, one that Grist keeps as it is: letters without accents, `œ` as `oe` (Grist
/// alone would lose it), runs of anything else as one `_`. Empty when nothing readable is left.
pub fn identifier(text: &str) -> String {
    let mut identifier = String::with_capacity(text.len());
    for character in text.chars() {
        match ascii(character) {
            "" if identifier.is_empty() || identifier.ends_with('_') => {}
            "" => identifier.push('_'),
            letters => identifier.push_str(letters),
        }
        if identifier.len() >= LONGEST {
            break;
        }
    }
    identifier.truncate(identifier.trim_end_matches('_').len());
    identifier
}

/// The letters that stand for a character in an identifier; none for what is no letter or digit of ours. Combining
/// accents vanish without leaving a `_`, for texts written letter by letter.
pub(crate) fn ascii(character: char) -> &'static str {
    const ASCII: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if character.is_ascii_alphanumeric() {
        return ASCII.find(character).and_then(|at| ASCII.get(at..=at)).unwrap_or_default();
    }
    match character {
        'À'..='Å' | 'Ā' | 'Ă' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ª' => "a",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'È'..='Ë' | 'Ē' | 'Ĕ' | 'Ė' => "E",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' => "e",
        'Ì'..='Ï' | 'Ī' => "I",
        'ì'..='ï' | 'ī' => "i",
        'Ñ' => "N",
        'ñ' => "n",
        'Ò'..='Ö' | 'Ō' => "O",
        'ò'..='ö' | 'ō' | 'º' | '°' => "o",
        'Ù'..='Ü' | 'Ū' => "U",
        'ù'..='ü' | 'ū' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Š' => "S",
        'š' => "s",
        'Ž' => "Z",
        'ž' => "z",
        'Œ' => "OE",
        'œ' => "oe",
        'Æ' => "AE",
        'æ' => "ae",
        'ß' => "ss",
        '€' => "euros",
        _ => "",
    }
}

/// Whether Grist itself makes this table id of the text: then the text can be given in its place, and names the table and
/// its page too. Only for texts plain enough that Grist's rules and ours agree (facts/grist.md, section 3).
pub fn is_title_of(title: &str, id: &str) -> bool {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || ascii(character).len() == 1 && character.is_alphabetic();
    let ends_plainly = title.ends_with(is_plain) && title.starts_with(|first: char| is_plain(first) && !first.is_ascii_digit());
    let separators = |character: char| character.is_ascii() && character != '_' || matches!(character, '’' | '–' | '«' | '»' | '\u{a0}');
    let mut by_grist = identifier(title);
    if let Some(first) = by_grist.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    ends_plainly && title.chars().all(|character| is_plain(character) || separators(character)) && by_grist == id
}

/// An identifier for a text that no other has yet. Grist compares them without case; `taken` answers for what is in the
/// document or promised to it, in lower case. A table's starts with a capital.
pub fn free_identifier(text: &str, fallback: &str, is_table: bool, taken: impl Fn(&str) -> bool) -> String {
    let mut base = identifier(text);
    if base.is_empty() {
        fallback.clone_into(&mut base);
    }
    if base.starts_with(|first: char| first.is_ascii_digit())
        || RESERVED.contains(&base.as_str())
        || base.to_ascii_lowercase().starts_with("gristhelper")
    {
        base.insert_str(0, if is_table { "T" } else { "c" });
    }
    if is_table && let Some(first) = base.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let separator = if base.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
    first_free(base, |base, number| format!("{base}{separator}{number}"), |candidate| !taken(&candidate.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_labels_become_readable() {
        assert_eq!(identifier("Numéro du dossier"), "Numero_du_dossier");
        assert_eq!(identifier("Œuvre"), "OEuvre");
        assert_eq!(identifier("  Coût total (en € HT) ?"), "Cout_total_en_euros_HT");
        assert_eq!(identifier("👍 مرحبا"), "");
        assert_eq!(identifier("e\u{301}tat"), "e_tat");
        assert_eq!(identifier(&"mot ".repeat(200)).len(), 50);
    }

    #[test]
    fn a_title_is_given_only_when_it_makes_the_id() {
        assert!(is_title_of("Demande d’aide à l’été 2026", "Demande_d_aide_a_l_ete_2026"));
        assert!(is_title_of("suivi DETR", "Suivi_DETR"));
        for (title, id) in
            [("Œuvre", "OEuvre"), ("Prénom(s)", "Prenom_s"), ("a_b", "A_b"), ("2026", "T2026"), ("Aide ½", "Aide"), ("Suivi", "Suivi2")]
        {
            assert!(!is_title_of(title, id), "{title}");
        }
    }

    #[test]
    fn a_free_one_is_found() {
        let taken = |candidate: &str| ["nom", "nom2", "etape1", "c1er_champ"].contains(&candidate);
        assert_eq!(free_identifier("Nom", "Champ", false, taken), "Nom3");
        assert_eq!(free_identifier("Étape 1", "Champ", false, taken), "Etape_1");
        assert_eq!(free_identifier("Etape1", "Champ", false, taken), "Etape1_2");
        assert_eq!(free_identifier("1er champ", "Champ", false, taken), "c1er_champ2");
        assert_eq!(free_identifier("class", "Champ", false, taken), "cclass");
        assert_eq!(free_identifier("id", "Champ", false, taken), "cid");
        assert_eq!(free_identifier("日本", "Champ", false, taken), "Champ");
        assert_eq!(free_identifier("dossiers", "Table", true, taken), "Dossiers");
    }
}
