//! `conductor plan decompose`.

use cli_kit::{CliError, Exit};

use super::draft::{DraftArgs, Drafted};
use super::report::{self, PlanJson};
use super::show::print_beginning;
use crate::context::Context;

/// Make a draft of a plan from documents; nothing is imported
///
/// Documents are Markdown, plain text, HTML or PDF; what they include (`{{#include features.md}}` and its like) is read
/// with them. The same documents again give the draft that is there already.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan decompose docs/prd.md\n  conductor plan decompose docs/ --max-depth 2\n  conductor plan decompose docs/prd.md --engine llm --estimate-cost\n  pbpaste | conductor plan decompose -"
)]
pub(crate) struct Args {
    #[command(flatten)]
    draft: DraftArgs,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    if args.draft.estimates() {
        return args.draft.estimate(context);
    }
    let (_, _, drafted) = args.draft.draft(context)?;
    print(context, &drafted);
    Ok(Exit::Ok)
}

fn print(context: &mut Context, drafted: &Drafted) {
    let (printer, stored) = (&mut context.printer, &drafted.stored);
    if printer.is_json() {
        let (plan, next) = (PlanJson::of(stored), report::next(stored));
        printer.json(&serde_json::json!({
            "plan": plan, "known": drafted.known, "findings": stored.findings, "next": next,
        }));
        return;
    }
    print_beginning(printer, stored);
    report::findings(printer, stored.errors());
    if drafted.known {
        printer.note(format!("These documents were planned before: {}", report::heading(stored)));
    }
    report::note_next(printer, stored);
}
