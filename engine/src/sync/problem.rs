//! What a run did, and what it could not.

use crate::{
    ds::{DemarcheNumber, DossierNumber, SourceErrorCode},
    grist::{ColumnType, DocumentError},
    mapping::{Drift, Unreadable},
    sorted::SortedSet,
};

/// Why a file of DS is not in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFailure {
    /// DS's antivirus has not looked at it yet.
    Pending,
    /// DS's antivirus found a virus in it.
    Infected,
    /// DS's own copy is not what was sent.
    Corrupt,
    /// It could not be fetched.
    Source(SourceErrorCode),
    /// The document did not take it.
    Document(DocumentError),
}

impl FileFailure {
    /// Whether other files are likely to fail the same way.
    pub(super) const fn may_be_general(&self) -> bool {
        match self {
            Self::Pending | Self::Infected | Self::Corrupt => false,
            Self::Source(code) => {
                matches!(
                    code,
                    SourceErrorCode::Timeout | SourceErrorCode::DsUnavailable | SourceErrorCode::FileRefused | SourceErrorCode::RateLimited
                )
            }
            Self::Document(error) => !matches!(error, DocumentError::Other(_) | DocumentError::NotThere(_) | DocumentError::TooLarge),
        }
    }

    /// Whether the same file may pass at another run, without a change in DS.
    pub(super) const fn may_pass(&self) -> bool {
        !matches!(self, Self::Infected | Self::Corrupt | Self::Source(SourceErrorCode::FileTooLarge) | Self::Document(DocumentError::TooLarge))
    }
}

/// What could not be done. Columns and tables by the names that agents read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// DS could not serve a dossier: it will be asked for again at the next run (rule 10).
    Unserved(SourceErrorCode),
    /// A value that its column cannot hold (rule 16).
    Misfit {
        /// Which column.
        column: String,
        /// The type that it has.
        column_type: ColumnType,
        /// The value.
        value: String,
    },
    /// A champ that could not be read (rule 2).
    Unreadable {
        /// The column that it would have filled.
        column: String,
        /// Why.
        why: Unreadable,
    },
    /// A file that is not in the document: the other files of its cell are.
    FileNotCopied {
        /// Its column.
        column: String,
        /// Its name.
        file: String,
        /// Why.
        why: FileFailure,
    },
    /// Two fields that should take turns are both filled.
    SeveralFilled {
        /// The column that they share.
        column: String,
    },
    /// A mapped column became a formula (rule 3).
    FormulaColumn {
        /// Which.
        column: String,
    },
    /// A mapped column was removed (rule 4).
    MissingColumn {
        /// Its name when it was made.
        column: String,
    },
    /// A mapped column is hidden from this person by access rules (rule 4).
    HiddenColumn {
        /// Its name when it was made.
        column: String,
    },
    /// A mapped table was removed.
    MissingTable {
        /// Its name when it was made.
        table: String,
    },
    /// A mapped table is hidden from this person by access rules.
    HiddenTable {
        /// Its name when it was made.
        table: String,
    },
    /// A mapped column has a type that Relais does not write.
    UnwritableColumn {
        /// Which.
        column: String,
        /// The type that it has.
        column_type: ColumnType,
    },
    /// Several rows have the number of one dossier.
    DuplicateRow {
        /// In which table.
        table: String,
    },
    /// New choices could not be added to lists: values are written all the same.
    ChoicesNotAdded,
    /// DS could not serve the list of what was deleted, or of all dossiers (rule 8): it is asked for again at the next run.
    ListUnread(SourceErrorCode),
}

/// Something that a run could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// To which dossier; none when it concerns a whole column or table.
    pub dossier: Option<DossierNumber>,
    /// What.
    pub kind: ProblemKind,
}

impl Problem {
    /// Whether the dossier is not in the document as DS has it. What INSEE did not tell DS, DS itself lacks.
    pub const fn is_failure(&self) -> bool {
        !matches!(self.kind, ProblemKind::DuplicateRow { .. } | ProblemKind::Unreadable { why: Unreadable::Degraded, .. })
    }

    /// Whether asking again for the dossier, unchanged as it is, may be enough (rule 10).
    pub(super) const fn may_pass(&self) -> bool {
        match &self.kind {
            ProblemKind::FileNotCopied { why, .. } => why.may_pass(),
            _ => false,
        }
    }
}

/// How the form of a démarche has changed since it was mapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormDrift {
    /// Which démarche.
    pub demarche: DemarcheNumber,
    /// What names it.
    pub title: String,
    /// What changed.
    pub drift: Drift,
}

/// What a run did. Rows count once, however many of their cells changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Dossiers read.
    pub read: usize,
    /// Rows added to the main table.
    pub added: usize,
    /// Rows of the main table that changed, themselves or by their rows in other tables.
    pub updated: usize,
    /// Dossiers read that were already as they should be.
    pub unchanged: usize,
    /// Rows added to the tables of répétitions.
    pub rows_added: usize,
    /// Their rows that changed.
    pub rows_updated: usize,
    /// Their rows removed, those of whole dossiers left out.
    pub rows_removed: usize,
    /// Rows of the main table that say since this run that DS no longer serves their dossier.
    pub marked: usize,
    /// Rows of the main table removed, as the connexion says: dossiers deleted, or that left its scope.
    pub removed: usize,
    /// Files copied into the document.
    pub files: usize,
    /// Dossiers that the scope leaves out, and that have no row.
    pub left_out: usize,
    /// What could not be done.
    pub problems: Vec<Problem>,
    /// Forms that are not as they were when they were mapped.
    pub drift: Vec<FormDrift>,
    /// Of which démarche the dossiers with a problem are, where that is not the first of the connexion.
    pub elsewhere: Vec<(DossierNumber, DemarcheNumber)>,
}

impl Report {
    /// Whether the document has changed.
    pub const fn has_written(&self) -> bool {
        self.added + self.updated + self.rows_added + self.rows_updated + self.rows_removed + self.marked + self.removed > 0
    }

    /// Adds what was done of another démarche.
    pub(super) fn add(&mut self, demarche: DemarcheNumber, other: Self) {
        let Self {
            read, added, updated, unchanged, rows_added, rows_updated, rows_removed, marked, removed, files, left_out, problems, drift, ..
        } = other;
        self.elsewhere.extend(problems.iter().filter_map(|problem| Some((problem.dossier?, demarche))));
        self.read += read;
        self.added += added;
        self.updated += updated;
        self.unchanged += unchanged;
        self.rows_added += rows_added;
        self.rows_updated += rows_updated;
        self.rows_removed += rows_removed;
        self.marked += marked;
        self.removed += removed;
        self.files += files;
        self.left_out += left_out;
        // What concerns a column is said once.
        self.problems
            .extend(problems.into_iter().filter(|problem| problem.dossier.is_some() || !self.problems.contains(problem)).collect::<Vec<_>>());
        self.drift.extend(drift);
    }

    /// Whether all that was asked of DS was answered.
    pub fn is_whole(&self) -> bool {
        !self.problems.iter().any(|problem| matches!(problem.kind, ProblemKind::ListUnread(_)))
    }

    /// How many dossiers are not as DS has them.
    pub fn failed(&self) -> usize {
        self.failed_dossiers().len()
    }

    /// The dossiers that are not as DS has them.
    pub fn failed_dossiers(&self) -> SortedSet<DossierNumber> {
        let mut dossiers = SortedSet::new();
        dossiers.extend(self.problems.iter().filter(|problem| problem.is_failure()).filter_map(|problem| problem.dossier));
        dossiers
    }
}
