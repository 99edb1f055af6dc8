//! Work that does not pass is never done.

use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

/// Fails until a person's words reach the agent: it looks for them in its task file and in its prompt.
const STUBBORN: &str = r#"
case $CONDUCTOR_TASK_ID in
  TASK-001)
    if grep -q 'spell it "good"' "$CONDUCTOR_PROMPT_FILE" && grep -q 'spell it' "$CONDUCTOR_TASK_FILE"
    then echo good > notes.txt
    else echo "bad $CONDUCTOR_ATTEMPT" > notes.txt
    fi ;;
  *) echo fine > "$CONDUCTOR_TASK_ID.txt" ;;
esac
"#;
const GATE: &str = r#"gates: { test: { run: "test ! -f notes.txt || grep -x good notes.txt || { cat notes.txt; echo it is not good; exit 1; }" } }"#;

#[test]
fn a_failing_gate_holds_its_run_and_a_persons_words_mend_it() {
    let project = Project::configured(STUBBORN, GATE);
    project.add("Write notes", &[]);
    project.add("Another", &[]);
    project.add("After the notes", &["TASK-001"]);
    let ran = project.orchestrate(7, &[]);
    assert!(ran.stdout.contains("1 done, 1 held, 2 left"), "{ran}");
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.status("TASK-002"), Status::Done, "the rest went on");
    assert_eq!(project.status("TASK-003"), Status::Todo, "what needs it did not");
    assert_eq!(project.commits("main..conductor/s1").len(), 1);

    let run = project.run_of("TASK-001");
    assert_eq!((&run["attempts"], &run["failures"]), (&3.into(), &3.into()), "{run}");
    let inbox = project.inbox();
    assert_eq!((inbox.len(), &inbox[0]["kind"]), (1, &"failures".into()));
    let detail = inbox[0]["detail"].as_str().unwrap();
    assert!(detail.contains("it is not good") && detail.contains("bad 3"), "{detail}");
    let review = project.json(&["orchestrate", "review", "TASK-001"]);
    assert!(review["evidence"]["gates"][0]["output_tail"].to_string().contains("bad 3"), "{review}");
    assert!(review["diff"].as_str().unwrap().contains("+bad 3"), "{review}");
    assert!(!project.claimed("TASK-001"));

    // Accepting it anyway does not help: the gates have the last word.
    let hold = inbox[0]["hold"].to_string();
    project.ok(&["answer", &hold, "accept"]);
    project.ends(7, &["orchestrate", "resume", "--auto"]);
    assert_ne!(project.status("TASK-001"), Status::Done);
    let hold = project.inbox()[0]["hold"].to_string();
    project.ok(&["answer", &hold, "retry", "spell it \"good\""]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    let commits = project.commits("main..conductor/s1");
    assert_eq!(commits.len(), 3);
    assert_eq!(project.file_of("conductor/s1", "notes.txt"), "good\n");
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    project.assert_tidy();
}

#[test]
fn the_next_attempt_is_told_what_failed() {
    let agent = r#"
if grep -q 'needs a second line' "$CONDUCTOR_PROMPT_FILE"; then echo two >> notes.txt; else echo one > notes.txt; fi
"#;
    // The words are put together only when the gate runs: its command line is in the prompt from the beginning.
    let gate =
        r#"gates: { test: { run: "grep two notes.txt || { printf 'needs a %s line' second; exit 1; }" } }"#;
    let project = Project::configured(agent, gate);
    project.add("Write notes", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.file_of("conductor/s1", "notes.txt"), "one\ntwo\n", "it went on from its own files");
    assert_eq!(project.run_of("TASK-001")["attempts"], 2);
}

#[test]
fn done_with_nothing_changed_is_not_done() {
    let project = Project::new("echo 'All done!'");
    project.add("Write notes", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert!(project.inbox()[0]["question"].as_str().unwrap().contains("changed nothing"));
}

#[test]
fn too_many_failed_runs_in_a_row_pause_the_session() {
    let project = Project::configured(
        WRITER,
        r#"gates: { test: { run: "echo the base is broken; false" } }
safety: { max_consecutive_failures: 2 }"#,
    );
    for title in ["One", "Two", "Three", "Four"] {
        project.add(title, &[]);
    }
    let ran = project.orchestrate(7, &[]);
    assert!(ran.stdout.contains("is the base broken?"), "{ran}");
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((status["status"].as_str(), status["runs"].as_array().unwrap().len()), (Some("paused"), 2));
    assert_eq!(project.status("TASK-004"), Status::Todo);
    assert_eq!(project.commits("main..conductor/s1"), []);
    project.assert_sound();
}

#[test]
fn gates_that_change_what_they_check_are_not_believed() {
    let project = Project::configured(WRITER, r#"gates: { test: { run: "echo tampered > TASK-001.txt" } }"#);
    project.add("Write notes", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.commits("main..conductor/s1"), []);
}
