//! What this program and Taskwerk print: plans, and lists of tasks.

use super::super::tasks::Task;
use super::{ReferenceError, ReferenceKind, malformed};
use crate::Verdict;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What is read of an item or a task; a plan calls its name `key`, a task `id`.
#[derive(Deserialize)]
struct Row {
    #[serde(alias = "key")]
    id: String,
    title: String,
    description: Option<String>,
    parent: Option<String>,
    #[serde(default)]
    depends_on: Vec<String>,
    #[serde(default)]
    acceptance: Vec<String>,
}

/// A stored plan, or what `plan show --json` prints.
pub(super) fn is_plan(value: &Value) -> bool {
    value.get("items").is_some()
}

/// What `taskwerk list --json` prints.
pub(super) fn is_tasks(value: &Value) -> bool {
    let task = |row: &Value| row.get("uid").is_some() && row.get("depends_on").is_some();
    value.as_array().is_some_and(|rows| !rows.is_empty() && rows.iter().all(task))
}

pub(super) fn plan(value: &Value) -> Result<Vec<Task>, ReferenceError> {
    let mut rows = rows(value.get("items").unwrap_or(&Value::Null), ReferenceKind::Plan)?;
    let verdicts = value.get("verdicts").cloned().unwrap_or_default();
    // A plan that somebody wrote by hand may have none, or something else there.
    let verdicts: BTreeMap<String, Verdict> = serde_json::from_value(verdicts).unwrap_or_default();
    take_out_rejected(&mut rows, &verdicts);
    Ok(to_tasks(&rows))
}

pub(super) fn tasks(value: &Value) -> Result<Vec<Task>, ReferenceError> {
    Ok(to_tasks(&rows(value, ReferenceKind::Tasks)?))
}

/// Without what was rejected, what lies in it, and groups of which nothing is left. Parents stand before their children.
fn take_out_rejected(rows: &mut Vec<Row>, verdicts: &BTreeMap<String, Verdict>) {
    let rejected = |id: &String| verdicts.get(id) == Some(&Verdict::Rejected);
    let groups: BTreeSet<String> = rows.iter().filter_map(|row| row.parent.clone()).collect();
    let mut gone: BTreeSet<String> = BTreeSet::new();
    for row in rows.iter() {
        if rejected(&row.id) || row.parent.as_ref().is_some_and(|parent| gone.contains(parent)) {
            gone.insert(row.id.clone());
        }
    }
    let mut kept_below: BTreeSet<String> = BTreeSet::new();
    for row in rows.iter().rev() {
        if groups.contains(&row.id) && !kept_below.contains(&row.id) {
            gone.insert(row.id.clone());
        }
        if !gone.contains(&row.id) {
            kept_below.extend(row.parent.clone());
        }
    }
    rows.retain(|row| !gone.contains(&row.id));
}

fn rows(value: &Value, kind: ReferenceKind) -> Result<Vec<Row>, ReferenceError> {
    let Value::Array(values) = value else { return Err(malformed(kind, "its tasks are no list")) };
    let mut rows = Vec::with_capacity(values.len());
    for (number, value) in values.iter().enumerate() {
        let row = Row::deserialize(value)
            .map_err(|error| malformed(kind, format!("task {} of the list: {error}", number + 1)))?;
        rows.push(row);
    }
    Ok(rows)
}

fn to_tasks(rows: &[Row]) -> Vec<Task> {
    let known: BTreeMap<&str, usize> =
        rows.iter().enumerate().rev().map(|(at, row)| (row.id.as_str(), at)).collect();
    let find = |id: &String| known.get(id.as_str()).copied();
    let task = |row: &Row| Task {
        id: row.id.clone(),
        title: row.title.clone(),
        text: row.description.iter().chain(&row.acceptance).cloned().collect::<Vec<_>>().join("\n"),
        parent: row.parent.as_ref().and_then(find),
        after: row.depends_on.iter().filter_map(find).collect(),
        details: String::new(),
    };
    rows.iter().map(task).collect()
}
