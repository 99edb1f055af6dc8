//! What changed in an item that both plans have.

use super::change::FieldChange;
use super::lines::{changes, line_change, sentences};
use super::waits::Waits;
use crate::{Item, Plan};

/// Everything that changed and does not follow from something else that did.
pub(super) fn fields(
    old: &Plan,
    new: &Plan,
    before: usize,
    after: usize,
    waits: &Waits<'_>,
) -> Vec<FieldChange> {
    let (was, is) = (&old.items[before], &new.items[after]);
    let mut fields = texts(was, is);
    let reworded = !fields.is_empty();
    let moved = waits.is_moved(before, after);
    if moved {
        fields.push(FieldChange::Place { old: waits.old_container(before), new: waits.new_container(after) });
    }
    let (likely_before, likely_after) = (was.estimate.map(|e| e.likely), is.estimate.map(|e| e.likely));
    // An estimate that was guessed from the text changes with it; a container has none of its own.
    if likely_before != likely_after && was.estimate.is_some() && is.estimate.is_some() && !reworded {
        fields.push(FieldChange::Estimate { old: likely_before, new: likely_after });
    }
    // What a phase gives to all that is in it goes with the place.
    let given = moved && is_given(old, was) && is_given(new, is);
    if was.priority != is.priority && !given {
        fields.push(FieldChange::Priority { old: was.priority, new: is.priority });
    }
    // The category is among the tags, and is guessed too.
    let tags = |item: &Item| -> Vec<String> {
        item.tags.iter().filter(|tag| *tag != item.category.as_str()).cloned().collect()
    };
    if let Some((added, removed)) = came_and_went(&tags(was), &tags(is)) {
        fields.push(FieldChange::Tags { added, removed });
    }
    if let Some((added, removed)) = came_and_went(&was.files, &is.files) {
        fields.push(FieldChange::Files { added, removed });
    }
    let (added, removed) = waits.changes(before, after);
    if !added.is_empty() || !removed.is_empty() {
        fields.push(FieldChange::DependsOn { added, removed });
    }
    fields
}

/// Whether an item matters as much as its container.
fn is_given(plan: &Plan, item: &Item) -> bool {
    let container = item.parent.as_ref().and_then(|parent| plan.get(parent));
    container.is_none_or(|container| container.priority == item.priority)
}

fn texts(was: &Item, is: &Item) -> Vec<FieldChange> {
    let mut fields = Vec::new();
    if was.title.split_whitespace().ne(is.title.split_whitespace()) {
        fields.push(FieldChange::Title(line_change(&was.title, &is.title)));
    }
    let lines = changes(&sentences(&was.description), &sentences(&is.description));
    if !lines.is_empty() {
        fields.push(FieldChange::Description { lines });
    }
    let lines = changes(&was.acceptance, &is.acceptance);
    if !lines.is_empty() {
        fields.push(FieldChange::Acceptance { lines });
    }
    fields
}

fn came_and_went(old: &[String], new: &[String]) -> Option<(Vec<String>, Vec<String>)> {
    let without = |all: &[String], others: &[String]| -> Vec<String> {
        all.iter().filter(|one| !others.contains(one)).cloned().collect()
    };
    let (added, removed) = (without(new, old), without(old, new));
    (!added.is_empty() || !removed.is_empty()).then_some((added, removed))
}
