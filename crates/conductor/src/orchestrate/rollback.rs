//! `conductor orchestrate rollback`.

use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit, Printer};
use conductor_engine::ids::SessionId;
use conductor_host::driver::DriverLock;
use conductor_host::session::{RolledBack, Undo, Undone};
use serde_json::json;

use super::error::from_rollback;
use super::opened::Opened;
use crate::ask::{Choice, ask};
use crate::context::Context;

/// Undo what a task landed, as a new commit on the session's branch; the task is open again
///
/// What was built on it since is named, and asked about on a terminal; elsewhere say --dependants or --alone. With --all
/// it is everything that the session landed. Your own branch gets the undoing with `orchestrate land`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate rollback TASK-002 --reason \"wrong column\"\n  conductor orchestrate rollback TASK-002 --dependants\n  conductor orchestrate rollback --all --session 3\n  conductor orchestrate land"
)]
pub(crate) struct Args {
    /// The task
    #[arg(value_name = "TASK", required_unless_present = "all")]
    task: Option<String>,
    /// Undo also what was built on it
    #[arg(long, conflicts_with = "alone")]
    dependants: bool,
    /// Leave what was built on it
    #[arg(long)]
    alone: bool,
    /// Undo everything that the session landed
    #[arg(long, conflicts_with_all = ["task", "dependants", "alone"])]
    all: bool,
    /// Why; it is written to the tasks and the commits
    #[arg(long, value_name = "TEXT", default_value = "undone by a person")]
    reason: String,
    /// Undo it even if the gates fail without it
    #[arg(long)]
    force: bool,
}

/// What to do with what was built on the task.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Alone,
    All,
    Nothing,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let opened = Opened::new(context)?;
    let Some(task) = &args.task else {
        let id = opened.some_session()?;
        let lock = opened.take_lock()?;
        return undo(context, &opened, &lock, (id, Undo::Everything), &args);
    };
    let (task, name) = opened.task(task)?;
    let id = opened.session_of(&task)?;
    let lock = opened.take_lock()?;
    let built = opened.host.built_on(id, &name).map_err(|e| from_rollback(&e))?;
    let mut tasks = vec![name];
    if !built.is_empty() && !args.alone {
        match wish(context, &args, &tasks, &built)? {
            Wish::Alone => {}
            Wish::All => tasks.extend(built),
            Wish::Nothing => {
                context.printer.note("Nothing was undone");
                return Ok(Exit::Ok);
            }
        }
    }
    undo(context, &opened, &lock, (id, Undo::Tasks(&tasks)), &args)
}

fn wish(context: &mut Context, args: &Args, task: &[String], built: &[String]) -> Result<Wish, CliError> {
    if args.dependants {
        return Ok(Wish::All);
    }
    let (task, names) = (escape(&task.join(", ")).into_owned(), escape(&built.join(", ")).into_owned());
    if !context.can_ask {
        let message = format!("{names} landed after {task} and needs it");
        return Err(CliError::new(Exit::Refused, "HAS_DEPENDANTS", message)
            .hint("--dependants undoes that too, --alone leaves it; nothing was changed")
            .details(json!({ "dependants": built })));
    }
    let choices = [
        Choice { key: 'a', word: "all of it", means: Wish::All },
        Choice { key: 'o', word: "only this", means: Wish::Alone },
        Choice { key: 'n', word: "nothing", means: Wish::Nothing },
    ];
    let question = format!("{names} was built on {task}. Undo");
    Ok(ask(&mut context.printer, &question, &choices).unwrap_or(Wish::Nothing))
}

fn undo(
    context: &mut Context,
    opened: &Opened,
    lock: &DriverLock,
    (id, what): (SessionId, Undo<'_>),
    args: &Args,
) -> Result<Exit, CliError> {
    let answer =
        opened.host.rollback(lock, id, what, &args.reason, args.force).map_err(|e| from_rollback(&e))?;
    match answer {
        RolledBack::Done { undone, landed } => {
            done(context, id, &undone, landed);
            Ok(Exit::Ok)
        }
        RolledBack::Nothing => {
            if context.printer.is_json() {
                context.printer.json(&json!({ "task": args.task, "commit": null, "all": [] }));
            } else {
                context.printer.line("Nothing of it is left to undo.");
            }
            Ok(Exit::Ok)
        }
        RolledBack::Conflict { task, paths } => {
            let names: Vec<String> = paths.iter().map(|p| escape(&p.to_string()).into_owned()).collect();
            let message =
                format!("later work changed the same places as {}: {}", escape(&task), names.join(", "));
            Err(CliError::new(Exit::Conflict, "ROLLBACK_CONFLICT", message)
                .hint("undo the later tasks first, or revert by hand; nothing was changed"))
        }
        RolledBack::GatesFail { summary } => {
            let message = format!("without it the gates fail:\n{}", summary.feedback);
            Err(CliError::new(Exit::Gate, "GATES_FAIL", escape_block(&message).into_owned())
                .hint("something else builds on it; --force undoes it all the same"))
        }
    }
}

fn done(context: &mut Context, id: SessionId, undone: &[Undone], landed: bool) {
    if context.printer.is_json() {
        // The last one is the first that was meant: what was built on it is undone before it.
        let meant = undone.last();
        context.printer.json(&json!({
            "task": meant.map(|one| &one.task),
            "run": meant.map(|one| one.run),
            "commit": meant.map(|one| &one.commit),
            "undone": meant.map(|one| &one.undone),
            "landed": landed,
            "all": undone,
        }));
        return;
    }
    let printer: &mut Printer = &mut context.printer;
    for one in undone {
        printer.line(format!(
            "{}: {} undone by {}; the task is todo again",
            escape(&one.task),
            one.undone.short(),
            one.commit.short()
        ));
    }
    if landed {
        printer.note("your branch still has it; bring the undoing there:");
        printer.note(format!("  conductor orchestrate land --session {id}"));
    }
}
