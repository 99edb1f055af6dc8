//! `conductor plan create`.

use cli_kit::{CliError, Exit};
use conductor_host::journal::{Database, PlanStatus};

use super::draft::{DraftArgs, Drafted};
use super::report::{self, PlanJson};
use super::show::{print_beginning, print_tree};
use super::{import, report::count};
use crate::ask::{Choice, ask};
use crate::context::{Context, Project};

/// Turn documents into tasks: plan, look, import
///
/// On a terminal it shows the plan and asks; without one it leaves the draft, unless --auto-import is given. In a
/// repository without tasks it makes `.taskwerk/` first.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan create docs/prd.md\n  conductor plan create docs/ notes.txt --auto-import\n  conductor plan create - --auto-import --json < prd.md"
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
    let (project, mut database) = DraftArgs::open(context)?;
    let mut drafted = args.draft.draft(context, &project, &mut database)?;
    if !context.printer.is_json() {
        print_beginning(&mut context.printer, &drafted.stored);
    }
    if drafted.stored.row.status == PlanStatus::Imported {
        return Ok(already(context, &drafted));
    }
    if drafted.stored.metadata.errors > 0 {
        return Err(report::has_errors(&drafted.stored));
    }
    if args.auto_import || (context.can_ask && wants_import(context, &drafted)) {
        return import_now(context, &project, &mut database, &mut drafted);
    }
    leave(context, &drafted);
    Ok(Exit::Ok)
}

fn import_now(
    context: &mut Context,
    project: &Project,
    database: &mut Database,
    drafted: &mut Drafted,
) -> Result<Exit, CliError> {
    let imported = import::import(context, project, database, &mut drafted.stored)?;
    if context.printer.is_json() {
        print_json(context, drafted, true);
    } else {
        import::print(&mut context.printer, &drafted.stored, &imported);
    }
    Ok(Exit::Ok)
}

fn wants_import(context: &mut Context, drafted: &Drafted) -> bool {
    let choices = [
        Choice { key: 'y', word: "yes", means: Wish::Import },
        Choice { key: 'r', word: "review", means: Wish::Review },
        Choice { key: 'n', word: "no", means: Wish::Leave },
    ];
    let question = format!("Import {}?", count(drafted.stored.metadata.tasks, "task"));
    loop {
        match ask(&mut context.printer, &question, &choices) {
            Some(Wish::Import) => return true,
            Some(Wish::Review) => print_tree(&mut context.printer, &drafted.stored),
            Some(Wish::Leave) | None => return false,
        }
    }
}

fn already(context: &mut Context, drafted: &Drafted) -> Exit {
    if context.printer.is_json() {
        print_json(context, drafted, false);
    } else {
        import::print_already(&mut context.printer, &drafted.stored);
    }
    Exit::Ok
}

fn leave(context: &mut Context, drafted: &Drafted) {
    if context.printer.is_json() {
        print_json(context, drafted, false);
        return;
    }
    context.printer.note(format!("Plan {} is a draft; nothing was imported", drafted.stored.row.id));
    report::note_next(&mut context.printer, &drafted.stored);
}

/// `imported_now` tells a plan that was imported by this command from one that was imported before.
fn print_json(context: &mut Context, drafted: &Drafted, imported_now: bool) {
    let stored = &drafted.stored;
    let document = serde_json::json!({
        "plan": PlanJson::of(stored),
        "known": drafted.known,
        "imported_now": imported_now,
        "findings": stored.findings,
        "next": report::next(stored),
    });
    context.printer.json(&document);
}
