//! `conductor orchestrate snapshots`.

use std::collections::BTreeMap;

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::escape;
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit};
use conductor_engine::ids::RunId;
use serde_json::Value;

use super::opened::Opened;
use super::saved::{Saved, Wanted, saved};
use crate::context::Context;

/// List the work that was saved of agents: at the end of every attempt, and their own commits
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate snapshots\n  conductor orchestrate snapshots TASK-002 --session 1"
)]
pub(crate) struct Args {
    /// The task; without it, those of all
    #[arg(value_name = "TASK")]
    task: Option<String>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    let task = args.task.as_ref().map(|text| opened.task(text)).transpose()?;
    let all = saved(&opened, Wanted { task: task.as_ref().map(|(task, _)| task), run: None })?;
    if context.printer.is_json() {
        let documents: Vec<Value> = all.iter().map(|saved| saved.document(&opened)).collect();
        context.printer.json(&documents);
    } else if all.is_empty() {
        context.printer.line("Nothing is saved.");
    } else {
        draw(context, &opened, &all);
    }
    Ok(Exit::Ok)
}

fn draw(context: &mut Context, opened: &Opened, all: &[Saved]) {
    let columns = [
        ("run", Fit::Keep),
        ("task", Fit::Keep),
        ("what", Fit::Keep),
        ("when", Fit::Keep),
        ("files", Fit::Keep),
        ("commit", Fit::Keep),
        ("run is", Fit::Keep),
        ("workspace", Fit::Drop),
    ];
    let mut table = Table::new(&columns);
    let at = now();
    for saved in all {
        let files = saved.files(opened).map_or_else(|| "?".to_owned(), |files| files.to_string());
        let commit = saved.work.commit.as_ref().map_or("damaged", |commit| commit.short());
        table.row([
            Cell::new(&saved.work.run.to_string()),
            Cell::new(saved.task.as_deref().unwrap_or("?")).style(Style::Cyan),
            Cell::new(&saved.what()),
            Cell::new(&saved.work.at.map_or_else(|| "?".to_owned(), |then| relative(then, at))),
            Cell::new(&files),
            Cell::new(commit),
            Cell::new(&saved.state()),
            Cell::new(if saved.workspaces.is_empty() { "" } else { "there" }),
        ]);
    }
    let printer = &mut context.printer;
    let text = table.render(printer);
    printer.raw(&text);
    let kept: BTreeMap<RunId, &str> =
        all.iter().filter_map(|saved| Some((saved.work.run, saved.run.as_ref()?.kept.as_deref()?))).collect();
    for (run, why) in kept {
        printer.line(format!("run {run} kept {}", escape(why)));
    }
    printer.note("bring one back: conductor orchestrate restore TASK --branch NAME, or --to FOLDER");
}
