//! `taskwerk start`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Children, Verb};

use crate::change::{GuardArgs, Move, Targets, move_tasks};
use crate::context::Context;

/// Begin tasks, or go on with them
///
/// A task that waits for others is refused, and they are named; --force starts it all the same.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk start 1\n  taskwerk start 3,4 --force")]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let how = Move { verb: Verb::Start, reason: None, children: Children::Refuse, guard: args.guard.guard() };
    move_tasks(context, &args.targets, &how)
}
