//! What changed files hold, before and after.

use conductor_host::git::{Bounds, Content};

use super::support::{Lab, write};

const ALL: Bounds = Bounds { file: 1_000, total: 10_000 };

fn bytes(text: &str) -> Content {
    Content::Bytes(text.as_bytes().to_vec())
}

#[test]
fn both_sides_of_each_change_are_read_as_far_as_the_bounds_go() {
    let lab = Lab::new();
    let main = lab.main();
    write(&main.join("old name.txt"), "a\nb\nc\nd\ne\n");
    write(&main.join("gone.txt"), "gone\n");
    lab.commit_all("before");
    let from = lab.head();
    std::fs::rename(main.join("old name.txt"), main.join("new\nname.txt")).expect("a file");
    std::fs::remove_file(main.join("gone.txt")).expect("a file");
    write(&main.join("README.md"), "one\nthree\n");
    write(&main.join("large.bin"), &"x".repeat(2_000));
    std::os::unix::fs::symlink("../elsewhere", main.join("link")).expect("a link");
    lab.commit_all("after");
    let to = lab.head();
    let repo = lab.repo();
    let changes = repo.changes(&from, &to).expect("changes");
    let contents = repo.contents(&from, &to, &changes, ALL).expect("contents");
    let found: Vec<(String, &Content, &Content)> = changes
        .iter()
        .zip(&contents)
        .map(|(change, both)| (change.path.to_string(), &both.old, &both.new))
        .collect();
    let moved = bytes("a\nb\nc\nd\ne\n");
    assert_eq!(
        found,
        [
            ("README.md".to_owned(), &bytes("one\ntwo\nthree\n"), &bytes("one\nthree\n")),
            ("gone.txt".to_owned(), &bytes("gone\n"), &Content::Absent),
            ("large.bin".to_owned(), &Content::Absent, &Content::TooLarge(2_000)),
            ("link".to_owned(), &Content::Absent, &bytes("../elsewhere")),
            ("new\nname.txt".to_owned(), &moved, &moved),
        ]
    );
    // Of what is too much together, the smallest are read.
    let few = repo.contents(&from, &to, &changes, Bounds { total: 20, ..ALL }).expect("contents");
    assert_eq!((&few[1].old, &few[0].old), (&bytes("gone\n"), &Content::TooLarge(14)));
    assert_eq!(repo.contents(&from, &from, &[], ALL).expect("contents"), []);
}
