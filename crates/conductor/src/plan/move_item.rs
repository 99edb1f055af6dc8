//! `conductor plan move`.

use cli_kit::{CliError, Exit};
use conductor_plan::edit::{Edit, Place};

use super::changed::OnPlan;
use super::items::find_item;
use super::stored::Stored;
use crate::context::Context;

/// Put an item, with all that it contains, elsewhere in the tree
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan move 2.3 --before 2.1\n  conductor plan move \"print\" --under 3\n  conductor plan move 2.3 --top"
)]
pub(crate) struct Args {
    /// The item: number, key, or a part of its title
    #[arg(value_name = "ITEM")]
    item: String,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    on: OnPlan,
}

/// Where an item is to stand.
#[derive(clap::Args, Debug)]
pub(super) struct PlaceArgs {
    /// The last in this group; an item that has no parts yet becomes one
    #[arg(long, value_name = "ITEM", group = "place")]
    under: Option<String>,
    /// Beside this item, before it
    #[arg(long, value_name = "ITEM", group = "place")]
    before: Option<String>,
    /// Beside this item, after it
    #[arg(long, value_name = "ITEM", group = "place")]
    after: Option<String>,
    /// After everything else, in no group
    #[arg(long, group = "place")]
    top: bool,
}

impl PlaceArgs {
    /// The place that was named; `None` when none was.
    pub(super) fn place(&self, stored: &Stored) -> Result<Option<Place>, CliError> {
        let find = |word: &Option<String>| word.as_deref().map(|word| find_item(stored, word)).transpose();
        Ok(match (find(&self.under)?, find(&self.before)?, find(&self.after)?, self.top) {
            (Some(key), ..) => Some(Place::Under(key)),
            (_, Some(key), ..) => Some(Place::Before(key)),
            (_, _, Some(key), _) => Some(Place::After(key)),
            (None, None, None, true) => Some(Place::Top),
            (None, None, None, false) => None,
        })
    }
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let item = find_item(&editing.stored, &args.item)?;
    let Some(to) = args.place.place(&editing.stored)? else {
        return Err(CliError::usage("a move needs a place").hint("use --under, --before, --after or --top"));
    };
    args.on.change(context, &mut editing, &[Edit::Move { item, to }], None)
}
