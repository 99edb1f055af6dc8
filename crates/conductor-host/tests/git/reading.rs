//! Copies that are only to be looked at.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use conductor_engine::ids::Oid;
use conductor_host::git::{ReadingCopy, Repo};

use crate::support::{Lab, read, write};

fn head(lab: &Lab) -> Oid {
    Oid::parse(&lab.git(&["rev-parse", "HEAD"])).expect("a commit")
}

/// Gives the bits to write by back, as whoever made them may.
fn open(lab: &Lab, path: &Path) {
    lab.sh(&format!("chmod -R u+w '{}'", path.display()));
}

fn touched(repo: &Repo, copy: &ReadingCopy) -> (Vec<String>, bool) {
    let touched = repo.touched(copy).expect("looked at");
    (touched.files.iter().map(ToString::to_string).collect(), touched.ignored)
}

#[test]
fn it_is_the_commit_with_its_history_and_nobody_may_write_in_it() {
    let lab = Lab::new();
    write(&lab.main().join("README.md"), "dirty\n");
    write(&lab.main().join(".env"), "SECRET=1\n");
    write(&lab.main().join(".worktreeinclude"), ".env\n");
    let (repo, before) = (lab.repo(), lab.picture());
    let path = lab.path("state/copy");
    let copy = repo.make_reading_copy(&path, &head(&lab)).expect("made");
    assert_eq!(copy.path(), path);
    assert_eq!(read(&path.join("README.md")), "one\ntwo\nthree\n");
    assert!(!path.join(".env").exists(), "what is the user's own is not there");
    for name in ["", "src", "src/lib.rs", ".git", ".git/config"] {
        let mode = fs::metadata(path.join(name)).expect("meta").permissions().mode();
        assert_eq!(mode & 0o222, 0, "{name}");
    }
    assert_eq!(lab.git_in(&path, &["log", "--format=%s"]), "start");
    assert_eq!(lab.git_in(&path, &["status", "--short"]), "");
    assert_eq!(touched(&repo, &copy), (Vec::new(), false));
    repo.remove_reading_copy(copy).expect("removed");
    assert_eq!(fs::read_dir(lab.path("state")).expect("folder").count(), 0);
    assert_eq!(lab.picture(), before);
}

#[test]
fn whatever_is_changed_in_it_is_told() {
    let lab = Lab::new();
    let repo = lab.repo();
    let path = lab.path("state/copy");
    let copy = repo.make_reading_copy(&path, &head(&lab)).expect("made");
    open(&lab, &path);
    assert_eq!(touched(&repo, &copy), (Vec::new(), false), "bits to write by are no change");
    write(&path.join("target/out"), "x");
    assert_eq!(touched(&repo, &copy), (Vec::new(), true));
    write(&path.join("new.txt"), "x");
    fs::remove_file(path.join("src/lib.rs")).expect("deleted");
    assert_eq!(touched(&repo, &copy), (vec!["new.txt".into(), "src/lib.rs".into()], true));
    // What is committed there is changed all the same, and what is ignored there from now on too.
    write(&path.join(".gitignore"), "*\n");
    write(&path.join("README.md"), "ONE\ntwo\nthree\n");
    lab.git_in(&path, &["add", "-A"]);
    lab.git_in(&path, &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "mine"]);
    let (files, _) = touched(&repo, &copy);
    assert_eq!(files, [".gitignore", "README.md", "src/lib.rs"]);
    // One that is gone, or is another's, is no copy any more.
    fs::rename(&path, lab.path("moved")).expect("moved");
    std::os::unix::fs::symlink(lab.main(), &path).expect("a link");
    repo.touched(&copy).expect_err("a link is no copy");
}

#[test]
fn a_repository_that_is_made_in_it_is_told_and_not_obeyed() {
    let lab = Lab::new();
    let repo = lab.repo();
    let path = lab.path("state/copy");
    let copy = repo.make_reading_copy(&path, &head(&lab)).expect("made");
    open(&lab, &path);
    let ran = lab.path("ran");
    fs::create_dir(path.join("sub")).expect("a folder");
    lab.git_in(&path.join("sub"), &["init", "-q"]);
    write(&path.join("sub/file"), "x");
    let hook = format!("touch {}; false", ran.display());
    lab.git_in(&path.join("sub"), &["config", "core.fsmonitor", &hook]);
    lab.git_in(&path, &["config", "core.fsmonitor", &hook]);
    let (files, _) = touched(&repo, &copy);
    assert!(files.iter().any(|file| file.starts_with("sub")), "{files:?}");
    assert!(!ran.exists());
}

#[test]
fn files_that_git_calls_changed_from_the_beginning_are_no_change() {
    let lab = Lab::new();
    write(&lab.main().join("dos.txt"), "a\r\nb\r\n");
    lab.git(&["-c", "core.autocrlf=false", "add", "-A"]);
    lab.commit_all("with line ends of its own");
    // From now on they should be stored otherwise than they are.
    write(&lab.main().join(".gitattributes"), "*.txt text eol=crlf\n");
    lab.git(&["add", ".gitattributes"]);
    lab.git(&["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "attributes"]);
    let repo = lab.repo();
    let path = lab.path("state/copy");
    let copy = repo.make_reading_copy(&path, &head(&lab)).expect("made");
    assert_eq!(touched(&repo, &copy), (Vec::new(), false));
    open(&lab, &path);
    write(&path.join("README.md"), "mine\n");
    assert_eq!(touched(&repo, &copy), (vec!["README.md".into()], false));
}
