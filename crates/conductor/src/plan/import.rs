//! `conductor plan import`.

use std::collections::BTreeMap;

use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_host::journal::{Database, PlanStatus};
use conductor_plan::{ReviewError, Verdicts, review_with};
use taskwerk_client::model::{Known, TaskId};
use taskwerk_client::{ImportOptions, TasksError};

use super::report::{self, PlanJson, count};
use super::show::print_rows;
use super::stored::{Imported, Stored, Unnamed};
use super::update::ids;
use crate::ask::{Choice, ask};
use crate::context::{Context, Project};
use crate::failure::from_client;

/// Make the items of a draft tasks, all or none
///
/// Items that were rejected are left out; those that nothing was said of count as accepted by you. On a terminal it asks first; without one it needs --confirm. A plan that was imported before is left as it is, and
/// so is the task of an item that an earlier plan of the same document brought; it stays where it is, too.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor plan import\n  conductor plan import 3 --confirm --session sprint-1"
)]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
    /// Import without asking
    #[arg(long)]
    confirm: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let mut database = project.database()?;
    let mut stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported, &project.lint_options())?;
    if stored.row.status == PlanStatus::Imported {
        if context.printer.is_json() {
            print_json(&mut context.printer, &stored, true);
        } else {
            print_already(&mut context.printer, &stored);
        }
        return Ok(Exit::Ok);
    }
    check(&stored)?;
    if !args.confirm && !is_confirmed(context, &stored)? {
        context.printer.note("Nothing was imported; the draft stays");
        return Ok(Exit::Ok);
    }
    import(context, &project, &mut database, &mut stored)?;
    if context.printer.is_json() {
        print_json(&mut context.printer, &stored, false);
    } else {
        print(&mut context.printer, &stored);
    }
    Ok(Exit::Ok)
}

/// Makes the items tasks in one change and notes on the plan which they became. A program that dies between the two
/// imports again, finds every task by its key, and makes none twice.
pub(super) fn import(
    context: &Context,
    project: &Project,
    database: &mut Database,
    stored: &mut Stored,
) -> Result<(), CliError> {
    let by = context.actor()?.to_string();
    let verdicts = Verdicts::all_accepted(by.as_str()).with_those_of(&stored.plan);
    let reviewed = review_with(stored.plan.clone(), &verdicts, &project.lint_options())
        .map_err(|error| not_reviewed(stored, &error))?;
    let rejected = reviewed.dropped().len();
    let options = ImportOptions { known: Known::Skip, prefix: None, dry_run: false };
    let known = ids(&project.tasks, reviewed.plan())?;
    let known: BTreeMap<String, TaskId> =
        known.into_iter().filter_map(|(key, id)| Some((key, id.parse().ok()?))).collect();
    let placed = reviewed.import_rows_beside(&known);
    let stayed: Vec<String> = placed.stay.into_iter().map(|(_, task)| task.to_string()).collect();
    let report =
        project.tasks.import(placed.rows, &options).map_err(|error| refused(stored, &stayed, error))?;
    let ids: BTreeMap<String, String> =
        report.ids.iter().map(|(key, id)| (key.clone(), id.to_string())).collect();
    let at = format!("{:.6}", cli_kit::time::now());
    let (created, skipped) = (report.created, report.skipped);
    stored.metadata.imported = Some(Imported { at, by, created, skipped, rejected, stayed, ids });
    if stored.save(database, PlanStatus::Imported)? {
        return Ok(());
    }
    let id = stored.row.id;
    let message =
        format!("somebody else changed plan {id} while it was imported; the tasks are those of before");
    Err(CliError::new(Exit::Conflict, "PLAN_CHANGED", message)
        .hint(format!("`conductor plan import {id}` again makes what was added, and nothing twice")))
}

/// Says what the import made.
pub(super) fn print(printer: &mut Printer, stored: &Stored) {
    let Some(imported) = &stored.metadata.imported else { return };
    let made = match (imported.created, imported.skipped) {
        (created, 0) if imported.rejected > 0 => format!("{created} new"),
        (_, 0) => report::tasks_in_groups(&stored.metadata),
        (created, skipped) => format!("{created} new, {skipped} were there already"),
    };
    let left_out = match imported.rejected {
        0 => String::new(),
        rejected => format!("; {} left out", count(rejected, "rejected item")),
    };
    printer.line(format!("Imported plan {}: {made}{left_out}", stored.row.id));
    if imported.skipped > 0 {
        let files = escape(&stored.row.source_file);
        printer
            .note(format!("Those are as they were; `conductor plan update {files}` brings in what changed"));
    }
    if let Some(stayed) = stayed(&imported.stayed) {
        printer.note(stayed);
    }
    print_rows(printer, stored, FEW);
    report::note_next(printer, stored);
}

/// An import that was refused. Where tasks stay although the plan moved them, what waits for what may go in circles only
/// because of that.
fn refused(stored: &Stored, stayed: &[String], error: TasksError) -> CliError {
    let id = stored.row.id;
    let refused = from_client(error);
    match stayed.first() {
        None => refused,
        Some(first) => refused.hint(format!(
            "the plan moved {}, {first} first, and a task keeps its place: `conductor plan undo --plan {id}` takes \
             moves back, then import again",
            count(stayed.len(), "task")
        )),
    }
}

/// Names the tasks that the plan has elsewhere.
fn stayed(tasks: &[String]) -> Option<String> {
    let named: Vec<&str> = tasks.iter().take(FEW).map(String::as_str).collect();
    let more = tasks.len().saturating_sub(FEW);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let (stay, moved) = match tasks.len() {
        0 => return None,
        1 => ("stays where it is", "it"),
        _ => ("stay where they are", "them"),
    };
    let named = named.join(", ");
    Some(format!("{named}{more} {stay}, though the plan moved {moved}: the id of a task is its place"))
}

/// Says that there was nothing to do.
pub(super) fn print_already(printer: &mut Printer, stored: &Stored) {
    let when = stored.metadata.imported.as_ref().map(|imported| {
        let date = imported.at.split('T').next().unwrap_or_default();
        format!(" on {date} by {}", escape(&imported.by))
    });
    let when = when.unwrap_or_default();
    printer.line(format!("Plan {} was already imported{when}; nothing was changed", stored.row.id));
    report::note_next(printer, stored);
}

/// Rows that are shown of what was made.
const FEW: usize = 8;

fn check(stored: &Stored) -> Result<(), CliError> {
    let id = stored.row.id;
    if stored.row.status == PlanStatus::Discarded {
        return Err(CliError::new(Exit::Refused, "PLAN_DISCARDED", format!("plan {id} was discarded"))
            .hint("plan the document again with `conductor plan create`"));
    }
    if stored.metadata.errors > 0 { Err(report::has_errors(stored)) } else { Ok(()) }
}

fn is_confirmed(context: &mut Context, stored: &Stored) -> Result<bool, CliError> {
    let id = stored.row.id;
    if !context.can_ask {
        let message = format!("importing plan {id} needs your word, and there is no terminal to ask on");
        return Err(CliError::new(Exit::Refused, "CONFIRMATION_NEEDED", message)
            .hint(format!("see `conductor plan review {id}`, then `conductor plan import {id} --confirm`")));
    }
    super::show::print_beginning(&mut context.printer, stored);
    let choices =
        [Choice { key: 'y', word: "yes", means: true }, Choice { key: 'n', word: "no", means: false }];
    let question = format!("Import {}?", count(stored.metadata.tasks, "task"));
    Ok(ask(&mut context.printer, &question, &choices).unwrap_or(false))
}

fn not_reviewed(stored: &Stored, error: &ReviewError) -> CliError {
    match error {
        ReviewError::Refused { .. } => report::has_errors(stored),
        ReviewError::UnknownItem { .. } | ReviewError::Undecided { .. } | ReviewError::NothingAccepted => {
            CliError::new(Exit::Refused, "PLAN_NOT_REVIEWED", error.to_string())
        }
    }
}

fn print_json(printer: &mut Printer, stored: &Stored, already: bool) {
    let imported = stored.metadata.imported.as_ref();
    let count = |of: fn(&Imported) -> usize| if already { 0 } else { imported.map_or(0, of) };
    let document = serde_json::json!({
        "plan": PlanJson::of(stored),
        "already": already,
        "created": count(|imported| imported.created),
        "updated": 0,
        "skipped": count(|imported| imported.skipped),
        "stayed": imported.map(|imported| &imported.stayed),
        "ids": imported.map(|imported| &imported.ids),
    });
    printer.json(&document);
}
