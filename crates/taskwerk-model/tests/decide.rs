//! What commands lead to, one rule at a time.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::wildcard_enum_match_arm, reason = "tests")]

mod common;

use common::{Board, because, cascading, claim, delete, depend, guarded, id, release, step};
use insta::assert_snapshot;
use jiff::SignedDuration;
use taskwerk_model::{
    Add, Command, Edit, FencingToken, Guard, Patch, Progress, Status, Tag, Title, Verb, View, transition,
};

fn tag(text: &str) -> Tag {
    Tag::parse(text).unwrap()
}

fn update(task: &str, patch: Patch) -> Command {
    Command::Update { task: id(task), patch: Box::new(patch), guard: Guard::default() }
}

/// A board with one task of that status, reached by allowed moves.
fn board_at(status: Status) -> Board {
    let mut board = Board::new();
    board.add("a", &[]);
    let path: &[Verb] = match status {
        Status::Todo => &[],
        Status::InProgress => &[Verb::Start],
        Status::Paused => &[Verb::Start, Verb::Pause],
        Status::Blocked => &[Verb::Block],
        Status::Review => &[Verb::Start, Verb::Review],
        Status::Done => &[Verb::Complete],
        Status::Cancelled => &[Verb::Cancel],
    };
    for verb in path {
        board.ok(because(step("1", *verb), "why"));
    }
    assert_eq!(board.status("1"), status);
    board
}

#[test]
fn every_move_obeys_the_table() {
    for from in Status::ALL {
        for to in Status::ALL {
            let mut bare = board_at(from);
            let mut reasoned = board_at(from);
            let with_reason = because(step("1", Verb::To(to)), "why");
            match transition(from, to) {
                _ if from == to => assert_eq!(bare.ok(step("1", Verb::To(to))), ""),
                None => {
                    let message = reasoned.refused(with_reason);
                    assert!(message.starts_with("ILLEGAL_TRANSITION"), "{message}");
                    for target in from.targets() {
                        assert!(message.contains(target.as_str()), "{message}");
                    }
                }
                Some(row) => {
                    if row.needs_reason {
                        assert!(bare.refused(step("1", Verb::To(to))).starts_with("REASON_REQUIRED"));
                    } else {
                        bare.ok(step("1", Verb::To(to)));
                    }
                    reasoned.ok(with_reason);
                    assert_eq!(reasoned.status("1"), to);
                }
            }
        }
    }
}

#[test]
fn moves_keep_times_progress_and_reasons_in_step() {
    let mut board = Board::new();
    board.add("a", &[]);
    let began = board.now;
    board.ok(step("1", Verb::Start));
    board.now = board.now.plus(SignedDuration::from_hours(1));
    board.ok(because(step("1", Verb::Block), "no key"));
    assert_eq!(board.get("1").block_reason.as_deref(), Some("no key"));
    assert_eq!(board.ok(because(step("1", Verb::Block), "no key")), "");
    assert_eq!(board.ok(because(step("1", Verb::Block), "no door")), "blocked TASK-001");
    assert_eq!(board.get("1").block_reason.as_deref(), Some("no door"));
    board.ok(step("1", Verb::Unblock));
    assert_eq!(board.get("1").block_reason, None);
    board.ok(step("1", Verb::Start));
    board.ok(step("1", Verb::Complete));
    let done = board.get("1");
    assert_eq!(
        (done.started_at, done.completed_at, done.progress),
        (Some(began), Some(board.now), Progress::FULL)
    );
    assert_eq!(board.ok(step("1", Verb::Complete)), "");
    assert_snapshot!(board.refused(step("1", Verb::Start)), @"ILLEGAL_TRANSITION: TASK-001 is done and cannot become in-progress; from done it may become todo");
    assert_snapshot!(board.refused(step("1", Verb::Reopen)), @"REASON_REQUIRED: TASK-001 cannot go from done to todo without a reason");
    board.ok(because(step("1", Verb::Reopen), "it broke"));
    let open = board.get("1");
    assert_eq!((open.started_at, open.completed_at, open.progress), (Some(began), None, Progress::default()));
    assert_snapshot!(board.refused(step("1", Verb::Block)), @"REASON_REQUIRED: TASK-001 cannot go from todo to blocked without a reason");
}

#[test]
fn verbs_that_lead_to_todo_fit_one_situation_each() {
    assert_snapshot!(board_at(Status::InProgress).refused(step("1", Verb::Unblock)), @"ILLEGAL_TRANSITION: TASK-001 is in-progress: only a blocked task can be unblocked");
    assert_snapshot!(board_at(Status::InProgress).refused(because(step("1", Verb::Reopen), "x")), @"ILLEGAL_TRANSITION: TASK-001 is in-progress: only a done or cancelled task can be opened again");
    assert_snapshot!(board_at(Status::Blocked).refused(step("1", Verb::Stop)), @"ILLEGAL_TRANSITION: TASK-001 is blocked: only a task in progress can be stopped");
    assert_snapshot!(board_at(Status::InProgress).ok(step("1", Verb::Stop)), @"stopped TASK-001");
    assert_snapshot!(board_at(Status::Blocked).ok(step("1", Verb::Unblock)), @"unblocked TASK-001");
    assert_snapshot!(board_at(Status::Cancelled).ok(step("1", Verb::Reopen)), @"reopened TASK-001");
}

#[test]
fn a_task_starts_when_what_it_waits_for_is_done() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.add("b", &["1"]);
    board.add("c", &["1", "2"]);
    assert_eq!(board.ready(), "TASK-001");
    assert_snapshot!(board.refused(step("3", Verb::Start)), @"UNMET_DEPENDENCIES: TASK-003 waits for TASK-001 (todo), TASK-002 (todo)");
    assert_eq!(board.ok(guarded(step("3", Verb::Start), Guard::force())), "started TASK-003");
    board.ok(step("1", Verb::Complete));
    assert_eq!(board.ready(), "TASK-002");
    let decision = board.decide(step("2", Verb::Cancel)).unwrap();
    assert_eq!(decision.stranded.into_iter().collect::<Vec<_>>(), [id("3")]);
    board.ok(step("3", Verb::Stop));
    assert_eq!(board.ready(), "", "a cancelled dependency is not met");
}

#[test]
fn ids_count_up_and_are_never_given_twice() {
    let mut board = Board::new();
    assert_eq!(board.add("a", &[]), id("1"));
    assert_eq!(board.add("b", &[]), id("2"));
    assert_eq!(board.add_under(Some("1"), "c", &[]), id("1.1"));
    assert_eq!(board.add_under(Some("1"), "d", &[]), id("1.2"));
    assert_eq!(board.add_under(Some("1.1"), "e", &[]), id("1.1.1"));
    board.ok(delete("2"));
    board.ok(delete("1.2"));
    assert_eq!(board.add("f", &[]), id("3"));
    assert_eq!(board.add_under(Some("1"), "g", &[]), id("1.3"));
    let mut orphan = Add::new(Title::parse("x").unwrap());
    orphan.parent = Some(id("9"));
    assert_snapshot!(board.refused(Command::Add(Box::new(orphan))), @"TASK_NOT_FOUND: no task TASK-009");
}

#[test]
fn unknown_ids_come_with_suggestions() {
    let mut board = Board::new();
    for title in ["a", "b", "c"] {
        board.add(title, &[]);
    }
    board.add_under(Some("2"), "d", &[]);
    let near = |board: &mut Board, text| board.decide(step(text, Verb::Start)).unwrap_err().suggestions();
    assert_eq!(near(&mut board, "4"), ["TASK-003", "TASK-002", "TASK-001"]);
    assert_eq!(near(&mut board, "2.7"), ["TASK-002.1"]);
    assert_eq!(near(&mut board, "3.1"), ["TASK-003", "TASK-002", "TASK-001"]);
    assert!(near(&mut board, "XXXX-999").is_empty());
}

#[test]
fn cycles_are_refused_with_their_path_also_through_containers() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.add("b", &["1"]);
    board.add("c", &["2"]);
    assert_snapshot!(board.refused(depend("1", "1")), @"DEPENDENCY_CYCLE: that would be a cycle: TASK-001 → TASK-001");
    assert_snapshot!(board.refused(depend("1", "3")), @"DEPENDENCY_CYCLE: that would be a cycle: TASK-001 → TASK-003 → TASK-002 → TASK-001");
    assert_eq!(board.ok(depend("2", "1")), "", "one that is there is no change");
    board.add_under(Some("3"), "under c", &[]);
    assert_snapshot!(board.refused(depend("3.1", "3")), @"DEPENDENCY_CYCLE: that would be a cycle: TASK-003.1 → TASK-003 → TASK-003.1");
    assert_snapshot!(board.refused(depend("3", "3.1")), @"DEPENDENCY_CYCLE: that would be a cycle: TASK-003 → TASK-003.1 → TASK-003");
    assert_snapshot!(board.refused(depend("1", "3.1")), @"DEPENDENCY_CYCLE: that would be a cycle: TASK-001 → TASK-003.1 → TASK-003 → TASK-002 → TASK-001");
    let mut child = Add::new(Title::parse("x").unwrap());
    child.parent = Some(id("1"));
    child.depends_on = vec![id("3.1")];
    assert_snapshot!(board.refused(Command::Add(Box::new(child))), @"DEPENDENCY_CYCLE: that would be a cycle: TASK-001.1 → TASK-003.1 → TASK-003 → TASK-002 → TASK-001 → TASK-001.1");
    assert_eq!(board.ok(depend("3.1", "1")), "dependency_added TASK-003.1");
}

#[test]
fn a_containers_dependencies_hold_for_all_under_it() {
    let mut board = Board::new();
    board.add("first", &[]);
    board.add("phase", &["1"]);
    board.add_under(Some("2"), "work", &[]);
    assert_eq!(board.ready(), "TASK-001");
    assert_snapshot!(board.refused(step("2.1", Verb::Start)), @"UNMET_DEPENDENCIES: TASK-002.1 waits for TASK-001 (todo)");
    board.ok(step("1", Verb::Complete));
    assert_eq!(board.ready(), "TASK-002.1", "a container itself is never ready");
    board.ok(because(step("2", Verb::Block), "legal"));
    assert_eq!(board.ready(), "", "a parked container parks what is under it");
    assert_snapshot!(board.refused(step("2.1", Verb::Start)), @"UNMET_DEPENDENCIES: TASK-002.1 waits for TASK-002 (blocked)");
}

#[test]
fn a_dependency_on_a_container_waits_for_all_under_it() {
    let mut board = Board::new();
    board.add("phase", &[]);
    board.ok(update("1", Patch { rollup: Some(true), ..Patch::default() }));
    board.add_under(Some("1"), "one", &[]);
    board.add_under(Some("1"), "two", &[]);
    board.add("after", &["1"]);
    board.ok(step("1.1", Verb::Complete));
    assert_eq!(board.ready(), "TASK-001.2");
    assert_eq!(board.ok(step("1.2", Verb::Complete)), "completed TASK-001.2, rolled_up TASK-001");
    assert_eq!(board.ready(), "TASK-002");
}

#[test]
fn rollup_closes_containers_upwards_and_only_those_that_ask_for_it() {
    let mut board = Board::new();
    let rollup = || Patch { rollup: Some(true), ..Patch::default() };
    board.add("top", &[]);
    board.add_under(Some("1"), "middle", &[]);
    board.add_under(Some("1.1"), "leaf", &[]);
    board.ok(update("1.1", rollup()));
    assert_eq!(board.ok(step("1.1.1", Verb::Complete)), "completed TASK-001.1.1, rolled_up TASK-001.1");
    board.ok(because(step("1.1.1", Verb::Reopen), "again"));
    assert_eq!(board.status("1.1"), Status::Todo, "nothing open lies in a closed container");
    board.ok(update("1", rollup()));
    assert_snapshot!(board.ok(step("1.1.1", Verb::Cancel)), @"cancelled TASK-001.1.1, rolled_up TASK-001.1, rolled_up TASK-001");
    assert_eq!((board.status("1"), board.status("1.1")), (Status::Cancelled, Status::Cancelled));
}

#[test]
fn closing_a_container_needs_cascade_while_tasks_under_it_are_open() {
    let mut board = Board::new();
    board.add("top", &[]);
    board.add_under(Some("1"), "middle", &[]);
    board.add_under(Some("1.1"), "leaf", &[]);
    assert_snapshot!(board.refused(step("1", Verb::Complete)), @"HAS_OPEN_CHILDREN: TASK-001 has open tasks under it: TASK-001.1");
    assert_snapshot!(board.refused(step("1", Verb::Cancel)), @"HAS_OPEN_CHILDREN: TASK-001 has open tasks under it: TASK-001.1");
    assert_snapshot!(board.ok(cascading(step("1", Verb::Complete))), @"completed TASK-001.1.1, completed TASK-001.1, completed TASK-001");
    let mut child = Add::new(Title::parse("x").unwrap());
    child.parent = Some(id("1"));
    assert_snapshot!(board.refused(Command::Add(Box::new(child))), @"PARENT_CLOSED: TASK-001 is done, so nothing open can be under it");
}

#[test]
fn cascade_obeys_the_table_for_each_task() {
    let mut board = Board::new();
    board.add("top", &[]);
    board.add_under(Some("1"), "stuck", &[]);
    board.ok(because(step("1.1", Verb::Block), "stuck"));
    assert_snapshot!(board.refused(cascading(step("1", Verb::Complete))), @"ILLEGAL_TRANSITION: TASK-001.1 is blocked and cannot become done; from blocked it may become todo, in-progress, cancelled");
    assert_snapshot!(board.ok(cascading(step("1", Verb::Cancel))), @"cancelled TASK-001.1, cancelled TASK-001");
}

#[test]
fn while_a_claim_lives_only_its_token_moves_the_task() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.ok(claim("1", "bob"));
    let token = board.set.claim(&id("1")).unwrap().unwrap().token;
    assert_eq!(board.ready(), "", "what is held is not offered");
    assert_snapshot!(board.refused(step("1", Verb::Start)), @"CLAIMED: TASK-001 is claimed by bob until 2027-01-15T08:10:00.000000Z");
    assert_snapshot!(board.refused(claim("1", "eve")), @"CLAIMED: TASK-001 is claimed by bob until 2027-01-15T08:10:00.000000Z");
    assert_eq!(board.ok(claim("1", "bob")), "extended TASK-001", "the holder keeps what he has");
    assert_eq!(board.ok(guarded(step("1", Verb::Start), Guard::token(token))), "started TASK-001");
    assert!(
        board.refused(guarded(step("1", Verb::Pause), Guard::token(FencingToken(99)))).starts_with("CLAIMED")
    );
    let patch = Patch { progress: Some(Progress::new(10).unwrap()), ..Patch::default() };
    assert_eq!(board.ok(update("1", patch)), "updated TASK-001", "fields are free");
    assert_snapshot!(board.refused(delete("1")), @"CLAIMED: TASK-001 is claimed by bob until 2027-01-15T08:10:00.000000Z");
    assert_snapshot!(board.refused(release("1")), @"CLAIMED: TASK-001 is claimed by bob until 2027-01-15T08:10:00.000000Z");
    assert_eq!(
        board.ok(guarded(step("1", Verb::Complete), Guard::token(token))),
        "completed TASK-001, released TASK-001"
    );
    assert_eq!(board.ok(guarded(release("1"), Guard::token(token))), "", "gone already is no change");
    assert_eq!(
        board.ok(guarded(step("1", Verb::Complete), Guard::token(token))),
        "",
        "a repeat is no change"
    );
}

#[test]
fn a_claim_lapses_and_the_next_one_fences_the_old_holder_off() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.ok(claim("1", "bob"));
    let old = board.set.claim(&id("1")).unwrap().unwrap().token;
    let ttl = SignedDuration::from_mins(10);
    board.now = board.now.plus(ttl);
    assert_eq!(board.ready(), "TASK-001");
    let beat = Command::Heartbeat { task: id("1"), token: old, ttl };
    assert_eq!(board.ok(beat.clone()), "extended TASK-001", "revived, since nobody came between");
    board.now = board.now.plus(ttl);
    board.ok(claim("1", "eve"));
    let new = board.set.claim(&id("1")).unwrap().unwrap().token;
    assert!(new > old);
    assert_snapshot!(board.refused(beat), @"STALE_TOKEN: token 1 no longer holds TASK-001");
    assert!(board.refused(guarded(step("1", Verb::Start), Guard::token(old))).starts_with("CLAIMED"));
    assert_eq!(board.ok(guarded(claim("1", "ann"), Guard::force())), "claimed TASK-001");
    board.ok(guarded(release("1"), Guard::force()));
    assert_snapshot!(board.refused(guarded(step("1", Verb::Start), Guard::token(new))), @"STALE_TOKEN: token 2 no longer holds TASK-001");
}

#[test]
fn containers_and_closed_tasks_are_not_claimed() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.add_under(Some("1"), "b", &[]);
    assert_snapshot!(board.refused(claim("1", "bob")), @"IS_CONTAINER: TASK-001 is a container: the tasks under it are claimed, not itself");
    board.ok(step("1.1", Verb::Complete));
    assert_snapshot!(board.refused(claim("1.1", "bob")), @"TASK_CLOSED: TASK-001.1 is done and cannot be claimed");
    board.add("c", &[]);
    board.ok(claim("2", "bob"));
    let mut child = Add::new(Title::parse("x").unwrap());
    child.parent = Some(id("2"));
    assert!(board.refused(Command::Add(Box::new(child))).starts_with("CLAIMED"));
}

#[test]
fn deleting_asks_about_children_and_dependants() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.add_under(Some("1"), "b", &[]);
    board.add_under(Some("1"), "c", &["1.1"]);
    board.add("d", &["1.1"]);
    assert_snapshot!(board.refused(delete("1")), @"HAS_CHILDREN: TASK-001 has tasks under it: TASK-001.1, TASK-001.2");
    assert_snapshot!(board.refused(cascading(delete("1"))), @"HAS_DEPENDENTS: other tasks wait for TASK-001: TASK-002");
    assert_snapshot!(board.ok(cascading(guarded(delete("1"), Guard::force()))), @"dependency_removed TASK-002, deleted TASK-001.2, deleted TASK-001.1, deleted TASK-001");
    assert!(board.get("2").depends_on.is_empty());
}

#[test]
fn edits_change_what_they_name_and_nothing_else() {
    let mut board = Board::new();
    board.add("a", &[]);
    let patch = Patch {
        description: Edit::Set("d".to_owned()),
        tags: Edit::Set(vec![tag("x"), tag("y"), tag("x")]),
        add_tags: vec![tag("z"), tag("y")],
        remove_tags: vec![tag("x")],
        ..Patch::default()
    };
    assert_eq!(board.ok(update("1", patch.clone())), "updated TASK-001");
    assert_eq!(board.get("1").tags, [tag("y"), tag("z")]);
    assert_eq!(board.get("1").version, 2);
    assert_eq!(board.ok(update("1", Patch { tags: Edit::Keep, remove_tags: vec![], ..patch })), "");
    assert_eq!(board.ok(update("1", Patch::default())), "");
    let clear = Patch { description: Edit::Clear, ..Patch::default() };
    let stale = Guard { version: Some(1), ..Guard::default() };
    assert_snapshot!(board.refused(guarded(update("1", clear.clone()), stale)), @"VERSION_CONFLICT: TASK-001 is at version 2, not 1");
    board.ok(update("1", clear));
    assert_eq!(board.get("1").description, None);
    let huge = Patch { description: Edit::Set("x".repeat(1024 * 1024 + 1)), ..Patch::default() };
    assert_snapshot!(board.refused(update("1", huge)), @"VALIDATION_ERROR: description has 1048577 bytes; at most 1048576 are allowed");
}

#[test]
fn a_group_is_done_whole_or_not_at_all_and_sees_its_own_effects() {
    let mut board = Board::new();
    board.add("a", &[]);
    board.add("b", &["1"]);
    let group = |last| Command::All(vec![step("1", Verb::Complete), step("2", Verb::Start), last]);
    assert_snapshot!(board.refused(group(step("9", Verb::Start))), @"TASK_NOT_FOUND: no task TASK-009");
    assert_snapshot!(board.ok(group(claim("2", "bob"))), @"completed TASK-001, started TASK-002, claimed TASK-002");
}
