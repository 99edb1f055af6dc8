//! The picture at the end, for people.

use cli_kit::printer::{Printer, Style};
use cli_kit::table::{Cell, Fit, Table};
use jiff::SignedDuration;

use super::check::{Picture, TaskPicture};

/// Draws the tasks with their commits and evidence.
pub(super) fn draw(printer: &mut Printer, picture: &Picture) {
    let mut table = Table::new(&[
        ("task", Fit::Keep),
        ("title", Fit::Shrink(12)),
        ("status", Fit::Keep),
        ("how", Fit::Keep),
        ("tests", Fit::Drop),
        ("commit", Fit::Keep),
        ("evidence", Fit::Drop),
    ]);
    for task in &picture.tasks {
        table.row([
            Cell::new(&task.id).style(Style::Cyan),
            Cell::new(&task.title),
            Cell::new(task.status.as_str()).style(Style::Green),
            Cell::new(&how(task)).maybe(how_style(task)),
            Cell::new(&task.tests.map_or_else(String::new, |tests| format!("{tests} ok"))),
            Cell::new(task.commit.short()),
            Cell::new(&task.evidence.0.chars().take(12).collect::<String>()).style(Style::Dim),
        ]);
    }
    let text = table.render(printer);
    for line in text.lines() {
        printer.line(line);
    }
}

/// `6 tasks done by a replay, 6 commits on main, 7 attempts, 1 failed gate, 1 answer from a person, 3.1 s`.
pub(super) fn sum(picture: &Picture, took: SignedDuration) -> String {
    let count = |number: u64, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    let size = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let tenths = took.as_millis() / 100;
    format!(
        "{} done by a replay, {} on {}, {}, {}, {} from a person, {}.{} s",
        count(size(picture.tasks.len()), "task"),
        count(size(picture.commits), "commit"),
        picture.branch,
        count(picture.attempts, "attempt"),
        count(size(picture.failed_gates), "failed gate"),
        count(picture.answers, "answer"),
        tenths / 10,
        tenths % 10,
    )
}

fn how(task: &TaskPicture) -> String {
    match (task.accepted, task.attempts) {
        (true, _) => "accepted".to_owned(),
        (false, 1) => "at once".to_owned(),
        (false, attempts) => format!("attempt {attempts}"),
    }
}

fn how_style(task: &TaskPicture) -> Option<Style> {
    (task.accepted || task.attempts > 1).then_some(Style::Yellow)
}
