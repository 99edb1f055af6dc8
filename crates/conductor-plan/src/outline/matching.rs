//! Finding what a text speaks of among many named things, by words, in time that grows with the text.

use crate::words::{Bag, Lexicon, fold, runs, stems};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A word that this many things have in common tells nothing, and following it would cost too much.
const MOST_COMMON: usize = 400;

/// Of so many things the best is looked for.
const MOST_FOUND: usize = 800;

/// A nickname that more things than this mention belongs to none of them.
const RARE: usize = 3;

/// Named things with the words that are said of them.
pub(crate) struct Index<'w> {
    lexicon: &'w Lexicon,
    entries: Vec<Entry>,
    /// For each word the entries that have it, in their names or in what is said of them, in their order.
    named: Vec<Vec<usize>>,
    said: Vec<Vec<usize>>,
    /// For each word the names of which it is the rarest word, once somebody asked: a name that stands in a text has its
    /// rarest word there. Of no use any more when an entry is added or changed.
    rarest: OnceCell<Vec<Vec<Name>>>,
}

/// A name, and the entries that have it, in their order.
pub(crate) struct Name {
    pub(crate) words: Rc<Bag>,
    pub(crate) entries: Vec<usize>,
}

#[derive(Default)]
pub(crate) struct Entry {
    pub(crate) name: Rc<Bag>,
    pub(crate) text: Bag,
    /// `CLI` for a command line interface.
    acronym: Rc<Bag>,
    /// `tursid` of `Core engine (tursid)`.
    nickname: Rc<Bag>,
}

/// An entry that was found, and how well it fits, in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) entry: usize,
    pub(crate) score: u32,
}

impl<'w> Index<'w> {
    /// Nothing yet, in the words of a lexicon.
    pub(crate) fn new(lexicon: &'w Lexicon) -> Self {
        Self { lexicon, entries: Vec::new(), named: Vec::new(), said: Vec::new(), rarest: OnceCell::new() }
    }

    /// Things with their names and the lines that are said of them.
    pub(crate) fn of<'t, L: IntoIterator<Item = &'t str>>(
        lexicon: &'w Lexicon,
        things: impl Iterator<Item = (&'t str, L)>,
    ) -> Self {
        let mut index = Self::new(lexicon);
        for (name, lines) in things {
            index.push(index.entry(name, lines));
        }
        index
    }

    /// Adds a thing behind the others.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.rarest.take();
        let at = self.entries.len();
        list(&mut self.named, at, &entry.name);
        list(&mut self.said, at, &entry.text);
        self.entries.push(entry);
    }

    /// Gives a thing another name, and adds lines to what is said of it.
    pub(crate) fn extend<'t>(&mut self, at: usize, name: &str, lines: impl IntoIterator<Item = &'t str>) {
        self.rarest.take();
        let old = std::mem::take(&mut self.entries[at]);
        let more = self.lexicon.union(lines).without(&old.text);
        let mut entry = self.entry(name, []);
        unlist(&mut self.named, at, &old.name.without(&entry.name));
        list(&mut self.named, at, &entry.name.without(&old.name));
        list(&mut self.said, at, &more);
        entry.text = Bag::from_words(old.text.iter().chain(more.iter()));
        self.entries[at] = entry;
    }

    /// Reads a name and lines in the words of this index.
    pub(crate) fn entry<'t>(&self, name: &str, lines: impl IntoIterator<Item = &'t str>) -> Entry {
        let acronym = acronym(name).map(|acronym| self.bag(&acronym)).unwrap_or_default();
        let (name, nickname) = without_brackets(name);
        let text = self.lexicon.union(lines);
        Entry { name: self.bag(name), text, acronym, nickname: self.bag(nickname) }
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
        let name = || asked.name.iter().chain(asked.acronym.iter()).chain(asked.nickname.iter());
        let lists = name().map(|word| entries_of(&self.named, word));
        let lists = lists.chain(name().map(|word| entries_of(&self.said, word)));
        self.together(lists.chain(asked.text.iter().map(|word| entries_of(&self.named, word))))
    }

    /// The entries of several lists, each once. Long lists are of words that tell nothing.
    fn together<'i>(&'i self, lists: impl Iterator<Item = &'i [usize]>) -> Vec<usize> {
        let mut lists: Vec<&[usize]> = lists.filter(|list| (1..=MOST_COMMON).contains(&list.len())).collect();
        lists.sort_by_key(|list| list.len());
        // The rarest words first: what they find is what a text speaks of, if it speaks of anything.
        let mut found: Vec<usize> = Vec::new();
        for list in lists {
            if !found.is_empty() && found.len() + list.len() > MOST_FOUND {
                break;
            }
            found.extend(list);
        }
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
        let mut found: Vec<usize> = self.names_in(text).flat_map(|name| &name.entries).copied().collect();
        found.sort_unstable();
        found
    }

    /// The names that stand in a text as a whole.
    pub(crate) fn names_in<'i>(&'i self, text: &'i Bag) -> impl Iterator<Item = &'i Name> {
        let rarest = self.rarest.get_or_init(|| self.by_rarest_word());
        let lists = text.iter().filter_map(|word| rarest.get(position(word)));
        lists.flatten().filter(|name| text.has_all(&name.words))
    }

    /// For each word the names of which it is the rarest, as long as it is rare enough to be followed.
    fn by_rarest_word(&self) -> Vec<Vec<Name>> {
        let mut names: BTreeMap<&Bag, Vec<usize>> = BTreeMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            names.entry(&entry.name).or_default().push(at);
        }
        let mut rarest: Vec<Vec<Name>> = self.named.iter().map(|_| Vec::new()).collect();
        for entries in names.into_values() {
            let count = |word: u32| self.named[position(word)].len();
            let Some(words) = entries.first().map(|&entry| &self.entries[entry].name) else { continue };
            if let Some(word) = words.iter().min_by_key(|&word| count(word))
                && count(word) <= MOST_COMMON
            {
                rarest[position(word)].push(Name { words: Rc::clone(words), entries });
            }
        }
        rarest
    }

    /// The entries that have a word of a text in their names.
    pub(crate) fn sharing(&self, text: &Bag) -> Vec<usize> {
        self.together(text.iter().map(|word| entries_of(&self.named, word)))
    }

    /// How many entries have a word in their name or in what is said of them.
    pub(crate) fn frequency(&self, word: u32) -> usize {
        entries_of(&self.named, word).len().max(entries_of(&self.said, word).len())
    }

    /// The words of a line.
    pub(crate) fn bag(&self, line: &str) -> Rc<Bag> {
        self.lexicon.bag(line)
    }

    /// What is asked with the words of several lines that have no name.
    pub(crate) fn text<'t>(&self, lines: impl IntoIterator<Item = &'t str>) -> Entry {
        Entry { text: self.lexicon.union(lines), ..Entry::default() }
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

fn list(lists: &mut Vec<Vec<usize>>, at: usize, words: &Bag) {
    for word in words.iter().map(position) {
        if lists.len() <= word {
            lists.resize(word + 1, Vec::new());
        }
        let entries = &mut lists[word];
        if let Err(place) = entries.binary_search(&at) {
            entries.insert(place, at);
        }
    }
}

fn unlist(lists: &mut [Vec<usize>], at: usize, words: &Bag) {
    for word in words.iter().map(position) {
        if let Ok(place) = lists[word].binary_search(&at) {
            lists[word].remove(place);
        }
    }
}

fn entries_of(lists: &[Vec<usize>], word: u32) -> &[usize] {
    lists.get(position(word)).map_or(&[], Vec::as_slice)
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
    if !(3..=5).contains(&runs(name).count()) {
        return None;
    }
    let initials: String = runs(name).filter_map(|word| fold(word).chars().next()).collect();
    Some(initials).filter(|initials| initials.is_ascii() && !stems(initials).is_empty())
}

impl Index<'_> {
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
