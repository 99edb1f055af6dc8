//! Numbers as people read them.

use jiff::Timestamp;

/// From one moment to a later one, in whole seconds; 0 when it is not later.
pub(super) fn seconds(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_secs()).unwrap_or(0)
}

/// `45s`, `12m`, `6h05`, `3d4h`.
pub fn span(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, minutes) => format!("{minutes}m"),
        (0, hours, minutes) => format!("{hours}h{minutes:02}"),
        (days, hours, _) => format!("{days}d{hours}h"),
    }
}

/// `$0.31`.
pub fn dollars(micros: u64) -> String {
    format!("${}.{:02}", micros / 1_000_000, micros % 1_000_000 / 10_000)
}

/// `950`, `12.3k`, `4.1M`.
pub(super) fn short(count: u64) -> String {
    match count {
        0..1_000 => count.to_string(),
        1_000..1_000_000 => format!("{}.{}k", count / 1_000, count % 1_000 / 100),
        _ => format!("{}.{}M", count / 1_000_000, count % 1_000_000 / 100_000),
    }
}

/// `1 task`, `2 tasks`.
pub(super) fn counted(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

/// The first line of a text, at most so many characters of it.
pub(super) fn first_line(text: &str, most: usize) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if line.chars().count() <= most {
        return line.to_owned();
    }
    format!("{}…", line.chars().take(most).collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let spans = [(0, "0s"), (59, "59s"), (60, "1m"), (3_660, "1h01"), (90_000, "1d1h")];
        for (seconds, text) in spans {
            assert_eq!(span(seconds), text);
        }
        assert_eq!((dollars(310_000), dollars(12_345_678)), ("$0.31".to_owned(), "$12.34".to_owned()));
        assert_eq!([999, 1_000, 12_345, 4_100_000].map(short), ["999", "1.0k", "12.3k", "4.1M"]);
        assert_eq!(first_line("\n  two words\nmore", 5), "two w…");
    }
}
