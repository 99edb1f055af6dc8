use std::fs;
use std::os::unix::fs::symlink;

use conductor_host::git::CacheDir;

use crate::support::{Lab, read, write};

fn cache(lab: &Lab, inside: &str) -> CacheDir {
    CacheDir { inside: inside.into(), store: lab.path("state/cache").join(inside.replace('/', "-")) }
}

#[test]
fn it_holds_exactly_the_tree_and_says_what_the_gates_changed() {
    let lab = Lab::new();
    lab.git(&["config", "core.sparseCheckout", "true"]);
    write(&lab.main().join(".git/info/sparse-checkout"), "/src/\n");
    write(&lab.main().join("README.md"), "dirty\n");
    let (repo, tree, before) = (lab.repo(), lab.tree("HEAD"), lab.picture());
    let path = lab.path("state/gate");
    write(&path.join("left by a crash"), "x");
    for _ in 0..2 {
        let gate = repo.ensure_gate_workspace(&path, &tree, &[]).expect("made");
        let mut names: Vec<_> =
            fs::read_dir(&path).expect("folder").flatten().map(|e| e.file_name()).collect();
        names.sort();
        assert_eq!(names, [".gitignore", "README.md", "src"]);
        assert_eq!(repo.verify_gate_workspace(&gate).expect("verified"), []);
        // Files of their own are allowed; changing what is checked is not, also when the clock is set back.
        write(&path.join("target/out"), "x");
        assert_eq!(repo.verify_gate_workspace(&gate).expect("verified"), []);
        let readme = path.join("README.md");
        let time = fs::metadata(&readme).expect("meta").modified().expect("time");
        write(&readme, "ONE\ntwo\nthree\n");
        fs::File::options().write(true).open(&readme).expect("open").set_modified(time).expect("set back");
        fs::remove_file(path.join("src/lib.rs")).expect("deleted");
        let changed = repo.verify_gate_workspace(&gate).expect("verified");
        assert_eq!(changed.iter().map(ToString::to_string).collect::<Vec<_>>(), ["README.md", "src/lib.rs"]);
    }
    let gate = repo.ensure_gate_workspace(&path, &tree, &[]).expect("made");
    repo.remove_gate_workspace(&gate).expect("removed");
    assert_eq!(fs::read_dir(lab.path("state")).expect("folder").count(), 0);
    assert_eq!(lab.picture(), before);
}

#[test]
fn caches_survive_and_nothing_else_does() {
    let lab = Lab::new();
    let (repo, tree) = (lab.repo(), lab.tree("HEAD"));
    let path = lab.path("state/gate");
    let caches = [cache(&lab, "target"), cache(&lab, "web/node_modules")];
    repo.ensure_gate_workspace(&path, &tree, &caches).expect("made");
    write(&path.join("target/built"), "1");
    write(&path.join("web/node_modules/m"), "2");
    write(&path.join("other"), "3");
    // Not put away by anybody: the next one finds them where a crash left them.
    let gate = repo.ensure_gate_workspace(&path, &tree, &caches).expect("made");
    assert_eq!(
        (read(&path.join("target/built")), read(&path.join("web/node_modules/m"))),
        ("1".into(), "2".into())
    );
    assert!(!path.join("other").exists());
    repo.remove_gate_workspace(&gate).expect("removed");
    assert!(!path.exists());
    repo.ensure_gate_workspace(&path, &tree, &caches).expect("made");
    assert_eq!(read(&path.join("target/built")), "1");
}

#[test]
fn a_cache_never_stands_for_a_part_of_the_tree_and_never_leads_out() {
    let lab = Lab::new();
    let repo = lab.repo();
    let path = lab.path("state/gate");
    let caches = [cache(&lab, "target"), cache(&lab, "out/cache"), cache(&lab, "../escape")];
    repo.ensure_gate_workspace(&path, &lab.tree("HEAD"), &caches).expect("made");
    write(&path.join("target/poison"), "cached");
    write(&lab.main().join("target/tracked"), "of the tree");
    symlink("/tmp", lab.main().join("out")).expect("link");
    lab.git(&["add", "-f", "target"]);
    lab.commit_all("track the cache's place");
    for _ in 0..2 {
        let gate = repo.ensure_gate_workspace(&path, &lab.tree("HEAD"), &caches).expect("made");
        assert_eq!(read(&path.join("target/tracked")), "of the tree");
        assert!(!path.join("target/poison").exists());
        assert_eq!(repo.verify_gate_workspace(&gate).expect("verified"), []);
    }
    assert!(!lab.path("state/escape").exists());
    repo.ensure_gate_workspace(&path, &lab.tree("HEAD~1"), &caches).expect("made");
    assert_eq!(read(&path.join("target/poison")), "cached", "the cache is back where the tree leaves room");
    assert!(!path.join("target/tracked").exists());
}

#[test]
fn a_checkout_that_was_not_finished_gives_no_cache() {
    let lab = Lab::new();
    let (repo, path, caches) = (lab.repo(), lab.path("state/gate"), [cache(&lab, "target")]);
    let tree = lab.tree("HEAD");
    let gate = repo.ensure_gate_workspace(&path, &tree, &caches).expect("made");
    write(&path.join("target/good"), "cached");
    repo.remove_gate_workspace(&gate).expect("put away");
    // Killed after the tree's own files were written, before anybody looked for caches.
    write(&path.join("target/poison"), "of another tree");
    write(&lab.path("state/gate.unfinished"), "");
    repo.ensure_gate_workspace(&path, &tree, &caches).expect("made");
    assert_eq!(read(&path.join("target/good")), "cached");
    assert!(!path.join("target/poison").exists());
}
