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
/// Everything is in the log, and it outlives the tasks. Programs go on from where they were with --after.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Examples:\n  taskwerk log --limit 20\n  taskwerk log 1,2\n  taskwerk log --after 512 --json"
)]
pub(crate) struct Args {
    /// Only what happened to these: ids by comma, a status, or ready
    #[arg(value_name = "SELECTOR")]
    selector: Option<String>,
    /// Only what came after this place in the log
    #[arg(long, value_name = "SEQ", default_value = "0")]
    after: u64,
    /// At most so many: the newest, or with --after the next
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

pub(crate) fn run(args: Args, context: &mut Context) -> Result<Exit, CliError> {
    let project = context.open()?;
    let events = events(&args, &project)?;
    let printer = &mut context.printer;
    if printer.is_json() {
        let mut array = printer.json_array();
        events.iter().all(|recorded| array.push(&TimelineEntry(recorded)));
        array.end();
        return Ok(Exit::Ok);
    }
    let now = now();
    let mut table = Table::new(&[
        ("", Fit::Keep),
        ("", Fit::Keep),
        ("", Fit::Keep),
        ("", Fit::Keep),
        ("", Fit::Shrink(20)),
    ]);
    for recorded in &events {
        table.row([
            Cell::new(&recorded.seq.to_string()),
            Cell::new(&relative(recorded.at.timestamp(), now)),
            Cell::new(&recorded.event.task().to_string()),
            Cell::new(recorded.actor.as_str()),
            Cell::new(&event::what(&recorded.event)),
        ]);
    }
    let text = table.render(printer);
    printer.raw(&text);
    Ok(Exit::Ok)
}

/// The events that are asked for, oldest first.
fn events(args: &Args, project: &Project) -> Result<Vec<Recorded>, CliError> {
    let limit = args.limit.unwrap_or(u32::MAX);
    let Some(selector) = &args.selector else {
        let all = args.after > 0 || args.limit.is_none();
        let events = if all {
            project.tasks.events_after(args.after, limit)
        } else {
            project.tasks.latest_events(limit)
        };
        return events.map_err(from_client);
    };
    let mut events = Vec::new();
    for id in project.ids(selector)? {
        events.extend(project.tasks.events_of(&id).map_err(from_client)?);
    }
    events.retain(|recorded| recorded.seq > args.after);
    events.sort_by_key(|recorded| recorded.seq);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if args.after > 0 {
        events.truncate(limit);
    } else {
        events.drain(..events.len().saturating_sub(limit));
    }
    Ok(events)
}
