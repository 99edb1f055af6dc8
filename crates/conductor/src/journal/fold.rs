//! `conductor journal fold`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use cli_kit::text::escape;
use cli_kit::{CliError, Exit};
use conductor_engine::session::Session;
use conductor_host::journal::{Exported, Folded, fold_export};
use serde_json::json;

use super::from_export;
use crate::context::{Context, current_folder};
use crate::failure::from_journal;
use crate::orchestrate::opened::Records;

/// Fold a journal, and say what it leads to: the digest of the state, and with --json the state itself
///
/// Without FILE it is the journal of a session here; with one, an export, which needs no project.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor journal fold --session 2\n  conductor journal fold session.jsonl --check"
)]
pub(crate) struct Args {
    /// An exported journal; `-` is standard input
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Fail unless the file is whole and leads to the state that it led to where it was written
    #[arg(long, requires = "file")]
    check: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let Some(file) = args.file else {
        let records = Records::new(context)?;
        let id = records.some_session()?;
        let (session, found, _) = records.db.digests(id).map_err(from_journal)?;
        tell(context, &session, &found, None);
        return Ok(Exit::Ok);
    };
    let folded = fold_export(open(&file)?).map_err(from_export)?;
    if args.check && !folded.agrees() {
        return Err(differs(&folded));
    }
    tell(context, &folded.session, &folded.found, Some(folded.agrees()));
    if args.check && !folded.comparable {
        context.printer.note(format!(
            "its state was written by a program ({}) whose states have another form: only the rows were compared",
            escape(&folded.program)
        ));
    }
    Ok(Exit::Ok)
}

fn open(file: &Path) -> Result<Box<dyn BufRead>, CliError> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let found = File::open(current_folder()?.join(file)).map_err(|error| {
        let message = format!("failed to open {}: {error}", file.display());
        CliError::new(Exit::NotFound, "FILE_NOT_FOUND", message)
    })?;
    Ok(Box::new(BufReader::new(found)))
}

fn differs(folded: &Folded) -> CliError {
    let (found, told) = (&folded.found, &folded.told);
    let message = if found.rows != told.rows {
        format!("the export has {} rows and says that it has {}", found.rows, told.rows)
    } else if found.rows_digest != told.rows_digest {
        "the rows of the export are not those that were written: their digest is another".to_owned()
    } else {
        "the rows are whole, but this program folds them to another state than the one that wrote them"
            .to_owned()
    };
    CliError::new(Exit::Refused, "FOLD_DIFFERS", message).details(json!({
        "rows": [told.rows, found.rows],
        "rows_digest": [&told.rows_digest, &found.rows_digest],
        "state_digest": [&told.state_digest, &found.state_digest],
    }))
}

fn tell(context: &mut Context, session: &Session, found: &Exported, agrees: Option<bool>) {
    let mut runs: BTreeMap<String, u64> = BTreeMap::new();
    for run in session.runs.values() {
        *runs.entry(format!("{:?}", run.phase.tag()).to_lowercase()).or_default() += 1;
    }
    if context.printer.is_json() {
        context.printer.json(&json!({
            "session": session.id,
            "rows": found.rows,
            "rows_digest": found.rows_digest,
            "state_digest": found.state_digest,
            "agrees": agrees,
            "runs": runs,
            "state": session,
        }));
        return;
    }
    let printer = &mut context.printer;
    let counted: Vec<String> = runs.iter().map(|(phase, count)| format!("{count} {phase}")).collect();
    let counted = if counted.is_empty() { "none".to_owned() } else { counted.join(", ") };
    printer.line(format!("session  {}, {} rows", session.id, found.rows));
    printer.line(format!("status   {}", escape(&format!("{:?}", session.status))));
    printer.line(format!("runs     {counted}"));
    printer.line(format!("rows     {}", found.rows_digest));
    printer.line(format!("state    {}", found.state_digest));
}
