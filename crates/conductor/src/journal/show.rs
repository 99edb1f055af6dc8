//! `conductor journal show`.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use cli_kit::text::escape;
use cli_kit::{CliError, Exit, Printer};
use conductor_engine::event::{Event, EventTag, Recorded, TaskChange};
use conductor_engine::ids::{RunId, SessionId, TaskRef};
use conductor_host::journal::Checkpoint;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;

use super::what::what;
use crate::context::Context;
use crate::failure::{from_client, from_journal};
use crate::orchestrate::monitor::look_again;
use crate::orchestrate::opened::Records;

/// Show the rows of a session's journal, one line each
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  conductor journal show --task TASK-002\n  conductor journal show --after 120 --follow\n  \
                        conductor journal show --run 1.4 --json"
)]
pub(crate) struct Args {
    /// Only what concerns this task
    #[arg(long, value_name = "TASK")]
    task: Option<String>,
    /// Only what concerns this run, such as 1.4
    #[arg(long, value_name = "RUN")]
    run: Option<RunId>,
    /// Only what comes after this row
    #[arg(long, value_name = "SEQ", default_value_t = 0)]
    after: u64,
    /// Go on as more comes, until nobody drives the session
    #[arg(long, short)]
    follow: bool,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let records = Records::new(context)?;
    let id = match args.run {
        Some(run) => records.db.session_row(run.session).map_err(from_journal)?.id,
        None => records.some_session()?,
    };
    let wanted = Wanted::new(&records, &args)?;
    let checkpoint = records.db.checkpoint(id).map_err(from_journal)?;
    if let Some(checkpoint) = &checkpoint
        && args.after < checkpoint.seq
    {
        context.printer.note(format!(
            "rows 1 to {} were compacted at {:.0}; what they led to is there, they are not",
            checkpoint.seq, checkpoint.made_at
        ));
    }
    if args.follow {
        follow(context, &records, id, &wanted, args.after)?;
    } else if context.printer.is_json() {
        let mut rows = Vec::new();
        each(&records, id, &wanted, args.after, &mut |row| {
            rows.push(row);
            ControlFlow::Continue(())
        })?;
        context.printer.json(&Document { session: id, checkpoint, rows });
    } else {
        let printer = &mut context.printer;
        each(&records, id, &wanted, args.after, &mut |row| {
            tell(printer, &row);
            if printer.is_closed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
    }
    Ok(Exit::Ok)
}

/// The one document of the command.
#[derive(Debug, Serialize)]
struct Document {
    session: SessionId,
    /// What stands for the rows that are no longer there.
    checkpoint: Option<Checkpoint>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    seq: u64,
    at: Timestamp,
    kind: EventTag,
    run: Option<RunId>,
    task_id: Option<String>,
    event: Event,
}

/// Which rows are told.
struct Wanted {
    run: Option<RunId>,
    task: Option<(TaskRef, String)>,
}

impl Wanted {
    fn new(records: &Records, args: &Args) -> Result<Self, CliError> {
        let task = args.task.as_ref().map(|text| records.project.tasks.find(text).map_err(from_client));
        let task = task.transpose()?.map(|task| (TaskRef(task.uid.to_string()), task.id.to_string()));
        Ok(Self { run: args.run, task })
    }

    fn has(&self, row: &Row) -> bool {
        let changes_it = |task: &TaskRef| {
            let Event::TasksChanged { changes } = &row.event else { return false };
            changes.iter().any(|change| match change {
                TaskChange::Is(facts) => &facts.task == task,
                TaskChange::Deleted(gone) => gone == task,
            })
        };
        self.run.is_none_or(|run| row.run == Some(run))
            && self
                .task
                .as_ref()
                .is_none_or(|(task, id)| row.task_id.as_ref() == Some(id) || changes_it(task))
    }
}

/// Hands over the wanted rows after row `after`; gives the last row that was looked at.
fn each(
    records: &Records,
    id: SessionId,
    wanted: &Wanted,
    after: u64,
    see: &mut dyn FnMut(Row) -> ControlFlow<()>,
) -> Result<u64, CliError> {
    let runs = records.db.runs(id).map_err(from_journal)?;
    let names: BTreeMap<RunId, String> = runs.into_iter().map(|run| (run.run, run.task_id)).collect();
    let mut last = after;
    records
        .db
        .each_row(id, after, &mut |Recorded { seq, at, event }| {
            last = seq;
            let run = event.run();
            let task_id = run.and_then(|run| names.get(&run).cloned());
            let row = Row { seq, at, kind: event.tag(), run, task_id, event };
            if wanted.has(&row) { see(row) } else { ControlFlow::Continue(()) }
        })
        .map_err(from_journal)?;
    Ok(last)
}

fn follow(
    context: &mut Context,
    records: &Records,
    id: SessionId,
    wanted: &Wanted,
    mut after: u64,
) -> Result<(), CliError> {
    loop {
        // Looked at before reading, so that what was written last is read after it.
        let over = records.driver()?.is_none();
        let printer = &mut context.printer;
        after = each(records, id, wanted, after, &mut |row| {
            if printer.is_json() {
                printer.json_line(&row);
            } else {
                tell(printer, &row);
            }
            ControlFlow::Continue(())
        })?;
        printer.flush();
        if over || printer.is_closed() {
            return Ok(());
        }
        look_again();
    }
}

fn tell(printer: &mut Printer, row: &Row) {
    let at = row.at.strftime("%Y-%m-%d %H:%M:%S");
    let task = row.task_id.as_deref().unwrap_or_default();
    let kind = json!(row.kind);
    let kind = kind.as_str().unwrap_or_default().replace('-', " ");
    let line = format!("{:>6}  {at}  {:<10} {kind:<17} {}", row.seq, escape(task), escape(&what(&row.event)));
    printer.line(line.trim_end());
}
