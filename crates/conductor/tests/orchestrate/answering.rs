//! Questions of agents, and work that a person must have seen.

use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

const ASKS: &str = r#"
if [ "$CONDUCTOR_TASK_ID" = TASK-001 ] && ! grep -q 'use blue' "$CONDUCTOR_PROMPT_FILE"; then
  printf '{"status":"question","message":"Which colour?"}' > "$CONDUCTOR_RESULT_FILE"
  echo half > half.txt
  exit 0
fi
echo blue > "$CONDUCTOR_TASK_ID.txt"
"#;

#[test]
fn a_question_frees_its_slot_and_the_answer_reaches_the_agent() {
    let project = Project::new(ASKS);
    project.add("Paint", &[]);
    project.add("Build", &[]);
    let ran = project.orchestrate(7, &["--jobs", "1"]);
    let task = project.task("TASK-001");
    assert_eq!(task.status, Status::Blocked);
    assert!(task.block_reason.unwrap().to_string().contains("Which colour?"), "{ran}");
    assert_eq!(project.status("TASK-002"), Status::Done, "the slot was free");
    assert!(!project.claimed("TASK-001"));
    let hold = &project.inbox()[0];
    assert_eq!((&hold["kind"], &hold["question"]), (&"question".into(), &"Which colour?".into()));
    assert_eq!(project.run_of("TASK-001")["failures"], 0, "waiting for a person is no failure");

    project.ok(&["answer", "1", "use blue"]);
    assert_eq!(project.refused(1, &["answer", "1", "use red"]), "CONTROL_REFUSED");
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    let files = project.files_of("conductor/s1");
    assert!(
        files.contains("TASK-001.txt") && files.contains("half.txt"),
        "it went on from its files: {files:?}"
    );
    let log = project.ok(&["orchestrate", "logs"]);
    assert!(log.contains("Which colour?") && log.contains("use blue"), "{log}");
    project.assert_tidy();
}

#[test]
fn a_blocker_waits_like_a_question() {
    let agent = r#"
if grep -q 'the key is k' "$CONDUCTOR_PROMPT_FILE"; then echo k > key.txt; else echo 'BLOCKED: no key'; fi
"#;
    let project = Project::new(agent);
    project.add("Sign", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Blocked);
    project.ok(&["orchestrate", "answer", "1", "the key is k"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}

/// Adds a migration; for a second word of a person's, another one.
const MIGRATES: &str = r#"
mkdir -p migrations
echo "create table notes;" > migrations/001.sql
if grep -q 'index too' "$CONDUCTOR_PROMPT_FILE"; then echo "create index;" > migrations/002.sql; fi
"#;

fn held() -> Project {
    let project = Project::new(MIGRATES);
    project.add("Store notes", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    let hold = &project.inbox()[0];
    assert_eq!(hold["kind"], "approval");
    assert!(hold["question"].as_str().unwrap().contains("migrations/001.sql"), "{hold}");
    assert_eq!(project.commits("main..conductor/s1"), []);
    project
}

#[test]
fn an_approved_change_lands() {
    let project = held();
    project.ok(&["orchestrate", "review", "TASK-001", "--accept"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert!(project.files_of("conductor/s1").contains("migrations/001.sql"));
    assert_eq!(project.run_of("TASK-001")["attempts"], 1, "no agent is needed for that");
    project.assert_tidy();
}

#[test]
fn a_change_made_after_an_approval_needs_another() {
    let project = held();
    project.ok(&["answer", "1", "retry", "index too"]);
    project.ends(7, &["orchestrate", "resume", "--auto"]);
    let hold = &project.inbox()[0];
    assert!(hold["question"].as_str().unwrap().contains("migrations/002.sql"), "{hold}");
    project.ok(&["answer", "2", "accept"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert!(project.files_of("conductor/s1").contains("migrations/002.sql"));
}

#[test]
fn a_rejected_change_is_kept_and_the_task_says_why() {
    let project = held();
    project.ok(&["answer", "1", "reject", "we use files"]);
    project.ends(7, &["orchestrate", "resume", "--auto"]);
    let task = project.task("TASK-001");
    assert_eq!(task.status, Status::Blocked);
    assert!(task.block_reason.unwrap().to_string().contains("we use files"));
    assert_eq!(project.commits("main..conductor/s1"), []);
    let kept = project.refs("refs/conductor");
    let has_it = |id: &String| project.files_of(id).contains("migrations/001.sql");
    assert!(kept.values().any(has_it), "{kept:?}");
    project.assert_tidy();
}

#[test]
fn without_automatic_commits_every_run_is_looked_at() {
    let project = Project::configured(WRITER, "workflow: { auto_commit: false }");
    project.add("Store notes", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    project.ok(&["answer", "1", "accept"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}
