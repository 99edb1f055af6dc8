//! `conductor report`.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use cli_kit::text::escape;
use cli_kit::time::now;
use cli_kit::{CliError, Exit};
use conductor_engine::event::Recorded;
use conductor_host::journal::fold_export_with;
use conductor_host::report::{Report, Told, html, markdown, quality};

use crate::context::{Context, current_folder};
use crate::failure::from_journal;
use crate::journal::from_export;
use crate::orchestrate::opened::Records;
use crate::output::put;

/// Tell what a session did: figures, what waits for you, every task with its attempts, decisions and reasons
///
/// The newest session, or the one that --session names. The page for a browser has the timeline as a picture; it is one
/// file that loads nothing.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor report\n  conductor report --session 3 --format html -o night.html\n  conductor report --journal session.jsonl --format json"
)]
pub(crate) struct Args {
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
    /// Write it into this file
    #[arg(short, long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    output: Option<PathBuf>,
    /// Tell a session that was exported with `conductor journal export`; needs no project
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    journal: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// To be read, or put beside other documents
    Markdown,
    /// A page for a browser
    Html,
    /// One document for programs
    Json,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let report = match &args.journal {
        Some(file) => of_export(file)?,
        None => of_session(context)?,
    };
    let printer = &mut context.printer;
    let format =
        if printer.is_json() && args.format == Format::Markdown { Format::Json } else { args.format };
    let text = match format {
        Format::Markdown => markdown(&report),
        Format::Html => html(&report),
        Format::Json if args.output.is_none() => {
            printer.json(&report);
            return Ok(Exit::Ok);
        }
        Format::Json => {
            serde_json::to_string(&report)
                .map_err(|error| CliError::internal(format!("failed to write JSON: {error}")))?
                + "\n"
        }
    };
    put(printer, args.output.as_deref(), &text)?;
    Ok(Exit::Ok)
}

fn of_session(context: &Context) -> Result<Report, CliError> {
    let records = Records::new(context)?;
    let id = records.some_session()?;
    let row = records.db.session_row(id).map_err(from_journal)?;
    let session = records.fold(id)?;
    let rows = records.db.rows(id, 0).map_err(from_journal)?;
    let quality = quality(&session, &rows, &|id| records.db.evidence(id).ok());
    Ok(Report::of(Told {
        session: &session,
        rows: &rows,
        began: row.started_at,
        ended: row.ended_at,
        now: now(),
        quality: &quality,
    }))
}

/// A session that was exported. It has no row that says when it began or ended: the first and the last of its journal do.
fn of_export(file: &Path) -> Result<Report, CliError> {
    let name = escape(&file.to_string_lossy()).into_owned();
    let found = File::open(current_folder()?.join(file)).map_err(|error| {
        CliError::new(Exit::NotFound, "FILE_NOT_FOUND", format!("failed to open {name}: {error}"))
            .hint("`conductor journal export` writes such a file")
    })?;
    let mut rows: Vec<Recorded> = Vec::new();
    let folded = fold_export_with(BufReader::new(found), &mut |row| rows.push(row)).map_err(from_export)?;
    let (first, last) = (rows.first().map(|row| row.at), rows.last().map(|row| row.at));
    let began = first.unwrap_or_else(now);
    let ended = last.filter(|_| folded.session.is_at_rest());
    let now = last.unwrap_or(began);
    // Evidence is no part of an export.
    Ok(Report::of(Told { session: &folded.session, rows: &rows, began, ended, now, quality: &[] }))
}
