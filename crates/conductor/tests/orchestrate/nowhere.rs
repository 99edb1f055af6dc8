//! Agents that go nowhere: they are told, ended, replaced, and a person is asked; those that work are let be.
//!
//! The agent is a script that speaks as one of the known programs does when it prints one line for each thing that it did,
//! with lines of a recording.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use taskwerk_client::model::Status;
use testkit::Ran;

use super::support::Project;

/// What such a program prints: `used N` for a step with so many tokens, `used N stop` for the last one, `read N` for a read whose use has that id, and
/// `said WORDS`.
const SPEAK: &str = r#"
S=ses_ddd7fad38ffeGvl9zSzxYHLgIg
used() { printf '{"type":"step_finish","sessionID":"%s","part":{"type":"step-finish","reason":"%s","tokens":{"total":%s,"input":%s,"output":0,"reasoning":0,"cache":{"write":0,"read":0}},"cost":0}}\n' "$S" "${2:-tool-calls}" "$1" "$1"; }
read_again() { printf '{"type":"tool_use","sessionID":"%s","part":{"type":"tool","tool":"read","callID":"call_%s","state":{"status":"completed","input":{"filePath":"notes.txt"},"output":"1: first","title":"notes.txt"}}}\n' "$S" "$1"; }
said() { printf '{"type":"text","sessionID":"%s","part":{"type":"text","text":"%s"}}\n' "$S" "$1"; }
circle() { for n in 1 2 3 4 5 6; do read_again "$1$n"; done; sleep 1000; }
"#;

/// A project whose agent `opencode` is this script, with more configuration.
fn project(script: &str, sections: &str) -> Project {
    let project = Project::configured("echo by the helper > done.txt", sections);
    let config = project.work().join(".taskwerk/config.yml");
    let text = fs::read_to_string(&config).unwrap();
    let agents = "agents:\n    opencode: { adapter: headless, silence: 1s }\n";
    fs::write(&config, text.replacen("agents:\n", agents, 1)).unwrap();
    let bin = project.home().join("bin");
    fs::create_dir(&bin).unwrap();
    let file = bin.join("opencode");
    fs::write(&file, format!("#!/bin/sh\nset -eu\n{SPEAK}{script}")).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).unwrap();
    project
}

fn command(project: &Project, arguments: &[&str]) -> Command {
    let mut command = project.command(arguments);
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", project.home().join("bin").display());
    command.env("PATH", path);
    command
}

#[track_caller]
fn orchestrate(project: &Project, code: i32, more: &[&str]) -> Ran {
    let arguments = [&["orchestrate", "run", "--auto", "--agent", "opencode"], more].concat();
    let ran = Ran::from(command(project, &arguments).output().unwrap());
    assert_eq!(ran.code, Some(code), "{ran}");
    ran
}

#[test]
fn an_agent_that_goes_in_circles_is_told_and_goes_on_in_its_session() {
    let script = r#"
case "$*" in
  *--session*) echo mended > done.txt; said "It is done."; used 5 stop ;;
  *) circle a ;;
esac
"#;
    let project = project(script, "");
    project.add("One", &[]);
    orchestrate(&project, 0, &[]);
    assert_eq!(project.run_of("TASK-001")["attempts"], 1, "it was told, not ended");
    let logs = project.ok(&["orchestrate", "logs", "TASK-001"]);
    let told =
        "is told that it goes nowhere (same-result: it did the same 4 times in a row, with the same result:";
    assert!(logs.contains(told), "{logs}");
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert_eq!(project.processes(), Vec::<String>::new());
}

#[test]
fn one_that_does_not_listen_is_ended_begins_anew_and_a_person_is_asked() {
    let project = project("circle b", "safety: { ladder: [nudge, fresh, hold] }");
    project.add("One", &[]);
    let ran = orchestrate(&project, 7, &[]);
    assert!(ran.stdout.contains("goes nowhere: it did the same 4 times in a row"), "{ran}");
    assert!(ran.stdout.contains("it begins anew"), "{ran}");
    let run = project.run_of("TASK-001");
    assert_eq!((&run["attempts"], &run["failures"]), (&2.into(), &2.into()), "{run}");
    let why = project.ok(&["orchestrate", "why", "TASK-001"]);
    assert!(why.contains("The agent went in circles: it did the same 4 times in a row"), "{why}");
    let prompt = project.work().join(".taskwerk/sessions/1/runs/1/attempt-2/prompt.md");
    let prompt = fs::read_to_string(prompt).unwrap();
    assert!(prompt.contains("What was seen: it did the same 4 times"), "{prompt}");
    assert_eq!(project.processes(), Vec::<String>::new());
}

#[test]
fn another_agent_takes_over_and_its_name_is_on_the_work() {
    let project = project("circle c", "safety: { ladder: [other-agent, hold], other_agents: [script] }");
    project.add("One", &[]);
    let ran = orchestrate(&project, 0, &[]);
    assert!(ran.stdout.contains("another agent takes over"), "{ran}");
    let commits = project.commits("main..conductor/s1");
    assert_eq!(commits[0].agent, "script");
    assert_eq!(project.file_of("conductor/s1", "done.txt"), "by the helper\n");
}

#[test]
fn silence_is_a_stall_only_where_nothing_is_done() {
    // Two seconds of work without a word, which is twice as long as it may be silent; then nothing at all.
    let script = r#"
if [ ! -f "$HOME/worked" ]; then
  touch "$HOME/worked"
  timeout 3 sh -c 'while :; do :; done' || true
  touch "$HOME/finished"
fi
sleep 1000
"#;
    let project = project(script, "safety: { ladder: [hold] }");
    project.add("One", &[]);
    let ran = orchestrate(&project, 7, &[]);
    assert!(project.mark("finished").is_some(), "it was let work: {ran}");
    assert!(ran.stdout.contains("and its processes did nothing"), "{ran}");
    let hold = &project.inbox()[0];
    assert!(hold["question"].as_str().unwrap().starts_with("The agent stalled"), "{hold}");
    assert_eq!(project.processes(), Vec::<String>::new());
}

#[test]
fn an_attempt_that_uses_more_than_it_was_granted_is_ended_while_it_works() {
    let limits = "safety: { limits: { attempt: { tokens: 5000 } } }";
    let project = project("used 3000; used 1999; used 2; sleep 1000", limits);
    project.add("One", &[]);
    let ran = orchestrate(&project, 7, &[]);
    assert!(ran.stdout.contains("The task used up its budget"), "{ran}");
    assert_eq!(project.run_of("TASK-001")["attempts"], 1);
    assert_eq!(project.processes(), Vec::<String>::new());
}
