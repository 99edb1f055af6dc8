//! What sessions leave, removed when nothing in it is unique.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use taskwerk_client::model::Status;

use super::support::{Project, WRITER, until};

fn clean(project: &Project, arguments: &[&str]) -> Value {
    project.json(&[&["orchestrate", "clean"], arguments].concat())
}

/// `kind why` of each, under `removed` or `kept`.
fn rows(document: &Value, which: &str) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let rows = document[which].as_array().unwrap().iter();
    rows.map(|row| format!("{}: {}", text(&row["kind"]), text(&row["why"]))).collect()
}

fn of_kind(document: &Value, which: &str, kind: &str) -> Vec<String> {
    rows(document, which)
        .into_iter()
        .filter_map(|row| row.strip_prefix(&format!("{kind}: ")).map(str::to_owned))
        .collect()
}

/// The folder of the project outside its checkout.
fn state(project: &Project) -> PathBuf {
    let state = project.home().join(".local/state/conductor");
    fs::read_dir(state).unwrap().next().unwrap().unwrap().path()
}

fn inside(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
fn what_has_landed_goes_and_can_still_be_undone() {
    let project = Project::configured(WRITER, "gates: { test: { run: \"true\" } }");
    project.add("One", &[]);
    project.add("Two", &[]);
    project.orchestrate(0, &[]);
    let early = clean(&project, &[]);
    assert_eq!(of_kind(&early, "kept", "snapshot"), ["your branch does not have it yet"; 2], "{early}");
    assert!(of_kind(&early, "kept", "branch")[0].contains("orchestrate land --session 1"), "{early}");
    assert_eq!(of_kind(&early, "removed", "branch").len(), 0);
    project.ok(&["orchestrate", "land"]);

    let before = (project.users_own(), project.refs("refs"));
    let would = clean(&project, &["--dry-run"]);
    assert_eq!((project.users_own(), project.refs("refs")), before);
    let did = clean(&project, &[]);
    assert_eq!(did["removed"], would["removed"]);
    assert_eq!((&would["dry_run"], &did["dry_run"]), (&true.into(), &false.into()));
    assert_eq!(did["kept"], json!([]));
    assert_eq!(of_kind(&did, "removed", "snapshot").len(), 2, "{did}");
    assert_eq!(of_kind(&did, "removed", "branch"), ["main has all of it"]);
    assert_eq!((project.refs("refs/conductor").len(), project.refs("refs/heads").len()), (0, 1));
    assert_eq!(project.users_own(), before.0);
    assert_eq!(project.ok(&["orchestrate", "clean"]), "Nothing is left of any session.\n");
    project.assert_tidy();

    assert_eq!(project.json(&["orchestrate", "land"])["already_there"], true);
    project.ok(&["orchestrate", "rollback", "TASK-001"]);
    project.ok(&["orchestrate", "land"]);
    assert!(!project.exists("TASK-001.txt") && project.exists("TASK-002.txt"));
    project.orchestrate(0, &[]);
    assert_eq!(project.status("TASK-001"), Status::Done);
}

#[test]
fn the_only_copy_of_work_stays_until_a_person_drops_it() {
    let project = Project::new("echo half > half.txt; echo > \"$HOME/here\"; sleep 1000");
    project.add("One", &[]);
    let mut driver = project.spawn(&["orchestrate", "run", "--auto"]);
    until("the agent", || project.mark("here").is_some());
    assert_eq!(project.refused(4, &["orchestrate", "clean"]), "DRIVER_BUSY");
    assert_eq!(project.refused(4, &["orchestrate", "clean", "--dry-run"]), "DRIVER_BUSY");
    project.ok(&["orchestrate", "stop"]);
    assert_eq!(driver.wait(), Some(0));
    let kept = clean(&project, &[]);
    assert_eq!(
        of_kind(&kept, "kept", "snapshot"),
        ["the only copy of work that was stopped; --drop TASK removes it"]
    );
    assert_eq!(project.refs("refs/conductor/snap").len(), 1);

    let drop = ["orchestrate", "clean", "--drop", "TASK-001"];
    assert_eq!(project.refused(1, &drop), "CONFIRMATION_NEEDED");
    assert_eq!(of_kind(&clean(&project, &["--drop", "1", "--dry-run"]), "removed", "snapshot"), ["dropped"]);
    assert_eq!(project.refs("refs/conductor/snap").len(), 1);
    assert_eq!(
        project.refused(3, &["orchestrate", "clean", "--drop", "TASK-009", "--yes"]),
        "TASK_NOT_FOUND"
    );
    assert_eq!(project.refused(2, &["orchestrate", "clean", "--yes"]), "USAGE");
    assert_eq!(of_kind(&clean(&project, &["--drop", "1", "--yes"]), "removed", "snapshot"), ["dropped"]);
    assert_eq!(project.refs("refs/conductor/snap").len(), 0);
    // What a person dropped is not lost, and nobody brings it back.
    project.ok(&["doctor", "--fix"]);
    assert_eq!(project.refs("refs/conductor/snap").len(), 0);
    // Nothing is left to ask about.
    project.ok(&drop);

    // The next run begins without what was dropped, even where git has cleared its objects away.
    project.git(&["reflog", "expire", "--expire=now", "--all"]);
    project.git(&["gc", "-q", "--prune=now"]);
    project.write_agent("ls > files.txt");
    project.orchestrate(0, &[]);
    assert_eq!(project.file_of("conductor/s2", "files.txt"), "README.md\nfiles.txt\n");
}

#[test]
fn an_earlier_attempt_that_did_not_land_is_unique() {
    let agent = "if [ \"$CONDUCTOR_ATTEMPT\" = 1 ]; then echo idea > idea.txt; else rm -f idea.txt; echo ok > ok.txt; fi";
    let project = Project::configured(agent, "gates: { test: { run: \"test -f ok.txt\" } }");
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    project.ok(&["orchestrate", "land"]);
    let did = clean(&project, &[]);
    assert_eq!(
        of_kind(&did, "kept", "snapshot"),
        ["not all of it is in what landed; --drop TASK removes it"]
    );
    assert_eq!(of_kind(&did, "removed", "snapshot").len(), 1);
    let left: Vec<String> = project.refs("refs/conductor").into_keys().collect();
    assert_eq!(left, ["refs/conductor/snap/1.1/1"]);
    assert_eq!(project.file_of(&left[0], "idea.txt"), "idea\n");
}

/// A run that landed and whose workspace had to be kept, since there is a repository in it.
fn with_a_kept_workspace() -> (Project, PathBuf) {
    let project = Project::new("echo work > work.txt; git init -q nested; echo x > nested/x.txt");
    project.add("One", &[]);
    project.run(&["orchestrate", "run", "--auto"]);
    let places = inside(&state(&project).join("run"));
    let workspace = places.into_iter().find(|path| path.is_dir()).unwrap();
    (project, workspace)
}

#[test]
fn a_workspace_goes_when_all_in_it_is_saved_and_never_before() {
    let (project, workspace) = with_a_kept_workspace();
    let first = clean(&project, &[]);
    assert!(of_kind(&first, "kept", "workspace")[0].contains("repositories inside it: nested"), "{first}");
    assert!(workspace.join("nested/x.txt").exists());
    fs::remove_dir_all(workspace.join("nested")).unwrap();
    fs::write(workspace.join("late.txt"), "late\n").unwrap();
    fs::write(workspace.join(".git/locked"), "mine\n").unwrap();
    let locked = clean(&project, &[]);
    assert!(of_kind(&locked, "kept", "workspace")[0].contains("locked"), "{locked}");
    fs::remove_file(workspace.join(".git/locked")).unwrap();

    let snapshots = project.refs("refs/conductor/snap");
    let would = clean(&project, &["--dry-run"]);
    assert_eq!(of_kind(&would, "removed", "workspace"), ["what is in it would be saved in a snapshot first"]);
    assert_eq!((project.refs("refs/conductor/snap"), workspace.exists()), (snapshots, true));
    let did = clean(&project, &[]);
    assert!(
        of_kind(&did, "removed", "workspace")[0]
            .starts_with("everything in it is in refs/conductor/snap/1.1/"),
        "{did}"
    );
    assert!(did["freed_bytes"].as_u64().unwrap() > 0);
    assert!(!workspace.exists());
    let saved = project.refs("refs/conductor/snap");
    assert!(saved.values().any(|id| project.files_of(id).contains("late.txt")), "{saved:?}");
    project.assert_sound();
}

#[test]
fn what_conductor_did_not_make_or_still_needs_is_kept_and_listed() {
    let project = Project::new("echo 'QUESTION: which?'; echo half > half.txt");
    project.add("One", &[]);
    project.orchestrate(7, &[]);
    let place = state(&project);
    for strange in
        ["run/mine", "run/7.1", "run/1.1.notes", "gate/mine", "gate/8", "tmp/mine", "tmp/7.1-attempt"]
    {
        fs::create_dir_all(place.join(strange)).unwrap();
        fs::write(place.join(strange).join("file"), "x").unwrap();
    }
    project.git(&["branch", "conductor/mine"]);
    project.git(&["branch", "conductor/s9"]);
    let before = (project.refs("refs"), project.workspaces());
    let did = clean(&project, &["--caches"]);
    assert_eq!(did["removed"], json!([]));
    assert_eq!((project.refs("refs"), project.workspaces()), before);
    let kept = rows(&did, "kept");
    for expected in [
        "unknown: Conductor did not make it",
        "unknown: it is no session's branch",
        "workspace: there is no run 7.1",
        "gate-workspace: there is no session 8",
        "temporary: there is no run 7.1",
        "branch: there is no session 9",
        "branch: session 1 is not over",
        "snapshot: run 1.1 is not over: held",
    ] {
        assert!(kept.iter().any(|row| row == expected), "no `{expected}` in {kept:#?}");
    }
    // The answer finds everything that it needs.
    project.write_agent("cat half.txt > whole.txt");
    project.ok(&["answer", "1", "both"]);
    project.ends(0, &["orchestrate", "resume", "--auto"]);
    assert_eq!(project.file_of("conductor/s1", "whole.txt"), "half\n");
}

#[test]
fn only_what_was_asked_about_is_looked_at() {
    let project = Project::configured(
        WRITER,
        "gates: { test: { run: \"mkdir -p made; touch made/x\", cache: [made] } }",
    );
    assert_eq!(project.ok(&["orchestrate", "clean"]), "Nothing is left of any session.\n");
    for title in ["One", "Two"] {
        project.add(title, &[]);
        project.orchestrate(0, &[]);
        project.ok(&["orchestrate", "land"]);
    }
    assert_eq!(clean(&project, &["--older-than", "1d"])["removed"], json!([]));
    assert_eq!(project.refused(2, &["orchestrate", "clean", "--older-than", "soon"]), "USAGE");
    assert_eq!(project.refused(3, &["orchestrate", "clean", "--session", "5"]), "SESSION_NOT_FOUND");
    let second = clean(&project, &["--session", "2"]);
    let sessions: Vec<&Value> =
        second["removed"].as_array().unwrap().iter().map(|row| &row["session"]).collect();
    assert!(!sessions.is_empty() && sessions.iter().all(|id| **id == 2), "{second}");
    assert!(project.git_ok(&["rev-parse", "-q", "--verify", "conductor/s1"]));
    let text = project.ok(&["orchestrate", "clean"]);
    assert!(text.contains("removed  branch refs/heads/conductor/s1: main has all of it"), "{text}");
    assert!(text.contains("kept  cache") && text.contains("--caches"), "{text}");
    let caches = clean(&project, &["--caches"]);
    let mut why = of_kind(&caches, "removed", "cache");
    why.sort_unstable();
    assert_eq!(why, ["gates make it again", "searches make it again"]);
    assert_eq!(project.ok(&["orchestrate", "clean", "--caches"]), "Nothing is left of any session.\n");
}

#[test]
fn a_branch_that_somebody_has_checked_out_stays() {
    let project = Project::new(WRITER);
    project.add("One", &[]);
    project.orchestrate(0, &[]);
    project.ok(&["orchestrate", "land"]);
    let linked = project.root().join("linked");
    project.git(&["worktree", "add", "-q", linked.to_str().unwrap(), "conductor/s1"]);
    let did = clean(&project, &[]);
    assert!(of_kind(&did, "kept", "branch")[0].starts_with("it is checked out in"), "{did}");
    assert!(project.git_ok(&["rev-parse", "-q", "--verify", "conductor/s1"]));
}

#[test]
fn a_clean_that_is_killed_goes_on() {
    let project = Project::new(WRITER);
    for number in 0..6 {
        project.add(&format!("Task {number}"), &[]);
    }
    project.orchestrate(0, &["--jobs", "3"]);
    project.ok(&["orchestrate", "land"]);
    let tip = project.rev("main");
    for delay in 0..10 {
        let mut cleaning = project.spawn(&["orchestrate", "clean"]);
        std::thread::park_timeout(Duration::from_millis(10 * delay));
        cleaning.kill();
    }
    project.ok(&["orchestrate", "clean"]);
    assert_eq!(project.ok(&["orchestrate", "clean"]), "Nothing is left of any session.\n");
    assert_eq!((project.rev("main"), project.refs("refs/conductor").len()), (tip, 0));
    until("the end of all git", || project.processes().is_empty());
    project.assert_tidy();
}
