//! `conductor plan create`.

use cli_kit::{CliError, Exit, Printer};
use conductor_host::journal::PlanStatus;

use super::draft::{DraftArgs, Drafted};
use super::import;
use super::report::{self, PlanJson, count};
use super::review;
use super::show::print_beginning;
use super::stored::Stored;
use crate::ask::{Choice, ask};
use crate::context::Context;

/// Turn documents into tasks: plan, look, import
///
/// On a terminal it shows the plan and asks; without one it leaves the draft, unless --auto-import is given. In a
/// repository without tasks it makes `.taskwerk/` first.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan create docs/prd.md\n  conductor plan create docs/ notes.txt --auto-import\n  conductor plan create docs/prd.md --model anthropic/claude-sonnet-4-5 --max-cost 2.00\n  conductor plan create - --auto-import --json < prd.md"
)]
pub(crate) struct Args {
    #[command(flatten)]
    draft: DraftArgs,
    /// Import without asking
    #[arg(long)]
    auto_import: bool,
}

/// What the person at the terminal wants.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Import,
    Review,
    Leave,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    if args.draft.estimates() {
        return args.draft.estimate(context);
    }
    let (project, mut database, mut drafted) = args.draft.draft(context)?;
    let (stored, json) = (&mut drafted.stored, context.printer.is_json());
    if stored.row.status == PlanStatus::Imported {
        if !json {
            import::print_already(&mut context.printer, stored);
        }
        return Ok(finish(context, &drafted, false));
    }
    if !json {
        print_start(&mut context.printer, stored, args.auto_import);
    }
    if stored.metadata.errors > 0 {
        return Err(report::has_errors(stored));
    }
    let wish = match (args.auto_import, context.can_ask) {
        (true, _) => Wish::Import,
        (false, true) => wish(context, stored),
        (false, false) => Wish::Leave,
    };
    match wish {
        Wish::Import => {}
        Wish::Review => return review::open(context, drafted.stored.row.id),
        Wish::Leave => {
            if !json {
                context.printer.note(format!("Plan {} is a draft; nothing was imported", stored.row.id));
                report::note_next(&mut context.printer, stored);
            }
            return Ok(finish(context, &drafted, false));
        }
    }
    import::import(context, &project, &mut database, stored)?;
    if !json {
        import::print(&mut context.printer, stored);
    }
    Ok(finish(context, &drafted, true))
}

/// What is about to become tasks. Where nobody is asked, the tasks themselves follow at once, and the counts will do.
fn print_start(printer: &mut Printer, stored: &Stored, at_once: bool) {
    if at_once && stored.metadata.errors == 0 {
        let summary = report::summary(printer, stored);
        printer.line(summary);
    } else {
        print_beginning(printer, stored);
    }
}

fn wish(context: &mut Context, stored: &Stored) -> Wish {
    let choices = [
        Choice { key: 'y', word: "yes", means: Wish::Import },
        Choice { key: 'r', word: "review", means: Wish::Review },
        Choice { key: 'n', word: "no", means: Wish::Leave },
    ];
    let question = format!("Import {}?", count(stored.metadata.tasks, "task"));
    ask(&mut context.printer, &question, &choices).unwrap_or(Wish::Leave)
}

/// Prints the one document for programs. `imported_now` tells a plan that was imported by this command from one that was imported before.
fn finish(context: &mut Context, drafted: &Drafted, imported_now: bool) -> Exit {
    let stored = &drafted.stored;
    if !context.printer.is_json() {
        return Exit::Ok;
    }
    let document = serde_json::json!({
        "plan": PlanJson::of(stored),
        "known": drafted.known,
        "imported_now": imported_now,
        "findings": stored.findings,
        "next": report::next(stored),
    });
    context.printer.json(&document);
    Exit::Ok
}
