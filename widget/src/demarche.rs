//! Which démarche an agent means: one of the list, a number, or an address of Démarches Simplifiées.

use relais_engine::ds::DemarcheNumber;

use crate::{
    fold::{fold, holds},
    proxy::ListedDemarche,
};

/// A text that names no démarche, and what it seems to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnamed {
    /// Nothing was typed.
    Empty,
    /// The address by which usagers fill the form: it has a path where the number would be, and DS knows none of it.
    PublicAddress,
    /// The address of a dossier, without its démarche.
    DossierAddress,
    /// Anything else.
    Other,
}

/// Reads a number, or any address of DS that has one.
pub fn parse(text: &str) -> Result<DemarcheNumber, Unnamed> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Unnamed::Empty);
    }
    // « procedures » is in the addresses of instructeurs and administrators alike.
    if let Some((_, rest)) = text.split_once("procedures/").or_else(|| text.split_once("procedure/")) {
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        return number(&digits).ok_or(Unnamed::Other);
    }
    if path(text).is_some() {
        return Err(Unnamed::PublicAddress);
    }
    if text.contains("/dossiers/") {
        return Err(Unnamed::DossierAddress);
    }
    let text = fold(text);
    let text = text.strip_prefix("demarche").unwrap_or(&text).trim_start();
    let text = text.strip_prefix("n°").or_else(|| text.strip_prefix("no ")).unwrap_or(text);
    let digits: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    number(&digits).ok_or(Unnamed::Other)
}

/// What a public address has where the number would be: the proxy asks DS which démarche it is.
pub fn path(text: &str) -> Option<&str> {
    let (_, rest) = ["/commencer/", "/preremplir/", "/statistiques/"].iter().find_map(|before| text.split_once(before))?;
    let path = rest.split(['/', '?', '#']).next().unwrap_or_default().trim_end();
    (!path.is_empty()).then_some(path)
}

/// GraphQL's numbers have 31 bits.
fn number(digits: &str) -> Option<DemarcheNumber> {
    let number: i32 = digits.parse().ok()?;
    DemarcheNumber::new(number.into()).ok()
}

/// Whether a démarche answers a search by title or number.
pub fn answers(listed: &ListedDemarche, search: &str) -> bool {
    let text = format!("{} {}", fold(listed.title.as_deref().unwrap_or_default()), listed.number);
    holds(&text, search)
}

/// The démarche of the list that an unknown number was probably meant for: one digit away, or two exchanged.
pub fn nearest(number: DemarcheNumber, listed: &[ListedDemarche]) -> Option<&ListedDemarche> {
    let typed = number.to_string();
    listed.iter().find(|candidate| is_slip(typed.as_bytes(), candidate.number.to_string().as_bytes()))
}

fn is_slip(typed: &[u8], meant: &[u8]) -> bool {
    if typed.len() == meant.len() {
        let mut differing = typed.iter().zip(meant).filter(|(left, right)| left != right);
        return match (differing.next(), differing.next(), differing.next()) {
            (Some(_), None, _) => true,
            (Some(first), Some(second), None) => first.0 == second.1 && first.1 == second.0,
            _ => false,
        };
    }
    let (short, long) = if typed.len() < meant.len() { (typed, meant) } else { (meant, typed) };
    let without = |skipped: usize| long.iter().enumerate().filter(move |(index, _)| *index != skipped).map(|(_, digit)| digit);
    long.len() == short.len() + 1 && (0..long.len()).any(|skipped| without(skipped).eq(short))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn listed(number: i64, title: &str) -> ListedDemarche {
        relais_engine::json::from_value(&serde_json::json!({ "number": number, "title": title })).unwrap()
    }

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for text in ["131016", " 131 016 ", "n° 131016", "Démarche n°131016", "131\u{202f}016"] {
            assert_eq!(parse(text).map(DemarcheNumber::get), Ok(131_016), "{text}");
        }
    }

    #[test]
    fn addresses_of_ds_are_read() {
        for text in [
            "https://demarche.numerique.gouv.fr/admin/procedures/131016",
            "https://www.demarches-simplifiees.fr/procedures/131016/dossiers/20528571",
            "demarche.numerique.gouv.fr/admin/procedures/131016/champs?x=1",
            "https://demarche.numerique.gouv.fr/procedures/131016#haut",
        ] {
            assert_eq!(parse(text).map(DemarcheNumber::get), Ok(131_016), "{text}");
        }
    }

    #[test]
    fn the_rest_is_explained() {
        assert_eq!(parse("  "), Err(Unnamed::Empty));
        for text in [
            "https://demarche.numerique.gouv.fr/commencer/detr-2026",
            "demarche.numerique.gouv.fr/preremplir/detr-2026/?champ=1",
            "https://www.demarches-simplifiees.fr/statistiques/detr-2026#haut ",
        ] {
            assert_eq!((parse(text), path(text)), (Err(Unnamed::PublicAddress), Some("detr-2026")), "{text}");
        }
        assert_eq!((path("https://demarche.numerique.gouv.fr/commencer/"), path("detr-2026")), (None, None));
        assert_eq!(parse("https://demarche.numerique.gouv.fr/dossiers/20528571"), Err(Unnamed::DossierAddress));
        for text in ["DETR", "0", "-3", "99999999999", "https://demarche.numerique.gouv.fr/admin/procedures/"] {
            assert_eq!(parse(text), Err(Unnamed::Other), "{text}");
        }
    }

    #[test]
    fn a_search_looks_at_titles_and_numbers() {
        let detr = listed(131_016, "Dérogation « espèces protégées »");
        assert!(answers(&detr, "especes"));
        assert!(answers(&detr, "1310"));
        assert!(!answers(&detr, "fonds vert"));
    }

    #[test]
    fn slips_of_the_keyboard_are_seen() {
        let list = [listed(131_016, "DETR"), listed(88_417, "Dérogation")];
        let meant = |number: i64| nearest(DemarcheNumber::new(number).unwrap(), &list).map(|found| found.number.get());
        assert_eq!(meant(131_106), Some(131_016));
        assert_eq!(meant(131_017), Some(131_016));
        assert_eq!(meant(1_310), None);
        assert_eq!(meant(13_016), Some(131_016));
        assert_eq!(meant(888_417), Some(88_417));
        assert_eq!(meant(555_555), None);
    }
}
