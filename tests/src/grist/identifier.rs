//! Which identifiers Grist makes of the names it is given.
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words of Python 3 that cannot be names.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Names that are taken, whatever their case.
#[derive(Debug, Default, Clone)]
pub(crate) struct Taken(HashSet<String>);

impl Taken {
    pub(crate) fn insert(&mut self, name: &str) {
        self.0.insert(name.to_uppercase());
    }

    fn contains(&self, name: &str) -> bool {
        self.0.contains(&name.to_uppercase())
    }
}

impl<'a> FromIterator<&'a str> for Taken {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        Self(names.into_iter().map(str::to_uppercase).collect())
    }
}

/// A table's id: capitalised, free among `taken`; `Table1`, `Table2`… of a name that leaves nothing.
pub(crate) fn table(wanted: &str, taken: &Taken) -> String {
    match sanitize(wanted, 'T', true) {
        Some(name) => free(name, taken),
        None => (1..=u32::MAX).map(|number| format!("Table{number}")).find(|name| !taken.contains(name)).unwrap_or_default(),
    }
}

/// A column's id, free among `taken`; `A`, `B`… of a name that leaves nothing.
pub(crate) fn column(wanted: &str, taken: &Taken) -> String {
    match sanitize(wanted, 'c', false) {
        Some(name) => free(name, taken),
        None => (0..=u32::MAX).map(letters).find(|name| !taken.contains(name)).unwrap_or_default(),
    }
}

fn sanitize(wanted: &str, prefix: char, capitalize: bool) -> Option<String> {
    let mut name = String::with_capacity(wanted.len());
    let mut replaced = false;
    for character in wanted.nfkd().filter(|character| !is_combining_mark(*character)) {
        if character.is_ascii_alphanumeric() || character == '_' {
            name.push(character);
            replaced = false;
        } else if !replaced {
            // A run of other characters gives one underscore; underscores of the name itself all stay.
            name.push('_');
            replaced = true;
        }
    }
    let name = name.trim_start_matches('_');
    let first = name.chars().next()?;
    let mut name = if first.is_ascii_digit() {
        format!("{prefix}{name}")
    } else if capitalize {
        let rest = name.get(1..).unwrap_or_default();
        format!("{}{rest}", first.to_ascii_uppercase())
    } else {
        name.to_owned()
    };
    while KEYWORDS.contains(&name.as_str()) {
        name.insert(0, prefix);
    }
    Some(name)
}

fn free(name: String, taken: &Taken) -> String {
    if !taken.contains(&name) {
        return name;
    }
    let separator = if name.ends_with(|last: char| last.is_ascii_digit()) { "_" } else { "" };
    (2..=u32::MAX).map(|number| format!("{name}{separator}{number}")).find(|candidate| !taken.contains(candidate)).unwrap_or_default()
}

/// `A` to `Z`, then `AA`, `AB`…
fn letters(mut index: u32) -> String {
    let mut name = String::new();
    loop {
        let letter = char::from_u32(u32::from('A') + index % 26).unwrap_or('A');
        name.insert(0, letter);
        if index < 26 {
            return name;
        }
        index = index / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_identifiers() {
        let taken = Taken::from_iter(["id", "manualSort", "a2"]);
        for (wanted, expected) in [
            ("Numéro du dossier", "Numero_du_dossier"),
            ("1er champ", "c1er_champ"),
            ("½", "c1_2"),
            ("class", "cclass"),
            ("a__b", "a__b"),
            ("A2", "A2_2"),
            ("日本", "A"),
            ("Id", "Id2"),
        ] {
            assert_eq!(column(wanted, &taken), expected, "{wanted}");
        }
        assert_eq!(table("none", &taken), "TNone");
        assert_eq!(table("", &Taken::from_iter(["Table1"])), "Table2");
        assert_eq!(letters(25), "Z");
        assert_eq!(letters(26), "AA");
    }
}
