//! A reviewed plan as rows that a task manager imports.

use crate::{Item, ItemKey, Plan, RequirementKind, ReviewedPlan};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{ImportRow, TaskId};

/// What holds for all the work is told with each task, up to so many characters.
const LONGEST_CONTEXT: usize = 1_500;
/// In a large plan it is told more briefly, so that all tasks together repeat no more than this.
const LONGEST_CONTEXT_IN_ALL: usize = 1_000_000;

/// What a plan brings to tasks of which some are there already.
#[derive(Debug, Clone)]
pub struct Placed {
    /// The rows to import.
    pub rows: Vec<ImportRow>,
    /// Tasks that are there and stay where they are, though the plan has their items elsewhere, in plan order.
    pub stay: Vec<(ItemKey, TaskId)>,
}

impl ReviewedPlan {
    /// The rows to import where earlier plans brought tasks: `known` has them by the keys of their items. The id of a task
    /// is its place, so a known one is never put elsewhere. A new group of which every item is known and lies elsewhere
    /// would be a task without work, so it is left out; what waits for it waits for what was to be in it.
    pub fn import_rows_beside(&self, known: &BTreeMap<String, TaskId>) -> Placed {
        let mut rows = self.import_rows();
        let mut inside: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in &rows {
            if let (Some(parent), Some(key)) = (&row.parent, &row.key) {
                inside.entry(parent.clone()).or_default().push(key.clone());
            }
        }
        let mut stay = Vec::new();
        for row in &mut rows {
            let Some((key, task)) = row.key.as_ref().and_then(|key| known.get_key_value(key)) else {
                continue;
            };
            let wanted = row.parent.as_ref().map(|parent| known.get(parent));
            if wanted != task.parent().as_ref().map(Some) {
                stay.push((ItemKey::new(key.as_str()), task.clone()));
                row.parent = None;
            }
        }
        leave_out_empty(&mut rows, &inside, known);
        Placed { rows, stay }
    }

    /// The rows to import, parents before their children. Containers close with their last child. The keys are those of
    /// the items, so that importing the same plan again finds the tasks that are there. What the documents ask of the work
    /// as a whole is told with each task, since whoever carries one out may see no other.
    pub fn import_rows(&self) -> Vec<ImportRow> {
        let plan = self.plan();
        let rows = plan.tree();
        let leaves = rows.iter().filter(|row| !row.container).count().max(1);
        let context = context(plan, LONGEST_CONTEXT.min(LONGEST_CONTEXT_IN_ALL / leaves));
        rows.into_iter().map(|row| self.row(row.item, row.container, &context)).collect()
    }

    fn row(&self, item: &Item, container: bool, context: &str) -> ImportRow {
        let told = if container || context.is_empty() { None } else { Some(context) };
        let parts = [Some(item.description.as_str()).filter(|text| !text.is_empty()), told];
        let description: Vec<&str> = parts.into_iter().flatten().collect();
        ImportRow {
            key: Some(item.key.as_str().to_owned()),
            title: item.title.clone(),
            description: (!description.is_empty()).then(|| description.join("\n\n")),
            priority: Some(item.priority.as_str().to_owned()),
            category: Some(item.category.as_str().to_owned()),
            tags: Some(item.tags.clone()),
            parent: item.parent.as_ref().map(|parent| parent.as_str().to_owned()),
            depends_on: Some(item.depends_on.iter().map(|on| on.as_str().to_owned()).collect()),
            estimate_minutes: item.estimate.map(|estimate| estimate.likely),
            acceptance: Some(item.acceptance.clone()),
            files: Some(item.files.clone()),
            metadata: metadata(item, self.by()),
            rollup: Some(container),
            ..ImportRow::default()
        }
    }
}

/// Takes out new groups that nothing would lie in. `inside` has what the plan puts into each group.
fn leave_out_empty(
    rows: &mut Vec<ImportRow>,
    inside: &BTreeMap<String, Vec<String>>,
    known: &BTreeMap<String, TaskId>,
) {
    let mut filled: BTreeSet<String> = BTreeSet::new();
    let mut empty: BTreeSet<String> = BTreeSet::new();
    // Children stand after their parents.
    for row in rows.iter().rev() {
        let Some(key) = &row.key else { continue };
        if inside.contains_key(key) && !filled.contains(key) && !known.contains_key(key) {
            empty.insert(key.clone());
        } else {
            filled.extend(row.parent.clone());
        }
    }
    if empty.is_empty() {
        return;
    }
    rows.retain(|row| row.key.as_ref().is_none_or(|key| !empty.contains(key)));
    for on in rows.iter_mut().filter_map(|row| row.depends_on.as_mut()) {
        while let Some(at) = on.iter().position(|key| empty.contains(key)) {
            let group = on.remove(at);
            let within = inside.get(&group).into_iter().flatten();
            let new: Vec<String> = within.filter(|key| !on.contains(key)).cloned().collect();
            on.extend(new);
        }
    }
}

fn metadata(item: &Item, by: &str) -> Map<String, Value> {
    let sources: Vec<String> = item.sources.iter().map(ToString::to_string).collect();
    let plan = json!({
        "sources": sources,
        "requirements": item.requirements,
        "complexity": item.complexity,
        "confidence": item.confidence,
        "estimate": item.estimate,
        "reviewed_by": by,
    });
    Map::from_iter([("plan".to_owned(), plan)])
}

/// Constraints, qualities and what the work stands on, as far as no item cites them, by section.
fn context(plan: &Plan, budget: usize) -> String {
    let cited: BTreeSet<_> = plan.items.iter().flat_map(|item| &item.requirements).collect();
    let mut text = String::new();
    let mut section = "";
    for wanted in &plan.requirements {
        let whole = match wanted.kind {
            RequirementKind::Constraint | RequirementKind::Quality | RequirementKind::Dependency => true,
            RequirementKind::Feature
            | RequirementKind::Interface
            | RequirementKind::Data
            | RequirementKind::OutOfScope
            | RequirementKind::OpenQuestion => false,
        };
        if !whole || cited.contains(&wanted.id) || text.len() + wanted.text.len() > budget {
            continue;
        }
        if wanted.section != section {
            section = &wanted.section;
            text.push_str(section);
            text.push_str(":\n");
        }
        text.push_str("- ");
        text.push_str(&wanted.text);
        text.push('\n');
    }
    text.trim_end().to_owned()
}
