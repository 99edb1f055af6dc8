use conductor_engine::control::{Actor, Control, Reply};
use conductor_engine::effect::{EffectKey, Outcome, Verb};
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::evidence::Evidence;
use conductor_engine::ids::{ControlId, EvidenceId, Oid, SessionId, TaskRef, Token, TreeId};
use conductor_engine::session::{Rules, Session, Standing, TaskFacts};
use conductor_engine::{Input, apply, decide};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::*;
use crate::driver::Journal as _;
use crate::session::Setup;

const ID: SessionId = SessionId(1);

fn setup() -> Setup {
    Setup {
        version: Setup::VERSION,
        rules: Rules {
            jobs: 1,
            agent_jobs: None,
            max_tasks: None,
            max_consecutive_failures: 3,
            max_task_duration: SignedDuration::from_mins(30),
            auto_commit: true,
            interactive: false,
            only: None,
            agent: "script".to_owned(),
            lane: conductor_engine::session::LaneRules::default(),
            limits: conductor_engine::ledger::Limits::default(),
            first_hold: 1,
        },
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
        hold: conductor_engine::ids::HoldId(1),
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
    assert_eq!(db.hold_question(ID, conductor_engine::ids::HoldId(1)).unwrap(), "Which?");
}
