use std::fs;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

fn folder(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

fn later() -> Timestamp {
    "2100-01-01T00:00:00Z".parse().unwrap()
}

fn request<'a>(root: &'a Path, cache: Option<&'a Path>, title: &'a str) -> Request<'a> {
    Request { root, cache, title, description: "", acceptance: &[], files: &[], past: &[], now: later() }
}

fn paths(found: &Found) -> Vec<&str> {
    found.files.iter().map(|file| file.path.as_str()).collect()
}

/// A small program with files that have nothing to do with each other.
const PROGRAM: &[(&str, &str)] = &[
    ("src/search.rs", "pub fn search_notes(query: &str) -> Vec<Note> {\n    matching(query)\n}\n"),
    ("src/store.rs", "/// Keeps notes.\npub struct Store;\nimpl Store {\n    pub fn save(&self) {}\n}\n"),
    ("src/render.rs", "pub fn html(note: &Note) -> String {\n    String::new()\n}\n"),
    ("src/dates.rs", "pub fn parse_date(text: &str) -> Date {\n    todo\n}\n"),
    ("src/main.rs", "fn main() {\n    run()\n}\n"),
    ("docs/search.md", "# How notes are found\n\nThe query is split into words.\n"),
    ("Cargo.toml", "[package]\nname = \"notes\"\n"),
];

#[test]
fn what_a_task_is_about_comes_first() {
    let root = folder(PROGRAM);
    let search = |title| {
        let found = relevant_files(&request(root.path(), None, title));
        found.files.first().map(|file| file.path.clone()).unwrap_or_default()
    };
    for (title, first) in [
        ("Search notes by a query", "src/search.rs"),
        ("Parsing of dates", "src/dates.rs"),
        ("Notes are printed as HTML", "src/render.rs"),
        ("Saving the store", "src/store.rs"),
        ("Rewrite `main.rs` in another way", "src/main.rs"),
        ("Say in docs/search.md: what a date is", "docs/search.md"),
        ("the of and", ""),
        ("Zebra", ""),
        ("", ""),
    ] {
        assert_eq!(search(title), first, "{title}");
    }
}

#[test]
fn each_file_says_why_it_was_found() {
    let root = folder(PROGRAM);
    let past = [
        PastCommit {
            subject: "Search: split queries".to_owned(),
            paths: vec!["src/search.rs".to_owned(), "src/main.rs".to_owned()],
        },
        PastCommit { subject: "Begin".to_owned(), paths: vec!["Cargo.toml".to_owned()] },
    ];
    let files = ["src/search.rs".to_owned()];
    let request = Request { past: &past, files: &files, ..request(root.path(), None, "Search notes") };
    let found = relevant_files(&request);
    let shown: Vec<String> = found
        .files
        .iter()
        .map(|file| {
            let Why { words, named, commits } = &file.why;
            format!("{} {} {words:?} {named} {commits} {:?}", file.path, file.score, file.symbols)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @r#"
    src/search.rs 3314 ["search", "notes"] true 1 ["search_notes"]
    docs/search.md 827 ["search", "notes"] false 0 []
    "#);
    assert_eq!(found.subjects, ["Search: split queries"]);
}

#[test]
fn what_is_remembered_changes_nothing_but_the_time() {
    let root = folder(PROGRAM);
    let state = tempfile::tempdir().unwrap();
    let cache = state.path().join("deep/cache");
    let fresh = |title| relevant_files(&request(root.path(), None, title));
    let remembered = |title| relevant_files(&request(root.path(), Some(&cache), title));
    let titles = ["Search notes", "Save notes in the store", "Parse a date of a query"];
    for title in [&titles[..], &titles[..]].concat() {
        assert_eq!(remembered(title), fresh(title), "{title}");
    }
    fs::write(root.path().join("src/dates.rs"), "fn tides() {}\n").unwrap();
    fs::write(root.path().join("src/new.rs"), "fn parse_date() {}\n").unwrap();
    assert_eq!(remembered(titles[2]), fresh(titles[2]));
    for name in ["words", "symbols", "paths"] {
        fs::write(cache.join(name), "no cache of ours").unwrap();
    }
    assert_eq!(remembered(titles[2]), fresh(titles[2]));
    assert_eq!(paths(&remembered("tides")), ["src/dates.rs"]);
}

#[test]
fn odd_files_are_not_read() {
    let root = folder(&[
        ("a.txt", "apple"),
        ("b.bin", "apple\0"),
        (".gitignore", "ignored.txt\n"),
        ("ignored.txt", "apple"),
    ]);
    std::os::unix::fs::symlink("a.txt", root.path().join("link.txt")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("apple"), rustix::fs::Mode::RWXU).unwrap();
    fs::write(root.path().join("apple\n# Heading\u{1b}[2J.txt"), "apple").unwrap();
    let found = relevant_files(&request(root.path(), None, "Apple"));
    assert_eq!(paths(&found), ["apple\n# Heading\u{1b}[2J.txt", "a.txt"], "as data, to be quoted");
}

#[test]
fn no_more_than_a_dozen_and_in_one_order() {
    let files: Vec<(String, String)> =
        (0..40).map(|n| (format!("dir{}/file{n:02}.txt", n % 3), "apple pear".to_owned())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let root = folder(&files);
    let once = relevant_files(&request(root.path(), None, "apple"));
    assert_eq!(once.files.len(), MOST_FILES);
    assert_eq!(paths(&once)[..2], ["dir0/file00.txt", "dir0/file03.txt"]);
    assert_eq!(relevant_files(&request(root.path(), None, "apple")), once);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_task_and_any_content_give_some_order(
        title in "[a-zA-Z_ .:/`\n\u{1b}é]{0,60}",
        contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..5),
    ) {
        let root = tempfile::tempdir().unwrap();
        for (number, content) in contents.iter().enumerate() {
            fs::write(root.path().join(format!("{number}.rs")), content).unwrap();
        }
        let past = [PastCommit { subject: title.clone(), paths: vec!["0.rs".to_owned(), "gone".to_owned()] }];
        let found = relevant_files(&Request { past: &past, ..request(root.path(), None, &title) });
        prop_assert!(found.files.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert!(found.files.iter().all(|file| root.path().join(&file.path).is_file()));
    }
}
