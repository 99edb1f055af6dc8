//! What a session needs to begin, and what it makes of places that are not the plain one.

use taskwerk_client::model::Status;

use super::support::{Project, WRITER};

#[track_caller]
fn refused(project: &Project, exit: i32, arguments: &[&str]) -> String {
    let before = (project.users_own(), project.refs("refs"));
    let code = project.refused(exit, &[&["orchestrate", "run", "--auto"], arguments].concat());
    assert_eq!((project.users_own(), project.refs("refs")), before, "a refusal changes nothing");
    assert_eq!(project.json(&["orchestrate", "status"])["session"], serde_json::Value::Null);
    code
}

#[test]
fn what_cannot_begin_says_so_and_leaves_nothing() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    assert_eq!(refused(&project, 3, &["--into", "nowhere"]), "BRANCH_NOT_FOUND");
    assert_eq!(refused(&project, 1, &["--agent", "nobody"]), "NO_AGENT");
    project.git(&["branch", "conductor"]);
    assert_eq!(refused(&project, 1, &[]), "BRANCH");
    project.git(&["branch", "-D", "-q", "conductor"]);
    project.git(&["checkout", "-q", "--detach"]);
    assert_eq!(refused(&project, 1, &[]), "BRANCH");
    project.configure("gates: { test: { command: \"true\" } }");
    assert_eq!(project.refused(2, &["orchestrate", "run", "--auto", "--into", "main"]), "CONFIG_WRONG_VALUE");
    project.configure("");
    project.orchestrate(0, &["--into", "main"]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}

#[test]
fn with_nothing_to_do_nothing_is_begun() {
    let project = Project::new(WRITER);
    let ran = project.orchestrate(0, &[]);
    assert!(ran.stdout.starts_with("Nothing to do"), "{ran}");
    assert_eq!(project.refs("refs/heads/conductor").len(), 0);
    assert_eq!(project.ok(&["inbox"]), "Nothing waits for you.\n");
}

#[test]
fn it_does_not_matter_where_in_the_checkout_the_command_is_given() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.write("deep/down/here.txt", "x\n");
    let deep = project.work().join("deep/down");
    let mut command = project.command(&["orchestrate", "run", "--auto"]);
    assert!(command.current_dir(&deep).output().unwrap().status.success());
    let mut land = project.command(&["orchestrate", "land"]);
    assert!(land.current_dir(&deep).output().unwrap().status.success());
    assert_eq!(project.read("TASK-001.txt"), "One\n");
}

#[test]
fn a_linked_worktree_is_worked_for_like_the_main_one() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    let linked = project.root().join("linked");
    project.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    let before = project.users_own();
    let mut command = project.command(&["orchestrate", "run", "--auto"]);
    assert!(command.current_dir(&linked).output().unwrap().status.success());
    assert_eq!(project.users_own(), before);
    assert_eq!(project.json(&["orchestrate", "status"])["target"], "side");
    project.ok(&["orchestrate", "land"]);
    assert_eq!(project.rev("side"), project.rev("conductor/s1"));
    assert_ne!(project.rev("main"), project.rev("side"));
    assert_eq!(std::fs::read_to_string(linked.join("TASK-001.txt")).unwrap(), "One\n");
    assert!(!project.exists("TASK-001.txt"));
    project.assert_tidy();
}

#[test]
fn gates_are_found_in_what_is_committed_and_not_in_what_lies_around() {
    let project = Project::new(WRITER);
    project.write("test.sh", "#!/bin/sh\necho committed >> \"$HOME/checked\"\n");
    project.commit("a test");
    project.write("test.sh", "#!/bin/sh\necho edited >> \"$HOME/checked\"\nexit 1\n");
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.mark("checked").unwrap(), "committed\n");
}

#[test]
fn setup_steps_come_before_the_gates() {
    let sections =
        "workflow: { setup: [\"echo ready > ready.txt\"] }\ngates: { test: { run: \"cat ready.txt\" } }";
    let project = Project::configured(WRITER, sections);
    project.write(".gitignore", ".taskwerk/\nready.txt\n");
    project.commit("ignore what the setup makes");
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    assert_eq!(project.status("TASK-001"), Status::Done);
    assert!(!project.files_of("conductor/s1").contains("ready.txt"));
}
