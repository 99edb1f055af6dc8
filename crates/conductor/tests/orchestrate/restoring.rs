//! Work that was saved of agents, found again and brought back.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::support::{Project, until};

/// Commits something of its own, leaves something uncommitted, and is held.
const COMMITS: &str = r#"
echo own > own.txt
git add own.txt && git commit -q --allow-empty -m 'my own'
echo "attempt $CONDUCTOR_ATTEMPT" > work.txt
mkdir -p deep && echo deep > 'deep/odd name.txt'
"#;

/// A run that was held for failing gates after two attempts, then rejected.
fn rejected() -> Project {
    let sections = "gates: { test: { run: \"exit 1\" } }\nsafety: { max_consecutive_failures: 2 }";
    let project = Project::configured(COMMITS, sections);
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    project.ok(&["answer", "1", "reject", "no"]);
    // The task is blocked now, which is for a person.
    project.ends(7, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.run_of("TASK-001")["ending"], "rejected");
    project.assert_tidy();
    project
}

fn files_in(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(path) = folders.pop() {
        for entry in fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    found
}

fn listed(project: &Project, arguments: &[&str]) -> Vec<Value> {
    let document = project.json(&[&["orchestrate", "snapshots"], arguments].concat());
    document.as_array().unwrap().clone()
}

#[test]
fn what_was_saved_is_listed_with_what_became_of_its_run() {
    let project = rejected();
    let rows = listed(&project, &[]);
    let kinds: Vec<_> =
        rows.iter().map(|row| (row["kind"].as_str().unwrap(), row["number"].as_u64())).collect();
    assert_eq!(kinds[..2], [("snapshot", Some(1)), ("snapshot", Some(2))], "{rows:?}");
    assert!(kinds[2..].iter().all(|kind| *kind == ("own-commit", None)) && kinds.len() > 2, "{rows:?}");
    for row in &rows {
        assert_eq!(
            (&row["run"], &row["task_id"], &row["state"]),
            (&"1.1".into(), &"TASK-001".into(), &"rejected".into())
        );
        assert_eq!(project.rev(row["ref"].as_str().unwrap()), row["commit"].as_str().unwrap());
        assert_eq!((&row["workspaces"], row["at"].is_string()), (&Value::Array(Vec::new()), true), "{row}");
    }
    assert_eq!((&rows[1]["files"], &rows[1]["base"]), (&3.into(), &project.rev("main").as_str().into()));
    assert_eq!(rows[2]["files"], 1, "the commit has one file of the three: {rows:?}");
    let text = project.ok(&["orchestrate", "snapshots", "TASK-001"]);
    for part in ["1.1", "TASK-001", "snapshot 2", "agent's commit", "rejected"] {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
    assert_eq!(listed(&project, &["TASK-001", "--session", "1"]).len(), rows.len());
    project.add("Two", &[]);
    assert_eq!(project.ok(&["orchestrate", "snapshots", "2"]), "Nothing is saved.\n");
    assert_eq!(project.refused(3, &["orchestrate", "snapshots", "TASK-009"]), "TASK_NOT_FOUND");
    assert_eq!(project.refused(3, &["orchestrate", "snapshots", "--session", "9"]), "SESSION_NOT_FOUND");
}

#[test]
fn a_branch_is_made_and_nothing_else_is_touched() {
    let project = rejected();
    let before = project.users_own();
    let made = project.json(&["orchestrate", "restore", "TASK-001", "--branch", "rescued/one"]);
    assert_eq!(
        (&made["branch"], &made["number"], &made["to"]),
        (&"rescued/one".into(), &2.into(), &Value::Null)
    );
    assert_eq!(project.rev("rescued/one"), project.rev("refs/conductor/snap/1.1/2"));
    assert_eq!(project.file_of("rescued/one", "work.txt"), "attempt 2\n");
    let mut after = project.users_own();
    after.retain(|path, _| !path.to_string_lossy().contains("rescued"));
    assert_eq!(after, before);

    project.ok(&["orchestrate", "restore", "1", "--snapshot", "1", "--branch", "first"]);
    assert_eq!(project.file_of("first", "work.txt"), "attempt 1\n");
    let own = listed(&project, &[])[2]["commit"].as_str().unwrap().to_owned();
    project.ok(&["orchestrate", "restore", "--run", "1.1", "--commit", &own[..9], "--branch", "own"]);
    assert_eq!(project.rev("own"), own);

    let refused = |code: i32, arguments: &[&str]| {
        let before = project.refs("refs");
        let answer = project.refused(code, &[&["orchestrate", "restore"], arguments].concat());
        assert_eq!(project.refs("refs"), before, "{arguments:?}");
        answer
    };
    assert_eq!(refused(4, &["TASK-001", "--branch", "first"]), "BRANCH_EXISTS");
    assert_eq!(refused(4, &["TASK-001", "--branch", "main"]), "BRANCH_EXISTS");
    assert_eq!(refused(1, &["TASK-001", "--branch", "conductor/s7"]), "BRANCH");
    assert_eq!(refused(2, &["TASK-001", "--branch", "no..name"]), "USAGE");
    assert_eq!(refused(3, &["TASK-001", "--snapshot", "3", "--branch", "x"]), "SNAPSHOT_NOT_FOUND");
    assert_eq!(refused(3, &["TASK-001", "--commit", "0000000", "--branch", "x"]), "SNAPSHOT_NOT_FOUND");
    assert_eq!(refused(3, &["--run", "4.1", "--branch", "x"]), "NOTHING_SAVED");
    assert_eq!(refused(2, &["--run", "four", "--branch", "x"]), "USAGE");
    assert_eq!(refused(3, &["TASK-009", "--branch", "x"]), "TASK_NOT_FOUND");
    assert_eq!(refused(2, &["TASK-001"]), "USAGE");
    assert_eq!(refused(2, &["TASK-001", "--branch", "x", "--to", "y"]), "USAGE");
}

#[test]
fn files_go_to_a_new_or_empty_folder_and_nowhere_else() {
    let project = rejected();
    let before = (project.users_own(), project.refs("refs"));
    let place = |name: &str| project.root().join(name);
    let to = |path: &Path| {
        ["orchestrate", "restore", "TASK-001", "--to"]
            .map(str::to_owned)
            .into_iter()
            .chain([path.to_str().unwrap().to_owned()])
            .collect::<Vec<_>>()
    };
    let ok = |path: &Path| {
        let arguments = to(path);
        project.ok(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let refused = |code: i32, path: &Path| {
        let arguments = to(path);
        project.refused(code, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let expected: BTreeSet<String> =
        ["README.md", ".gitignore", "own.txt", "work.txt", "deep/odd name.txt"].map(str::to_owned).into();
    ok(&place("new/below"));
    assert_eq!(files_in(&place("new/below")), expected);
    assert_eq!(fs::read_to_string(place("new/below/work.txt")).unwrap(), "attempt 2\n");
    fs::create_dir(place("empty")).unwrap();
    ok(&place("empty"));
    assert_eq!(files_in(&place("empty")), expected);

    fs::create_dir(place("full")).unwrap();
    fs::write(place("full/mine"), "mine").unwrap();
    fs::write(place("file"), "mine").unwrap();
    std::os::unix::fs::symlink(place("empty"), place("link")).unwrap();
    fs::create_dir_all(place("other.restoring")).unwrap();
    fs::write(place("other.restoring/mine"), "mine").unwrap();
    for name in ["full", "file", "link", "empty", "other"] {
        assert_eq!(refused(4, &place(name)), "FOLDER_NOT_EMPTY", "{name}");
    }
    assert_eq!(files_in(&place("full")), ["mine".to_owned()].into());
    assert_eq!(files_in(&place("other.restoring")), ["mine".to_owned()].into());
    assert!(!place("other").exists());
    assert_eq!(refused(1, &project.work().join("inside")), "FOLDER_IN_CHECKOUT");
    assert_eq!(refused(1, &project.work().join(".git/inside")), "FOLDER_IN_CHECKOUT");
    assert_eq!(refused(1, Path::new(".")), "FOLDER_IN_USE");
    assert_eq!((project.users_own(), project.refs("refs")), before);
}

#[test]
fn a_restore_that_is_killed_leaves_nothing_that_could_be_taken_for_the_work() {
    let agent =
        "mkdir d; i=0; while [ $i -lt 800 ]; do echo $i > d/$i; i=$((i+1)); done; echo 'QUESTION: more?'";
    let project = Project::new(agent);
    project.add("Many files", &[]);
    project.orchestrate(7, &[]);
    let folder = project.root().join("rescued");
    let arguments = ["orchestrate", "restore", "TASK-001", "--to", folder.to_str().unwrap()];
    let mut seen_half = false;
    for delay in 0..12 {
        let mut restore = project.spawn(&arguments);
        std::thread::park_timeout(Duration::from_millis(4 * delay));
        let half = folder.with_extension("restoring");
        seen_half |= half.exists();
        restore.kill();
        if folder.exists() {
            assert_eq!(files_in(&folder).len(), 802, "whole or not there");
            fs::remove_dir_all(&folder).unwrap();
        }
    }
    println!("met half-written: {seen_half}");
    project.ok(&arguments);
    assert_eq!(files_in(&folder).len(), 802);
    assert!(!folder.with_extension("restoring").exists());
    until("the end of all git", || project.processes().is_empty());
    project.assert_sound();
}

#[test]
fn work_of_a_run_that_goes_on_or_was_stopped_can_be_had_too() {
    let project = Project::new("echo half > half.txt; echo > \"$HOME/here\"; sleep 1000");
    project.add("One", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("here").is_some());
    assert_eq!(project.refused(3, &["orchestrate", "restore", "TASK-001", "--branch", "x"]), "NOTHING_SAVED");
    project.ok(&["orchestrate", "stop"]);
    assert_eq!(driver.wait(), Some(0));
    assert_eq!(listed(&project, &[])[0]["state"], "stopped");
    project.ok(&["orchestrate", "restore", "TASK-001", "--branch", "half"]);
    assert_eq!(project.file_of("half", "half.txt"), "half\n");
}

#[test]
fn a_damaged_snapshot_does_not_hide_the_others() {
    let project = rejected();
    let broken = project.rev("refs/conductor/snap/1.1/1");
    let object = project.work().join(".git/objects").join(&broken[..2]).join(&broken[2..]);
    fs::remove_file(&object).unwrap();
    let rows = listed(&project, &[]);
    assert_eq!((&rows[0]["commit"], rows[1]["commit"].is_string()), (&Value::Null, true), "{rows:?}");
    let damaged = ["orchestrate", "restore", "TASK-001", "--snapshot", "1", "--branch", "x"];
    assert_eq!(project.refused(5, &damaged), "SNAPSHOT_DAMAGED");
    project.ok(&["orchestrate", "restore", "TASK-001", "--branch", "x"]);
}
