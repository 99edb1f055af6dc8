//! Sessions of every kind, exported and folded again.
//!
//! With `RECORD_JOURNALS=FOLDER` at compile time the exports are kept there, for
//! `conductor-host/tests/fixtures/journal/v<N>`: those of a release are folded by every later program.

use std::fs;
use std::path::Path;

use serde_json::json;
use taskwerk_client::model::{Children, Command, Guard, Verb};

use super::support::{Project, WRITER, until};

/// Exports the newest session, folds the export, and keeps it when asked.
#[track_caller]
fn record(project: &Project, name: &str) {
    let file = project.home().join(format!("{name}.jsonl"));
    let path = file.to_str().unwrap();
    project.ok(&["journal", "export", path]);
    let folded = project.json(&["journal", "fold", path, "--check"]);
    let here = project.json(&["journal", "fold"]);
    assert_eq!((&folded["agrees"], &folded["state"]), (&json!(true), &here["state"]));
    if let Some(folder) = option_env!("RECORD_JOURNALS") {
        let place = project.root().to_str().unwrap();
        let text = fs::read_to_string(&file).unwrap();
        // Only the setup may name the place, which is not part of any digest.
        let (header, rows) = text.split_once('\n').unwrap();
        assert!(!rows.contains(place), "{rows}");
        let header = header.replace(place, "/place");
        fs::create_dir_all(folder).unwrap();
        fs::write(Path::new(folder).join(format!("{name}.jsonl")), format!("{header}\n{rows}")).unwrap();
    }
}

#[test]
fn a_session_in_which_all_lands() {
    let project = Project::configured(WRITER, "gates: { test: { run: \"ls TASK-*.txt\" } }");
    project.add("One", &[]);
    project.add("Two", &["TASK-001"]);
    project.orchestrate(0, &[]);
    record(&project, "landed");
}

#[test]
fn a_session_with_failed_gates_a_hold_and_its_answer() {
    let agent = r#"
if grep -q 'make it good' "$CONDUCTOR_PROMPT_FILE"; then echo good > good.txt; else date +%N > bad.txt; fi
"#;
    let sections = "gates: { test: { run: \"test -f good.txt\" } }\nsafety: { max_consecutive_failures: 2 }";
    let project = Project::configured(agent, sections);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    project.ok(&["answer", "1", "retry", "make it good"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    record(&project, "failed-gate-hold-answer");
}

#[test]
fn a_session_with_a_conflict() {
    // Both begin from the same commit, since neither ends before both have begun.
    let agent = r#"
touch "$HOME/begun-$CONDUCTOR_TASK_ID"
while [ ! -f "$HOME/begun-TASK-001" ] || [ ! -f "$HOME/begun-TASK-002" ]; do sleep 0.02; done
if grep -q '<<<<<<<' shared.txt 2> /dev/null; then
  grep -v '^[<=>]\{7\}' shared.txt > new
  mv new shared.txt
else
  echo "$CONDUCTOR_TASK_ID" >> shared.txt
fi
"#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &["--jobs", "2"]);
    let rows = project.json(&["journal", "show"]);
    let rows = rows["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["kind"] == "conflicted"), "{rows:?}");
    record(&project, "conflict");
}

#[test]
fn a_session_with_a_rate_limit() {
    let agent = r#"
if [ ! -f "$HOME/limited" ]; then
  touch "$HOME/limited"
  printf '{"status":"rate_limited","until":"%s"}' "$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)" > "$CONDUCTOR_RESULT_FILE"
  exit 1
fi
echo > done.txt
"#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    record(&project, "rate-limit");
}

/// Works for ever until a file says otherwise.
const SLOW: &str = r#"
echo half > "$CONDUCTOR_TASK_ID.txt"
if [ ! -f "$HOME/quick" ]; then
  touch "$HOME/at-work"
  while [ ! -f "$HOME/quick" ]; do sleep 0.02; done
fi
echo whole > "$CONDUCTOR_TASK_ID.txt"
"#;

fn at_work() -> (Project, super::support::Running) {
    let project = Project::new(SLOW);
    project.add("One", &[]);
    project.add("Two", &[]);
    let driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("at-work").is_some());
    (project, driver)
}

fn be_quick(project: &Project) {
    fs::write(project.home().join("quick"), "").unwrap();
}

#[test]
fn a_session_that_was_paused_resumed_and_stopped() {
    let (project, mut driver) = at_work();
    project.ok(&["orchestrate", "pause"]);
    until("the pause", || project.json(&["orchestrate", "status"])["status"] == "paused");
    be_quick(&project);
    assert_eq!(driver.wait(), Some(0));
    fs::remove_file(project.home().join("quick")).unwrap();
    fs::remove_file(project.home().join("at-work")).unwrap();
    let mut driver = project.spawn(&["orchestrate", "resume", "--auto"]);
    until("the agent", || project.mark("at-work").is_some());
    project.ok(&["orchestrate", "stop", "--reason", "lunch"]);
    assert_eq!(driver.wait(), Some(0));
    record(&project, "paused-resumed-stopped");
}

#[test]
fn a_session_that_was_killed_and_resumed() {
    let (project, mut driver) = at_work();
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
    be_quick(&project);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    record(&project, "killed-resumed");
}

#[test]
fn a_session_under_which_a_task_was_cancelled() {
    let (project, mut driver) = at_work();
    let tasks = project.tasks();
    let task = tasks.find("TASK-001").unwrap().id;
    let guard = Guard { force: true, ..Guard::default() };
    let cancel = Command::Move { task, to: Verb::Cancel, reason: None, children: Children::Refuse, guard };
    tasks.execute(cancel).unwrap();
    until("its end", || project.json(&["orchestrate", "status"])["runs"][0]["ending"] == "superseded");
    be_quick(&project);
    assert_eq!(driver.wait(), Some(0));
    let rows = project.ok(&["journal", "show", "--task", "TASK-001"]);
    assert!(rows.contains("superseded: "), "{rows}");
    record(&project, "superseded");
}
