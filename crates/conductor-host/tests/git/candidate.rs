use conductor_host::git::{CandidateOutcome, Rollback, TargetMerge};

use crate::support::{Lab, Trap, at, run, save, text, work, write};

#[test]
fn work_is_merged_with_a_tip_that_has_moved() {
    let lab = Lab::new();
    let (repo, base, before) = (lab.repo(), lab.head(), lab.picture());
    let tip = work(&lab, &repo, 1, &base, |dir| write(&dir.join("README.md"), "ONE\ntwo\nthree\n"));
    let workspace = lab.workspace(&repo, 2);
    write(&workspace.path().join("README.md"), "one\ntwo\nTHREE\n");
    write(&workspace.path().join("new"), "x");
    let saved = save(&repo, &workspace);
    let outcome = repo.candidate(&base, &tip, &saved.commit, &saved.tree).expect("a candidate");
    let CandidateOutcome::Ready { tree, changes } = outcome else { panic!("{outcome:?}") };
    assert_eq!(lab.show(tree.as_str(), "README.md"), "ONE\ntwo\nTHREE");
    let rows: Vec<_> = changes.iter().map(|c| (c.path.to_string(), c.added, c.deleted)).collect();
    assert_eq!(rows, [("README.md".to_owned(), Some(1), Some(1)), ("new".to_owned(), Some(1), Some(0))]);
    let patch = repo.patch(&tip, &tree, 40).expect("a patch");
    assert!(patch.truncated && patch.bytes.starts_with(b"diff --git a/README.md"));
    assert_eq!(lab.picture(), before);
}

#[test]
fn conflicts_name_their_files_and_nothing_new_is_nothing() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let change = |dir: &std::path::Path| {
        write(&dir.join("README.md"), "mine\n");
        write(&dir.join("a b\nc"), "mine\n");
    };
    let tip = work(&lab, &repo, 1, &base, change);
    let workspace = lab.workspace(&repo, 2);
    write(&workspace.path().join("README.md"), "yours\n");
    write(&workspace.path().join("a b\nc"), "yours\n");
    let saved = save(&repo, &workspace);
    let outcome = repo.candidate(&base, &tip, &saved.commit, &saved.tree).expect("a candidate");
    let CandidateOutcome::Conflict { paths, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["README.md", "a b\nc"]);

    change(workspace.path());
    let same = save(&repo, &workspace);
    let outcome = repo.candidate(&base, &tip, &same.commit, &same.tree).expect("a candidate");
    assert_eq!(outcome, CandidateOutcome::Nothing);
    let untouched = save(&repo, &lab.workspace(&repo, 3));
    let outcome = repo.candidate(&base, &base, &untouched.commit, &untouched.tree).expect("a candidate");
    assert_eq!(outcome, CandidateOutcome::Nothing);
}

#[test]
fn a_merge_driver_is_replaced_by_gits_own_merge_not_by_one_side() {
    let lab = Lab::new();
    let trap = Trap::new(&lab);
    write(&lab.main().join(".gitattributes"), "* merge=evil\n");
    std::fs::write(lab.main().join("image"), [0, 1, 2]).expect("a binary file");
    let base = lab.commit_all("attributes");
    lab.git(&["config", "merge.evil.driver", &format!("{} %A", trap.text())]);
    let repo = lab.repo();
    let tip = work(&lab, &repo, 1, &base, |dir| {
        write(&dir.join("README.md"), "ONE\ntwo\nthree\n");
        std::fs::write(dir.join("image"), [0, 9, 9]).expect("a binary file");
    });
    let workspace = lab.workspace(&repo, 2);
    write(&workspace.path().join("README.md"), "one\ntwo\nTHREE\n");
    let saved = save(&repo, &workspace);
    let outcome = repo.candidate(&base, &tip, &saved.commit, &saved.tree).expect("a candidate");
    let CandidateOutcome::Ready { tree, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(lab.show(tree.as_str(), "README.md"), "ONE\ntwo\nTHREE");
    write(&workspace.path().join("README.md"), "other\ntwo\nthree\n");
    std::fs::write(workspace.path().join("image"), [0, 7, 7]).expect("a binary file");
    let saved = save(&repo, &workspace);
    let outcome = repo.candidate(&base, &tip, &saved.commit, &saved.tree).expect("a candidate");
    let CandidateOutcome::Conflict { paths, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["README.md", "image"]);
    trap.assert_never_ran();
}

#[test]
fn a_commit_is_the_same_when_it_is_made_again_and_can_be_found() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let one = work(&lab, &repo, 1, &base, |dir| write(&dir.join("a"), "1"));
    let two = work(&lab, &repo, 2, &one, |dir| write(&dir.join("b"), "2"));
    assert_eq!(repo.commit(&lab.tree(one.as_str()), &[&base], &text(1), at()).expect("again"), one);
    assert_eq!(
        lab.git(&["log", "-1", "--format=%an <%ae> %ct", one.as_str()]),
        "Ada <ada@example.org> 1700000000"
    );
    assert_eq!(repo.find_run(run(1), &two, &base).expect("read"), Some(one.clone()));
    assert_eq!(repo.find_run(run(1), &two, &one).expect("read"), None);
    assert_eq!(repo.find_run(run(3), &two, &base).expect("read"), None);
    let runs: Vec<_> =
        repo.landed_runs(&two, &base).expect("read").into_iter().map(|l| (l.commit, l.trailers)).collect();
    assert_eq!(runs, [(two, text(2).trailers), (one, text(1).trailers)]);
}

#[test]
fn the_targets_new_commits_come_in_by_a_merge() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let session = work(&lab, &repo, 1, &base, |dir| write(&dir.join("README.md"), "ONE\ntwo\nthree\n"));
    assert_eq!(repo.merge_target(&session, &base, &text(9), at()).expect("merged"), TargetMerge::UpToDate);
    write(&lab.main().join("user"), "x");
    let target = lab.commit_all("the user's");
    let outcome = repo.merge_target(&session, &target, &text(9), at()).expect("merged");
    let TargetMerge::Merged { commit, tree } = outcome else { panic!("{outcome:?}") };
    assert_eq!(
        lab.git(&["log", "-1", "--format=%P %T", commit.as_str()]),
        format!("{session} {target} {tree}")
    );
    assert_eq!(lab.files(commit.as_str()), [".gitignore", "README.md", "src/lib.rs", "user"]);
    write(&lab.main().join("README.md"), "the user's\n");
    let target = lab.commit_all("the user's");
    let outcome = repo.merge_target(&session, &target, &text(9), at()).expect("merged");
    let TargetMerge::Conflict { paths } = outcome else { panic!("{outcome:?}") };
    assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["README.md"]);
}

#[test]
fn one_run_is_undone_beneath_later_ones() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let one = work(&lab, &repo, 1, &base, |dir| write(&dir.join("README.md"), "ONE\ntwo\nthree\n"));
    let two = work(&lab, &repo, 2, &one, |dir| write(&dir.join("other"), "x"));
    let mut undo = text(1);
    undo.trailers = conductor_host::git::Trailers { reverts: Some(run(1)), ..Default::default() };
    let outcome = repo.rollback(&two, &one, &undo, at()).expect("rolled back");
    let Rollback::Reverted { commit, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(lab.show(commit.as_str(), "README.md"), "one\ntwo\nthree");
    assert_eq!(lab.show(commit.as_str(), "other"), "x");
    let found = repo.landed_runs(&commit, &two).expect("read");
    assert_eq!((found.len(), found[0].trailers.reverts, found[0].trailers.run), (1, Some(run(1)), None));
    assert_eq!(repo.rollback(&commit, &one, &undo, at()).expect("again"), Rollback::Nothing);

    let three = work(&lab, &repo, 3, &two, |dir| write(&dir.join("README.md"), "later\ntwo\nthree\n"));
    let outcome = repo.rollback(&three, &one, &undo, at()).expect("rolled back");
    let Rollback::Conflict { paths } = outcome else { panic!("{outcome:?}") };
    assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), ["README.md"]);
    assert!(repo.rollback(&base, &base, &undo, at()).is_err(), "the first commit has no parent");
}
