//! `conductor plan update`.

mod apply;
mod decide;
mod draft;
pub(super) mod living;
mod say;
mod tasks;

pub(super) use tasks::ids;

use std::path::PathBuf;

use cli_kit::{CliError, Exit};
use conductor_plan::{Present, Proposals, Side, merge, propose};

use self::decide::Policy;
use self::living::{Living, Preferred, Reading, no_plan};
use super::engine::EngineArgs;
use super::report;
use crate::context::{Context, Project};

/// Bring tasks up to date with a document that changed
///
/// What nobody has begun or changed is changed, made or cancelled as one set, once it is confirmed. What both the document
/// and a person changed is asked about, task by task. What is claimed, begun or done is left alone, unless a follow-up task
/// or a note is wanted. Nothing is deleted. Without a terminal, what is not decided by an option waits, and the command ends
/// with 7. A plan that is not imported yet takes the document's changes in and keeps its edits, verdicts and answers.
/// A model or an agent that made the plan is asked again only when --engine or --model says so.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan update docs/prd.md\n  conductor plan update docs/prd.md --dry-run\n  conductor plan update docs/prd.md --check\n  conductor plan update docs/prd.md --confirm --take document --started follow-up"
)]
pub(crate) struct Args {
    /// The documents as they are now
    #[arg(value_name = "FILE", required_unless_present = "plan", value_hint = clap::ValueHint::AnyPath)]
    files: Vec<PathBuf>,
    /// The plan's number; the newest imported plan of these documents when left out
    #[arg(long, value_name = "PLAN")]
    plan: Option<u64>,
    /// Do what is safe without asking
    #[arg(long, visible_alias = "yes", conflicts_with_all = ["check", "dry_run"])]
    confirm: bool,
    /// Where a person changed the same: follow the document, or leave mine
    #[arg(long, value_enum, value_name = "SIDE")]
    take: Option<Take>,
    /// What is claimed, begun or done: make a follow-up task, write a note, or leave it
    #[arg(long, value_enum, value_name = "HOW")]
    started: Option<Started>,
    /// Change nothing: end with 6 when the tasks do not reflect the documents
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// Which side is followed.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Take {
    /// The document's
    Document,
    /// What the task has
    Mine,
}

/// What is done about a task that is claimed, begun or done.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Started {
    /// A new task that waits for it
    FollowUp,
    /// A note on it
    Note,
    /// Nothing
    Leave,
}

/// An update that was thought through and not begun.
struct Update {
    living: Living,
    merged: conductor_plan::Merged,
    proposals: Proposals,
    present: Present,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let mut database = project.database_if_there()?;
    let reading = match &mut database {
        Some(database) => {
            let (plan, files, preferred) = (args.plan, &args.files, Preferred::Imported);
            Living::read(context, &project, database, plan, files, preferred, &args.engine)?
        }
        None => Reading::NoPlan,
    };
    drop(database);
    let living = match reading {
        Reading::Living(living) => *living,
        Reading::Estimated => return Ok(Exit::Ok),
        Reading::NoPlan if args.check => return Ok(say::nothing_imported(context, None)),
        Reading::NoPlan => return Err(no_plan(&args.files)),
    };
    if living.is_draft() {
        return match args.check {
            true => Ok(say::nothing_imported(context, Some(&living))),
            false => draft::update(context, &project, living, args.side(), args.dry_run),
        };
    }
    let update = Update::of(context, &project, living, args.side())?;
    if args.check || args.dry_run {
        let policy = Policy { confirm: true, take: args.take, started: args.started };
        say::look(context, &update, args.check.then_some(()), &policy);
        let reflects = update.proposals.is_empty();
        return Ok(if args.check && !reflects { Exit::Gate } else { Exit::Ok });
    }
    let policy = Policy { confirm: args.confirm, take: args.take, started: args.started };
    apply::run(context, &project, update, &policy)
}

impl Args {
    fn side(&self) -> Side {
        match self.take {
            Some(Take::Document) => Side::Document,
            Some(Take::Mine) | None => Side::Mine,
        }
    }
}

impl Update {
    fn of(context: &Context, project: &Project, living: Living, side: Side) -> Result<Self, CliError> {
        let merged = merge(&living.original, &living.stored.plan, &living.now, side);
        let present = tasks::present(&project.tasks)?;
        let by = context.actor()?.to_string();
        let waiting = &living.stored.metadata.waiting;
        let proposals = propose(&living.stored.plan, waiting, &merged, &present, &by)
            .map_err(|error| not_sound(&living, &error))?;
        Ok(Self { living, merged, proposals, present })
    }
}

fn not_sound(living: &Living, error: &conductor_plan::ReviewError) -> CliError {
    let message = format!("{} cannot be planned: {error}", living.names());
    CliError::new(Exit::Refused, "PLAN_HAS_ERRORS", message)
        .hint("correct the document and run the command again; nothing was changed")
        .details(serde_json::json!({ "plan": report::PlanJson::of(&living.stored) }))
}
