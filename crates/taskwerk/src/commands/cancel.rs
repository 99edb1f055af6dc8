//! `taskwerk cancel`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Reason, Verb};

use crate::change::{GuardArgs, Move, Targets, cascade, move_tasks};
use crate::context::Context;

/// Give tasks up
///
/// Tasks that wait for a cancelled one stay waiting; they are named.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk cancel 4 --reason \"no longer needed\"\n  taskwerk cancel 3 --cascade"
)]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<Reason>,
    /// Cancel the open tasks under it too
    #[arg(long)]
    cascade: bool,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let how = Move {
        verb: Verb::Cancel,
        reason: args.reason,
        children: cascade(args.cascade),
        guard: args.guard.guard(),
    };
    move_tasks(context, &args.targets, &how)
}
