//! The panel of the screen Champs that says whose dossiers go into the table.

use relais_engine::words;

/// Its title.
pub const TITLE: &str = "Démarches dans cette table";
/// What it is for.
pub const HINT: &str = "Pour une démarche clonée, par exemple une par département : ses dossiers vont dans les mêmes tables, et deux colonnes disent d’où vient chaque ligne.";
/// The choice of another.
pub const ADD_LABEL: &str = "Ajouter une démarche du même formulaire";
/// As long as none is chosen.
pub const ADD_NONE: &str = "Choisir…";
/// Adds it.
pub const ADD: &str = "Ajouter";
/// While its form is read.
pub const READING: &str = "Lecture de son formulaire…";
/// Takes it away.
pub const REMOVE: &str = "Retirer";
/// What that leaves.
pub const REMOVED_HINT: &str = "Les lignes d’une démarche retirée restent dans le document ; Relais n’y écrit plus.";
/// No other can be added.
pub const NO_OTHER: &str = "Votre équipe ne peut lire aucune autre démarche.";
/// It is another form.
pub const STRANGER: &str =
    "Ce n’est pas le même formulaire : la plupart des champs n’y sont pas, avec le même libellé, le même type et la même section.";
/// What to do then.
pub const STRANGER_MORE: &str = "Connectez cette démarche à part : elle aura ses propres tables.";
/// Beside the title.
pub fn summary(others: usize) -> String {
    match others {
        0 => "Celle-ci seulement".to_owned(),
        _ => format!("Celle-ci, et {} du même formulaire", words::count(others, "autre", "autres")),
    }
}

/// « 120005, Fonds de soutien – Isère ».
pub fn named(number: i64, title: &str) -> String {
    if title.is_empty() { number.to_string() } else { format!("{number}, {title}") }
}

/// « 41 champs reconnus ».
pub fn matched(fields: usize) -> String {
    words::count(fields, "champ reconnu", "champs reconnus")
}

/// It is among them.
pub fn joined(title: &str) -> String {
    format!("« {title} » est ajoutée.")
}

/// It is no longer.
pub fn left(title: &str) -> String {
    format!("« {title} » est retirée.")
}

/// Those that its form does not have.
pub fn unmatched(labels: &[String]) -> String {
    const MOST: usize = 5;
    let named: Vec<String> = labels.iter().take(MOST).map(|label| format!("« {label} »")).collect();
    let more = labels.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" et {}", words::count(more, "autre", "autres")) } else { String::new() };
    let count = words::count(labels.len(), "champ non reconnu", "champs non reconnus");
    let cells = if labels.len() < 2 { "Ses cellules" } else { "Leurs cellules" };
    format!("{count} : {}{more}. {cells} restent vides pour ces dossiers.", named.join(", "))
}

/// « , Fonds de soutien – Isère », for those who hear the buttons one by one.
pub fn of(title: &str) -> String {
    format!(" {title}")
}
