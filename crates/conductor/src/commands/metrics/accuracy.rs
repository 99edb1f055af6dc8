//! How well plans were cut: what became of their tasks after the import.

use std::collections::{BTreeMap, BTreeSet};

use cli_kit::CliError;
use conductor_host::journal::PlanStatus;
use conductor_host::report::percent;
use serde::Serialize;
use taskwerk_client::model::{ListQuery, Status, Task};

use crate::failure::{from_client, from_journal};
use crate::orchestrate::opened::Records;
use crate::plan::imported_tasks;

/// One plan whose items became tasks.
#[derive(Debug, Serialize)]
pub(super) struct Accuracy {
    pub(super) plan: u64,
    pub(super) source_file: String,
    /// Tasks that were work of their own when they were imported.
    pub(super) tasks: usize,
    /// Those that had to be split since.
    pub(super) split: usize,
    /// Those that were cancelled or deleted since.
    pub(super) dropped: usize,
    /// Tasks that were put under those of the plan since.
    pub(super) added: usize,
    /// The share of all these that is as it was planned, in percent.
    pub(super) accuracy: Option<u64>,
}

/// Every plan that was imported, oldest first.
pub(super) fn of(records: &Records) -> Result<Vec<Accuracy>, CliError> {
    let query = ListQuery { include_closed: true, ..ListQuery::default() };
    let tasks = records.project.tasks.list(&query).map_err(from_client)?;
    let mut all = Vec::new();
    for row in records.db.plans().map_err(from_journal)? {
        if row.status != PlanStatus::Imported {
            continue;
        }
        let (leaves, ids) = imported_tasks(&row)?;
        let told = judge(&leaves, &ids, &tasks);
        all.push(Accuracy { plan: row.id, source_file: row.source_file, ..told });
    }
    Ok(all)
}

/// What became of the tasks with these ids; `leaves` are those of them that were work of their own.
fn judge(leaves: &BTreeSet<String>, ids: &BTreeSet<String>, tasks: &[Task]) -> Accuracy {
    let by_id: BTreeMap<String, &Task> = tasks.iter().map(|task| (task.id.to_string(), task)).collect();
    let parents: BTreeSet<String> =
        tasks.iter().filter_map(|task| task.parent.as_ref()).map(ToString::to_string).collect();
    let (mut split, mut dropped) = (0, 0);
    for id in leaves {
        match by_id.get(id) {
            None => dropped += 1,
            Some(task) if task.status == Status::Cancelled => dropped += 1,
            Some(_) => split += usize::from(parents.contains(id)),
        }
    }
    // What a task was split into is told by the split.
    let added = tasks.iter().filter(|task| {
        let parent = task.parent.as_ref().map(ToString::to_string);
        !ids.contains(&task.id.to_string())
            && parent.is_some_and(|parent| ids.contains(&parent) && !leaves.contains(&parent))
    });
    let added = added.count();
    let kept = leaves.len() - split - dropped;
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    Accuracy {
        plan: 0,
        source_file: String::new(),
        tasks: leaves.len(),
        split,
        dropped,
        added,
        accuracy: percent(count(kept), count(leaves.len() + added)),
    }
}
