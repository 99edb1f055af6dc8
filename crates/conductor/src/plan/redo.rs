//! `conductor plan redo`.

use cli_kit::{CliError, Exit};

use super::editing::Way;
use super::travel;
use crate::context::Context;

/// Do again what was taken back with `plan undo`
///
/// Works across commands and the review at the terminal, for the last 200 changes. A new change ends it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan redo\n  conductor plan redo 3")]
pub(crate) struct Args {
    /// How many changes
    #[arg(value_name = "N", default_value = "1")]
    count: usize,
    /// The plan's number; the newest draft when left out
    #[arg(long, value_name = "PLAN")]
    plan: Option<u64>,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    travel::run(context, args.plan, args.count, Way::Forward)
}
