//! The story of a session, followed from another terminal than its driver's.

use std::process::Stdio;

use serde_json::Value;
use taskwerk_client::model::Status;

use super::support::{Project, WRITER, until};
use super::terminal::Terminal;

/// The first task waits until it is let go.
const WAITS: &str = r#"
if [ "$CONDUCTOR_TASK_ID" = TASK-001 ]; then
  echo > "$HOME/here"; until [ -f "$HOME/go" ]; do sleep 0.02; done
fi
echo > "$CONDUCTOR_TASK_ID.txt"
"#;

fn go(project: &Project) {
    std::fs::write(project.home().join("go"), "").unwrap();
}

fn under_way() -> Project {
    let project = Project::new(WAITS);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.ok(&["orchestrate", "start"]);
    until("the agent", || project.mark("here").is_some());
    project
}

fn numbers(lines: &[Value]) -> Vec<u64> {
    lines.iter().map(|line| line["seq"].as_u64().unwrap()).collect()
}

fn lines_of(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn it_tells_what_the_driver_tells_and_ends_with_the_session() {
    let project = under_way();
    let mut text = project.command(&["orchestrate", "attach"]);
    let text = text.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut json = project.command(&["--json", "orchestrate", "attach"]);
    let json = json.stdout(Stdio::piped()).spawn().unwrap();
    go(&project);
    let text = text.wait_with_output().unwrap();
    let seen = String::from_utf8(text.stdout).unwrap();
    assert_eq!(text.status.code(), Some(0), "{seen}");
    for part in ["TASK-001", "script", "TASK-002", "done", "2 done, 0 left"] {
        assert!(seen.contains(part), "no `{part}` in\n{seen}");
    }
    let json = json.wait_with_output().unwrap();
    assert_eq!(json.status.code(), Some(0));
    let lines = lines_of(&String::from_utf8(json.stdout).unwrap());
    assert_eq!(numbers(&lines), (1..=project.journal_rows()).collect::<Vec<_>>());
    assert!(
        lines.iter().all(|line| line["session"] == 1 && line["at"].is_string() && line["event"].is_object()
            || line["event"].is_string())
    );
    // The session rests a moment before its driver is gone.
    until("the end of the driver", || project.processes().is_empty());
    project.assert_tidy();

    // What is over is told and over.
    assert!(project.ok(&["orchestrate", "attach"]).contains("2 done, 0 left"));
    let last = lines_of(&project.ok(&["--json", "orchestrate", "attach", "--after", "5"]));
    assert_eq!(numbers(&last), (6..=project.journal_rows()).collect::<Vec<_>>());
    assert_eq!(project.ok(&["--json", "orchestrate", "attach", "--after", "9999"]), "");
}

#[test]
fn only_the_last_lines_of_what_was_before_are_told() {
    let project = Project::new(WRITER);
    for number in 0..8 {
        project.add(&format!("Task {number}"), &[]);
    }
    project.orchestrate(0, &[]);
    let few = project.ends(0, &["orchestrate", "attach"]);
    assert!(few.stderr.contains("earlier lines") && !few.stdout.contains("TASK-001"), "{few}");
    assert!(few.stdout.contains("TASK-008"), "{few}");
    let all = project.ok(&["orchestrate", "attach", "--after", "0"]);
    assert!(all.contains("TASK-001") && all.contains("TASK-008"), "{all}");
}

#[test]
fn of_a_compacted_session_the_result_is_told() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    project.ok(&["journal", "compact", "--session", "1"]);
    assert!(project.ok(&["orchestrate", "attach"]).contains("1 done, 0 left"));
    assert_eq!(project.ok(&["--json", "orchestrate", "attach"]), "");
}

#[test]
fn a_signal_detaches_and_the_session_goes_on() {
    let project = under_way();
    let mut command = project.command(&["orchestrate", "attach"]);
    let attached = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It has begun to look when it holds the database open.
    until("the look at the journal", || {
        let open = std::fs::read_dir(format!("/proc/{}/fd", attached.id())).unwrap();
        open.flatten().any(|fd| {
            std::fs::read_link(fd.path()).is_ok_and(|path| path.ends_with(".taskwerk/conductor.db"))
        }) && std::fs::read_to_string(format!("/proc/{}/status", attached.id()))
            .unwrap()
            .lines()
            // The second signal, INT, has a handler.
            .any(|line| {
                line.starts_with("SigCgt:") && u64::from_str_radix(line[7..].trim(), 16).unwrap() & 2 == 2
            })
    });
    project.signal("INT", attached.id());
    let output = attached.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // In its very first moment it simply ends; the session does not care either way.
    assert!(matches!(output.status.code(), Some(0 | 130)), "{said}");
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["status"], status["driver"].is_u64()), (&"active".into(), true));
    go(&project);
    project.ends(0, &["orchestrate", "attach"]);
    assert!(project.all().iter().all(|task| task.status == Status::Done));
}

#[test]
fn a_driver_that_dies_is_told() {
    let project = under_way();
    let mut command = project.command(&["orchestrate", "attach"]);
    let attached = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let driver = project.json(&["orchestrate", "status"])["driver"].as_u64().unwrap();
    project.signal("KILL", u32::try_from(driver).unwrap());
    let output = attached.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("conductor orchestrate resume --session 1"), "{said}");
    assert_eq!(project.ends(1, &["orchestrate", "attach", "--read-only"]).code, Some(1));
}

#[test]
fn what_there_is_not_cannot_be_followed_and_what_is_held_says_so() {
    let project = Project::new("echo 'QUESTION: which?'");
    assert_eq!(project.refused(3, &["orchestrate", "attach"]), "SESSION_NOT_FOUND");
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.refused(3, &["orchestrate", "attach", "--session", "4"]), "SESSION_NOT_FOUND");
    let held = project.ends(7, &["orchestrate", "attach"]);
    assert!(held.stdout.contains("held (1): which?"), "{held}");
    assert!(held.stderr.contains("conductor answer 1"), "{held}");
}

#[test]
fn a_hold_is_asked_at_the_terminal_and_the_driver_obeys() {
    let agent = r#"
case $CONDUCTOR_TASK_ID in
  TASK-001) grep -q 'use blue' "$CONDUCTOR_PROMPT_FILE" || { echo 'QUESTION: which colour?'; exit 0; } ;;
  TASK-002) echo > "$HOME/here"; until [ -f "$HOME/go" ]; do sleep 0.02; done ;;
esac
echo > "$CONDUCTOR_TASK_ID.txt"
"#;
    let project = Project::new(agent);
    project.add("Paint", &[]);
    project.add("Build", &[]);
    project.ok(&["orchestrate", "start", "--jobs", "2"]);
    until("the agent", || project.mark("here").is_some());
    let mut reader = Terminal::run(&project, &["orchestrate", "attach", "--read-only"]);
    let mut person = Terminal::run(&project, &["orchestrate", "attach"]);
    person.sees("[x] reject");
    person.types("answer");
    person.sees("What should the agent know?");
    person.types("use blue");
    person.sees("hold 1 answered");
    until("the first task", || project.status("TASK-001") == Status::Done);
    go(&project);
    assert_eq!(person.wait(), Some(0), "{}", person.screen());
    assert_eq!(reader.wait(), Some(0), "{}", reader.screen());
    assert!(
        reader.screen().contains("which colour?") && !reader.screen().contains("[x] reject"),
        "{}",
        reader.screen()
    );
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    project.assert_tidy();
}

#[test]
fn ctrl_c_at_a_question_of_the_driver_leaves_the_question() {
    let project = Project::new("echo 'QUESTION: which?'");
    project.add("One", &[]);
    let mut person = Terminal::run(&project, &["orchestrate", "run"]);
    person.sees("[x] reject");
    project.signal("INT", person.pid());
    assert_eq!(person.wait(), Some(130), "{}", person.screen());
    assert_eq!(project.inbox().len(), 1);
    assert_eq!(project.status("TASK-001"), Status::Blocked);
    assert_eq!(project.json(&["orchestrate", "status"])["interrupted"], false);
    project.write_agent(WRITER);
    project.ok(&["answer", "1", "any"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    project.assert_tidy();
}
