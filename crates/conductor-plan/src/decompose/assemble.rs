//! From items and what they are parts of to the plan.

use super::check::Existing;
use crate::graph::Graph;
use crate::{Finding, FindingCode, Item, ItemKey, Plan};
use std::collections::{BTreeMap, BTreeSet};

/// What is below what.
#[derive(Debug, Clone, Default)]
pub(super) struct Branches {
    pub(super) roots: Vec<ItemKey>,
    pub(super) parts: BTreeMap<ItemKey, Vec<ItemKey>>,
}

/// The plan: parents before their children, otherwise as the answers had them. `only` is the item that was split, if the
/// rest of the plan stays as it is.
pub(super) fn assemble(
    base: Plan,
    only: Option<&ItemKey>,
    items: &BTreeMap<ItemKey, Item>,
    branches: &Branches,
    existing: &[Existing],
) -> Plan {
    let mut plan = Plan { items: Vec::new(), ..base.clone() };
    match only {
        None => branches.roots.iter().for_each(|key| add(&mut plan.items, key, items, branches)),
        Some(only) => {
            for item in &base.items {
                if item.key == *only {
                    add(&mut plan.items, only, items, branches);
                } else {
                    plan.items.push(item.clone());
                }
            }
        }
    }
    drop_implied(&mut plan, |item| only.is_none_or(|only| item.parent.as_ref() == Some(only)));
    let known: BTreeSet<String> = plan.notes.iter().map(|note| note.message.clone()).collect();
    let notes = existing.iter().filter_map(|existing| note(&plan, existing));
    let notes: Vec<Finding> = notes.filter(|note| !known.contains(&note.message)).collect();
    plan.notes.extend(notes);
    plan
}

/// An item and all that is below it. What has parts has no estimate of its own any more.
fn add(into: &mut Vec<Item>, key: &ItemKey, items: &BTreeMap<ItemKey, Item>, branches: &Branches) {
    let Some(item) = items.get(key) else { return };
    let parts = branches.parts.get(key);
    let estimate = item.estimate.filter(|_| parts.is_none());
    into.push(Item { estimate, ..item.clone() });
    for part in parts.into_iter().flatten() {
        add(into, part, items, branches);
    }
}

/// Takes out the dependencies that others imply: models name them however often they are told not to.
fn drop_implied(plan: &mut Plan, of: impl Fn(&Item) -> bool) {
    let graph = Graph::of(plan);
    let Ok(sorted) = graph.sorted() else { return };
    let mut rank = vec![0; sorted.len()];
    for (place, &node) in sorted.iter().enumerate() {
        rank[node] = place;
    }
    let mut seen = Vec::new();
    let implied: Vec<BTreeSet<ItemKey>> = (0..plan.items.len())
        .map(|at| {
            let implied = graph.implied(at, &rank, &mut seen).into_iter();
            implied.filter_map(|on| plan.items.get(on)).map(|on| on.key.clone()).collect()
        })
        .collect();
    for (item, implied) in plan.items.iter_mut().zip(implied) {
        if of(item) {
            item.depends_on.retain(|on| !implied.contains(on));
        }
    }
}

fn note(plan: &Plan, existing: &Existing) -> Option<Finding> {
    let wanted = plan.requirements.iter().find(|wanted| wanted.id == existing.requirement)?;
    let shown = match existing.files.as_slice() {
        [] => String::new(),
        files => format!(" ({})", files.join(", ")),
    };
    let message = format!("the project meets {} already{shown}: {}", wanted.source, existing.reason);
    Some(Finding::new(FindingCode::AlreadyMet, message).at(vec![wanted.source.clone()]))
}
