//! `conductor plan review`.

use cli_kit::{CliError, Exit};

use super::report;
use super::show::print_tree;
use super::stored::{Stored, Unnamed};
use crate::context::Context;

/// Look through a draft before it is imported: every item, and what is doubtful about it
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan review\n  conductor plan review 2")]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let database = project.database()?;
    let stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported, &project.lint_options())?;
    let printer = &mut context.printer;
    if printer.is_json() {
        report::print_whole(printer, &stored, 2);
        return Ok(Exit::Ok);
    }
    print_tree(printer, &stored);
    report::note_next(printer, &stored);
    Ok(Exit::Ok)
}
