//! One task with all that belongs to it.

use cli_kit::printer::Style;
use cli_kit::table::{Cell, Fit, Table};
use cli_kit::text::{escape, escape_block};
use cli_kit::time::relative;
use jiff::Timestamp;
use serde_json::Value;
use taskwerk_client::Detail;
use taskwerk_model::{Claim, Note, Task};

use super::event;
use super::{priority_style, status_style};
use crate::context::Context;

/// Prints the page of a task.
pub(crate) fn print(context: &mut Context, detail: &Detail, now: Timestamp) {
    let printer = &mut context.printer;
    let id = detail.task.id.to_string();
    let heading = format!("{}  {}", printer.paint(Style::Bold, &id), escape(detail.task.title.as_str()));
    printer.line(heading);
    let facts = facts(detail, now).render(printer);
    printer.raw(&facts);
    let task = &detail.task;
    section(context, "description", task.description.iter().map(|text| block(text, 2)));
    section(context, "acceptance", task.acceptance.iter().map(bullet));
    section(context, "files", task.files.iter().map(bullet));
    section(context, "links", task.links.iter().map(bullet));
    section(context, "children", detail.children.iter().map(related));
    section(context, "blocks", detail.blocks.iter().map(related));
    section(context, "notes", detail.notes.iter().map(|each| note(each, now)));
    section(context, "timeline", detail.timeline.iter().map(|each| format!("  {}", event::line(each, now))));
}

/// The short fields that are set, by name.
fn facts(detail: &Detail, now: Timestamp) -> Table {
    let task = &detail.task;
    let plain = |text: String| Cell::new(&text);
    let facts = [
        ("status", Some(Cell::new(&status(task)).maybe(status_style(task.status)))),
        ("claim", detail.claim.as_ref().map(|claim| plain(held(claim, now)))),
        ("priority", Some(plain(task.priority.to_string()).maybe(priority_style(task.priority)))),
        ("type", task.kind.as_ref().map(|kind| plain(kind.to_string()))),
        ("category", task.category.as_ref().map(|name| plain(name.to_string()))),
        ("tags", words(&task.tags).map(plain)),
        ("assignee", task.assignee.as_ref().map(|name| plain(name.to_string()))),
        ("waits for", words(&task.depends_on).map(plain)),
        ("estimate", task.estimate_minutes.map(|time| plain(time.to_string()))),
        ("took", task.actual_minutes.map(|time| plain(time.to_string()))),
        ("progress", (task.progress.percent() > 0).then(|| plain(task.progress.to_string()))),
        ("due", task.due.map(|due| plain(due.to_string()))),
        ("session", task.session.as_ref().map(|name| plain(name.to_string()))),
        ("rollup", task.rollup.then(|| plain("closes with the last open task under it".to_owned()))),
        (
            "metadata",
            (!task.metadata.is_empty()).then(|| plain(Value::from(task.metadata.clone()).to_string())),
        ),
        ("made", Some(plain(relative(task.created_at.timestamp(), now)))),
        ("begun", task.started_at.map(|at| plain(relative(at.timestamp(), now)))),
        ("done", task.completed_at.map(|at| plain(relative(at.timestamp(), now)))),
    ];
    let mut table = Table::new(&[("", Fit::Keep), ("", Fit::Shrink(20))]);
    for (name, value) in facts {
        if let Some(value) = value {
            table.row([Cell::new(&format!("  {name}")).style(Style::Dim), value]);
        }
    }
    table
}

fn status(task: &Task) -> String {
    match &task.block_reason {
        Some(reason) => format!("{}: {reason}", task.status),
        None => task.status.to_string(),
    }
}

fn held(claim: &Claim, now: Timestamp) -> String {
    format!("{}, lapses {}", claim.worker, relative(claim.expires_at.timestamp(), now))
}

/// A heading and what stands under it; nothing when there is nothing.
fn section(context: &mut Context, heading: &str, lines: impl IntoIterator<Item = String>) {
    let printer = &mut context.printer;
    for (at, line) in lines.into_iter().enumerate() {
        if at == 0 {
            let heading = printer.paint(Style::Dim, heading).into_owned();
            printer.line(heading);
        }
        printer.line(line);
    }
}

fn note(note: &Note, now: Timestamp) -> String {
    let head = format!("  {}, {}:", relative(note.at.timestamp(), now), escape(note.author.as_str()));
    format!("{head}\n{}", block(&note.text, 4))
}

fn related(task: &Task) -> String {
    format!("  {}  {}  {}", task.id, task.status, escape(task.title.as_str()))
}

fn bullet(text: impl AsRef<str>) -> String {
    format!("  - {}", escape(text.as_ref()))
}

/// Text of several lines, escaped and indented.
fn block(text: &str, columns: usize) -> String {
    let text = escape_block(text);
    text.lines().map(|line| format!("{:columns$}{line}", "")).collect::<Vec<_>>().join("\n")
}

fn words<T: ToString>(items: &[T]) -> Option<String> {
    let words: Vec<String> = items.iter().map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(", "))
}
