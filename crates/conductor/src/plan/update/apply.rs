//! Doing what was decided: the tasks in one change, then the plan.

use cli_kit::{CliError, Exit};
use conductor_host::journal::{NewPlan, PlanStatus};
use conductor_plan::Decision;

use super::super::stored::{Imported, Stored, to_value};
use super::decide::{Policy, decisions};
use super::living::metadata_of;
use super::{Update, say, tasks};
use crate::context::{Context, Project};
use crate::failure::{from_client, from_journal};

/// What was done.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Done {
    pub(super) created: usize,
    pub(super) updated: usize,
}

/// Decides, changes the tasks, and notes on the plan what they reflect now. A program that dies between the two finds, when
/// the same command is given again, that the tasks are as they should be, and notes it then.
pub(super) fn run(
    context: &mut Context,
    project: &Project,
    update: Update,
    policy: &Policy,
) -> Result<Exit, CliError> {
    if !context.printer.is_json() {
        // Where somebody is asked, nothing waits yet.
        let otherwise = (!context.can_ask).then_some(Decision::Wait);
        say::overview(&mut context.printer, &update, |proposal| policy.on(proposal.class).or(otherwise));
    }
    let Some(decided) = decisions(context, &update.proposals, policy)? else {
        context.printer.note("Nothing was changed");
        return Ok(Exit::Ok);
    };
    let mut done = Done::default();
    if let Some(command) = update.proposals.commands(&decided, &update.present) {
        let changed = project.tasks.execute(command).map_err(from_client)?;
        let report = changed.import.unwrap_or_default();
        done = Done { created: report.created, updated: report.updated };
    }
    die_if_told(context);
    let plan = record(context, project, &update, &decided, done)?;
    let waits = decided.iter().filter(|decision| **decision == Decision::Wait).count();
    say::done(context, &update, &decided, plan, done);
    Ok(if waits > 0 { Exit::Holds } else { Exit::Ok })
}

/// Notes on the plan what the tasks reflect. The plan and the text that it was made from before stay.
fn record(
    context: &Context,
    project: &Project,
    update: &Update,
    decided: &[Decision],
    done: Done,
) -> Result<u64, CliError> {
    let mut database = project.database()?;
    let (stored, living) = (&update.living.stored, &update.living);
    let plan = update.proposals.plan();
    let mut metadata = metadata_of(plan, living, &project.lint_options());
    metadata.waiting = update.proposals.waiting(decided);
    metadata.imported = Some(Imported {
        at: format!("{:.6}", cli_kit::time::now()),
        by: context.actor()?.to_string(),
        created: done.created,
        skipped: 0,
        rejected: 0,
        stayed: Vec::new(),
        ids: tasks::ids(&project.tasks, plan)?,
    });
    let body = plan.to_json().map_err(|error| CliError::internal(error.to_string()))?;
    if living.digest == stored.row.digest {
        // The same document again: what waited was decided, or nothing changed.
        if body == stored.row.body && metadata.waiting == stored.metadata.waiting {
            return Ok(stored.row.id);
        }
        metadata.updates = stored.metadata.updates;
        let metadata = to_value(&metadata)?;
        let replaced = database.replace_plan(&stored.row, PlanStatus::Imported, &metadata, &body);
        return if replaced.map_err(from_journal)? {
            Ok(stored.row.id)
        } else {
            Err(changed_meanwhile(stored))
        };
    }
    living.keep_documents(&mut database)?;
    let names: Vec<&str> = living.documents.iter().map(conductor_plan::Document::name).collect();
    let (names, metadata) = (names.join(", "), to_value(&metadata)?);
    let made = living.now.to_json().map_err(|error| CliError::internal(error.to_string()))?;
    let new = NewPlan {
        source_file: &names,
        digest: &living.digest,
        status: PlanStatus::Imported,
        metadata: &metadata,
        body: &body,
        made: &made,
        at: cli_kit::time::now(),
    };
    database.record_plan(&new).map_err(from_journal)
}

fn changed_meanwhile(stored: &Stored) -> CliError {
    let message = format!("somebody else changed plan {} meanwhile", stored.row.id);
    CliError::new(Exit::Conflict, "PLAN_CONFLICT", message)
        .hint("run the command again: what was done to the tasks is not done twice")
}

/// Names the place at which a test has this program die; only builds with debug assertions look for it, so that no release
/// can be made to die by a variable.
const DIE_AT: &str = "CONDUCTOR_DIE_AT";

fn die_if_told(context: &Context) {
    if cfg!(debug_assertions) && context.env.get(DIE_AT) == Some("plan-update/tasks") {
        std::process::abort();
    }
}
