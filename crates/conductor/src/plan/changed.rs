//! What a command that changed a draft says: one form for people, one for programs.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_plan::edit::{Delta, Edit};
use conductor_plan::{Finding, Item, Plan, Verdict, effective_verdicts};
use serde::Serialize;
use taskwerk_client::model::Minutes;

use super::editing::{Done, Editing};
use super::report::{self, PlanJson, count};
use super::tree::{Labels, Said};
use crate::context::Context;

/// Which draft is changed, and whether really.
#[derive(clap::Args, Debug)]
pub(super) struct OnPlan {
    /// The plan's number; the newest draft when left out
    #[arg(long, value_name = "PLAN")]
    pub(super) plan: Option<u64>,
    /// Only say what would be changed
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What is said of the items of a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    pub(super) accepted: usize,
    pub(super) rejected: usize,
    pub(super) undecided: usize,
}

/// Rows that are shown of what was changed.
const MOST_ROWS: usize = 12;

/// A change, for programs.
#[derive(Serialize)]
struct ChangeJson<'a> {
    plan: PlanJson<'a>,
    /// Whether anything is other than before.
    changed: bool,
    dry_run: bool,
    what: &'a str,
    /// The items that are new or other than before, as they are now.
    items: Vec<&'a Item>,
    verdicts: Tally,
    findings: Vec<Finding>,
}

impl Tally {
    pub(super) fn of(plan: &Plan) -> Self {
        let verdicts = effective_verdicts(plan);
        let rejected = verdicts.values().filter(|verdict| **verdict == Verdict::Rejected).count();
        let accepted = verdicts.len() - rejected;
        Self { accepted, rejected, undecided: plan.items.len().saturating_sub(accepted + rejected) }
    }

    /// `3 accepted, 1 rejected, 8 undecided`.
    pub(super) fn told(self) -> String {
        let Self { accepted, rejected, undecided } = self;
        format!("{accepted} accepted, {rejected} rejected, {undecided} undecided")
    }
}

impl OnPlan {
    pub(super) fn open(&self, context: &Context) -> Result<Editing, CliError> {
        Editing::open(context, self.plan)
    }

    /// Carries edits out, or only tries them, and says what they came to.
    pub(super) fn change(
        &self,
        context: &mut Context,
        editing: &mut Editing,
        edits: &[Edit],
        what: Option<&str>,
    ) -> Result<Exit, CliError> {
        let before = editing.stored.plan.clone();
        let done = if self.dry_run { editing.try_out(edits, what)? } else { editing.apply(edits, what)? };
        tell(context, editing, &before, &done, self.dry_run);
        Ok(Exit::Ok)
    }
}

/// Says what a change came to.
pub(super) fn tell(context: &mut Context, editing: &Editing, before: &Plan, done: &Done, dry_run: bool) {
    let printer = &mut context.printer;
    let changed = !done.applied.back.is_empty();
    let items = touched(before, &done.applied.plan);
    if printer.is_json() {
        printer.json(&ChangeJson {
            plan: PlanJson::of(&editing.stored),
            changed,
            dry_run,
            what: &done.what,
            items,
            verdicts: Tally::of(&done.applied.plan),
            findings: conductor_plan::lint_with(&done.applied.plan, &editing.checks),
        });
        return;
    }
    print(printer, editing, done, &items, changed, dry_run);
}

fn print(
    printer: &mut Printer,
    editing: &Editing,
    done: &Done,
    items: &[&Item],
    changed: bool,
    dry_run: bool,
) {
    let id = editing.stored.row.id;
    let what = escape(&done.what);
    if !changed {
        printer.line(format!("Plan {id}: nothing to change ({what})"));
        return;
    }
    let would = if dry_run { "would " } else { "" };
    printer.line(format!("Plan {id}: {would}{what}"));
    let text = rows(&done.applied.plan, items).render(printer);
    printer.raw(&text);
    printer.line(format!("  {}", Tally::of(&done.applied.plan).told()));
    let errors = conductor_plan::lint_with(&done.applied.plan, &editing.checks);
    let errors: Vec<&Finding> =
        errors.iter().filter(|finding| finding.severity == conductor_plan::Severity::Error).collect();
    if !errors.is_empty() {
        printer.note(count(errors.len(), "error"));
        report::findings(printer, errors);
    }
    if dry_run {
        printer.note("Nothing was changed; leave --dry-run away to do it");
    }
}

/// The first of them, as `plan show` shows them.
fn rows(plan: &Plan, items: &[&Item]) -> Table {
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Shrink(20)), ("", Fit::Keep)]);
    let (labels, said) = (Labels::of_plan(plan), Said::of(plan));
    for item in items.iter().take(MOST_ROWS) {
        let estimate = item.estimate.map(|estimate| Minutes::new(estimate.likely).to_string());
        table.row([
            Cell::new(&format!("  {}", labels.of(&item.key))).style(Style::Cyan),
            said.marked(item, 0),
            Cell::new(&estimate.unwrap_or_default()),
        ]);
    }
    if items.len() > MOST_ROWS {
        table.row([Cell::new("  …"), Cell::new(&format!("{} more", items.len() - MOST_ROWS)), Cell::new("")]);
    }
    table
}

/// The items that are new or other than before, or judged otherwise.
fn touched<'p>(before: &Plan, after: &'p Plan) -> Vec<&'p Item> {
    let delta = Delta::between(before, after);
    let touched = delta.touched();
    after.items.iter().filter(|item| touched.contains(&item.key)).collect()
}
