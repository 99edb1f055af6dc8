//! Dependencies that the document states in words.

use super::draft::Draft;
use super::label::{flat, is_alias};
use super::language::{phrases, spaced, table};
use super::matching::Index;
use crate::phrases::Finder;
use crate::words::{Lexicon, normal_form, plain_words};
use crate::{Item, ItemKey};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// From this score on a name that an item says it waits for means another item.
const SAME: u32 = 60;

/// Pairs of positions (item, what it waits for) that the items state themselves.
pub(super) fn explicit(drafts: &[Draft], index: &Index<'_>) -> Vec<(usize, usize)> {
    let names = names(drafts);
    let mut pairs = Vec::new();
    for (item, draft) in drafts.iter().enumerate() {
        for stated in &draft.after {
            for name in split(stated) {
                let known = names.get(&normal_form(name)).copied().filter(|&other| other != item);
                let asked = index.entry(name, []);
                let found = known.or_else(|| {
                    let found = index.best(&asked, |other| other != item && Some(other) != draft.parent)?;
                    (found.score >= SAME).then_some(found.entry)
                });
                pairs.extend(found.map(|other| (item, other)));
            }
        }
        for sentence in draft.lines().filter(|line| may_state(line)).flat_map(|line| sentences(line)) {
            let Some(window) = window(sentence) else { continue };
            let short = called_short(&names, window).filter(|&other| other != item);
            pairs.extend(short.map(|other| (item, other)));
            let words = index.bag(window);
            let named = index
                .named_in(&words)
                .into_iter()
                .filter(|&other| other != item && Some(other) != draft.parent);
            pairs.extend(named.map(|other| (item, other)));
        }
    }
    pairs
}

/// Pairs of positions of items of a finished plan of which the first says in words that it needs the second.
pub(crate) fn stated_dependencies(items: &[Item]) -> Vec<(usize, usize)> {
    let position: BTreeMap<&ItemKey, usize> =
        items.iter().enumerate().map(|(at, item)| (&item.key, at)).collect();
    let drafts: Vec<Draft> = items
        .iter()
        .map(|item| Draft {
            title: item.title.clone(),
            body: item.description.lines().map(str::to_owned).collect(),
            acceptance: item.acceptance.clone().into(),
            parent: item.parent.as_ref().and_then(|parent| position.get(parent).copied()),
            ..Draft::default()
        })
        .collect();
    // Only names are looked for.
    let lexicon = Lexicon::default();
    let index = Index::of(&lexicon, drafts.iter().map(|draft| (draft.title.as_str(), [])));
    let mut pairs = explicit(&drafts, &index);
    pairs.retain(|&(_, on)| index.get(on).name.len() > 1);
    pairs
}

/// What items are called, and by what short names they are referred to. A short name that two items have is none, and
/// neither is a bare number, which counts something in nearly every text.
fn names(drafts: &[Draft]) -> BTreeMap<String, usize> {
    let mut names: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        for name in std::iter::once(&draft.title).chain(&draft.aliases) {
            let name = normal_form(name);
            names
                .entry(name)
                .and_modify(|known| *known = known.filter(|&known| known == at))
                .or_insert(Some(at));
        }
    }
    names.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

/// The items that a text refers to by their short names: `RF-1`, `US 4`.
fn called_short<'n>(names: &'n BTreeMap<String, usize>, text: &str) -> impl Iterator<Item = usize> + use<'n> {
    let words = plain_words(text);
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let two = words.get(at + 1).map(|next| format!("{word} {next}"));
        let short = std::iter::once(word.to_string()).chain(two).filter(|name| is_alias(name));
        found.extend(short.filter_map(|name| names.get(&name).copied()));
    }
    found.into_iter()
}

fn split(stated: &str) -> impl Iterator<Item = &str> {
    static SEPARATORS: LazyLock<Vec<String>> = LazyLock::new(|| spaced(|words| words.and));
    let mut pieces = vec![stated];
    let marks = [",", ";", "、", "，", "[", "]", "+"].into_iter();
    for separator in marks.chain(SEPARATORS.iter().map(String::as_str)) {
        pieces = pieces.into_iter().flat_map(|piece| piece.split(separator)).collect();
    }
    let none = |piece: &&str| {
        let lower = piece.to_lowercase();
        !lower.is_empty() && !table!(nothing).any(|nothing| nothing == lower)
    };
    pieces.into_iter().map(|piece| piece.trim().trim_end_matches('.')).filter(none)
}

fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split_inclusive(['.', ';', '!', '?', '。']).map(str::trim).filter(|sentence| !sentence.is_empty())
}

/// Whether a line can have such a sentence. Most have none, and to see that takes one look.
fn may_state(line: &str) -> bool {
    static STATES: LazyLock<Finder> = LazyLock::new(|| {
        Finder::in_any_case(phrases(|words| words.before_sentence).chain(phrases(|words| words.before_name)))
    });
    let plain = line.is_ascii() && !line.contains("  ") && !line.contains(['\n', '\t']);
    !plain || STATES.finds(line)
}

/// The part of a sentence that names what must be done before.
fn window(sentence: &str) -> Option<&str> {
    static SENTENCE: LazyLock<Finder> = LazyLock::new(|| Finder::of(phrases(|words| words.before_sentence)));
    static NAME: LazyLock<Finder> = LazyLock::new(|| Finder::of(phrases(|words| words.before_name)));
    if SENTENCE.finds(sentence) {
        return Some(sentence);
    }
    let lower = flat(sentence).to_lowercase();
    if lower.len() != sentence.len() {
        return NAME.finds(&lower).then_some(sentence);
    }
    sentence.get(NAME.end_of_first_at_word(&lower)?..)
}
