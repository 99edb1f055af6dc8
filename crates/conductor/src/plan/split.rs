//! `conductor plan split`.

use cli_kit::{CliError, Exit};
use conductor_plan::ItemKey;
use conductor_plan::edit::{Edit, Part, parts_named};

use super::changed::OnPlan;
use super::editing::Editing;
use super::items::find_item;
use crate::context::Context;

/// Split an item into parts, which it then holds together
///
/// It keeps its key and what waits for it. The parts are those that you name, or those that the engine finds: `outline`
/// takes what the cited text lists. Time is shared equally, and criteria go to the part that they speak of.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan split 2.1 --into \"Build the index\" \"Ask the index\"\n  conductor plan split 2.1 --engine outline --dry-run"
)]
pub(crate) struct Args {
    /// The item: number, key, or a part of its title
    #[arg(value_name = "ITEM")]
    item: String,
    /// The parts, each in a few words
    #[arg(long, value_name = "TITLE", num_args = 1.., required_unless_present = "engine")]
    into: Vec<String>,
    /// Have an engine find the parts
    #[arg(long, value_name = "ENGINE", conflicts_with = "into")]
    engine: Option<SplitEngine>,
    #[command(flatten)]
    on: OnPlan,
}

/// What can find the parts of an item.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SplitEngine {
    /// What the cited text lists, else the acceptance criteria
    Outline,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut editing = args.on.open(context)?;
    let item = find_item(&editing.stored, &args.item)?;
    let parts = match args.engine {
        Some(engine) => parts_by(engine, &editing, &item)?,
        None => args.into.into_iter().map(|title| Part { title, ..Part::default() }).collect(),
    };
    args.on.change(context, &mut editing, &[Edit::Split { item, parts }], None)
}

/// The parts of an item that an engine finds; at least two.
pub(super) fn parts_by(engine: SplitEngine, editing: &Editing, key: &ItemKey) -> Result<Vec<Part>, CliError> {
    let Some(item) = editing.stored.plan.get(key) else { return Ok(Vec::new()) };
    let parts = match engine {
        SplitEngine::Outline => {
            let texts = editing.texts()?;
            parts_named(item, |name| texts.get(name).map(String::as_str))
        }
    };
    if parts.len() < 2 {
        let message = format!("the document names no parts of \"{}\"", item.title);
        return Err(CliError::new(Exit::Refused, "NO_PARTS", message).hint("name them yourself, with --into"));
    }
    Ok(parts)
}
