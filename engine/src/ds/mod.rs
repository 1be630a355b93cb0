//! What Démarches Simplifiées says: démarches, descriptors, dossiers, champs, errors (facts/ds-api.md).

mod champ;
mod deleted;
mod demarche;
mod descriptor;
mod dossier;
mod error;
mod exchange;
mod identifiers;
pub mod operations;
mod registers;
mod response;

pub use champ::{Champ, ChampColumn, ChampValue, File, FileContent, FileScan, GeoArea, GeoGeometry, RepetitionRow};
pub use deleted::{DeletedDossier, DeletedList, DeletedPage, DeletionReason};
pub use demarche::{Demarche, DemarcheState, GroupeInstructeur, Label, Revision};
pub use descriptor::{ChampDescriptor, ChampType};
pub use dossier::{Demandeur, Dossier, DossierLabel, DossierState, Standing};
pub use error::{Holder, SourceError, SourceErrorCode};
pub use exchange::{Avis, Correction, Instructeur, Message, Traitement};
pub use identifiers::{ColumnKey, Cursor, DemarcheNumber, DescriptorId, DossierNumber, InvalidIdentifier, RevisionId, RowId};
pub use operations::Operation;
use registers::DirectoryRecord;
pub use registers::{Address, NamedCode, PersonneMorale};
pub use response::{DossierPage, DossierSummary, NumbersPage, PageInfo, dossiers_count};
