//! Carrying commands out.

use super::{Database, Handle, Time, id, ids, step};
use std::collections::BTreeSet;
use taskwerk_model::{Children, Command, Guard, Verb};

pub(crate) fn what_was_done_is_seen_by_every_connection<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let first = database.connect(&time);
    first.add("a");
    let second = database.connect(&time);
    assert_eq!(ids(&second.all()), "TASK-001");
    second.add("b");
    assert_eq!(first.all(), second.all());
}

pub(crate) fn deleted_ids_are_not_given_again<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    handle.add("a");
    handle.add("b");
    handle
        .execute(Command::Delete { task: id("2"), children: Children::Refuse, guard: Guard::default() })
        .unwrap();
    drop(handle);
    assert_eq!(database.connect(&time).add("c"), id("3"));
}

pub(crate) fn a_refused_command_leaves_no_trace<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    handle.add("a");
    let before = (handle.all(), handle.events_after(0, 99));
    let group = Command::All(vec![step("1", Verb::Start), step("2", Verb::Start)]);
    handle.execute(group.clone()).unwrap_err();
    handle.preview(group).unwrap_err();
    assert_eq!((handle.all(), handle.events_after(0, 99)), before);
}

pub(crate) fn a_preview_tells_what_would_be_and_changes_nothing<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    handle.add("a");
    let before = (handle.all(), handle.events_after(0, 99));
    let told = handle.preview(step("1", Verb::Start)).unwrap();
    assert_eq!((handle.all(), handle.events_after(0, 99)), before);
    assert_eq!(handle.execute(step("1", Verb::Start)).unwrap(), told);
}

pub(crate) fn many_commands_are_one_transaction_and_each_stands_for_itself<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    handle.add("a");
    handle.add("b");
    let outcomes = handle.execute_many(vec![
        step("1", Verb::Complete),
        Command::All(vec![step("2", Verb::Start), step("9", Verb::Start)]),
        step("2", Verb::Cancel),
    ]);
    let allowed: Vec<bool> = outcomes.iter().map(Result::is_ok).collect();
    assert_eq!(allowed, [true, false, true]);
    let kinds: Vec<&str> = handle.events_after(2, 99).iter().map(|recorded| recorded.event.kind()).collect();
    assert_eq!(kinds, ["completed", "cancelled"]);
}

pub(crate) fn the_log_is_read_in_pieces_without_a_gap<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let handle = database.connect(&time);
    for _ in 0..5 {
        handle.add("a");
    }
    let (mut cursor, mut seen) = (0, Vec::new());
    loop {
        let piece = handle.events_after(cursor, 2);
        let Some(last) = piece.last() else { break };
        cursor = last.seq;
        seen.extend(piece);
    }
    assert_eq!(seen, handle.events_after(0, 99));
    assert_eq!(seen.len(), 5);
    assert!(handle.events_after(u64::MAX, 1).is_empty());
}

pub(crate) fn the_writes_of_others_show_in_the_data_version<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let (first, second) = (database.connect(&time), database.connect(&time));
    let before = first.data_version();
    first.add("mine");
    assert_eq!(first.data_version(), before);
    second.add("theirs");
    assert_ne!(first.data_version(), before);
}

pub(crate) fn two_writers_lose_nothing_and_give_no_id_twice<D: Database>() {
    let (database, time) = (D::fresh(), Time::default());
    let add_many = || {
        let handle = database.connect(&time);
        (0..100).map(|_| handle.add("a")).collect::<Vec<_>>()
    };
    let given: BTreeSet<_> = std::thread::scope(|scope| {
        let writers = [scope.spawn(add_many), scope.spawn(add_many)];
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(given.len(), 200);
    assert_eq!(database.connect(&time).all().len(), 200);
}
