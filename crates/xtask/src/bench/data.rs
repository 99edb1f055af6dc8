//! What the measured programs are fed, the same bytes on every run.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// How many tasks the task manager is measured with.
pub(super) const TASKS: usize = 10_000;

const PRIORITIES: [&str; 4] = ["low", "medium", "high", "critical"];
const THEIR_PRIORITIES: [&str; 4] = ["L", "M", "H", "H"];

/// The prerequisites of a task: chains of ten, so that one task in ten is ready, and every seventh task also waits
/// for one in another chain.
fn prerequisites(index: usize) -> Vec<usize> {
    let chain = (!index.is_multiple_of(10)).then(|| index - 1);
    let other = (index > 0 && index.is_multiple_of(7)).then_some(index / 2);
    let mut all: Vec<usize> = chain.into_iter().chain(other).collect();
    all.dedup();
    all
}

/// Import rows for `taskwerk import --batch`.
pub(super) fn taskwerk_rows() -> String {
    let key = |index: usize| format!("t{index}");
    let row = |index: usize| {
        json!({
            "key": key(index),
            "title": format!("Task number {index} of the benchmark"),
            "description": "Written by the benchmark so that a row has some weight.",
            "priority": PRIORITIES[index % PRIORITIES.len()],
            "tags": [format!("tag{}", index % 5)],
            "depends_on": prerequisites(index).into_iter().map(key).collect::<Vec<_>>(),
        })
    };
    Value::Array((0..TASKS).map(row).collect()).to_string()
}

/// The same tasks as taskwarrior imports them.
pub(super) fn taskwarrior_rows() -> String {
    let uuid = |index: usize| format!("00000000-0000-4000-8000-{index:012}");
    let row = |index: usize| {
        let mut row = json!({
            "uuid": uuid(index),
            "description": format!("Task number {index} of the benchmark"),
            "entry": "20260101T000000Z",
            "status": "pending",
            "priority": THEIR_PRIORITIES[index % THEIR_PRIORITIES.len()],
            "tags": [format!("tag{}", index % 5)],
        });
        let before = prerequisites(index);
        if !before.is_empty() {
            row["depends"] = before.into_iter().map(uuid).collect();
        }
        row
    };
    Value::Array((0..TASKS).map(row).collect()).to_string()
}

/// A product document of at least so many bytes with features, phases, an order and the sections around them.
pub(super) fn document(bytes: usize) -> String {
    let mut text = String::from(
        "# Harbour\n\n## Overview\n\nHarbour keeps the books of a small port: berths, calls, cargo and fees.\n\n\
         ## Features\n\n",
    );
    let subjects =
        ["berth", "call", "cargo", "fee", "pilot", "crane", "manifest", "tariff", "tide", "invoice"];
    let verbs = ["Record", "Search", "Approve", "Export", "Archive", "Correct", "Share"];
    let mut number = 0;
    while text.len() < bytes {
        let (subject, verb) = (subjects[number % subjects.len()], verbs[number % verbs.len()]);
        number += 1;
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "### {number}. {verb} {subject} entries of area {number}\n\n\
             The system must let a clerk {} {subject} entries of area {number} and keep who did it.\n\n\
             - The {subject} list of area {number} is sorted by date\n\
             - An entry without a date is refused with a reason\n\
             - Depends on the {} register\n\n",
            verb.to_lowercase(),
            subjects[(number + 3) % subjects.len()],
        );
    }
    text.push_str("## Roadmap\n\n### Phase 1: Foundation\n\n- Project setup\n- Berth register\n\n");
    text.push_str("### Phase 2: Money\n\n- Fee tables\n- Invoices\n\n## Risks\n\n- Tide data may be late\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prerequisites_come_before_their_task() {
        for index in 0..TASKS {
            assert!(prerequisites(index).iter().all(|before| *before < index), "{index}");
        }
    }

    #[test]
    fn both_task_managers_get_every_task() {
        for rows in [taskwerk_rows(), taskwarrior_rows()] {
            let rows: Vec<Value> = serde_json::from_str(&rows).unwrap();
            assert_eq!(rows.len(), TASKS);
        }
    }

    #[test]
    fn the_document_is_as_large_as_its_bar_says() {
        let size = document(50 * 1024).len();
        assert!((50 * 1024..56 * 1024).contains(&size), "{size}");
    }
}
