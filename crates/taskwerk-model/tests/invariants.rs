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
use taskwerk_model::{Event, Status, Task, TaskId, TaskSet};

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
                        check_rollup(&board.set, event)?;
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

/// When a task closes, the roll-up containers above it that have nothing open left are closed with it.
fn check_rollup(set: &TaskSet, event: &Event) -> Result<(), TestCaseError> {
    let tasks: BTreeMap<&TaskId, &Task> = set.tasks().map(|task| (&task.id, task)).collect();
    let Event::Changed { id, .. } = event else { return Ok(()) };
    let closed = tasks.get(id).is_some_and(|task| task.status.is_closed());
    let parent = id.parent().and_then(|parent| tasks.get(&parent).copied());
    if let (true, Some(parent)) = (closed, parent) {
        let open = |other: &&Task| other.parent.as_ref() == Some(&parent.id) && !other.status.is_closed();
        let any_open = tasks.values().copied().any(|other| open(&other));
        prop_assert!(!parent.rollup || any_open || parent.status.is_closed(), "{} stays open", parent.id);
    }
    Ok(())
}
