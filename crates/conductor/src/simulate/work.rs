//! Which work a forecast is about: tasks of the project, or the items of a plan.

use std::collections::{BTreeMap, BTreeSet};

use cli_kit::{CliError, Exit};
use conductor_engine::ids::TaskRef;
use conductor_host::forecast::{LeftOut, Scope, all_tasks, scope};
use taskwerk_client::model::TaskId;

use crate::context::Project;
use crate::failure::from_client;
use crate::plan;

/// The work, and what is needed to learn from earlier work.
pub(super) struct Work {
    pub(super) scope: Scope,
    /// The estimate of each task that has one, in minutes.
    pub(super) estimates: BTreeMap<TaskRef, u64>,
}

impl Work {
    pub(super) fn find(
        project: &Project,
        named: &[String],
        from_plan: Option<u64>,
    ) -> Result<Self, CliError> {
        let all = all_tasks(&project.tasks).map_err(from_client)?;
        let estimates = all.iter().map(|facts| (facts.task.clone(), facts.estimate_minutes)).collect();
        let scope = match from_plan {
            Some(id) => {
                let no_plans = || {
                    CliError::new(Exit::NotFound, "PLAN_NOT_FOUND", format!("there is no plan {id}"))
                        .hint("make one with `conductor plan decompose FILE`")
                };
                let database = project.database_if_there()?.ok_or_else(no_plans)?;
                Scope { tasks: plan::work(&database, id)?, under_way: Vec::new(), left_out: Vec::new() }
            }
            None => {
                let only = only(project, named, &all)?;
                let mut scope = scope(all, only.as_ref());
                scope.left_out.extend(closed(project, named)?);
                scope
            }
        };
        Ok(Self { scope, estimates })
    }
}

/// The tasks that were named; one that holds others stands for what is under it.
fn only(
    project: &Project,
    named: &[String],
    all: &[conductor_engine::session::TaskFacts],
) -> Result<Option<BTreeSet<TaskRef>>, CliError> {
    if named.is_empty() {
        return Ok(None);
    }
    let prefix = project.tasks.prefix();
    let ids: Vec<(TaskId, &TaskRef)> = all
        .iter()
        .filter_map(|facts| Some((TaskId::parse_in(prefix, &facts.id).ok()?, &facts.task)))
        .collect();
    let mut only = BTreeSet::new();
    for text in named {
        let task = project.tasks.find(text).map_err(from_client)?;
        let under = ids.iter().filter(|(id, _)| *id == task.id || task.id.contains(id));
        only.extend(under.map(|(_, reference)| (*reference).clone()));
    }
    Ok(Some(only))
}

/// What was named and is closed: silence about it would look like a forecast of it.
fn closed(project: &Project, named: &[String]) -> Result<Vec<LeftOut>, CliError> {
    let mut closed = Vec::new();
    for text in named {
        let task = project.tasks.find(text).map_err(from_client)?;
        if task.status.is_closed() {
            closed.push(LeftOut { task: task.id.to_string(), why: format!("it is {}", task.status) });
        }
    }
    Ok(closed)
}
