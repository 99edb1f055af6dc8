use std::fs;
use std::os::unix::fs::PermissionsExt;

use conductor_host::gates::{FileMode, TreeView};
use conductor_host::git::Repo;

use crate::support::{Lab, write};

#[test]
fn a_committed_tree_is_read_and_the_checkout_is_not() {
    let lab = Lab::new();
    let script = lab.main().join("scripts/it's a \"test\".sh");
    write(&script, "#!/bin/sh\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("mode");
    std::os::unix::fs::symlink("/etc/passwd", lab.main().join("link")).expect("link");
    lab.git(&["add", "-A"]);
    lab.git(&["commit", "-q", "-m", "more"]);
    write(&lab.main().join("README.md"), "planted");
    write(&lab.main().join("Makefile"), "planted");
    let repo = Repo::discover(&lab.main(), &lab.env).expect("opens");
    let before = lab.picture();
    let tree = repo.committed_tree(&lab.head()).expect("listed");
    let files: Vec<(&str, FileMode)> =
        tree.files().iter().map(|(path, mode)| (path.as_str(), *mode)).collect();
    assert_eq!(
        files,
        [
            (".gitignore", FileMode::Plain),
            ("README.md", FileMode::Plain),
            ("link", FileMode::Other),
            ("scripts/it's a \"test\".sh", FileMode::Executable),
            ("src/lib.rs", FileMode::Plain),
        ]
    );
    assert_eq!(tree.read("README.md").as_deref(), Some(b"one\ntwo\nthree\n".as_slice()));
    assert_eq!(tree.read("scripts/it's a \"test\".sh").as_deref(), Some(b"#!/bin/sh\n".as_slice()));
    assert_eq!((tree.read("link"), tree.read("Makefile"), tree.read("src")), (None, None, None));
    assert_eq!(lab.picture(), before);
}
