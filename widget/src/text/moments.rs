//! Instants and durations, as one says them.

pub use relais_engine::words::time;
use relais_engine::{Timestamp, words};

const DAY: i64 = 86_400;
const MONTHS: [&str; 12] = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

/// « aujourd’hui à 14 h 32 », « hier à 18 h 05 », « le 11 décembre 2026 à 14 h 32 », in Paris.
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    let written = words::instant(at);
    let Some((day, _)) = written.split_once(' ') else { return written };
    let is_day_of = |instant: Timestamp| words::instant(instant).starts_with(day);
    let day = if is_day_of(now) {
        "aujourd’hui".to_owned()
    } else if is_day_of(now.plus_seconds(-DAY)) {
        "hier".to_owned()
    } else {
        format!("le {}", spelled(day))
    };
    format!("{day} à {}", words::time(at))
}

/// « 19 décembre 2025 », in Paris.
pub fn date(at: Timestamp) -> String {
    words::instant(at).split_once(' ').map(|(day, _)| spelled(day)).unwrap_or_default()
}

fn spelled(day: &str) -> String {
    let mut parts = day.split('/');
    let (number, month, year) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let month = month.parse::<usize>().ok().and_then(|month| MONTHS.get(month.checked_sub(1)?)).copied().unwrap_or_default();
    let number = match number.trim_start_matches('0') {
        "1" => "1er",
        number => number,
    };
    format!("{number}\u{a0}{month} {year}")
}

/// « 31 s », « 2 min 05 s », « 1 h 04 min ».
pub fn duration(seconds: i64) -> String {
    match seconds.max(0) {
        seconds @ 0..60 => format!("{seconds}\u{a0}s"),
        seconds @ 60..3_600 => format!("{}\u{a0}min\u{a0}{:02}\u{a0}s", seconds / 60, seconds % 60),
        seconds => format!("{}\u{a0}h\u{a0}{:02}\u{a0}min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A moment that begins a sentence. It begins without an accent: the table of all capitals would be four kilobytes.
pub fn capitalised(mut moment: String) -> String {
    if let Some(first) = moment.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    moment
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn days_are_those_of_paris() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let now = at("2026-11-24T08:00:00Z");
        assert_eq!(moment(at("2026-11-23T23:30:00Z"), now), "aujourd’hui à 0\u{a0}h\u{a0}30");
        assert_eq!(moment(at("2026-11-23T17:05:00Z"), now), "hier à 18\u{a0}h\u{a0}05");
        assert_eq!(moment(at("2026-07-01T10:00:00Z"), now), "le 1er\u{a0}juillet 2026 à 12\u{a0}h\u{a0}00");
        assert_eq!(date(at("2025-12-19T14:45:16+01:00")), "19\u{a0}décembre 2025");
        assert_eq!(time(at("2026-11-24T08:09:00Z")), "9\u{a0}h\u{a0}09");
    }

    #[test]
    fn durations_are_said_short() {
        assert_eq!(duration(31), "31\u{a0}s");
        assert_eq!(duration(125), "2\u{a0}min\u{a0}05\u{a0}s");
        assert_eq!(duration(3_840), "1\u{a0}h\u{a0}04\u{a0}min");
        assert_eq!(duration(-3), "0\u{a0}s");
        assert_eq!(capitalised(String::new()), "");
        assert_eq!(capitalised("hier à 9\u{a0}h\u{a0}00".to_owned()), "Hier à 9\u{a0}h\u{a0}00");
    }
}
