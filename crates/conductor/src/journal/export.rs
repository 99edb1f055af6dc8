//! `conductor journal export`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use cli_kit::config::masked;
use cli_kit::{CliError, Exit};
use conductor_engine::ids::SessionId;
use conductor_host::journal::{ExportError, Exported};
use serde_json::json;

use super::from_export;
use crate::context::{Context, current_folder};
use crate::orchestrate::opened::Records;

/// Write a session's journal to a file of JSON lines, for somebody else to fold
///
/// The first line is a header with what the session froze when it began, secrets masked; then come the rows as they are
/// stored. They hold titles of tasks, questions, summaries of agents and output of failed gates: look at the file before
/// you give it away.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor journal export session.jsonl\n  conductor journal export --session 2 | gzip > two.gz"
)]
pub(crate) struct Args {
    /// The file to write, as a whole or not at all; standard output when left out
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let id = records.some_session()?;
    let Some(file) = args.file else {
        let mut written = Ok(());
        context.printer.data(|out| match records.db.export(id, &masked, out) {
            Ok(_) => Ok(()),
            Err(ExportError::Io(error)) => Err(error),
            Err(error) => {
                written = Err(error);
                Ok(())
            }
        });
        return written.map(|()| Exit::Ok).map_err(from_export);
    };
    let target = current_folder()?.join(&file);
    let exported = replace(&records, id, &target).map_err(from_export)?;
    if context.printer.is_json() {
        context.printer.json(&json!({
            "session": id,
            "file": file.display().to_string(),
            "rows": exported.rows,
            "rows_digest": exported.rows_digest,
            "state_digest": exported.state_digest,
        }));
    } else {
        context.printer.note(format!("session {id}: {} rows written", exported.rows));
    }
    Ok(Exit::Ok)
}

/// Writes a neighbour first and renames it, so that a failure leaves the file that was there.
fn replace(records: &Records, id: SessionId, target: &Path) -> Result<Exported, ExportError> {
    let mut name = target.as_os_str().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = PathBuf::from(name);
    let written = write(records, id, &part).and_then(|exported| {
        std::fs::rename(&part, target)?;
        Ok(exported)
    });
    if written.is_err() {
        // Best effort: the error that is told is the first one.
        let _ = std::fs::remove_file(&part);
    }
    written
}

fn write(records: &Records, id: SessionId, part: &Path) -> Result<Exported, ExportError> {
    let mut out = BufWriter::new(File::create_new(part)?);
    let exported = records.db.export(id, &masked, &mut out)?;
    out.flush()?;
    out.get_ref().sync_all()?;
    Ok(exported)
}
