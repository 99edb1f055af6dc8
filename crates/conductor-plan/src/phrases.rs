//! Phrases of a table, looked for in a text word by word.

use crate::lookup::Lookup;
use crate::words::{fold, is_packed, list, places_of_runs, runs};
use aho_corasick::AhoCorasick;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Phrases that are looked for anywhere in a text, all at once (Aho and Corasick, "Efficient string matching", 1975).
pub(crate) struct Finder(Option<AhoCorasick>);

impl Finder {
    pub(crate) fn of(phrases: impl Iterator<Item = &'static str>) -> Self {
        // Only tables that are far too large have no automaton.
        Self(AhoCorasick::new(phrases).ok())
    }

    /// The same in capitals or small letters, of those of ASCII.
    pub(crate) fn in_any_case(phrases: impl Iterator<Item = &'static str>) -> Self {
        Self(AhoCorasick::builder().ascii_case_insensitive(true).build(phrases).ok())
    }

    /// Whether one of them stands in a text.
    pub(crate) fn finds(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|finder| finder.is_match(text))
    }

    /// Where the first one that begins where a word begins ends.
    pub(crate) fn end_of_first_at_word(&self, text: &str) -> Option<usize> {
        let begins =
            |at: usize| !text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric));
        let mut found = self.0.as_ref()?.find_overlapping_iter(text);
        found.find(|found| begins(found.start())).map(|found| found.end())
    }
}

/// The words of a text with their places.
pub(crate) struct Words<'t> {
    pub(crate) text: &'t str,
    words: Vec<(Range<usize>, Cow<'t, str>)>,
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
    by_first: Lookup<&'static str, Vec<(Vec<&'static str>, T)>>,
    packed: Vec<(&'static str, T)>,
}

impl<'t> Words<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        let word = |place: Range<usize>| (place.clone(), fold(&text[place]));
        Self { text, words: places_of_runs(text).map(word).collect() }
    }

    /// The words, each with its place.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Range<usize>, &str)> {
        self.words.iter().map(|(at, word)| (at, &**word))
    }
}

impl<T: Copy> Phrases<T> {
    pub(crate) fn of(table: &[(T, &'static str)]) -> Self {
        let mut by_first: BTreeMap<&str, Vec<(Vec<&str>, T)>> = BTreeMap::new();
        let mut packed = Vec::new();
        for &(meaning, row) in table {
            for phrase in list(row).filter(|phrase| !phrase.is_empty()) {
                if phrase.starts_with(is_packed) {
                    packed.push((phrase, meaning));
                    continue;
                }
                let words: Vec<&str> = phrase.split(' ').collect();
                let first = words.first().copied().unwrap_or_default();
                by_first.entry(first).or_default().push((words, meaning));
            }
        }
        by_first.values_mut().for_each(|ways| ways.sort_by_key(|(words, _)| std::cmp::Reverse(words.len())));
        Self { by_first: by_first.into_iter().collect(), packed }
    }

    /// Whether one of them stands in a text. Quicker than to find all.
    pub(crate) fn stand_in(&self, text: &str) -> bool {
        let begins = runs(text).any(|word| self.by_first.has(&*fold(word)));
        (begins || text.contains(is_packed)) && !self.find(&Words::of(text)).is_empty()
    }

    /// The phrases that a text has, in its order; of those that begin with one word the longest.
    pub(crate) fn find(&self, words: &Words<'_>) -> Vec<Spotted<T>> {
        let mut found = Vec::new();
        let mut at = 0;
        while let Some((range, word)) = words.words.get(at) {
            let ways = self.by_first.get(&**word).map_or(&[][..], Vec::as_slice);
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
