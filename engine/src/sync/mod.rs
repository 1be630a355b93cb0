//! Doing it: `meta → plan → scan → convert → diff → bundles → write → journal` (DESIGN section 5).

mod batch;
mod connexion;
mod convert;
mod copying;
mod deletions;
mod ending;
mod files;
mod gaps;
mod index;
mod lanes;
mod lease;
mod listing;
mod options;
mod plan;
mod problem;
mod progress;
mod reshape;
mod run;
mod scan;
mod state;
mod structure;
mod system_tables;
#[cfg(test)]
mod tests;
mod writer;

pub use connexion::{Connexion, FollowedTemplate, Loaded, disconnect, load, save, save_reshaped};
pub use convert::{Conversion, ConvertedRow, Converter};
pub(crate) use convert::{dossier_value, is_writable};
pub use files::FileIndex;
pub use gaps::{Edge, Gap, Scan, ScanOrder};
pub use index::TableIndex;
pub use plan::{Plan, PlanError, PlannedColumn, PlannedTable, plan};
pub use problem::{FileFailure, FormDrift, Problem, ProblemKind, Report};
pub use progress::{Observer, Phase, Progress};
pub use reshape::Reshaped;
pub use run::{Outcome, Ports, RunContext, Stop, run};
pub use state::{Deletions, LastRun, State};
