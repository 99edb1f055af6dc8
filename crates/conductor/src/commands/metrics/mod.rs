//! `conductor metrics`.

mod accuracy;

use cli_kit::printer::{Printer, Style};
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit};
use conductor_engine::ids::SessionId;
use conductor_host::journal::SessionRow;
use conductor_host::report::{Figures, Quality, dollars, quality, span};
use jiff::Timestamp;
use serde::Serialize;

use crate::context::Context;
use crate::failure::from_journal;
use crate::orchestrate::opened::Records;
use accuracy::Accuracy;

/// Say how well it goes: completion, attempts, how often you were needed, time against estimates, cost; and how well
/// plans were cut
///
/// Over all sessions, or the one that --session names. A session that only replayed a recording is not counted.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor metrics\n  conductor metrics --session 3 --json")]
pub(crate) struct Args {}

/// One session.
#[derive(Debug, Serialize)]
struct Line {
    session: SessionId,
    started_at: Timestamp,
    agent: String,
    status: String,
    metrics: Shares,
    /// Tests, coverage and lints after the last task that landed.
    quality: Option<Quality>,
}

/// Figures, and the shares that follow from them, in percent.
#[derive(Debug, Serialize)]
struct Shares {
    figures: Figures,
    completion: Option<u64>,
    first_try: Option<u64>,
    against_estimate: Option<u64>,
    cost_per_task_micros: Option<u64>,
}

impl Shares {
    fn of(figures: Figures) -> Self {
        Self {
            completion: figures.completion(),
            first_try: figures.first_try(),
            against_estimate: figures.against_estimate(),
            cost_per_task_micros: figures.cost_per_task(),
            figures,
        }
    }
}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let named = records.named_session()?;
    let mut lines = Vec::new();
    for row in records.db.sessions().map_err(from_journal)? {
        if named.is_none_or(|id| id == row.id) {
            lines.extend(line(&records, row, named.is_some())?);
        }
    }
    let all = lines.iter().fold(Figures::default(), |sum, line| sum.plus(&line.metrics.figures));
    let accuracy = accuracy::of(&records)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&serde_json::json!({
            "sessions": lines, "all": Shares::of(all), "plans": accuracy,
        }));
        return Ok(Exit::Ok);
    }
    if lines.is_empty() {
        printer.line("No agent has worked here yet. Begin: conductor orchestrate run");
    } else {
        tell(printer, &lines, all);
    }
    tell_plans(printer, &accuracy);
    Ok(Exit::Ok)
}

/// The figures of a session; `None` for one that says nothing about agents, unless it was named.
fn line(records: &Records, row: SessionRow, named: bool) -> Result<Option<Line>, CliError> {
    let setup = records.db.setup(row.id).map_err(from_journal)?;
    if setup.replay.is_some() && !named {
        return Ok(None);
    }
    let session = records.fold(row.id)?;
    let rows = records.db.rows(row.id, 0).map_err(from_journal)?;
    Ok(Some(Line {
        session: row.id,
        started_at: row.started_at,
        agent: row.agent,
        status: row.status,
        metrics: Shares::of(Figures::of(&session, &rows)),
        quality: quality(&session, &rows, &|id| records.db.evidence(id).ok()).pop(),
    }))
}

fn tell(printer: &mut Printer, lines: &[Line], all: Figures) {
    let columns = [
        ("session", Fit::Keep),
        ("agent", Fit::Shrink(8)),
        ("done", Fit::Keep),
        ("completion", Fit::Keep),
        ("first try", Fit::Keep),
        ("attempts", Fit::Keep),
        ("you", Fit::Keep),
        ("worked", Fit::Drop),
        ("of estimate", Fit::Drop),
        ("cost", Fit::Drop),
        ("a task", Fit::Drop),
        ("coverage", Fit::Drop),
        ("lints", Fit::Drop),
        ("", Fit::Drop),
    ];
    let (mut table, now) = (Table::new(&columns), now());
    for line in lines {
        let when = relative(line.started_at, now);
        table.row(cells(
            &line.session.to_string(),
            &line.agent,
            (&line.metrics, line.quality.as_ref()),
            &when,
        ));
    }
    if lines.len() > 1 {
        table.row(cells("all", "", (&Shares::of(all), None), ""));
    }
    let text = table.render(printer);
    printer.raw(&text);
}

fn cells(name: &str, agent: &str, (told, quality): (&Shares, Option<&Quality>), when: &str) -> [Cell; 14] {
    let percent =
        |share: Option<u64>| Cell::new(&share.map_or_else(String::new, |share| format!("{share} %")));
    let money = |micros: Option<u64>| Cell::new(&micros.map_or_else(String::new, dollars));
    let figures = &told.figures;
    [
        Cell::new(name).style(Style::Cyan),
        Cell::new(agent),
        Cell::new(&format!("{}/{}", figures.done, figures.tasks)),
        percent(told.completion),
        percent(told.first_try),
        Cell::new(&figures.attempts.to_string()),
        Cell::new(&figures.interventions.to_string()),
        Cell::new(&span(figures.spent.working_seconds)),
        percent(told.against_estimate),
        money(figures.spent.cost_micros),
        money(told.cost_per_task_micros),
        Cell::new(&quality.and_then(|q| q.coverage_permille).map_or_else(String::new, tenths)),
        Cell::new(&quality.and_then(|q| q.lints).map_or_else(String::new, |lints| lints.to_string())),
        Cell::new(when).style(Style::Dim),
    ]
}

fn tenths(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

fn tell_plans(printer: &mut Printer, plans: &[Accuracy]) {
    for plan in plans {
        let share = plan.accuracy.map_or_else(String::new, |share| format!("{share} % as planned; "));
        printer.line(format!(
            "plan {} ({}): {share}{} tasks, {} split, {} added, {} dropped",
            plan.plan,
            escape(&plan.source_file),
            plan.tasks,
            plan.split,
            plan.added,
            plan.dropped
        ));
    }
}
