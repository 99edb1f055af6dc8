//! Which files of a repository have to do with a task: by the words in them, by their paths, by what they define and
//! by what was changed together before.
//!
//! It is a hint for an agent that can look for itself. So it is fast rather than thorough: words are compared by hash,
//! definitions are found by patterns, and what was read once is remembered by the name of its content. The order is the
//! same for the same files and words, whatever is in the cache. Names and contents of files are data: what is given back
//! still has to be quoted and escaped.

mod cache;
mod history;
mod index;
mod languages;
mod rank;
mod symbols;
mod walk;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::Timestamp;

use crate::git::PastCommit;
use cache::{BlobId, Cache};
use index::{Held, Index, Indexed};
use rank::Weights;
use symbols::symbols_of;
use words::{Wanted, scan, wanted};

/// Commits of the past that are worth looking at.
pub const MOST_COMMITS: u32 = 300;

/// Files whose definitions are looked into.
const MOST_CANDIDATES: usize = 200;
/// Files that are given back.
const MOST_FILES: usize = 12;
/// Less than this, of about 1000, is chance.
const LEAST_SCORE: u32 = 60;
/// Words and definitions that are named of one file.
const MOST_NAMED: usize = 5;
/// What each kind of hit is worth beside the text's.
const PATH: f64 = 0.8;
const SYMBOL: f64 = 0.6;
const PAST: f64 = 0.4;
const NAMED: f64 = 1.0;

/// What is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The folder: a workspace or a checkout.
    pub root: &'a Path,
    /// Where what is read may be remembered; `None` for nowhere.
    pub cache: Option<&'a Path>,
    /// The task's title.
    pub title: &'a str,
    /// Its description.
    pub description: &'a str,
    /// What must be true when it is done.
    pub acceptance: &'a [String],
    /// Files that it is expected to touch.
    pub files: &'a [String],
    /// Earlier commits, newest first.
    pub past: &'a [PastCommit],
    /// The time.
    pub now: Timestamp,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Files, the most relevant first.
    pub files: Vec<Relevant>,
    /// Subjects of earlier commits about the same.
    pub subjects: Vec<String>,
}

/// A file that has to do with the task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relevant {
    /// Its path below the folder: any text.
    pub path: String,
    /// Why it was taken.
    pub why: Why,
    /// What all that is worth; about 1000 for a file that has every word of the task.
    pub score: u32,
    /// What it defines that sounds like the task, the closest first: any text.
    pub symbols: Vec<String>,
}

/// Why a file was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Why {
    /// Words of the task that are in it or in its path, the most telling first.
    pub words: Vec<String>,
    /// The task names it.
    pub named: bool,
    /// Earlier commits about the same, or together with files that the task names, that changed it.
    pub commits: u32,
}

/// A file on its way through the search.
struct Candidate<'s> {
    file: &'s Indexed,
    mask: u64,
    score: f64,
    named: bool,
    commits: u32,
    symbols: Vec<String>,
}

/// Looks for the files of a task. A folder that cannot be read has none.
pub fn relevant_files(request: &Request<'_>) -> Found {
    let words = task_words(request);
    if words.is_empty() {
        return Found::default();
    }
    let cache = Cache(request.cache);
    let index = Index::of(request.root, cache, request.now);
    let held = index.held(&words);
    let weights = Weights::new(&words, &held);
    let mut candidates = candidates(request, &index, &held, &weights);
    look_into(&mut candidates, request.root, cache, &weights);
    sort(&mut candidates);
    let best = candidates.first().map_or(0, |first| thousandths(first.score));
    let files = candidates
        .into_iter()
        .take(MOST_FILES)
        .map(|candidate| Relevant {
            path: candidate.file.path.clone(),
            why: Why {
                words: weights.named(candidate.mask, MOST_NAMED),
                named: candidate.named,
                commits: candidate.commits,
            },
            score: thousandths(candidate.score),
            symbols: candidate.symbols,
        })
        .take_while(|file| file.score >= LEAST_SCORE.max(best / 5))
        .collect();
    Found { files, subjects: history::subjects(request.past, &weights) }
}

fn task_words(request: &Request<'_>) -> Vec<Wanted> {
    let acceptance = request.acceptance.iter().map(|text| (text.as_str(), 2));
    // `tests/search.rs` has to do with `src/search.rs`; with `src` and `rs` every file has.
    let files = request.files.iter().map(|path| {
        let name = path.rsplit('/').next().unwrap_or(path);
        (name.split_once('.').map_or(name, |(stem, _)| stem), 1)
    });
    wanted([(request.title, 4)].into_iter().chain(acceptance).chain([(request.description, 2)]).chain(files))
}

/// The best files by words, paths and the past.
fn candidates<'s>(
    request: &Request<'_>,
    index: &'s Index,
    held: &[Held],
    weights: &Weights<'_>,
) -> Vec<Candidate<'s>> {
    let mentions = Mentions::of(request);
    let is_named: Vec<bool> = index.files.iter().map(|file| mentions.name(&file.path)).collect();
    let named = index.files.iter().zip(&is_named).filter(|(_, named)| **named);
    let mut own: BTreeSet<&str> = named.map(|(file, _)| file.path.as_str()).collect();
    own.extend(request.files.iter().map(String::as_str));
    let past = history::past_of(request.past, weights, &own);
    let mut all = Vec::new();
    for ((file, held), named) in index.files.iter().zip(held).zip(is_named) {
        let in_path = weights.mask(file.path.as_bytes());
        let past = past.get(file.path.as_str()).copied().unwrap_or_default();
        // Files that are no text are found by their paths alone, and only when the task names them.
        if held.words == 0 && !named {
            continue;
        }
        let score = weights.text(*held)
            + PATH * weights.share(in_path)
            + PAST * (1.0 - (-past.strength).exp())
            + if named { NAMED } else { 0.0 };
        if score > 0.0 {
            let mask = held.mask | in_path;
            all.push(Candidate { file, mask, score, named, commits: past.commits, symbols: Vec::new() });
        }
    }
    sort(&mut all);
    all.truncate(MOST_CANDIDATES);
    all
}

/// By score, then by path.
fn sort(candidates: &mut [Candidate<'_>]) {
    candidates.sort_by(|one, other| {
        let by_score = thousandths(other.score).cmp(&thousandths(one.score));
        by_score.then_with(|| one.file.path.cmp(&other.file.path))
    });
}

/// Adds what the files define.
fn look_into(candidates: &mut [Candidate<'_>], root: &Path, cache: Cache<'_>, weights: &Weights<'_>) {
    let mut known = cache.symbols();
    let mut content = Vec::new();
    let mut is_new = false;
    for candidate in candidates.iter_mut() {
        let names = known.entry(candidate.file.id).or_insert_with(|| {
            is_new = true;
            let there = index::read(&root.join(&candidate.file.path), &mut content);
            there.map(|()| symbols_of(&candidate.file.path, &content)).unwrap_or_default()
        });
        let (mask, close) = closest(names, weights);
        candidate.score += SYMBOL * weights.share(mask);
        candidate.symbols = close;
    }
    if is_new {
        let needed: Vec<BlobId> = candidates.iter().map(|candidate| candidate.file.id).collect();
        cache.store_symbols(&known, &needed);
    }
}

/// Definitions of which at least half of the words are the task's: all their words, and the closest of them.
fn closest(names: &[String], weights: &Weights<'_>) -> (u64, Vec<String>) {
    let mut all = 0;
    let mut close: Vec<(f64, &String)> = Vec::new();
    for name in names {
        let mask = weights.mask(name.as_bytes());
        if mask == 0 {
            continue;
        }
        let mut count = 0;
        scan(name.as_bytes(), |_, _| count += 1);
        if mask.count_ones() * 2 >= count {
            all |= mask;
            close.push((weights.share(mask), name));
        }
    }
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    (all, close.into_iter().take(MOST_NAMED).map(|(_, name)| name.clone()).collect())
}

/// A score as a whole number: floats are compared and shown by nobody.
fn thousandths(score: f64) -> u32 {
    (score * 1000.0).round().clamp(0.0, 100_000.0) as u32
}

/// What in the text of a task looks like the path of a file, by the last part.
struct Mentions<'t>(BTreeMap<&'t str, Vec<&'t str>>);

impl<'t> Mentions<'t> {
    /// A text that is nothing but paths is a list of files, and says nothing about any one of them.
    const MOST: usize = 200;

    fn of(request: &Request<'t>) -> Self {
        let acceptance = request.acceptance.iter().map(String::as_str);
        let texts = [request.title, request.description].into_iter().chain(acceptance);
        let is_edge = |c: char| c.is_whitespace() || "`'\"()[]{}<>,;".contains(c);
        let in_text = texts.flat_map(|text| text.split(is_edge)).map(|word| {
            // `src/a.rs:12` and the end of a sentence.
            let word = word.split_once(':').map_or(word, |(path, _)| path);
            word.trim_start_matches("./").trim_end_matches(['.', '!', '?', '/'])
        });
        let in_text = in_text.filter(|word| word.contains(['.', '/'])).take(Self::MOST);
        let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in in_text.chain(request.files.iter().map(|file| file.trim_start_matches("./"))) {
            let name = path.rsplit('/').next().unwrap_or(path);
            by_name.entry(name).or_default().push(path);
        }
        Self(by_name)
    }

    fn name(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let is_it = |said: &&str| {
            path.strip_suffix(*said).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        };
        self.0.get(name).is_some_and(|said| said.iter().any(is_it))
    }
}

#[cfg(test)]
mod tests;
