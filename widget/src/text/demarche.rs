//! The screen Démarche.

use relais_engine::{Day, Timestamp, ds::DemarcheState, words};

use super::moments;
use crate::{demarche::Unnamed, team::Due};

/// Title.
pub const TITLE: &str = "Choisir une démarche";
/// The list.
pub const LIST: &str = "Démarches de votre équipe";
/// The search.
pub const SEARCH: &str = "Chercher dans les démarches de l’équipe";
/// In the search.
pub const SEARCH_HINT: &str = "Titre ou numéro";
/// Nothing answers the search.
pub const NO_MATCH: &str = "Aucune démarche de l’équipe ne correspond. Indiquez son numéro.";
/// The team reads nothing yet.
pub const NO_TOKEN: &str = "Votre équipe n’a pas encore de jeton : l’écran « Équipe » dit qui peut le déposer.";
/// The field for a number or an address.
pub const NUMBER: &str = "Ou indiquez une démarche";
/// Its help.
pub const NUMBER_HINT: &str = "Son numéro, ou l’adresse de n’importe laquelle de ses pages sur Démarches Simplifiées.";
/// Asks DS about what is typed.
pub const LOOK_UP: &str = "Chercher cette démarche";
/// The next step.
pub const NEXT: &str = "Choisir les champs";
/// Nothing is chosen.
pub const CHOOSE_FIRST: &str = "Choisissez une démarche dans la liste, ou indiquez son numéro.";
/// The démarche is connected already.
pub const CONNECTED: &str = "déjà dans ce document";
/// What connecting it again does.
pub const CONNECTED_TWICE: &str =
    "Elle serait connectée une seconde fois, dans d’autres tables. Pour changer ses champs, passez par l’accueil : « Modifier les champs ».";
/// The form, in the card.
pub const FORM: &str = "Formulaire";
/// The dossiers, in the card.
pub const DOSSIERS: &str = "Dossiers";
/// The groupes instructeurs, in the card.
pub const GROUPES: &str = "Groupes instructeurs";
/// While the form is read.
pub const READING_FORM: &str = "Lecture du formulaire…";
/// While the samples are read.
pub const READING_SAMPLES: &str = "Lecture des derniers dossiers, pour les exemples…";
/// DS did not open it.
pub const REFUSED: &str = "illisible pour l’instant";

/// « L’équipe « Préfecture » peut lire 4 démarches. »
pub fn team(name: &str, count: usize) -> String {
    match count {
        0 => format!("L’équipe « {name} » ne peut encore lire aucune démarche."),
        count => format!("L’équipe « {name} » peut lire {}.", words::count(count, "démarche", "démarches")),
    }
}

/// « Le jeton de votre équipe pour Démarches Simplifiées expire dans 22 jours, le 11 décembre 2026. »
pub fn token_due(due: Due, last_day: Day) -> String {
    let day = moments::date(last_day.start());
    let when = match due {
        Due::Close(0) => "aujourd’hui".to_owned(),
        Due::Close(1) => "demain".to_owned(),
        Due::Soon(days) | Due::Close(days) => format!("dans {days}\u{a0}jours"),
        Due::Far | Due::Ended => String::new(),
    };
    format!("Le jeton de votre équipe pour Démarches Simplifiées expire {when}, le {day}.")
}

/// What to do about it.
pub const TOKEN_DUE_MORE: &str = "Un nouveau jeton suffit, sans rien reconfigurer : l’écran « Équipe » dit qui peut le déposer.";

/// « n° 131016 ».
pub fn number(number: i64) -> String {
    format!("n° {number}")
}

/// « lue hier à 14 h 32 »: by anybody of the team.
pub fn last_read(at: Timestamp, now: Timestamp) -> String {
    format!("lue {}", moments::moment(at, now))
}

/// A state, after the number.
pub const fn state(state: DemarcheState) -> &'static str {
    match state {
        DemarcheState::Brouillon => "en test",
        DemarcheState::Publiee => "publiée",
        DemarcheState::Close => "close",
        DemarcheState::Depubliee => "dépubliée",
        DemarcheState::Unknown => "état inconnu",
    }
}

/// « 314 champs, publié le 19 décembre 2025 ».
pub fn form(fields: usize, published: Option<&str>) -> String {
    let fields = words::count(fields, "champ", "champs");
    match published {
        Some(date) => format!("{fields}, publié le {date}"),
        None => format!("{fields}, pas encore publié"),
    }
}

/// Without a title, a démarche goes by its number.
pub fn untitled(number: i64) -> String {
    format!("Démarche {number}")
}

/// « Démarche 131016, 1 284 dossiers ».
pub fn chosen(number: i64, dossiers: Option<usize>) -> String {
    match dossiers {
        Some(count) => format!("Démarche {number}, {}", words::count(count, "dossier", "dossiers")),
        None => format!("Démarche {number}"),
    }
}

/// Before a number that was probably meant.
pub const MEANT: &str = "Vouliez-vous dire";

/// « 131016, Demande de subvention ».
pub fn meant(number: i64, title: &str) -> String {
    format!("{number}, {title}")
}

/// Why a text names no démarche.
pub const fn unnamed(unnamed: Unnamed) -> (&'static str, &'static str) {
    match unnamed {
        Unnamed::Empty => ("Aucune démarche n’est choisie.", CHOOSE_FIRST),
        Unnamed::PublicAddress => (
            "Cette adresse publique ne dit pas quelle est la démarche : elle est fermée, privée, ou a changé d’adresse.",
            "Ouvrez la démarche comme instructeur ou administrateur et copiez l’adresse : le numéro suit « procedures ».",
        ),
        Unnamed::DossierAddress => ("Cette adresse est celle d’un dossier.", "Copiez plutôt celle de sa démarche : le numéro suit « procedures »."),
        Unnamed::Other => {
            ("Ce texte n’est ni un numéro ni l’adresse d’une démarche.", "Le numéro se lit dans l’adresse de la démarche, après « procedures ».")
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn the_end_of_a_token_is_told_in_days() {
        let last_day = Day::parse("2027-03-01").unwrap();
        let of_team = "Le jeton de votre équipe pour Démarches Simplifiées expire";
        assert_eq!(token_due(Due::Soon(22), last_day), format!("{of_team} dans 22\u{a0}jours, le 1er\u{a0}mars 2027."));
        assert_eq!(token_due(Due::Close(1), last_day), format!("{of_team} demain, le 1er\u{a0}mars 2027."));
    }
}
