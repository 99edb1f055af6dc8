//! What changed in a text: which sentences, and which numbers.

use super::change::{LineChange, NumberChange};
use crate::words::plain_words;
use std::collections::BTreeSet;

/// Lines that share less than this of their words are two lines.
const ALIKE: usize = 40;

/// A longer word after a number is hardly its unit.
const LONGEST_UNIT: usize = 12;

/// The sentences of a text, a line or list entry each where it has those. Spaces count for nothing.
pub(super) fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    for line in text.lines() {
        let mut sentence = String::new();
        for word in line.split_whitespace() {
            if !sentence.is_empty() {
                sentence.push(' ');
            }
            sentence.push_str(word);
            if word.ends_with(['.', '!', '?', '。']) && word.chars().count() > 2 {
                sentences.push(std::mem::take(&mut sentence));
            }
        }
        if !sentence.is_empty() {
            sentences.push(sentence);
        }
    }
    sentences
}

/// What changed between two lists of lines. Their order counts for nothing.
pub(super) fn changes(old: &[String], new: &[String]) -> Vec<LineChange> {
    let flat = |line: &String| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let (old, new): (Vec<String>, Vec<String>) =
        (old.iter().map(flat).collect(), new.iter().map(flat).collect());
    let mut came: Vec<&String> = new.iter().collect();
    let mut gone: Vec<&String> = Vec::new();
    for line in &old {
        match came.iter().position(|other| *other == line) {
            Some(at) => drop(came.remove(at)),
            None => gone.push(line),
        }
    }
    let mut changes = Vec::new();
    for line in gone {
        let best = (0..came.len()).map(|at| (shared(line, came[at]), std::cmp::Reverse(at))).max();
        match best.filter(|(share, _)| *share >= ALIKE) {
            Some((_, at)) => changes.push(line_change(line, came.remove(at.0))),
            None => changes.push(LineChange { old: Some(line.clone()), new: None, numbers: Vec::new() }),
        }
    }
    changes.extend(came.into_iter().map(|line| LineChange {
        old: None,
        new: Some(line.clone()),
        numbers: Vec::new(),
    }));
    changes
}

/// A line that became another.
pub(super) fn line_change(old: &str, new: &str) -> LineChange {
    LineChange { old: Some(old.to_owned()), new: Some(new.to_owned()), numbers: numbers(old, new) }
}

/// How many of the words of two lines are in both, in percent.
pub(super) fn shared(a: &str, b: &str) -> usize {
    let (a, b) = (BTreeSet::from_iter(plain_words(a)), BTreeSet::from_iter(plain_words(b)));
    let all = a.len() + b.len();
    (200 * a.intersection(&b).count()).checked_div(all).unwrap_or(0)
}

/// The numbers that differ between two lines, with their units; empty when anything else differs too.
pub(super) fn numbers(old: &str, new: &str) -> Vec<NumberChange> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.split_whitespace().collect(), new.split_whitespace().collect());
    if old.len() != new.len() {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut unit_follows = false;
    for (at, (before, after)) in old.iter().zip(&new).enumerate() {
        // `200 ms` became `2 s`: the unit was told with its number.
        let told = std::mem::take(&mut unit_follows);
        if before == after || told {
            continue;
        }
        let (Some(number_before), Some(number_after)) = (number(before), number(after)) else {
            return Vec::new();
        };
        let bare = ends_bare(before) && ends_bare(after);
        let unit =
            |words: &[&'_ str]| words.get(at + 1).copied().filter(|_| bare).and_then(unit).map(str::to_owned);
        let with = |number: &str, unit: Option<String>| match unit {
            Some(unit) => format!("{number} {unit}"),
            None => number.to_owned(),
        };
        let (unit_before, unit_after) = (unit(&old), unit(&new));
        unit_follows = unit_before.is_some() && unit_after.is_some();
        changes.push(NumberChange {
            old: with(number_before, unit_before),
            new: with(number_after, unit_after),
        });
    }
    changes
}

/// A word that holds a number, without what surrounds it.
fn number(word: &str) -> Option<&str> {
    let word = word.trim_matches(|c: char| {
        !c.is_alphanumeric() && !matches!(c, '%' | '€' | '$' | '£' | '<' | '>' | '≤' | '≥')
    });
    word.contains(|c: char| c.is_ascii_digit()).then_some(word)
}

/// Whether a number has no unit within its own word, nor punctuation after it.
fn ends_bare(word: &str) -> bool {
    word.ends_with(|c: char| c.is_ascii_digit())
}

/// The unit that follows a number: a short word of letters, or a sign.
fn unit(word: &str) -> Option<&str> {
    let word = word.trim_end_matches(['.', ',', ';', ':', ')', '!', '?']);
    let fits = word.chars().count() <= LONGEST_UNIT
        && word.chars().all(|c| c.is_alphabetic() || matches!(c, '%' | '/' | '°' | 'µ' | '€' | '$'));
    (fits && !word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_with_their_units() {
        let told = |old: &str, new: &str| {
            let told: Vec<String> = numbers(old, new)
                .into_iter()
                .map(|change| format!("{} -> {}", change.old, change.new))
                .collect();
            told.join(", ")
        };
        for (old, new, expected) in [
            ("shown within 200 ms.", "shown within 100 ms.", "200 ms -> 100 ms"),
            ("shown within 200ms", "shown within 100ms", "200ms -> 100ms"),
            ("within 200 ms.", "within 2 s.", "200 ms -> 2 s"),
            ("at least 99.5 % of days", "at least 99.9 % of days", "99.5 % -> 99.9 %"),
            ("95% and 3 users", "99% and 5 users", "95% -> 99%, 3 users -> 5 users"),
            ("Costs €5, at most", "Costs €6, at most", "€5 -> €6"),
            ("needs version 2.", "needs version 3.", "2 -> 3"),
            ("<200 ms", "<100 ms", "<200 ms -> <100 ms"),
            ("keeps 28 days", "keeps 14 nights", "28 days -> 14 nights"),
            ("for 28 days", "for 28 nights", ""),
            ("within 200 ms", "in 100 ms", ""),
            ("two days", "three days", ""),
            ("a", "a 5", ""),
            ("same 5", "same 5", ""),
        ] {
            assert_eq!(told(old, new), expected, "{old} / {new}");
        }
    }

    #[test]
    fn sentences_end_where_they_end() {
        assert_eq!(
            sentences("One is. Two\n- three, e.g. four."),
            ["One is.", "Two", "- three, e.g.", "four."]
        );
        assert_eq!(sentences(" \n\n"), Vec::<String>::new());
    }

    #[test]
    fn lines_are_paired_with_what_they_became() {
        let list = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let changes = changes(
            &list(&["a b c 5 d", "stays", "goes away wholly"]),
            &list(&["stays ", "something new", "a b c 6 d"]),
        );
        let told: Vec<_> = changes
            .iter()
            .map(|change| (change.old.as_deref(), change.new.as_deref(), change.numbers.len()))
            .collect();
        assert_eq!(
            told,
            [
                (Some("a b c 5 d"), Some("a b c 6 d"), 1),
                (Some("goes away wholly"), None, 0),
                (None, Some("something new"), 0)
            ]
        );
    }
}
