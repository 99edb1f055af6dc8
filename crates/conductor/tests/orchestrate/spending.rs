//! Money and time of a session: what is told of them, where a person is asked, and where it ends.

use taskwerk_client::model::Status;

use super::support::Project;

/// Writes its file, and says that it cost forty cents.
const DEAR: &str = r#"
printf '%s\n' "$CONDUCTOR_TASK_TITLE" > "$CONDUCTOR_TASK_ID.txt"
env | grep '^CONDUCTOR_MAX_' | sort > "$HOME/$CONDUCTOR_TASK_ID.limits" || true
cp "$CONDUCTOR_PROMPT_FILE" "$HOME/$CONDUCTOR_TASK_ID.prompt"
printf '{"status":"done","usage":{"cost_usd":0.40}}' > "$CONDUCTOR_RESULT_FILE"
"#;

#[test]
fn what_may_still_be_spent_is_told_and_the_session_ends_at_its_budget() {
    let project = Project::new(DEAR);
    for title in ["One", "Two", "Three", "Four"] {
        project.add(title, &[]);
    }
    project.orchestrate(8, &["--budget", "1.00"]);
    let limits = project.mark("TASK-001.limits").unwrap();
    assert!(limits.contains("CONDUCTOR_MAX_COST_USD=1.000000\n"), "{limits}");
    assert!(limits.contains("CONDUCTOR_MAX_SECONDS="), "{limits}");
    let second = project.mark("TASK-002.limits").unwrap();
    assert!(second.contains("CONDUCTOR_MAX_COST_USD=0.600000\n"), "{second}");
    let prompt = project.mark("TASK-002.prompt").unwrap();
    assert!(prompt.contains("You may use at most $0.60."), "{prompt}");
    let done = project.all().iter().filter(|task| task.status == Status::Done).count();
    assert_eq!(done, 3, "the third began while something was left");
    assert_eq!(project.ends(2, &["orchestrate", "run", "--budget", "0"]).code, Some(2));
}

#[test]
fn a_person_is_asked_at_a_share_of_the_budget_and_the_session_waits_for_them() {
    let project = Project::configured(DEAR, "safety: { budget: 2.00, ask_at: [30] }");
    for title in ["One", "Two", "Three", "Four"] {
        project.add(title, &[]);
    }
    let ran = project.orchestrate(7, &[]);
    assert!(ran.stderr.contains("30 % of what it may use are used ($0.80 of $2.00); may it go on?"), "{ran}");
    let done = || project.all().iter().filter(|task| task.status == Status::Done).count();
    assert_eq!(done(), 2);
    let inbox = project.ok(&["inbox"]);
    assert!(inbox.contains("may it go on?\n   conductor orchestrate resume"), "{inbox}");
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(done(), 4, "a person was asked once");
}

#[test]
fn when_its_time_is_up_a_session_ends_and_keeps_what_was_begun() {
    let agent = r#"
echo half > half.txt
sleep 1000
"#;
    let project = Project::configured(agent, "safety: { max_time: 2s }");
    project.add("One", &[]);
    project.add("Two", &[]);
    let ran = project.orchestrate(8, &[]);
    assert!(ran.stdout.contains("stopped: the session's time is up: 2s"), "{ran}");
    assert_eq!(project.status("TASK-001"), Status::Todo, "anybody may take it again");
    assert_eq!(project.status("TASK-002"), Status::Todo);
    assert_eq!(project.run_of("TASK-001")["failures"], 0, "it was stopped from outside");
    let kept = project.refs("refs/conductor");
    assert!(kept.values().any(|id| project.files_of(id).contains("half.txt")), "its work is saved: {kept:?}");
    assert_eq!(project.processes(), Vec::<String>::new());
}

#[test]
fn what_is_missing_is_asked_for() {
    let agent =
        r#"printf '{"status":"blocked","message":"protoc: command not found"}' > "$CONDUCTOR_RESULT_FILE""#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    let hold = &project.inbox()[0];
    let question = hold["question"].as_str().unwrap();
    assert!(question.starts_with("A program is missing: install it, then answer retry."), "{hold}");
}
