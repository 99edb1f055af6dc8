//! `conductor plan show`, and the pieces of it that other commands show.

use std::collections::BTreeSet;

use cli_kit::{CliError, Exit, Printer};
use conductor_plan::{ItemKey, Order};

use super::report;
use super::stored::{Stored, Unnamed};
use super::tree::{Labels, table};
use crate::context::Context;

/// Show a plan with everything: tree, estimates, places in the document, order, critical path, findings
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan show\n  conductor plan show 2 --json")]
pub(crate) struct Args {
    /// The plan's number; the newest draft when left out
    #[arg(value_name = "PLAN")]
    plan: Option<u64>,
}

/// Items that are shown where the whole tree would be too much.
const FEW: usize = 8;

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let database = context.open()?.database()?;
    let stored = Stored::find(&database, args.plan, Unnamed::DraftOrImported)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        report::print_whole(printer, &stored);
        return Ok(Exit::Ok);
    }
    print_items(printer, &stored);
    report::order(printer, &stored.plan, &Labels::new(&stored));
    report::findings(printer, &stored.findings);
    report::note_next(printer, &stored);
    Ok(Exit::Ok)
}

/// Heading, counts, every item, and the findings.
pub(super) fn print_tree(printer: &mut Printer, stored: &Stored) {
    print_items(printer, stored);
    report::findings(printer, &stored.findings);
}

fn print_items(printer: &mut Printer, stored: &Stored) {
    printer.line(report::heading(stored));
    let summary = report::summary(printer, stored);
    printer.line(summary);
    print_rows(printer, stored, usize::MAX);
}

/// Counts and the first items.
pub(super) fn print_beginning(printer: &mut Printer, stored: &Stored) {
    let summary = report::summary(printer, stored);
    printer.line(summary);
    print_rows(printer, stored, FEW);
}

/// The first items; the last line says how many more there are.
pub(super) fn print_rows(printer: &mut Printer, stored: &Stored, limit: usize) {
    // A list that would be cut by one or two lines is shown whole: saying so takes a line too.
    let limit = if stored.plan.items.len() <= limit.saturating_add(2) { usize::MAX } else { limit };
    let labels = Labels::new(stored);
    let critical: BTreeSet<ItemKey> =
        Order::of(&stored.plan).map(|order| order.critical_path.into_iter().collect()).unwrap_or_default();
    let text = table(stored, &labels, &critical, limit).render(printer);
    printer.raw(&text);
    let more = stored.plan.items.len().saturating_sub(limit);
    if more > 0 {
        printer.line(format!("  … {more} more (`conductor plan review {}`)", stored.row.id));
    }
}
