//! The handle and the forms it exchanges, as another program uses them.
#![expect(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use jiff::SignedDuration;
use std::sync::atomic::{AtomicU64, Ordering};
use taskwerk_client::wire::{DetailReply, ErrorReply, ImportReply, MutationReply, TimelineEntry};
use taskwerk_client::{Clock, IdSource, ImportOptions, Tasks};
use taskwerk_model::{
    Actor, Add, Children, Command, Edit, ErrorCode, Guard, ImportFile, ImportRow, Minutes, Moment, Patch,
    Prefix, Reason, Session, Status, TaskId, Title, Uid, Verb, Worker,
};

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Moment {
        Moment::from_micros(1_800_014_400_000_000)
    }
}

#[derive(Default)]
struct Count(AtomicU64);

impl IdSource for Count {
    fn uid(&self, _now: Moment) -> Uid {
        Uid::new(uuid::Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst))))
    }
}

struct Project {
    tasks: Tasks,
    _dir: tempfile::TempDir,
}

fn project() -> Project {
    let dir = tempfile::tempdir().unwrap();
    let (tasks, _) = Tasks::init(dir.path()).unwrap();
    let session = Session::parse("orchestration-1").unwrap();
    let tasks = tasks
        .with_clock(Box::new(Noon), Box::<Count>::default())
        .with_context(Actor::parse("ann").unwrap(), Some(session));
    Project { tasks, _dir: dir }
}

fn add(tasks: &Tasks, title: &str) -> TaskId {
    let add = Add::new(Title::parse(title).unwrap());
    tasks.execute(Command::Add(Box::new(add))).unwrap().created[0].clone()
}

fn step(task: &TaskId, to: Verb, reason: Option<&str>, guard: Guard) -> Command {
    let reason = reason.map(|text| Reason::parse(text).unwrap());
    Command::Move { task: task.clone(), to, reason, children: Children::Refuse, guard }
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

const TTL: SignedDuration = SignedDuration::from_mins(5);

#[test]
fn an_orchestrator_starts_and_ends_many_tasks_in_one_transaction() {
    let Project { tasks, _dir } = project();
    let ids = ["a", "b", "c"].map(|title| add(&tasks, title));
    let worker = Worker::parse("conductor").unwrap();
    let start = |task: &TaskId| {
        let claim =
            Command::Claim { task: task.clone(), worker: worker.clone(), ttl: TTL, guard: Guard::default() };
        Command::All(vec![step(task, Verb::Start, None, Guard::default()), claim])
    };
    let before = tasks.last_event().unwrap();
    let claims: Vec<_> = tasks
        .execute_many(ids.iter().map(start).collect())
        .unwrap()
        .into_iter()
        .map(|outcome| outcome.unwrap().claims.remove(0))
        .collect();
    assert_eq!(tasks.last_event().unwrap(), before + 6);

    let guards: Vec<Guard> = claims.iter().map(|claim| Guard::token(claim.token)).collect();
    let release = |at: usize| Command::Release { task: ids[at].clone(), guard: guards[at] };
    let spent = Patch { actual: Edit::Set(Minutes::new(7)), ..Patch::default() };
    let done = Command::All(vec![
        Command::Update { task: ids[0].clone(), patch: Box::new(spent), guard: guards[0] },
        step(&ids[0], Verb::Complete, None, guards[0]),
        release(0),
    ]);
    let asked =
        Command::All(vec![step(&ids[1], Verb::Block, Some("hold 3: which port?"), guards[1]), release(1)]);
    let held =
        Command::All(vec![step(&ids[2], Verb::Review, Some("hold 4: migration"), guards[2]), release(2)]);
    let ends = vec![done, asked, held];
    for outcome in tasks.execute_many(ends.clone()).unwrap() {
        outcome.unwrap();
    }
    let states: Vec<_> = ids.iter().map(|id| tasks.get(id).unwrap()).collect();
    assert_eq!(
        states.iter().map(|t| t.status).collect::<Vec<_>>(),
        [Status::Done, Status::Blocked, Status::Review]
    );
    assert_eq!(states[0].actual_minutes, Some(Minutes::new(7)));
    assert_eq!(states[1].block_reason.as_deref(), Some("hold 3: which port?"));
    for id in &ids {
        assert_eq!(tasks.claim_of(id).unwrap(), None);
    }

    let settled = tasks.last_event().unwrap();
    for outcome in tasks.execute_many(ends).unwrap() {
        outcome.unwrap();
    }
    assert_eq!(tasks.last_event().unwrap(), settled, "repeated after a crash, it changes nothing");
}

#[test]
fn claims_are_taken_kept_and_given_back() {
    let Project { tasks, _dir } = project();
    let id = add(&tasks, "a");
    let worker = |name: &str| Worker::parse(name).unwrap();
    let (task, claim) = tasks.next_claim(worker("bob"), TTL).unwrap().unwrap();
    assert_eq!((task.id, &claim.task), (id.clone(), &id));
    assert_eq!(tasks.next_claim(worker("eve"), TTL).unwrap(), None);
    assert_eq!(tasks.claim(&id, worker("eve"), TTL).unwrap_err().code(), ErrorCode::Claimed);
    assert_eq!(tasks.claim(&id, worker("bob"), TTL).unwrap(), claim);
    let longer = tasks.heartbeat(&claim, TTL * 2).unwrap();
    assert_eq!(tasks.claim_of(&id).unwrap(), Some(longer));
    tasks.release(&claim).unwrap();
    assert!(tasks.release(&claim).unwrap().is_empty());
    assert_eq!(tasks.next().unwrap().unwrap().id, id);
}

#[test]
fn an_import_is_told_and_a_dry_run_changes_nothing() {
    let Project { tasks, _dir } = project();
    let row = |key: &str, on: &[&str]| ImportRow {
        key: Some(key.to_owned()),
        title: format!("Task {key}"),
        depends_on: Some(on.iter().map(|on| (*on).to_owned()).collect()),
        ..ImportRow::default()
    };
    let rows = vec![row("b", &["a"]), row("a", &[])];
    let dry = ImportOptions { dry_run: true, ..ImportOptions::default() };
    let told = tasks.import(rows.clone(), &dry).unwrap();
    assert_eq!(tasks.last_event().unwrap(), 0);
    assert_eq!(tasks.import(rows, &ImportOptions::default()).unwrap(), told);
    assert_snapshot!(pretty(&ImportReply::from(&told)), @r#"
    {
      "created": 2,
      "updated": 0,
      "skipped": 0,
      "ids": {
        "a": "TASK-002",
        "b": "TASK-001"
      }
    }
    "#);
}

#[test]
fn an_export_is_the_import_of_an_equal_store_byte_for_byte() {
    let (from, to) = (project(), project());
    add(&from.tasks, "quotes \" and , commas");
    let id = add(&from.tasks, "b");
    from.tasks.execute(Command::Note { task: id.clone(), text: "line\nline \u{1b}[31m".to_owned() }).unwrap();
    from.tasks.execute(step(&id, Verb::Complete, None, Guard::default())).unwrap();
    let export = |tasks: &Tasks| {
        let mut bytes = Vec::new();
        let count = tasks.export_json(&mut bytes).unwrap().unwrap();
        (count, String::from_utf8(bytes).unwrap())
    };
    let (count, json) = export(&from.tasks);
    assert_eq!(count, 2);
    let rows = ImportFile::from_json(json.as_bytes()).unwrap().rows;
    to.tasks.import(rows, &ImportOptions::default()).unwrap();
    assert_eq!(export(&to.tasks).1, json);
    let empty: serde_json::Value = serde_json::from_str(&export(&project().tasks).1).unwrap();
    assert_eq!(empty, serde_json::json!({"tasks": []}));
}

#[test]
fn what_a_command_did_in_json() {
    let Project { tasks, _dir } = project();
    let id = add(&tasks, "a");
    let blocked = step(&id, Verb::Block, Some("no key"), Guard::default());
    let unblocked = step(&id, Verb::Start, None, Guard::default());
    let changed = tasks.execute(Command::All(vec![blocked, unblocked])).unwrap();
    let mut reply = serde_json::to_value(MutationReply::from(&changed)).unwrap();
    assert_eq!(reply["tasks"][0], serde_json::to_value(tasks.get(&id).unwrap()).unwrap());
    reply["tasks"] = serde_json::json!(["…"]);
    assert_snapshot!(pretty(&reply), @r#"
    {
      "tasks": [
        "…"
      ],
      "changed": {
        "TASK-001": {
          "status": [
            "todo",
            "in-progress"
          ],
          "started_at": [
            null,
            "2027-01-15T12:00:00.000000Z"
          ]
        }
      },
      "created": [],
      "deleted": [],
      "claims": [],
      "stranded": []
    }
    "#);
}

#[test]
fn a_task_with_all_that_belongs_to_it_in_json() {
    let Project { tasks, _dir } = project();
    let id = add(&tasks, "a");
    let mut child = Add::new(Title::parse("child").unwrap());
    child.parent = Some(id.clone());
    tasks.execute(Command::Add(Box::new(child))).unwrap();
    let mut after = Add::new(Title::parse("after").unwrap());
    after.depends_on = vec![id.clone()];
    tasks.execute(Command::Add(Box::new(after))).unwrap();
    tasks.execute(Command::Note { task: id.clone(), text: "careful".to_owned() }).unwrap();
    tasks.execute(step(&id, Verb::Block, Some("no key"), Guard::default())).unwrap();
    let mut reply = serde_json::to_value(DetailReply(&tasks.detail(&id).unwrap())).unwrap();
    let task = serde_json::to_value(tasks.get(&id).unwrap()).unwrap();
    let object = reply.as_object_mut().unwrap();
    for (field, value) in task.as_object().unwrap() {
        assert_eq!(object.remove(field).as_ref(), Some(value), "the task's own fields come first");
    }
    let timeline = object.remove("timeline").unwrap();
    let kinds: Vec<_> = timeline.as_array().unwrap().iter().map(|entry| &entry["kind"]).collect();
    assert_eq!(kinds, ["created", "noted", "blocked"]);
    assert_snapshot!(pretty(&reply), @r#"
    {
      "claim": null,
      "blocks": [
        {
          "id": "TASK-002",
          "title": "after",
          "status": "todo"
        }
      ],
      "children": [
        {
          "id": "TASK-001.1",
          "title": "child",
          "status": "todo"
        }
      ],
      "notes": [
        {
          "at": "2027-01-15T12:00:00.000000Z",
          "author": "ann",
          "text": "careful"
        }
      ]
    }
    "#);
}

#[test]
fn errors_in_json() {
    let Project { tasks, _dir } = project();
    add(&tasks, "a");
    let unknown = tasks.find("task-7").unwrap_err();
    assert_snapshot!(pretty(&ErrorReply::from(&unknown)), @r#"
    {
      "error": {
        "code": "TASK_NOT_FOUND",
        "message": "no task TASK-007",
        "hint": "did you mean TASK-001?",
        "suggestions": [
          "TASK-001"
        ],
        "details": {
          "id": "TASK-007"
        }
      }
    }
    "#);
    assert_eq!(tasks.find("x y").unwrap_err().code(), ErrorCode::Validation);
    assert_eq!(tasks.find("1").unwrap().id, tasks.find("task-001").unwrap().id);
    let tasks = tasks.with_prefix(Prefix::parse("ab").unwrap());
    assert_eq!(add(&tasks, "b").to_string(), "AB-001");
    assert_eq!(tasks.find("1").unwrap().title.as_str(), "b");
}

#[test]
fn every_kind_of_event_has_a_line_in_the_log() {
    let Project { tasks, _dir } = project();
    let id = add(&tasks, "a");
    let claim = tasks.claim(&id, Worker::parse("bob").unwrap(), TTL).unwrap();
    tasks.release(&claim).unwrap();
    tasks.execute(step(&id, Verb::Cancel, Some("no need"), Guard::force())).unwrap();
    tasks
        .execute(Command::Delete { task: id.clone(), children: Children::Refuse, guard: Guard::default() })
        .unwrap();
    let events = tasks.events_of(&id).unwrap();
    assert_eq!(events, tasks.latest_events(9).unwrap());
    let lines: Vec<String> =
        events.iter().map(|event| serde_json::to_string(&TimelineEntry(event)).unwrap()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    {"seq":1,"at":"2027-01-15T12:00:00.000000Z","actor":"ann","session":"orchestration-1","task":"TASK-001","kind":"created","reason":null,"forced":false,"changed":{},"note":null,"worker":null,"claim":null}
    {"seq":2,"at":"2027-01-15T12:00:00.000000Z","actor":"ann","session":"orchestration-1","task":"TASK-001","kind":"claimed","reason":null,"forced":false,"changed":{},"note":null,"worker":"bob","claim":{"task":"TASK-001","worker":"bob","token":1,"expires_at":"2027-01-15T12:05:00.000000Z"}}
    {"seq":3,"at":"2027-01-15T12:00:00.000000Z","actor":"ann","session":"orchestration-1","task":"TASK-001","kind":"released","reason":null,"forced":false,"changed":{},"note":null,"worker":"bob","claim":null}
    {"seq":4,"at":"2027-01-15T12:00:00.000000Z","actor":"ann","session":"orchestration-1","task":"TASK-001","kind":"cancelled","reason":"no need","forced":true,"changed":{"status":["todo","cancelled"]},"note":null,"worker":null,"claim":null}
    {"seq":5,"at":"2027-01-15T12:00:00.000000Z","actor":"ann","session":"orchestration-1","task":"TASK-001","kind":"deleted","reason":null,"forced":false,"changed":{},"note":null,"worker":null,"claim":null}
    "#);
}

#[test]
fn a_handle_may_be_sent_to_another_thread() {
    fn is_send<T: Send>() {}
    is_send::<Tasks>();
}
