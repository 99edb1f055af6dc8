//! What a session wrote down, shown, exported and folded.

use conductor_engine::control::{Actor, Control, Reply};
use conductor_engine::event::{Event, Recorded, TaskChange};
use conductor_engine::ids::{ControlId, HoldId, Oid, RunId, SessionId, TaskRef, Token};
use conductor_engine::session::{HoldKind, Rules, SessionOutcome, Standing, TaskFacts};
use conductor_host::driver::Journal as _;
use conductor_host::journal::Database;
use conductor_host::session::Setup;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Place;

const ID: SessionId = SessionId(1);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + seconds).unwrap()
}

fn oid() -> Oid {
    Oid::parse(&"a1".repeat(20)).unwrap()
}

fn setup() -> Setup {
    Setup {
        version: Setup::VERSION,
        rules: Rules::new("script", 1),
        base: oid(),
        target: "main".to_owned(),
        gates: Vec::new(),
        gates_digest: "none".to_owned(),
        require_tests: false,
        fresh: false,
        config: json!({ "orchestration": { "agents": { "mine": { "api_key": "k-123", "model": "m" } } } }),
        replay: None,
    }
}

fn events(uid: &str) -> Vec<Event> {
    let run = RunId { session: ID, number: 1 };
    let facts = |standing| TaskFacts {
        task: TaskRef(uid.to_owned()),
        id: "TASK-001".to_owned(),
        title: "Store \u{1b}[31mnotes".to_owned(),
        standing,
        urgency: 2,
        created_at: at(0),
        estimate_minutes: 60,
        depends_on: Vec::new(),
    };
    vec![
        Event::TasksChanged { changes: vec![TaskChange::Is(facts(Standing::Ready))] },
        Event::Queued { run, task: TaskRef(uid.to_owned()) },
        Event::Dispatched { run },
        Event::Claimed { run, token: Token(7) },
        Event::Prepared { run, base: oid() },
        Event::HoldOpened {
            run,
            hold: HoldId(1),
            kind: HoldKind::Question,
            question: "Which \u{1b}]0;owned\u{7}\ncolour?".to_owned(),
            detail: String::new(),
        },
        Event::ControlSeen {
            id: ControlId(1),
            actor: Actor("ann".to_owned()),
            control: Control::Pause,
            reply: Reply::Refused { why: "it is over".to_owned() },
        },
        Event::SessionCompleted { outcome: SessionOutcome::HoldsLeft },
    ]
}

/// A project with a task and a session that waits for a person, written a second a row.
fn project() -> (Place, Database) {
    let place = Place::with(&[("README.md", "# Notes\n")]);
    place.ok(&["init"]);
    place.write("doc.md", super::DOCUMENT);
    place.ok(&["plan", "create", "doc.md", "--auto-import"]);
    let task = place.tasks().into_iter().find(|task| task.id.to_string() == "TASK-001").unwrap();
    let mut db = Database::open(&place.hermetic.work().join(".taskwerk")).unwrap();
    db.create_session(ID, &setup(), at(0)).unwrap();
    let mut session = db.fold(ID).unwrap();
    for (event, second) in events(&task.uid.to_string()).into_iter().zip(1..) {
        let row = Recorded { seq: session.seq + 1, at: at(second), event };
        conductor_engine::apply(&mut session, &row).unwrap();
        db.append(ID, &[row], &session).unwrap();
    }
    (place, db)
}

#[test]
fn rows_are_shown_one_line_each_and_escaped() {
    let (place, _db) = project();
    insta::assert_snapshot!(place.ok(&["journal", "show"]));
    let of_run = place.ok(&["journal", "show", "--run", "1.1", "--after", "4", "--follow"]);
    assert_eq!(of_run.lines().count(), 2, "{of_run}");
    let of_task = place.json(&["journal", "show", "--task", "1"]);
    let kinds: Vec<&str> =
        of_task["rows"].as_array().unwrap().iter().map(|row| row["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["tasks-changed", "queued", "dispatched", "claimed", "prepared", "hold-opened"]);
    assert_eq!(
        (&of_task["rows"][1]["task_id"], &of_task["rows"][1]["run"]),
        (&json!("TASK-001"), &json!("1.1"))
    );
    let lines = place.ok(&["journal", "show", "--after", "6", "--follow", "--json"]);
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows.len(), &rows[0]["event"]["control-seen"]["actor"]), (2, &json!("ann")));
    assert_eq!(place.refused(&["journal", "show", "--session", "9"]), (3, "SESSION_NOT_FOUND".to_owned()));
    assert_eq!(place.refused(&["journal", "show", "--run", "9.1"]), (3, "SESSION_NOT_FOUND".to_owned()));
}

#[test]
fn an_export_hides_secrets_and_folds_without_a_project() {
    let (place, _db) = project();
    let out = place.ok(&["journal", "export"]);
    assert!(!out.contains("k-123") && out.contains("********"), "{out}");
    assert_eq!(out.lines().count(), 9);
    let report = place.json(&["journal", "export", "one.jsonl"]);
    assert_eq!(report["rows"], json!(8));
    assert_eq!(std::fs::read_to_string(place.hermetic.work().join("one.jsonl")).unwrap(), out);

    let elsewhere = Place::empty();
    let folded = elsewhere.run_with_input(&["journal", "fold", "-", "--check", "--json"], &out);
    let folded: Value = serde_json::from_str(&folded.stdout).unwrap();
    assert_eq!((&folded["agrees"], &folded["state_digest"]), (&json!(true), &report["state_digest"]));
    assert_eq!(folded["state"]["runs"]["1.1"]["phase"], json!({ "held": 1 }));
    assert_eq!(place.json(&["journal", "fold"])["rows_digest"], report["rows_digest"]);

    let cut: String = out.lines().take(8).map(|line| format!("{line}\n")).collect();
    place.write("cut.jsonl", &cut);
    place.write("no.jsonl", "hello\n");
    assert_eq!(place.json(&["journal", "fold", "cut.jsonl"])["agrees"], json!(false));
    assert_eq!(place.refused(&["journal", "fold", "cut.jsonl", "--check"]), (1, "FOLD_DIFFERS".to_owned()));
    assert_eq!(place.refused(&["journal", "fold", "no.jsonl"]), (1, "NOT_AN_EXPORT".to_owned()));
    assert_eq!(place.refused(&["journal", "fold", "none.jsonl"]), (3, "FILE_NOT_FOUND".to_owned()));
}

#[test]
fn a_session_that_waits_for_somebody_is_not_compacted() {
    let (place, _db) = project();
    assert_eq!(place.refused(&["journal", "compact", "--session", "1"]), (1, "NOT_COMPACTED".to_owned()));
    let nothing = place.ok(&["journal", "compact"]);
    assert!(nothing.starts_with("Nothing to compact"), "{nothing}");
}

#[test]
fn what_a_newer_program_wrote_is_refused() {
    let (place, _db) = project();
    let out = place.ok(&["journal", "export"]);
    for (old, new) in [
        ("\"kind\":\"dispatched\"", "\"kind\":\"dreamt\""),
        ("\"kind\":\"dispatched\",\"version\":1", "\"kind\":\"dispatched\",\"version\":99"),
        ("\"format\":\"conductor-journal\",\"version\":1", "\"format\":\"conductor-journal\",\"version\":99"),
    ] {
        assert!(out.contains(old), "{out}");
        place.write("newer.jsonl", &out.replace(old, new));
        assert_eq!(
            place.refused(&["journal", "fold", "newer.jsonl"]),
            (5, "STORE_NEWER".to_owned()),
            "{new}"
        );
    }
}

#[test]
fn status_and_inbox_tell_what_the_journal_says() {
    let (place, _db) = project();
    let status = place.json(&["orchestrate", "status"]);
    assert_eq!((&status["runs"][0]["phase"], &status["runs"][0]["hold"]), (&json!("held"), &json!(1)));
    assert_eq!(status["runs"][0]["task_id"], json!("TASK-001"));
    assert_eq!(place.json(&["inbox"])[0]["task_id"], json!("TASK-001"));
}
