use std::fs;
use std::path::Path;

use conductor_engine::ids::Oid;
use conductor_host::git::{Held, LandOutcome, LandPlan, Operation, Planned, Repo};

use crate::support::{Lab, branch, read, work, write};

/// A landing that is planned and not performed: one file changed, one deleted, two added.
fn planned() -> (Lab, Repo, LandPlan, Oid) {
    let lab = Lab::new();
    let repo = lab.repo();
    let new = work(&lab, &repo, 1, &lab.head(), |dir| {
        write(&dir.join("README.md"), "a longer text that takes its place\n");
        fs::remove_file(dir.join("src/lib.rs")).expect("deleted");
        write(&dir.join("added"), "added\n");
        write(&dir.join("folder/added"), "also added\n");
    });
    match repo.plan_landing(&branch("main"), &new).expect("planned") {
        Planned::Go(plan) => (lab, repo, plan, new),
        Planned::Done(outcome) => panic!("{outcome:?}"),
    }
}

#[test]
fn a_torn_fast_forward_is_undone_and_done_again() {
    let tears: [fn(&Path); 7] = [
        |_| {},
        |main| fs::remove_file(main.join("README.md")).expect("missing"),
        |main| write(&main.join("README.md"), "a longer te"),
        |main| write(&main.join("README.md"), "a longer text that takes its place\n"),
        |main| fs::remove_file(main.join("src/lib.rs")).expect("deleted already"),
        |main| write(&main.join("added"), ""),
        |main| {
            write(&main.join("README.md"), "");
            write(&main.join("added"), "added\n");
            write(&main.join("folder/added"), "also");
            fs::remove_dir_all(main.join("src")).expect("deleted already");
        },
    ];
    for tear in tears {
        let (lab, repo, plan, new) = planned();
        tear(&lab.main());
        write(&lab.main().join(".git/index.lock"), "half an index");
        let outcome = repo.heal_landing(&plan).expect("healed");
        assert!(matches!(outcome, LandOutcome::Landed { .. }), "{outcome:?}");
        assert_eq!((lab.head(), lab.git(&["status", "--porcelain"])), (new, String::new()));
        assert_eq!(repo.heal_landing(&plan).expect("again"), outcome);
    }
}

#[test]
fn what_is_not_the_merges_own_is_not_touched() {
    let foreign: [(&str, &str); 4] = [
        ("README.md", "the user's"),
        ("added", "the user's"),
        (".gitignore", "the user's"),
        ("src/lib.rs", "the user's"),
    ];
    for (file, content) in foreign {
        let (lab, repo, plan, _) = planned();
        write(&lab.main().join(file), content);
        write(&lab.main().join("folder/added"), "also");
        let before = lab.picture();
        let outcome = repo.heal_landing(&plan).expect("asked");
        let LandOutcome::Held { why: Held::Torn { paths, .. }, .. } = outcome else {
            panic!("{file}: {outcome:?}")
        };
        assert_eq!(paths.iter().map(ToString::to_string).collect::<Vec<_>>(), [file]);
        assert_eq!(lab.picture(), before);
    }
}

#[test]
fn a_lock_that_somebody_holds_is_left_alone() {
    let (lab, repo, plan, _) = planned();
    let lock = lab.main().join(".git/index.lock");
    let held = fs::File::create(&lock).expect("the user's git");
    let outcome = repo.heal_landing(&plan).expect("asked");
    assert!(
        matches!(
            outcome,
            LandOutcome::Held { why: Held::InProgress { operation: Operation::IndexLock, .. }, .. }
        ),
        "{outcome:?}"
    );
    assert!(lock.exists());
    drop(held);
    assert!(matches!(repo.heal_landing(&plan).expect("healed"), LandOutcome::Landed { .. }));
}

#[test]
fn a_fast_forward_that_is_really_killed_heals() {
    // Many files, and a git that is killed while it writes them.
    let lab = Lab::new();
    let repo = lab.repo();
    let new = work(&lab, &repo, 1, &lab.head(), |dir| {
        for number in 0..3000 {
            write(&dir.join(format!("many/{number}")), &format!("content {number}\n"));
        }
        write(&dir.join("README.md"), "new\n");
    });
    let Planned::Go(plan) = repo.plan_landing(&branch("main"), &new).expect("planned") else {
        panic!("planned")
    };
    let script =
        "git merge --ff-only -q \"$1\" & until [ -e many ]; do :; done; kill -KILL $!; wait $! || exit 0";
    let killed = conductor_host::process::Cmd::new("/bin/sh", lab.main())
        .envs(lab.env.clone())
        .args(["-c", script, "sh"]);
    killed.arg(new.as_str()).run().expect("runs");
    assert!(matches!(repo.heal_landing(&plan).expect("healed"), LandOutcome::Landed { .. }));
    assert_eq!((lab.head(), lab.git(&["status", "--porcelain"])), (new, String::new()));
    assert_eq!(read(&lab.main().join("many/2999")), "content 2999\n");
}

#[test]
fn a_fast_forward_that_was_killed_before_it_moved_the_branch_heals() {
    let locks = ["HEAD.lock", "ORIG_HEAD.lock", "refs/heads/main.lock"];
    for lock in locks.into_iter().map(Some).chain([None]) {
        let (lab, repo, plan, new) = planned();
        let old = lab.head();
        // What git does before it comes to the ref.
        lab.git(&["read-tree", "-m", "-u", old.as_str(), new.as_str()]);
        if let Some(lock) = lock {
            write(&lab.main().join(".git").join(lock), "");
        }
        let outcome = repo.heal_landing(&plan).expect("healed");
        assert!(matches!(outcome, LandOutcome::Landed { .. }), "{lock:?}: {outcome:?}");
        assert_eq!((lab.head(), lab.git(&["status", "--porcelain"])), (new, String::new()), "{lock:?}");
        assert!(lock.is_none_or(|lock| !lab.main().join(".git").join(lock).exists()));
    }
}

#[test]
fn a_lock_whose_git_waits_for_its_user_is_left_alone() {
    let (lab, repo, plan, _) = planned();
    // A commit that waits in the editor holds the index's lock, and has the file not open.
    let (asked, answer) = (lab.path("asked"), lab.path("answer"));
    for pipe in [&asked, &answer] {
        lab.sh(&format!("mkfifo '{}'", pipe.display()));
    }
    lab.git(&[
        "config",
        "core.editor",
        &format!("sh -c 'echo > {}; cat {}; exit 1' --", asked.display(), answer.display()),
    ]);
    write(&lab.main().join("README.md"), "a longer te");
    let main = lab.main();
    let env = lab.env.clone();
    let commit = std::thread::spawn(move || {
        conductor_host::process::Cmd::new("git", main).envs(env).args(["commit", "-a"]).run().expect("runs")
    });
    fs::read(&asked).expect("the editor is open");
    let lock = lab.main().join(".git/index.lock");
    assert!(lock.exists());
    let before = lab.picture();
    let outcome = repo.heal_landing(&plan).expect("asked");
    let LandOutcome::Held { why: Held::InProgress { operation, .. }, .. } = outcome else {
        panic!("{outcome:?}")
    };
    assert_eq!((operation, lab.picture() == before), (Operation::IndexLock, true));
    fs::write(&answer, "").expect("the user gives up");
    assert!(!commit.join().expect("ended").exit.success());
    assert!(matches!(repo.heal_landing(&plan).expect("healed"), LandOutcome::Landed { .. }));
}

#[test]
fn a_landing_does_not_begin_where_head_is_locked() {
    let (lab, repo, _, new) = planned();
    write(&lab.main().join(".git/HEAD.lock"), "");
    let planned = repo.plan_landing(&branch("main"), &new).expect("asked");
    let Planned::Done(LandOutcome::Held { why: Held::InProgress { operation, .. }, .. }) = planned else {
        panic!("{planned:?}")
    };
    assert_eq!(operation, Operation::HeadLock);
    assert!(lab.main().join(".git/HEAD.lock").exists(), "it may be the user's");
}
