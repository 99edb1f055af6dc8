//! What would run, said without beginning anything.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::support::{Project, WRITER, until};

fn planned() -> Project {
    let sections = "gates: { test: { run: \"true\" } }\n\
                    safety: { require_approval_for: [database_migrations, ci] }";
    let project = Project::configured(WRITER, sections);
    project.add_row(&json!({ "title": "Short", "estimate_minutes": 10 }));
    project.add_row(&json!({ "title": "Store", "estimate_minutes": 30 }));
    project.add_row(
        &json!({ "title": "Search", "estimate_minutes": 60, "depends_on": ["TASK-002"], "priority": "high" }),
    );
    project.add_row(&json!({ "title": "Urgent", "estimate_minutes": 10, "priority": "critical" }));
    project
}

/// Nothing is there afterwards that was not before.
#[track_caller]
fn changes_nothing<T>(project: &Project, look: impl FnOnce() -> T) -> T {
    let before = (project.users_own(), project.refs("refs"), project.all());
    let seen = look();
    assert_eq!((project.users_own(), project.refs("refs"), project.all()), before);
    assert_eq!(project.workspaces(), Vec::<std::path::PathBuf>::new());
    assert!(!project.exists(".taskwerk/sessions"));
    assert_eq!(project.json(&["orchestrate", "status"])["session"], Value::Null);
    seen
}

fn order(document: &Value) -> Vec<String> {
    let rows = document["order"].as_array().unwrap().iter();
    rows.map(|row| {
        let (id, start, end) = (&row["task_id"], &row["starts_after_minutes"], &row["ends_after_minutes"]);
        format!("{} {start}-{end}", id.as_str().unwrap())
    })
    .collect()
}

#[test]
fn it_says_the_order_and_why_and_begins_nothing() {
    let project = planned();
    let document =
        changes_nothing(&project, || project.json(&["orchestrate", "run", "--dry-run", "--jobs", "2"]));
    assert_eq!(
        order(&document),
        ["TASK-002 0-30", "TASK-004 0-10", "TASK-001 10-20", "TASK-003 30-90"],
        "the longest path, then the most urgent, then the oldest"
    );
    assert_eq!((&document["dry_run"], &document["minutes"]), (&true.into(), &90.into()));
    assert_eq!((&document["branch"], &document["target"]), (&"conductor/s1".into(), &"main".into()));
    assert_eq!((&document["agent"], &document["gates"][0]["name"]), (&"script".into(), &"test".into()));
    assert_eq!(document["holds"]["classes"], json!(["database_migrations", "ci"]));
    let (first, last) = (&document["order"][0], &document["order"][3]);
    assert_eq!((&first["critical_path_minutes"], &first["waits_for"]), (&90.into(), &json!([])));
    assert_eq!((&last["waits_for"], &last["priority"]), (&json!(["TASK-002"]), &"high".into()));
    // With one slot, the next in the order begins when the one before has landed.
    project.orchestrate(0, &[]);
    let ran: Vec<String> = project.commits("main..conductor/s1").into_iter().map(|c| c.task).collect();
    assert_eq!(ran, ["TASK-002", "TASK-003", "TASK-004", "TASK-001"]);
    assert_eq!(order(&project.json(&["orchestrate", "run", "--dry-run"])), Vec::<String>::new());
}

#[test]
fn with_one_slot_it_is_the_order_in_which_the_tasks_land() {
    let project = planned();
    let foreseen = order(&project.json(&["orchestrate", "start", "--dry-run"]));
    let foreseen: Vec<&str> = foreseen.iter().filter_map(|row| row.split(' ').next()).collect();
    project.orchestrate(0, &["--jobs", "1"]);
    let ran: Vec<String> = project.commits("main..conductor/s1").into_iter().map(|c| c.task).collect();
    assert_eq!(foreseen, ran.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn people_read_it_as_a_table() {
    let project = planned();
    project.add("No estimate", &[]);
    let text = changes_nothing(&project, || project.ok(&["orchestrate", "run", "--dry-run"]));
    for part in [
        "Nothing is begun",
        "session 1 -> branch conductor/s1 from main",
        "agent script; gates test",
        "limits 1 at once, 30m for one attempt, 3 failures in a row",
        "holds  changes of database_migrations, ci; which files change shows only then",
        "path 1h30, medium",
        "TASK-002",
        "5 tasks in",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn what_would_not_run_says_why() {
    let project = planned();
    project.add_row(&json!({ "title": "All of it" }));
    project.add_row(&json!({ "title": "Part", "parent": "TASK-005" }));
    let tasks = project.tasks();
    let claimed = tasks.find("TASK-001").unwrap().id;
    tasks.claim(&claimed, "ann".parse().unwrap(), SignedDuration::from_hours(1)).unwrap();
    let rest = |arguments: &[&str]| {
        let document = project.json(&[&["orchestrate", "run", "--dry-run"], arguments].concat());
        let rows = document["would_not_run"].as_array().unwrap().clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        rows.iter().map(|row| format!("{}: {}", text(&row["task_id"]), text(&row["why"]))).collect::<Vec<_>>()
    };
    let all = rest(&[]);
    assert!(all.contains(&"TASK-001: ann has it".to_owned()), "{all:?}");
    assert!(all.iter().any(|row| row.starts_with("TASK-005: it holds other tasks")), "{all:?}");
    assert_eq!(all.len(), 2, "{all:?}");
    let limited = rest(&["--max-tasks", "1"]);
    for id in ["TASK-003", "TASK-004"] {
        assert!(
            limited.iter().any(|row| row.starts_with(id) && row.contains("limit on tasks")),
            "{limited:?}"
        );
    }
    let chosen = rest(&["--tasks", "TASK-003"]);
    assert!(chosen.contains(&"TASK-003: it needs TASK-002 first".to_owned()), "{chosen:?}");
    assert!(chosen.iter().any(|row| row.starts_with("TASK-002: it is not among")), "{chosen:?}");
}

#[test]
fn it_refuses_what_a_run_would_refuse() {
    let project = Project::new("echo > \"$HOME/here\"; until [ -f \"$HOME/go\" ]; do sleep 0.02; done");
    project.add("One", &[]);
    for arguments in [&["--agent", "nobody"][..], &["--into", "nowhere"], &["--tasks", "TASK-009"]] {
        let real = project.document(project_exit(&project, arguments), &run(arguments, false));
        let dry = project.document(project_exit(&project, arguments), &run(arguments, true));
        assert_eq!(dry["error"]["code"], real["error"]["code"], "{arguments:?}");
    }
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("here").is_some());
    assert_eq!(project.refused(4, &["orchestrate", "run", "--dry-run"]), "DRIVER_BUSY");
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
    assert_eq!(project.refused(4, &["orchestrate", "run", "--dry-run"]), "SESSION_UNFINISHED");
}

fn run<'a>(arguments: &[&'a str], dry: bool) -> Vec<&'a str> {
    let dry = if dry { "--dry-run" } else { "--auto" };
    [&["orchestrate", "run", dry], arguments].concat()
}

fn project_exit(project: &Project, arguments: &[&str]) -> i32 {
    project.run(&run(arguments, false)).code.unwrap()
}

#[test]
fn an_interactive_session_holds_everything() {
    let project = planned();
    let document = project.json(&["orchestrate", "run", "--dry-run", "--interactive"]);
    assert_eq!(
        (&document["holds"]["every_run"], &document["holds"]["every_start"]),
        (&true.into(), &true.into())
    );
    let text = project.ok(&["orchestrate", "run", "--dry-run", "--interactive"]);
    assert!(text.contains("holds  every start and every run"), "{text}");
}

#[test]
fn work_that_a_stopped_session_kept_is_named() {
    let project = Project::new("echo half > half.txt; echo > \"$HOME/here\"; sleep 1000");
    project.add("One", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("here").is_some());
    project.ok(&["orchestrate", "stop"]);
    assert_eq!(driver.wait(), Some(0));
    let saved = project.rev("refs/conductor/snap/1.1/1");
    let document = project.json(&["orchestrate", "run", "--dry-run"]);
    assert_eq!(
        (&document["session"], &document["order"][0]["goes_on_from"]),
        (&2.into(), &saved.as_str().into())
    );
    assert!(project.ok(&["orchestrate", "run", "--dry-run"]).contains("goes on from the work saved in"));
    let fresh = project.json(&["orchestrate", "run", "--dry-run", "--fresh"]);
    assert_eq!(fresh["order"][0]["goes_on_from"], Value::Null);
}
