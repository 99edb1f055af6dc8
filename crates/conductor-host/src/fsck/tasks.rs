//! Tasks that a run holds which is over, and tasks that were closed with nothing to show for it.

use conductor_engine::ids::TaskRef;
use conductor_engine::session::Run;
use taskwerk_model::{ListQuery, Status, Task};

use super::refs::landed_as;
use super::view::View;
use super::{Finding, FsckError, Scope, Standing, is_over, standing};
use crate::perform::run_of_worker;

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    if view.driver.is_some() {
        return Ok(());
    }
    let whole = view.scope == Scope::All;
    let query = ListQuery { include_closed: whole, ..ListQuery::default() };
    for task in view.tasks.list(&query)? {
        if task.status == Status::Done {
            closed(view, &task, found)?;
        } else if !task.status.is_closed() {
            held(view, &task, found)?;
        }
    }
    Ok(())
}

fn held(view: &View<'_>, task: &Task, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    let Some(claim) = view.tasks.last_claim_of(&task.id)? else { return Ok(()) };
    let Some(run) = run_of_worker(claim.worker.as_str()) else { return Ok(()) };
    if let Scope::Drive(session) = view.scope
        && run.session != session
    {
        return Ok(());
    }
    // A claim that has lapsed keeps nobody out, but the task would stay in progress for ever.
    let matters = claim.is_live(view.tasks.now()) || task.status == Status::InProgress;
    if matters && !matches!(standing(&view.known, run), Standing::Live) {
        found.push(Finding::ClaimLeft { task: task.id.clone(), run, token: claim.token });
    }
    Ok(())
}

/// A person may close any task. What is looked for is one that Conductor closed.
fn closed(view: &View<'_>, task: &Task, found: &mut Vec<Finding>) -> Result<(), FsckError> {
    let uid = TaskRef(task.uid.to_string());
    let runs: Vec<(bool, &Run)> = view
        .known
        .iter()
        .flat_map(|known| known.session.runs.values().map(|run| (is_over(&known.session, run), run)))
        .filter(|(_, run)| run.task == uid)
        .collect();
    let Some((true, newest)) = runs.last().copied() else { return Ok(()) };
    if runs.iter().any(|(_, run)| landed_as(run).is_some()) {
        return Ok(());
    }
    let events = view.tasks.events_of(&task.id)?;
    let closing = events.iter().rev().find(|row| row.event.kind() == "completed");
    if closing.is_some_and(|row| row.actor.to_string() == "conductor") {
        found.push(Finding::ClosedWithoutCommit { task: task.id.clone(), run: newest.id });
    }
    Ok(())
}
