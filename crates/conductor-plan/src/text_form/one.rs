//! One item as text, and back as edits.

use super::TextError;
use super::read::{Entry, entries};
use super::rebuild::{Names, filled};
use super::write::write_item;
use crate::edit::{Change, Edit, EditError};
use crate::{Item, ItemKey, Plan};

/// One item without what it contains; `None` when the plan does not have it.
pub fn write_one(plan: &Plan, key: &ItemKey) -> Option<String> {
    let mut out = String::from(
        "<!-- Edit the item, save, and close the editor. An empty text changes nothing. -->\n\n",
    );
    write_item(&mut out, plan, 0, plan.get(key)?);
    Some(out)
}

/// The edits that a text of one item asks for; none where the text is empty or was not touched.
///
/// # Errors
/// When a line cannot be understood, and when it is the text of another item or of several.
pub fn read_one(text: &str, plan: &Plan, key: &ItemKey) -> Result<Vec<Edit>, TextError> {
    let mut found = entries(text, plan)?;
    let Some(entry) = found.pop() else { return Ok(Vec::new()) };
    let Some(before) = plan.get(key) else { return Err(EditError::UnknownItem { key: key.clone() }.into()) };
    if !found.is_empty() || entry.key.as_ref() != Some(key) {
        return Err(TextError::NotOne { key: key.clone() });
    }
    let (others, keys) = others(plan);
    let mut errors = Vec::new();
    let after = Names::of(&others, &keys, plan).resolve(&entry, Some(before), &mut errors);
    if !errors.is_empty() {
        return Err(TextError::Lines { lines: errors });
    }
    let mut edits = Vec::new();
    if entry.verdict != plan.verdicts.get(key).copied() {
        edits.push(Edit::Judge { items: vec![key.clone()], verdict: entry.verdict });
    }
    let now = filled(entry, key.clone(), Some(before));
    edits.extend(changes(before, &now).map(|change| Edit::Set { item: key.clone(), change }));
    let gone = before.depends_on.iter().filter(|on| !after.contains(on));
    edits.extend(gone.map(|on| Edit::Unlink { item: key.clone(), after: on.clone() }));
    let new = after.iter().filter(|on| !before.depends_on.contains(on));
    edits.extend(new.map(|on| Edit::Link { item: key.clone(), after: on.clone() }));
    Ok(edits)
}

/// Every item of the plan, by which it can be named.
fn others(plan: &Plan) -> (Vec<Entry>, Vec<ItemKey>) {
    let entry = |item: &Item| Entry { title: item.title.clone(), ..Entry::default() };
    (plan.items.iter().map(entry).collect(), plan.items.iter().map(|item| item.key.clone()).collect())
}

fn changes(before: &Item, now: &Item) -> impl Iterator<Item = Change> {
    let all = [
        (before.title != now.title).then(|| Change::Title(now.title.clone())),
        (before.description != now.description).then(|| Change::Description(now.description.clone())),
        (before.estimate != now.estimate).then_some(Change::Estimate(now.estimate)),
        (before.priority != now.priority).then_some(Change::Priority(now.priority)),
        (before.category != now.category).then_some(Change::Category(now.category)),
        (before.acceptance != now.acceptance).then(|| Change::Acceptance(now.acceptance.clone())),
        (before.tags != now.tags).then(|| Change::Tags(now.tags.clone())),
        (before.files != now.files).then(|| Change::Files(now.files.clone())),
    ];
    all.into_iter().flatten()
}
