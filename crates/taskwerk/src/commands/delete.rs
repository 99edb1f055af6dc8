//! `taskwerk delete`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Children, Command};

use crate::change::{GuardArgs, Targets, apply};
use crate::context::Context;

/// Delete tasks; their ids are not given again and their history stays in the log
///
/// A task with tasks under it needs --cascade; one that others wait for needs --force.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk delete 4\n  taskwerk delete 3 --cascade --force")]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Delete the tasks under it too
    #[arg(long)]
    cascade: bool,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let (children, guard) =
        (if args.cascade { Children::Cascade } else { Children::Refuse }, args.guard.guard());
    let ids = args.targets.resolve(&project)?;
    let commands = ids.into_iter().map(|task| Command::Delete { task, children, guard }).collect();
    apply(context, &project, commands)
}
