//! What was asked of the server, for tests to count.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A request to the API.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The operation it named.
    pub operation: Option<String>,
    /// Its variables.
    pub variables: serde_json::Value,
    /// The status of the answer; none when the connection was cut before any.
    pub status: Option<u16>,
    /// How many bytes the answer's body had.
    pub bytes: usize,
    /// Codes of the errors that the answer carried.
    pub codes: Vec<String>,
}

/// The requests since the start or the last [`Requests::reset`], in the order of their answers.
#[derive(Debug, Default)]
pub struct Requests {
    recorded: Mutex<Vec<Recorded>>,
    under_way: AtomicUsize,
    most_at_once: AtomicUsize,
    files: AtomicUsize,
}

/// A request that is not yet answered.
#[derive(Debug)]
pub(super) struct UnderWay<'a>(&'a Requests);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Requests {
    /// How many there were.
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// How many there were for an operation.
    pub fn count_of(&self, operation: &str) -> usize {
        self.lock().iter().filter(|request| request.operation.as_deref() == Some(operation)).count()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Recorded> {
        self.lock().clone()
    }

    /// The most that were asked at once.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    /// How many files were asked for.
    pub fn files(&self) -> usize {
        self.files.load(Ordering::SeqCst)
    }

    /// Forgets them.
    pub fn reset(&self) {
        self.lock().clear();
        self.files.store(0, Ordering::SeqCst);
        self.most_at_once.store(0, Ordering::SeqCst);
    }

    pub(super) fn begin(&self) -> UnderWay<'_> {
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(under_way, Ordering::SeqCst);
        UnderWay(self)
    }

    pub(super) fn record_file(&self) {
        self.files.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn record(&self, request: Recorded) {
        self.lock().push(request);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
