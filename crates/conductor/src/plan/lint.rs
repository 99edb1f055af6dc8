//! `conductor plan lint`.

use cli_kit::{CliError, Exit};

use super::report;
use super::stored::{Stored, Unnamed};
use crate::context::Context;

/// Check a plan: circles, unknown references, what no task covers, tasks that are too large
///
/// Errors forbid the import and make the command end with 1; warnings do not.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan lint\n  conductor plan lint 2 --json")]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let database = context.open()?.database()?;
    let stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        let counts = &stored.metadata;
        printer.json(&serde_json::json!({
            "plan": stored.row.id,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "findings": stored.findings,
        }));
    } else {
        report::findings(printer, &stored.findings);
        let weights = report::weights(printer, &stored);
        printer.line(format!("{}: {weights}", report::heading(&stored)));
    }
    Ok(if stored.errors().next().is_some() { Exit::Refused } else { Exit::Ok })
}
