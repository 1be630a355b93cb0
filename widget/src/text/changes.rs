//! What changed in a form since its fields were mapped.

use relais_engine::{
    mapping::Change,
    words::{self, champ_type},
};

/// The title, where there is one form.
pub const TITLE: &str = "Le formulaire a changé";
/// Nothing is broken.
pub const NOTHING_BROKEN: &str = "Les champs déjà choisis continuent d’être mis à jour.";
/// At most so many changes are told.
pub const MOST: usize = 20;

/// The title of what changed in the form of one of several démarches.
pub fn title_of(title: &str) -> String {
    format!("{TITLE} : « {title} »")
}

/// One change, and what comes of it.
pub fn change(change: &Change, is_first: bool) -> String {
    match change {
        Change::Added { label, .. } => format!("« {label} » est nouveau. Il n’est importé que si vous le choisissez."),
        Change::Removed { label, .. } if is_first => {
            format!("« {label} » n’est plus dans le formulaire. Sa colonne reste ; les anciens dossiers y gardent leurs valeurs.")
        }
        Change::Removed { label, .. } => format!("« {label} » n’est pas dans ce formulaire. Ses cellules restent vides pour ces dossiers."),
        Change::Renamed { from, to, .. } => {
            format!("« {from} » s’appelle maintenant « {to} ». La même colonne continue d’être remplie.")
        }
        Change::Retyped { label, from, to, .. } => format!(
            "« {label} » est passé de {} à {}. Sa colonne reste ; les valeurs qui n’y tiennent pas sont signalées.",
            champ_type(from),
            champ_type(to)
        ),
    }
}

/// « Et 3 autres changements. »
pub fn more(others: usize) -> String {
    format!("Et {}.", words::count(others, "autre changement", "autres changements"))
}
