//! Finding what a text speaks of among many named things, by words, in time that grows with the text.

use crate::words::{Bag, Vocabulary, plain_words, stems};
use std::cell::OnceCell;

/// A word that this many things have in common tells nothing, and following it would cost too much.
const MOST_COMMON: usize = 400;

/// A nickname that more things than this mention belongs to none of them.
const RARE: usize = 3;

/// Named things with the words that are said of them.
pub(crate) struct Index {
    vocabulary: Vocabulary,
    entries: Vec<Entry>,
    /// For each word the entries that have it, in their names or in what is said of them.
    named: Vec<Vec<usize>>,
    said: Vec<Vec<usize>>,
    /// For each word the entries of whose names it is the rarest word, once somebody asked: a name that stands in a text
    /// has its rarest word there. Of no use any more when an entry is added or changed.
    rarest: OnceCell<Vec<Vec<usize>>>,
}

pub(crate) struct Entry {
    pub(crate) name: Bag,
    pub(crate) text: Bag,
    /// `CLI` for a command line interface.
    acronym: Bag,
    /// `tursid` of `Core engine (tursid)`.
    nickname: Bag,
}

/// An entry that was found, and how well it fits, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) entry: usize,
    pub(crate) score: u32,
}

impl Index {
    pub(crate) fn of<'t>(things: impl Iterator<Item = (&'t str, String)>) -> Self {
        let mut index = Self {
            vocabulary: Vocabulary::default(),
            entries: Vec::new(),
            named: Vec::new(),
            said: Vec::new(),
            rarest: OnceCell::new(),
        };
        for (name, text) in things {
            index.push(name, &text);
        }
        index
    }

    /// Adds a thing behind the others.
    pub(crate) fn push(&mut self, name: &str, text: &str) {
        let entry = self.entry(name, text);
        self.list(self.entries.len(), &entry);
        self.entries.push(entry);
    }

    /// Reads a thing again that has another name, or of which something else is said.
    pub(crate) fn replace(&mut self, at: usize, name: &str, text: &str) {
        let entry = self.entry(name, text);
        let old = &self.entries[at];
        old.name.iter().for_each(|word| self.named[position(word)].retain(|&other| other != at));
        old.text.iter().for_each(|word| self.said[position(word)].retain(|&other| other != at));
        self.list(at, &entry);
        self.entries[at] = entry;
    }

    fn list(&mut self, at: usize, entry: &Entry) {
        self.rarest.take();
        self.named.resize(self.vocabulary.len(), Vec::new());
        self.said.resize(self.vocabulary.len(), Vec::new());
        entry.name.iter().for_each(|word| self.named[position(word)].push(at));
        entry.text.iter().for_each(|word| self.said[position(word)].push(at));
    }

    /// Reads a name and a text in the words of this index.
    pub(crate) fn entry(&mut self, name: &str, text: &str) -> Entry {
        let acronym = acronym(name).map(|acronym| self.vocabulary.bag(&acronym)).unwrap_or_default();
        let (name, nickname) = without_brackets(name);
        let nickname = self.vocabulary.bag(nickname);
        Entry { name: self.vocabulary.bag(name), text: self.vocabulary.bag(text), acronym, nickname }
    }

    pub(crate) fn get(&self, entry: usize) -> &Entry {
        &self.entries[entry]
    }

    /// How much a word tells: the rarer, the more.
    pub(crate) fn weight(&self, word: u32) -> u32 {
        // A word that no entry has tells as little as one that all have: it is the other text's own.
        let total = self.entries.len().max(1);
        2 + total.checked_div(self.frequency(word)).unwrap_or(1).max(1).ilog2()
    }

    /// The entries that share a word with a name, or with the name of an entry and the text, each once.
    fn candidates(&self, asked: &Entry) -> Vec<usize> {
        let none = Vec::new();
        let lists = |word: u32| {
            [self.named.get(position(word)).unwrap_or(&none), self.said.get(position(word)).unwrap_or(&none)]
        };
        let mut found: Vec<usize> = asked
            .name
            .iter()
            .chain(asked.acronym.iter())
            .chain(asked.nickname.iter())
            .flat_map(lists)
            .chain(asked.text.iter().map(|word| self.named.get(position(word)).unwrap_or(&none)))
            .filter(|list| list.len() <= MOST_COMMON)
            .flatten()
            .copied()
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The entry that most probably is what `asked` speaks of.
    pub(crate) fn best(&self, asked: &Entry, allowed: impl Fn(usize) -> bool) -> Option<Match> {
        let candidates = self.candidates(asked).into_iter().filter(|&entry| allowed(entry));
        let scored = candidates.map(|entry| Match { entry, score: self.score(asked, entry) });
        scored
            .filter(|found| found.score > 0)
            .max_by_key(|found| (found.score, std::cmp::Reverse(found.entry)))
    }

    /// How probable it is that two things are the same, in percent: the share of the one's name that the other has in its
    /// name or, counting half, in what is said of it; either way round.
    pub(crate) fn score(&self, asked: &Entry, entry: usize) -> u32 {
        let entry = &self.entries[entry];
        let forward = self.share(&asked.name, &entry.name, &entry.text);
        let backward = self.share(&entry.name, &asked.name, &asked.text);
        let acronym = |a: &Entry, b: &Entry| !a.acronym.is_empty() && b.name.has_all(&a.acronym);
        let nickname = |a: &Entry, b: &Entry| {
            !a.nickname.is_empty() && (b.name.has_all(&a.nickname) || b.text.has_all(&a.nickname))
        };
        let short = if acronym(asked, entry) || acronym(entry, asked) {
            80
        } else if nickname(asked, entry) && asked.nickname.iter().all(|word| self.frequency(word) <= RARE) {
            60
        } else {
            0
        };
        // What both say of themselves decides between names that fit equally well.
        let common = asked.text.iter().filter(|&word| entry.text.has(word)).take(5).count();
        let bonus = u32::try_from(common).unwrap_or(0);
        let names = (forward * 2 + backward) / 3;
        let best = names.max(backward * 8 / 10).max(forward * 8 / 10).max(short);
        if best == 0 { 0 } else { best + bonus }
    }

    /// The share of an entry's name that a text speaks of, in percent.
    pub(crate) fn spoken_of(&self, entry: usize, text: &Bag) -> u32 {
        self.share(&self.entries[entry].name, text, &Bag::default())
    }

    /// The entry that a short text calls by its name, or by a part of it.
    pub(crate) fn called(&self, text: &Bag, allowed: impl Fn(usize) -> bool) -> Option<Match> {
        let none = Bag::default();
        let candidates = self.sharing(text).into_iter().filter(|&entry| allowed(entry));
        let scored = candidates.map(|entry| {
            let name = &self.entries[entry].name;
            let (whole, part) = (self.share(name, text, &none), self.share(text, name, &none));
            (Match { entry, score: whole.max(part) }, whole + part)
        });
        let best = scored.max_by_key(|(found, both)| (found.score, *both, std::cmp::Reverse(found.entry)));
        best.map(|(found, _)| found)
    }

    /// The entry whose name has all the words of a short text, and of several the one with the fewest others.
    pub(crate) fn holding(&self, text: &Bag) -> Option<usize> {
        let holding = |&entry: &usize| !text.is_empty() && self.entries[entry].name.has_all(text);
        self.sharing(text).into_iter().filter(holding).min_by_key(|&entry| self.entries[entry].name.len())
    }

    /// The entries whose whole name stands in a text.
    pub(crate) fn named_in(&self, text: &Bag) -> Vec<usize> {
        let rarest = self.rarest.get_or_init(|| self.by_rarest_word());
        let lists = text.iter().filter_map(|word| rarest.get(position(word)));
        let mut found: Vec<usize> =
            lists.flatten().copied().filter(|&entry| text.has_all(&self.entries[entry].name)).collect();
        found.sort_unstable();
        found
    }

    /// For each word the entries of whose names it is the rarest, as long as it is rare enough to be followed.
    fn by_rarest_word(&self) -> Vec<Vec<usize>> {
        let mut rarest = vec![Vec::new(); self.named.len()];
        for (at, entry) in self.entries.iter().enumerate() {
            let count = |word: u32| self.named[position(word)].len();
            if let Some(word) = entry.name.iter().min_by_key(|&word| count(word))
                && count(word) <= MOST_COMMON
            {
                rarest[position(word)].push(at);
            }
        }
        rarest
    }

    /// The entries that have a word of a text in their names.
    pub(crate) fn sharing(&self, text: &Bag) -> Vec<usize> {
        let lists = text
            .iter()
            .filter_map(|word| self.named.get(position(word)))
            .filter(|list| list.len() <= MOST_COMMON);
        let mut found: Vec<usize> = lists.flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// How many entries have a word in their name or in what is said of them.
    pub(crate) fn frequency(&self, word: u32) -> usize {
        let count = |lists: &[Vec<usize>]| lists.get(position(word)).map_or(0, Vec::len);
        count(&self.named).max(count(&self.said))
    }

    /// The words of a text.
    pub(crate) fn bag(&mut self, text: &str) -> Bag {
        self.vocabulary.bag(text)
    }

    fn share(&self, name: &Bag, other_name: &Bag, other_text: &Bag) -> u32 {
        let (mut found, mut total) = (0, 0);
        for word in name.iter() {
            let weight = self.weight(word);
            total += 2 * weight;
            if other_name.has(word) {
                found += 2 * weight;
            } else if other_text.has(word) {
                found += weight;
            }
        }
        (found * 100_u32).checked_div(total).unwrap_or(0)
    }
}

fn position(word: u32) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}

/// A name without what stands in brackets behind it, and that if it is one word.
fn without_brackets(name: &str) -> (&str, &str) {
    let Some((before, inner)) = name.split_once('(').filter(|(before, _)| !before.trim().is_empty()) else {
        return (name, "");
    };
    let inner = inner.split(')').next().unwrap_or_default().trim();
    (before, if inner.contains(char::is_whitespace) { "" } else { inner })
}

fn acronym(name: &str) -> Option<String> {
    let name = name.split(['(', ':']).next().unwrap_or_default();
    let words = plain_words(name);
    let initials: String = words.iter().filter_map(|word| word.chars().next()).collect();
    (3..=5)
        .contains(&words.len())
        .then_some(initials)
        .filter(|initials| initials.is_ascii() && !stems(initials).is_empty())
}

impl Entry {
    /// A text that has no name.
    pub(crate) fn of_text(text: Bag) -> Self {
        Self { name: Bag::default(), text, acronym: Bag::default(), nickname: Bag::default() }
    }
}

impl Index {
    /// The entry that a text is most probably about: the one with the largest share of its name in it, and of several the
    /// one with the longer name.
    pub(crate) fn about(&self, asked: &Entry, allowed: impl Fn(usize) -> bool) -> Option<Match> {
        let candidates = self.candidates(asked).into_iter().filter(|&entry| allowed(entry));
        let scored = candidates.map(|entry| Match { entry, score: self.spoken_of(entry, &asked.text) });
        scored.filter(|found| found.score > 0).max_by_key(|found| {
            (found.score, self.entries[found.entry].name.len(), std::cmp::Reverse(found.entry))
        })
    }
}
