//! `conductor orchestrate`: have agents carry tasks out. One verb, one file.

use clap::Subcommand;
use cli_kit::{CliError, Exit};

use crate::context::Context;

/// Have agents carry out tasks, check their work, and merge what passed
#[derive(clap::Args, Debug)]
#[command(after_help = "Example:\n  conductor orchestrate run --max-tasks 2")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Subcommand, Debug)]
enum Verb {}

pub(crate) fn run(args: Args, _: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        // Without a verb it is `run`.
        None => Err(CliError::new(Exit::Refused, "NOT_AVAILABLE", "this version cannot orchestrate yet")
            .hint("see CHANGELOG.md for what it can do")),
        Some(verb) => match verb {},
    }
}
