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
    // The name of a unittest whose first line of documentation comes on the next line, with the end.
    let mut open: Option<String> = None;
    for line in output.lines() {
        let line = line.trim_end();
        if let Some((id, status)) = pytest(line) {
            note(&mut results, id, status);
        } else if let Some(id) = unittest_name(line.split(" ... ").next().unwrap_or_default()) {
            match line.rsplit_once(" ... ").and_then(|(_, end)| unittest_status(end)) {
                Some(status) => note(&mut results, id, status),
                None => open = Some(id),
            }
        } else if let Some(id) = open.take() {
            let end = line.rsplit_once(" ... ").map_or(line, |(_, end)| end);
            match unittest_status(end) {
                Some(status) => note(&mut results, id, status),
                // A test that prints has its end further down.
                None => open = Some(id),
            }
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

/// `test_x (tests.test_a.TestA.test_x)`, or without the method inside before Python 3.11.
fn unittest_name(line: &str) -> Option<String> {
    let (name, place) = line.strip_suffix(')')?.split_once(" (")?;
    let plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if !plain(name) || name.contains('.') || !plain(place) || !place.contains('.') {
        return None;
    }
    let whole = place.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    Some(if whole { place.to_owned() } else { format!("{place}.{name}") })
}

fn unittest_status(end: &str) -> Option<TestStatus> {
    match end.trim() {
        "ok" | "unexpected success" => Some(TestStatus::Passed),
        "FAIL" | "ERROR" => Some(TestStatus::Failed),
        "expected failure" => Some(TestStatus::Skipped),
        other => other.starts_with("skipped").then_some(TestStatus::Skipped),
    }
}
