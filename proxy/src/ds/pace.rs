//! The pace of the requests of one token.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// DS counts by the minute.
const WINDOW: Duration = Duration::from_mins(1);

/// At most so many requests in any minute, however it is cut: the instants of the last ones are all kept.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    sent: VecDeque<Instant>,
}

impl Pace {
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), sent: VecDeque::new() }
    }

    /// Takes a place, or says how long to wait for one.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        while self.sent.front().is_some_and(|sent| now.duration_since(*sent) >= WINDOW) {
            self.sent.pop_front();
        }
        match self.sent.front() {
            Some(oldest) if self.sent.len() >= self.most => Err(WINDOW.saturating_sub(now.duration_since(*oldest))),
            _ => {
                self.sent.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_minute_holds_more_than_allowed() {
        let start = Instant::now();
        let mut pace = Pace::new(3);
        let mut take = |milliseconds| pace.take(start + Duration::from_millis(milliseconds));
        assert_eq!(take(0), Ok(()));
        assert_eq!(take(30_000), Ok(()));
        assert_eq!(take(59_000), Ok(()));
        assert_eq!(take(59_500), Err(Duration::from_millis(500)));
        assert_eq!(take(60_000), Ok(()));
        assert_eq!(take(60_001), Err(Duration::from_millis(29_999)));
        assert_eq!(take(90_000), Ok(()));
    }
}
