//! `taskwerk status`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit, Printer};
use serde_json::{Map, Value, json};
use taskwerk_client::Summary;
use taskwerk_model::Task;

use crate::context::Context;
use crate::failure::from_client;
use crate::show::{priority_style, status_style};

/// Show how the project stands: how many tasks of each status and priority, and what changed last
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  taskwerk status\n  taskwerk status --json")]
pub(crate) struct Args {}

/// How many of the tasks that changed last are shown.
const RECENT: u32 = 5;

pub(crate) fn run(_: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let summary = project.tasks.summary().map_err(from_client)?;
    let recent = project.tasks.recent(RECENT).map_err(from_client)?;
    if context.printer.is_json() {
        context.printer.json(&document(&summary, &recent));
    } else {
        print(context, &summary, &recent);
    }
    Ok(Exit::Ok)
}

fn document(summary: &Summary, recent: &[Task]) -> Value {
    let by_status: Map<String, Value> =
        summary.by_status.iter().map(|(status, n)| (status.to_string(), (*n).into())).collect();
    let by_priority: Map<String, Value> =
        summary.by_priority.iter().map(|(priority, n)| (priority.to_string(), (*n).into())).collect();
    json!({
        "initialized": true,
        "statistics": {
            "total": summary.total, "ready": summary.ready, "claimed": summary.claimed,
            "by_status": by_status, "by_priority": by_priority,
        },
        "recent_tasks": recent,
    })
}

fn print(context: &mut Context, summary: &Summary, recent: &[Task]) {
    let printer = &mut context.printer;
    printer.line(format!("{} tasks, {} ready, {} claimed", summary.total, summary.ready, summary.claimed));
    let statuses = summary.by_status.iter().map(|(status, n)| (status.as_str(), status_style(*status), *n));
    let statuses = counts(printer, statuses);
    let priorities = summary.by_priority.iter().map(|(name, n)| (name.as_str(), priority_style(*name), *n));
    let priorities = counts(printer, priorities);
    if recent.is_empty() {
        printer.note("Next: taskwerk add \"…\"");
        return;
    }
    printer.line(format!("status    {statuses}"));
    printer.line(format!("priority  {priorities}"));
    printer.line("changed last");
    let now = now();
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Keep), ("", Fit::Keep), ("", Fit::Shrink(12))]);
    for task in recent {
        table.row([
            Cell::new(&format!("  {}", task.id)),
            Cell::new(task.status.as_str()).maybe(status_style(task.status)),
            Cell::new(&relative(task.updated_at.timestamp(), now)),
            Cell::new(task.title.as_str()),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
}

/// `4 todo, 1 done`: what there is, the rest left out.
fn counts<'w>(printer: &Printer, words: impl Iterator<Item = (&'w str, Option<Style>, u64)>) -> String {
    let told = words.filter(|(.., n)| *n > 0).map(|(word, style, n)| match style {
        Some(style) => format!("{n} {}", printer.paint(style, word)),
        None => format!("{n} {word}"),
    });
    told.collect::<Vec<_>>().join(", ")
}
