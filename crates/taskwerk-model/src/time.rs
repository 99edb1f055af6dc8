//! Moments, durations and due dates as tasks keep them.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::fmt::temporal::DateTimePrinter;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A point in time to the microsecond, the finest that every database keeps. Written as RFC 3339 in UTC with
/// six digits: `2026-11-23T01:44:00.000000Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Moment(Timestamp);

impl Moment {
    /// The timestamp without what is finer than a microsecond.
    #[must_use]
    pub fn new(at: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
    }

    /// The moment so many microseconds after 1970; what is out of range becomes the end of the range.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        let end = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Self(Timestamp::from_microsecond(micros).unwrap_or(end))
    }

    /// Microseconds after 1970.
    #[must_use]
    pub fn as_micros(self) -> i64 {
        self.0.as_microsecond()
    }

    /// The timestamp.
    #[must_use]
    pub const fn timestamp(self) -> Timestamp {
        self.0
    }

    /// The moment so much later (earlier when negative); past the end of the range, the end.
    #[must_use]
    pub fn plus(self, span: jiff::SignedDuration) -> Self {
        let end = if span.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
        Self::new(self.0.checked_add(span).unwrap_or(end))
    }
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        Self::new(at)
    }
}

impl FromStr for Moment {
    type Err = jiff::Error;

    fn from_str(text: &str) -> Result<Self, jiff::Error> {
        text.trim().parse().map(Self::new)
    }
}

impl TryFrom<String> for Moment {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse()
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(6));
        PRINTER.timestamp_to_string(&moment.0)
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&String::from(*self))
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How long work takes, in whole minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Minutes(u32);

impl Minutes {
    /// So many minutes.
    #[must_use]
    pub const fn new(minutes: u32) -> Self {
        Self(minutes)
    }

    /// The number of minutes.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Estimate must be a number: `{text}` is none; write 2 (hours), 1.5, 90m, 2h, 1d or 1h30m")]
pub struct MinutesError {
    /// The text as it came.
    pub text: String,
}

impl FromStr for Minutes {
    type Err = MinutesError;

    /// A bare number is hours; units are `m`, `h`, `d` (a day has 24 hours) and `w`, and may follow each
    /// other as in `1h30m`. Fractions are rounded up to a minute.
    fn from_str(text: &str) -> Result<Self, MinutesError> {
        let bad = || MinutesError { text: text.to_owned() };
        let mut rest = text.trim();
        let bare = rest.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let mut total = 0.0;
        if rest.is_empty() {
            return Err(bad());
        }
        while !rest.is_empty() {
            let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(end);
            let number: f64 = number.parse().map_err(|_| bad())?;
            let end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(end);
            total += number * minutes_per(unit.trim(), bare).ok_or_else(bad)?;
            rest = tail;
        }
        whole_minutes(total).map(Self).ok_or_else(bad)
    }
}

fn minutes_per(unit: &str, bare: bool) -> Option<f64> {
    match unit {
        "" if bare => Some(60.0),
        "m" | "min" | "mins" | "minute" | "minutes" => Some(1.0),
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(60.0),
        "d" | "day" | "days" => Some(24.0 * 60.0),
        "w" | "week" | "weeks" => Some(7.0 * 24.0 * 60.0),
        _ => None,
    }
}

fn whole_minutes(minutes: f64) -> Option<u32> {
    // One part in a million is the rounding of the fraction itself (0.1 h), not a minute begun.
    let rounded = (minutes - 1e-6).ceil().max(0.0);
    let fits = rounded.is_finite() && rounded <= f64::from(u32::MAX);
    // The range was checked and the value is whole, so nothing is lost.
    fits.then_some(rounded as u32)
}

impl fmt::Display for Minutes {
    /// `45m`, `2h`, `1h30m`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.0 / 60, self.0 % 60) {
            (0, minutes) => format!("{minutes}m"),
            (hours, 0) => format!("{hours}h"),
            (hours, minutes) => format!("{hours}h{minutes}m"),
        };
        f.pad(&text)
    }
}

/// When a task is to be done: a day, or a moment. What the user wrote is kept, so that a day does not become
/// midnight somewhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Due {
    /// Sometime on that day.
    Day(Date),
    /// At that moment.
    At(Moment),
}

/// A text that is no due date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no due date: write 2026-12-24 or 2026-12-24T18:00:00Z")]
pub struct DueError {
    /// The text as it came.
    pub text: String,
}

impl FromStr for Due {
    type Err = DueError;

    fn from_str(text: &str) -> Result<Self, DueError> {
        let word = text.trim();
        // A date parser of jiff also takes the date of a longer text, which would drop the time of day.
        if word.len() == 10
            && let Ok(day) = word.parse()
        {
            return Ok(Self::Day(day));
        }
        word.parse().map(Self::At).map_err(|_| DueError { text: text.to_owned() })
    }
}

impl TryFrom<String> for Due {
    type Error = DueError;

    fn try_from(text: String) -> Result<Self, DueError> {
        text.parse()
    }
}

impl From<Due> for String {
    fn from(due: Due) -> Self {
        due.to_string()
    }
}

impl fmt::Display for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => f.pad(&day.to_string()),
            Self::At(moment) => fmt::Display::fmt(moment, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_minutes() {
        for (text, minutes) in [
            ("5", 300),
            ("1.5", 90),
            ("0.1", 6),
            (".5", 30),
            ("90m", 90),
            ("2h", 120),
            ("1d", 1440),
            ("1w", 10_080),
            ("1h30m", 90),
            ("1h 30m", 90),
            ("2 hours", 120),
            ("0", 0),
            ("0.001", 1),
        ] {
            assert_eq!(text.parse::<Minutes>().unwrap().get(), minutes, "{text:?}");
        }
    }

    #[test]
    fn nonsense_is_no_duration() {
        for text in
            ["abc", "", "-1", "1x", "h", "1.2.3", "1h30", "NaN", "inf", "1e3", "99999999999", "m5", "٣"]
        {
            assert!(text.parse::<Minutes>().is_err(), "{text:?}");
        }
        insta::assert_snapshot!("abc".parse::<Minutes>().unwrap_err(),
            @"Estimate must be a number: `abc` is none; write 2 (hours), 1.5, 90m, 2h, 1d or 1h30m");
    }

    #[test]
    fn durations_are_written_short() {
        for (minutes, text) in [(0, "0m"), (45, "45m"), (120, "2h"), (150, "2h30m")] {
            assert_eq!(Minutes::new(minutes).to_string(), text);
        }
    }

    #[test]
    fn a_moment_is_written_with_six_digits() {
        let moment: Moment = "2026-11-23T02:44:00.1234567+01:00".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-11-23T01:44:00.123456Z");
        assert_eq!(Moment::from_micros(0).to_string(), "1970-01-01T00:00:00.000000Z");
        assert_eq!(Moment::from_micros(moment.as_micros()), moment);
    }

    #[test]
    fn a_due_day_stays_a_day() {
        let day: Due = "2026-12-24".parse().unwrap();
        assert_eq!(day.to_string(), "2026-12-24");
        assert_eq!(
            "2026-12-24T18:00:00+01:00".parse::<Due>().unwrap().to_string(),
            "2026-12-24T17:00:00.000000Z"
        );
        assert!("tomorrowish".parse::<Due>().is_err());
    }
}
