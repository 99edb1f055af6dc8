//! `taskwerk reopen`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Children, Reason, Verb};

use crate::change::{GuardArgs, Move, Targets, move_tasks};
use crate::context::Context;

/// Open closed tasks again
///
/// A task that was done needs a reason. Closed containers above it are opened too.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk reopen 1 --reason \"the fix does not hold\"")]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Why; needed for a task that was done
    #[arg(long, value_name = "TEXT")]
    reason: Option<Reason>,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let how = Move {
        verb: Verb::Reopen,
        reason: args.reason,
        children: Children::Refuse,
        guard: args.guard.guard(),
    };
    move_tasks(context, &args.targets, &how)
}
