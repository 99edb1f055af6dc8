//! A reviewed plan as rows that a task manager imports.

use crate::{Item, Plan, RequirementKind, ReviewedPlan};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use taskwerk_model::ImportRow;

/// What holds for all the work is told with each task, up to so many characters.
const LONGEST_CONTEXT: usize = 1_500;
/// In a large plan it is told more briefly, so that all tasks together repeat no more than this.
const LONGEST_CONTEXT_IN_ALL: usize = 1_000_000;

impl ReviewedPlan {
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
