//! How long work takes: what the document says, else what its words suggest.
//!
//! The method, where the document is silent: an hour for any piece of work, half an hour for each part that it names,
//! three quarters for each of the words that usually mean more work than they read (at most four), and a quarter for each
//! forty words of description. The low value is six tenths of that, the high one nine fifths. All are rounded to quarters
//! of an hour.

use crate::Estimate;
use crate::words::{is_packed, plain_words};

const MINUTES_PER_DAY: u32 = 8 * 60;

/// Units of time and their minutes.
const UNITS: &[(&[&str], u32)] = &[
    (&["min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "분", "分钟", "分"], 1),
    (
        &[
            "h", "hr", "hrs", "hour", "hours", "stunde", "stunden", "std", "hora", "horas", "heure",
            "heures", "시간", "小时", "時間",
        ],
        60,
    ),
    (
        &["d", "day", "days", "tag", "tage", "tagen", "dia", "dias", "jour", "jours", "pt", "일", "天", "日"],
        MINUTES_PER_DAY,
    ),
    (
        &[
            "w", "wk", "wks", "week", "weeks", "woche", "wochen", "semana", "semanas", "semaine", "semaines",
            "주", "周", "週間",
        ],
        5 * MINUTES_PER_DAY,
    ),
    (&["point", "points", "sp", "pts"], 120),
];

/// Sizes as people name them in place of times.
const SIZES: &[(&str, u32)] = &[
    ("xs", 60),
    ("s", 120),
    ("small", 120),
    ("m", 300),
    ("medium", 300),
    ("l", 960),
    ("large", 960),
    ("xl", 2400),
];

/// Words that usually mean more work than they read, as beginnings of words.
const HARD: &[&str] = &[
    "authenti",
    "autoriz",
    "authoriz",
    "autentic",
    "concurren",
    "distribut",
    "echtzeit",
    "encrypt",
    "verschluessel",
    "integra",
    "machine",
    "migra",
    "offline",
    "optimi",
    "otimiz",
    "parallel",
    "payment",
    "zahlung",
    "pipeline",
    "realtime",
    "real",
    "recurs",
    "scal",
    "secur",
    "schedul",
    "stream",
    "synchron",
    "transaction",
    "workflow",
    "인증",
    "실시간",
    "통합",
    "최적화",
    "비동기",
    "认证",
    "实时",
    "集成",
    "認証",
    "統合",
];

/// The time that a text names, in minutes: `2h`, `3-5 days`, `1.5 Tage`, `5 points`, `M`. Nothing when it says more.
pub(crate) fn minutes_in(text: &str) -> Option<u32> {
    let text = text.trim().trim_start_matches(['~', '≈']).trim().to_lowercase();
    if let Some((_, minutes)) = SIZES.iter().find(|(size, _)| *size == text) {
        return Some(*minutes);
    }
    let (low, rest) = number(&text)?;
    let rest = rest.trim_start();
    let (value, rest) = match rest
        .strip_prefix(['-', '–'])
        .or_else(|| rest.strip_prefix("to "))
        .or_else(|| rest.strip_prefix("bis "))
    {
        Some(after) => {
            let (high, rest) = number(after.trim_start())?;
            ((low + high) / 2, rest)
        }
        None => (low, rest),
    };
    let unit: String = rest.trim().chars().take_while(|c| c.is_alphabetic()).collect();
    let after = rest.trim().get(unit.len()..).unwrap_or_default().trim();
    let packed = unit.chars().any(is_packed);
    let unit = if packed { unit } else { plain_words(&unit).concat() };
    let (_, minutes) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
    after
        .is_empty()
        .then(|| u32::try_from(value * u64::from(*minutes) / 100).ok())
        .flatten()
        .filter(|&minutes| minutes > 0)
}

/// A number in hundredths, and what follows it.
fn number(text: &str) -> Option<(u64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ','))).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let digits = digits.replace(',', ".");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let hundredths: String = part.chars().chain("00".chars()).take(2).collect();
    let whole: u64 = whole.parse().ok().filter(|&whole| whole < 10_000)?;
    Some((whole * 100 + hundredths.parse::<u64>().ok()?, rest))
}

/// Estimate and complexity (1 to 10) of work that names `parts` parts and is described in `text`.
pub(crate) fn guess(parts: usize, text: &str) -> (Estimate, u8) {
    let words = plain_words(text);
    let hard = HARD.iter().filter(|hard| words.iter().any(|word| word.starts_with(**hard))).count().min(4);
    let minutes = 60 + 30 * parts.min(12) + 45 * hard + 15 * (words.len() / 40).min(8);
    let complexity = 2 + hard + parts.min(12) / 3 + (words.len() / 80).min(2);
    (around(u32::try_from(minutes).unwrap_or(u32::MAX)), u8::try_from(complexity.clamp(1, 10)).unwrap_or(10))
}

/// An estimate whose likely value is this.
pub(crate) fn around(likely: u32) -> Estimate {
    let quarter = |minutes: u64| u32::try_from(minutes.div_ceil(15) * 15).unwrap_or(u32::MAX);
    let likely = u64::from(likely);
    Estimate { low: quarter(likely * 6 / 10), likely: quarter(likely), high: quarter(likely * 9 / 5) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, minutes) in [
            ("2h", 120),
            ("90 min", 90),
            ("3 days", 1440),
            ("2-4 days", 1440),
            ("1.5 Tage", 720),
            ("1,5 Stunden", 90),
            ("2 weeks", 4800),
            ("~3 hours", 180),
            ("5 points", 600),
            ("M", 300),
            ("2주", 4800),
        ] {
            assert_eq!(minutes_in(text), Some(minutes), "{text}");
        }
        for text in ["", "soon", "2", "2 parsecs", "3 days and more", "0h", "99999999999999999999 days"] {
            assert_eq!(minutes_in(text), None, "{text}");
        }
    }
}
