//! How long a token is still good for.

use relais_engine::{Day, Timestamp, words};

const DAY: i64 = 86_400_000;
/// From so many days on, its end is told.
const SOON: i64 = 30;
/// From so many days on, it is told louder.
const CLOSE: i64 = 7;

/// When a token ends, by its last day: in days from today, in Paris.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nobody need think of it.
    Far,
    /// Within a month.
    Soon(i64),
    /// Within a week; 0 is today.
    Close(i64),
    /// DS takes it no more.
    Ended,
}

impl Due {
    /// How it stands now.
    pub fn of(last_day: Day, now: Timestamp) -> Self {
        let today = today(now).unwrap_or(last_day);
        // From midnight to midnight: to the nearest, for the days that have 23 or 25 hours.
        let days = last_day.start().milliseconds().saturating_sub(today.start().milliseconds()).saturating_add(DAY / 2).div_euclid(DAY);
        match days {
            ..0 => Self::Ended,
            0..=CLOSE => Self::Close(days),
            _ if days <= SOON => Self::Soon(days),
            _ => Self::Far,
        }
    }
}

/// The day that it is in Paris.
fn today(now: Timestamp) -> Option<Day> {
    let written = words::instant(now);
    let (day, month, year) = (written.get(..2)?, written.get(3..5)?, written.get(6..10)?);
    Day::parse(&[year, month, day].join("-")).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    fn due(last_day: &str, now: &str) -> Due {
        Due::of(Day::parse(last_day).unwrap(), Timestamp::parse(now).unwrap())
    }

    #[test]
    fn the_end_of_a_token_is_told_a_month_before_and_louder_a_week_before() {
        let now = "2026-11-19T14:32:00Z";
        assert_eq!(due("2027-05-03", now), Due::Far);
        assert_eq!(due("2026-12-20", now), Due::Far);
        assert_eq!(due("2026-12-19", now), Due::Soon(30));
        assert_eq!(due("2026-12-11", now), Due::Soon(22));
        assert_eq!(due("2026-11-27", now), Due::Soon(8));
        assert_eq!(due("2026-11-26", now), Due::Close(7));
        assert_eq!(due("2026-11-20", now), Due::Close(1));
        assert_eq!(due("2026-11-19", now), Due::Close(0));
        assert_eq!(due("2026-11-18", now), Due::Ended);
    }

    #[test]
    fn days_are_those_of_paris() {
        assert_eq!(due("2026-11-20", "2026-11-19T22:59:59Z"), Due::Close(1));
        assert_eq!(due("2026-11-20", "2026-11-19T23:00:00Z"), Due::Close(0));
        assert_eq!(due("2026-11-20", "2026-11-20T23:00:00Z"), Due::Ended);
        // Clocks change in the night before the 29th of March and the 25th of October.
        assert_eq!(due("2026-03-30", "2026-03-28T23:30:00Z"), Due::Close(1));
        assert_eq!(due("2026-10-26", "2026-10-24T22:30:00Z"), Due::Close(1));
        assert_eq!(due("2026-10-25", "2026-10-25T22:30:00Z"), Due::Close(0));
    }
}
