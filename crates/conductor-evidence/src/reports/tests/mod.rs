//! Tests by their ids, out of what test programs print and write.

mod cargo;
mod go;
mod jest;
mod junit;
mod nextest;
mod pytest;
mod tap;
mod unittest;

use conductor_engine::gate::{TestReader, TestResults, TestStatus};

/// Tests beyond this number are passed over: nobody has so many, and what prints more lies.
const MOST_TESTS: usize = 500_000;

/// A name of a test is cut after so many bytes.
const MOST_NAME: usize = 1024;

/// Reads the tests of a program's output, as text without escapes. `roots` are the names of the workspace that it ran
/// in: what the ids of tests begin with in some reports, and no part of them.
pub fn in_output(reader: TestReader, output: &str, roots: &[String]) -> TestResults {
    match reader {
        TestReader::Cargo => cargo_or_nextest(output),
        TestReader::Pytest => pytest::read(output),
        TestReader::Unittest => unittest::read(output),
        TestReader::Go => go::read(output),
        TestReader::Tap => tap::read(output),
        TestReader::Jest => jest::in_output(output, roots),
        // A report is a file.
        TestReader::Junit => TestResults::default(),
    }
}

/// Reads the tests of a report file; `None` when it is none of its form.
pub fn in_report(reader: TestReader, report: &[u8], roots: &[String]) -> Option<TestResults> {
    let text = String::from_utf8_lossy(report);
    match reader {
        TestReader::Junit => junit::read(&text),
        TestReader::Jest => jest::read(&text, roots),
        TestReader::Cargo | TestReader::Pytest | TestReader::Unittest | TestReader::Go | TestReader::Tap => {
            Some(in_output(reader, &text, roots))
        }
    }
}

/// Tries all readers of output, for a project's own test command, which mostly calls one of the known programs.
/// `None` when none of them finds a test.
pub fn guess(output: &str, roots: &[String]) -> Option<TestResults> {
    let jest = jest::in_output(output, roots);
    [cargo_or_nextest, pytest::read, go::read, tap::read]
        .into_iter()
        .map(|read| read(output))
        .chain([jest])
        .max_by_key(|results| results.0.len())
        .filter(|results| !results.0.is_empty())
}

/// Adds the tests of another report.
pub fn join(results: &mut TestResults, other: TestResults) {
    for (id, status) in other.0 {
        note(results, id, status);
    }
}

/// Notes a test. One that is told twice keeps the worse end, so that a later line cannot hide a failure.
fn note(results: &mut TestResults, mut id: String, status: TestStatus) {
    let badness = |status: TestStatus| match status {
        TestStatus::Skipped => 0,
        TestStatus::Passed => 1,
        TestStatus::Failed => 2,
    };
    if id.len() > MOST_NAME {
        id.truncate(id.floor_char_boundary(MOST_NAME));
    }
    if results.0.len() >= MOST_TESTS && !results.0.contains_key(&id) {
        return;
    }
    let entry = results.0.entry(id).or_insert(status);
    if badness(status) > badness(*entry) {
        *entry = status;
    }
}

/// `cargo test` prints the one form, `cargo nextest run` the other, and what calls both prints both.
fn cargo_or_nextest(output: &str) -> TestResults {
    let mut results = cargo::read(output);
    join(&mut results, nextest::read(output));
    results
}

#[cfg(test)]
mod table;
