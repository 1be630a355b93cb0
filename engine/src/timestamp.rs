//! Instants and days, as both platforms mean them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

use crate::json::{FromJson, Json, Malformed, parsed};

/// An instant, in milliseconds since 1970-01-01T00:00:00Z.
///
/// DS writes ISO 8601 with an offset (`2026-01-01T12:12:00+01:00`); Grist wants seconds (facts/grist.md, section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// A text that is not an ISO 8601 instant or day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » is not an ISO 8601 instant")]
pub struct InvalidTimestamp(pub String);

impl Timestamp {
    /// From milliseconds since the epoch, the unit of JavaScript's `Date.now()`.
    pub const fn from_milliseconds(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since the epoch.
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// Seconds since the epoch, fractions kept: the value of a Grist DateTime cell.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds stay below 2^53 until the year 287396")]
    pub fn seconds(self) -> f64 {
        self.0 as f64 / 1000.0
    }

    /// This instant moved by a number of seconds, negative for earlier.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Reads RFC 3339, the profile of ISO 8601 that DS writes.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        read_instant(text.as_bytes()).map(Self).ok_or_else(|| InvalidTimestamp(text.to_owned()))
    }

    /// Reads a day, `2025-01-15`, as midnight UTC: the value of a Grist Date cell.
    pub fn parse_day(text: &str) -> Result<Self, InvalidTimestamp> {
        let day = read_day(text.as_bytes()).ok_or_else(|| InvalidTimestamp(text.to_owned()))?;
        Ok(Self(day.midnight().assume_utc().unix_timestamp().saturating_mul(1000)))
    }

    /// RFC 3339 in UTC, with milliseconds when there are some.
    pub fn to_rfc3339(self) -> String {
        let instant = OffsetDateTime::from_unix_timestamp(self.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = (instant.year(), u8::from(instant.month()), instant.day());
        let (hour, minute, second) = instant.to_hms();
        let fraction = match self.0.rem_euclid(1000) {
            0 => String::new(),
            milliseconds => format!(".{milliseconds:03}"),
        };
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
    }
}

// Read by hand: the formats of the time crate weigh 40 kB in the browser, for two that never change.

/// The number that so many digits write.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0_u16, |number, digit| {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        number.checked_mul(10)?.checked_add(digit.into())
    })
}

/// Two digits.
fn pair(digits: &[u8]) -> Option<u8> {
    if digits.len() == 2 { number(digits)?.try_into().ok() } else { None }
}

/// `2025-01-15`.
fn read_day(text: &[u8]) -> Option<Date> {
    let [year @ .., b'-', m, n, b'-', d, e] = text else { return None };
    let year = if year.len() == 4 { number(year)? } else { return None };
    Date::from_calendar_date(year.into(), Month::try_from(pair(&[*m, *n])?).ok()?, pair(&[*d, *e])?).ok()
}

/// `2026-01-01T12:12:00.123+01:00`, in milliseconds since the epoch.
fn read_instant(text: &[u8]) -> Option<i64> {
    let (day, rest) = text.split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    let [b'T' | b't' | b' ', clock @ ..] = time else { return None };
    let [hour, minute, second] = [clock.get(..2)?, clock.get(3..5)?, clock.get(6..)?].map(pair);
    if clock.get(2) != Some(&b':') || clock.get(5) != Some(&b':') {
        return None;
    }
    let time = Time::from_hms(hour?, minute?, second?).ok()?;
    let (fraction, offset) = match rest {
        [b'.', rest @ ..] => rest.split_at_checked(rest.iter().position(|byte| !byte.is_ascii_digit())?)?,
        rest => (&[][..], rest),
    };
    let milliseconds = [100, 10, 1].iter().zip(fraction).map(|(weight, digit)| weight * i64::from(digit.wrapping_sub(b'0'))).sum::<i64>();
    let offset = match offset {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), hours @ .., b':', tens, units] => {
            let (hours, minutes) = (pair(hours).filter(|hours| *hours < 24)?, pair(&[*tens, *units]).filter(|minutes| *minutes < 60)?);
            let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60;
            if *sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    let seconds = read_day(day)?.with_time(time).assume_utc().unix_timestamp() - offset;
    Some(seconds * 1000 + milliseconds)
}

impl FromJson for Timestamp {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        parsed(json, |text| Self::parse(text).ok())
    }
}

/// Paris is two hours ahead from the last Sunday of March to that of October, at 1:00 UTC; else one (directive 2000/84/CE).
pub(crate) fn paris_offset(instant: OffsetDateTime) -> UtcOffset {
    let last_sunday = |month: time::Month| {
        let last = Date::from_calendar_date(instant.year(), month, 31).ok()?;
        let sunday = last - time::Duration::days(i64::from(last.weekday().number_days_from_sunday()));
        Some(sunday.midnight().assume_utc() + time::Duration::hours(1))
    };
    let is_summer =
        last_sunday(time::Month::March).zip(last_sunday(time::Month::October)).is_some_and(|(start, end)| (start..end).contains(&instant));
    UtcOffset::from_hms(if is_summer { 2 } else { 1 }, 0, 0).unwrap_or(UtcOffset::UTC)
}

/// A day of the calendar, in JSON `2026-09-01`: what people mean by « du 1er septembre ».
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(Date);

impl Day {
    /// Reads `2026-09-01`.
    pub fn parse(text: &str) -> Result<Self, InvalidTimestamp> {
        read_day(text.as_bytes()).map(Self).ok_or_else(|| InvalidTimestamp(text.to_owned()))
    }

    /// Its first instant, in Paris.
    pub fn start(self) -> Timestamp {
        let midnight = self.0.midnight().assume_utc();
        // Clocks change at 1:00 UTC: the offset at midnight in Paris is that of the evening before, in UTC.
        let offset = paris_offset(midnight.saturating_sub(time::Duration::hours(2)));
        Timestamp(midnight.unix_timestamp().saturating_sub(offset.whole_seconds().into()).saturating_mul(1000))
    }

    /// The first instant after it, in Paris.
    pub fn end(self) -> Timestamp {
        self.0.next_day().map_or(Timestamp(i64::MAX), |next| Self(next).start())
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromJson for Day {
    fn from_json(json: &Json<'_>) -> Result<Self, Malformed> {
        parsed(json, |text| Self::parse(text).ok())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn an_offset_is_taken_into_account() {
        let paris = Timestamp::parse("2026-07-01T12:12:00+02:00").unwrap();
        assert_eq!(paris, Timestamp::parse("2026-07-01T10:12:00Z").unwrap());
        assert_eq!(paris.to_rfc3339(), "2026-07-01T10:12:00Z");
    }

    #[test]
    fn a_day_is_midnight_utc_whatever_the_time_zone() {
        assert!((Timestamp::parse_day("2025-01-15").unwrap().seconds() - 1_736_899_200.0).abs() < f64::EPSILON);
        assert!(Timestamp::parse_day("15 janvier 2025").is_err());
        assert!(Timestamp::parse_day("0000-00-00").is_err());
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in ["", "2026-01-31", "2026-01-31T10:00:00", "2026-01-31T10:00Z", "2026-01-31T24:00:00Z", "2026-02-29T10:00:00Z"] {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
        for text in ["2026-01-31T10:00:00.Z1", "2026-01-31T10:00:00+0200", "2026-01-31T10:00:00+24:00", "2026-01-31T1é:00:00Z", "2026-1-31T10:00:00Z"]
        {
            assert!(Timestamp::parse(text).is_err(), "{text}");
        }
        assert_eq!(Timestamp::parse("1969-12-31T23:30:00.5-01:00").unwrap().milliseconds(), 1_800_500);
        assert_eq!(Timestamp::from_milliseconds(-1).to_rfc3339(), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn a_day_begins_and_ends_in_paris() {
        let day = |text: &str| Day::parse(text).unwrap();
        let at = |text: &str| Timestamp::parse(text).unwrap();
        assert_eq!(day("2026-09-01").start(), at("2026-09-01T00:00:00+02:00"));
        assert_eq!(day("2026-12-31").end(), at("2027-01-01T00:00:00+01:00"));
        // The days of 2026 on which clocks change: 23 hours, then 25.
        assert_eq!((day("2026-03-29").start(), day("2026-03-29").end()), (at("2026-03-29T00:00:00+01:00"), at("2026-03-30T00:00:00+02:00")));
        assert_eq!((day("2026-10-25").start(), day("2026-10-25").end()), (at("2026-10-25T00:00:00+02:00"), at("2026-10-26T00:00:00+01:00")));
        assert_eq!(serde_json::to_string(&day("2026-09-01")).unwrap(), "\"2026-09-01\"");
        assert!(Day::parse("1er septembre").is_err());
    }

    #[test]
    fn fractions_survive() {
        let instant = Timestamp::parse("2026-01-31T10:00:00.123456789Z").unwrap();
        assert_eq!(instant.milliseconds() % 1000, 123);
        assert_eq!(Timestamp::parse(&instant.to_rfc3339()).unwrap(), instant);
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_what_is_read(milliseconds in -62_135_596_800_000_i64..253_402_300_799_999) {
            let instant = Timestamp::from_milliseconds(milliseconds);
            proptest::prop_assert_eq!(Timestamp::parse(&instant.to_rfc3339()).unwrap(), instant);
        }
    }
}
