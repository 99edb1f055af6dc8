use std::fs;

use conductor_host::git::{KeptWhy, Removal};

use crate::support::{Lab, at, save, snapshot_ref, write};

#[test]
fn a_workspace_goes_only_when_everything_in_it_is_in_a_ref() {
    let lab = Lab::new();
    let (repo, before) = (lab.repo(), lab.picture());
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path().to_owned();
    let kept = |why: KeptWhy| Removal::Kept { why };
    let remove = || repo.remove_workspace(&workspace, &snapshot_ref(1, 1)).expect("asked");

    assert_eq!(remove(), kept(KeptWhy::NotInRef { name: snapshot_ref(1, 1) }));
    write(&dir.join("a"), "1");
    save(&repo, &workspace);
    write(&dir.join("a"), "2");
    write(&dir.join("new"), "3");
    let Removal::Kept { why: KeptWhy::Unsaved { paths } } = remove() else { panic!("unsaved") };
    assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["a", "new"]);

    let second = repo.snapshot(&workspace, 2, at()).expect("a snapshot");
    assert_eq!(remove(), kept(KeptWhy::NotInRef { name: snapshot_ref(1, 1) }), "saved in another ref");
    fs::create_dir_all(dir.join("nested/.git")).expect("nested");
    assert!(matches!(
        repo.remove_workspace(&workspace, &second.name).expect("asked"),
        Removal::Kept { why: KeptWhy::Nested { .. } }
    ));
    fs::remove_dir_all(dir.join("nested")).expect("gone");
    lab.git_in(&dir, &["commit", "-q", "--allow-empty", "-m", "late"]);
    let late = repo.remove_workspace(&workspace, &second.name).expect("asked");
    assert_eq!(late, kept(KeptWhy::UnsavedCommits { refs: vec!["refs/heads/feature/TASK-001".to_owned()] }));

    let third = repo.snapshot(&workspace, 3, at()).expect("a snapshot");
    write(&dir.join("target/ignored"), "x");
    assert_eq!(repo.remove_workspace(&workspace, &third.name).expect("asked"), Removal::Removed);
    assert_eq!(fs::read_dir(lab.path("state/run")).expect("folder").count(), 0, "nothing is left beside it");
    assert_eq!(repo.remove_workspace(&workspace, &third.name).expect("asked"), Removal::Removed);
    assert_eq!(lab.picture(), before);
}

#[test]
fn a_removal_that_was_killed_goes_on() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    let saved = save(&repo, &workspace);
    fs::rename(workspace.path(), lab.path("state/run/1.gone")).expect("killed here");
    assert_eq!(repo.remove_workspace(&workspace, &saved.name).expect("asked"), Removal::Removed);
    assert_eq!(fs::read_dir(lab.path("state/run")).expect("folder").count(), 0);
}

#[test]
fn what_a_crash_left_is_cleared_and_work_is_not() {
    let lab = Lab::new();
    let repo = lab.repo();
    let workspace = lab.workspace(&repo, 1);
    let dir = workspace.path().to_owned();
    let left = || fs::read_dir(lab.path("state/run")).expect("folder").count();
    let clear = |unused| repo.clear_workspace_remains(&dir, unused).expect("asked");

    write(&dir.join("work"), "1");
    fs::remove_file(lab.path("state/run/1.ready")).expect("an agent with the user's rights can do that");
    assert_eq!(repo.find_workspace(&dir), None);
    assert_eq!(clear(false), Removal::Kept { why: KeptWhy::Replaced });
    assert!(dir.join("work").exists());
    fs::rename(&dir, lab.path("state/run/1.gone")).expect("as a removal that was killed");
    assert_eq!((clear(false), left()), (Removal::Removed, 0));

    let half = lab.workspace(&repo, 1);
    fs::remove_file(lab.path("state/run/1.ready")).expect("as a checkout that was killed");
    assert!(half.path().exists());
    assert_eq!((clear(true), left()), (Removal::Removed, 0));
}
