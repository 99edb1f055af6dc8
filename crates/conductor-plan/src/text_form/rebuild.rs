//! From entries to the plan.

use super::read::{Entry, Guess};
use super::{LineError, LineProblem, TextError};
use crate::edit::{Before, Keys, NewItem, check};
use crate::{Category, Estimate, Item, ItemKey, Plan, Priority};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn rebuild(entries: Vec<Entry>, base: &Plan) -> Result<Plan, TextError> {
    if entries.is_empty() {
        return Ok(base.clone());
    }
    let old: BTreeMap<&ItemKey, &Item> = base.items.iter().map(|item| (&item.key, item)).collect();
    let keys = keys(&entries, base);
    let (names, mut errors) = (Names::of(&entries, &keys, base), Vec::new());
    let was_container: BTreeSet<&ItemKey> = base.containers();
    let container: BTreeSet<usize> = entries.iter().filter_map(|entry| entry.parent).collect();
    let mut plan = Plan { items: Vec::with_capacity(entries.len()), ..base.clone() };
    plan.verdicts.retain(|key, _| !old.contains_key(key));
    for (at, entry) in entries.into_iter().enumerate() {
        let Some(key) = keys.get(at) else { continue };
        plan.verdicts.extend(entry.verdict.map(|verdict| (key.clone(), verdict)));
        let before = old.get(key).copied();
        let depends_on = names.resolve(&entry, before, &mut errors);
        let parent = match entry.parent {
            Some(parent) => keys.get(parent).cloned(),
            // One that names a container which is not there is shown at the top, and was not moved there.
            None => before.and_then(|item| item.parent.clone()).filter(|parent| !old.contains_key(parent)),
        };
        let becomes_container = container.contains(&at) && !was_container.contains(key);
        let mut item = Item { parent, depends_on, ..filled(entry, key.clone(), before) };
        if becomes_container {
            item.estimate = None;
        }
        plan.items.push(item);
    }
    if !errors.is_empty() {
        return Err(TextError::Lines { lines: errors });
    }
    keep_order(&mut plan, base);
    check(&Before::of(base), &plan)?;
    Ok(plan)
}

/// The keys that stand there, and new ones for items without.
fn keys(entries: &[Entry], base: &Plan) -> Vec<ItemKey> {
    let mut fresh = Keys::of(base);
    let mut keys = Vec::with_capacity(entries.len());
    for entry in entries {
        let container = entry.parent.and_then(|parent| entries.get(parent)).map_or("", |above| &above.title);
        keys.push(entry.key.clone().unwrap_or_else(|| fresh.fresh(&entry.title, container)));
    }
    keys
}

/// How items can be named as something to wait for.
pub(super) struct Names<'p> {
    keys: BTreeMap<String, ItemKey>,
    titles: BTreeMap<String, ItemKey>,
    base: BTreeSet<&'p str>,
}

impl<'p> Names<'p> {
    pub(super) fn of(entries: &[Entry], keys: &[ItemKey], base: &'p Plan) -> Self {
        let title = |(entry, key): (&Entry, &ItemKey)| (entry.title.clone(), key.clone());
        Self {
            keys: keys.iter().map(|key| (key.as_str().to_owned(), key.clone())).collect(),
            // Of equal titles the first.
            titles: entries.iter().zip(keys).rev().map(title).collect(),
            base: base.items.iter().map(|item| item.key.as_str()).collect(),
        }
    }

    /// What was taken out of the text is no longer waited for. What the plan did not have before may go on missing.
    pub(super) fn resolve(
        &self,
        entry: &Entry,
        before: Option<&Item>,
        errors: &mut Vec<LineError>,
    ) -> Vec<ItemKey> {
        let Some((line, names)) = &entry.after else { return Vec::new() };
        let mut found: Vec<ItemKey> = Vec::new();
        for name in names {
            let missing = || before?.depends_on.iter().find(|on| on.as_str() == name).cloned();
            let key = self.keys.get(name).or_else(|| self.titles.get(name)).cloned();
            match key.or_else(|| missing().filter(|on| !self.base.contains(on.as_str()))) {
                Some(key) if found.contains(&key) => {}
                Some(key) => found.push(key),
                None if self.base.contains(name.as_str()) => {}
                None => {
                    let problem = LineProblem::After { name: name.clone() };
                    errors.push(LineError { line: *line, problem });
                }
            }
        }
        found
    }
}

pub(super) fn filled(entry: Entry, key: ItemKey, before: Option<&Item>) -> Item {
    let likely = before.and_then(|item| item.estimate);
    let estimate = entry.estimate.map(|guess| match guess {
        Guess::Whole(estimate) => estimate,
        Guess::Likely(minutes) => {
            likely.filter(|old| old.likely == minutes).unwrap_or_else(|| Estimate::around(minutes))
        }
    });
    let item = before.cloned().unwrap_or_else(|| NewItem::titled("").into_item(key, None));
    Item {
        title: entry.title,
        description: entry.description.join("\n"),
        estimate,
        priority: entry.priority.unwrap_or(Priority::Medium),
        category: entry.category.unwrap_or(Category::Feature),
        tags: entry.tags.unwrap_or_default(),
        files: entry.files.unwrap_or_default(),
        acceptance: entry.acceptance,
        ..item
    }
}

/// Where nothing was moved, the order is that of the plan, which need not be that of its tree.
fn keep_order(plan: &mut Plan, base: &Plan) {
    let tree = base.tree();
    let same = tree.len() == plan.items.len()
        && tree
            .iter()
            .zip(&plan.items)
            .all(|(row, item)| row.item.key == item.key && row.item.parent == item.parent);
    if same {
        let place: BTreeMap<&ItemKey, usize> =
            base.items.iter().enumerate().map(|(at, item)| (&item.key, at)).collect();
        plan.items.sort_by_key(|item| place.get(&item.key).copied());
    }
}
