//! Items that need another task than the one that has their key.
//!
//! A task's id names its container, so a task that goes elsewhere is a new one. And a task that was closed is not opened
//! again because a document asks once more for what it once asked for.

use super::merge::{Merged, free_key};
use super::{Notice, Present};
use crate::{Item, ItemKey, Plan, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// A task that makes way for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Replaced {
    /// The key of the task that there is.
    pub(super) old: ItemKey,
    /// The key of the task that takes its place.
    pub(super) new: ItemKey,
}

/// Gives such items new keys, and says what stays where it is though the document has it elsewhere.
pub(super) fn rekey(base: &Plan, merged: &Merged, present: &Present) -> (Plan, Vec<Replaced>, Vec<Notice>) {
    let mut plan = merged.plan.clone();
    let before: BTreeMap<&ItemKey, &Item> = base.items.iter().map(|item| (&item.key, item)).collect();
    let containers: BTreeSet<ItemKey> = plan.containers().into_iter().cloned().collect();
    let mut used: BTreeSet<ItemKey> =
        plan.items.iter().chain(&base.items).map(|item| item.key.clone()).collect();
    let (mut renamed, mut replaced, mut notices) = (BTreeMap::new(), Vec::new(), Vec::new());
    for item in &plan.items {
        let Some(state) = present.by_key(item.key.as_str()) else { continue };
        let rejected = plan.verdicts.get(&item.key) == Some(&Verdict::Rejected);
        let was = before.get(&item.key);
        let emptied = !containers.contains(&item.key) && present.is_container(&state.task.id);
        let again = was.is_none() && state.is_closed();
        let moved = was.is_some_and(|was| was.parent != item.parent);
        if rejected || !(again || moved || emptied) {
            continue;
        }
        let natural = merged.natural.get(&item.key).unwrap_or(&item.key);
        // What an earlier run made for it, and was killed before it could say so, is taken up.
        let made = |key: &ItemKey| {
            let made = present.by_key(key.as_str()).filter(|made| !made.is_closed());
            made.is_some_and(|made| made.task.title.as_str() == item.title)
        };
        // But the key of another item is that item's, though both have the same title.
        let taken =
            |key: &ItemKey| used.contains(key) || !made(key) && present.by_key(key.as_str()).is_some();
        let key = if *natural != item.key && !taken(natural) {
            natural.clone()
        } else {
            free_key(&item.key, |key| *key == item.key || taken(key))
        };
        let taken_up = state.is_closed() && made(&key);
        let replaces = !again && !taken_up;
        if replaces && !can_be_replaced(state, present, containers.contains(&item.key)) {
            if moved && !state.is_closed() {
                notices.push(Notice {
                    task: Some(state.task.id.clone()),
                    title: item.title.clone(),
                    text: "stands elsewhere in the document; its task stays where it is".to_owned(),
                });
            }
            continue;
        }
        used.insert(key.clone());
        if replaces {
            replaced.push(Replaced { old: item.key.clone(), new: key.clone() });
        }
        renamed.insert(item.key.clone(), key);
    }
    rename(&mut plan, &renamed);
    (plan, replaced, notices)
}

/// Whether a task can make way for another: nobody works on it, has written on it, or works on what waits for it.
fn can_be_replaced(state: &super::TaskState, present: &Present, container: bool) -> bool {
    let waited_for = present.waiting_for(&state.task.id).any(|waiting| !waiting.is_free());
    state.is_free() && !state.noted && !waited_for && !container
}

fn rename(plan: &mut Plan, renamed: &BTreeMap<ItemKey, ItemKey>) {
    let change = |key: &mut ItemKey| {
        if let Some(new) = renamed.get(key) {
            key.clone_from(new);
        }
    };
    for item in &mut plan.items {
        change(&mut item.key);
        item.parent.iter_mut().for_each(change);
        item.depends_on.iter_mut().for_each(change);
    }
    plan.notes.iter_mut().flat_map(|finding| &mut finding.items).for_each(change);
    plan.verdicts = std::mem::take(&mut plan.verdicts)
        .into_iter()
        .map(|(key, verdict)| (renamed.get(&key).cloned().unwrap_or(key), verdict))
        .collect();
}
