//! The gate that every request of one token goes through, whoever asks.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use relais_engine::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Failure, pace::Pace};
use crate::{clock, config::LimitsConfiguration};

/// The longest wait for DS's own limit to end that is worth holding a caller for: past it, they are told when to return.
const SHORT_WAIT: Duration = Duration::from_secs(3);

/// So many requests at once, so many a minute, in the order in which they came; none while DS says to wait.
#[derive(Debug)]
pub(crate) struct Gate {
    at_once: Arc<Semaphore>,
    pace: tokio::sync::Mutex<Pace>,
    closed_until: Mutex<Option<Instant>>,
    turn: Duration,
}

/// A place among the requests in flight, given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Gate {
    pub(crate) fn new(limits: &LimitsConfiguration) -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(limits.ds_requests_at_once.max(1))),
            pace: tokio::sync::Mutex::new(Pace::new(limits.ds_requests_per_minute)),
            closed_until: Mutex::new(None),
            turn: limits.ds_turn,
        }
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Result<Place, Failure> {
        self.check_open()?;
        match tokio::time::timeout(self.turn, self.at_once.clone().acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Place { _permit: permit }),
            // Never closed.
            Ok(Err(_)) | Err(_) => Err(Failure::rate_limited(clock::now().plus_seconds(5), true)),
        }
    }

    /// Waits for the moment to send, within what the caller still has.
    pub(super) async fn pace(&self, deadline: Instant) -> Result<(), Failure> {
        loop {
            let closed = self.check_open()?;
            // Held while waiting: those behind keep their order.
            let mut pace = self.pace.lock().await;
            let wait = match closed.map_or_else(|| pace.take(Instant::now()), Err) {
                Ok(()) => return Ok(()),
                Err(wait) => wait,
            };
            if Instant::now() + wait >= deadline {
                return Err(Failure::rate_limited(after(wait), true));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// DS says to wait: so does everybody who shares the token.
    pub(super) fn close(&self, wait: Duration) {
        let until = Instant::now() + wait;
        let mut closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = Some(closed.map_or(until, |before| before.max(until)));
    }

    /// How long DS still wants us to wait, if it is short.
    fn check_open(&self) -> Result<Option<Duration>, Failure> {
        let until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        match until.map(|until| until.saturating_duration_since(Instant::now())) {
            None | Some(Duration::ZERO) => Ok(None),
            Some(wait) if wait <= SHORT_WAIT => Ok(Some(wait)),
            Some(wait) => Err(Failure::rate_limited(after(wait), false)),
        }
    }
}

fn after(wait: Duration) -> Timestamp {
    clock::now().plus_seconds(i64::try_from(wait.as_secs()).unwrap_or(60) + 1)
}
