use conductor_host::git::{Head, Repo};
use conductor_host::process::EnvMap;

use crate::support::{Lab, save, write};

#[test]
fn it_opens_from_anywhere_in_any_checkout() {
    let lab = Lab::new();
    lab.git(&["worktree", "add", "-q", "-b", "side", "../linked"]);
    let (before, common) = (lab.picture(), lab.main().join(".git").canonicalize().expect("path"));
    let open = |dir: &str| Repo::discover(&lab.path(dir), &lab.env).expect("opens");
    for (dir, on) in [("main", "main"), ("main/src", "main"), ("linked", "side"), ("linked/src", "side")] {
        let repo = open(dir);
        assert_eq!(repo.common_dir().canonicalize().expect("path"), common, "{dir}");
        let Head::Branch { name, tip } = repo.head().expect("head") else { panic!("{dir}") };
        assert_eq!((name.as_str(), tip), (on, lab.head()));
        assert!(repo.work_state().expect("state").is_clean());
    }
    assert_eq!(lab.picture(), before);
}

#[test]
fn each_way_not_to_be_usable_says_what_to_do() {
    let lab = Lab::new();
    lab.git_in(&lab.path(""), &["init", "-q", "--bare", "bare"]);
    lab.git_in(&lab.path(""), &["init", "-q", "unborn"]);
    lab.git_in(&lab.path(""), &["init", "-q", "line\nbreak"]);
    std::fs::create_dir(lab.path("plain")).expect("folder");
    let says = |dir: &str, env: &EnvMap| {
        let error = Repo::discover(&lab.path(dir), env).expect_err("refused").to_string();
        error.replace(&lab.path("").display().to_string(), "/").replace('\n', "\\n")
    };
    let all = ["plain", "bare", "main/.git", "unborn", "line\nbreak", "gone"].map(|dir| says(dir, &lab.env));
    insta::assert_snapshot!(all.join("\n"), @r"
    /plain is not in a git repository: run `git init` there and make a first commit
    /bare has no checkout (a bare repository, or a folder inside .git): go to a checkout of it
    /main/.git has no checkout (a bare repository, or a folder inside .git): go to a checkout of it
    the repository has no commit yet: make one first, for example `git commit --allow-empty -m start`
    the path /line\nbreak of the repository holds a line break, which git cannot keep: move it
    there is no folder /gone
    ");
    let nowhere = EnvMap::from([("PATH".into(), "/no/such".into())]);
    insta::assert_snapshot!(says("main", &nowhere), @"git is needed and could not be run: cannot run `git`: not found; install it or add its directory to PATH");
}

#[test]
fn a_git_dir_of_the_environment_leads_nowhere_else() {
    let lab = Lab::new();
    let mut env = lab.env.clone();
    env.insert("GIT_DIR".into(), "/no/such".into());
    env.insert("GIT_INDEX_FILE".into(), "/no/such".into());
    let repo = Repo::discover(&lab.main(), &env).expect("opens");
    assert_eq!(repo.head().expect("head").tip(), &lab.head());
}

#[test]
fn the_state_of_the_checkout_is_read_without_touching_it() {
    let lab = Lab::new();
    write(&lab.main().join("README.md"), "changed\n");
    write(&lab.main().join("new file"), "x");
    write(&lab.main().join(".env"), "secret");
    let before = lab.picture();
    let state = lab.repo().work_state().expect("state");
    let texts =
        |paths: &[conductor_host::git::RepoPath]| paths.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts(&state.changed), ["README.md"]);
    assert_eq!(texts(&state.untracked), ["new file"]);
    assert_eq!(lab.picture(), before);
    lab.git(&["checkout", "-q", "--detach"]);
    assert!(matches!(lab.repo().head(), Ok(Head::Detached { .. })));
}

#[test]
fn shallow_and_sha256_repositories_work_like_others() {
    let lab = Lab::new();
    lab.commit_all("second");
    let url = format!("file://{}", lab.main().display());
    lab.git_in(&lab.path(""), &["clone", "-q", "--depth=1", &url, "shallow"]);
    lab.git_in(&lab.path(""), &["init", "-q", "--object-format=sha256", "long"]);
    lab.git_in(&lab.path("long"), &["commit", "-q", "--allow-empty", "-m", "start"]);
    for (number, dir) in [(1, "shallow"), (2, "long")] {
        let repo = Repo::discover(&lab.path(dir), &lab.env).expect("opens");
        let spec = conductor_host::git::WorkspaceSpec {
            base: repo.head().expect("head").tip().clone(),
            ..lab.spec(number)
        };
        let workspace = repo.ensure_workspace(&spec).expect("a workspace");
        write(&workspace.path().join("a"), "x");
        assert_eq!(lab.git_in(workspace.path(), &["log", "--format=%h", "HEAD"]).lines().count(), 1);
        save(&repo, &workspace);
    }
}
