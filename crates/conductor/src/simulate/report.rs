//! What a forecast says, for people and for programs.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::time::compact;
use conductor_host::forecast::{Forecast, Shape};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;

use super::assume::Assumed;
use super::work::Work;
use crate::context::Context;

/// A saving below this share of the whole is called nothing: the forecast is not that sure.
const NOTICEABLE: f64 = 0.02;

/// The forecasts, and what follows from them.
pub(super) struct Report {
    pub(super) tasks: usize,
    /// Tasks that take longer, as estimated, than an attempt may.
    pub(super) over_limit: usize,
    pub(super) runs: u32,
    pub(super) seed: u64,
    pub(super) assumed: Assumed,
    pub(super) shape: Shape,
    /// By jobs, rising.
    pub(super) forecasts: Vec<Forecast>,
    /// The jobs with which `levers` are compared.
    pub(super) base: u32,
    /// The best first.
    pub(super) levers: Vec<Lever>,
}

/// Something that could be otherwise.
#[derive(Debug, Serialize)]
pub(super) struct Lever {
    pub(super) what: &'static str,
    /// Seconds by which the middle run is over earlier.
    #[serde(rename = "saves_seconds")]
    pub(super) saves: u64,
}

/// There is no work to forecast.
pub(super) fn nothing(context: &mut Context, work: &Work) {
    if context.printer.is_json() {
        context.printer.json(&json!({ "tasks": 0, "forecasts": [], "left_out": work.scope.left_out }));
        return;
    }
    if work.scope.left_out.is_empty() {
        context
            .printer
            .line("Nothing to forecast: there are no open tasks. Plan some: conductor plan create FILE");
    } else {
        context.printer.line("Nothing to forecast: agents would come to none of these tasks");
    }
    left_out(context, work);
}

pub(super) fn tell(context: &mut Context, report: &Report, work: &Work) {
    if context.printer.is_json() {
        context.printer.json(&document(report, work));
        return;
    }
    let tasks = if report.tasks == 1 { "1 task".to_owned() } else { format!("{} tasks", report.tasks) };
    context.printer.line(format!(
        "{tasks}, {} of work as estimated; played {} times (seed {})",
        length(report.shape.work),
        report.runs,
        report.seed
    ));
    let text = table(report).render(&context.printer);
    context.printer.raw(&text);
    for line in advice(report) {
        context.printer.line(escape(&line));
    }
    for line in report.assumed.words() {
        context.printer.note(line);
    }
    if report.over_limit > 0 {
        context.printer.note(format!(
            "{} of them take{} longer than an attempt may (max_task_duration), which the forecast leaves out: split \
             them, raise it, or say with --pace how fast agents are",
            report.over_limit,
            if report.over_limit == 1 { "s" } else { "" }
        ));
    }
    if !work.scope.under_way.is_empty() {
        let ids = work.scope.under_way.join(", ");
        context.printer.note(format!("{} under way, counted as if begun anew", escape(&ids)));
    }
    left_out(context, work);
}

fn left_out(context: &mut Context, work: &Work) {
    /// More than these are counted only.
    const MOST: usize = 5;
    for out in work.scope.left_out.iter().take(MOST) {
        context.printer.note(format!("left out: {}: {}", escape(&out.task), escape(&out.why)));
    }
    let more = work.scope.left_out.len().saturating_sub(MOST);
    if more > 0 {
        context.printer.note(format!("left out: {more} more (--json lists them)"));
    }
}

fn table(report: &Report) -> Table {
    let mut table = Table::new(&[
        ("jobs", Fit::Keep),
        ("done after", Fit::Keep),
        ("8 runs in 10", Fit::Keep),
        ("agents busy", Fit::Keep),
        ("no faster than", Fit::Drop),
        ("attempts", Fit::Drop),
        ("holds", Fit::Drop),
    ]);
    for forecast in &report.forecasts {
        let jobs = if forecast.agents == forecast.jobs {
            forecast.jobs.to_string()
        } else {
            format!("{} ({} agents)", forecast.jobs, forecast.agents)
        };
        table.row([
            Cell::new(&jobs).style(Style::Cyan),
            Cell::new(&length(forecast.finish.p50)).style(Style::Bold),
            Cell::new(&format!("{} to {}", length(forecast.finish.p10), length(forecast.finish.p90))),
            Cell::new(&format!("{:.0}%", forecast.utilisation * 100.0)),
            Cell::new(&length(forecast.bound)).style(Style::Dim),
            Cell::new(&format!("{:.1}", forecast.attempts)).style(Style::Dim),
            Cell::new(&format!("{:.1}", forecast.holds)).style(Style::Dim),
        ]);
    }
    table
}

/// What follows, in a few lines.
fn advice(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = steps(report).into_iter().collect();
    let here = report.forecasts.iter().find(|f| u32::try_from(f.jobs) == Ok(report.base));
    let helps = report
        .levers
        .iter()
        .filter(|lever| here.is_none_or(|forecast| is_noticeable(lever.saves, forecast.finish.p50)));
    let helps: Vec<String> =
        helps.map(|lever| format!("{} {} less", lever.what, length(lever.saves))).collect();
    let jobs = if report.base == 1 { "1 job".to_owned() } else { format!("{} jobs", report.base) };
    lines.push(if helps.is_empty() {
        format!("with {jobs}, no single change helps much")
    } else {
        format!("with {jobs}, what would help most: {}", helps.join("; "))
    });
    let path = &report.shape.critical_path;
    lines.push(format!("critical path, {} with its tests: {}", length(path.seconds), chain(&path.tasks)));
    lines
}

/// `a second job saves 6h; a third job 1h20; a fourth job nothing more: TASK-004 → TASK-009 is the critical path`.
fn steps(report: &Report) -> Option<String> {
    let pairs = report.forecasts.windows(2).filter_map(|pair| match pair {
        [fewer, more] => Some((fewer, more)),
        _ => None,
    });
    let mut parts = Vec::new();
    let mut last = None;
    for (fewer, more) in pairs {
        let saves = fewer.finish.p50.saturating_sub(more.finish.p50);
        let noticed = is_noticeable(saves, fewer.finish.p50);
        let verb = if parts.is_empty() { "saves " } else { "" };
        let saved = if noticed { length(saves) } else { "nothing more".to_owned() };
        parts.push(format!("{} {verb}{saved}", who(fewer.jobs, more.jobs)));
        last = Some((noticed, more));
    }
    let (noticed, most) = last?;
    let path = report.shape.critical_path.seconds;
    // Where the chain is longer than the shared work, more agents cannot help, and that is why.
    let decides = !noticed && most.bound == path;
    let path = &report.shape.critical_path.tasks;
    let ends = match (path.first(), path.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} → {last}"),
        (Some(only), _) => only.clone(),
        (None, _) => String::new(),
    };
    Some(format!(
        "{}{}",
        parts.join("; "),
        if decides { format!(": {ends} is the critical path") } else { String::new() }
    ))
}

fn who(fewer: usize, more: usize) -> String {
    const ORDINALS: [&str; 8] = ["second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];
    let next = ORDINALS.get(more.saturating_sub(2)).filter(|_| more == fewer + 1);
    match next {
        Some(word) => format!("a{} {word} job", if word.starts_with('e') { "n" } else { "" }),
        None => format!("{more} jobs instead of {fewer}"),
    }
}

fn is_noticeable(saves: u64, of: u64) -> bool {
    let float = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    float(saves) > float(of) * NOTICEABLE
}

/// A long chain by its ends.
fn chain(tasks: &[String]) -> String {
    match tasks {
        [a, b, c, middle @ .., x, y] if middle.len() > 3 => {
            format!("{a} → {b} → {c} → … {} more … → {x} → {y}", middle.len())
        }
        all => all.join(" → "),
    }
}

/// The line above a timeline.
pub(super) fn title(forecast: &Forecast) -> String {
    let busy = forecast.utilisation * 100.0;
    format!(
        "{} at once: done after {} ({} to {}), agents busy {busy:.0}%; no faster than {}",
        forecast.jobs,
        length(forecast.finish.p50),
        length(forecast.finish.p10),
        length(forecast.finish.p90),
        length(forecast.bound),
    )
}

/// Seconds of a forecast of hours would only look exact.
fn length(seconds: u64) -> String {
    let seconds = if seconds < 600 { seconds } else { (seconds + 30) / 60 * 60 };
    compact(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX)))
}

fn document(report: &Report, work: &Work) -> serde_json::Value {
    json!({
        "tasks": report.tasks,
        "under_way": work.scope.under_way,
        "left_out": work.scope.left_out,
        "over_time_limit": report.over_limit,
        "runs": report.runs,
        "seed": report.seed,
        "assumed": report.assumed,
        "work_seconds": report.shape.work,
        "critical_path": report.shape.critical_path,
        "forecasts": report.forecasts,
        "levers": { "jobs": report.base, "saves": report.levers },
        "advice": advice(report),
    })
}
