//! Numbers with their units in a text, and on which side of them the work has to stay.

use super::Bound;
use super::counted::{may_be_place, noun_behind};
use super::number::{Number, number_at};
use super::quantity_table::{BEFORE, BEHIND, BETWEEN, UNITS, UP_TO};
use crate::words::{list, lower_in_place};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

/// A unit of measure, or what is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unit {
    /// As it is usually written; of what no table has, as the text has it, in lower case.
    pub(crate) name: Cow<'static, str>,
    /// Only numbers of one dimension can be compared.
    pub(crate) dimension: Dimension,
    /// Its size in the smallest unit of its dimension.
    pub(crate) factor: u64,
}

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dimension {
    Time,
    Size,
    Share,
    Users,
    Money,
    Length,
    RequestRate,
    /// A rate that is compared only with rates of its own unit.
    OtherRate,
    /// Things that are compared only with things of their own name.
    Count,
}

/// A number with its unit where a text says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// With the words that bound it.
    pub(crate) at: Range<usize>,
    pub(crate) bound: Bound,
    pub(crate) value: String,
    pub(crate) unit: Unit,
}

/// The units by the first character of each way to write them; the longer ones first.
static WAYS: LazyLock<BTreeMap<char, Vec<(&str, &Unit)>>> = LazyLock::new(|| {
    let mut ways: BTreeMap<char, Vec<(&str, &Unit)>> = BTreeMap::new();
    for (unit, words) in UNITS {
        for word in list(words) {
            ways.entry(word.chars().next().unwrap_or_default()).or_default().push((word, unit));
        }
    }
    ways.values_mut().for_each(|ways| ways.sort_by_key(|(word, _)| std::cmp::Reverse(word.len())));
    ways
});

static BETWEEN_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list(BETWEEN).collect());

/// The words that bound a number, by where they stand.
static UP_TO_WORDS: LazyLock<Bounding> = LazyLock::new(|| bounding(&[(Bound::AtMost, UP_TO)], last));
static BEFORE_WORDS: LazyLock<Bounding> = LazyLock::new(|| bounding(BEFORE, last));
static BEHIND_WORDS: LazyLock<Bounding> = LazyLock::new(|| bounding(BEHIND, first));

/// Words that bound a number, by the byte that they have where they meet what stands beside the number.
type Bounding = BTreeMap<u8, Vec<(Bound, &'static str)>>;

fn bounding(rows: &[(Bound, &'static str)], meets: fn(&str) -> u8) -> Bounding {
    let mut bounding = Bounding::new();
    for (bound, word) in rows.iter().flat_map(|&(bound, words)| list(words).map(move |word| (bound, word))) {
        bounding.entry(meets(word)).or_default().push((bound, word));
    }
    bounding
}

fn first(text: &str) -> u8 {
    text.bytes().next().unwrap_or_default()
}

fn last(text: &str) -> u8 {
    text.bytes().next_back().unwrap_or_default()
}

/// Which words may bound a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    /// All of them.
    All,
    /// None that may be about a place or a time, or begin another clause: `3 games, at least 2 of them alone`.
    Sure,
}

/// The numbers with units of a text, in its order.
pub(crate) fn quantities(text: &str) -> Vec<Quantity> {
    if !text.contains(|c: char| c.is_ascii_digit() || ('０'..='９').contains(&c)) {
        return Vec::new();
    }
    let (written, text) = (text, &lower_in_place(text));
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(number) = number_at(text, at) {
        at = number.at.end;
        if let Some(quantities) = quantity(text, &number).or_else(|| counted(written, text, &number)) {
            at = quantities.last().map_or(at, |last| last.at.end.max(at));
            found.extend(quantities);
        }
    }
    found
}

/// The quantity that begins with a number; two of a range.
fn quantity(text: &str, number: &Number) -> Option<Vec<Quantity>> {
    if let Some((upper, unit, end)) = range(text, number) {
        let start = number.at.start;
        let of = |bound, number: &Number| Quantity {
            at: start..end,
            bound,
            value: number.value(unit.dimension),
            unit: unit.clone(),
        };
        return Some(vec![of(Bound::AtLeast, number), of(Bound::AtMost, &upper)]);
    }
    let (unit, end) = match unit_behind(text, number.at.end) {
        Some(found) => found,
        None => (currency_before(text, number.at.start)?, number.at.end),
    };
    // `the 1990s`.
    if unit.name == "s" && number.is_year() && text.as_bytes().get(number.at.end) == Some(&b's') {
        return None;
    }
    let (bound, at) = bound(text, number.at.start..end, unit, Words::All);
    Some(vec![Quantity { at, bound, value: number.value(unit.dimension), unit: unit.clone() }])
}

/// A number of things that no table has; only where words bound it that can be about nothing else.
fn counted(written: &str, text: &str, number: &Number) -> Option<Vec<Quantity>> {
    let noun = noun_behind(written, text, number)?;
    let unit = Unit { name: Cow::Owned(noun.name), dimension: Dimension::Count, factor: 1 };
    let at = number.at.start..noun.end;
    let (bound, at) = match noun.bound {
        Some(bound) => (bound, at),
        None => bound(text, at, &unit, Words::Sure),
    };
    let value = number.value(unit.dimension);
    (bound != Bound::Exactly).then(|| vec![Quantity { at, bound, value, unit }])
}

/// `5-10 minutes`, `between 5 and 10 minutes`.
fn range(text: &str, lower: &Number) -> Option<(Number, &'static Unit, usize)> {
    let rest = &text[lower.at.end..];
    let bare = rest.trim_start();
    let from = ["between ", "zwischen ", "entre ", "from ", "von "]
        .iter()
        .any(|word| text[..lower.at.start].ends_with(word));
    let dashes = ["-", "–", "—", "～", "~"];
    let words: &[&str] =
        if from { &["and ", "und ", "et ", "y ", "e ", "to ", "bis "] } else { &["to ", "bis "] };
    let mark = dashes.iter().chain(words).find(|mark| bare.starts_with(**mark))?;
    let start = lower.at.end + (rest.len() - bare.len()) + mark.len();
    let upper = number_at(text, start).filter(|upper| text[start..upper.at.start].trim().is_empty())?;
    let (unit, end) = unit_behind(text, upper.at.end)?;
    Some((upper, unit, end))
}

/// The unit that follows a number, and where it ends.
fn unit_behind(text: &str, end: usize) -> Option<(&'static Unit, usize)> {
    let mut at = end + gap(&text[end..]);
    for _ in 0..3 {
        if let Some((unit, length)) = unit_at(&text[at..], at == end) {
            return Some((unit, at + length));
        }
        let word = text[at..].split(' ').next().unwrap_or_default();
        if !BETWEEN_WORDS.contains(word) {
            return None;
        }
        at += word.len();
        at += gap(&text[at..]);
    }
    None
}

/// A space or a hyphen between a number and its unit.
fn gap(text: &str) -> usize {
    text.chars().next().filter(|&c| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '-')).map_or(0, char::len_utf8)
}

fn unit_at(text: &str, adjacent: bool) -> Option<(&'static Unit, usize)> {
    let ways = WAYS.get(&text.chars().next()?)?;
    ways.iter().find_map(|(word, unit)| {
        let rest = text.strip_prefix(word)?;
        let letters = word.ends_with(|c: char| c.is_alphabetic()) && !word.ends_with(crate::words::is_packed);
        let ends =
            !letters || !rest.starts_with(|c: char| c.is_alphanumeric() && !crate::words::is_packed(c));
        // `2 an` and `5 go` are words; `5 h` is a unit.
        let sure = adjacent || !matches!(*word, "an" | "go" | "mo" | "mes");
        (ends && sure).then_some((*unit, word.len()))
    })
}

/// `$500`.
fn currency_before(text: &str, start: usize) -> Option<&'static Unit> {
    let sign = text[..start].trim_end().chars().next_back()?;
    let ways = WAYS.get(&sign).filter(|_| matches!(sign, '$' | '€'))?;
    ways.first().map(|&(_, unit)| unit)
}

/// The bound of a quantity, and its place with the words that say so.
fn bound(text: &str, at: Range<usize>, unit: &Unit, words: Words) -> (Bound, Range<usize>) {
    let before = text[..at.start].trim_end().trim_end_matches(['$', '€']).trim_end();
    if let Some((length, up_to)) = longest(UP_TO_WORDS.get(&last(before)), |word| ends_with(before, word)) {
        let consumed = matches!(unit.dimension, Dimension::Time | Dimension::Money);
        let possible = !consumed && unit.dimension != Dimension::Size;
        let bound = if possible { Bound::AtLeast } else { up_to };
        return (bound, before.len() - length..at.end);
    }
    if let Some((length, bound)) = longest(BEFORE_WORDS.get(&last(before)), |word| ends_with(before, word))
        && !(words == Words::Sure && may_be_place(&before[before.len() - length..]))
    {
        return (bound, before.len() - length..at.end);
    }
    let rest = &text[at.end..];
    let behind = rest.trim_start_matches([' ', '(', ',']);
    if let Some((length, bound)) = longest(BEHIND_WORDS.get(&first(behind)), |word| starts_with(behind, word))
        && !(words == Words::Sure && stands_before(&behind[..length]))
    {
        return (bound, at.start..at.end + (rest.len() - behind.len()) + length);
    }
    (Bound::Exactly, at)
}

/// Whether these are words that bound the number behind them.
fn stands_before(words: &str) -> bool {
    let known = BEFORE_WORDS.get(&last(words));
    known.is_some_and(|known| known.iter().any(|(_, known)| *known == words))
}

/// The longest of the words that fit, so that `no more than` is not read as `more than`.
fn longest(words: Option<&Vec<(Bound, &str)>>, fits: impl Fn(&str) -> bool) -> Option<(usize, Bound)> {
    words
        .into_iter()
        .flatten()
        .filter(|(_, word)| fits(word))
        .map(|&(bound, word)| (word.len(), bound))
        .max_by_key(|&(length, _)| length)
}

fn ends_with(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|rest| !word.starts_with(is_letter) || !rest.ends_with(is_letter))
}

fn starts_with(text: &str, word: &str) -> bool {
    text.strip_prefix(word).is_some_and(|rest| !word.ends_with(is_letter) || !rest.starts_with(is_letter))
}

/// A letter of a script that is written with spaces.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() && !crate::words::is_packed(c)
}
