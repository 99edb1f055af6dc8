//! Which item of one plan is which item of another.
//!
//! From what is certain to what is likely: the same title in the same place, the same requirements, the same key, the
//! same title elsewhere, the same contents (of a container), and last the likeness of the words, helped by the place.
//! Each item is matched once, and the same two plans always match in the same way.

use super::similar::Similarity;
use crate::words::normal_form;
use crate::{ItemKey, Plan, RequirementId};
use std::collections::BTreeMap;

/// Items that are less alike than this are two things.
const ALIKE: f64 = 0.5;

/// What the words weigh against the place.
const WORDS: f64 = 0.8;

/// A word that more items have than this finds no candidates: it would find all.
const TOO_COMMON: usize = 50;

/// The pairs of two plans. Items are named by their position.
#[derive(Debug)]
pub(crate) struct Matching {
    after: Vec<Option<usize>>,
    before: Vec<Option<usize>>,
}

impl Matching {
    pub(crate) fn of(old: &Plan, new: &Plan) -> Self {
        let mut matching = Self { after: vec![None; old.items.len()], before: vec![None; new.items.len()] };
        // What contains others is first looked for among what contains others.
        let (keys, titles) = ([old, new].map(keys), [old, new].map(titles));
        let (places, holds) = ([old, new].map(parent_titles), [old, new].map(containers));
        let all = || titles.iter().zip(&holds).map(|(titles, holds)| titles.iter().zip(holds));
        matching.by_name(keys.iter().zip(all()).map(|(keys, rest)| keys.iter().zip(rest).collect()));
        matching.by_name(places.iter().zip(all()).map(|(places, rest)| places.iter().zip(rest).collect()));
        matching.by_children(old, new);
        matching.by_requirements(old, new);
        matching.by_name(keys.iter().map(|keys| keys.iter().collect()));
        matching.by_name(titles.iter().map(|titles| titles.iter().collect()));
        matching.by_children(old, new);
        matching.by_words(old, new);
        matching.by_children(old, new);
        matching
    }

    /// The item of the newer plan that this one of the older plan is.
    pub(crate) fn after(&self, old: usize) -> Option<usize> {
        self.after.get(old).copied().flatten()
    }

    /// The item of the older plan that this one of the newer plan is.
    pub(crate) fn before(&self, new: usize) -> Option<usize> {
        self.before.get(new).copied().flatten()
    }

    /// All pairs, in the order of the newer plan.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.before.iter().enumerate().filter_map(|(new, old)| Some(((*old)?, new)))
    }

    fn pair(&mut self, old: usize, new: usize) {
        self.after[old] = Some(new);
        self.before[new] = Some(old);
    }

    fn is_free(&self, old: usize, new: usize) -> bool {
        self.after[old].is_none() && self.before[new].is_none()
    }

    /// Matches items that have the same name, where as many of one plan have it as of the other. The names of the older
    /// plan's items come first, then those of the newer plan's.
    fn by_name<N: Ord>(&mut self, mut names: impl Iterator<Item = Vec<N>>) {
        let mut named = |taken: &[Option<usize>]| {
            let mut named: BTreeMap<N, Vec<usize>> = BTreeMap::new();
            for (at, name) in names.next().into_iter().flatten().enumerate() {
                if taken.get(at).is_some_and(Option::is_none) {
                    named.entry(name).or_default().push(at);
                }
            }
            named
        };
        let (older, mut newer) = (named(&self.after), named(&self.before));
        for (name, olds) in older {
            let news = newer.remove(&name).unwrap_or_default();
            if olds.len() == news.len() {
                olds.into_iter().zip(news).for_each(|(old, new)| self.pair(old, new));
            }
        }
    }

    /// Matches items that cite mostly the same requirements.
    fn by_requirements(&mut self, old: &Plan, new: &Plan) {
        let mut citing: BTreeMap<&RequirementId, Vec<usize>> = BTreeMap::new();
        for (at, item) in new.items.iter().enumerate().filter(|&(at, _)| self.before[at].is_none()) {
            item.requirements.iter().for_each(|id| citing.entry(id).or_default().push(at));
        }
        let (holds_old, holds_new) = (containers(old), containers(new));
        let mut found = Vec::new();
        for (at, item) in old.items.iter().enumerate().filter(|&(at, _)| self.after[at].is_none()) {
            let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
            let places = item
                .requirements
                .iter()
                .filter_map(|id| citing.get(id))
                .filter(|all| all.len() <= TOO_COMMON);
            places.flatten().for_each(|&other| *shared.entry(other).or_default() += 1);
            for (other, shared) in shared {
                let all = item.requirements.len() + new.items[other].requirements.len() - shared;
                if shared * 2 > all && holds_old[at] == holds_new[other] {
                    found.push((ratio(shared, all), at, other));
                }
            }
        }
        self.take_best(found);
    }

    /// Matches containers that mostly contain the same.
    fn by_children(&mut self, old: &Plan, new: &Plan) {
        let (above_old, above_new) = (parents(old), parents(new));
        let mut shared: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for (before, after) in self.pairs() {
            if let (Some(old), Some(new)) = (above_old[before], above_new[after]) {
                *shared.entry((old, new)).or_default() += 1;
            }
        }
        let count =
            |parents: &[Option<usize>], at| parents.iter().filter(|parent| **parent == Some(at)).count();
        let found = shared
            .into_iter()
            .filter(|&((old, new), _)| self.is_free(old, new))
            .map(|((old, new), shared)| {
                (ratio(shared, count(&above_old, old).max(count(&above_new, new))), old, new)
            })
            .filter(|&(share, ..)| share >= ALIKE)
            .collect();
        self.take_best(found);
    }

    /// Matches what is left by its words and its place.
    fn by_words(&mut self, old: &Plan, new: &Plan) {
        if self.after.iter().all(Option::is_some) || self.before.iter().all(Option::is_some) {
            return;
        }
        let similarity = Similarity::of(old, new);
        let (above_old, above_new) = (parents(old), parents(new));
        let (holds_old, holds_new) = (containers(old), containers(new));
        let mut having: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for at in (0..new.items.len()).filter(|&at| self.before[at].is_none()) {
            similarity.new_words(at).for_each(|word| having.entry(word).or_default().push(at));
        }
        let mut found = Vec::new();
        for at in (0..old.items.len()).filter(|&at| self.after[at].is_none()) {
            let words = similarity.old_words(at).filter_map(|word| having.get(&word));
            let mut candidates: Vec<usize> =
                words.filter(|all| all.len() <= TOO_COMMON).flatten().copied().collect();
            candidates.sort_unstable();
            candidates.dedup();
            for other in candidates.into_iter().filter(|&other| holds_old[at] == holds_new[other]) {
                let place = self.place((at, above_old[at]), (other, above_new[other]));
                let alike = WORDS * similarity.alike(at, other) + (1.0 - WORDS) * place;
                if alike >= ALIKE {
                    found.push((alike, at, other));
                }
            }
        }
        self.take_best(found);
    }

    /// How much the places of two items are the same: in the same container, and beside the same neighbour.
    fn place(
        &self,
        (old, above_old): (usize, Option<usize>),
        (new, above_new): (usize, Option<usize>),
    ) -> f64 {
        if above_old.map(|above| self.after(above)) != above_new.map(Some) {
            return 0.0;
        }
        let beside = |old: Option<usize>, new: Option<usize>| match (old, new) {
            (Some(old), Some(new)) if old < self.after.len() && new < self.before.len() => {
                self.after[old] == Some(new)
            }
            (old, new) => {
                old.is_none_or(|at| at >= self.after.len()) && new.is_none_or(|at| at >= self.before.len())
            }
        };
        let same = beside(old.checked_sub(1), new.checked_sub(1)) || beside(Some(old + 1), Some(new + 1));
        if same { 1.0 } else { 0.6 }
    }

    /// Takes pairs, the most alike first; of equal ones the first in the plans.
    fn take_best(&mut self, mut found: Vec<(f64, usize, usize)>) {
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        for (_, old, new) in found {
            if self.is_free(old, new) {
                self.pair(old, new);
            }
        }
    }
}

/// The position of each item's container.
pub(super) fn parents(plan: &Plan) -> Vec<Option<usize>> {
    let known: BTreeMap<&ItemKey, usize> =
        plan.items.iter().enumerate().rev().map(|(at, item)| (&item.key, at)).collect();
    plan.items.iter().map(|item| item.parent.as_ref().and_then(|parent| known.get(parent).copied())).collect()
}

fn keys(plan: &Plan) -> Vec<&str> {
    plan.items.iter().map(|item| item.key.as_str()).collect()
}

/// Whether each item contains others.
fn containers(plan: &Plan) -> Vec<bool> {
    let containers = plan.containers();
    plan.items.iter().map(|item| containers.contains(&item.key)).collect()
}

fn titles(plan: &Plan) -> Vec<String> {
    plan.items.iter().map(|item| normal_form(&item.title)).collect()
}

/// For each item the title of its container.
fn parent_titles(plan: &Plan) -> Vec<String> {
    let title =
        |above: Option<usize>| above.map(|above| normal_form(&plan.items[above].title)).unwrap_or_default();
    parents(plan).into_iter().map(title).collect()
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}
