//! Parts of an item that were found elsewhere, put into the plan as it is by then.

use super::{EditError, position, sound};
use crate::{Finding, Item, ItemKey, Plan};
use std::collections::BTreeSet;

/// Puts the parts of an item into a plan. `before` is the plan for which they were asked, `grown` what came of it; the plan
/// may have been changed since, as long as the item still says the same. Of what a part would wait for, that which is gone
/// meanwhile is left out. Without new parts the plan stays as it is.
///
/// # Errors
/// When the item is gone, was split or reworded meanwhile, or its parts would go in circles with what was changed.
pub fn graft(plan: &Plan, before: &Plan, grown: &Plan, key: &ItemKey) -> Result<Plan, EditError> {
    let at = position(plan, key)?;
    let old: BTreeSet<&ItemKey> = before.items.iter().map(|item| &item.key).collect();
    let new: Vec<&Item> = grown.items.iter().filter(|item| !old.contains(&item.key)).collect();
    let mut changed = plan.clone();
    if new.is_empty() {
        return Ok(changed);
    }
    let (item, asked) = (&plan.items[at], &before.items[position(before, key)?]);
    if plan.containers().contains(key) {
        return Err(EditError::AlreadyGroup { title: item.title.clone() });
    }
    if words(item) != words(asked) {
        return Err(EditError::Reworded { title: item.title.clone() });
    }
    let there: BTreeSet<&ItemKey> =
        plan.items.iter().chain(new.iter().copied()).map(|item| &item.key).collect();
    let parts = new.iter().map(|part| {
        let depends_on = part.depends_on.iter().filter(|on| there.contains(on)).cloned().collect();
        Item { depends_on, ..(*part).clone() }
    });
    changed.items.splice(at + 1..=at, parts);
    changed.items[at].estimate = grown.get(key).and_then(|item| item.estimate);
    let notes: Vec<Finding> =
        grown.notes.iter().filter(|note| !before.notes.contains(note)).cloned().collect();
    changed.notes.extend(notes);
    sound::refuse_equal_keys(&changed)?;
    sound::refuse_circle(&changed)?;
    Ok(changed)
}

/// What parts are asked from.
fn words(item: &Item) -> (&str, &str, &[String]) {
    (&item.title, &item.description, &item.acceptance)
}
