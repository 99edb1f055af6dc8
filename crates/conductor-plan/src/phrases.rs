//! Phrases of a table, looked for in a text word by word.

use crate::words::{fold, is_packed, list};
use std::collections::BTreeMap;
use std::ops::Range;

/// The words of a text with their places.
pub(crate) struct Words<'t> {
    pub(crate) text: &'t str,
    words: Vec<(Range<usize>, String)>,
}

/// A phrase where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spotted<T> {
    /// In bytes.
    pub(crate) at: Range<usize>,
    pub(crate) meaning: T,
}

/// A table of phrases, each with what it means.
///
/// Phrases are in lower case without marks on letters and without punctuation, separated by commas. Those of a script
/// that is written without spaces are found anywhere.
pub(crate) struct Phrases<T> {
    by_first: BTreeMap<&'static str, Vec<(Vec<&'static str>, T)>>,
    packed: Vec<(&'static str, T)>,
}

impl<'t> Words<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            match (start, c.is_alphanumeric()) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    words.push((from..at, fold(&text[from..at])));
                    start = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
        Self { text, words }
    }

    /// The words, each with its place.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Range<usize>, &str)> {
        self.words.iter().map(|(at, word)| (at, word.as_str()))
    }
}

impl<T: Copy> Phrases<T> {
    pub(crate) fn of(table: &[(T, &'static str)]) -> Self {
        let mut phrases = Self { by_first: BTreeMap::new(), packed: Vec::new() };
        for &(meaning, row) in table {
            for phrase in list(row) {
                if phrase.starts_with(is_packed) {
                    phrases.packed.push((phrase, meaning));
                    continue;
                }
                let words: Vec<&str> = phrase.split(' ').collect();
                let first = words.first().copied().unwrap_or_default();
                phrases.by_first.entry(first).or_default().push((words, meaning));
            }
        }
        phrases
            .by_first
            .values_mut()
            .for_each(|ways| ways.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
        phrases
    }

    /// The phrases that a text has, in its order; of those that begin with one word the longest.
    pub(crate) fn find(&self, words: &Words<'_>) -> Vec<Spotted<T>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((range, word)) = words.words.get(at) {
            let ways = self.by_first.get(word.as_str()).map_or(&[][..], Vec::as_slice);
            let fits = |way: &&(Vec<&'static str>, T)| {
                way.0
                    .iter()
                    .enumerate()
                    .all(|(n, part)| words.words.get(at + n).is_some_and(|(_, word)| word == part))
            };
            match ways.iter().find(fits) {
                Some((way, meaning)) => {
                    at += way.len();
                    let end = words.words.get(at - 1).map_or(range.end, |(range, _)| range.end);
                    found.push(Spotted { at: range.start..end, meaning: *meaning });
                }
                None => at += 1,
            }
        }
        if words.text.contains(is_packed) {
            for &(phrase, meaning) in &self.packed {
                let places = words.text.match_indices(phrase);
                found.extend(places.map(|(at, _)| Spotted { at: at..at + phrase.len(), meaning }));
            }
            found.sort_by_key(|spotted| spotted.at.start);
        }
        found
    }
}
