use std::path::Path;

use conductor_engine::ids::Oid;
use conductor_host::git::{Advance, Held, LandOutcome, LandPlan, Operation, Planned, Repo};

use crate::support::{Lab, at, branch, read, run, text, work, write};

/// Plans and performs.
fn land(repo: &Repo, target: &str, new: &Oid) -> LandOutcome {
    match repo.plan_landing(&branch(target), new).expect("planned") {
        Planned::Go(plan) => repo.perform_landing(&plan).expect("performed"),
        Planned::Done(outcome) => outcome,
    }
}

fn held(outcome: LandOutcome) -> (Held, String) {
    let LandOutcome::Held { why, command } = outcome else { panic!("{outcome:?}") };
    (why, command)
}

fn change(dir: &Path) {
    write(&dir.join("README.md"), "ONE\ntwo\nthree\n");
    write(&dir.join("new"), "new\n");
}

#[test]
fn a_session_branch_advances_once_per_run() {
    let lab = Lab::new();
    let (repo, base, before) = (lab.repo(), lab.head(), lab.picture());
    let session = branch("conductor/s1");
    let one = work(&lab, &repo, 1, &base, change);
    assert_eq!(
        repo.advance(&session, &base, &one, run(1), &base).expect("asked"),
        Advance::Moved { tip: None }
    );
    repo.create_ref(&session.to_ref(), &base).expect("created");
    let again = || repo.advance(&session, &base, &one, run(1), &base).expect("asked");
    assert_eq!(again(), Advance::Landed { commit: one.clone() });
    assert_eq!(again(), Advance::AlreadyLanded { commit: one.clone() });
    let two = work(&lab, &repo, 2, &one, |dir| write(&dir.join("b"), "2"));
    repo.advance(&session, &one, &two, run(2), &base).expect("asked");
    assert_eq!(again(), Advance::AlreadyLanded { commit: one });
    let late = work(&lab, &repo, 3, &base, |dir| write(&dir.join("c"), "3"));
    assert_eq!(
        repo.advance(&session, &base, &late, run(3), &base).expect("asked"),
        Advance::Moved { tip: Some(two.clone()) }
    );
    assert_eq!(lab.picture(), before);
    lab.git(&["worktree", "add", "-q", "../watching", "conductor/s1"]);
    let outcome = repo.advance(&session, &two, &late, run(3), &base).expect("asked");
    assert!(matches!(outcome, Advance::CheckedOut { checkout } if checkout.ends_with("watching")));
}

#[test]
fn a_branch_that_is_checked_out_nowhere_is_swapped() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let new = work(&lab, &repo, 1, &base, change);
    lab.git(&["checkout", "-q", "-b", "elsewhere"]);
    write(&lab.main().join("README.md"), "dirty\n");
    let before = read(&lab.main().join("README.md"));
    assert!(matches!(land(&repo, "main", &new), LandOutcome::Landed { .. }));
    assert_eq!((lab.oid("main"), read(&lab.main().join("README.md"))), (new.clone(), before));
    assert_eq!(land(&repo, "main", &new), LandOutcome::AlreadyThere);
    assert_eq!(land(&repo, "main", &base), LandOutcome::AlreadyThere);
    assert!(matches!(held(land(&repo, "gone", &new)).0, Held::NoTarget));
}

#[test]
fn a_clean_checkout_is_fast_forwarded_wherever_it_is() {
    let lab = Lab::new();
    let repo = lab.repo();
    let new = work(&lab, &repo, 1, &lab.head(), change);
    write(&lab.main().join("untracked"), "mine");
    write(&lab.main().join(".env"), "mine");
    assert!(matches!(land(&repo, "main", &new), LandOutcome::Landed { .. }));
    assert_eq!(lab.head(), new);
    assert_eq!(lab.git(&["status", "--porcelain"]), "?? untracked");
    assert_eq!(read(&lab.main().join("new")), "new\n");
    assert!(lab.git(&["reflog", "-1", "main"]).contains("conductor land"));

    lab.git(&["worktree", "add", "-q", "-b", "side", "../linked", "HEAD~1"]);
    assert!(matches!(land(&repo, "side", &new), LandOutcome::Landed { .. }));
    assert_eq!(lab.git_in(&lab.path("linked"), &["status", "--porcelain"]), "");
    assert_eq!(read(&lab.path("linked/new")), "new\n");
}

#[test]
fn what_is_in_the_users_way_holds_it_and_changes_nothing() {
    let lab = Lab::new();
    write(&lab.main().join("other"), "x");
    lab.commit_all("other");
    let (repo, base) = (lab.repo(), lab.head());
    let new = work(&lab, &repo, 1, &base, |dir| {
        change(dir);
        write(&dir.join(".gitignore"), "");
        write(&dir.join(".env"), "of the agent");
    });
    let main = lab.main();
    let hold = |why: &dyn Fn(&Held) -> bool| {
        let before = lab.picture();
        let (found, command) = held(land(&repo, "main", &new));
        assert!(why(&found), "{found:?}");
        assert_eq!(lab.picture(), before);
        assert_eq!(
            command,
            format!("git -C {} merge --ff-only --no-overwrite-ignore {}", main.display(), new.short())
        );
    };
    write(&main.join("other"), "changed");
    hold(&|why| matches!(why, Held::Dirty { paths, .. } if paths[0].to_string() == "other"));
    lab.git(&["add", "other"]);
    hold(&|why| matches!(why, Held::Dirty { .. }));
    lab.git(&["checkout", "-q", "-f", "HEAD"]);

    write(&main.join(".env"), "the user's secret");
    hold(&|why| matches!(why, Held::InTheWay { paths, .. } if paths[0].to_string() == ".env"));
    std::fs::remove_file(main.join(".env")).expect("deleted");
    write(&main.join("new"), "the user's");
    hold(&|why| matches!(why, Held::InTheWay { paths, .. } if paths[0].to_string() == "new"));
    std::fs::remove_file(main.join("new")).expect("deleted");

    let marks = [
        ("index.lock", Operation::IndexLock),
        ("MERGE_HEAD", Operation::Merge),
        ("CHERRY_PICK_HEAD", Operation::CherryPick),
        ("REVERT_HEAD", Operation::Revert),
        ("BISECT_START", Operation::Bisect),
    ];
    for (mark, expected) in marks {
        write(&main.join(".git").join(mark), "main\n");
        hold(&|why| matches!(why, Held::InProgress { operation, .. } if *operation == expected));
        std::fs::remove_file(main.join(".git").join(mark)).expect("deleted");
    }
    assert!(matches!(land(&repo, "main", &new), LandOutcome::Landed { .. }));
}

#[test]
fn a_rebase_of_the_branch_holds_it_though_it_is_checked_out_nowhere() {
    let lab = Lab::new();
    let base = lab.head();
    write(&lab.main().join("README.md"), "upstream\n");
    let upstream = lab.commit_all("upstream");
    lab.git(&["checkout", "-q", "-b", "topic", base.as_str()]);
    write(&lab.main().join("README.md"), "topic\n");
    let topic = lab.commit_all("topic");
    let repo = lab.repo();
    let new = work(&lab, &repo, 1, &topic, |dir| write(&dir.join("new"), "x"));
    assert!(
        !lab.try_git_in(&lab.main(), &["rebase", upstream.as_str()]).exit.success(),
        "stops at the conflict"
    );
    let before = lab.picture();
    let (why, _) = held(land(&repo, "topic", &new));
    assert!(matches!(why, Held::InProgress { operation: Operation::Rebase, .. }), "{why:?}");
    assert_eq!(lab.picture(), before);
}

#[test]
fn a_target_that_went_on_waits_for_a_merge_that_was_checked() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let new = work(&lab, &repo, 1, &base, change);
    write(&lab.main().join("user"), "x");
    let target = lab.commit_all("the user's");
    assert_eq!(held(land(&repo, "main", &new)).0, Held::TargetMoved { tip: target.clone() });
    let merged = repo.merge_target(&new, &target, &text(1), at()).expect("merged");
    let conductor_host::git::TargetMerge::Merged { commit, .. } = merged else { panic!("{merged:?}") };
    assert!(matches!(land(&repo, "main", &commit), LandOutcome::Landed { .. }));
    assert_eq!((read(&lab.main().join("user")), read(&lab.main().join("new"))), ("x".into(), "new\n".into()));
    assert_eq!(lab.git(&["status", "--porcelain"]), "");
}

#[test]
fn what_changed_after_the_plan_holds_it() {
    let lab = Lab::new();
    let (repo, base) = (lab.repo(), lab.head());
    let new = work(&lab, &repo, 1, &base, change);
    let planned = || match repo.plan_landing(&branch("main"), &new).expect("planned") {
        Planned::Go(plan) => plan,
        Planned::Done(outcome) => panic!("{outcome:?}"),
    };
    let fast_forward = planned();
    lab.git(&["checkout", "-q", "-b", "elsewhere"]);
    let swap = planned();
    assert!(matches!((&fast_forward, &swap), (LandPlan::FastForward { .. }, LandPlan::Swap { .. })));
    let line = serde_json::to_string(&fast_forward).expect("written down");
    assert_eq!(serde_json::from_str::<LandPlan>(&line).expect("read"), fast_forward);

    let (why, _) = held(repo.perform_landing(&fast_forward).expect("asked"));
    assert!(
        matches!(why, Held::Refused { message, .. } if message == "the checkout is not on main any more")
    );
    assert_eq!((lab.oid("main"), lab.oid("elsewhere")), (base.clone(), base));

    // The user switched to the branch while its ref moved: told, and nothing repaired by force.
    lab.git(&["checkout", "-q", "main"]);
    let (why, command) = held(repo.perform_landing(&swap).expect("asked"));
    assert!(matches!(why, Held::CheckedOutMeanwhile { .. }), "{why:?}");
    assert!(command.ends_with("restore --staged --worktree ."));
    assert_eq!(lab.oid("main"), new);
}

#[test]
fn files_that_the_users_git_would_filter_are_left_to_it() {
    let lab = Lab::new();
    write(&lab.main().join(".gitattributes"), "*.bin filter=lfs\n");
    let base = lab.commit_all("attributes");
    write(
        &lab.path("home/.gitconfig"),
        "[user]\n\tname = Ada\n\temail = a@b\n[filter \"lfs\"]\n\tclean = false\n\tsmudge = false\n",
    );
    let repo = lab.repo();
    let plain = work(&lab, &repo, 1, &base, change);
    let with_bin = work(&lab, &repo, 2, &plain, |dir| write(&dir.join("a.bin"), "pointer"));
    assert!(matches!(land(&repo, "main", &plain), LandOutcome::Landed { .. }));
    let (why, _) = held(land(&repo, "main", &with_bin));
    assert!(matches!(why, Held::NeedsFilter { paths } if paths[0].to_string() == "a.bin"));
}

#[test]
fn a_worktree_of_a_bare_repository_and_a_submodule_land_like_others() {
    let lab = Lab::new();
    lab.git(&["clone", "-q", "--bare", ".", "../bare/.git"]);
    lab.git_in(&lab.path("bare/.git"), &["worktree", "add", "-q", "-b", "topic", "../../linked"]);
    lab.git_in(&lab.path(""), &["init", "-q", "outer"]);
    let url = lab.main().display().to_string();
    lab.git_in(
        &lab.path("outer"),
        &["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", &url, "sub"],
    );
    for (number, dir, target) in [(1, "linked", "topic"), (2, "outer/sub", "main")] {
        let repo = Repo::discover(&lab.path(dir), &lab.env).expect("opens");
        let new = work(&lab, &repo, number, &lab.head(), change);
        let Planned::Go(plan) = repo.plan_landing(&branch(target), &new).expect("planned") else {
            panic!("{dir}")
        };
        assert!(matches!(plan, LandPlan::FastForward { .. }), "{plan:?}");
        assert!(matches!(repo.perform_landing(&plan).expect("performed"), LandOutcome::Landed { .. }));
        assert_eq!(lab.git_in(&lab.path(dir), &["status", "--porcelain"]), "");
        assert_eq!(read(&lab.path(dir).join("new")), "new\n");
    }
    let repo = Repo::discover(&lab.path("linked"), &lab.env).expect("opens");
    let new = work(&lab, &repo, 3, &lab.head(), |dir| write(&dir.join("main-only"), "x"));
    assert!(
        matches!(land(&repo, "main", &new), LandOutcome::Landed { .. }),
        "the bare one has nothing checked out"
    );
}
