//! What was asked of a document, for figures and for tests that count.

/// One call, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `write`, `read`, `token`, `upload`, `undo`, `redo`, or a REST request's method and path.
    pub what: String,
    /// Who asked.
    pub user: String,
    /// Rows written or read.
    pub rows: usize,
}

/// Counters since the document was made, or since they were reset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// Calls of `applyUserActions` that held an action, refused ones included.
    pub writes: usize,
    /// Rows that actions added to tables.
    pub rows_added: usize,
    /// Rows whose cells actions really changed.
    pub rows_updated: usize,
    /// Rows that actions removed.
    pub rows_removed: usize,
    /// Calls of `fetchTable`, metadata included, and REST reads of a table.
    pub fetches: usize,
    /// Rows of the agent's tables that were read; metadata is not counted.
    pub rows_read: usize,
    /// Access tokens given.
    pub tokens: usize,
    /// REST requests, whatever their answer.
    pub requests: usize,
    /// Undo and redo that did something.
    pub undos: usize,
    /// Every call in order; the oldest are forgotten past ten thousand.
    pub log: Vec<Call>,
}

/// A log longer than this forgets its first half.
const LONGEST_LOG: usize = 10_000;

impl Calls {
    pub(crate) fn note(&mut self, what: impl Into<String>, user: &str, rows: usize) {
        if self.log.len() >= LONGEST_LOG {
            self.log.drain(..LONGEST_LOG / 2);
        }
        self.log.push(Call { what: what.into(), user: user.to_owned(), rows });
    }
}
