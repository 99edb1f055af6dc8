//! One driver at a time, in the foreground or not, and everybody else looks on.

use std::process::Stdio;

use serde_json::Value;
use taskwerk_client::model::Status;
use testkit::Ran;

use super::support::{Project, until};

/// Waits in its first line until it is let go.
const WAITS: &str = r#"
echo "$CONDUCTOR_TASK_ID waits"
echo > "$HOME/$CONDUCTOR_TASK_ID.here"
until [ -f "$HOME/go" ]; do sleep 0.02; done
echo > "$CONDUCTOR_TASK_ID.txt"
"#;

fn go(project: &Project) {
    std::fs::write(project.home().join("go"), "").unwrap();
}

fn is_over(project: &Project) -> bool {
    project.json(&["orchestrate", "status"])["driver"].is_null()
}

#[test]
fn a_second_driver_is_refused_and_everybody_may_look() {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    project.add("Two", &["TASK-001"]);
    let begun = project.json(&["orchestrate", "start"]);
    assert_eq!((&begun["session"], &begun["branch"]), (&1.into(), &"conductor/s1".into()), "{begun}");
    until("the agent", || project.mark("TASK-001.here").is_some());
    for verb in [&["orchestrate", "run", "--auto"][..], &["orchestrate", "start"], &["orchestrate", "land"]] {
        assert_eq!(project.refused(4, verb), "DRIVER_BUSY", "{verb:?}");
    }
    assert!(!project.git_ok(&["rev-parse", "--verify", "-q", "conductor/s2"]));
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["status"], &status["interrupted"]), (&"active".into(), &false.into()), "{status}");
    assert_eq!(
        (&status["runs"][0]["phase"], status["driver"].is_u64()),
        (&"working".into(), true),
        "{status}"
    );
    let seen = project.ok(&["monitor", "--once"]);
    assert!(seen.contains("TASK-001") && seen.contains("working"), "{seen}");
    let why = project.ok(&["orchestrate", "why", "TASK-002"]);
    assert!(why.contains("TASK-001"), "{why}");
    until("what the agent says", || {
        project.ok(&["orchestrate", "logs", "TASK-001"]).contains("TASK-001 waits")
    });
    assert!(project.ok(&["orchestrate", "logs"]).contains("TASK-001"));
    assert_eq!(project.status("TASK-001"), Status::InProgress);
    assert!(project.claimed("TASK-001"));
    go(&project);
    until("the end of the session", || is_over(&project));
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    project.assert_tidy();
}

#[test]
fn of_two_that_begin_at_once_one_is_refused_kindly() {
    let project = Project::new("echo > \"$CONDUCTOR_TASK_ID.txt\"");
    for round in 1..=6 {
        let id = project.add("One", &[]);
        let both = [&["--json", "orchestrate", "start"][..], &["--json", "orchestrate", "run", "--auto"]];
        let begun = both.map(|arguments| {
            let mut command = project.command(arguments);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        let ended = begun.map(|child| Ran::from(child.wait_with_output().unwrap()));
        let told: Vec<(Option<i32>, Value)> = ended
            .iter()
            .map(|ran| (ran.code, serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}\n{ran}"))))
            .collect();
        // The one that lost is refused, or came so late that nothing was left to do.
        let lost: Vec<&(Option<i32>, Value)> = told.iter().filter(|(code, _)| *code != Some(0)).collect();
        assert!(lost.len() <= 1, "{told:?}");
        for (code, document) in lost {
            let error = document["error"]["code"].as_str().unwrap();
            assert!(*code == Some(4) && matches!(error, "DRIVER_BUSY" | "SESSION_UNFINISHED"), "{told:?}");
        }
        until("the end of the session", || is_over(&project) && project.status(&id) == Status::Done);
        until("the end of the driver", || project.processes().is_empty());
        assert_eq!(project.json(&["orchestrate", "status"])["session"], round);
    }
    project.assert_tidy();
}

#[test]
fn a_paused_session_ends_what_it_does_and_begins_nothing() {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.ok(&["orchestrate", "start"]);
    until("the agent", || project.mark("TASK-001.here").is_some());
    project.ok(&["orchestrate", "pause"]);
    until("the pause", || project.json(&["orchestrate", "status"])["status"] == "paused");
    go(&project);
    until("the end of the first task", || is_over(&project));
    assert_eq!((project.status("TASK-001"), project.status("TASK-002")), (Status::Done, Status::Todo));
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-002"), Status::Done);
    assert_eq!(project.commits("main..conductor/s1").len(), 2);
    project.assert_tidy();
}

#[test]
fn a_paused_session_goes_on_under_the_same_driver() {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    project.add("Two", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("TASK-001.here").is_some());
    project.ok(&["orchestrate", "pause"]);
    until("the pause", || project.json(&["orchestrate", "status"])["status"] == "paused");
    project.ok(&["orchestrate", "resume"]);
    until("the resumption", || project.json(&["orchestrate", "status"])["status"] == "active");
    go(&project);
    assert_eq!(driver.wait(), Some(0));
    assert!(project.all().iter().all(|task| task.status == Status::Done));
}

#[test]
fn an_answer_reaches_a_driver_that_is_at_work() {
    let agent = r#"
case $CONDUCTOR_TASK_ID in
  TASK-001) grep -q 'use blue' "$CONDUCTOR_PROMPT_FILE" || { echo 'QUESTION: which colour?'; exit 0; } ;;
  TASK-002) until [ -f "$HOME/go" ]; do sleep 0.02; done ;;
esac
echo > "$CONDUCTOR_TASK_ID.txt"
"#;
    let project = Project::new(agent);
    project.add("Paint", &[]);
    project.add("Build", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto", "--jobs", "2"]);
    until("the question", || project.status("TASK-001") == Status::Blocked && !project.inbox().is_empty());
    project.ok(&["answer", "1", "use blue"]);
    until("the first task", || project.status("TASK-001") == Status::Done);
    go(&project);
    assert_eq!(driver.wait(), Some(0));
    project.assert_tidy();
}
