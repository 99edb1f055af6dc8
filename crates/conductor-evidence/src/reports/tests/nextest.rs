//! The lines of `cargo nextest run`.

use std::collections::BTreeMap;

use conductor_engine::gate::{TestResults, TestStatus};

use super::note;

/// What stands before a test's time, and what it says.
const WORDS: [(&str, TestStatus); 6] = [
    ("PASS", TestStatus::Passed),
    ("LEAK", TestStatus::Passed),
    ("FAIL", TestStatus::Failed),
    ("LEAK-FAIL", TestStatus::Failed),
    ("TIMEOUT", TestStatus::Failed),
    ("SKIP", TestStatus::Skipped),
];

/// Reads `PASS [   0.004s] (1/3) crate::binary module::test`. A test that is tried again prints a line a try
/// (`TRY 1 FAIL [...]`); the last one counts.
pub(super) fn read(output: &str) -> TestResults {
    let mut results = TestResults::default();
    let mut tries = BTreeMap::new();
    for (id, status, is_try) in output.lines().filter_map(test) {
        if is_try {
            tries.insert(id, status);
        } else {
            note(&mut results, id, status);
        }
    }
    for (id, status) in tries {
        note(&mut results, id, status);
    }
    results
}

fn test(line: &str) -> Option<(String, TestStatus, bool)> {
    let (before, rest) = line.trim_start().split_once(" [")?;
    let (time, rest) = rest.split_once(']')?;
    if time.trim().strip_suffix('s')?.parse::<f64>().is_err() {
        return None;
    }
    let (status, is_try) = match *before.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>() {
        [word] => (status(word)?, false),
        ["TRY", number, word] if number.parse::<u32>().is_ok() => (status(word)?, true),
        _ => return None,
    };
    let (binary, name) = counted(rest.trim_start()).trim().split_once(' ')?;
    let name = name.trim();
    (!name.is_empty()).then(|| (format!("{binary} {name}"), status, is_try))
}

fn status(word: &str) -> Option<TestStatus> {
    let known = WORDS.iter().find(|(known, _)| *known == word).map(|(_, status)| *status);
    // A test that died is told by its signal.
    known.or_else(|| word.starts_with("SIG").then_some(TestStatus::Failed))
}

/// Without the place in the order: `(1/3)`, padded inside.
fn counted(rest: &str) -> &str {
    let count = |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '/' | '─' | '-'));
    match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((inside, after)) if count(inside) => after.trim_start(),
        Some(_) | None => rest,
    }
}
