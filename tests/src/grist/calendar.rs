//! Dates as texts, and the two time zones that Relais's documents use.
use super::refusal::Refusal;

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// A zone of a `DateTime` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    Paris,
    /// Numbers pass; a text to be read in this zone is refused.
    Other,
}

impl Zone {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "" | "UTC" | "Etc/UTC" | "GMT" => Self::Utc,
            "Europe/Paris" => Self::Paris,
            _ => Self::Other,
        }
    }

    /// Seconds east of Greenwich at this local time. In the hour that autumn repeats the first one is meant, and in
    /// the hour that spring skips the summer offset holds, as Grist's engine reads them.
    fn offset_of_local(self, local: i64) -> Result<i64, Refusal> {
        match self {
            Self::Utc => Ok(0),
            Self::Paris => {
                let (year, ..) = civil(local.div_euclid(DAY));
                let summer = last_sunday(year, 3) * DAY + 2 * 3600;
                let winter = last_sunday(year, 10) * DAY + 3 * 3600;
                Ok(if (summer..winter).contains(&local) { 7200 } else { 3600 })
            }
            Self::Other => Err(Refusal::unsupported("a date written as text in a time zone other than UTC and Europe/Paris")),
        }
    }

    /// Seconds since 1970 of a local time.
    pub(crate) fn instant(self, local: i64) -> Result<i64, Refusal> {
        Ok(local - self.offset_of_local(local)?)
    }

    /// Local seconds of an instant.
    pub(crate) fn local(self, instant: i64) -> i64 {
        let offset = match self {
            Self::Utc | Self::Other => 0,
            Self::Paris => {
                let (year, ..) = civil(instant.div_euclid(DAY));
                let summer = last_sunday(year, 3) * DAY + 3600;
                let winter = last_sunday(year, 10) * DAY + 3600;
                if (summer..winter).contains(&instant) { 7200 } else { 3600 }
            }
        };
        instant + offset
    }
}

/// A text read as a date, with or without a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Read {
    /// Days since 1970.
    pub(crate) day: i64,
    /// Seconds since midnight.
    pub(crate) seconds: f64,
    /// Seconds east of Greenwich, when the text says so.
    pub(crate) offset: Option<i64>,
}

/// ISO 8601 as Grist's engine takes it: `2024`, `2024-1-3`, `20240131`, then optionally a time and an offset.
pub(crate) fn read(text: &str) -> Option<Read> {
    let (date, time) = match text.find(['T', ' ']) {
        Some(at) => (text.get(..at)?, Some(text.get(at + 1..)?)),
        None => (text, None),
    };
    let day = read_day(date)?;
    let (seconds, offset) = match time {
        None => (0.0, None),
        Some(time) => read_time(time)?,
    };
    Some(Read { day, seconds, offset })
}

fn read_day(text: &str) -> Option<i64> {
    let compact = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month, day) = if compact {
        (text.get(..4)?, text.get(4..6)?, text.get(6..)?)
    } else {
        let mut parts = text.split('-');
        let year = parts.next()?;
        let month = parts.next().unwrap_or("1");
        let day = parts.next().unwrap_or("1");
        if parts.next().is_some() {
            return None;
        }
        (year, month, day)
    };
    if year.len() != 4 || !(1..=2).contains(&month.len()) || !(1..=2).contains(&day.len()) {
        return None;
    }
    let year: i64 = year.parse().ok()?;
    let month: i64 = month.parse().ok()?;
    let day: i64 = day.parse().ok()?;
    let days = days(year, month, day);
    (civil(days) == (year, month, day)).then_some(days)
}

fn read_time(text: &str) -> Option<(f64, Option<i64>)> {
    let (time, offset) = if let Some(time) = text.strip_suffix('Z') {
        (time, Some(0))
    } else if let Some(at) = text.rfind(['+', '-']) {
        let sign = if text.get(at..)?.starts_with('-') { -1 } else { 1 };
        let digits: String = text.get(at + 1..)?.chars().filter(|character| *character != ':').collect();
        let hours: i64 = digits.get(..2)?.parse().ok()?;
        let minutes: i64 = digits.get(2..).filter(|text| !text.is_empty()).unwrap_or("0").parse().ok()?;
        (text.get(..at)?, Some(sign * (hours * 3600 + minutes * 60)))
    } else {
        (text, None)
    };
    let mut parts = time.split(':');
    let hours: u32 = parts.next()?.parse().ok()?;
    let minutes: u32 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().unwrap_or("0").parse().ok()?;
    let valid = hours < 24 && minutes < 60 && (0.0..60.0).contains(&seconds) && parts.next().is_none();
    valid.then(|| (f64::from(hours * 3600 + minutes * 60) + seconds, offset))
}

/// `2024-01-31` of a number of days since 1970.
pub(crate) fn iso(days: i64) -> String {
    let (year, month, day) = civil(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days since 1970 of a date of the Gregorian calendar (Hinnant's `days_from_civil`).
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Year, month and day of a number of days since 1970.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i64, month: i64) -> i64 {
    let last = days(year, month, 31);
    // 1970-01-01 was a Thursday.
    last - (last + 4).rem_euclid(7)
}
