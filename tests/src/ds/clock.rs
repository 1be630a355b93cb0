//! Instants as Démarches Simplifiées keeps them (UTC, microseconds) and as it writes them (Paris, seconds).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime, Time, UtcOffset, Weekday};

/// An instant, in UTC.
pub type Instant = OffsetDateTime;

/// The present instant, cut to the microsecond as PostgreSQL does.
pub fn now() -> Instant {
    let now = OffsetDateTime::now_utc();
    now - Duration::nanoseconds(i64::from(now.nanosecond() % 1_000))
}

/// Midnight UTC of a day.
///
/// # Panics
/// When the calendar has no such day, which is an error of the sample's author.
pub fn day(year: i32, month: u8, day: u8) -> Instant {
    Month::try_from(month)
        .ok()
        .and_then(|month| Date::from_calendar_date(year, month, day).ok())
        .unwrap_or_else(|| panic!("no such day: {year}-{month}-{day}"))
        .with_time(Time::MIDNIGHT)
        .assume_utc()
}

/// The last Sunday of a month, at 01:00 UTC: when Europe changes its clocks (directive 2000/84/EC).
fn clock_change(year: i32, month: Month) -> Option<Instant> {
    let mut date = Date::from_calendar_date(year, month, month.length(year)).ok()?;
    while date.weekday() != Weekday::Sunday {
        date = date.previous_day()?;
    }
    Some(date.with_hms(1, 0, 0).ok()?.assume_utc())
}

/// The same instant on the clocks of Paris.
pub fn paris(at: Instant) -> OffsetDateTime {
    let summer = match (clock_change(at.year(), Month::March), clock_change(at.year(), Month::October)) {
        (Some(spring), Some(autumn)) => spring <= at && at < autumn,
        _ => false,
    };
    at.to_offset(UtcOffset::from_hms(if summer { 2 } else { 1 }, 0, 0).unwrap_or(UtcOffset::UTC))
}

/// `2026-01-01T12:12:00+01:00`: how the API writes an instant. What is below the second is lost, as there.
pub fn iso(at: Instant) -> String {
    let at = paris(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{:+03}:00",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.offset().whole_hours(),
    )
}

/// `2026-01-01`.
pub fn iso_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// `15 janvier 2025`: the `stringValue` of a date.
pub fn french_date(date: Date) -> String {
    let month = match date.month() {
        Month::January => "janvier",
        Month::February => "février",
        Month::March => "mars",
        Month::April => "avril",
        Month::May => "mai",
        Month::June => "juin",
        Month::July => "juillet",
        Month::August => "août",
        Month::September => "septembre",
        Month::October => "octobre",
        Month::November => "novembre",
        Month::December => "décembre",
    };
    format!("{:02} {month} {:04}", date.day(), date.year())
}

/// `01 janvier 2026 12:12`: the `stringValue` of a date with its time.
pub fn french_datetime(at: Instant) -> String {
    let at = paris(at);
    format!("{} {:02}:{:02}", french_date(at.date()), at.hour(), at.minute())
}

/// Reads an instant as the API's `ISO8601DateTime` does: with a time or without.
pub fn parse(text: &str) -> Option<Instant> {
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return Some(at.to_offset(UtcOffset::UTC));
    }
    OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok()
}

/// A place in a list ordered by an instant and an id: base64 of `2026-01-31T10:00:00.123456000Z;42`.
pub fn cursor(at: Instant, id: i32) -> String {
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z;{id}",
        at.year(),
        u8::from(at.month()),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.nanosecond(),
    );
    URL_SAFE_NO_PAD.encode(text)
}

/// What [`cursor`] wrote, with or without its padding.
pub fn parse_cursor(cursor: &str) -> Option<(Instant, i32)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).or_else(|_| STANDARD_NO_PAD.decode(cursor.trim_end_matches('='))).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (at, id) = text.split_once(';')?;
    Some((parse(at)?, id.parse().ok()?))
}

/// A global id: base64 of `Champ-123`.
pub fn global_id(class: &str, id: impl std::fmt::Display) -> String {
    STANDARD.encode(format!("{class}-{id}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn instants_are_written_on_the_clocks_of_paris() {
        assert_eq!(iso(day(2026, 1, 1)), "2026-01-01T01:00:00+01:00");
        assert_eq!(iso(day(2026, 7, 14)), "2026-07-14T02:00:00+02:00");
        // In 2026 summer time goes from 29 March to 25 October.
        let spring = day(2026, 3, 29) + Duration::hours(1);
        assert_eq!(iso(spring - Duration::seconds(1)), "2026-03-29T01:59:59+01:00");
        assert_eq!(iso(spring), "2026-03-29T03:00:00+02:00");
        let autumn = day(2026, 10, 25) + Duration::hours(1);
        assert_eq!(iso(autumn - Duration::seconds(1)), "2026-10-25T02:59:59+02:00");
        assert_eq!(iso(autumn), "2026-10-25T02:00:00+01:00");
    }

    #[test]
    fn dates_are_written_in_french() {
        assert_eq!(french_date(day(2025, 1, 15).date()), "15 janvier 2025");
        assert_eq!(french_datetime(parse("2026-08-01T12:12:00+02:00").unwrap()), "01 août 2026 12:12");
    }

    #[test]
    fn a_cursor_keeps_the_instant_and_the_id() {
        let at = parse("2026-01-31T10:00:00.123456Z").unwrap();
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor(at, 42)).unwrap()).unwrap();
        assert_eq!(text, "2026-01-31T10:00:00.123456000Z;42");
        assert_eq!(parse_cursor(&cursor(at, 42)), Some((at, 42)));
        assert_eq!(parse_cursor("%%%"), None);
        assert_eq!(parse_cursor(&URL_SAFE_NO_PAD.encode("hier;1")), None);
    }
}
