//! What pytest prints with `-v` and `-rA`. A test command of a project may run unittest as well.

use conductor_engine::gate::{TestResults, TestStatus};

use super::{note, unittest};

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
    let mut results = unittest::read(output);
    for (id, status) in output.lines().filter_map(|line| pytest(line.trim_end())) {
        note(&mut results, id, status);
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
    if let Some(id) = part_failed(bare) {
        return Some((id.to_owned(), TestStatus::Failed));
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

/// `SUBFAILED(i=1) tests/test_a.py::test_x - AssertionError`, or the other way round while it runs: a part of a test
/// failed, and the test itself is told as passed.
fn part_failed(line: &str) -> Option<&str> {
    const WORD: &str = "SUBFAILED";
    if let Some((id, _)) = line.split_once(" SUBFAILED") {
        return Some(id.trim()).filter(|id| is_node(id));
    }
    let mut rest = line.strip_prefix(WORD)?.split(" - ").next()?;
    while let Some((_, after)) = rest.split_once(' ') {
        rest = after.trim_start();
        if is_node(rest) {
            return Some(rest);
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
