//! `conductor plan discard`.

use cli_kit::{CliError, Exit};
use conductor_host::journal::PlanStatus;

use super::report::PlanJson;
use super::stored::{Metadata, Unnamed, find_row};
use crate::context::Context;
use crate::failure::from_journal;

/// Put a plan away; tasks that it brought stay
///
/// It is still there for `plan list --all`. The same document can then be planned anew.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan discard\n  conductor plan discard 2")]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let mut database = context.open()?.database()?;
    // Not the plan itself, so that one that cannot be read can be put away too.
    let mut row = find_row(&database, args.plan, Unnamed::Draft)?;
    let metadata = Metadata::of_row(&row).unwrap_or_default();
    let before = std::mem::replace(&mut row.status, PlanStatus::Discarded);
    if before != PlanStatus::Discarded {
        database.update_plan(row.id, row.status, &row.metadata, &row.body).map_err(from_journal)?;
    }
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&serde_json::json!({ "plan": PlanJson::new(&row, &metadata) }));
        return Ok(Exit::Ok);
    }
    printer.line(match before {
        PlanStatus::Discarded => format!("Plan {} was discarded before", row.id),
        PlanStatus::Imported => format!("Discarded plan {}; its tasks stay", row.id),
        PlanStatus::Draft | PlanStatus::Reviewing => format!("Discarded plan {}", row.id),
    });
    Ok(Exit::Ok)
}
