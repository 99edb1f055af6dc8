//! How long work takes: what the document says, else what its words suggest.
//!
//! The method, where the document is silent: an hour for any piece of work, half an hour for each part that it names,
//! three quarters for each of the words that usually mean more work than they read (at most four), and a quarter for each
//! forty words of description. The low value is six tenths of that, the high one nine fifths. All are rounded to quarters
//! of an hour.

use super::language::{phrases, table};
use crate::Estimate;
use crate::lookup::Lookup;
use crate::words::{fold, is_packed, plain_words, runs};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

const MINUTES_PER_DAY: u32 = 8 * 60;
/// No beginning of a word that means more work is shorter.
const FEWEST_LETTERS: usize = 4;
/// More words than this that mean more work do not make it harder still.
const MOST_HARD: usize = 4;

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

/// The time that a text names, in minutes: `2h`, `3-5 days`, `1.5 Tage`, `5 points`, `M`. Nothing when it says more.
pub(crate) fn minutes_in(text: &str) -> Option<u32> {
    let text = text.trim().trim_start_matches(['~', '≈']).trim().to_lowercase();
    if let Some((_, minutes)) = SIZES.iter().find(|(size, _)| *size == text) {
        return Some(*minutes);
    }
    let (low, rest) = number(&text)?;
    let rest = rest.trim_start();
    let span = |to: &'static str| rest.strip_prefix(to).filter(|after| after.starts_with(' '));
    let to = || table!(to).find_map(span);
    let (value, rest) = match rest.strip_prefix(['-', '–', '~', '〜']).or_else(to) {
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
    let minutes = minutes_of(&unit)?;
    after
        .is_empty()
        .then(|| u32::try_from(value * u64::from(minutes) / 100).ok())
        .flatten()
        .filter(|&minutes| minutes > 0)
}

/// The minutes of a unit of time.
fn minutes_of(unit: &str) -> Option<u32> {
    const POINTS: [&str; 4] = ["point", "points", "sp", "pts"];
    let is = |known: &str| known == unit;
    // In Chinese `分` are minutes, which no other language takes for anything longer.
    match unit {
        _ if table!(minutes).any(is) => Some(1),
        _ if table!(hours).any(is) => Some(60),
        _ if table!(days).any(is) => Some(MINUTES_PER_DAY),
        _ if table!(weeks).any(is) => Some(5 * MINUTES_PER_DAY),
        _ => POINTS.contains(&unit).then_some(120),
    }
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

/// What is guessed of a piece of work.
pub(crate) struct Guess {
    pub(crate) estimate: Estimate,
    /// From 1 to 10.
    pub(crate) complexity: u8,
    /// Why it is that hard, short phrases.
    pub(crate) reasons: Vec<String>,
}

/// What work is that names `parts` parts and is described in `text`.
pub(crate) fn guess(parts: usize, text: &str) -> Guess {
    let words = runs(text).count();
    let hard = hard_words(text);
    let minutes = 60 + 30 * parts.min(12) + 45 * hard.len() + 15 * (words / 40).min(8);
    let complexity = 2 + hard.len() + parts.min(12) / 3 + (words / 80).min(2);
    let mut reasons = Vec::new();
    if !hard.is_empty() {
        reasons.push(format!("speaks of {}", hard.join(", ")));
    }
    if parts >= 3 {
        reasons.push(format!("names {parts} parts"));
    }
    if words >= 80 {
        reasons.push(format!("takes {words} words to describe"));
    }
    if reasons.is_empty() {
        reasons.push("one plain piece of work".to_owned());
    }
    Guess {
        estimate: around(u32::try_from(minutes).unwrap_or(u32::MAX)),
        complexity: u8::try_from(complexity.clamp(1, 10)).unwrap_or(10),
        reasons,
    }
}

/// The first words of a text that usually mean more work than they read, one for each kind.
fn hard_words(text: &str) -> Vec<String> {
    static BEGINNINGS: LazyLock<Lookup<&str, Vec<&str>>> = LazyLock::new(beginnings);
    static PACKED: LazyLock<Vec<&str>> =
        LazyLock::new(|| phrases(|words| words.hard).filter(|hard| hard.chars().any(is_packed)).collect());
    let mut kinds: BTreeSet<&str> = BTreeSet::new();
    let mut found: Vec<String> = Vec::new();
    for word in runs(text).filter(|word| word.len() >= FEWEST_LETTERS).map(fold) {
        let beginnings = word.get(..FEWEST_LETTERS).and_then(|start| BEGINNINGS.get(start));
        let beginning = beginnings.into_iter().flatten().find(|beginning| word.starts_with(**beginning));
        if beginning.is_some_and(|beginning| kinds.insert(beginning))
            && !found.iter().any(|known| *known == word)
        {
            found.push(word.into_owned());
        }
    }
    if !text.is_ascii() {
        found.extend(PACKED.iter().filter(|hard| text.contains(**hard)).map(|hard| (*hard).to_owned()));
    }
    found.truncate(MOST_HARD);
    found
}

/// The beginnings of words that mean more work, by their first letters; the shorter ones first.
fn beginnings() -> Lookup<&'static str, Vec<&'static str>> {
    let mut beginnings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for hard in phrases(|words| words.hard).filter(|hard| !hard.chars().any(is_packed)) {
        let start = hard.get(..FEWEST_LETTERS).unwrap_or(hard);
        beginnings.entry(start).or_default().push(hard);
    }
    beginnings.values_mut().for_each(|same| same.sort_by_key(|hard| hard.len()));
    beginnings.into_iter().collect()
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
