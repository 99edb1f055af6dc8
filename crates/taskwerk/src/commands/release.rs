//! `taskwerk release`.

use cli_kit::{CliError, Exit};
use taskwerk_model::Command;

use crate::change::{GuardArgs, Targets, apply};
use crate::context::Context;

/// End the claim on tasks: with its token, or by force
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk release 1 --token 7\n  taskwerk release 1 --force")]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let guard = args.guard.guard();
    let ids = args.targets.resolve(&project)?;
    let commands = ids.into_iter().map(|task| Command::Release { task, guard }).collect();
    apply(context, &project, commands)
}
