//! `conductor plan list`.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit};
use conductor_host::journal::{PlanRow, PlanStatus};

use super::report::{PlanJson, count};
use super::stored::Metadata;
use crate::context::Context;
use crate::failure::from_journal;

/// List the plans of this project
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  conductor plan list\n  conductor plan list --all --json")]
pub(crate) struct Args {
    /// Also those that were discarded
    #[arg(long)]
    all: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let database = context.open()?.database()?;
    let mut plans: Vec<(PlanRow, Metadata)> = Vec::new();
    for row in database.plans().map_err(from_journal)? {
        let metadata = Metadata::of_row(&row)?;
        plans.push((row, metadata));
    }
    plans.retain(|(row, _)| args.all || row.status != PlanStatus::Discarded);
    let printer = &mut context.printer;
    if printer.is_json() {
        printer.json(&plans.iter().map(|(row, metadata)| PlanJson::new(row, metadata)).collect::<Vec<_>>());
        return Ok(Exit::Ok);
    }
    let columns = [Fit::Keep, Fit::Keep, Fit::Keep, Fit::Keep, Fit::Shrink(16), Fit::Keep, Fit::Drop]
        .map(|fit| ("", fit));
    let (mut table, now) = (Table::new(&columns), now());
    for (row, metadata) in &plans {
        let style = match row.status {
            PlanStatus::Draft | PlanStatus::Reviewing => Style::Yellow,
            PlanStatus::Imported => Style::Green,
            PlanStatus::Discarded => Style::Dim,
        };
        table.row([
            Cell::new(&row.id.to_string()).style(Style::Cyan),
            Cell::new(row.status.word()).style(style),
            Cell::new(&count(metadata.tasks, "task")),
            Cell::new(&rejected(metadata)).style(Style::Dim),
            Cell::new(&row.source_file),
            Cell::new(&follows(metadata)).style(Style::Dim),
            Cell::new(&relative(row.created_at, now)).style(Style::Dim),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    if plans.is_empty() {
        printer.note("No plans yet. Next: conductor plan create FILE");
    }
    Ok(Exit::Ok)
}

fn rejected(metadata: &Metadata) -> String {
    if metadata.rejected == 0 { String::new() } else { format!("{} rejected", metadata.rejected) }
}

/// Which plan this one was made of, where a document that changed was carried into it.
fn follows(metadata: &Metadata) -> String {
    metadata.updates.map(|plan| format!("follows {plan}")).unwrap_or_default()
}
