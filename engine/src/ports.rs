//! What the engine needs of the outside world: a source of dossiers, a document, a clock. Each has one implementation per
//! place where the engine runs (the browser, later the proxy's scheduler), and one in the tests.

#![expect(async_fn_in_trait, reason = "the engine is generic over its ports and never needs their futures to be Send")]

use crate::{
    Timestamp,
    ds::{DemarcheNumber, FileContent, Operation, SourceError},
    grist::{Applied, ApplyOptions, CellValue, ColumnId, DocumentError, TableId, UserAction},
};

/// Where dossiers come from: DS, behind the proxy.
pub trait Source {
    /// The bytes of a file, wherever they are kept: they never pass through the engine.
    type File;

    /// The body of DS's answer to an operation: a GraphQL envelope, which may hold errors. What never reached DS, or was
    /// refused before it, is an error here.
    async fn call(&self, operation: &Operation) -> Result<Vec<u8>, SourceError>;

    /// The bytes of a file of a démarche, all of them.
    async fn file(&self, demarche: DemarcheNumber, content: &FileContent) -> Result<Self::File, SourceError>;
}

/// A lease that is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The one that was held before: nobody else has run meanwhile.
    Kept,
    /// Another one than before, or the first: others may have run until now.
    New,
}

/// Who may run: one run of a connexion at a time, whoever starts it and wherever (rule 13). The proxy grants it.
pub trait Leases {
    /// Takes the right to run a connexion of the document, or keeps it: it ends two minutes after the last such call.
    /// [`LeaseHeld`](crate::ds::SourceErrorCode::LeaseHeld) while somebody else has it.
    async fn hold(&self, connexion: &str) -> Result<Held, SourceError>;

    /// Gives it back. When that fails, its end does the same.
    async fn give_back(&self, connexion: &str);
}

/// The rows of a table, column by column: a large table is never held twice.
pub trait Rows {
    /// The ids of its rows, in the order of the columns' values.
    fn row_ids(&self) -> Vec<i64>;

    /// The values of a column, one a row; none when the column is not there or may not be read.
    fn column(&self, column: &ColumnId) -> Option<Vec<CellValue>>;
}

/// A file to put into a document.
#[derive(Debug)]
pub struct NewAttachment<'a, F> {
    /// Its name.
    pub name: &'a str,
    /// Its bytes.
    pub content: &'a F,
}

/// Where rows go: a Grist document.
pub trait Document {
    /// The bytes of a file that it takes.
    type File;

    /// What [`Self::fetch_table`] gives.
    type Rows: Rows;

    /// A whole table, metadata tables included.
    async fn fetch_table(&self, table: &TableId) -> Result<Self::Rows, DocumentError>;

    /// Applies actions, all or none.
    async fn apply(&self, actions: &[UserAction], options: &ApplyOptions) -> Result<Applied, DocumentError>;

    /// Uploads files, all or none: the ids of the attachments, in their order. Grist removes them after an hour unless a cell
    /// has them by then.
    async fn attach(&self, files: &[NewAttachment<'_, Self::File>]) -> Result<Vec<i64>, DocumentError>;
}

/// The time, as the proxy has it: an agent's own clock may be wrong by hours.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;

    /// Waits.
    async fn sleep(&self, milliseconds: u32);
}
