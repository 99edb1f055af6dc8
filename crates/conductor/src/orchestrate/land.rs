//! `conductor orchestrate land`.

use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_host::git::{Held, RepoPath};
use conductor_host::session::Landing;
use serde_json::json;

use super::error::from_land;
use super::opened::Opened;
use crate::context::Context;

/// Bring the session's work to your branch
///
/// The branch is fast-forwarded by git itself, in a clean checkout, and nothing is ever overwritten. When your branch
/// moved on, both are merged and the gates run on the result first.
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  conductor orchestrate land")]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    super::people_only(context)?;
    let opened = Opened::new(context)?;
    let id = opened.some_session()?;
    let lock = opened.take_lock()?;
    let landing = opened.host.land(&lock, id).map_err(|e| from_land(&e))?;
    match landing {
        Landing::Landed { target, old, new, runs } => {
            if context.printer.is_json() {
                context
                    .printer
                    .json(&json!({ "landed": true, "branch": target, "old": old, "new": new, "runs": runs }));
            } else {
                let s = if runs == 1 { "" } else { "s" };
                context.printer.line(format!(
                    "{}: {} -> {}, {runs} task{s}. Undo one: conductor orchestrate rollback TASK",
                    escape(&target),
                    old.short(),
                    new.short()
                ));
            }
            Ok(Exit::Ok)
        }
        Landing::AlreadyThere => {
            if context.printer.is_json() {
                context.printer.json(&json!({ "landed": false, "already_there": true }));
            } else {
                context.printer.line("Your branch has everything already.");
            }
            Ok(Exit::Ok)
        }
        Landing::Held { why, command } => Err(held(&why, &command)),
        Landing::Conflict { target, paths } => {
            let message = format!("{target} and the session changed the same places: {}", list(&paths));
            Err(CliError::new(Exit::Conflict, "LAND_CONFLICT", message)
                .hint(format!("merge by hand: git merge conductor/s{id}; nothing was changed")))
        }
        Landing::GatesFail { summary } => {
            let message =
                format!("with what your branch got meanwhile, the gates fail:\n{}", summary.feedback);
            Err(CliError::new(Exit::Gate, "GATES_FAIL", escape_block(&message).into_owned())
                .hint("nothing was changed; mend it on either side and land again"))
        }
    }
}

fn list(paths: &[RepoPath]) -> String {
    let names: Vec<String> = paths.iter().take(10).map(|p| escape(&p.to_string()).into_owned()).collect();
    names.join(", ")
}

fn held(why: &Held, command: &str) -> CliError {
    let message = match why {
        Held::NoTarget => "the branch that the work is for is gone".to_owned(),
        Held::TargetMoved { .. } => "your branch keeps moving; try again".to_owned(),
        Held::Dirty { checkout, paths } => {
            format!("{} has changes that are not committed: {}", checkout.display(), list(paths))
        }
        Held::InProgress { checkout, operation } => {
            format!("{} is in the middle of {}", checkout.display(), operation.describe())
        }
        Held::InTheWay { checkout, paths } => format!(
            "{} has files of yours that are not tracked and that the work brings too: {}",
            checkout.display(),
            list(paths)
        ),
        Held::Torn { checkout, paths } => format!(
            "an interrupted landing left files in {} that are neither the old nor the new ones: {}",
            checkout.display(),
            list(paths)
        ),
        Held::Refused { checkout, message } => format!("git refused in {}: {message}", checkout.display()),
        Held::NeedsFilter { paths } => {
            format!("these files need a filter of yours, which only your own git runs: {}", list(paths))
        }
        Held::CheckedOutMeanwhile { checkout } => format!(
            "the branch was moved, but {} was switched to it in the same moment and now shows the work reversed",
            checkout.display()
        ),
    };
    CliError::new(Exit::Conflict, "LAND_HELD", message).hint(format!("nothing was changed; then: {command}"))
}
