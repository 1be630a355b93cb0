//! The panel of the screen Champs that says which dossiers are followed.

use relais_engine::mapping::{Fate, Scope};

/// Its title.
pub const TITLE: &str = "Dossiers à importer";
/// Only some of them.
pub const SOME_DOSSIERS: &str = "Une sélection des dossiers";
/// The states.
pub const STATES: &str = "État";
/// The days of deposit.
pub const DEPOSITED: &str = "Date de dépôt";
/// The first of them.
pub const FROM: &str = "du";
/// The last of them.
pub const UNTIL: &str = "au";
/// The groupes.
pub const GROUPES: &str = "Groupe instructeur";
/// The labels.
pub const LABELS: &str = "Étiquettes";
/// As long as none is ticked.
pub const LABELS_HINT: &str = "Aucune cochée : toutes, et sans étiquette.";
/// The archived ones.
pub const ARCHIVED: &str = "Dossiers archivés";
/// Whether they are followed.
pub const ARCHIVED_LIST: [(Option<bool>, &str); 3] =
    [(None, "Les suivre aussi"), (Some(false), "Les laisser de côté"), (Some(true), "Ne suivre qu’eux")];
/// Those that leave.
pub const OUTSIDE: &str = "Quand un dossier sort de ce choix";
/// What becomes of them.
pub const OUTSIDE_LIST: [(Fate, &str, &str); 2] = [
    (Fate::Mark, "Le garder à jour et le marquer", "Une colonne « Hors sélection » est cochée."),
    (Fate::Remove, "Retirer sa ligne", "Ses lignes de blocs répétables sont retirées aussi."),
];
/// Those that DS no longer has.
pub const DELETED: &str = "Quand un dossier est supprimé dans Démarches Simplifiées";
/// What becomes of them.
pub const DELETED_LIST: [(Fate, &str, &str); 2] = [
    (Fate::Mark, "Garder sa ligne et le signaler", "Les colonnes « Supprimé le » et « Motif de suppression » sont remplies."),
    (Fate::Remove, "Retirer sa ligne", "Ses lignes de blocs répétables sont retirées aussi."),
];
/// Follows everything again.
pub const EVERYTHING: &str = "Tous les dossiers";
/// A first day after the last.
pub const NO_DAY: &str = "Le premier jour suit le dernier : aucun dossier ne convient.";

/// What is chosen, beside the title.
pub fn summary(scope: &Scope) -> String {
    let parts = [
        (!scope.states.is_empty(), "état"),
        (scope.from.is_some() || scope.until.is_some(), "date de dépôt"),
        (!scope.groupes.is_empty(), "groupe instructeur"),
        (!scope.labels.is_empty(), "étiquettes"),
        (scope.archived.is_some(), "archivage"),
    ];
    let chosen: Vec<&str> = parts.into_iter().filter(|(is_chosen, _)| *is_chosen).map(|(_, name)| name).collect();
    if chosen.is_empty() { "Tous sauf les brouillons".to_owned() } else { format!("Selon : {}", chosen.join(", ")) }
}
