//! `taskwerk block`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Children, Reason, Verb};

use crate::change::{GuardArgs, Move, Targets, move_tasks};
use crate::context::Context;

/// Say that tasks cannot go on, and why
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk block 1 \"waiting for the API key\"\n  taskwerk block 1,2 --reason \"no network\""
)]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Why
    #[arg(value_name = "REASON", conflicts_with = "reason")]
    why: Option<Reason>,
    /// Why (the same as a flag)
    #[arg(long, value_name = "TEXT")]
    reason: Option<Reason>,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let how = Move {
        verb: Verb::Block,
        reason: args.reason.or(args.why),
        children: Children::Refuse,
        guard: args.guard.guard(),
    };
    move_tasks(context, &args.targets, &how)
}
