//! Where items stand: adding, removing and moving them.

use super::change::{checked_estimate, checked_title};
use super::{EditError, Keys, position, sound};
use crate::{Category, Estimate, Item, ItemKey, Plan, Priority, Source};
use std::collections::BTreeSet;

/// Where an item is to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// After everything else, in no container.
    Top,
    /// The last in this container. An item that has no parts yet becomes one.
    Under(ItemKey),
    /// Beside this item, before it.
    Before(ItemKey),
    /// Beside this item, after it.
    After(ItemKey),
}

/// What a new item says. The rest is what holds for work that nothing is known of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// One line.
    pub title: String,
    /// What is to be done; may be empty.
    pub description: String,
    /// How long it takes.
    pub estimate: Option<Estimate>,
    /// How much it matters.
    pub priority: Priority,
    /// What kind of work it is.
    pub category: Category,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How one sees that it is done.
    pub acceptance: Vec<String>,
    /// Files that it is about.
    pub files: Vec<String>,
    /// Places in the documents that it comes from.
    pub sources: Vec<Source>,
}

impl NewItem {
    /// An item of which only the title is known.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: String::new(),
            estimate: None,
            priority: Priority::Medium,
            category: Category::Feature,
            tags: Vec::new(),
            acceptance: Vec::new(),
            files: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// The item. Somebody said outright that it is work of its own, so nothing is more certain.
    pub(crate) fn into_item(self, key: ItemKey, parent: Option<ItemKey>) -> Item {
        Item {
            key,
            title: self.title,
            description: self.description,
            parent,
            depends_on: Vec::new(),
            estimate: self.estimate,
            complexity: 3,
            complexity_reasons: Vec::new(),
            category: self.category,
            priority: self.priority,
            tags: self.tags,
            acceptance: self.acceptance,
            files: self.files,
            confidence: 100,
            requirements: Vec::new(),
            sources: self.sources,
        }
    }
}

pub(super) fn add(plan: &mut Plan, new: &NewItem, at: &Place) -> Result<ItemKey, EditError> {
    let title = checked_title(&new.title)?;
    new.estimate.map_or(Ok(()), checked_estimate)?;
    in_tree_order(plan);
    let (index, parent) = find(plan, at)?;
    let container = parent.as_ref().and_then(|key| plan.get(key)).map_or("", |item| item.title.as_str());
    let key = Keys::of(plan).fresh(&title, container);
    become_container(plan, parent.as_ref());
    let item = NewItem { title, ..new.clone() }.into_item(key.clone(), parent);
    plan.items.insert(index, item);
    Ok(key)
}

pub(super) fn remove(plan: &mut Plan, key: &ItemKey) -> Result<(), EditError> {
    in_tree_order(plan);
    let start = position(plan, key)?;
    let end = end_of(plan, start);
    if end - start == plan.items.len() {
        return Err(EditError::LastItem);
    }
    let gone: BTreeSet<ItemKey> = plan.items.drain(start..end).map(|item| item.key).collect();
    for item in &mut plan.items {
        item.depends_on.retain(|on| !gone.contains(on));
    }
    plan.verdicts.retain(|key, _| !gone.contains(key));
    Ok(())
}

pub(super) fn put(plan: &mut Plan, key: &ItemKey, to: &Place) -> Result<(), EditError> {
    in_tree_order(plan);
    let start = position(plan, key)?;
    let end = end_of(plan, start);
    if let Place::Under(beside) | Place::Before(beside) | Place::After(beside) = to {
        let target = position(plan, beside)?;
        let itself = target == start && !matches!(to, Place::Under(_));
        if itself {
            return Ok(());
        }
        if (start..end).contains(&target) {
            return Err(EditError::IntoItself { title: plan.items[start].title.clone() });
        }
    }
    let mut block: Vec<Item> = plan.items.drain(start..end).collect();
    let (index, parent) = find(plan, to)?;
    become_container(plan, parent.as_ref());
    if let Some(first) = block.first_mut() {
        first.parent = parent;
    }
    plan.items.splice(index..index, block);
    sound::refuse_circle(plan)
}

/// The index and the container that a place means, in a plan in the order of its tree.
fn find(plan: &Plan, place: &Place) -> Result<(usize, Option<ItemKey>), EditError> {
    Ok(match place {
        Place::Top => (plan.items.len(), None),
        Place::Under(container) => (end_of(plan, position(plan, container)?), Some(container.clone())),
        Place::Before(beside) => {
            let at = position(plan, beside)?;
            (at, plan.items[at].parent.clone())
        }
        Place::After(beside) => {
            let at = position(plan, beside)?;
            (end_of(plan, at), plan.items[at].parent.clone())
        }
    })
}

/// A container has no estimate of its own.
pub(super) fn become_container(plan: &mut Plan, key: Option<&ItemKey>) {
    if let Some(item) = key.and_then(|key| plan.items.iter_mut().find(|item| item.key == *key)) {
        item.estimate = None;
    }
}

/// Puts the items in the order in which they are shown, so that what an item contains follows it.
pub(super) fn in_tree_order(plan: &mut Plan) {
    let rows = plan.tree();
    if rows.iter().zip(&plan.items).all(|(row, item)| std::ptr::eq(row.item, item)) {
        return;
    }
    plan.items = rows.into_iter().map(|row| row.item.clone()).collect();
}

/// The index after the last item that the one at `start` contains, in a plan in the order of its tree.
pub(super) fn end_of(plan: &Plan, start: usize) -> usize {
    let mut within: BTreeSet<&ItemKey> = plan.items.get(start).map(|item| &item.key).into_iter().collect();
    let mut end = start + 1;
    while let Some(item) = plan.items.get(end)
        && item.parent.as_ref().is_some_and(|parent| within.contains(parent))
    {
        within.insert(&item.key);
        end += 1;
    }
    end
}

/// The containers around an item, the innermost first; of a circle of parents, each once.
pub(super) fn ancestors(plan: &Plan, at: usize) -> Vec<usize> {
    let mut path = Vec::new();
    let mut item = plan.items.get(at);
    while let Some(parent) = item.and_then(|item| item.parent.as_ref()) {
        let Some(outer) = plan.items.iter().position(|item| item.key == *parent) else { break };
        if path.contains(&outer) || outer == at {
            break;
        }
        path.push(outer);
        item = plan.items.get(outer);
    }
    path
}

pub(super) fn is_within(plan: &Plan, inner: usize, outer: usize) -> bool {
    ancestors(plan, inner).contains(&outer)
}
