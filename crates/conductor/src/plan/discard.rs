//! `conductor plan discard`.

use cli_kit::{CliError, Exit};
use conductor_host::journal::PlanStatus;

use super::report::PlanJson;
use super::stored::{Stored, Unnamed};
use crate::context::Context;

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
    let mut stored = Stored::find(&database, args.plan, Unnamed::Draft)?;
    let before = stored.row.status;
    if before != PlanStatus::Discarded {
        stored.save(&mut database, PlanStatus::Discarded)?;
    }
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&serde_json::json!({ "plan": PlanJson::of(&stored) }));
        return Ok(Exit::Ok);
    }
    let (id, tasks) = (stored.row.id, if stored.metadata.imported.is_some() { "; its tasks stay" } else { "" });
    printer.line(match before {
        PlanStatus::Discarded => format!("Plan {id} was discarded before"),
        PlanStatus::Draft | PlanStatus::Reviewing | PlanStatus::Imported => format!("Discarded plan {id}{tasks}"),
    });
    Ok(Exit::Ok)
}
