//! The sentences about what a run could not do. Each says what happened and to which field, then what to do; what is
//! intact goes without saying for one cell, and is said once for the run.

use super::count;
use crate::{
    ds::SourceErrorCode,
    grist::{ColumnType, DocumentError},
    mapping::Unreadable,
    sync::{FileFailure, Problem, ProblemKind, Report},
};

/// The name of a type of column, as Grist's French has it.
pub fn column_type(column_type: &ColumnType) -> &str {
    match column_type {
        ColumnType::Text => "Texte",
        ColumnType::Numeric => "Numérique",
        ColumnType::Int => "Entier",
        ColumnType::Bool => "Booléen",
        ColumnType::Date => "Date",
        ColumnType::DateTime(_) => "Date et Heure",
        ColumnType::Choice => "Choix unique",
        ColumnType::ChoiceList => "Choix multiple",
        ColumnType::Ref(_) => "Référence",
        ColumnType::RefList(_) => "Liste de références",
        ColumnType::Attachments => "Pièce jointe",
        ColumnType::Any => "Tout type",
        ColumnType::Other(name) => name,
    }
}

/// What happened, in one sentence.
pub fn problem(problem: &Problem) -> String {
    match &problem.kind {
        ProblemKind::Unserved(code) => match code {
            SourceErrorCode::Timeout => "Démarches Simplifiées n’a pas pu fournir ce dossier : délai dépassé, même demandé seul.".to_owned(),
            _ => "Démarches Simplifiées n’a pas pu fournir ce dossier, même demandé seul.".to_owned(),
        },
        ProblemKind::Misfit { column, column_type: held, value } => {
            format!("« {} » ne tient pas dans la colonne {} « {column} ». La cellule n’a pas été modifiée.", shortened(value), column_type(held))
        }
        ProblemKind::Unreadable { column, why } => match why {
            Unreadable::Degraded => {
                format!("L’annuaire des entreprises ne répondait pas quand ce dossier a été rempli. La cellule de « {column} » n’a pas été modifiée.")
            }
            Unreadable::Retyped => {
                format!("Le champ de « {column} » a changé de type dans le formulaire. La cellule n’a pas été modifiée.")
            }
            Unreadable::Malformed => format!("La valeur reçue pour « {column} » est illisible. La cellule n’a pas été modifiée."),
        },
        ProblemKind::FileNotCopied { column, file, why } => file_not_copied(column, file, why),
        ProblemKind::SeveralFilled { column } => {
            format!("Plusieurs champs remplis vont dans « {column} ». Le premier a été écrit.")
        }
        ProblemKind::FormulaColumn { column } => format!("La colonne « {column} » contient maintenant une formule. Relais n’y a pas touché."),
        ProblemKind::MissingColumn { column } => format!("La colonne « {column} » a été supprimée du document. Les autres colonnes sont à jour."),
        ProblemKind::HiddenColumn { column } => {
            format!("Une règle d’accès du document vous cache la colonne « {column} ». Relais n’y a pas touché.")
        }
        ProblemKind::MissingTable { table } => format!("La table « {table} » a été supprimée du document. Les autres tables sont à jour."),
        ProblemKind::HiddenTable { table } => format!("Une règle d’accès du document vous cache la table « {table} ». Relais n’y a pas touché."),
        ProblemKind::UnwritableColumn { column, column_type: held } => {
            format!("La colonne « {column} » est maintenant de type {}. Relais n’y a pas touché.", column_type(held))
        }
        ProblemKind::DuplicateRow { table } => {
            format!("Plusieurs lignes de « {table} » portent le numéro de ce dossier. Seule la plus ancienne est tenue à jour.")
        }
        ProblemKind::ChoicesNotAdded => {
            "Une règle d’accès du document interdit de compléter les listes de choix. Les valeurs sont écrites ; Grist les signale en rouge."
                .to_owned()
        }
        ProblemKind::ListUnread(_) => {
            "Démarches Simplifiées n’a pas pu dire quels dossiers ont été supprimés. Les autres changements sont dans le document.".to_owned()
        }
    }
}

fn file_not_copied(column: &str, file: &str, why: &FileFailure) -> String {
    let file = shortened(file);
    let what = match why {
        FileFailure::Pending => format!("Démarches Simplifiées n’a pas encore contrôlé le fichier « {file} » de « {column} »."),
        FileFailure::Infected => {
            format!("Le fichier « {file} » de « {column} » contient un virus, selon Démarches Simplifiées : Relais ne l’a pas téléchargé.")
        }
        FileFailure::Corrupt => format!("Le fichier « {file} » de « {column} » est endommagé, selon Démarches Simplifiées."),
        FileFailure::Source(SourceErrorCode::FileTooLarge) => {
            format!("Le fichier « {file} » de « {column} » dépasse la taille que Relais transmet.")
        }
        FileFailure::Source(SourceErrorCode::FileRefused) => {
            format!("Le fichier « {file} » de « {column} » est gardé par un serveur que Relais n’est pas autorisé à joindre.")
        }
        FileFailure::Source(_) => format!("Le fichier « {file} » de « {column} » n’a pas pu être téléchargé."),
        FileFailure::Document(DocumentError::Copy) => {
            format!("Ce document est une copie qui n’est pas enregistrée : le fichier « {file} » de « {column} » n’y a pas été ajouté.")
        }
        FileFailure::Document(DocumentError::TooLarge) => {
            format!("Le fichier « {file} » de « {column} » dépasse la taille que ce Grist accepte.")
        }
        FileFailure::Document(_) => format!("Grist n’a pas accepté le fichier « {file} » de « {column} »."),
    };
    format!("{what} Les autres champs et fichiers de ce dossier sont à jour.")
}

/// What a person can do about a file.
const fn file_advice(why: &FileFailure) -> &'static str {
    match why {
        FileFailure::Pending => "Rien à faire : il sera redemandé à la prochaine synchronisation.",
        FileFailure::Infected | FileFailure::Corrupt => "Demandez à l’usager de déposer un autre fichier dans Démarches Simplifiées.",
        FileFailure::Source(SourceErrorCode::FileTooLarge) | FileFailure::Document(DocumentError::TooLarge) => {
            "Ouvrez-le depuis le dossier, dans Démarches Simplifiées."
        }
        FileFailure::Source(SourceErrorCode::FileRefused) => {
            "Prévenez la personne qui gère Relais : le serveur des fichiers est à ajouter à ses réglages."
        }
        FileFailure::Source(_) => "Réessayez : l’adresse du fichier sera redemandée.",
        FileFailure::Document(DocumentError::Denied(_) | DocumentError::ReadOnly) => {
            "Demandez à un propriétaire du document de synchroniser ou d’adapter la règle."
        }
        FileFailure::Document(DocumentError::Copy) => "Revenez au document d’origine, puis synchronisez de nouveau.",
        FileFailure::Document(_) => {
            "Réessayez. Si cela dure, la place ou la taille permise pour les pièces jointes de ce document est peut-être atteinte."
        }
    }
}

/// What a person can do about it.
pub fn advice(problem: &Problem) -> &'static str {
    match &problem.kind {
        ProblemKind::Unserved(_) => {
            "Il sera redemandé à chaque synchronisation. Si cela dure, signalez ce numéro à l’assistance de Démarches Simplifiées."
        }
        ProblemKind::Misfit { .. } => "Passez la colonne en Texte, ou corrigez la valeur dans Démarches Simplifiées.",
        ProblemKind::Unreadable { why: Unreadable::Degraded, .. } => "Rien à faire : la valeur arrivera quand Démarches Simplifiées l’aura.",
        ProblemKind::Unreadable { why: Unreadable::Retyped, .. } => "Vérifiez ce champ dans l’écran Champs.",
        ProblemKind::Unreadable { .. } => "Si cela dure, signalez ce numéro à l’assistance de Démarches Simplifiées.",
        ProblemKind::FileNotCopied { why, .. } => file_advice(why),
        ProblemKind::SeveralFilled { .. } => "Si les deux valeurs comptent, séparez ces champs dans l’écran Champs.",
        ProblemKind::FormulaColumn { .. } | ProblemKind::UnwritableColumn { .. } => {
            "Retirez ce champ de l’import, puis choisissez-le de nouveau : il aura une nouvelle colonne."
        }
        ProblemKind::MissingColumn { .. } | ProblemKind::MissingTable { .. } => "Recréez-la d’ici, ou retirez ce champ de l’import.",
        ProblemKind::HiddenColumn { .. } | ProblemKind::HiddenTable { .. } | ProblemKind::ChoicesNotAdded => {
            "Demandez à un propriétaire du document de synchroniser ou d’adapter la règle."
        }
        ProblemKind::DuplicateRow { .. } => "Supprimez les lignes en trop.",
        ProblemKind::ListUnread(_) => "Rien à faire : Relais le redemandera à la prochaine synchronisation.",
    }
}

/// A value may be a whole page of text.
fn shortened(value: &str) -> String {
    const LONGEST: usize = 60;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    let start: String = value.chars().take(LONGEST).collect();
    format!("{}…", start.trim_end())
}

/// The line of the journal for a run.
pub(crate) fn journal(report: &Report) -> String {
    let mut parts = Vec::new();
    let mut part = |number: usize, one: &str, many: &str| {
        if number > 0 {
            parts.push(count(number, one, many));
        }
    };
    part(report.added, "dossier ajouté", "dossiers ajoutés");
    part(report.updated, "dossier modifié", "dossiers modifiés");
    part(report.rows_added, "ligne d’une autre table ajoutée", "lignes d’autres tables ajoutées");
    part(report.rows_updated, "ligne d’une autre table modifiée", "lignes d’autres tables modifiées");
    part(report.rows_removed, "ligne d’une autre table retirée", "lignes d’autres tables retirées");
    part(report.files, "fichier copié", "fichiers copiés");
    part(report.marked, "dossier supprimé dans Démarches Simplifiées", "dossiers supprimés dans Démarches Simplifiées");
    part(report.removed, "dossier retiré de la table", "dossiers retirés de la table");
    part(report.failed(), "dossier en erreur", "dossiers en erreur");
    let mut text = parts.join(", ");
    // The first problems only: the journal is read, and each action of the document's history should stay small.
    for problem in report.problems.iter().take(20) {
        if !text.is_empty() {
            text.push('\n');
        }
        if let Some(dossier) = problem.dossier {
            text.extend(["Dossier ", &dossier.to_string(), " : "]);
        }
        text.push_str(&self::problem(problem));
    }
    text
}

/// How a run ended, for the column of choices of the journal.
pub const RESULTS: [&str; 3] = ["Réussie", "Incomplète", "Interrompue"];
