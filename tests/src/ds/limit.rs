//! The limit on requests a minute, by `Authorization` header.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::clock;

/// Counts requests in minutes of the clock, as the real server does: the count starts anew with each.
#[derive(Debug)]
pub(super) struct Limit {
    per_minute: u32,
    counts: Mutex<HashMap<String, (i64, u32)>>,
}

impl Limit {
    /// So many requests a minute.
    pub(super) fn new(per_minute: u32) -> Self {
        Self { per_minute, counts: Mutex::new(HashMap::new()) }
    }

    /// Counts a request; when it is one too many, the Unix time at which requests are taken again.
    pub(super) fn count(&self, authorization: &str) -> Result<(), i64> {
        let minute = clock::now().unix_timestamp() / 60;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (counted, count) = counts.entry(authorization.to_owned()).or_insert((minute, 0));
        if *counted != minute {
            (*counted, *count) = (minute, 0);
        }
        *count += 1;
        if *count > self.per_minute { Err((minute + 1) * 60) } else { Ok(()) }
    }
}
