//! `conductor plan merge`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::Edit;

use super::changed::OnPlan;
use super::items::find_item;
use crate::context::Context;

/// Make one item of two
///
/// The first keeps its title and key. What is said of the second goes to it, and what waited for the second waits for it.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan merge 2.1 3.2 --dry-run\n  conductor plan merge 2.1 3.2")]
pub(crate) struct Args {
    /// The item that stays: number, key, or a part of its title
    #[arg(value_name = "KEEP")]
    keep: String,
    /// The item that goes into it
    #[arg(value_name = "GONE")]
    gone: String,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let keep = find_item(&editing.stored, &args.keep)?;
    let gone = find_item(&editing.stored, &args.gone)?;
    args.on.change(context, &mut editing, &[Edit::Merge { keep, gone }], None)
}
