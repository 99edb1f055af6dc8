//! `taskwerk dep`.

use clap::Subcommand;
use cli_kit::{CliError, Exit};
use taskwerk_model::Command;

use crate::change::{GuardArgs, Targets, apply};
use crate::context::Context;

/// Say which tasks wait for which
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk dep add 3 1,2       # 3 waits for 1 and 2\n  taskwerk dep remove 3 2"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Let tasks wait for others
    Add(Edges),
    /// Let tasks no longer wait for others
    Remove(Edges),
}

#[derive(clap::Args, Debug)]
struct Edges {
    #[command(flatten)]
    targets: Targets,
    /// What they wait for: ids, by comma
    #[arg(value_name = "ON")]
    on: String,
    #[command(flatten)]
    guard: GuardArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let (adds, edges) = match args.verb {
        Verb::Add(edges) => (true, edges),
        Verb::Remove(edges) => (false, edges),
    };
    let (tasks, on, guard) = (edges.targets.resolve(&project)?, project.ids(&edges.on)?, edges.guard.guard());
    let pairs = tasks.iter().flat_map(|task| on.iter().map(move |on| (task.clone(), on.clone())));
    let commands = pairs.map(|(task, on)| match adds {
        true => Command::AddDependency { task, on, guard },
        false => Command::RemoveDependency { task, on, guard },
    });
    apply(context, &project, commands.collect())
}
