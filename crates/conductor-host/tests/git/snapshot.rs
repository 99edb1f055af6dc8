use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use conductor_host::git::{ChangeKind, Finding};

use crate::support::{Lab, at, run, save, snapshot_ref, write};

#[test]
fn all_files_but_ignored_ones_are_saved_and_the_user_sees_nothing() {
    let lab = Lab::new();
    write(&lab.main().join("README.md"), "dirty\n");
    let (repo, before) = (lab.repo(), lab.picture());
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path();
    write(&dir.join("src/new.rs"), "new\n");
    write(&dir.join("tool"), "#!/bin/sh\n");
    fs::set_permissions(dir.join("tool"), fs::Permissions::from_mode(0o755)).expect("executable");
    fs::remove_file(dir.join("src/lib.rs")).expect("deleted");
    symlink("/etc/passwd", dir.join("link")).expect("link");
    write(&dir.join("target/out"), "ignored");
    write(&dir.join(".env"), "ignored");
    let saved = save(&repo, &workspace);
    assert_eq!(saved.name, snapshot_ref(1, 1));
    assert_eq!(lab.files(saved.name.as_str()), [".gitignore", "README.md", "link", "src/new.rs", "tool"]);
    let changes = repo.changes(workspace.base(), &saved.tree).expect("changes");
    let rows: Vec<_> = changes.iter().map(|c| (c.path.to_string(), c.kind, c.mode)).collect();
    assert_eq!(
        rows,
        [
            ("link".to_owned(), ChangeKind::Added, 120_000),
            ("src/lib.rs".to_owned(), ChangeKind::Deleted, 0),
            ("src/new.rs".to_owned(), ChangeKind::Added, 100_644),
            ("tool".to_owned(), ChangeKind::Added, 100_755),
        ]
    );
    assert_eq!(lab.picture(), before);
}

#[test]
fn an_edit_of_the_same_size_in_the_same_instant_is_saved() {
    let lab = Lab::new();
    let repo = lab.repo();
    for number in 1..=25 {
        let workspace = lab.workspace(&repo, number);
        write(&workspace.path().join("README.md"), "ONE\nTWO\nTHREE\n");
        let saved = save(&repo, &workspace);
        write(&workspace.path().join("README.md"), "eno\nowt\neerht\n");
        let second = repo.snapshot(&workspace, 2, at()).expect("a snapshot");
        assert_eq!(lab.show(saved.commit.as_str(), "README.md"), "ONE\nTWO\nTHREE");
        assert_eq!(lab.show(second.commit.as_str(), "README.md"), "eno\nowt\neerht");
    }
}

#[test]
fn repeating_a_snapshot_finds_it_and_another_state_gets_another_number() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("a"), "1");
    let first = save(&repo, &workspace);
    assert_eq!(save(&repo, &workspace), first);
    write(&workspace.path().join("a"), "2");
    let second = save(&repo, &workspace);
    assert_eq!((second.name.clone(), first.name), (snapshot_ref(1, 2), snapshot_ref(1, 1)));
    assert_eq!(repo.snapshots(run(1)).expect("list"), [(1, first.commit), (2, second.commit)]);
}

#[test]
fn a_lost_index_or_a_stale_lock_of_its_own_costs_nothing() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("a"), "1");
    fs::remove_file(lab.path("state/run/1.index")).expect("index");
    write(&lab.path("state/run/1.index.lock"), "");
    let saved = save(&repo, &workspace);
    assert_eq!(lab.show(saved.commit.as_str(), "a"), "1");
}

#[test]
fn a_file_that_git_will_not_take_leaves_the_rest_saved() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("good"), "x");
    write(&workspace.path().join("git~1/config"), "[core]\n\tfsmonitor = touch /tmp/x\n");
    let saved = repo.snapshot(&workspace, 1, at()).expect("a snapshot");
    assert!(lab.files(saved.commit.as_str()).contains(&"good".to_owned()));
    assert_eq!(saved.missing.iter().map(ToString::to_string).collect::<Vec<_>>(), ["git~1/config"]);
    assert!(!saved.is_complete());
}

#[test]
fn nested_repositories_are_told_and_not_looked_into() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path();
    for nested in ["unborn", "born", "target/ignored", "deep/er"] {
        fs::create_dir_all(dir.join(nested)).expect("folder");
        lab.git_in(&dir.join(nested), &["init", "-q"]);
    }
    write(&dir.join("born/file"), "x");
    lab.git_in(&dir.join("born"), &["add", "file"]);
    lab.git_in(&dir.join("born"), &["commit", "-qm", "x"]);
    write(&dir.join("good"), "x");
    let saved = repo.snapshot(&workspace, 1, at()).expect("a snapshot");
    assert_eq!(
        saved.nested.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["born", "deep/er", "unborn"]
    );
    assert_eq!(saved.missing, []);
    assert_eq!(lab.files(saved.commit.as_str()), [".gitignore", "README.md", "good", "src/lib.rs"]);
}

#[test]
fn a_submodule_keeps_its_place_and_its_changes_are_told() {
    let lab = Lab::new();
    let other = Lab::new();
    let url = other.main().display().to_string();
    lab.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"]);
    lab.commit_all("submodule");
    let (repo, before) = (lab.repo(), lab.picture());
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("good"), "x");
    let untouched = save(&repo, &workspace);
    assert!(lab.git(&["ls-tree", untouched.commit.as_str(), "sub"]).starts_with("160000"));
    let dir = workspace.path().to_owned();
    lab.git_in(&dir, &["-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init"]);
    write(&dir.join("sub/new"), "x");
    let saved = repo.snapshot(&workspace, 2, at()).expect("a snapshot");
    assert_eq!(saved.nested.iter().map(ToString::to_string).collect::<Vec<_>>(), ["sub"]);
    assert_eq!(saved.tree, untouched.tree);
    assert_eq!(lab.picture(), before);
}

#[test]
fn the_agents_own_commits_are_kept_and_outlive_its_clone() {
    let lab = Lab::new();
    let (repo, before) = (lab.repo(), lab.picture());
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path().to_owned();
    let git = |args: &[&str]| lab.git_in(&dir, args);
    write(&dir.join("a"), "1");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "first"]);
    git(&["checkout", "-qb", "side"]);
    write(&dir.join("b"), "2");
    git(&["add", "-A"]);
    git(&["commit", "-qm", "second"]);
    for stash in ["s1", "s2"] {
        write(&dir.join("a"), stash);
        git(&["stash", "-q"]);
    }
    git(&["tag", "-a", "-m", "note", "t", "HEAD~1"]);
    git(&["pack-refs", "--all"]);
    git(&["gc", "-q"]);
    let saved = save(&repo, &workspace);
    assert_eq!(saved.kept.len(), 5, "{saved:?}");
    assert_eq!(save(&repo, &workspace).kept, saved.kept);
    fs::remove_dir_all(&dir).expect("gone");
    for (name, oid) in &saved.kept {
        assert_eq!(lab.oid(name.as_str()), *oid);
    }
    assert_eq!(lab.git(&["fsck", "--no-dangling", "--no-progress"]), "");
    assert_eq!(lab.picture(), before);
}

#[test]
fn a_ref_to_nothing_is_a_finding_and_costs_no_other() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path().to_owned();
    lab.git_in(&dir, &["commit", "-q", "--allow-empty", "-m", "good"]);
    write(&dir.join(".git/refs/heads/broken"), &format!("{}\n", "1".repeat(40)));
    let saved = repo.snapshot(&workspace, 1, at()).expect("a snapshot");
    assert_eq!(saved.findings, [Finding::BrokenCommits { refs: vec!["refs/heads/broken".to_owned()] }]);
    assert_eq!(saved.kept.len(), 1);
    assert_eq!(lab.git(&["fsck", "--no-dangling", "--no-progress"]), "");
}

#[test]
fn attributes_that_cannot_be_obeyed_do_not_cost_the_work() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join(".gitattributes"), "* working-tree-encoding=BOGUS\n");
    write(&workspace.path().join("work"), "x");
    let saved = repo.snapshot(&workspace, 1, at()).expect("a snapshot");
    assert_eq!(lab.show(saved.commit.as_str(), "work"), "x");
    assert_eq!((saved.findings, saved.missing), (vec![Finding::AttributesNotObeyed], vec![]));
}

#[test]
fn objects_that_were_pruned_too_early_are_written_again() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    write(&workspace.path().join("a"), "1");
    let saved = save(&repo, &workspace);
    let blob = lab.oid(&format!("{}:a", saved.commit));
    for name in [saved.commit.as_str(), saved.tree.as_str(), blob.as_str()] {
        let (folder, file) = name.split_at(2);
        fs::remove_file(lab.main().join(".git/objects").join(folder).join(file)).expect("pruned");
    }
    assert_eq!(save(&repo, &workspace), saved);
    assert_eq!(lab.show(saved.name.as_str(), "a"), "1");
    assert_eq!(lab.git(&["fsck", "--no-dangling", "--no-progress"]), "");
}
