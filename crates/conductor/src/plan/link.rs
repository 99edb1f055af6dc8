//! `conductor plan link`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::Edit;

use super::changed::OnPlan;
use super::items::{find_item, find_items};
use crate::context::Context;

/// Let an item wait for others
///
/// Refused where items would wait for each other in a circle; a group waits for all that it contains.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan link 2.2 --after 2.1\n  conductor plan link \"print\" --after 1,2.1"
)]
pub(crate) struct Args {
    /// The item that is to wait: number, key, or a part of its title
    #[arg(value_name = "ITEM")]
    item: String,
    /// What it is to wait for
    #[arg(long, value_name = "ITEM", required = true, num_args = 1..)]
    after: Vec<String>,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let item = find_item(&editing.stored, &args.item)?;
    let after = find_items(&editing.stored, &args.after)?;
    let edits: Vec<Edit> = after.into_iter().map(|after| Edit::Link { item: item.clone(), after }).collect();
    args.on.change(context, &mut editing, &edits, None)
}
