//! `taskwerk complete`.

use cli_kit::{CliError, Exit};
use taskwerk_model::{Command, Edit, Guard, Minutes, Patch, Verb};

use crate::change::{GuardArgs, Move, Targets, apply, cascade};
use crate::context::Context;

/// Say that tasks are done
///
/// A container closes when everything under it is closed; --cascade completes what is left there. A task that is
/// done already stays as it is.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk complete 1\n  taskwerk done 1,2 --actual 90m\n  taskwerk complete 3 --cascade"
)]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    /// Complete the open tasks under it too
    #[arg(long)]
    cascade: bool,
    /// How long it took: 2 (hours), 90m, 1h30m
    #[arg(long, value_name = "TIME")]
    actual: Option<Minutes>,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let guard = args.guard.guard();
    let how = Move { verb: Verb::Complete, reason: None, children: cascade(args.cascade), guard };
    let mut commands = Vec::new();
    for task in args.targets.resolve(&project)? {
        commands.push(how.command(task.clone()));
        if let Some(actual) = args.actual {
            let patch = Box::new(Patch { actual: Edit::Set(actual), ..Patch::default() });
            // The version was checked by the move, which may have raised it.
            commands.push(Command::Update { task, patch, guard: Guard { version: None, ..guard } });
        }
    }
    apply(context, &project, commands)
}
