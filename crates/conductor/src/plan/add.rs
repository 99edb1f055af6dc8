//! `conductor plan add`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::{Edit, NewItem, Place};

use super::changed::OnPlan;
use super::edit::{self, Minutes};
use super::items::find_items;
use super::move_item::PlaceArgs;
use crate::context::Context;

/// Add an item to a draft
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan add \"Write the manual\" --under 3 --estimate 2h\n  conductor plan add \"Back up notes\" --category operations --acceptance \"A backup can be read back\""
)]
pub(crate) struct Args {
    /// What is to be done, in a few words
    #[arg(value_name = "TITLE")]
    title: String,
    #[command(flatten)]
    place: PlaceArgs,
    /// More about it
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// How long it takes: 2h, 90m, 1h30m
    #[arg(long, value_name = "DURATION")]
    estimate: Option<Minutes>,
    /// low, medium, high or critical
    #[arg(long, value_name = "PRIORITY", default_value = "medium")]
    priority: conductor_plan::Priority,
    /// setup, data, feature, api, ui, operations, test or documentation
    #[arg(long, value_name = "CATEGORY", default_value = "feature", value_parser = edit::category)]
    category: conductor_plan::Category,
    /// How one sees that it is done; may be repeated
    #[arg(long, value_name = "CRITERION")]
    acceptance: Vec<String>,
    /// A word to find it by; may be repeated
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// A file that it is about; may be repeated
    #[arg(long, value_name = "FILE")]
    file: Vec<String>,
    /// What it is to wait for
    #[arg(long, value_name = "ITEM")]
    depends_on: Vec<String>,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let at = args.place.place(&editing.stored)?.unwrap_or(Place::Top);
    let after = find_items(&editing.stored, &args.depends_on)?;
    let item = NewItem {
        description: args.description,
        estimate: args.estimate.map(edit::around),
        priority: args.priority,
        category: args.category,
        tags: args.tag,
        acceptance: args.acceptance,
        files: args.file,
        ..NewItem::titled(args.title)
    };
    let add = Edit::Add { item: Box::new(item), at };
    let what = add.what(&editing.stored.plan);
    // The key of the new item is not known before it is added.
    let added = editing.try_out(std::slice::from_ref(&add), None)?.applied.added;
    let links = added
        .iter()
        .flat_map(|item| after.iter().map(|after| Edit::Link { item: item.clone(), after: after.clone() }));
    let edits: Vec<Edit> = std::iter::once(add.clone()).chain(links).collect();
    args.on.change(context, &mut editing, &edits, Some(&what))
}
