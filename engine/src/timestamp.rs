//! Instants and days, as both platforms mean them.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, OffsetDateTime, format_description::well_known::Rfc3339, macros::format_description};

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
        let instant = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| InvalidTimestamp(text.to_owned()))?;
        i64::try_from(instant.unix_timestamp_nanos() / 1_000_000).map(Self).map_err(|_| InvalidTimestamp(text.to_owned()))
    }

    /// Reads a day, `2025-01-15`, as midnight UTC: the value of a Grist Date cell.
    pub fn parse_day(text: &str) -> Result<Self, InvalidTimestamp> {
        let day = Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| InvalidTimestamp(text.to_owned()))?;
        Ok(Self(day.midnight().assume_utc().unix_timestamp().saturating_mul(1000)))
    }

    /// RFC 3339 in UTC, with milliseconds when there are some.
    pub fn to_rfc3339(self) -> String {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .ok()
            .and_then(|instant| instant.format(&Rfc3339).ok())
            .unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
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
    fn fractions_survive() {
        let instant = Timestamp::parse("2026-01-31T10:00:00.123456789Z").unwrap();
        assert_eq!(instant.milliseconds() % 1000, 123);
        assert_eq!(Timestamp::parse(&instant.to_rfc3339()).unwrap(), instant);
    }
}
