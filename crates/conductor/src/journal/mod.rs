//! `conductor journal`: what a session wrote down, row by row. One verb, one file.

mod compact;
mod export;
mod fold;
mod show;
mod what;

use clap::Subcommand;
use cli_kit::{CliError, Exit};
use conductor_host::journal::ExportError;

use crate::context::Context;
use crate::failure::from_journal;

/// Look at what a session wrote down, send it to somebody, fold it again, or make it small
///
/// Every decision and every result of a session is a row of its journal; its state is their fold. Commands mean the
/// newest session unless `--session N` names another.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor journal show --task TASK-002\n  conductor journal export session.jsonl"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Show(show::Args),
    Export(export::Args),
    Fold(fold::Args),
    Compact(compact::Args),
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    match args.verb {
        Verb::Show(args) => show::run(args, context),
        Verb::Export(args) => export::run(args, context),
        Verb::Fold(args) => fold::run(args, context),
        Verb::Compact(args) => compact::run(args, context),
    }
}

pub(crate) fn from_export(error: ExportError) -> CliError {
    let message = error.to_string();
    match error {
        ExportError::Journal(error) => from_journal(error),
        ExportError::Io(_) => CliError::new(Exit::Refused, "EXPORT_IO", message),
        ExportError::NotAnExport | ExportError::Line { .. } => {
            CliError::new(Exit::Refused, "NOT_AN_EXPORT", message)
        }
        ExportError::Newer { .. } => CliError::new(Exit::Store, "STORE_NEWER", message),
    }
}
