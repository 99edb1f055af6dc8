use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use conductor_host::git::RefError;
use conductor_host::process::Exit;

use crate::support::{Lab, at, branch, read, save, snapshot_ref, text, work, write};

#[test]
fn a_lock_on_conductors_own_refs_hinders_until_it_is_cleared() {
    let lab = Lab::new();
    let repo = lab.repo();
    let (tip, lane) = (lab.head(), branch("conductor/s1"));
    repo.create_ref(&lane.to_ref(), &tip).expect("a session's branch");
    let commit = work(&lab, &repo, 1, &tip, |dir| write(&dir.join("new"), "new\n"));
    let git_dir = lab.main().join(".git");
    let locks =
        ["refs/heads/conductor/s1.lock", "refs/conductor/snap/1.2/1.lock"].map(|name| git_dir.join(name));
    locks.iter().for_each(|lock| write(lock, ""));

    assert!(matches!(repo.move_ref(&lane.to_ref(), &tip, &commit), Err(RefError::Git(_))));
    assert_eq!(repo.own_locks().len(), 2);
    assert_eq!(repo.clear_own_locks().expect("cleared"), 2);
    assert_eq!(repo.clear_own_locks().expect("again"), 0);
    repo.move_ref(&lane.to_ref(), &tip, &commit).expect("free");
    let workspace = lab.workspace(&repo, 2);
    write(&workspace.path().join("more"), "more\n");
    let saved = save(&repo, &workspace);
    assert_eq!(lab.oid(snapshot_ref(2, 1).as_str()), saved.commit);
}

#[test]
fn a_lock_that_may_be_the_users_is_told_and_never_cleared() {
    let lab = Lab::new();
    lab.git(&["branch", "conductor/notes"]);
    lab.git(&["worktree", "add", "-q", "-b", "side", "../side"]);
    let repo = lab.repo();
    let git_dir = lab.main().join(".git");
    let names = [
        "index.lock",
        "HEAD.lock",
        "packed-refs.lock",
        "config.lock",
        "worktrees/side/index.lock",
        "refs/heads/main.lock",
        "refs/heads/conductor/notes.lock",
    ];
    names.iter().for_each(|name| write(&git_dir.join(name), ""));
    let before = lab.picture();
    assert_eq!(repo.clear_own_locks().expect("asked"), 0);
    assert_eq!(lab.picture(), before);
    let mut told: Vec<_> = repo.shared_locks().into_iter().map(|lock| lock.path).collect();
    let mut expected: Vec<_> = names.iter().map(|name| git_dir.join(name)).collect();
    told.sort();
    expected.sort();
    assert_eq!(told, expected);
}

#[test]
fn work_goes_on_beside_stale_locks_of_the_users() {
    // What needs none of them is not hindered by them: saving, merging, committing, moving a session's branch.
    let lab = Lab::new();
    let repo = lab.repo();
    let (tip, lane) = (lab.head(), branch("conductor/s1"));
    repo.create_ref(&lane.to_ref(), &tip).expect("a session's branch");
    for name in ["packed-refs.lock", "HEAD.lock", "index.lock", "refs/heads/main.lock"] {
        write(&lab.main().join(".git").join(name), "");
    }
    // A process of another machine that shares the disk: git's own gc would refuse for it.
    write(&lab.main().join(".git/gc.pid"), "1 elsewhere");
    let before = lab.picture();
    let commit = work(&lab, &repo, 1, &tip, |dir| write(&dir.join("new"), "new\n"));
    repo.move_ref(&lane.to_ref(), &tip, &commit).expect("moved");
    let workspace = repo.find_workspace(&lab.spec(1).path).expect("a workspace");
    repo.remove_workspace(&workspace, &snapshot_ref(1, 1)).expect("removed");
    assert_eq!(lab.picture(), before);
}

#[test]
fn what_an_agents_killed_git_left_does_not_hinder_the_next_agent() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("new"), "new\n");
    // A real one, killed while it holds the index: by the editor that it waits for.
    let editor = lab.path("editor.sh");
    write(&editor, "#!/bin/sh\nkill -KILL $PPID\n");
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).expect("executable");
    lab.git_in(workspace.path(), &["config", "core.editor", &editor.display().to_string()]);
    lab.git_in(workspace.path(), &["add", "new"]);
    let killed = lab.try_git_in(workspace.path(), &["commit", "-a"]);
    assert_eq!(killed.exit, Exit::Signal(9));
    assert!(workspace.path().join(".git/index.lock").exists());
    for name in ["HEAD.lock", "refs/heads/feature/TASK-001.lock", "refs/heads/x/y.lock"] {
        write(&workspace.path().join(".git").join(name), "");
    }
    let own = ["commit", "-qam", "mine"];
    assert!(!lab.try_git_in(workspace.path(), &own).exit.success());
    assert_eq!(repo.clear_clone_locks(workspace.path()).expect("cleared"), 4);
    lab.git_in(workspace.path(), &["add", "new"]);
    lab.git_in(workspace.path(), &own);
    assert!(save(&repo, &workspace).kept.len() == 1);
}

#[test]
fn a_clone_that_leads_to_the_users_repository_clears_nothing_there() {
    let lab = Lab::new();
    let repo = lab.repo();
    let (git_dir, lock) = (lab.main().join(".git"), lab.main().join(".git/refs/heads/main.lock"));
    let index_lock = git_dir.join("index.lock");
    [&lock, &index_lock].into_iter().for_each(|path| write(path, "the user's"));
    for number in [1, 2] {
        let workspace = lab.workspace(&repo, number);
        let own = workspace.path().join(".git");
        if number == 1 {
            fs::remove_dir_all(&own).expect("removed");
            symlink(&git_dir, &own).expect("a link");
        } else {
            fs::remove_dir_all(own.join("refs")).expect("removed");
            symlink(git_dir.join("refs"), own.join("refs")).expect("a link");
            symlink(&index_lock, own.join("index.lock")).expect("a link");
        }
        assert_eq!(repo.clear_clone_locks(workspace.path()).expect("asked"), 0);
    }
    assert_eq!((read(&lock), read(&index_lock)), ("the user's".to_owned(), "the user's".to_owned()));
}

#[test]
fn an_index_lock_of_conductors_own_hinders_no_snapshot_and_no_gate() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&lab.path("state/run/1.index.lock"), "half an index");
    write(&workspace.path().join("new"), "new\n");
    let saved = save(&repo, &workspace);
    let commit = repo.commit(&saved.tree, &[&lab.head()], &text(1), at()).expect("a commit");
    let gate = lab.path("state/gate/1");
    write(&lab.path("state/gate/1.index.lock"), "half an index");
    let tree = lab.tree(commit.as_str());
    let gate = repo.ensure_gate_workspace(&gate, &tree, &[]).expect("a gate workspace");
    assert!(repo.verify_gate_workspace(&gate).expect("verified").is_empty());
}
