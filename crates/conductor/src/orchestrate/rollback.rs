//! `conductor orchestrate rollback`.

use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_host::session::RolledBack;
use serde_json::json;

use super::error::from_rollback;
use super::opened::Opened;
use crate::context::Context;

/// Undo what a task landed, as a new commit on the session's branch; the task is open again
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate rollback TASK-002 --reason \"wrong column\"\n  conductor orchestrate land"
)]
pub(crate) struct Args {
    /// The task
    #[arg(value_name = "TASK")]
    task: String,
    /// Why; it is written to the task and the commit
    #[arg(long, value_name = "TEXT", default_value = "undone by a person")]
    reason: String,
    /// Undo it even if the gates fail without it
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let opened = Opened::new(context)?;
    let (task, name) = opened.task(&args.task)?;
    let id = opened.session_of(&task)?;
    let lock = opened.take_lock()?;
    let answer =
        opened.host.rollback(&lock, id, &name, &args.reason, args.force).map_err(|e| from_rollback(&e))?;
    match answer {
        RolledBack::Done { commit, undone, run, landed } => {
            if context.printer.is_json() {
                context.printer.json(&json!({
                    "task": name, "run": run, "commit": commit, "undone": undone, "landed": landed,
                }));
                return Ok(Exit::Ok);
            }
            let printer = &mut context.printer;
            printer.line(format!(
                "{}: {} undone by {}; the task is todo again",
                escape(&name),
                undone.short(),
                commit.short()
            ));
            if landed {
                printer.note("your branch still has it; bring the undoing there:");
                printer.note(format!("  conductor orchestrate land --session {id}"));
            }
            Ok(Exit::Ok)
        }
        RolledBack::Nothing => {
            if context.printer.is_json() {
                context.printer.json(&json!({ "task": name, "commit": null }));
            } else {
                context.printer.line("Nothing of it is left to undo.");
            }
            Ok(Exit::Ok)
        }
        RolledBack::Conflict { paths } => {
            let names: Vec<String> = paths.iter().map(|p| escape(&p.to_string()).into_owned()).collect();
            let message = format!("later work changed the same places: {}", names.join(", "));
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
