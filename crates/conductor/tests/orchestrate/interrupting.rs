//! Signals to a driver: the first asks for an orderly end, and nothing is lost by any of them.

use std::process::Stdio;

use taskwerk_client::model::Status;

use super::support::{Project, Running, until};

/// Works for ever at its first task until a file says otherwise, deaf to everything but KILL.
const DEAF: &str = r#"
trap '' TERM HUP INT
echo half > "$CONDUCTOR_TASK_ID.txt"
if [ ! -f "$HOME/quick" ]; then
  echo $$ > "$HOME/agent.pid"
  until [ -f "$HOME/quick" ]; do sleep 0.05; done
fi
echo whole > "$CONDUCTOR_TASK_ID.txt"
"#;

/// The same, but it ends when it is asked to.
const POLITE: &str = r#"
echo half > "$CONDUCTOR_TASK_ID.txt"
if [ ! -f "$HOME/quick" ]; then
  echo $$ > "$HOME/agent.pid"
  sleep 1000
fi
echo whole > "$CONDUCTOR_TASK_ID.txt"
"#;

fn at_work(agent: &str) -> (Project, Running) {
    let project = Project::new(agent);
    project.add("One", &[]);
    project.add("Two", &[]);
    let driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("agent.pid").is_some());
    (project, driver)
}

fn let_agents_end(project: &Project) {
    std::fs::write(project.home().join("quick"), "").unwrap();
}

#[test]
fn a_signal_ends_the_session_as_stop_does() {
    for (signal, why) in [("INT", "Ctrl-C"), ("TERM", "was asked to end"), ("HUP", "the terminal was closed")]
    {
        let (project, mut driver) = at_work(POLITE);
        let before = project.users_own();
        project.signal(signal, driver.pid());
        assert_eq!(driver.wait(), Some(0), "{signal}");
        project.assert_tidy();
        assert_eq!(project.users_own(), before, "{signal}");
        assert_eq!((project.status("TASK-001"), project.status("TASK-002")), (Status::Todo, Status::Todo));
        let notes = project.notes("TASK-001");
        assert!(notes.contains(why), "{signal}: {notes}");
        let status = project.json(&["orchestrate", "status"]);
        assert_eq!((&status["status"], &status["outcome"]), (&"completed".into(), &"stopped".into()));
        assert_eq!(project.run_of("TASK-001")["failures"], 0, "{signal}");
        let kept = project.refs("refs/conductor/snap");
        assert!(kept.values().any(|id| project.files_of(id).contains("TASK-001.txt")), "{signal}: {kept:?}");

        let_agents_end(&project);
        project.orchestrate(0, &[]);
        assert_eq!(project.file_of("conductor/s2", "TASK-001.txt"), "whole\n", "{signal}");
        project.assert_tidy();
    }
}

#[test]
fn the_second_ctrl_c_ends_at_once_and_the_session_is_taken_up_again() {
    let (project, mut driver) = at_work(DEAF);
    // The agent is deaf, so the orderly end takes its whole grace; the next one that is heard does not wait for it.
    until("the end of the driver", || {
        project.signal("INT", driver.pid());
        driver.has_ended()
    });
    assert_eq!(driver.wait(), Some(130));
    until("the end of the agent", || project.processes().is_empty());
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["status"], &status["interrupted"]), (&"active".into(), &true.into()), "{status}");
    assert_eq!(project.refused(4, &["orchestrate", "run", "--auto"]), "SESSION_UNFINISHED");

    // The stop that was asked for was written down before it was obeyed.
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.json(&["orchestrate", "status"])["outcome"], "stopped");
    assert_eq!((project.status("TASK-001"), project.status("TASK-002")), (Status::Todo, Status::Todo));
    project.assert_tidy();
}

#[test]
fn a_term_that_comes_twice_is_no_more_than_one() {
    let (project, mut driver) = at_work(POLITE);
    project.signal("TERM", driver.pid());
    project.signal("TERM", driver.pid());
    project.signal("HUP", driver.pid());
    assert_eq!(driver.wait(), Some(0));
    assert_eq!(project.json(&["orchestrate", "status"])["outcome"], "stopped");
    project.assert_tidy();
}

#[test]
fn whoever_waits_sees_that_it_stops_and_how_to_end_it_at_once() {
    let project = Project::new(POLITE);
    project.add("One", &[]);
    let mut command = project.command(&["orchestrate", "run", "--auto"]);
    let driver = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until("the agent", || project.mark("agent.pid").is_some());
    project.signal("INT", driver.id());
    let output = driver.wait_with_output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(out.contains("Session 1 stops: Ctrl-C"), "{out}");
    assert!(err.contains("stopping; Ctrl-C again to end at once"), "{err}");
}

#[test]
fn nohup_and_a_session_in_the_background_outlive_the_terminal() {
    let project = Project::new(POLITE);
    project.add("One", &[]);
    project.add("Two", &[]);
    project.ok(&["orchestrate", "start"]);
    until("the agent", || project.mark("agent.pid").is_some());
    let driver = project.json(&["orchestrate", "status"])["driver"].as_u64().unwrap();
    project.signal("HUP", u32::try_from(driver).unwrap());
    // Whatever the signal did would come before what is asked after it.
    project.ok(&["orchestrate", "pause"]);
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["status"], &status["driver"]), (&"paused".into(), &driver.into()), "{status}");
    project.ok(&["orchestrate", "stop"]);
    std::fs::remove_file(project.home().join("agent.pid")).unwrap();

    let mut shell = project.script("trap '' HUP; exec \"$0\" orchestrate run --auto");
    until("the agent", || project.mark("agent.pid").is_some());
    project.signal("HUP", shell.pid());
    project.ok(&["orchestrate", "pause"]);
    let status = project.json(&["orchestrate", "status"]);
    assert_eq!((&status["session"], &status["status"]), (&2.into(), &"paused".into()), "{status}");
    project.ok(&["orchestrate", "stop"]);
    assert_eq!(shell.wait(), Some(0));
    project.assert_tidy();
}
