//! `conductor plan remove`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::Edit;

use super::changed::OnPlan;
use super::items::find_items;
use crate::context::Context;

/// Take items out of a draft, with all that they contain
///
/// What waited for one of them no longer does. To keep an item visible as unwanted, use `plan reject`.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan remove 2.1 --dry-run\n  conductor plan remove \"dark mode\""
)]
pub(crate) struct Args {
    /// The items: numbers, keys, or parts of titles
    #[arg(value_name = "ITEM", required = true)]
    items: Vec<String>,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let items = find_items(&editing.stored, &args.items)?;
    let plan = &editing.stored.plan;
    // One that lies within another goes with it.
    let inner = |key: &&conductor_plan::ItemKey| {
        let mut parent = plan.get(key).and_then(|item| item.parent.as_ref());
        let mut steps = plan.items.len();
        while let Some(outer) = parent.filter(|_| steps > 0) {
            if items.contains(outer) {
                return true;
            }
            steps -= 1;
            parent = plan.get(outer).and_then(|item| item.parent.as_ref());
        }
        false
    };
    let outer = items.iter().filter(|key| !inner(key));
    let edits: Vec<Edit> = outer.map(|key| Edit::Remove { item: key.clone() }).collect();
    args.on.change(context, &mut editing, &edits, None)
}
