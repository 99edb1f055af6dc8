//! `conductor orchestrate logs`.

use std::path::PathBuf;

use cli_kit::text::{escape, escape_block};
use cli_kit::{CliError, Exit};
use conductor_engine::ids::SessionId;
use conductor_host::transcript::{self, Entry, Event, Stream};

use super::error::{failed, from_host};
use super::monitor::look_again;
use super::opened::{Opened, newest_run};
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
    loop {
        let over = !follow || opened.driver()?.is_none();
        if let Some(newest) = transcript_file(opened, id, &task, &name)? {
            let cursor = file.as_ref().filter(|(old, _)| *old == newest).map_or(0, |(_, cursor)| *cursor);
            let page = transcript::read(&newest, cursor).map_err(|e| failed(&e))?;
            for entry in &page.entries {
                tell(context, entry);
            }
            file = Some((newest, page.cursor));
        }
        context.printer.flush();
        if over || context.printer.is_closed() {
            return Ok(());
        }
        look_again();
    }
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

fn tell(context: &mut Context, entry: &Entry) {
    if context.printer.is_json() {
        context.printer.json_line(entry);
    } else {
        let text = text(entry);
        context.printer.line(escape_block(&text));
    }
}

fn text(entry: &Entry) -> String {
    let at = entry.at.strftime("%H:%M:%S");
    match &entry.event {
        Event::Started { agent, attempt, .. } => format!("{at}  {agent} begins attempt {attempt}"),
        Event::Message { text } => format!("{at}  {text}"),
        Event::Output { stream: Stream::Stdout, line } => format!("{at}  | {line}"),
        Event::Output { stream: Stream::Stderr, line } => format!("{at}  ! {line}"),
        Event::Usage { usage } => format!(
            "{at}  used {} tokens in, {} out",
            usage.input_tokens.map_or_else(|| "?".to_owned(), |n| n.to_string()),
            usage.output_tokens.map_or_else(|| "?".to_owned(), |n| n.to_string())
        ),
        Event::Question { text } => format!("{at}  asks: {text}"),
        Event::End { outcome } => format!("{at}  over: {outcome}"),
        Event::Full => format!("{at}  (more is in the log files beside this transcript)"),
    }
}
