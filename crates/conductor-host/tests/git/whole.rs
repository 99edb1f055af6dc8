//! One task from workspace to landed commit, and what it costs.

use conductor_host::git::{Advance, CandidateOutcome, Removal};

use crate::support::{Lab, at, branch, run, save, text, write};

#[test]
fn a_task_costs_at_most_twelve_git_processes_and_the_user_sees_nothing() {
    let lab = Lab::new();
    write(&lab.main().join("README.md"), "the user is working\n");
    lab.git(&["stash", "-q"]);
    write(&lab.main().join("src/lib.rs"), "staged\n");
    lab.git(&["add", "src"]);
    write(&lab.main().join("untracked"), "x");
    let (repo, base, before) = (lab.repo(), lab.head(), lab.picture());
    let session = branch("conductor/s1");
    repo.create_ref(&session.to_ref(), &base).expect("created");
    let mut tip = base.clone();
    let mut costs = Vec::new();
    for number in 1..=3 {
        let started = repo.stats().processes();
        let workspace = lab.workspace(&repo, number);
        write(&workspace.path().join(format!("file-{number}")), "x\n");
        let saved = save(&repo, &workspace);
        let outcome = repo.candidate(&base, &tip, &saved.commit, &saved.tree).expect("a candidate");
        let CandidateOutcome::Ready { tree, changes } = outcome else { panic!("{outcome:?}") };
        assert_eq!(changes.len(), 1);
        let commit = repo.commit(&tree, &[&tip], &text(number), at()).expect("a commit");
        let landed = repo.advance(&session, &tip, &commit, run(number), &base).expect("asked");
        assert_eq!(landed, Advance::Landed { commit: commit.clone() });
        assert_eq!(repo.remove_workspace(&workspace, &saved.name).expect("asked"), Removal::Removed);
        tip = commit;
        costs.push(repo.stats().processes() - started);
    }
    // The later ones started from the same base as the first, so that their work is merged.
    assert_eq!(costs, [11, 12, 12]);
    assert_eq!(
        lab.files("conductor/s1"),
        [".gitignore", "README.md", "file-1", "file-2", "file-3", "src/lib.rs"]
    );
    assert_eq!(lab.picture(), before);
    assert_eq!(lab.git(&["fsck", "--no-dangling", "--no-progress"]), "");
}
