//! `conductor orchestrate logs`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_engine::ids::SessionId;
use conductor_host::transcript::{self, Entry};

use super::error::{failed, from_host};
use super::monitor::look_again;
use super::opened::{Opened, newest_run};
use super::saying::Saying;
use crate::context::Context;
use crate::failure::from_journal;

/// Show what was said in a session, or what an agent did for a task
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor orchestrate logs\n  conductor orchestrate logs TASK-002 --follow"
)]
pub(crate) struct Args {
    /// The task; without it, the conversation of the whole session
    #[arg(value_name = "TASK")]
    task: Option<String>,
    /// Go on as more comes, until the session rests
    #[arg(long, short)]
    follow: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let opened = Opened::new(context)?;
    match &args.task {
        None => {
            let id = opened.some_session()?;
            session_log(context, &opened, id, args.follow)?;
        }
        Some(task) => task_log(context, &opened, task, args.follow)?,
    }
    Ok(Exit::Ok)
}

fn session_log(context: &mut Context, opened: &Opened, id: SessionId, follow: bool) -> Result<(), CliError> {
    let mut told = 0;
    loop {
        // Looked at before reading, so that what was written last is read after it.
        let over = !follow || opened.driver()?.is_none();
        let rows = opened.db.interactions(id, told).map_err(from_journal)?;
        told += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        for row in rows {
            if context.printer.is_json() {
                context.printer.json_line(&row);
                continue;
            }
            let at = row.created_at.strftime("%H:%M:%S");
            let head = format!("{at}  {}  {}  ", escape(&row.task_id), row.interaction_type);
            context.printer.line(format!("{head}{}", escape_block(&row.content)));
        }
        context.printer.flush();
        if over || context.printer.is_closed() {
            return Ok(());
        }
        look_again();
    }
}

fn task_log(context: &mut Context, opened: &Opened, task: &str, follow: bool) -> Result<(), CliError> {
    let (task, name) = opened.task(task)?;
    let id = opened.session_of(&task)?;
    let mut file: Option<(PathBuf, u64)> = None;
    let mut saying = Saying::default();
    loop {
        let over = !follow || opened.driver()?.is_none();
        if let Some(newest) = transcript_file(opened, id, &task, &name)? {
            let cursor = file.as_ref().filter(|(old, _)| *old == newest).map_or(0, |(_, cursor)| *cursor);
            let looks = if over { 1 } else { LOOKS };
            let cursor = tell_what_comes(context, &mut saying, &newest, cursor, looks)?;
            file = Some((newest, cursor));
        } else if !over {
            look_again();
        }
        if over || context.printer.is_closed() {
            for line in saying.rest() {
                context.printer.line(escape_block(&line));
            }
            context.printer.flush();
            return Ok(());
        }
    }
}

/// How often a transcript is looked at before it is asked whether there is a newer one.
const LOOKS: u32 = 50;

/// How long between two looks: a watcher does not see the difference, and a look costs next to nothing.
const BETWEEN: Duration = Duration::from_millis(5);

/// Tells what stands behind `cursor`, and what comes within a few looks. Returns the new cursor.
fn tell_what_comes(
    context: &mut Context,
    saying: &mut Saying,
    file: &Path,
    mut cursor: u64,
    looks: u32,
) -> Result<u64, CliError> {
    let mut quiet = true;
    for look in 1..=looks {
        loop {
            let page = transcript::read(file, cursor).map_err(|e| failed(&e))?;
            cursor = page.cursor;
            for entry in &page.entries {
                tell(context, saying, entry);
            }
            if !page.entries.is_empty() {
                quiet = false;
                context.printer.flush();
            }
            if !page.more || context.printer.is_closed() {
                break;
            }
        }
        if look < looks {
            std::thread::park_timeout(BETWEEN);
        }
    }
    if quiet {
        // Nothing goes on with the last message for now.
        for line in saying.rest() {
            context.printer.line(escape_block(&line));
        }
        context.printer.flush();
    }
    Ok(cursor)
}

fn transcript_file(
    opened: &Opened,
    id: SessionId,
    task: &conductor_engine::ids::TaskRef,
    name: &str,
) -> Result<Option<PathBuf>, CliError> {
    let session = opened.fold(id)?;
    let run = newest_run(&session, task).ok_or_else(|| {
        CliError::new(Exit::NotFound, "RUN_NOT_FOUND", format!("{name} has no run in session {id}"))
    })?;
    let places = opened.host.places().map_err(|e| from_host(&e))?;
    let newest =
        (1..=run.counters.attempts).rev().map(|n| places.attempt(run.id, n).join("transcript.jsonl"));
    Ok(newest.into_iter().find(|path| path.is_file()))
}

fn tell(context: &mut Context, saying: &mut Saying, entry: &Entry) {
    if context.printer.is_json() {
        return context.printer.json_line(entry);
    }
    for line in saying.hear(entry) {
        context.printer.line(escape_block(&line));
    }
}
