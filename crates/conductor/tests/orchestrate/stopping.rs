//! The end of a session before its tasks are done.

use taskwerk_client::model::Status;

use super::support::{Project, Running, until};

/// Works for ever at its first task until a file says otherwise, with a child that does the same.
const SLOW: &str = r#"
echo half > "$CONDUCTOR_TASK_ID.txt"
if [ ! -f "$HOME/quick" ]; then
  setsid sh -c 'while :; do sleep 1; done' &
  echo $$ > "$HOME/agent.pid"
  sleep 1000
fi
echo whole > "$CONDUCTOR_TASK_ID.txt"
"#;

fn at_work() -> (Project, Running) {
    let project = Project::new(SLOW);
    project.add("One", &[]);
    project.add("Two", &[]);
    let driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("agent.pid").is_some());
    (project, driver)
}

#[test]
fn a_stop_ends_the_agent_keeps_the_work_and_gives_the_task_back() {
    let (project, mut driver) = at_work();
    let before = project.users_own();
    project.ok(&["orchestrate", "stop", "--reason", "lunch"]);
    assert_eq!(driver.wait(), Some(0));
    project.assert_tidy();
    assert_eq!(project.users_own(), before);
    assert_eq!((project.status("TASK-001"), project.status("TASK-002")), (Status::Todo, Status::Todo));
    assert!(project.notes("TASK-001").contains("lunch"), "{}", project.notes("TASK-001"));
    let kept = project.refs("refs/conductor");
    let half = |id: &String| project.git_ok(&["cat-file", "-e", &format!("{id}:TASK-001.txt")]);
    assert!(kept.values().any(half), "{kept:?}");
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["status"], &status["outcome"]), (&"completed".into(), &"stopped".into()));

    // What is left is for another session.
    std::fs::write(project.home().join("quick"), "").unwrap();
    project.orchestrate(0, &[]);
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    assert_eq!(project.file_of("conductor/s2", "TASK-001.txt"), "whole\n");
    project.assert_tidy();
}

/// A session whose driver was killed at work.
fn orphaned() -> Project {
    let (project, mut driver) = at_work();
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
    std::fs::remove_file(project.home().join("agent.pid")).unwrap();
    project
}

#[track_caller]
fn assert_stopped(project: &Project) {
    assert_eq!(project.mark("agent.pid"), None, "no agent was begun");
    assert_eq!(project.status("TASK-001"), Status::Todo);
    assert_eq!(project.json(&["orchestrate", "status"])["outcome"], "stopped");
    project.assert_tidy();
}

#[test]
fn a_stop_wraps_up_itself_where_nobody_drives() {
    let project = orphaned();
    project.ok(&["orchestrate", "stop"]);
    assert_stopped(&project);
}

#[test]
fn a_stop_that_nobody_heard_is_obeyed_first_of_all() {
    let project = orphaned();
    project.ok(&["orchestrate", "stop", "--no-wait"]);
    assert_eq!(project.status("TASK-001"), Status::InProgress, "nobody is there to obey");
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_stopped(&project);
}

#[test]
fn stopping_nothing_is_no_error() {
    let project = Project::new(SLOW);
    assert_eq!(project.ok(&["orchestrate", "stop"]), "Nothing is running.\n");
    std::fs::write(project.home().join("quick"), "").unwrap();
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.json(&["orchestrate", "stop"])["asked"], serde_json::Value::Null);
}

#[test]
fn a_driver_that_dies_takes_the_agent_along_and_is_taken_up_where_it_was() {
    let (project, mut driver) = at_work();
    driver.kill();
    until("the end of the agent", || project.processes().is_empty());
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["status"], &status["interrupted"]), (&"active".into(), &true.into()));
    assert_eq!(project.refused(4, &["orchestrate", "run", "--auto"]), "SESSION_UNFINISHED");
    std::fs::write(project.home().join("quick"), "").unwrap();
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    let run = project.run_of("TASK-001");
    // Killed before the start of the agent was written down, its attempt is simply begun again.
    assert!(run["attempts"] == 2 || run["attempts"] == 1, "{run}");
    assert_eq!(run["failures"], 0, "the death of the host is no failure");
    assert_eq!(project.commits("main..conductor/s1").len(), 2);
    project.assert_tidy();
}

/// The keeper of the one agent.
fn keeper(project: &Project) -> u32 {
    let processes = project.processes();
    let keepers: Vec<u32> = processes
        .iter()
        .filter(|line| line.contains("__keeper"))
        .filter_map(|line| line.split(' ').next()?.parse().ok())
        .collect();
    assert_eq!(keepers.len(), 1, "{processes:?}");
    keepers[0]
}

#[test]
fn a_keeper_that_is_killed_with_its_driver_leaves_nothing_either() {
    // With a PID namespace the kernel ends the agent; without one, the next driver does.
    for sections in ["", "safety: { pid_namespace: false }"] {
        let project = Project::configured(SLOW, sections);
        project.add("One", &[]);
        let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
        until("the agent", || project.mark("agent.pid").is_some());
        let both = [driver.pid(), keeper(&project)];
        // Stopped first, so that neither sees the other's end.
        for signal in ["STOP", "KILL"] {
            both.iter().for_each(|pid| project.signal(signal, *pid));
        }
        assert_ne!(driver.wait(), Some(0));
        std::fs::write(project.home().join("quick"), "").unwrap();
        project.ends(0, &["orchestrate", "resume", "--auto"]);
        assert!(project.all().iter().all(|task| task.status == Status::Done));
        assert_eq!(project.run_of("TASK-001")["failures"], 0, "it was not the agent's fault");
        project.assert_tidy();
    }
}

#[test]
fn a_keeper_that_is_killed_leaves_nothing_behind_either() {
    let (project, mut driver) = at_work();
    std::fs::write(project.home().join("quick"), "").unwrap();
    project.signal("KILL", keeper(&project));
    assert_eq!(driver.wait(), Some(0));
    assert!(project.all().iter().all(|task| task.status == Status::Done));
    assert_eq!(project.run_of("TASK-001")["failures"], 0, "it was not the agent's fault");
    project.assert_tidy();
}
