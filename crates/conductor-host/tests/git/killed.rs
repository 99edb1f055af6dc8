//! A git that is killed in the middle: by a program of that name, first on the `PATH`, that stops the real one.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use conductor_engine::ids::Oid;
use conductor_host::git::{Repo, WorkspaceSpec};
use conductor_host::process::EnvMap;

use crate::support::{Lab, at, read, run, save, snapshot_ref, write};

/// The environment in which a git command with this verb is killed, once, when `until` (a condition of the shell)
/// holds.
fn deadly(lab: &Lab, verb: &str, until: &str) -> EnvMap {
    let (bin, once) = (lab.path("bin"), lab.path("killed-once"));
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" != {verb} ] || [ -e '{once}' ]; then exec /usr/bin/env PATH=/usr/local/bin:/usr/bin:/bin git \"$@\"; fi\n\
         : > '{once}'\nPATH=/usr/local/bin:/usr/bin:/bin\ngit \"$@\" <&0 &\npid=$!\n\
         until {until} || ! kill -0 $pid 2>/dev/null; do :; done\nkill -KILL $pid 2>/dev/null\nwait $pid\nexit 137\n",
        once = once.display()
    );
    write(&bin.join("git"), &script);
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).expect("executable");
    let mut env = lab.env.clone();
    env.insert("PATH".into(), format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()).into());
    env
}

fn many_files(lab: &Lab) -> Oid {
    for number in 0..400 {
        write(&lab.main().join(format!("many/{number}")), &format!("content {number}\n"));
    }
    lab.commit_all("many files")
}

#[test]
fn a_workspace_whose_checkout_was_killed_is_made_anew() {
    let lab = Lab::new();
    let base = many_files(&lab);
    let spec = WorkspaceSpec { base, ..lab.spec(1) };
    let env = deadly(&lab, "read-tree", &format!("[ -e '{}/many' ]", spec.path.display()));
    let repo = Repo::discover(&lab.main(), &env).expect("a repository");
    let before = lab.picture();
    repo.ensure_workspace(&spec).expect_err("killed");
    assert!(spec.path.join(".git/HEAD").exists(), "half of it is there");
    assert_eq!(repo.find_workspace(&spec.path), None, "and nobody takes it for a workspace");

    let workspace = repo.ensure_workspace(&spec).expect("made anew");
    assert_eq!(lab.git_in(workspace.path(), &["status", "--porcelain"]), "");
    assert_eq!(read(&workspace.path().join("many/399")), "content 399\n");
    assert!(!workspace.path().join(".git/index.lock").exists());
    assert_eq!(lab.picture(), before);
}

#[test]
fn a_gate_checkout_that_was_killed_is_made_anew() {
    let lab = Lab::new();
    many_files(&lab);
    let (place, tree) = (lab.path("state/gate/1"), lab.tree("HEAD"));
    let env = deadly(&lab, "read-tree", &format!("[ -e '{}/many' ]", place.display()));
    let repo = Repo::discover(&lab.main(), &env).expect("a repository");
    repo.ensure_gate_workspace(&place, &tree, &[]).expect_err("killed");
    let gate = repo.ensure_gate_workspace(&place, &tree, &[]).expect("made anew");
    assert_eq!(repo.verify_gate_workspace(&gate).expect("verified"), []);
    assert_eq!(read(&place.join("many/399")), "content 399\n");
    repo.clear_gate_workspace(&place, &[]).expect("cleared");
    assert_eq!(fs::read_dir(lab.path("state/gate")).expect("a folder").count(), 0);
}

#[test]
fn a_snapshot_that_was_killed_at_any_step_is_taken_again() {
    for verb in ["add", "write-tree", "commit-tree", "update-ref", "cat-file"] {
        let lab = Lab::new();
        let workspace = lab.workspace(&lab.repo(), 1);
        for number in 0..40 {
            write(&workspace.path().join(format!("new/{number}")), &format!("new {number}\n"));
        }
        // As soon as it runs, or not before its lock is there.
        let until = if verb == "add" {
            format!("[ -e '{}.index.lock' ]", workspace.path().display())
        } else {
            "true".to_owned()
        };
        let env = deadly(&lab, verb, &until);
        let repo = Repo::discover(&lab.main(), &env).expect("a repository");
        let before = lab.picture();
        // A killed `add` is simply called a second time.
        let _killed = repo.snapshot(&workspace, 1, at());
        let saved = save(&repo, &workspace);
        assert_eq!(lab.show(saved.commit.as_str(), "new/39"), "new 39", "{verb}");
        assert_eq!(repo.unreadable(std::slice::from_ref(&saved.commit)).expect("read"), [], "{verb}");
        assert!(
            repo.snapshots(run(1)).expect("listed").iter().any(|(_, oid)| *oid == saved.commit),
            "{verb}"
        );
        assert_eq!(lab.picture(), before, "{verb}");
        let name = snapshot_ref(1, saved.number);
        repo.remove_workspace(&workspace, &name).expect("removed");
        assert!(!workspace.path().exists(), "{verb}");
    }
}

#[test]
fn saved_work_whose_objects_are_gone_is_told_from_the_rest() {
    let lab = Lab::new();
    let repo = lab.repo();
    let commits: Vec<Oid> = [1, 2]
        .into_iter()
        .map(|number| {
            let workspace = lab.workspace(&repo, number);
            write(&workspace.path().join("deep/file"), &format!("only {number}\n"));
            save(&repo, &workspace).commit
        })
        .collect();
    assert_eq!(repo.unreadable(&commits).expect("read"), []);
    let blob = lab.oid(&format!("{}:deep/file", commits[1])).to_string();
    let object = lab.main().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(object).expect("an object");
    assert_eq!(repo.unreadable(&commits).expect("read"), [commits[1].clone()]);
}
