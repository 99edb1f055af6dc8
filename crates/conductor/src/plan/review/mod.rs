//! `conductor plan review`: the plan at a terminal, in an editor, or printed.
//!
//! At a terminal it is a model, an update and a view: [`state`] is what is known and shown, [`update`] what a key does to
//! it, [`view`] what it looks like; none of them touches a terminal or a database. [`drive`] reads keys, draws, and
//! carries out what an update asks for, each change at once. [`screen`] has the terminal, and gives it back whatever
//! happens; it is shared with the other pages, in `crate::terminal`.

mod command;
mod drive;
mod errand;
mod form;
mod parts;
mod pick;
mod state;
#[cfg(test)]
mod tests;
mod texts;
mod update;
mod view;

use cli_kit::{CliError, Exit};

use super::buffer;
use super::editing::Editing;
use super::engine::EngineArgs;
use super::report;
use super::show::print_tree;
use super::stored::{Stored, Unnamed, is_draft};
use crate::context::Context;
use crate::terminal::{input, key, screen};

/// Look through a draft before it is imported: accept, reject and change its items, beside the text that they come from
///
/// On a terminal it is a screen with keys (`?` shows them); every change is stored at once. Without a terminal, and for a
/// plan that was imported, the plan is printed. `--edit` opens it as text in `$VISUAL` or `$EDITOR`. Parts of an item come
/// from the text; where --engine or --model names a model or an agent, or one made the plan, `s` asks that.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan review\n  conductor plan review 2\n  conductor plan review --edit\n  conductor plan review --engine claude\n  conductor plan review --print"
)]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
    /// Open it as text in $VISUAL or $EDITOR
    #[arg(long)]
    edit: bool,
    /// Print it, on a terminal too
    #[arg(long, conflicts_with = "edit")]
    print: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

pub(crate) fn run(args: &Args, context: &mut Context) -> Result<Exit, CliError> {
    if args.edit {
        let mut editing = Editing::open(context, args.plan)?;
        return buffer::edit(context, &mut editing, None, false);
    }
    if args.engine.estimate_cost {
        return Err(CliError::usage("a review asks for the parts of one item at a time, and has no cost of its own")
            .hint("`conductor plan split ITEM --estimate-cost` with the same --engine or --model says what one costs"));
    }
    look(context, args.plan, args.print, &args.engine)
}

/// Opens the review of a plan, as `plan review` does.
pub(in crate::plan) fn open(context: &mut Context, plan: u64) -> Result<Exit, CliError> {
    look(context, Some(plan), false, &EngineArgs::default())
}

fn look(
    context: &mut Context,
    plan: Option<u64>,
    print: bool,
    engine: &EngineArgs,
) -> Result<Exit, CliError> {
    let project = context.open()?;
    let (database, checks) = (project.database()?, project.lint_options());
    let stored = Stored::find(&database, plan, Unnamed::DraftOrImported, &checks)?;
    let usable = context.env.get("TERM").is_none_or(|name| name != "dumb");
    if context.can_ask && usable && !print && is_draft(stored.row.status) {
        return drive::run(context, Editing { database, stored, checks }, engine);
    }
    let printer = &mut context.printer;
    if printer.is_json() {
        report::print_whole(printer, &stored, 2);
        return Ok(Exit::Ok);
    }
    print_tree(printer, &stored);
    report::note_next(printer, &stored);
    Ok(Exit::Ok)
}
