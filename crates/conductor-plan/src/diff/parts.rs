//! One item that became several, and several that became one.
//!
//! A split shows in an item that lost words to items which are new beside it, or that now contains them; a merge is the
//! same the other way round. Each part must mostly say what the whole says, and must say something of what the other
//! parts do not: else it is an item that was added, or is gone.

use super::matching::{Matching, parents};
use super::similar::Similarity;
use crate::{Item, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// The share of a part that the whole has to say too.
const WITHIN: f64 = 0.5;

/// The share that a part has to take of what the first part does not say.
const OF_THE_REST: f64 = 0.3;

/// Which items are parts of which. Items are named by their position.
#[derive(Debug, Default)]
pub(super) struct Parts {
    /// By the part in the newer plan that goes on with it: the item in the older one, and all parts.
    splits: BTreeMap<usize, (usize, Vec<usize>)>,
    /// By the item in the newer plan: what it was in the older one.
    merges: BTreeMap<usize, Vec<usize>>,
    /// The other parts of splits.
    further: BTreeSet<usize>,
    /// What was merged into others.
    absorbed: BTreeSet<usize>,
}

impl Parts {
    pub(super) fn split_at(&self, new: usize) -> Option<(usize, &[usize])> {
        self.splits.get(&new).map(|(old, into)| (*old, into.as_slice()))
    }

    pub(super) fn merged_at(&self, new: usize) -> Option<&[usize]> {
        self.merges.get(&new).map(Vec::as_slice)
    }

    pub(super) fn is_further(&self, new: usize) -> bool {
        self.further.contains(&new)
    }

    pub(super) fn is_absorbed(&self, old: usize) -> bool {
        self.absorbed.contains(&old)
    }

    /// How many items of the newer plan are told of with the part that goes on.
    pub(super) fn further(&self) -> usize {
        self.further.len()
    }
}

pub(super) fn parts(old: &Plan, new: &Plan, matching: &Matching) -> Parts {
    let added: Vec<usize> = (0..new.items.len()).filter(|&at| matching.before(at).is_none()).collect();
    let removed: Vec<usize> = (0..old.items.len()).filter(|&at| matching.after(at).is_none()).collect();
    let mut parts = Parts::default();
    if added.is_empty() && removed.is_empty() {
        return parts;
    }
    let (above_old, above_new) = (parents(old), parents(new));
    let holds = |above: &[Option<usize>], at: usize| above.contains(&Some(at));
    let similarity = Similarity::of(old, new);
    for (before, after) in matching.pairs() {
        let (was, is) = (&old.items[before], &new.items[after]);
        let within: Vec<usize> = added.iter().copied().filter(|&at| above_new[at] == Some(after)).collect();
        if within.len() > 1 && !holds(&above_old, before) {
            parts.split(before, after, &within, &within);
            continue;
        }
        if same_text(was, is) {
            continue;
        }
        let beside = |&at: &usize| {
            above_new[at] == above_new[after]
                && similarity.new_within_old(at, before) >= WITHIN
                && similarity.rest_of_old(before, after, at) >= OF_THE_REST
        };
        let further: Vec<usize> =
            added.iter().copied().filter(beside).filter(|at| !parts.further.contains(at)).collect();
        let into = sorted(after, &further);
        if !further.is_empty() {
            parts.split(before, after, &into, &further);
            continue;
        }
        let beside = |&at: &usize| {
            above_old[at] == above_old[before]
                && similarity.old_within_new(at, after) >= WITHIN
                && similarity.rest_of_new(after, before, at) >= OF_THE_REST
        };
        let absorbed: Vec<usize> =
            removed.iter().copied().filter(beside).filter(|at| !parts.absorbed.contains(at)).collect();
        if !absorbed.is_empty() {
            parts.merges.insert(after, sorted(before, &absorbed));
            parts.absorbed.extend(absorbed);
        }
    }
    parts
}

impl Parts {
    fn split(&mut self, old: usize, first: usize, into: &[usize], further: &[usize]) {
        self.splits.insert(first, (old, into.to_vec()));
        self.further.extend(further);
    }
}

fn sorted(first: usize, others: &[usize]) -> Vec<usize> {
    let mut all: Vec<usize> = std::iter::once(first).chain(others.iter().copied()).collect();
    all.sort_unstable();
    all
}

fn same_text(old: &Item, new: &Item) -> bool {
    old.title == new.title && old.description == new.description && old.acceptance == new.acceptance
}
