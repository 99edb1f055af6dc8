//! `conductor plan reject`.

use cli_kit::{CliError, Exit};
use conductor_plan::Verdict;
use conductor_plan::edit::Edit;

use super::changed::OnPlan;
use super::items::find_items;
use crate::context::Context;

/// Say of items that they are not to be done, and neither is what they contain
///
/// A rejected item stays in the plan and is left out by the import.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan reject 2.1\n  conductor plan reject \"dark mode\" 3\n  conductor plan reject 2.1 --clear"
)]
pub(crate) struct Args {
    /// The items: numbers, keys, or parts of titles
    #[arg(value_name = "ITEM", required = true)]
    items: Vec<String>,
    /// Take back what was said of them
    #[arg(long)]
    clear: bool,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let items = find_items(&editing.stored, &args.items)?;
    let verdict = (!args.clear).then_some(Verdict::Rejected);
    args.on.change(context, &mut editing, &[Edit::Judge { items, verdict }], None)
}
