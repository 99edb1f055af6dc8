//! `conductor plan unlink`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::Edit;

use super::changed::OnPlan;
use super::items::{find_item, find_items};
use crate::context::Context;

/// Let an item no longer wait for others
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan unlink 2.2 2.1")]
pub(crate) struct Args {
    /// The item that waits: number, key, or a part of its title
    #[arg(value_name = "ITEM")]
    item: String,
    /// What it is to wait for no longer
    #[arg(value_name = "AFTER", required = true)]
    after: Vec<String>,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let item = find_item(&editing.stored, &args.item)?;
    let after = find_items(&editing.stored, &args.after)?;
    let edits: Vec<Edit> =
        after.into_iter().map(|after| Edit::Unlink { item: item.clone(), after }).collect();
    args.on.change(context, &mut editing, &edits, None)
}
