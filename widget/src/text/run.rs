//! The screen Synchronisation.

use relais_engine::{ds::DossierNumber, words};

use super::moments;

/// Title while it goes on.
pub const RUNNING: &str = "Synchronisation en cours";
/// Title, when all went well.
pub const DONE: &str = "Synchronisation terminée";
/// Title, when it was stopped or failed.
pub const INTERRUPTED: &str = "Synchronisation interrompue";
/// Title, when nothing could be done.
pub const FAILED: &str = "La synchronisation n’a pas pu commencer";
/// Title, when it was taken back.
pub const UNDONE: &str = "Synchronisation annulée";
/// The name of the progress.
pub const PROGRESS: &str = "Avancement";
/// The name of the result.
pub const RESULT: &str = "Résultat";
/// The steps.
pub const STEPS: &str = "Étapes";
/// The steps of a run, before each is done.
pub const STEP_LIST: [&str; 3] = ["Lire le formulaire", "Préparer les tables et les colonnes", "Lire et écrire les dossiers"];
/// Rows written so far.
pub const WRITTEN: &str = "Ajoutés ou modifiés";
/// Files copied so far.
pub const COPIED: &str = "Fichiers copiés";
/// Dossiers that failed so far.
pub const FAILING: &str = "En erreur";
/// Stops the run.
pub const STOP: &str = "Arrêter";
/// While it stops.
pub const STOPPING: &str = "Arrêt après le lot en cours…";
/// Leaves the result.
pub const FINISH: &str = "Terminer";
/// Runs again.
pub const AGAIN: &str = "Synchroniser de nouveau";
/// Goes on from where it stopped.
pub const RESUME: &str = "Reprendre";
/// Leaves it for now.
pub const LATER: &str = "Plus tard";
/// Back to the fields.
pub const EDIT: &str = "Modifier les champs";
/// Makes missing tables and columns anew.
pub const RECREATE: &str = "Recréer et synchroniser";
/// What leaving does.
pub const LEAVING: &str = "Vous pouvez continuer à travailler dans ce document tant que cette page reste affichée. Si vous la quittez, la synchronisation s’arrête proprement et reprendra où elle en était.";
/// Title of the way back.
pub const BACK: &str = "Revenir en arrière";
/// What undo does.
pub const UNDO_HINT: &str = "Annuler retire les lignes, colonnes et tables de cette synchronisation. C’est possible tant que vous n’avez rien modifié depuis dans le document.";
/// Undo.
pub const UNDO: &str = "Annuler cette synchronisation";
/// While it is undone.
pub const UNDOING: &str = "Annulation en cours…";
/// It did not work.
pub const UNDO_FAILED: &str = "Grist n’a pas annulé cette synchronisation.";
/// What to do then.
pub const UNDO_FAILED_HELP: &str =
    "Le document a sans doute été modifié depuis. Pour revenir en arrière, utilisez l’historique du document, dans le panneau de droite de Grist.";
/// It worked.
pub const UNDONE_LEAD: &str = "Le document est revenu à l’état d’avant cette synchronisation.";
/// The run was stopped by the agent.
pub const STOPPED: &str = "Vous avez arrêté la synchronisation.";
/// What is written is whole.
pub const WHOLE: &str = "Les dossiers écrits sont complets : aucun n’est à moitié écrit. La suite reprendra où elle s’est arrêtée.";
/// Nothing was written yet.
pub const NOTHING_WRITTEN: &str = "Aucun dossier n’a été écrit. Vos choix sont gardés dans le document.";
/// The heads of the table of problems.
pub const PROBLEM_HEADS: [&str; 3] = ["Dossier", "Ce qui s’est passé", "Ce que vous pouvez faire"];
/// The table of problems.
pub const PROBLEMS: &str = "Dossiers en erreur";
/// What concerns whole columns and tables.
pub const COLUMN_PROBLEMS: &str = "Colonnes et tables laissées telles quelles";
/// A dossier's address.
pub const OPEN_IN_DS: &str = "Ouvrir dans DS";
/// Problems are kept up to here.
pub const MORE_PROBLEMS: &str = "Seuls les 100 premiers sont montrés.";
/// Title of what DS itself lacks.
pub const AWAITED_TITLE: &str = "Valeurs que Démarches Simplifiées n’a pas encore";

/// The counts' names.
pub mod counts {
    /// Rows added.
    pub const ADDED: &str = "dossiers ajoutés";
    /// Rows changed.
    pub const UPDATED: &str = "dossiers modifiés";
    /// Rows left.
    pub const UNCHANGED: &str = "dossiers inchangés";
    /// Files copied.
    pub const FILES: &str = "fichiers copiés";
    /// Rows that say since now that their dossier was deleted.
    pub const MARKED: &str = "supprimés, signalés";
    /// Rows removed, as the connexion says.
    pub const REMOVED: &str = "retirés de la table";
    /// Dossiers that failed.
    pub const FAILED: &str = "en erreur";
}

/// « 640 dossiers sur 1 284 ».
pub fn read_of(read: usize, total: Option<usize>) -> String {
    match total {
        Some(total) => format!("{} sur {}", words::count(read, "dossier", "dossiers"), words::figure(total.max(read))),
        None => words::count(read, "dossier lu", "dossiers lus"),
    }
}

/// « Démarche 2 sur 3 : 640 dossiers sur 1 284 ».
pub fn of_demarche(place: usize, demarches: usize, read: &str) -> String {
    format!("Démarche {place} sur {demarches} : {read}")
}

/// Some failed in an earlier run.
pub const EARLIER: &str = "Une synchronisation précédente a dit pourquoi ; « Tout relire », à l’accueil, le redit.";

/// « 42 dossiers par seconde, encore 15 s environ ».
pub fn pace(per_second: f64, seconds_left: Option<u32>) -> String {
    let rate = if per_second < 1.0 { "moins d’un dossier par seconde".to_owned() } else { rate(per_second) };
    match seconds_left {
        Some(seconds) if seconds > 0 => format!("{rate}, encore {} environ", left(seconds)),
        _ => rate,
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate of at least one, far below 2^53")]
fn rate(per_second: f64) -> String {
    words::count(per_second.round() as usize, "dossier par seconde", "dossiers par seconde")
}

fn left(seconds: u32) -> String {
    if seconds < 90 { moments::duration(seconds.into()) } else { format!("{} min", seconds / 60) }
}

/// What is said aloud at each quarter.
pub const fn quarter(quarter: usize) -> &'static str {
    match quarter {
        1 => "Un quart des dossiers est lu.",
        2 => "La moitié des dossiers est lue.",
        3 => "Les trois quarts des dossiers sont lus.",
        4 => "Tous les dossiers sont lus.",
        _ => "",
    }
}

/// DS asks to wait.
pub fn waiting(until: &str) -> String {
    format!("Démarches Simplifiées limite le nombre de demandes. La suite reprend d’elle-même à {until}.")
}

/// « Synchronisation terminée, sauf pour 3 dossiers ».
pub fn done_but(failed: usize) -> String {
    format!("Synchronisation terminée, sauf pour {}", words::count(failed, "dossier", "dossiers"))
}

/// « 1 284 dossiers sont à jour dans « Suivi DETR ». »
pub fn up_to_date(dossiers: usize, table: Option<&str>) -> String {
    let verb = if dossiers < 2 { "est" } else { "sont" };
    let dossiers = words::count(dossiers, "dossier", "dossiers");
    match table {
        Some(table) => format!("{dossiers} {verb} à jour dans « {table} »."),
        None => format!("{dossiers} {verb} à jour."),
    }
}

/// « Terminé aujourd’hui à 14 h 32, en 31 s. »
pub fn ended(moment: &str, duration: &str) -> String {
    format!("Terminé {moment}, en {duration}.")
}

/// « Rien n’a changé dans Démarches Simplifiées depuis aujourd’hui à 13 h 32. »
pub fn nothing_new(since: Option<&str>) -> String {
    match since {
        Some(since) => format!("Rien n’a changé dans Démarches Simplifiées depuis la dernière synchronisation, {since}."),
        None => "Rien n’a changé dans Démarches Simplifiées.".to_owned(),
    }
}

/// « 409 dossiers sont à jour ; 3 ne le sont pas. »
pub fn partly(up_to_date: usize, failed: usize) -> String {
    format!(
        "{} {} à jour ; {} {}.",
        words::count(up_to_date, "dossier", "dossiers"),
        if up_to_date < 2 { "est" } else { "sont" },
        words::figure(failed),
        if failed < 2 { "ne l’est pas" } else { "ne le sont pas" }
    )
}

/// They keep their values.
pub fn kept(failed: usize) -> &'static str {
    if failed < 2 {
        "Ce dossier garde ses valeurs précédentes là où la nouvelle n’a pas pu être écrite."
    } else {
        "Ces dossiers gardent leurs valeurs précédentes là où les nouvelles n’ont pas pu être écrites."
    }
}

/// « Les 3 dossiers ».
pub fn problems_title(failed: usize) -> String {
    if failed < 2 { "Le dossier en erreur".to_owned() } else { format!("Les {} dossiers en erreur", words::figure(failed)) }
}

/// Runs again for those.
pub fn retry(failed: usize) -> String {
    if failed < 2 { "Réessayer ce dossier".to_owned() } else { format!("Réessayer les {} dossiers", words::figure(failed)) }
}

/// « , dossier 20531044 », for those who hear the links one by one.
pub fn of_dossier(number: DossierNumber) -> String {
    format!(", dossier {number}")
}

/// The rows of the tables beside the main one.
pub fn other_rows(added: usize, updated: usize, removed: usize) -> Option<String> {
    let parts: Vec<String> = [(added, "ajoutée", "ajoutées"), (updated, "modifiée", "modifiées"), (removed, "retirée", "retirées")]
        .into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, one, many)| words::count(number, one, many))
        .collect();
    (!parts.is_empty()).then(|| format!("Lignes des autres tables : {}.", parts.join(", ")))
}
