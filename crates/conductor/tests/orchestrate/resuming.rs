//! Taking up everything that was left, in one command.

use serde_json::Value;
use taskwerk_client::model::Status;

use super::support::{Project, WRITER, until};

/// The first task asks, the second waits until it is let go; the others just write.
const MIXED: &str = r#"
case $CONDUCTOR_TASK_ID in
  TASK-001) grep -q 'use blue' "$CONDUCTOR_PROMPT_FILE" || { echo 'QUESTION: which colour?'; exit 0; } ;;
  TASK-002) echo > "$HOME/here"; until [ -f "$HOME/go" ]; do sleep 0.02; done ;;
esac
echo > "$CONDUCTOR_TASK_ID.txt"
"#;

/// Session 1 has an answer that nobody has obeyed, session 2 lost its driver.
fn left_behind() -> Project {
    let project = Project::new(MIXED);
    project.add("Paint", &[]);
    project.add("Build", &[]);
    project.orchestrate(7, &["--tasks", "TASK-001"]);
    project.ok(&["answer", "1", "use blue"]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto", "--tasks", "TASK-002"]);
    until("the agent", || project.mark("here").is_some());
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
    std::fs::write(project.home().join("go"), "").unwrap();
    project
}

#[test]
fn all_takes_up_what_was_answered_and_what_was_interrupted_oldest_first() {
    let project = left_behind();
    let ran = project.ends(0, &["orchestrate", "resume", "--all", "--auto"]);
    let at = |text: &str| ran.stdout.find(text).unwrap_or_else(|| panic!("no {text}\n{ran}"));
    assert!(at("Session 1:") < at("TASK-001") && at("TASK-001") < at("Session 2:"), "{ran}");
    assert!(at("Session 2:") < at("TASK-002"), "{ran}");
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    project.assert_tidy();
    assert_eq!(
        project.ok(&["orchestrate", "resume", "--all", "--auto"]),
        "No session waits to be taken up.\n"
    );
    assert_eq!(project.json(&["orchestrate", "resume", "--all", "--auto"]), Value::Array(Vec::new()));
}

#[test]
fn all_is_one_array_and_the_worst_exit_code_wins() {
    let project = left_behind();
    // Whatever else it is told, it asks again.
    project.write_agent("echo 'QUESTION: really?'");
    let documents = project.document(7, &["orchestrate", "resume", "--all", "--auto"]);
    let documents = documents.as_array().unwrap();
    assert_eq!(documents.len(), 2, "{documents:?}");
    for (document, session) in documents.iter().zip(1..) {
        assert_eq!((&document["session"], &document["exit"]), (&session.into(), &7.into()), "{document}");
        assert_eq!(document["holds"][0]["question"], "really?", "{document}");
    }
    // Now both only wait for answers, and there is nothing that a driver could do.
    assert_eq!(
        project.ends(0, &["orchestrate", "resume", "--all", "--auto"]).stdout,
        "No session waits to be taken up.\n"
    );
}

#[test]
fn one_that_cannot_be_driven_does_not_keep_the_others() {
    let project = left_behind();
    project.spoil_journal(1);
    let documents = project.document(5, &["orchestrate", "resume", "--all", "--auto"]);
    let documents = documents.as_array().unwrap();
    assert!(documents[0]["error"]["message"].is_string(), "{documents:?}");
    assert_eq!((&documents[0]["session"], &documents[0]["exit"]), (&1.into(), &5.into()));
    assert_eq!((&documents[1]["session"], &documents[1]["exit"]), (&2.into(), &0.into()));
    assert_eq!(project.status("TASK-002"), Status::Done);
}

#[test]
fn all_is_refused_while_a_driver_is_at_work_or_with_a_number() {
    let project = Project::new(MIXED);
    project.add("Paint", &[]);
    project.add("Build", &["TASK-001"]);
    assert_eq!(project.refused(2, &["orchestrate", "resume", "--all", "--session", "1"]), "USAGE");
    assert_eq!(project.json(&["orchestrate", "resume", "--all"]), Value::Array(Vec::new()), "no session yet");
    project.orchestrate(7, &["--tasks", "TASK-001"]);
    project.write_agent(WRITER);
    project.ok(&["answer", "1", "reject", "no"]);
    project.write_agent("echo > \"$HOME/here\"\nuntil [ -f \"$HOME/go\" ]; do sleep 0.02; done");
    project.add("Other", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("here").is_some());
    assert_eq!(project.refused(4, &["orchestrate", "resume", "--all"]), "DRIVER_BUSY");
    driver.kill();
}
