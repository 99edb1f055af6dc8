//! The tasks as they are, read through the client.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use cli_kit::CliError;
use conductor_plan::{Plan, Present, TaskState};
use taskwerk_client::Tasks;

use crate::failure::from_client;

/// Reads all tasks, with their keys and claims.
pub(super) fn present(tasks: &Tasks) -> Result<Present, CliError> {
    let mut states = Vec::new();
    tasks
        .each_exported(|exported| {
            states.push(TaskState {
                key: exported.key.map(|key| key.as_str().to_owned()),
                claimed: false,
                noted: !exported.notes.is_empty(),
                task: exported.task,
            });
            ControlFlow::Continue(())
        })
        .map_err(from_client)?;
    let now = tasks.now();
    for state in states.iter_mut().filter(|state| !state.task.status.is_closed()) {
        let claim = tasks.claim_of(&state.task.id).map_err(from_client)?;
        state.claimed = claim.is_some_and(|claim| claim.is_live(now));
    }
    Ok(Present::new(states))
}

/// The task of each item of a plan, by the item's key.
pub(in crate::plan) fn ids(tasks: &Tasks, plan: &Plan) -> Result<BTreeMap<String, String>, CliError> {
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    tasks
        .each_exported(|exported| {
            ids.extend(exported.key.map(|key| (key.as_str().to_owned(), exported.task.id.to_string())));
            ControlFlow::Continue(())
        })
        .map_err(from_client)?;
    let items: BTreeSet<&str> = plan.items.iter().map(|item| item.key.as_str()).collect();
    ids.retain(|key, _| items.contains(key.as_str()));
    Ok(ids)
}
