//! `taskwerk note`.

use cli_kit::{CliError, Exit};
use taskwerk_model::Command;

use crate::change::{Targets, apply};
use crate::context::{Context, text_or_stdin};

/// Write a note on tasks
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk note 1 \"asked the vendor\"\n  git log -1 | taskwerk note 1 -")]
pub(crate) struct Args {
    #[command(flatten)]
    targets: Targets,
    /// What it says; - reads it from standard input
    #[arg(value_name = "TEXT")]
    text: String,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let text = text_or_stdin(args.text)?;
    let ids = args.targets.resolve(&project)?;
    let commands = ids.into_iter().map(|task| Command::Note { task, text: text.clone() }).collect();
    apply(context, &project, commands)
}
