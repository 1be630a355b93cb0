//! How fast a run goes, and how long it will take.

use std::collections::VecDeque;

use relais_engine::Timestamp;

/// The rate is that of the last steps: DS's pages are not all as slow.
const WINDOW: usize = 12;

/// The recent steps of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pace {
    steps: VecDeque<(Timestamp, usize)>,
}

impl Pace {
    /// Notes how many dossiers are read by now.
    pub fn note(&mut self, now: Timestamp, read: usize) {
        if self.steps.back().is_some_and(|(_, last)| *last == read) {
            return;
        }
        // The next démarche of the run starts from nothing.
        if self.steps.back().is_some_and(|(_, last)| *last > read) {
            self.steps.clear();
        }
        if self.steps.len() == WINDOW {
            self.steps.pop_front();
        }
        self.steps.push_back((now, read));
    }

    /// Dossiers a second; none before there are two steps apart.
    pub fn per_second(&self) -> Option<f64> {
        let ((start, before), (end, after)) = self.steps.front().zip(self.steps.back())?;
        let milliseconds = end.milliseconds().saturating_sub(start.milliseconds());
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let (read, seconds) = (after.saturating_sub(*before) as f64, milliseconds as f64 / 1000.0);
        (seconds > 0.0 && read > 0.0).then(|| read / seconds)
    }

    /// Seconds to the end, rounded as one would say it: by 5 s, then by the minute.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a positive number of seconds")]
    pub fn seconds_left(&self, total: usize) -> Option<u32> {
        let read = self.steps.back()?.1;
        let left = total.saturating_sub(read) as f64 / self.per_second()?;
        let step = if left < 90.0 { 5.0 } else { 60.0 };
        Some(((left / step).ceil() * step) as u32)
    }
}

/// Which quarter of the way is reached: what is said aloud, rather than each page.
pub const fn quarter(read: usize, total: usize) -> usize {
    if total == 0 {
        0
    } else if read >= total {
        4
    } else {
        read * 4 / total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_steps() {
        let mut pace = Pace::default();
        assert_eq!(pace.per_second(), None);
        pace.note(Timestamp::from_milliseconds(0), 0);
        assert_eq!(pace.seconds_left(1_000), None);
        for step in 1..=20_u32 {
            // Ten times faster after the first steps.
            let now = if step < 5 { i64::from(step) * 10_000 } else { 40_000 + i64::from(step - 4) * 1_000 };
            pace.note(Timestamp::from_milliseconds(now), step as usize * 100);
        }
        assert_eq!(pace.per_second(), Some(100.0));
        assert_eq!(pace.seconds_left(2_150), Some(5));
        assert_eq!(pace.seconds_left(20_000), Some(180));
        assert_eq!(pace.seconds_left(1), Some(0));
    }

    #[test]
    fn standing_still_is_not_a_step() {
        let mut pace = Pace::default();
        pace.note(Timestamp::from_milliseconds(0), 0);
        pace.note(Timestamp::from_milliseconds(5_000), 0);
        assert_eq!(pace.per_second(), None);
    }

    #[test]
    fn quarters() {
        assert_eq!([0, 249, 250, 999, 1_000, 1_200].map(|read| quarter(read, 1_000)), [0, 0, 1, 3, 4, 4]);
        assert_eq!(quarter(5, 0), 0);
    }
}
