use std::fs;
use std::os::unix::fs::symlink;

use conductor_host::git::{WorkspaceError, WorkspaceSpec};

use crate::support::{Lab, at, branch, read, run, save, write};

#[test]
fn a_workspace_is_a_repository_of_its_own() {
    let lab = Lab::new();
    lab.git(&["branch", "users-own"]);
    lab.git(&["tag", "v1"]);
    write(&lab.main().join("README.md"), "the user is working here\n");
    write(&lab.main().join("untracked"), "x");
    lab.git(&["add", "README.md"]);
    let before = lab.picture();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path();
    assert_eq!(lab.git_in(dir, &["status", "--porcelain", "--ignored"]), "");
    assert_eq!(lab.git_in(dir, &["for-each-ref", "--format=%(refname)"]), "refs/heads/feature/TASK-001");
    assert_eq!(lab.git_in(dir, &["symbolic-ref", "HEAD"]), "refs/heads/feature/TASK-001");
    assert_eq!(lab.git_in(dir, &["remote"]), "");
    assert_eq!(read(&dir.join("README.md")), "one\ntwo\nthree\n");
    // The agent's own git, without any configuration of the user's, works as in any repository.
    write(&dir.join("new"), "x");
    for args in [
        &["add", "-A"][..],
        &["commit", "-qm", "mine"],
        &["stash", "list"],
        &["branch", "more"],
        &["gc", "-q"],
    ] {
        lab.git_in(dir, args);
    }
    assert_eq!(lab.git_in(dir, &["log", "-1", "--format=%an %ae"]), "Ada ada@example.org");
    lab.git_in(dir, &["fsck"]);
    assert_eq!(lab.picture(), before);
}

#[test]
fn asking_again_leaves_the_agents_work_alone() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("new"), "x");
    let processes = repo.stats().processes();
    assert_eq!(lab.workspace(&repo, 1), workspace);
    assert_eq!(repo.stats().processes(), processes, "needs no git");
    assert_eq!(repo.find_workspace(workspace.path()), Some(workspace.clone()));
    assert_eq!(read(&workspace.path().join("new")), "x");
    let other = WorkspaceSpec { run: run(2), ..lab.spec(1) };
    assert!(
        matches!(repo.ensure_workspace(&other), Err(WorkspaceError::Taken { run: found, .. }) if found == run(1))
    );
}

#[test]
fn what_a_kill_left_is_made_anew() {
    let lab = Lab::new();
    let repo = lab.repo();
    for ruin in 0..4 {
        let spec = WorkspaceSpec { path: lab.path(&format!("state/ruin-{ruin}")), ..lab.spec(1) };
        let workspace = repo.ensure_workspace(&spec).expect("made");
        let dir = workspace.path();
        fs::remove_file(lab.path(&format!("state/ruin-{ruin}.ready"))).expect("not ready yet");
        match ruin {
            0 => write(&dir.join(".git/index.lock"), ""),
            1 => fs::remove_file(dir.join("README.md")).expect("part-filled"),
            2 => fs::remove_dir_all(dir.join(".git")).expect("no repository"),
            _ => write(&dir.join("README.md"), "half"),
        }
        assert_eq!(repo.find_workspace(dir), None);
        repo.ensure_workspace(&spec).expect("made anew");
        assert_eq!(lab.git_in(dir, &["status", "--porcelain"]), "");
        assert!(!dir.join(".git/index.lock").exists());
    }
}

#[test]
fn listed_ignored_files_are_copied_and_no_others() {
    let lab = Lab::new();
    let main = lab.main();
    write(&main.join(".gitignore"), ".env\nconf/\nsecret*\n");
    symlink("/tmp", main.join("linked")).expect("link");
    lab.commit_all("ignore");
    fs::remove_file(main.join("linked")).expect("the user has a folder instead");
    write(&main.join(".worktreeinclude"), ".env\nconf/*.toml\nnotes.txt\nlinked/\n");
    for file in [".env", "conf/a.toml", "conf/b.json", "secret.key", "notes.txt", "linked/x"] {
        write(&main.join(file), file);
    }
    let before = lab.picture();
    let dir = lab.workspace(&lab.repo(), 1).path().to_owned();
    assert_eq!(read(&dir.join(".env")), ".env");
    assert_eq!(read(&dir.join("conf/a.toml")), "conf/a.toml");
    for absent in ["conf/b.json", "secret.key", "notes.txt", "linked/x"] {
        assert!(!dir.join(absent).exists(), "{absent}");
    }
    assert_eq!(lab.picture(), before);
}

#[test]
fn workspaces_are_made_and_saved_in_parallel() {
    let lab = Lab::new();
    let (repo, before) = (lab.repo(), lab.picture());
    std::thread::scope(|scope| {
        for number in 1..=8 {
            let (lab, repo) = (&lab, &repo);
            scope.spawn(move || {
                let workspace = lab.workspace(repo, number);
                write(&workspace.path().join("own"), &number.to_string());
                for snapshot in 1..=3 {
                    write(&workspace.path().join("turn"), &snapshot.to_string());
                    repo.snapshot(&workspace, snapshot, at()).expect("a snapshot");
                }
            });
        }
    });
    for number in 1..=8 {
        let snapshots = repo.snapshots(run(number)).expect("list");
        assert_eq!(snapshots.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(lab.show(snapshots[2].1.as_str(), "own"), number.to_string());
    }
    assert_eq!(lab.picture(), before);
}

#[test]
fn odd_names_and_paths_are_only_data() {
    let lab = Lab::new();
    let repo = lab.repo();
    let spec = WorkspaceSpec {
        path: lab.path("state/-a: 'b' $(c) \"d\" \\ü"),
        branch: branch("x'$(touch)\"y"),
        ..lab.spec(1)
    };
    let workspace = repo.ensure_workspace(&spec).expect("made");
    let odd = ["--force", "-rf", "a\nb", "$(touch x)", ":(exclude)a", "\"q\"", "*", "é"];
    for name in odd {
        write(&workspace.path().join(name), name);
    }
    lab.git_in(workspace.path(), &["commit", "-q", "--allow-empty", "-m", "its own"]);
    let saved = save(&repo, &workspace);
    assert_eq!(saved.kept.len(), 1);
    for name in odd {
        assert_eq!(lab.show(saved.commit.as_str(), name), name);
    }
    let changes = repo.changes(workspace.base(), &saved.tree).expect("changes");
    let mut names: Vec<String> = changes.iter().map(|change| change.path.to_string()).collect();
    let mut expected = odd.map(str::to_owned).to_vec();
    names.sort();
    expected.sort();
    assert_eq!(names, expected);
}

#[test]
fn a_place_that_was_replaced_is_not_followed() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    let saved = save(&repo, &workspace);
    fs::rename(workspace.path(), lab.path("moved")).expect("moved");
    symlink(lab.main(), workspace.path()).expect("link");
    let before = lab.picture();
    assert!(repo.snapshot(&workspace, 2, at()).is_err());
    assert!(repo.remove_workspace(&workspace, &saved.name).is_err());
    assert!(repo.ensure_workspace(&lab.spec(1)).is_err());
    assert_eq!(repo.find_workspace(workspace.path()), None);
    assert_eq!(lab.picture(), before);
    fs::remove_file(workspace.path()).expect("deleted");
    lab.workspace(&repo, 1);
    assert!(workspace.path().join("README.md").exists(), "one that is gone is made again");
}
