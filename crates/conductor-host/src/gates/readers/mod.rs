//! Reads tests from what gates leave behind. All readers are tolerant: a line that is not understood is passed
//! over, and nothing makes them fail.

mod cargo;
mod go;
mod junit;
mod pytest;
mod tap;

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use conductor_engine::gate::{TestReader, TestResults, TestStatus};

/// A report that is longer is not read, in bytes.
const MOST_REPORT: u64 = 64 * 1024 * 1024;

/// Reads tests from the output of a program, as text without escapes.
pub(super) fn from_output(reader: TestReader, output: &str) -> TestResults {
    match reader {
        TestReader::Cargo => cargo::read(output),
        TestReader::Pytest => pytest::read(output),
        TestReader::Go => go::read(output),
        // A report is a file: see `Report`.
        TestReader::Junit => TestResults::default(),
    }
}

/// Tries all readers of output, for a project's own test command, which mostly calls one of the known programs.
/// `None` when none of them finds a test.
pub(super) fn guess(output: &str) -> Option<TestResults> {
    [cargo::read, pytest::read, go::read, tap::read]
        .into_iter()
        .map(|read| read(output))
        .max_by_key(|results| results.0.len())
        .filter(|results| !results.0.is_empty())
}

/// A report file that a gate is to write. One that was there before, for instance because it is committed, is
/// no report of this run.
#[derive(Debug)]
pub(super) struct Report {
    path: PathBuf,
    before: Option<(SystemTime, u64)>,
}

impl Report {
    /// Looks at the file before the gate runs.
    pub(super) fn before(workspace: &Path, report: &str) -> Self {
        let path = workspace.join(report);
        Self { before: state(&path), path }
    }

    /// Reads it afterwards; empty when the gate did not write it or it cannot be understood.
    pub(super) fn read(&self) -> TestResults {
        let now = state(&self.path);
        if now.is_none() || now == self.before {
            return TestResults::default();
        }
        let mut bytes = Vec::new();
        let complete = File::open(&self.path)
            .and_then(|file| file.take(MOST_REPORT + 1).read_to_end(&mut bytes))
            .is_ok_and(|length| u64::try_from(length).is_ok_and(|length| length <= MOST_REPORT));
        if complete {
            junit::read(&String::from_utf8_lossy(&bytes)).unwrap_or_default()
        } else {
            TestResults::default()
        }
    }
}

/// Time and size of a regular file; a link could lead anywhere and is no report.
fn state(path: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::symlink_metadata(path).ok()?;
    metadata.is_file().then(|| metadata.modified().ok().map(|time| (time, metadata.len()))).flatten()
}

/// Notes a test. One that is told twice keeps the worse end, so that a later line cannot hide a failure.
pub(super) fn note(results: &mut TestResults, id: String, status: TestStatus) {
    let badness = |status: TestStatus| match status {
        TestStatus::Skipped => 0,
        TestStatus::Passed => 1,
        TestStatus::Failed => 2,
    };
    let entry = results.0.entry(id).or_insert(status);
    if badness(status) > badness(*entry) {
        *entry = status;
    }
}

#[cfg(test)]
mod tests;
