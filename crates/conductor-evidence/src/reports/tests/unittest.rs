//! What `python -m unittest -v` prints.

use conductor_engine::gate::{TestResults, TestStatus};

use super::note;

/// Reads the tests.
pub(super) fn read(output: &str) -> TestResults {
    let mut results = TestResults::default();
    // A test whose end is on a later line: after the first line of its documentation, or of what it prints.
    let mut open: Option<String> = None;
    for line in output.lines() {
        if let Some((id, rest)) = unittest(line) {
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
