//! What was asked of the server, for tests to count.

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

    /// Forgets them.
    pub fn reset(&self) {
        self.lock().clear();
    }

    pub(super) fn record(&self, request: Recorded) {
        self.lock().push(request);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Recorded>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
