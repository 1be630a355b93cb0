//! The home screen.

use relais_engine::words;

/// Title, before anything is connected.
pub const EMPTY_TITLE: &str = "Vos dossiers, dans ce document";
/// What Relais is.
pub const EMPTY_LEAD: &str = "Relais apporte dans ce document les dossiers déposés sur Démarches Simplifiées, et les tient à jour. Vous choisissez les champs ; Relais crée les colonnes et ne touche jamais aux vôtres.";
/// Title of the steps.
pub const NEXT: &str = "Ce qui va se passer";
/// The second step.
pub const NEXT_FIELDS: &str = "Relais propose une colonne pour chaque champ. Vous gardez, renommez ou retirez.";
/// The third step.
pub const NEXT_RUN: &str = "Relais lit les dossiers et les range dans une table. Rien n’est écrit avant votre accord.";
/// Title, when something is connected.
pub const TITLE: &str = "Démarches connectées";
/// Starts a connexion.
pub const CONNECT: &str = "Connecter une démarche";
/// Starts another.
pub const CONNECT_ANOTHER: &str = "Connecter une autre démarche";
/// Runs one.
pub const SYNCHRONISE: &str = "Synchroniser";
/// Runs all.
pub const SYNCHRONISE_ALL: &str = "Tout synchroniser";
/// Opens the screen Champs.
pub const EDIT_FIELDS: &str = "Modifier les champs";
/// Reads everything again.
pub const READ_AGAIN: &str = "Tout relire";
/// Gives what a connexion imports to others.
pub const SAVE_AS_TEMPLATE: &str = "Enregistrer comme modèle";
/// Leads to the templates, before anything is connected.
pub const FROM_TEMPLATE: &str = "Partir d’un modèle";
/// Ends a connexion.
pub const DISCONNECT: &str = "Déconnecter la démarche";
/// What it means.
pub const DISCONNECT_MORE: &str = "Ses tables restent dans le document avec leurs lignes ; Relais n’y écrit plus.";
/// Does it.
pub const DISCONNECT_NOW: &str = "Déconnecter";
/// Does not.
pub const KEEP: &str = "Garder la connexion";
/// Shows what the last run did.
pub const SEE_RESULT: &str = "Voir la dernière synchronisation";
/// Goes back to the run that goes on.
pub const SEE_RUN: &str = "Voir";
/// State: all is well.
pub const UP_TO_DATE: &str = "À jour";
/// Leads to a newer version of the template that a connexion comes from.
pub const NEWER_VERSION: &str = "Son modèle a une nouvelle version";
/// It has not run yet.
pub const WAITING: &str = "Prête : la première synchronisation importera les dossiers";
/// Other fields or dossiers were chosen since.
pub const CHANGED: &str = "Modifiée : la prochaine synchronisation fera le reste";
/// DS does not open it.
pub const CLOSED: &str = "Illisible pour l’instant";
/// State: waits for another run.
pub const QUEUED: &str = "En attente";
/// State: never ran to an end.
pub const INTERRUPTED: &str = "Synchronisation interrompue";
/// What is written is whole.
pub const INTERRUPTED_MORE: &str = "Les dossiers écrits sont complets. Synchronisez pour reprendre.";
/// State: the main table is gone.
pub const TABLE_MISSING: &str = "La table a été supprimée du document";
/// A connexion that was edited by hand, or by a newer version.
pub const UNREADABLE: &str = "Configuration illisible";
/// What to do about it.
pub const UNREADABLE_MORE: &str =
    "Elle a été modifiée à la main dans « Relais_Connexions », ou écrite par une version plus récente de Relais. Ses tables sont intactes.";

/// The first step.
pub fn next_demarche(count: Option<usize>) -> String {
    match count {
        Some(1) => "Vous choisissez une démarche : votre équipe peut en lire une.".to_owned(),
        Some(count) if count > 1 => format!("Vous choisissez une démarche parmi les {} que votre équipe peut lire.", words::figure(count)),
        _ => "Vous choisissez une démarche que votre équipe peut lire.".to_owned(),
    }
}

/// « 1 284 dossiers ».
pub fn dossiers(count: usize) -> String {
    words::count(count, "dossier", "dossiers")
}

/// « dans « Suivi DETR » », « de 3 démarches, dans « Suivi DETR » ».
pub fn in_table(table: &str, demarches: usize) -> String {
    let table = format!("dans « {table} »");
    if demarches < 2 { table } else { format!("de {demarches} démarches, {table}") }
}

/// Some dossiers are not up to date.
pub fn failed(failed: usize, dossiers: usize) -> String {
    format!(
        "{} sur {} {}",
        words::count(failed, "dossier", "dossiers"),
        words::figure(dossiers.max(failed)),
        if failed < 2 { "n’a pas pu être mis à jour" } else { "n’ont pas pu être mis à jour" }
    )
}

/// « Les 58 autres sont à jour. »
pub fn others(failed: usize, dossiers: usize) -> String {
    match dossiers.saturating_sub(failed) {
        0 => String::new(),
        1 => "L’autre est à jour.".to_owned(),
        others => format!("Les {} autres sont à jour.", words::figure(others)),
    }
}

/// « Synchronisation en cours, 640 sur 1 284 ».
pub fn running(read: usize, total: Option<usize>) -> String {
    match total {
        Some(total) => format!("Synchronisation en cours, {} sur {}", words::figure(read), words::figure(total.max(read))),
        None if read > 0 => format!("Synchronisation en cours, {}", dossiers(read)),
        None => "Synchronisation en cours".to_owned(),
    }
}

/// Asks before a connexion ends.
pub fn disconnect(title: &str) -> String {
    format!("Déconnecter « {title} » ?")
}

/// The name of a row's menu.
pub fn more_for(title: &str) -> String {
    format!("Autres actions pour {title}")
}
