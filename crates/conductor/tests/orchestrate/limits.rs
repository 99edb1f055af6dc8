//! What is waited for, what is charged, and what is cut short.

use taskwerk_client::model::Status;

use super::support::Project;

#[test]
fn a_rate_limit_is_waited_out_and_not_charged() {
    let agent = r#"
if [ ! -f "$HOME/limited" ]; then
  touch "$HOME/limited"
  printf '{"status":"rate_limited","until":"%s"}' "$(date -u -d '+1 second' +%Y-%m-%dT%H:%M:%SZ)" > "$CONDUCTOR_RESULT_FILE"
  exit 1
fi
date -u +%s > done.txt
"#;
    let project = Project::configured(agent, "safety: { max_consecutive_failures: 1 }");
    project.add("One", &[]);
    let ran = project.orchestrate(0, &[]);
    assert!(ran.stdout.contains("waits for the provider's limit"), "{ran}");
    let run = project.run_of("TASK-001");
    assert_eq!((&run["attempts"], &run["failures"]), (&2.into(), &0.into()), "{run}");
    assert_eq!(project.status("TASK-001"), Status::Done);
}

#[test]
fn a_failure_of_the_surroundings_is_tried_again_and_not_charged() {
    let agent = r#"
if [ ! -f "$HOME/failed" ]; then touch "$HOME/failed"; exit 75; fi
echo > done.txt
"#;
    let project = Project::configured(agent, "safety: { max_consecutive_failures: 1 }");
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    let run = project.run_of("TASK-001");
    assert_eq!((&run["attempts"], &run["failures"]), (&2.into(), &0.into()), "{run}");
}

#[test]
fn an_attempt_that_takes_too_long_is_ended_and_charged() {
    let agent = r#"
echo half > half.txt
setsid sh -c 'while :; do sleep 1; done' &
sleep 1000
"#;
    let project =
        Project::configured(agent, "safety: { max_consecutive_failures: 1, max_task_duration: 1s }");
    project.add("One", &[]);
    let ran = project.orchestrate(7, &[]);
    assert!(ran.stdout.contains("ran out of time"), "{ran}");
    assert_eq!(project.processes(), Vec::<String>::new());
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.run_of("TASK-001")["failures"], 1);
    let kept = project.refs("refs/conductor");
    assert!(kept.values().any(|id| project.files_of(id).contains("half.txt")), "its work is saved: {kept:?}");
}

#[test]
fn an_agent_that_cannot_run_is_a_matter_for_a_person_at_once() {
    let project = Project::new("exec /nonexistent/agent");
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    let hold = &project.inbox()[0];
    assert!(hold["question"].as_str().unwrap().contains("cannot run"), "{hold}");
    assert_eq!(project.run_of("TASK-001")["attempts"], 1);
    std::fs::remove_file(project.home().join("agent.sh")).unwrap();
    project.add("Two", &[]);
    assert_eq!(project.refused(1, &["orchestrate", "run", "--auto"]), "NO_AGENT");
}

#[test]
fn a_gate_that_takes_too_long_fails() {
    let gate = "gates: { test: { run: \"setsid sleep 1000\", timeout: 1s } }\nsafety: { max_consecutive_failures: 1 }";
    let project = Project::configured(super::support::WRITER, gate);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    assert_eq!(project.status("TASK-001"), Status::Review);
    assert_eq!(project.processes(), Vec::<String>::new());
}

#[test]
fn an_agent_that_talks_without_end_is_heard_to_a_bound() {
    let agent = r#"
head -c 30000000 /dev/zero | tr '\000' x
head -c 300000 /dev/zero | tr '\000' '\n'
printf '{"status":"done","message":"%s"}' "$(head -c 100000 /dev/zero | tr '\000' y)" > "$CONDUCTOR_RESULT_FILE"
echo > done.txt
"#;
    let project = Project::new(agent);
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    let message = project.git(&["log", "-1", "--format=%B", "conductor/s1"]);
    assert!(message.contains("yyy") && message.len() < 30_000, "{}", message.len());
    assert!(project.ok(&["orchestrate", "logs", "TASK-001"]).len() < 40_000_000);
}
