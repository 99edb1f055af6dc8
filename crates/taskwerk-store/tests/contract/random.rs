//! Random commands: the tables are the fold of the events, and readiness is what a slow look says it is.

#[path = "../../../taskwerk-model/tests/common/ops.rs"]
mod ops;

use super::{Database, Handle, Time};
use ops::{Op, command, ops};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::BTreeSet;
use taskwerk_model::{Command, Import, ImportFile, ListQuery, Selector, TaskId, TaskSet};
use taskwerk_store::Clock;

fn runner() -> TestRunner {
    TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() })
}

fn play<H: Handle>(handle: &H, time: &Time, ops: &[Op]) {
    for op in ops {
        if let Op::Wait { minutes } = op {
            time.advance(*minutes);
        }
        let ids: Vec<TaskId> = handle.all().into_iter().map(|task| task.id).collect();
        if let Some(command) = command(op, &ids) {
            // Many are refused; what counts is the state that the rest leads to.
            let _refused_or_not = handle.execute(command);
        }
    }
}

pub(crate) fn tables_are_the_fold_of_the_events<D: Database>() {
    let check = |ops: Vec<Op>| {
        let (database, time) = (D::fresh(), Time::default());
        let handle = database.connect(&time);
        play(&handle, &time, &ops);
        let mut fold = TaskSet::default();
        for recorded in handle.events_after(0, u32::MAX) {
            fold.apply(recorded.at, &recorded.event);
        }
        prop_assert_eq!(fold.tasks().cloned().collect::<Vec<_>>(), handle.all());
        for exported in handle.exported() {
            let Ok(notes) = taskwerk_model::View::notes(&fold, &exported.task.id);
            prop_assert_eq!(notes, exported.notes);
        }
        Ok(())
    };
    runner().run(&ops(40), check).unwrap();
}

pub(crate) fn ready_is_what_a_slow_look_says<D: Database>() {
    let check = |ops: Vec<Op>| {
        let (database, time) = (D::fresh(), Time::default());
        let handle = database.connect(&time);
        let (mut fold, mut cursor) = (TaskSet::default(), 0);
        for op in &ops {
            play(&handle, &time, std::slice::from_ref(op));
            for recorded in handle.events_after(cursor, u32::MAX) {
                fold.apply(recorded.at, &recorded.event);
                cursor = recorded.seq;
            }
            let now = time.now();
            let ready = fold.tasks().filter(|task| fold.is_ready(&task.id, now));
            let slow: BTreeSet<TaskId> = ready.map(|task| task.id.clone()).collect();
            let listed = handle.list(&ListQuery::from(Selector::Ready)).unwrap();
            let quick: BTreeSet<TaskId> = listed.into_iter().map(|task| task.id).collect();
            prop_assert_eq!(slow, quick);
        }
        Ok(())
    };
    runner().run(&ops(80), check).unwrap();
}

pub(crate) fn an_export_makes_the_same_tasks_in_an_empty_store<D: Database>() {
    let check = |ops: Vec<Op>| {
        let time = Time::default();
        let (from, to) = (D::fresh(), D::fresh());
        let (from, to) = (from.connect(&time), to.connect(&time));
        play(&from, &time, &ops);
        time.advance(1);
        let json: Vec<serde_json::Value> = from
            .exported()
            .iter()
            .map(|exported| {
                let mut row = serde_json::to_value(&exported.task).unwrap();
                row["key"] = serde_json::to_value(&exported.key).unwrap();
                row["notes"] = serde_json::to_value(&exported.notes).unwrap();
                row
            })
            .collect();
        let json = serde_json::to_vec(&json).unwrap();
        let import = || {
            let rows = ImportFile::from_json(&json).unwrap().rows;
            Command::Import(Box::new(Import { rows, ..Import::default() }))
        };
        to.execute(import()).unwrap();
        prop_assert_eq!(to.exported(), from.exported());
        let again = to.execute(import()).unwrap();
        prop_assert!(again.is_empty());
        Ok(())
    };
    runner().run(&ops(40), check).unwrap();
}
