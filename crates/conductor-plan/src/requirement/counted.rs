//! Things that are counted and that no table of units has: `at most 5 widgets`, `höchstens 5 Aufträge`, `最多5个副本`.
//!
//! A number before a noun is not yet a limit: steps, versions, sections and dates have numbers, too. So what is counted
//! here is a whole number that is bounded by words which cannot mean a place or a time, before a noun that is seen to be
//! one: by its plural, by its capital in a text that has capitals for nouns alone, or by the counter before it.

use super::Bound;
use super::number::Number;
use super::quantity_table::{BEHIND_ONLY, COUNTERS, NO_COUNT, PLACES};
use crate::words::{is_packed, list};
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

/// Words of a noun phrase that are looked at.
const LONGEST: usize = 3;
/// Characters of a noun in a script without spaces.
const LONGEST_PACKED: usize = 4;

static NO_COUNTS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list(NO_COUNT).collect());
static PLACE_WORDS: LazyLock<BTreeSet<&str>> = LazyLock::new(|| list(PLACES).collect());

/// A noun behind a number.
pub(super) struct Counted {
    /// As it is written, in lower case.
    pub(super) name: String,
    pub(super) end: usize,
    /// What stands between the number and the noun and bounds it, where the language says it there.
    pub(super) bound: Option<Bound>,
}

/// A sign that says that things are counted.
pub(super) struct Counter {
    pub(super) sign: &'static str,
    /// What may stand between it and the noun.
    pub(super) joins: &'static [&'static str],
    /// Characters before which a noun ends that is written in the same script as what follows it.
    pub(super) ends: &'static str,
}

/// Whether words that bound a number may be about a place or a time as well: `under 3`, `above 5`.
pub(super) fn may_be_place(words: &str) -> bool {
    PLACE_WORDS.contains(words)
}

/// The noun behind a number. `lower` is the text in lower case, byte for byte.
pub(super) fn noun_behind(text: &str, lower: &str, number: &Number) -> Option<Counted> {
    if !number.is_whole() {
        return None;
    }
    let end = number.at.end;
    packed_behind(lower, end).or_else(|| spaced_behind(text, lower, end))
}

/// Words after a space, up to the first plural, or the first word whose capital is not that of a title.
fn spaced_behind(text: &str, lower: &str, end: usize) -> Option<Counted> {
    let words = words_behind(lower, end);
    let capital =
        |at: usize| words.get(at).is_some_and(|word| text[word.clone()].starts_with(char::is_uppercase));
    let noun = (0..words.len())
        .find(|&at| is_plural(&lower[words[at].clone()]) || capital(at) && !capital(at + 1))
        .and_then(|at| words.get(at))?;
    Some(Counted { name: lower[end..noun.end].trim().to_owned(), end: noun.end, bound: None })
}

/// The words that may belong to a noun, each after a single space.
fn words_behind(lower: &str, end: usize) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    while words.len() < LONGEST {
        let at = words.last().map_or(end, |word| word.end);
        let Some(space) = lower[at..].chars().next().filter(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}'))
        else {
            break;
        };
        let start = at + space.len_utf8();
        let letter = |c: char| c.is_alphabetic() && !is_packed(c) || c == '-';
        let length = lower[start..].find(|c| !letter(c)).unwrap_or(lower.len() - start);
        let word = &lower[start..start + length];
        if word.chars().count() < 3 || NO_COUNTS.contains(word) {
            break;
        }
        words.push(start..start + length);
    }
    words
}

/// Plurals in `s` and `x`. German ones are told by their capital.
fn is_plural(word: &str) -> bool {
    let singular = ["ss", "us", "is", "ous"];
    word.ends_with('s') && !singular.iter().any(|end| word.ends_with(end))
        || word.ends_with("aux")
        || word.ends_with("eux")
}

/// A counter right behind the number, then the noun: `5个副本`, `3つ以上のレプリカ`, `5개의 위젯`.
fn packed_behind(lower: &str, end: usize) -> Option<Counted> {
    let rest = lower.get(end..)?;
    let counter = COUNTERS.iter().find(|counter| rest.starts_with(counter.sign))?;
    let mut at = end + counter.sign.len();
    let bound =
        BEHIND_ONLY.iter().find(|(_, word)| lower.get(at..).is_some_and(|rest| rest.starts_with(word)));
    at += bound.map_or(0, |(_, word)| word.len());
    let joins =
        counter.joins.iter().find(|join| lower.get(at..).is_some_and(|rest| rest.starts_with(**join)));
    at += joins.map_or(0, |join| join.len());
    let rest = lower.get(at..)?;
    let script = script_of(rest.chars().next()?)?;
    let run: String = rest
        .chars()
        .take_while(|&c| script_of(c) == Some(script) && !counter.ends.contains(c))
        .take(if script == Script::Han { LONGEST_PACKED } else { usize::MAX })
        .collect();
    let (end, name) = (at + run.len(), without_particle(&run));
    (name.chars().count() >= 2).then(|| Counted {
        name: name.to_owned(),
        end,
        bound: bound.map(|&(bound, _)| bound),
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Katakana,
    Hangul,
}

fn script_of(c: char) -> Option<Script> {
    match c {
        '\u{3400}'..='\u{9FFF}' => Some(Script::Han),
        '\u{30A0}'..='\u{30FF}' => Some(Script::Katakana),
        '\u{AC00}'..='\u{D7AF}' => Some(Script::Hangul),
        _ => None,
    }
}

/// A Korean noun without the particle behind it.
fn without_particle(word: &str) -> &str {
    let particles =
        ["까지", "에서", "으로", "을", "를", "이", "가", "은", "는", "의", "에", "로", "와", "과", "도"];
    let noun = particles.iter().find_map(|particle| word.strip_suffix(particle));
    noun.filter(|noun| noun.chars().count() >= 2).unwrap_or(word)
}
