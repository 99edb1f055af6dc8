//! `taskwerk log`.

use cli_kit::table::{Cell, Fit, Table};
use cli_kit::time::{now, relative};
use cli_kit::{CliError, Exit};
use taskwerk_client::wire::TimelineEntry;
use taskwerk_model::Recorded;

use crate::context::{Context, Project};
use crate::failure::from_client;
use crate::show::event;

/// Show what happened, the oldest first
///
/// Everything is in the log, and it outlives the tasks. Without --after the newest are shown; programs go on from
/// where they were with --after.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk log --limit 20\n  taskwerk log 1,2\n  taskwerk log --after 512 --json"
)]
pub(crate) struct Args {
    /// Only what happened to these: ids by comma, a status, or ready
    #[arg(value_name = "SELECTOR")]
    selector: Option<String>,
    /// Only what came after this place in the log, all of it
    #[arg(long, value_name = "SEQ")]
    after: Option<u64>,
    /// At most so many: the newest [default: 100], or with --after the next
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

/// How many are shown when nothing is said about it.
const NEWEST: u32 = 100;

/// How many are read at a time, so that memory does not grow with the log.
const PAGE: u32 = 1000;

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    if context.printer.is_json() {
        let mut array = context.printer.json_array();
        each_page(&args, &project, |events| events.iter().all(|event| array.push(&TimelineEntry(event))))?;
        array.end();
        return Ok(Exit::Ok);
    }
    let now = now();
    each_page(&args, &project, |events| {
        let mut table =
            Table::new(&[("", Fit::Keep); 4].into_iter().chain([("", Fit::Shrink(20))]).collect::<Vec<_>>());
        for recorded in events {
            table.row([
                Cell::new(&recorded.seq.to_string()),
                Cell::new(&relative(recorded.at.timestamp(), now)),
                Cell::new(&recorded.event.task().to_string()),
                Cell::new(recorded.actor.as_str()),
                Cell::new(&event::what(&recorded.event)),
            ]);
        }
        let text = table.render(&context.printer);
        context.printer.raw(&text);
        !context.printer.is_closed()
    })?;
    Ok(Exit::Ok)
}

/// Hands the events that are asked for to `page`, oldest first, until it wants no more.
fn each_page(
    args: &Args,
    project: &Project,
    mut page: impl FnMut(&[Recorded]) -> bool,
) -> Result<(), CliError> {
    if let Some(selector) = &args.selector {
        page(&of_tasks(args, project, selector)?);
        return Ok(());
    }
    let Some(mut cursor) = args.after else {
        page(&project.tasks.latest_events(args.limit.unwrap_or(NEWEST)).map_err(from_client)?);
        return Ok(());
    };
    let mut left = args.limit.unwrap_or(u32::MAX);
    while left > 0 {
        let events = project.tasks.events_after(cursor, left.min(PAGE)).map_err(from_client)?;
        let Some(last) = events.last() else { break };
        cursor = last.seq;
        left = left.saturating_sub(u32::try_from(events.len()).unwrap_or(u32::MAX));
        if !page(&events) {
            break;
        }
    }
    Ok(())
}

fn of_tasks(args: &Args, project: &Project, selector: &str) -> Result<Vec<Recorded>, CliError> {
    let mut events = Vec::new();
    for id in project.ids(selector)? {
        events.extend(project.tasks.events_of(&id).map_err(from_client)?);
    }
    events.sort_by_key(|recorded| recorded.seq);
    let as_count = |limit: u32| usize::try_from(limit).unwrap_or(usize::MAX);
    match args.after {
        Some(after) => {
            events.retain(|recorded| recorded.seq > after);
            events.truncate(as_count(args.limit.unwrap_or(u32::MAX)));
        }
        None => {
            let surplus = events.len().saturating_sub(as_count(args.limit.unwrap_or(NEWEST)));
            events.drain(..surplus);
        }
    }
    Ok(events)
}
