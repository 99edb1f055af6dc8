//! What Python's test programs print: `pytest -v` and `-rA`, and `python -m unittest -v`.

use conductor_engine::gate::{TestResults, TestStatus};

use super::note;

const WORDS: [(&str, TestStatus); 6] = [
    ("PASSED", TestStatus::Passed),
    ("XPASS", TestStatus::Passed),
    ("FAILED", TestStatus::Failed),
    ("ERROR", TestStatus::Failed),
    ("SKIPPED", TestStatus::Skipped),
    // An expected failure shows nothing: it counts as left out, so that it cannot stand in for a test.
    ("XFAIL", TestStatus::Skipped),
];

/// Reads the tests of both programs.
pub(super) fn read(output: &str) -> TestResults {
    let mut results = TestResults::default();
    // A unittest whose end is on a later line: after the first line of its documentation, or of what it prints.
    let mut open: Option<String> = None;
    for line in output.lines() {
        if let Some((id, status)) = pytest(line.trim_end()) {
            note(&mut results, id, status);
        } else if let Some((id, rest)) = unittest(line) {
            open = match unittest_end(rest) {
                Some(status) => {
                    note(&mut results, id, status);
                    None
                }
                None => Some(id),
            };
        } else if let Some(status) = unittest_end(line)
            && let Some(id) = open.take()
        {
            note(&mut results, id, status);
        }
    }
    results
}

/// `tests/test_a.py::test_x PASSED [ 50%]`, `[gw0] [ 50%] PASSED tests/test_a.py::test_x` or
/// `FAILED tests/test_a.py::test_x - AssertionError`.
fn pytest(line: &str) -> Option<(String, TestStatus)> {
    let mut bare = line.trim_start();
    while let Some((_, rest)) = bare.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        bare = rest.trim_start();
    }
    for (word, status) in WORDS {
        if let Some(rest) = bare.strip_prefix(word).and_then(|rest| rest.strip_prefix(' ')) {
            let id = rest.split(" - ").next().unwrap_or(rest).trim();
            return is_node(id).then(|| (id.to_owned(), status));
        }
        if let Some((id, after)) = bare.rsplit_once(&format!(" {word}")) {
            let ends = after.is_empty() || after.starts_with(' ');
            if ends && is_node(id.trim()) {
                return Some((id.trim().to_owned(), status));
            }
        }
    }
    None
}

/// `path/to/test_a.py::TestA::test_x[param with spaces]`.
fn is_node(id: &str) -> bool {
    id.split_once("::").is_some_and(|(path, test)| {
        path.ends_with(".py") && !path.contains(char::is_whitespace) && !test.is_empty()
    })
}

/// `test_x (tests.test_a.TestA.test_x)`, or without the method inside before Python 3.11, and the rest of the
/// line. A part of a test (`subTest`) is indented and has its parameters behind: it counts for its test.
fn unittest(line: &str) -> Option<(String, &str)> {
    let (name, rest) = line.trim_start().split_once(" (")?;
    let (place, rest) = rest.split_once(')')?;
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if !plain(name) || name.contains('.') || !plain(place) || !place.contains('.') {
        return None;
    }
    if !rest.is_empty() && !rest.starts_with(" ...") && !rest.starts_with(" (") {
        return None;
    }
    let whole = place.strip_suffix(name).is_some_and(|class| class.ends_with('.'));
    let id = if whole { place.to_owned() } else { format!("{place}.{name}") };
    Some((id, rest))
}

/// What stands behind the last dots of a line, or alone on it.
fn unittest_end(line: &str) -> Option<TestStatus> {
    let end = line.rsplit_once(" ... ").map_or(line, |(_, end)| end);
    match end.trim() {
        "ok" | "unexpected success" => Some(TestStatus::Passed),
        "FAIL" | "ERROR" => Some(TestStatus::Failed),
        "expected failure" => Some(TestStatus::Skipped),
        other => other.starts_with("skipped '").then_some(TestStatus::Skipped),
    }
}
