//! `conductor orchestrate status`.

use std::collections::BTreeMap;

use cli_kit::printer::{Printer, Style};
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit};
use conductor_engine::ids::{HoldId, RunId, SessionId};
use conductor_engine::session::HoldKind;
use conductor_host::journal::{AttemptRow, Metrics, RunRow};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::opened::Records;
use super::story::{dollars, working_time};
use super::usage::{Used, short, suffix};
use crate::context::Context;
use crate::failure::from_journal;

/// Show how a session stands: its runs, what is done, what waits for you
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate status\n  conductor orchestrate status --json --session 2"
)]
pub(crate) struct Args {}

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let Some(id) = records.session()? else {
        if context.printer.is_json() {
            context.printer.json(&json!({ "session": null }));
        } else {
            context.printer.line("No session yet. Begin one: conductor orchestrate run");
        }
        return Ok(Exit::Ok);
    };
    let picture = Picture::new(&records, id)?;
    if context.printer.is_json() {
        context.printer.json(&picture);
    } else {
        draw(context, &picture);
        tell_others(context, &records, id)?;
    }
    Ok(Exit::Ok)
}

/// Names the other sessions in which something is left to do.
fn tell_others(context: &mut Context, records: &Records, shown: SessionId) -> Result<(), CliError> {
    let waiting = records.db.sessions_with_holds().map_err(from_journal)?;
    for row in records.db.sessions().map_err(from_journal)?.iter().filter(|row| row.id != shown) {
        let over = row.status == "completed" || row.status == "failed";
        let holds = waiting.contains(&row.id);
        if !over || holds {
            let what = if holds { "has holds (conductor inbox)" } else { "is not over" };
            context.printer.note(format!(
                "session {} {what}: conductor orchestrate status --session {}",
                row.id, row.id
            ));
        }
    }
    Ok(())
}

/// A session as it stands.
#[derive(Debug, Serialize)]
pub(super) struct Picture {
    pub(super) session: SessionId,
    /// active, paused, completed or failed.
    pub(super) status: String,
    /// Whether it should be driven and is not: its driver died.
    pub(super) interrupted: bool,
    /// The process that drives it.
    pub(super) driver: Option<u32>,
    pub(super) outcome: Option<String>,
    pub(super) branch: String,
    pub(super) target: String,
    pub(super) base: String,
    pub(super) agent: String,
    pub(super) replay: bool,
    pub(super) started_at: Timestamp,
    pub(super) ended_at: Option<Timestamp>,
    pub(super) metrics: Metrics,
    pub(super) runs: Vec<RunPicture>,
    pub(super) holds: Vec<HoldPicture>,
}

#[derive(Debug, Serialize)]
pub(super) struct RunPicture {
    pub(super) run: RunId,
    pub(super) task_id: String,
    pub(super) title: String,
    pub(super) phase: String,
    pub(super) ending: Option<String>,
    pub(super) since: Timestamp,
    pub(super) attempts: u32,
    pub(super) failures: u32,
    pub(super) working_ms: u64,
    pub(super) working: String,
    /// Tokens given to models, as far as agents told.
    pub(super) input_tokens: Option<u64>,
    /// Tokens written by models, as far as agents told.
    pub(super) output_tokens: Option<u64>,
    /// Millionths of a US dollar, as far as it is known.
    pub(super) cost_micros: Option<u64>,
    /// The attempts that are over, and what each used.
    pub(super) per_attempt: Vec<AttemptRow>,
    pub(super) commit: Option<String>,
    pub(super) evidence: Option<String>,
    pub(super) hold: Option<HoldId>,
    pub(super) kept: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct HoldPicture {
    pub(super) session: SessionId,
    pub(super) hold: HoldId,
    pub(super) run: RunId,
    pub(super) task_id: String,
    pub(super) kind: HoldKind,
    pub(super) question: String,
    pub(super) detail: String,
    pub(super) opened_at: Timestamp,
    /// When the clock closes it, if nobody answers; `None` for never.
    pub(super) closes_at: Option<Timestamp>,
}

impl HoldPicture {
    /// `2h ago`, and when it is closed.
    pub(super) fn age(&self, now: Timestamp) -> String {
        let opened = relative(self.opened_at, now);
        match self.closes_at {
            Some(at) if at > now => format!("{opened}, closes {}", relative(at, now)),
            Some(_) => format!("{opened}, is closed when the session goes on"),
            None => opened,
        }
    }
}

impl Picture {
    /// Read from the tables beside the journal, so that a long session is told as fast as a short one.
    pub(super) fn new(records: &Records, id: SessionId) -> Result<Self, CliError> {
        let row = records.db.session_row(id).map_err(from_journal)?;
        let setup = records.db.setup(id).map_err(from_journal)?;
        let driver = records.driver()?;
        // This very process may be the driver; then it asks itself.
        let driven = driver.is_some();
        let runs = run_pictures(records, id)?;
        Ok(Self {
            session: id,
            interrupted: row.status == "active" && !driven,
            driver,
            outcome: row.outcome,
            branch: format!("conductor/s{id}"),
            target: setup.target,
            base: setup.base.to_string(),
            agent: row.agent,
            replay: setup.replay.is_some(),
            started_at: row.started_at,
            ended_at: row.ended_at,
            metrics: row.metrics,
            runs,
            holds: holds(records, id)?,
            status: row.status,
        })
    }
}

fn run_pictures(records: &Records, id: SessionId) -> Result<Vec<RunPicture>, CliError> {
    let runs = records.db.runs(id).map_err(from_journal)?;
    let mut attempts: BTreeMap<RunId, Vec<AttemptRow>> = BTreeMap::new();
    for attempt in records.db.attempts(id).map_err(from_journal)? {
        attempts.entry(attempt.run).or_default().push(attempt);
    }
    let picture = |run: RunRow| {
        let own = attempts.remove(&run.run).unwrap_or_default();
        RunPicture::new(run, own)
    };
    Ok(runs.into_iter().map(picture).collect())
}

impl RunPicture {
    fn tokens(&self) -> Option<u64> {
        Used::by(&self.per_attempt).tokens()
    }

    fn new(run: RunRow, per_attempt: Vec<AttemptRow>) -> Self {
        let Used { input_tokens, output_tokens, cost_micros } = Used::by(&per_attempt);
        Self {
            run: run.run,
            task_id: run.task_id,
            title: run.title,
            phase: run.phase,
            ending: run.ending,
            since: run.since,
            attempts: run.attempts,
            failures: run.failures,
            working_ms: run.working_ms,
            working: working_time(run.working_ms),
            input_tokens,
            output_tokens,
            cost_micros,
            per_attempt,
            commit: run.landed_as.map(|commit| commit.chars().take(7).collect()),
            evidence: run.evidence,
            hold: run.hold,
            kept: run.kept,
        }
    }
}

/// How a run ended, in one word.
pub(super) fn ending_word(ending: &conductor_engine::session::Ending) -> &'static str {
    use conductor_engine::session::Ending as E;
    match ending {
        E::Landed { .. } => "landed",
        E::Rejected { .. } => "rejected",
        E::Failed { .. } => "failed",
        E::Stopped { .. } => "stopped",
        E::Superseded { .. } => "superseded",
    }
}

/// The holds that wait.
pub(super) fn holds(records: &Records, session: SessionId) -> Result<Vec<HoldPicture>, CliError> {
    let rows = records.db.open_holds(session).map_err(from_journal)?;
    let within = records.db.setup(session).map_err(from_journal)?.rules.hold_deadline;
    let picture = |row: conductor_host::journal::HoldRow| HoldPicture {
        session,
        hold: row.hold,
        run: row.run,
        task_id: row.task_id,
        kind: row.kind,
        question: row.question,
        detail: row.detail,
        opened_at: row.opened_at,
        closes_at: within.and_then(|within| row.opened_at.checked_add(within).ok()),
    };
    Ok(rows.into_iter().map(picture).collect())
}

/// How many runs that are over are shown to people; those that are not over are all shown.
const MOST_OVER: usize = 50;

/// Draws the picture for people.
pub(super) fn draw(context: &mut Context, picture: &Picture) {
    let now = now();
    let state = match (&picture.outcome, picture.interrupted) {
        (_, true) => "interrupted; take it up: conductor orchestrate resume".to_owned(),
        (Some(outcome), _) => format!("{}, {outcome}", picture.status),
        (None, _) => picture.status.clone(),
    };
    let printer = &mut context.printer;
    printer.line(format!(
        "Session {}: {state}.  {} from {}@{}, began {}",
        picture.session,
        picture.branch,
        escape(&picture.target),
        &picture.base[..7],
        relative(picture.started_at, now)
    ));
    draw_runs(printer, picture, now);
    for hold in &picture.holds {
        printer.line(format!(
            "hold {}  {}  {}  ({})",
            hold.hold,
            escape(&hold.task_id),
            escape(&hold.question),
            hold.age(now)
        ));
    }
    for run in picture.runs.iter().filter(|r| r.kept.is_some()) {
        printer.note(format!("kept: {}", escape(run.kept.as_deref().unwrap_or_default())));
    }
    let m = &picture.metrics;
    printer.line(format!(
        "{} done, {} held, {} attempts, {} interventions{}",
        m.done,
        m.held,
        m.attempts,
        m.interventions,
        suffix(m.tokens, m.cost_micros)
    ));
}

fn draw_runs(printer: &mut Printer, picture: &Picture, now: Timestamp) {
    let columns = [
        ("task", Fit::Keep),
        ("phase", Fit::Keep),
        ("title", Fit::Shrink(12)),
        ("attempts", Fit::Drop),
        ("worked", Fit::Keep),
        ("tokens", Fit::Drop),
        ("cost", Fit::Drop),
        ("commit", Fit::Keep),
        ("since", Fit::Drop),
    ];

    let mut table = Table::new(&columns);
    let over = picture.runs.iter().filter(|run| run.ending.is_some()).count();
    let mut passed_over = over.saturating_sub(MOST_OVER);
    let earlier = passed_over;
    for run in &picture.runs {
        if run.ending.is_some() && passed_over > 0 {
            passed_over -= 1;
            continue;
        }
        let phase = match (&run.ending, run.hold) {
            (Some(ending), _) => ending.clone(),
            (None, Some(hold)) => format!("held ({hold})"),
            (None, None) => run.phase.clone(),
        };
        table.row([
            Cell::new(&run.task_id).style(Style::Cyan),
            Cell::new(&phase).maybe(phase_style(&phase)),
            Cell::new(&run.title),
            Cell::new(&run.attempts.to_string()),
            Cell::new(&run.working),
            Cell::new(&run.tokens().map_or_else(String::new, short)),
            Cell::new(&run.cost_micros.map_or_else(String::new, dollars)),
            Cell::new(run.commit.as_deref().unwrap_or_default()),
            Cell::new(&relative(run.since, now)).style(Style::Dim),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    if earlier > 0 {
        printer.note(format!("{earlier} earlier runs are over; `--json` lists them all"));
    }
}

fn phase_style(phase: &str) -> Option<Style> {
    match phase {
        "landed" => Some(Style::Green),
        "failed" | "rejected" => Some(Style::Red),
        word if word.starts_with("held") => Some(Style::Yellow),
        _ => None,
    }
}
