//! One changed file: both of its sides, read as far as its language is understood.

use std::collections::BTreeSet;

use super::facts::{Dialect, Found, Function, Role};
use super::go::Go;
use super::java::Java;
use super::python::Python;
use super::rust::Rust;
use super::script::Script;
use super::source::{Language, Tree, decode};
use super::{Change, Content};

/// One side of a changed file.
#[derive(Debug)]
pub(super) struct Side {
    pub(super) path: String,
    pub(super) text: String,
    /// The file's syntax; `None` where the language is not understood or the file could not be parsed.
    pub(super) tree: Option<Tree>,
    pub(super) found: Found,
    /// Whether the file belongs to tests.
    pub(super) is_test: bool,
    /// Whether its language is understood, and the file was too large or too strange all the same.
    pub(super) unread: bool,
    /// For each line, where it begins.
    starts: Vec<usize>,
    /// For each line, whether it belongs to a test or to what tests use.
    test_lines: Vec<bool>,
}

impl Side {
    pub(super) fn read(path: &str, bytes: &[u8], parse: bool) -> Self {
        let text = decode(bytes);
        let is_test = is_test_path(path);
        let language = Language::of(path).filter(|_| parse);
        let tree = language.and_then(|language| Tree::parse(language, text.clone()));
        let found =
            tree.as_ref().map_or_else(Found::default, |tree| dialect(tree.language).find(tree, is_test));
        let unread = language.is_some() && tree.is_none();
        let starts: Vec<usize> =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut test_lines = vec![is_test; starts.len() + 1];
        for span in found.functions.iter().filter(|f| f.role != Role::Code).map(|f| f.span) {
            if let Some(lines) = test_lines.get_mut(span.first..=span.last.min(starts.len())) {
                lines.fill(true);
            }
        }
        Self { path: path.to_owned(), text, tree, found, is_test, unread, starts, test_lines }
    }

    /// Whether a line belongs to tests.
    pub(super) fn in_tests(&self, line: usize) -> bool {
        self.test_lines.get(line).copied().unwrap_or(self.is_test)
    }

    pub(super) fn language(&self) -> Option<Language> {
        self.tree.as_ref().map(|tree| tree.language)
    }

    pub(super) fn functions(&self, role: Role) -> impl Iterator<Item = &Function> {
        self.found.functions.iter().filter(move |f| f.role == role)
    }

    pub(super) fn has_tests(&self) -> bool {
        self.functions(Role::Test).next().is_some()
    }

    /// Lines by their numbers.
    pub(super) fn lines(&self, first: usize, last: usize) -> impl Iterator<Item = (usize, &str)> {
        (first.max(1)..=last.min(self.starts.len())).map(|number| {
            let begin = self.starts.get(number - 1).copied().unwrap_or_default();
            let end = self.starts.get(number).copied().unwrap_or(self.text.len());
            (number, self.text.get(begin..end).unwrap_or_default().trim_end_matches('\n'))
        })
    }

    pub(super) fn line(&self, number: usize) -> (usize, &str) {
        self.lines(number, number).next().unwrap_or((number, ""))
    }

    /// Names of what the file defines and is no test's.
    pub(super) fn definitions(&self) -> BTreeSet<&str> {
        let Some(tree) = self.tree.as_ref().filter(|_| !self.is_test) else { return BTreeSet::new() };
        tree.all()
            .filter(|at| tree.field(*at) == "name")
            .filter(|at| tree.kind(*at).ends_with("identifier"))
            .filter(|at| !self.in_tests(tree.line(*at)))
            .map(|at| tree.text(at))
            .collect()
    }
}

/// A changed file.
#[derive(Debug)]
pub(super) struct File {
    /// Its path now, else as it was.
    pub(super) path: String,
    pub(super) old: Option<Side>,
    pub(super) new: Option<Side>,
}

impl File {
    pub(super) fn read(change: &Change<'_>) -> Self {
        let old_path = change.from.unwrap_or(change.path);
        // What was only moved is the same, unless its new place makes it something else.
        let same = matches!((change.old, change.new), (Content::Bytes(a), Content::Bytes(b)) if a == b);
        let parse = !same || !moved_well(old_path, change.path);
        let side = |path: &str, content: Content<'_>| match content {
            Content::Bytes(bytes) => Some(Side::read(path, bytes, parse)),
            Content::Absent | Content::Link(_) | Content::Unread(_) => None,
        };
        Self {
            path: change.path.to_owned(),
            old: side(old_path, change.old),
            new: side(change.path, change.new),
        }
    }

    pub(super) fn old_text(&self) -> &str {
        self.old.as_ref().map_or("", |side| &side.text)
    }

    pub(super) fn new_text(&self) -> &str {
        self.new.as_ref().map_or("", |side| &side.text)
    }

    pub(super) fn is_test(&self) -> bool {
        self.old.as_ref().or(self.new.as_ref()).is_some_and(|side| side.is_test)
    }

    /// Whether its language is understood, on every side that there is.
    pub(super) fn is_understood(&self) -> bool {
        let known = |side: &Option<Side>| side.as_ref().is_none_or(|side| side.tree.is_some());
        known(&self.old) && known(&self.new)
    }
}

pub(super) fn dialect(language: Language) -> &'static dyn Dialect {
    match language {
        Language::Rust => &Rust,
        Language::Python => &Python,
        Language::JavaScript | Language::TypeScript | Language::Tsx => &Script,
        Language::Go => &Go,
        Language::Java => &Java,
    }
}

const TEST_FOLDERS: &[&str] =
    &["test", "tests", "__tests__", "spec", "specs", "testing", "e2e", "cypress", "benches"];

/// Whether a file belongs to tests, by its name alone.
pub(super) fn is_test_path(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    let file = parts.next().unwrap_or_default();
    parts.any(|folder| TEST_FOLDERS.contains(&folder)) || has_test_name(file)
}

fn has_test_name(file: &str) -> bool {
    let stem = file.split('.').next().unwrap_or_default();
    let lower = stem.to_ascii_lowercase();
    let worded = lower == "test" || lower == "tests" || lower == "conftest";
    let snake = lower.starts_with("test_") || lower.ends_with("_test") || lower.ends_with("_tests");
    let dotted = file.contains(".test.") || file.contains(".spec.");
    let camel = file.ends_with(".java")
        && (stem.ends_with("Test")
            || stem.ends_with("Tests")
            || stem.ends_with("IT")
            || stem.starts_with("Test"));
    worded || snake || dotted || camel
}

/// Whether a runner finds tests in a file of this path by default; where that cannot be told by the path, it does.
pub(super) fn is_collected(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path);
    let stem = file.split('.').next().unwrap_or_default();
    match Language::of(path) {
        Some(Language::Python) => stem.starts_with("test") || stem.ends_with("_test") || stem == "tests",
        Some(Language::Go) => file.ends_with("_test.go"),
        Some(Language::Java) => {
            stem.starts_with("Test") || ["Test", "Tests", "TestCase", "IT"].iter().any(|w| stem.ends_with(w))
        }
        Some(Language::JavaScript | Language::TypeScript | Language::Tsx) => {
            file.contains(".test.") || file.contains(".spec.") || is_test_path(path)
        }
        Some(Language::Rust) | None => true,
    }
}

/// Whether a file that was moved is still what it was to a runner.
fn moved_well(from: &str, to: &str) -> bool {
    is_collected(from) == is_collected(to)
        && is_test_path(from) == is_test_path(to)
        && Language::of(from) == Language::of(to)
}
