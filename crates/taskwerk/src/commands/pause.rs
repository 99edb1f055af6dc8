//! `taskwerk pause`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Children, Verb};

use crate::change::{GuardArgs, Move, Targets, move_tasks};
use crate::context::Context;

/// Lay tasks aside that are in progress
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk pause 1\n  taskwerk pause in-progress")]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let how = Move { verb: Verb::Pause, reason: None, children: Children::Refuse, guard: args.guard.guard() };
    move_tasks(context, &args.targets, &how)
}
