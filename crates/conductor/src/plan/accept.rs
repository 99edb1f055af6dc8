//! `conductor plan accept`.

use std::collections::BTreeSet;

use cli_kit::{CliError, Exit};
use conductor_plan::edit::Edit;
use conductor_plan::{ItemKey, Plan, Verdict};

use super::changed::OnPlan;
use super::items::find_items;
use crate::context::Context;

/// Say of items that they are to be done, with all that they contain but for what was rejected
///
/// An item within a rejected group is taken out of it: the others in there are rejected instead, one by one. Items are
/// named by number, key, or a part of the title that no other has; several with commas or blanks between them.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan accept 2.1\n  conductor plan accept 1 2.1,2.3\n  conductor plan accept --all\n  conductor plan accept \"search notes\" --clear"
)]
pub(crate) struct Args {
    /// The items
    #[arg(value_name = "ITEM", required_unless_present = "all")]
    items: Vec<String>,
    /// Every item that nothing was said of yet
    #[arg(long, conflicts_with_all = ["items", "clear"])]
    all: bool,
    /// Take back what was said of them
    #[arg(long)]
    clear: bool,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let plan = &editing.stored.plan;
    let undecided = |plan: &Plan| -> Vec<ItemKey> {
        let keys = plan.items.iter().map(|item| item.key.clone());
        keys.filter(|key| !plan.verdicts.contains_key(key)).collect()
    };
    let named = if args.all { undecided(plan) } else { find_items(&editing.stored, &args.items)? };
    let edit = if args.clear { Edit::Judge { items: named, verdict: None } } else { accepting(plan, &named) };
    args.on.change(context, &mut editing, &[edit], None)
}

/// Accepts items and what they contain, but for what was rejected in there.
pub(super) fn accepting(plan: &Plan, named: &[ItemKey]) -> Edit {
    let named: BTreeSet<&ItemKey> = named.iter().collect();
    let mut items: Vec<ItemKey> = Vec::new();
    let mut within: Option<usize> = None;
    let mut rejected: Option<usize> = None;
    for row in plan.tree() {
        within = within.filter(|&depth| row.depth > depth);
        rejected = rejected.filter(|&depth| row.depth > depth);
        let key = &row.item.key;
        if named.contains(key) {
            within = within.or(Some(row.depth));
            rejected = None;
        } else if within.is_some() && plan.verdicts.get(key) == Some(&Verdict::Rejected) {
            rejected = rejected.or(Some(row.depth));
        }
        if within.is_some() && rejected.is_none() {
            items.push(key.clone());
        }
    }
    Edit::Judge { items, verdict: Some(Verdict::Accepted) }
}
