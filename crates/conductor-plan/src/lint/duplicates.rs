//! Items that say the same, or nearly.

use super::about;
use crate::words::{Bag, Vocabulary, normal_form};
use crate::{Finding, FindingCode, Item, Plan};
use std::collections::BTreeMap;

/// Titles that share at least this share of all their words say the same, in percent.
const ALIKE: usize = 85;

/// Titles of fewer words are the same only when they are equal: one word makes too much of a difference.
const FEWEST: usize = 3;

/// Candidates that are looked at for one item.
const MOST: usize = 64;

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut first_of_its_kind = Vec::new();
    for (index, item) in plan.items.iter().enumerate() {
        match seen.entry(normal_form(&item.title)) {
            std::collections::btree_map::Entry::Occupied(first) => {
                report(&plan.items[*first.get()], item, findings)
            }
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(index);
                first_of_its_kind.push(index);
            }
        }
    }
    for (first, second) in alike(plan, &first_of_its_kind) {
        report(&plan.items[first], &plan.items[second], findings);
    }
}

fn report(first: &Item, second: &Item, findings: &mut Vec<Finding>) {
    let message = format!("\"{}\" and \"{}\" say the same; merge them", first.title, second.title);
    findings.push(about(FindingCode::DuplicateItems, message, &[first, second]));
}

/// Pairs of items with nearly the same title. Of two sets that share enough, the first words must meet when both are
/// sorted by how rare they are, so only items that share one of those are compared (prefix filtering; Bayardo, Ma and
/// Srikant, "Scaling up all pairs similarity search", 2007).
fn alike(plan: &Plan, items: &[usize]) -> Vec<(usize, usize)> {
    let mut vocabulary = Vocabulary::default();
    let bags: Vec<Bag> = items.iter().map(|&item| vocabulary.bag(&plan.items[item].title)).collect();
    let mut frequency = vec![0usize; vocabulary.len()];
    for word in bags.iter().flat_map(Bag::iter) {
        frequency[place(word)] += 1;
    }
    let mut index: Vec<Vec<usize>> = vec![Vec::new(); vocabulary.len()];
    let mut pairs = Vec::new();
    for (at, bag) in bags
        .iter()
        .enumerate()
        .filter(|&(at, bag)| bag.len() >= FEWEST && !names_path(&plan.items[items[at]].title))
    {
        let mut words: Vec<u32> = bag.iter().collect();
        words.sort_by_key(|&word| (frequency[place(word)], word));
        let prefix = words.len() - (words.len() * ALIKE).div_ceil(100) + 1;
        let mut candidates: Vec<usize> = Vec::new();
        for &word in words.iter().take(prefix) {
            candidates.extend(index[place(word)].iter().rev().take(MOST));
            index[place(word)].push(at);
        }
        candidates.sort_unstable();
        candidates.dedup();
        let (own, title) = (items[at], &plan.items[items[at]].title);
        let twin = candidates.into_iter().find(|&other| {
            shares(bag, &bags[other])
                && numbers(title).eq(numbers(&plan.items[items[other]].title))
                && !is_part(plan, items[other], own)
        });
        pairs.extend(twin.map(|other| (items[other], own)));
    }
    pairs
}

fn place(word: u32) -> usize {
    usize::try_from(word).unwrap_or(usize::MAX)
}

fn shares(a: &Bag, b: &Bag) -> bool {
    let common = a.iter().filter(|&word| b.has(word)).count();
    common * 100 >= (a.len() + b.len() - common) * ALIKE
}

/// `Part 1` and `Part 2` of something are different work.
fn numbers(title: &str) -> impl Iterator<Item = &[u8]> {
    title
        .as_bytes()
        .chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit())
        .filter(|run| run[0].is_ascii_digit())
}

/// Paths of endpoints and files are alike by nature.
fn names_path(title: &str) -> bool {
    title.split_whitespace().any(|word| word.contains('/'))
}

/// Whether one item is the container of the other.
fn is_part(plan: &Plan, first: usize, second: usize) -> bool {
    let (first, second) = (&plan.items[first], &plan.items[second]);
    first.parent.as_ref() == Some(&second.key) || second.parent.as_ref() == Some(&first.key)
}
