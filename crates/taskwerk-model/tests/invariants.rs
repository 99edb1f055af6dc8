//! Whatever is asked, in whatever order: these hold.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::wildcard_enum_match_arm, reason = "tests")]

#[expect(dead_code, reason = "shared with tests that need more of it")]
mod common;
#[path = "common/ops.rs"]
mod ops;

use common::Board;
use ops::{Op, command, ops};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{Change, Event, Status, Task, TaskId, TaskSet};

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_commands_keep_the_rules(ops in ops(60)) {
        let mut board = Board::new();
        let mut given = BTreeSet::new();
        for op in ops {
            if let Op::Wait { minutes } = op {
                board.now = board.now.plus(jiff::SignedDuration::from_mins(minutes));
            }
            let ids: Vec<TaskId> = board.set.tasks().map(|task| task.id.clone()).collect();
            let Some(command) = command(&op, &ids) else { continue };
            let before = board.set.clone();
            match board.decide(command) {
                Ok(decision) => {
                    for event in &decision.events {
                        if let Event::Created { task, .. } = event {
                            prop_assert!(given.insert(task.id.clone()), "{} was given twice", task.id);
                        }
                    }
                    // Later commands of a group may undo what an earlier one led to.
                    if !matches!(op, Op::Group(_)) {
                        check_rollup(&board.set, &decision.events)?;
                    }
                    check(&board.set)?;
                }
                Err(_) => prop_assert_eq!(&board.set, &before),
            }
        }
    }
}

fn check(set: &TaskSet) -> Result<(), TestCaseError> {
    let tasks: BTreeMap<&TaskId, &Task> = set.tasks().map(|task| (&task.id, task)).collect();
    for task in tasks.values() {
        prop_assert_eq!(&task.parent, &task.id.parent());
        prop_assert_eq!(task.status == Status::Blocked, task.block_reason.is_some());
        prop_assert_eq!(task.status == Status::Done, task.completed_at.is_some());
        for on in &task.depends_on {
            prop_assert!(tasks.contains_key(on), "{} waits for {}, which is gone", task.id, on);
        }
        if let Some(parent) = &task.parent {
            let parent = tasks.get(parent);
            prop_assert!(parent.is_some(), "{} has lost its container", task.id);
            let closed = parent.is_some_and(|parent| parent.status.is_closed());
            prop_assert!(!closed || task.status.is_closed(), "{} is open in a closed container", task.id);
        }
    }
    prop_assert!(can_all_be_finished(&tasks), "tasks wait for each other");
    Ok(())
}

/// Finishes what can be finished until nothing is left: possible exactly when nobody waits in a circle. This
/// says what the search for cycles says, by other means.
fn can_all_be_finished(tasks: &BTreeMap<&TaskId, &Task>) -> bool {
    let mut finished: BTreeSet<&TaskId> = BTreeSet::new();
    loop {
        let next: Vec<&TaskId> = tasks
            .iter()
            .filter(|(id, _)| !finished.contains(*id))
            .filter(|(id, task)| {
                let above = id.ancestors().filter_map(|above| tasks.get(&above).copied());
                let waits = above.chain([**task]).flat_map(|task| &task.depends_on);
                let below = tasks.keys().filter(|other| id.contains(other)).copied();
                waits.chain(below).all(|other| finished.contains(other))
            })
            .map(|(id, _)| *id)
            .collect();
        if next.is_empty() {
            return finished.len() == tasks.len();
        }
        finished.extend(next);
    }
}

/// When a task closes, the roll-up containers above it that have nothing open left are closed with it, unless
/// they are opened again by hand.
fn check_rollup(set: &TaskSet, events: &[Event]) -> Result<(), TestCaseError> {
    let tasks: BTreeMap<&TaskId, &Task> = set.tasks().map(|task| (&task.id, task)).collect();
    let moved: Vec<(&TaskId, Status)> = events.iter().filter_map(status_after).collect();
    let closed = moved.iter().filter(|(_, status)| status.is_closed()).map(|(id, _)| *id);
    for parent in closed.filter_map(TaskId::parent) {
        let Some(parent) = tasks.get(&parent) else { continue };
        let reopened = moved.iter().any(|(id, status)| **id == parent.id && !status.is_closed());
        let open = |other: &Task| other.parent.as_ref() == Some(&parent.id) && !other.status.is_closed();
        let finished = tasks.values().any(|task| task.parent.as_ref() == Some(&parent.id))
            && !tasks.values().any(|task| open(task));
        prop_assert!(
            !parent.rollup || !finished || reopened || parent.status.is_closed(),
            "{} stays open",
            parent.id
        );
    }
    Ok(())
}

fn status_after(event: &Event) -> Option<(&TaskId, Status)> {
    let Event::Changed { id, changes, .. } = event else { return None };
    let status = changes.iter().find_map(|change| match change {
        Change::Status(delta) => Some(delta.new),
        _ => None,
    });
    status.map(|status| (id, status))
}
