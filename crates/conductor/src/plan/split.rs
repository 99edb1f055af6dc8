//! `conductor plan split`.

use cli_kit::{CliError, Exit};
use conductor_plan::ItemKey;
use conductor_plan::edit::{Edit, Part, parts_named};

use super::asking::{self, Asking};
use super::changed::{OnPlan, tell};
use super::editing::Editing;
use super::engine::EngineArgs;
use super::items::find_item;
use crate::context::Context;

/// Split an item into parts, which it then holds together
///
/// It keeps its key and what waits for it. The parts are those that you name, or those that an engine finds: `outline`
/// takes what the cited text lists, shares the time equally and gives each criterion to the part that it speaks of; a model
/// or an agent is asked as for a whole plan, down to planning.max_depth.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan split 2.1 --into \"Build the index\" \"Ask the index\"\n  conductor plan split 2.1 --engine outline --dry-run\n  conductor plan split 2.1 --model anthropic/claude-sonnet-4-5 --estimate-cost"
)]
pub(crate) struct Args {
    /// The item: number, key, or a part of its title
    #[arg(value_name = "ITEM")]
    item: String,
    /// The parts, each in a few words
    #[arg(
        long,
        value_name = "TITLE",
        num_args = 1..,
        required_unless_present_any = ["engine", "model"],
        conflicts_with_all = ["engine", "model", "estimate_cost", "max_cost", "parallel", "replay", "fresh"]
    )]
    into: Vec<String>,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    on: OnPlan,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let item = find_item(&editing.stored, &args.item)?;
    if !args.into.is_empty() {
        let parts = args.into.into_iter().map(|title| Part { title, ..Part::default() }).collect();
        return args.on.change(context, &mut editing, &[Edit::Split { item, parts }], None);
    }
    match Asking::of(&args.engine, context, &context.config()?)? {
        None => {
            let parts = listed(&editing, &item)?;
            args.on.change(context, &mut editing, &[Edit::Split { item, parts }], None)
        }
        Some(asking) => asked(&args, &asking, &mut editing, &item, context),
    }
}

/// The parts of an item that the text which it cites lists, else its acceptance criteria; at least two.
pub(super) fn listed(editing: &Editing, key: &ItemKey) -> Result<Vec<Part>, CliError> {
    let Some(item) = editing.stored.plan.get(key) else { return Ok(Vec::new()) };
    let texts = editing.texts()?;
    let parts = parts_named(item, &editing.stored.plan.documents, |name| texts.get(name).map(String::as_str));
    if parts.len() < 2 {
        let message = format!("the document names no parts of \"{}\"", item.title);
        return Err(CliError::new(Exit::Refused, "NO_PARTS", message)
            .hint("name them yourself, with --into, or ask a model or an agent, with --engine"));
    }
    Ok(parts)
}

/// The parts that a model or an agent finds.
fn asked(
    args: &Args,
    asking: &Asking,
    editing: &mut Editing,
    key: &ItemKey,
    context: &mut Context,
) -> Result<Exit, CliError> {
    let options = asking::options(&context.config()?.planning);
    let documents = editing.documents()?;
    let before = editing.stored.plan.clone();
    let growth = asking::split(&documents, before.clone(), key, options)?;
    if args.engine.estimate_cost {
        return asking.estimate(&growth, context);
    }
    let work = editing.stored.row.digest.clone();
    let planned = asking.run(growth, &work, &mut editing.database, context)?;
    let done = if args.on.dry_run {
        editing.try_graft(&before, &planned.plan, key)?
    } else {
        editing.graft(&before, &planned.plan, key, planned.spent)?
    };
    tell(context, editing, &before, &done, args.on.dry_run);
    Ok(Exit::Ok)
}
