//! What waits for what, compared across two plans.
//!
//! A dependency says that one item comes after another, by itself or through others. So one that is gone because another
//! one implies it now is no change, and neither is one that was implied before. What has to do with an item that only one
//! of the plans has is told with that item.

use super::change::Named;
use super::matching::{Matching, parents};
use crate::{Item, ItemKey, Plan};
use std::collections::{BTreeMap, BTreeSet};

pub(super) struct Waits<'p> {
    old: Side<'p>,
    new: Side<'p>,
    matching: &'p Matching,
}

/// The dependencies of one plan. Items are named by their position.
struct Side<'p> {
    items: &'p [Item],
    direct: Vec<Vec<usize>>,
    /// For each item those that wait for it by name.
    waiting: Vec<Vec<usize>>,
    above: Vec<Option<usize>>,
    below: Vec<Vec<usize>>,
}

impl<'p> Waits<'p> {
    pub(super) fn new(old: &'p Plan, new: &'p Plan, matching: &'p Matching) -> Self {
        Self { old: Side::of(old), new: Side::of(new), matching }
    }

    /// Whether an item is in another container. One whose container was renamed is not.
    pub(super) fn is_moved(&self, old: usize, new: usize) -> bool {
        match (self.old.above[old], self.new.above[new]) {
            (Some(old), Some(new)) => self.matching.after(old) != Some(new),
            (None, None) => false,
            (Some(_), None) | (None, Some(_)) => true,
        }
    }

    /// The container of an item of the older plan.
    pub(super) fn old_container(&self, old: usize) -> Option<Named> {
        self.old.above[old].map(|at| Named::of(&self.old.items[at]))
    }

    /// The container of an item of the newer plan.
    pub(super) fn new_container(&self, new: usize) -> Option<Named> {
        self.new.above[new].map(|at| Named::of(&self.new.items[at]))
    }

    /// What an item of the newer plan waits for by name.
    pub(super) fn awaited(&self, new: usize) -> Vec<Named> {
        self.new.named(&self.new.direct[new])
    }

    /// What an item waits for now and did not, and what it no longer waits for.
    pub(super) fn changes(&self, old: usize, new: usize) -> (Vec<Named>, Vec<Named>) {
        let mut added = self.beyond(&self.new, new, &self.old, old, |at| self.matching.before(at));
        let mut removed = self.beyond(&self.old, old, &self.new, new, |at| self.matching.after(at));
        if self.is_moved(old, new) {
            // What a container's items all wait for goes with the place.
            added.retain(|&at| !self.new.is_shared(new, at));
            removed.retain(|&at| !self.old.is_shared(old, at));
        }
        (self.new.named(&added), self.old.named(&removed))
    }

    /// What `at` waits for by name in one plan, as far as both have it and `other` does not wait for it in any way.
    fn beyond(
        &self,
        side: &Side<'_>,
        at: usize,
        other_side: &Side<'_>,
        other: usize,
        across: impl Fn(usize) -> Option<usize>,
    ) -> Vec<usize> {
        let named = |at: usize| Some((at, across(at)?));
        let direct: Vec<(usize, usize)> = side.direct[at].iter().copied().filter_map(named).collect();
        if direct.iter().all(|(_, there)| other_side.direct[other].contains(there)) {
            return Vec::new();
        }
        let reached = other_side.reached(other);
        direct.into_iter().filter(|(_, there)| !reached.contains(there)).map(|(here, _)| here).collect()
    }

    /// Items that both plans have and that wait, in the newer one, for this item that only it has.
    pub(super) fn newly_waiting(&self, new: usize) -> Vec<Named> {
        Self::waiting(&self.new, new, |at| self.matching.before(at))
    }

    /// Items that both plans have and that waited, in the older one, for this item that only it has.
    pub(super) fn no_longer_waiting(&self, old: usize) -> Vec<Named> {
        Self::waiting(&self.old, old, |at| self.matching.after(at))
    }

    fn waiting(side: &Side<'_>, on: usize, across: impl Fn(usize) -> Option<usize>) -> Vec<Named> {
        let both = side.waiting[on].iter().filter(|at| across(**at).is_some());
        both.map(|at| Named::of(&side.items[*at])).collect()
    }
}

impl<'p> Side<'p> {
    fn of(plan: &'p Plan) -> Self {
        let known: BTreeMap<&ItemKey, usize> =
            plan.items.iter().enumerate().rev().map(|(at, item)| (&item.key, at)).collect();
        let direct: Vec<Vec<usize>> = plan
            .items
            .iter()
            .map(|item| item.depends_on.iter().filter_map(|on| known.get(on).copied()).collect())
            .collect();
        let above = parents(plan);
        let mut below = vec![Vec::new(); plan.items.len()];
        for (at, above) in above.iter().enumerate() {
            if let Some(above) = above {
                below[*above].push(at);
            }
        }
        let mut waiting = vec![Vec::new(); plan.items.len()];
        for (at, direct) in direct.iter().enumerate() {
            direct.iter().for_each(|&on| waiting[on].push(at));
        }
        Self { items: &plan.items, direct, waiting, above, below }
    }

    fn named(&self, items: &[usize]) -> Vec<Named> {
        items.iter().map(|&at| Named::of(&self.items[at])).collect()
    }

    /// Whether an item beside `at` waits for `on` by name too.
    fn is_shared(&self, at: usize, on: usize) -> bool {
        let beside = |other: &usize| *other != at && self.above[*other] == self.above[at];
        (0..self.items.len()).filter(beside).any(|other| self.direct[other].contains(&on))
    }

    /// Everything that has to be done before this item, by whatever way.
    fn reached(&self, at: usize) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut stack = self.named_by(at);
        while let Some(next) = stack.pop() {
            if reached.insert(next) {
                stack.extend(self.named_by(next));
                stack.extend(&self.below[next]);
            }
        }
        reached
    }

    /// What an item waits for by name, or because a container above it does.
    fn named_by(&self, at: usize) -> Vec<usize> {
        let mut named = Vec::new();
        let (mut above, mut seen) = (Some(at), BTreeSet::new());
        while let Some(next) = above.filter(|next| seen.insert(*next)) {
            named.extend(&self.direct[next]);
            above = self.above[next];
        }
        named
    }
}
