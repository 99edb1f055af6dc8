use conductor_engine::attempt::{AttemptEnd, AttemptReport, Usage};
use conductor_engine::control::{Actor, Control, Reply};
use conductor_engine::effect::{EffectKey, Outcome, Verb};
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::evidence::Evidence;
use conductor_engine::ids::{ControlId, EvidenceId, HoldId, Oid, SessionId, TaskRef, Token, TreeId};
use conductor_engine::session::{Rules, Session, Standing, TaskFacts};
use conductor_engine::{Input, apply, decide};
use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::driver::Journal as _;
use crate::session::Setup;

const ID: SessionId = SessionId(1);

fn setup() -> Setup {
    Setup {
        version: Setup::VERSION,
        rules: Rules::new("script", 1),
        base: Oid::parse(&"a".repeat(40)).unwrap(),
        target: "main".to_owned(),
        gates: Vec::new(),
        gates_digest: "none".to_owned(),
        require_tests: false,
        fresh: false,
        config: json!({}),
        replay: None,
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn facts() -> TaskFacts {
    TaskFacts {
        task: TaskRef("u1".to_owned()),
        id: "TASK-001".to_owned(),
        title: "Store notes".to_owned(),
        standing: Standing::Ready,
        urgency: 2,
        created_at: at(0),
        estimate_minutes: 60,
        depends_on: Vec::new(),
    }
}

/// Tells the engine `input` and then the time, as a turn does.
fn tell(session: &mut Session, input: Input, now: Timestamp) -> Vec<Recorded> {
    let mut rows = Vec::new();
    for input in [input, Input::Tick] {
        for event in decide(session, now, input) {
            let row = Recorded { seq: session.seq + 1, at: now, event };
            apply(session, &row).unwrap();
            rows.push(row);
        }
    }
    rows
}

fn begun() -> (tempfile::TempDir, Database, Session) {
    let dir = tempfile::tempdir().unwrap();
    let mut db = Database::open(dir.path()).unwrap();
    db.create_session(ID, &setup(), at(0)).unwrap();
    let mut session = db.fold(ID).unwrap();
    let rows = tell(&mut session, Input::Tasks(vec![TaskChange::Is(facts())]), at(1));
    db.append(ID, &rows, &session).unwrap();
    (dir, db, session)
}

#[test]
fn what_was_appended_folds_to_the_same_state() {
    let (dir, db, session) = begun();
    assert_eq!(db.fold(ID).unwrap(), session);
    // Another process sees it too.
    let other = Database::open(dir.path()).unwrap();
    assert_eq!(other.fold(ID).unwrap(), session);
    assert_eq!(other.rows(ID, 1).unwrap().len() as u64, session.seq - 1);
    assert_eq!(
        other.run_task(session.runs.keys().copied().next().unwrap()).unwrap(),
        TaskRef("u1".to_owned())
    );
}

#[test]
fn a_row_that_another_driver_wrote_is_a_conflict_and_nothing_is_half_written() {
    let (dir, mut db, session) = begun();
    let mut other = Database::open(dir.path()).unwrap();
    let key = |session: &Session| {
        let run = session.runs.values().next().unwrap();
        EffectKey { run: Some(run.id), epoch: run.epoch, verb: Verb::Claim }
    };
    let claimed = Outcome::Claimed { token: Token(7) };
    let (mut ours, mut theirs) = (session.clone(), session);
    let claim = key(&ours);
    let our_rows = tell(&mut ours, Input::Done(claim, claimed.clone()), at(2));
    let their_rows = tell(&mut theirs, Input::Done(claim, claimed), at(3));
    db.append(ID, &our_rows, &ours).unwrap();
    let error = other.append(ID, &their_rows, &theirs).unwrap_err();
    assert!(matches!(error, JournalError::Conflict { seq, .. } if seq == our_rows[0].seq), "{error}");
    assert_eq!(db.fold(ID).unwrap(), ours);
}

#[test]
fn what_people_ask_is_numbered_and_gets_its_reply() {
    let (_dir, mut db, mut session) = begun();
    let ann = Actor("ann".to_owned());
    let id = db.ask(ID, &ann, &Control::Pause, at(2)).unwrap();
    assert_eq!(db.reply(id).unwrap(), None);
    let waiting = db.controls(ID, session.last_control).unwrap();
    assert_eq!((waiting.len(), &waiting[0].control), (1, &Control::Pause));
    let rows = tell(&mut session, Input::Control(id, ann, Control::Pause), at(3));
    db.append(ID, &rows, &session).unwrap();
    assert_eq!(db.reply(id).unwrap(), Some(Reply::Obeyed));
    assert!(db.controls(ID, session.last_control).unwrap().is_empty());
    assert_eq!(db.session_row(ID).unwrap().status, "paused");
    assert!(matches!(db.reply(ControlId(99)), Err(JournalError::NoControl(_))));
}

#[test]
fn evidence_is_kept_once_and_found_by_its_tree() {
    let (_dir, mut db, _) = begun();
    let tree = TreeId::parse(&"b".repeat(40)).unwrap();
    let evidence = Evidence {
        tree: tree.clone(),
        gates_digest: "g".to_owned(),
        environment_digest: "e".to_owned(),
        gates: Vec::new(),
        tests: None,
        tampered: Vec::new(),
        coverage: None,
        lints: None,
        after: None,
    };
    let id = EvidenceId("one".to_owned());
    db.keep_evidence(&id, &evidence, at(1)).unwrap();
    let changed = Evidence { tampered: vec!["x".to_owned()], ..evidence.clone() };
    db.keep_evidence(&id, &changed, at(2)).unwrap();
    assert_eq!(db.evidence(&id).unwrap(), evidence, "evidence was changed");
    assert_eq!(db.evidence_of_tree(&tree, "g").unwrap(), Some(evidence));
    assert_eq!(db.evidence_of_tree(&tree, "other gates").unwrap(), None);
    assert!(matches!(db.evidence(&EvidenceId("two".to_owned())), Err(JournalError::NoEvidence(_))));
}

#[test]
fn plans_go_from_draft_to_imported() {
    let (_dir, mut db, _) = begun();
    let id = db.create_plan("prd.md", "d1", &json!({}), "{}", at(1)).unwrap();
    assert_eq!(db.plan(id).unwrap().unwrap().status, PlanStatus::Draft);
    db.update_plan(id, PlanStatus::Imported, &json!({ "ids": 1 }), "{}").unwrap();
    assert_eq!(db.plan_by_digest("d1").unwrap().unwrap().status, PlanStatus::Imported);
    db.update_plan(id, PlanStatus::Discarded, &json!({}), "{}").unwrap();
    assert_eq!(db.plan_by_digest("d1").unwrap(), None);
    assert_eq!(db.plans().unwrap().len(), 1);
    assert_eq!(db.plan(99).unwrap(), None);
}

#[test]
fn of_two_who_change_a_plan_the_second_is_told() {
    let (_dir, mut db, _) = begun();
    let id = db.create_plan("prd.md", "d1", &json!({}), "1", at(1)).unwrap();
    let (first, second) = (db.plan(id).unwrap().unwrap(), db.plan(id).unwrap().unwrap());
    assert!(db.replace_plan(&first, PlanStatus::Reviewing, &json!({ "by": "first" }), "2").unwrap());
    assert!(!db.replace_plan(&second, PlanStatus::Imported, &json!({}), "3").unwrap());
    let stored = db.plan(id).unwrap().unwrap();
    assert_eq!((stored.status, stored.body.as_str()), (PlanStatus::Reviewing, "2"));
    assert_eq!(db.plan_as_made(id).unwrap().as_deref(), Some("1"));
    assert_eq!(db.plan_as_made(99).unwrap(), None);
    let other = db.create_plan("prd.md", "d2", &json!({}), "5", at(1)).unwrap();
    for body in ["5", "6", "5", "7"] {
        db.update_plan(other, PlanStatus::Reviewing, &json!({}), body).unwrap();
        assert_eq!(db.plan_as_made(other).unwrap().as_deref(), Some("5"));
        assert_eq!(db.plan(other).unwrap().unwrap().body, body);
    }
}

#[test]
fn what_a_plan_was_made_of_is_kept() {
    let (_dir, mut db, _) = begun();
    db.keep_document("d1", "first").unwrap();
    db.keep_document("d1", "second").unwrap();
    assert_eq!(db.document_text("d1").unwrap().as_deref(), Some("first"));
    assert_eq!(db.document_text("d2").unwrap(), None);
    let exchange = |reply: &str| PlanExchange {
        ask: "a1".to_owned(),
        request: json!({ "model": "m" }),
        reply: reply.to_owned(),
        usage: json!({ "input_tokens": 3 }),
    };
    db.keep_exchange("w1", &exchange("one"), at(1)).unwrap();
    db.keep_exchange("w2", &exchange("other"), at(2)).unwrap();
    db.keep_exchange("w1", &exchange("two"), at(3)).unwrap();
    assert_eq!(db.exchanges("w1").unwrap(), [exchange("one"), exchange("two")]);
}

#[test]
fn a_newer_database_is_refused_untouched() {
    let (dir, db, _) = begun();
    db.db.pragma_update(None, "user_version", 99).unwrap();
    drop(db);
    let before = std::fs::read(dir.path().join("conductor.db")).unwrap();
    assert!(matches!(Database::open(dir.path()), Err(JournalError::Newer { found: 99, .. })));
    assert_eq!(std::fs::read(dir.path().join("conductor.db")).unwrap(), before);
}

#[test]
fn the_conversation_of_a_run_is_told_in_order() {
    let (_dir, mut db, mut session) = begun();
    let run = session.runs.values().next().unwrap().id;
    let hold = Event::HoldOpened {
        run,
        hold: HoldId(1),
        kind: conductor_engine::session::HoldKind::Question,
        question: "Which?".to_owned(),
        detail: String::new(),
    };
    let row = Recorded { seq: session.seq + 1, at: at(4), event: hold };
    apply(&mut session, &row).unwrap();
    db.append(ID, &[row], &session).unwrap();
    let said = db.interactions(ID, 0).unwrap();
    assert_eq!(
        said.iter()
            .map(|i| (i.task_id.as_str(), i.interaction_type.as_str(), i.content.as_str()))
            .collect::<Vec<_>>(),
        [("TASK-001", "question", "Which?")]
    );
    assert!(db.interactions(ID, 1).unwrap().is_empty());
    let hold = db.hold(ID, HoldId(1)).unwrap().unwrap();
    assert_eq!((hold.title.as_str(), hold.question.as_str()), ("Store notes", "Which?"));
    assert_eq!(db.hold(ID, HoldId(2)).unwrap(), None);
}

/// The session of [`begun`], brought to its end: its run is over and nothing waits.
fn finished() -> (tempfile::TempDir, Database, Session) {
    let (dir, mut db, mut session) = begun();
    let run = session.runs.values().next().unwrap().id;
    let ending = conductor_engine::session::Ending::Superseded { why: "cancelled".to_owned() };
    let outcome = conductor_engine::session::SessionOutcome::AllDone;
    let events = [Event::Ending { run, ending }, Event::Ended { run }, Event::SessionCompleted { outcome }];
    let mut rows = Vec::new();
    for event in events {
        let row = Recorded { seq: session.seq + 1, at: at(9), event };
        apply(&mut session, &row).unwrap();
        rows.push(row);
    }
    db.append(ID, &rows, &session).unwrap();
    (dir, db, session)
}

fn count(db: &Database, table: &str) -> i64 {
    db.db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_compacted_session_is_its_state_and_takes_no_rows() {
    let (_dir, mut db, session) = finished();
    let (rows, digest) = (session.seq, db.digests(ID).unwrap().1.rows_digest);
    let dry = db.compact(ID, at(20), true).unwrap().unwrap();
    assert_eq!((dry.rows, &dry.digest, count(&db, "journal") as u64), (rows, &digest, rows));
    let done = db.compact(ID, at(20), false).unwrap().unwrap();
    assert_eq!((&done, count(&db, "journal")), (&dry, 0));
    assert_eq!(db.fold(ID).unwrap(), session);
    assert_eq!(db.last_sign(ID).unwrap(), Some(at(9)));
    let told = db.runs(ID).unwrap();
    assert_eq!((told[0].task_id.as_str(), told[0].ending.as_deref()), ("TASK-001", Some("superseded")));
    assert_eq!(db.compact(ID, at(21), false).unwrap(), Err(NotCompacted::Nothing));
    assert_eq!(db.checkpoint(ID).unwrap().unwrap().digest, digest);
}

#[test]
fn a_compacted_session_goes_on_from_its_checkpoint() {
    let (_dir, mut db, mut session) = finished();
    db.compact(ID, at(20), false).unwrap().unwrap();
    // A driver that still has the state of before the last row must not write it again.
    let stale = Recorded { seq: session.seq, at: at(21), event: Event::SessionResumed };
    assert!(matches!(db.append(ID, &[stale], &session), Err(JournalError::Conflict { .. })));
    let ann = Actor("ann".to_owned());
    let id = db.ask(ID, &ann, &Control::Resume, at(22)).unwrap();
    let rows = tell(&mut session, Input::Control(id, ann, Control::Resume), at(22));
    assert!(!rows.is_empty());
    db.append(ID, &rows, &session).unwrap();
    assert_eq!(db.fold(ID).unwrap(), session);
    assert_eq!(db.rows(ID, 0).unwrap(), rows);
}

#[test]
fn what_is_open_is_not_compacted() {
    let (_dir, mut db, mut session) = begun();
    assert_eq!(db.compact(ID, at(20), false).unwrap(), Err(NotCompacted::NotOver));
    let row =
        Recorded { seq: session.seq + 1, at: at(9), event: Event::SessionFailed { why: "x".to_owned() } };
    apply(&mut session, &row).unwrap();
    db.append(ID, &[row], &session).unwrap();
    assert_eq!(db.compact(ID, at(20), false).unwrap(), Err(NotCompacted::RunsOpen));
    assert_eq!(count(&db, "journal") as u64, session.seq);
}

#[test]
fn the_newest_sessions_are_compacted_only_when_asked() {
    let (_dir, mut db, _) = finished();
    for number in 2..=u64::from(KEPT_WHOLE) {
        db.create_session(SessionId(number), &setup(), at(30)).unwrap();
    }
    assert_eq!(db.compactable().unwrap(), []);
    db.create_session(SessionId(u64::from(KEPT_WHOLE) + 1), &setup(), at(30)).unwrap();
    assert_eq!(db.compactable().unwrap(), [ID]);
    db.compact(ID, at(31), false).unwrap().unwrap();
    assert_eq!(db.compactable().unwrap(), []);
}

#[test]
fn rows_of_a_newer_program_are_refused_untouched() {
    for (change, expected) in [
        (
            "version = 99",
            "failed to read row 1 (`tasks-changed`) of session 1: it has version 99, and this program knows versions up to 1: use the newer program",
        ),
        (
            "kind = 'dreamt'",
            "failed to read row 1 (`dreamt`) of session 1: its kind is `dreamt`, which this program does not know: use the newer program",
        ),
    ] {
        let (_dir, mut db, session) = finished();
        db.db.execute_batch(&format!("UPDATE journal SET {change} WHERE seq = 1")).unwrap();
        assert_eq!(db.fold(ID).unwrap_err().to_string(), expected);
        assert!(db.compact(ID, at(20), false).is_err());
        assert_eq!(count(&db, "journal") as u64, session.seq);
    }
    let (_dir, mut db, _) = finished();
    db.compact(ID, at(20), false).unwrap().unwrap();
    db.db.execute_batch("UPDATE checkpoints SET version = 99").unwrap();
    assert!(db.fold(ID).unwrap_err().to_string().contains("the checkpoint of session 1: it has version 99"));
    db.db
        .execute_batch("UPDATE orchestration_sessions SET setup = json_set(setup, '$.version', 99)")
        .unwrap();
    assert!(db.setup(ID).unwrap_err().to_string().contains("the setup of session 1: it has version 99"));
}

/// An export of the session, with every text `mask` replaced.
fn exported(db: &Database) -> String {
    let mut out = Vec::new();
    let mask = |value: &serde_json::Value| {
        let mut value = value.clone();
        value["config"] = json!("masked");
        value
    };
    db.export(ID, &mask, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn an_export_folds_to_the_same_state_before_and_after_a_compaction() {
    let (_dir, mut db, session) = finished();
    let text = exported(&db);
    assert!(text.contains(r#""config":"masked""#));
    let folded = fold_export(text.as_bytes()).unwrap();
    assert!(folded.agrees() && folded.comparable);
    assert_eq!((&folded.session, folded.found.rows), (&session, session.seq));
    db.compact(ID, at(20), false).unwrap().unwrap();
    let small = exported(&db);
    assert_eq!(small.lines().count(), 1);
    let again = fold_export(small.as_bytes()).unwrap();
    assert!(again.agrees());
    assert_eq!((again.session, again.found.rows), (session, 0));
}

#[test]
fn an_export_that_is_not_whole_does_not_agree() {
    let (_dir, db, _) = finished();
    let text = exported(&db);
    let cut: String = text.lines().take(3).map(|line| format!("{line}\n")).collect();
    assert!(!fold_export(cut.as_bytes()).unwrap().agrees());
    let changed = text.replace("cancelled", "completed");
    assert!(!fold_export(changed.as_bytes()).unwrap().agrees());
    assert!(matches!(fold_export(&b"{}\n"[..]), Err(ExportError::NotAnExport)));
    assert!(matches!(fold_export(&b""[..]), Err(ExportError::NotAnExport)));
    let newer = text.replacen(r#""version":1"#, r#""version":9"#, 1);
    assert!(matches!(fold_export(newer.as_bytes()), Err(ExportError::Newer { found: 9, known: 1 })));
    let torn = format!("{text}{{\"seq\":");
    assert!(matches!(fold_export(torn.as_bytes()), Err(ExportError::Line { .. })));
}

#[test]
fn runs_are_told_by_the_names_that_their_tasks_have_now() {
    let (_dir, mut db, mut session) = begun();
    let renamed = TaskFacts { title: "Keep notes".to_owned(), standing: Standing::Ours, ..facts() };
    let rows = tell(&mut session, Input::Tasks(vec![TaskChange::Is(renamed)]), at(5));
    db.append(ID, &rows, &session).unwrap();
    let told = db.runs(ID).unwrap();
    assert_eq!((told.len(), told[0].title.as_str(), told[0].phase.as_str()), (1, "Keep notes", "preparing"));
    assert_eq!(db.open_holds(ID).unwrap(), []);
}

/// Tells the session that the run of [`begun`] has this outcome of `verb`.
fn done(db: &mut Database, session: &mut Session, verb: Verb, outcome: Outcome) {
    let run = session.runs.values().next().unwrap();
    let key = EffectKey { run: Some(run.id), epoch: run.epoch, verb };
    let rows = tell(session, Input::Done(key, outcome), at(5));
    assert!(!rows.is_empty());
    db.append(ID, &rows, session).unwrap();
}

#[test]
fn what_an_attempt_used_is_kept_and_made_again_from_the_journal() {
    let (_dir, mut db, mut session) = begun();
    done(&mut db, &mut session, Verb::Claim, Outcome::Claimed { token: Token(7) });
    let base = Oid::parse(&"a".repeat(40)).unwrap();
    done(&mut db, &mut session, Verb::Worktree, Outcome::Prepared { base });
    let usage = Usage { input_tokens: Some(1200), output_tokens: None, cost_micros: Some(4500) };
    let report = AttemptReport {
        usage,
        working_ms: 61_000,
        agent_session: Some("s-1".to_owned()),
        ..AttemptReport::nothing(AttemptEnd::TimedOut)
    };
    done(&mut db, &mut session, Verb::Attempt, Outcome::Attempt(report));
    let kept = db.attempts(ID).unwrap();
    let expected = AttemptRow {
        run: *session.runs.keys().next().unwrap(),
        number: 1,
        ended_at: at(5),
        end: "timed-out".to_owned(),
        input_tokens: Some(1200),
        output_tokens: None,
        cost_micros: Some(4500),
        working_ms: 61_000,
        agent_session: Some("s-1".to_owned()),
    };
    assert_eq!(kept, [expected]);
    db.db.execute("UPDATE attempts SET number = 7, cost_micros = 1", []).unwrap();
    db.reproject(&session).unwrap();
    assert_eq!(db.attempts(ID).unwrap(), kept);
}
