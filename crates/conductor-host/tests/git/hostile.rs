//! Repositories that try to make Conductor's git run something, or move something of the user's.

use std::fs;
use std::os::unix::fs::symlink;

use conductor_host::git::{CandidateOutcome, Finding, Removal};

use crate::support::{Lab, Trap, at, branch, run, save, snapshot_ref, text, work, write};

const ATTRIBUTES: &str = "* filter=evil diff=evil merge=evil\nREADME.md filter=\"odd\n";

#[test]
fn nothing_that_an_agent_plants_in_its_clone_runs() {
    let lab = Lab::new();
    let (trap, repo, before) = (Trap::new(&lab), lab.repo(), lab.picture());
    let workspace = lab.workspace(&repo, 1);
    let git_dir = workspace.path().join(".git");
    trap.plant_hooks(&git_dir.join("hooks"));
    for file in ["config", "config.worktree"] {
        write(&git_dir.join(file), &format!("{}[extensions]\n\tworktreeConfig = true\n", trap.settings()));
    }
    write(&git_dir.join("info/attributes"), ATTRIBUTES);
    write(&workspace.path().join(".gitattributes"), ATTRIBUTES);
    write(&workspace.path().join("README.md"), "changed\n");
    let nested = workspace.path().join("nested");
    fs::create_dir(&nested).expect("folder");
    lab.git_in(&nested, &["init", "-q"]);
    write(&nested.join("file"), "x");
    lab.git_in(&nested, &["add", "file"]);
    lab.git_in(&nested, &["commit", "-qm", "x"]);
    write(&nested.join(".git/config"), &trap.settings());
    write(&nested.join(".gitattributes"), ATTRIBUTES);
    write(&nested.join("file"), "y");
    for number in 1..=2 {
        let saved = repo.snapshot(&workspace, number, at()).expect("a snapshot");
        assert!(matches!(
            repo.remove_workspace(&workspace, &saved.name).expect("kept"),
            Removal::Kept { .. }
        ));
    }
    fs::remove_dir_all(&nested).expect("gone");
    let saved = save(&repo, &workspace);
    let base = workspace.base();
    repo.candidate(base, base, &saved.commit, &saved.tree).expect("a candidate");
    repo.patch(base, &saved.tree, 10_000).expect("a patch");
    let gate =
        repo.ensure_gate_workspace(&lab.path("state/gate"), &saved.tree, &[]).expect("a gate workspace");
    assert_eq!(repo.verify_gate_workspace(&gate).expect("verified"), []);
    assert_eq!(repo.remove_workspace(&workspace, &saved.name).expect("removed"), Removal::Removed);
    trap.assert_never_ran();
    assert_eq!(lab.picture(), before);
}

#[test]
fn the_users_own_hooks_filters_and_drivers_do_not_run_either() {
    let lab = Lab::new();
    let trap = Trap::new(&lab);
    let base = lab.head();
    trap.plant_hooks(&lab.main().join(".git/hooks"));
    let config = fs::read_to_string(lab.main().join(".git/config")).expect("config");
    write(&lab.main().join(".git/config"), &(config + &trap.settings()));
    write(&lab.main().join(".git/info/attributes"), ATTRIBUTES);
    let (repo, before) = (lab.repo(), lab.picture());
    let one = work(&lab, &repo, 1, &base, |dir| write(&dir.join("README.md"), "ONE\ntwo\nthree\n"));
    let session = branch("conductor/s1");
    repo.create_ref(&session.to_ref(), &base).expect("created");
    repo.advance(&session, &base, &one, run(1), &base).expect("landed");
    let workspace = lab.workspace(&repo, 2);
    write(&workspace.path().join("README.md"), "one\ntwo\nTHREE\n");
    let saved = save(&repo, &workspace);
    let outcome = repo.candidate(&base, &one, &saved.commit, &saved.tree).expect("a candidate");
    assert!(matches!(outcome, CandidateOutcome::Ready { .. }), "{outcome:?}");
    repo.landed_runs(&one, &base).expect("read");
    repo.rollback(&one, &one, &text(1), at()).expect("rolled back");
    trap.assert_never_ran();
    assert_eq!(lab.picture(), before);
}

#[test]
fn a_git_dir_that_leads_elsewhere_is_a_finding_and_its_files_are_still_saved() {
    type Ruin = fn(&std::path::Path, &Lab);
    let ruins: [(&str, Ruin); 4] = [
        ("gone", |_, _| {}),
        ("file", |git_dir, lab| write(git_dir, &format!("gitdir: {}\n", lab.main().join(".git").display()))),
        ("link", |git_dir, lab| symlink(lab.main().join(".git"), git_dir).expect("link")),
        ("commondir", |git_dir, lab| {
            write(&git_dir.join("HEAD"), "ref: refs/heads/x\n");
            write(&git_dir.join("refs/heads/y"), &format!("{}\n", lab.head()));
            write(&git_dir.join("commondir"), &lab.main().join(".git").display().to_string());
        }),
    ];
    let lab = Lab::new();
    let (repo, before) = (lab.repo(), lab.picture());
    for (number, (name, ruin)) in (1..).zip(ruins) {
        let workspace = lab.workspace(&repo, number);
        fs::remove_dir_all(workspace.path().join(".git")).expect("gone");
        ruin(&workspace.path().join(".git"), &lab);
        write(&workspace.path().join("work"), name);
        let saved = repo.snapshot(&workspace, 1, at()).expect("a snapshot");
        assert_eq!(lab.show(saved.commit.as_str(), "work"), name);
        let odd = Finding::OddRefs { file: "reftable or commondir".to_owned() };
        let expected = if name == "commondir" { odd } else { Finding::GitDirReplaced };
        assert_eq!(saved.findings, [expected], "{name}");
        assert!(matches!(
            repo.remove_workspace(&workspace, &saved.name).expect("kept"),
            Removal::Kept { .. }
        ));
    }
    assert_eq!(lab.picture(), before);
}

#[test]
fn an_agent_that_moves_branches_moves_only_its_own() {
    let lab = Lab::new();
    let (repo, before) = (lab.repo(), lab.picture());
    let workspace = lab.workspace(&repo, 1);
    let git = |args: &[&str]| lab.git_in(workspace.path(), args);
    git(&["commit", "-q", "--allow-empty", "-m", "mine"]);
    for args in [
        &["branch", "-f", "main"][..],
        &["update-ref", "refs/conductor/snap/1.1/1", "HEAD"],
        &["stash", "list"],
    ] {
        git(args);
    }
    git(&["checkout", "-q", "--detach"]);
    let saved = save(&repo, &workspace);
    assert_eq!(saved.name, snapshot_ref(1, 1));
    assert_eq!(lab.picture(), before);
}

#[test]
fn a_title_cannot_forge_a_trailer() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let mut forged = text(1);
    forged.subject = "x\n\nRun: 6.6\nTask: TASK-666".to_owned();
    forged.body = "Run: 7.7\n\nRun: 8.8\n---\nRun: 9.9\n".to_owned();
    forged.trailers.agent = Some("a\nRun: 5.5".to_owned());
    let commit = repo.commit(&lab.tree("HEAD"), &[&base], &forged, at()).expect("a commit");
    let landed = repo.landed_runs(&commit, &base).expect("read");
    assert_eq!(landed.len(), 1);
    assert_eq!(
        (landed[0].trailers.run, landed[0].trailers.task.as_deref()),
        (Some(run(1)), Some("TASK-001"))
    );
    assert_eq!(landed[0].trailers.agent.as_deref(), Some("a Run: 5.5"));
}
