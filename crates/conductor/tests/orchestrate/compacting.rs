//! A session whose journal was compacted is still a session.

use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::SessionId;
use conductor_engine::session::SessionOutcome;
use conductor_host::driver::Journal as _;
use conductor_host::journal::{Database, KEPT_WHOLE};
use serde_json::Value;
use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

/// What can be asked of a session with one task, as documents.
fn told(project: &Project) -> Vec<Value> {
    let questions: [&[&str]; 4] = [
        &["orchestrate", "status", "--session", "1"],
        &["orchestrate", "why", "TASK-001", "--session", "1"],
        &["orchestrate", "review", "TASK-001", "--session", "1"],
        &["inbox"],
    ];
    let mut told: Vec<Value> = questions.iter().map(|words| project.json(words)).collect();
    for words in [&["orchestrate", "logs", "--session", "1"][..], &["orchestrate", "logs", "TASK-001"]] {
        told.push(project.ok(words).into());
    }
    told
}

fn state(project: &Project) -> Value {
    project.json(&["journal", "fold", "--session", "1"])["state"].clone()
}

#[test]
fn everything_but_its_rows_is_there_after_a_compaction() {
    let project = Project::configured(WRITER, "workflow: { auto_commit: false }");
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.refused(1, &["journal", "compact", "--session", "1"]), "NOT_COMPACTED");
    project.ok(&["answer", "1", "accept"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    let (before, state_before) = (told(&project), state(&project));
    let dry = project.json(&["journal", "compact", "--session", "1", "--dry-run"]);
    assert!(project.ok(&["journal", "show"]).contains("landed"));
    let done = project.json(&["journal", "compact", "--session", "1"]);
    assert_eq!(dry["compacted"], done["compacted"]);
    assert!(done["compacted"][0]["rows"].as_u64().unwrap() > 10, "{done}");
    assert_eq!(told(&project), before);
    assert_eq!(state(&project), state_before);
    let shown = project.json(&["journal", "show"]);
    assert_eq!((shown["rows"].as_array().unwrap().len(), shown["checkpoint"]["seq"].is_u64()), (0, true));
    assert_eq!(
        project.json(&["journal", "compact", "--session", "1"])["compacted"],
        Value::Array(Vec::new())
    );

    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.rev("main"), project.rev("conductor/s1"));
    project.ok(&["orchestrate", "rollback", "TASK-001"]);
    assert_eq!(project.status("TASK-001"), Status::Todo);
    let over = project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert!(over.stderr.contains("is over"), "{over}");
    // What comes after it builds on it as ever.
    project.orchestrate(7, &[]);
    assert_eq!(project.commits("main..conductor/s2").len(), 1, "the undoing");
}

#[test]
fn a_session_of_long_ago_is_compacted_when_a_new_one_begins() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    project.ok(&["orchestrate", "land"]);
    let before = told(&project);
    let mut db = Database::open(&project.work().join(".taskwerk")).unwrap();
    let setup = db.setup(SessionId(1)).unwrap();
    for number in 2..=u64::from(KEPT_WHOLE) {
        let id = SessionId(number);
        let at = db.last_sign(SessionId(1)).unwrap().unwrap();
        db.create_session(id, &setup, at).unwrap();
        let mut session = db.fold(id).unwrap();
        let event = Event::SessionCompleted { outcome: SessionOutcome::AllDone };
        let row = Recorded { seq: 1, at, event };
        conductor_engine::apply(&mut session, &row).unwrap();
        db.append(id, &[row], &session).unwrap();
    }
    drop(db);
    assert_eq!(project.json(&["journal", "compact"])["compacted"], Value::Array(Vec::new()));
    project.add("Two", &[]);
    project.orchestrate(0, &[]);
    let rows = |session: &str| {
        project.json(&["journal", "show", "--session", session])["rows"].as_array().unwrap().len()
    };
    assert_eq!((rows("1"), rows("2")), (0, 1));
    assert_eq!(told(&project), before);
}
