//! The programs' one clock, and times as people read and write them.

use jiff::{SignedDuration, Timestamp};

/// The time now. The only place where the programs read the wall clock; everything else is handed a time.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one clock of the programs")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// A time as seen from `now`: `just now`, `5m ago`, `in 2h`, `3d ago`; a date when it is over a month away.
#[must_use]
pub fn relative(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.as_second() - then.as_second();
    let distance = seconds.unsigned_abs();
    let text = match distance {
        0..60 => return "just now".to_owned(),
        60..3_600 => format!("{}m", distance / 60),
        3_600..86_400 => format!("{}h", distance / 3_600),
        86_400..2_678_400 => format!("{}d", distance / 86_400),
        _ => return then.strftime("%Y-%m-%d").to_string(),
    };
    if seconds > 0 { format!("{text} ago") } else { format!("in {text}") }
}

/// A length of time in at most two units: `0s`, `52s`, `15m`, `1m52`, `2h05`, `3d04h`.
#[must_use]
pub fn compact(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => units(seconds / 60, "m", seconds % 60, ""),
        3_600..86_400 => units(seconds / 3_600, "h", seconds / 60 % 60, ""),
        _ => units(seconds / 86_400, "d", seconds / 3_600 % 24, "h"),
    }
}

/// The larger unit, and the smaller one where there is something of it.
fn units(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large}{large_unit}")
    } else {
        format!("{large}{large_unit}{small:02}{small_unit}")
    }
}

/// A length of time that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "cannot read `{text}` as a length of time: write a number and a unit, such as 90s, 15m, 2h, 1d or 1h30m"
)]
pub struct DurationError {
    /// What was given.
    pub text: String,
}

/// Reads a length of time: whole numbers with the units `s`, `m`, `h`, `d`, largest first (`15m`, `1h30m`).
///
/// # Errors
/// When a unit is missing, unknown, repeated or out of order, or the sum does not fit.
pub fn parse_duration(text: &str) -> Result<SignedDuration, DurationError> {
    let error = || DurationError { text: text.to_owned() };
    let mut rest = text.trim();
    let mut total: i64 = 0;
    let mut last_unit = i64::MAX;
    if rest.is_empty() {
        return Err(error());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(error)?;
        let number: i64 = rest[..digits].parse().map_err(|_| error())?;
        let unit = match rest.as_bytes().get(digits) {
            Some(b's') => 1,
            Some(b'm') => 60,
            Some(b'h') => 3_600,
            Some(b'd') => 86_400,
            _ => return Err(error()),
        };
        if unit >= last_unit {
            return Err(error());
        }
        last_unit = unit;
        total = number.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or_else(error)?;
        rest = &rest[digits + 1..];
    }
    Ok(SignedDuration::from_secs(total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_times() {
        let now: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let cases = [
            (0, "just now"),
            (59, "just now"),
            (60, "1m ago"),
            (7_199, "1h ago"),
            (86_400 * 3, "3d ago"),
            (86_400 * 40, "2026-01-29"),
            (-30, "just now"),
            (-600, "in 10m"),
            (-7_200, "in 2h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(relative(now - SignedDuration::from_secs(seconds), now), expected);
        }
    }

    #[test]
    fn lengths_in_at_most_two_units() {
        let cases = [
            (-5, "0s"),
            (0, "0s"),
            (52, "52s"),
            (112, "1m52"),
            (900, "15m"),
            (7_500, "2h05"),
            (7_230, "2h"),
            (273_600, "3d04h"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(compact(SignedDuration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn lengths_as_people_write_them() {
        for (text, seconds) in
            [("90s", 90), ("15m", 900), ("2h", 7_200), ("1d", 86_400), ("1h30m", 5_400), (" 5s ", 5)]
        {
            assert_eq!(parse_duration(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "m",
            "5x",
            "30m1h",
            "5m5m",
            "-5m",
            "99999999999999999999d",
            "9223372036854775807d",
            "5 m",
            "٥m",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
