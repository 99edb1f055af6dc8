//! What holds whatever the files are.

use std::collections::BTreeSet;

use conductor_evidence::tamper::{Change, Content, Surroundings, check};
use proptest::prelude::*;

const PATHS: &[&str] = &[
    "src/lib.rs",
    "tests/a.rs",
    "tests/test_a.py",
    "a.test.js",
    "a.spec.ts",
    "a.test.tsx",
    "a_test.go",
    "src/test/java/ATest.java",
    "pyproject.toml",
    "package.json",
    "Makefile",
    ".github/workflows/ci.yml",
    "ci/test.sh",
    "pom.xml",
    "conftest.py",
    "tests/__snapshots__/a.snap",
    "jest.config.js",
    "junit.xml",
];

/// Pieces of which sources are made, so that what is drawn is sometimes nearly one.
const PIECES: &[&str] = &[
    "#[test]\n",
    "fn a() ",
    "def test_a():\n    ",
    "assert ",
    "assert_eq!(",
    "expect(",
    ").toBe(",
    "it('a', () => ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\"",
    "'",
    "`",
    "//",
    "/*",
    "*/",
    "#",
    "@Test ",
    "void a() ",
    "func TestA(t *testing.T) ",
    "if ",
    "true",
    "1",
    "==",
    "||",
    " or ",
    "\n",
    "\t",
    "\r\n",
    "return",
    "try:\n",
    "except:\n",
    "\\",
    "é",
    "\u{202e}",
    "\0",
    "=",
    ":",
    ",",
    ";",
    "class A",
    "mod tests ",
    "#[cfg(",
    "fail_under = 8",
    "[tool.pytest]\n",
    "test:\n\t",
    "'''",
    "r#\"",
    "<minimum>",
    "${",
];

fn text() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        prop::collection::vec(prop::sample::select(PIECES), 0..80)
            .prop_map(|parts| parts.concat().into_bytes()),
    ]
}

type Drawn = (usize, Option<Vec<u8>>, Option<Vec<u8>>);

fn content(bytes: Option<&Vec<u8>>) -> Content<'_> {
    bytes.map_or(Content::Absent, |bytes| Content::Bytes(bytes))
}

fn changes(drawn: &[Drawn]) -> Vec<Change<'_>> {
    let mut seen = BTreeSet::new();
    drawn
        .iter()
        .filter(|(path, ..)| seen.insert(*path))
        .map(|(path, old, new)| Change {
            path: PATHS[path % PATHS.len()],
            from: None,
            old: content(old.as_ref()),
            new: content(new.as_ref()),
        })
        .collect()
}

fn plain(gate_files: &BTreeSet<String>) -> Surroundings<'_> {
    Surroundings { gates: &[], gate_files, removal_asked: false, tests: None, context: &[] }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_and_order_does_not_matter(
        drawn in prop::collection::vec((0..PATHS.len(), prop::option::of(text()), prop::option::of(text())), 0..6)
    ) {
        let none = BTreeSet::new();
        let mut all = changes(&drawn);
        let found = check(&all, &plain(&none));
        all.reverse();
        prop_assert_eq!(check(&all, &plain(&none)), found);
    }

    #[test]
    fn the_same_is_no_change(drawn in prop::collection::vec((0..PATHS.len(), text()), 0..6)) {
        let none = BTreeSet::new();
        let same: Vec<Drawn> =
            drawn.into_iter().map(|(path, text)| (path, Some(text.clone()), Some(text))).collect();
        prop_assert_eq!(check(&changes(&same), &plain(&none)), []);
    }
}

/// Nesting without end is no trouble, and neither is a file that is one expression.
#[test]
fn depth_does_not_matter() {
    let none = BTreeSet::new();
    for path in PATHS {
        for open in ["(", "[", "{", "f(", "if a {", "!", "\"", "(a||"] {
            let deep = open.repeat(3_000).into_bytes();
            let change = Change { path, from: None, old: Content::Bytes(b"a"), new: Content::Bytes(&deep) };
            check(&[change], &plain(&none));
        }
    }
}
