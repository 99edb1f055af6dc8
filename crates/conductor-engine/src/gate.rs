//! Gates: the checks that Conductor runs itself, and what one of them found.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::coverage::Share;
use crate::lint::Lints;

/// In which order gates run, and what a gate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateKind {
    /// Fetches and installs what the others need; the only one that may use the network.
    Setup,
    /// Compiles or type-checks.
    Build,
    /// Checks the formatting.
    Format,
    /// Static analysis.
    Lint,
    /// Runs tests.
    Test,
    /// Measures what the tests reach.
    Coverage,
    /// Anything else that the project asks for.
    Custom,
}

/// How the tests that a gate ran are read from what it left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestReader {
    /// The lines that libtest prints (`test name ... ok`), as `cargo test` passes them on, and those of
    /// `cargo nextest run`.
    Cargo,
    /// `pytest -v` or `-rA` lines, and those of `python -m unittest -v`.
    Pytest,
    /// `python -m unittest -v` lines, and nothing else.
    Unittest,
    /// `go test -json` or `-v`.
    Go,
    /// The Test Anything Protocol: Node's own runner, prove, bats.
    Tap,
    /// The JSON of jest and vitest, as a file or among the output.
    Jest,
    /// JUnit XML report files.
    Junit,
}

/// The form of a coverage report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageForm {
    /// lcov's tracefile (`lcov.info`), which most tools can write.
    Lcov,
    /// Cobertura's XML: coverage.py, coverlet, gcovr.
    Cobertura,
    /// JaCoCo's XML.
    Jacoco,
    /// Go's cover profile.
    Go,
    /// The JSON of `llvm-cov export` and `cargo llvm-cov --json`.
    LlvmCov,
}

/// Where the coverage that a gate measures is read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageSource {
    /// Its form.
    pub form: CoverageForm,
    /// The file, relative to the workspace; `*` stands for a part of a name, `**` for any folders.
    pub report: String,
}

/// The form of a lint report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LintForm {
    /// SARIF, which many analysers can write.
    Sarif,
    /// `cargo clippy --message-format=json`.
    Clippy,
    /// `eslint --format json`.
    Eslint,
    /// `ruff check --output-format=json`.
    Ruff,
}

/// Where the findings of a gate are read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LintSource {
    /// Its form.
    pub form: LintForm,
    /// The file, relative to the workspace, with `*` as for coverage; `None` for the gate's output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// A check as it was frozen when the session began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateSpec {
    /// A short name, unique in its session, for example `test`.
    pub name: String,
    /// What it is about.
    pub kind: GateKind,
    /// The order: gates of a lower phase run first; one that fails ends the checking.
    pub phase: u32,
    /// The command line, given to `/bin/sh -c` in the gate workspace. It comes from the user's configuration
    /// or from this program, never from an agent.
    pub run: String,
    /// How long it may take, in seconds.
    pub timeout_seconds: u64,
    /// How its tests are read; `None` when it runs no tests or they cannot be told apart.
    pub reader: Option<TestReader>,
    /// The report file that the reader reads, relative to the workspace, with `*` for a part of a name and `**` for
    /// any folders; `None` for its output.
    pub report: Option<String>,
    /// The coverage that it measures, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<CoverageSource>,
    /// The findings that it tells in a known form, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lints: Option<LintSource>,
    /// Whether it may run beside the others of its phase that may.
    #[serde(default, skip_serializing_if = "is_false")]
    pub parallel: bool,
    /// How often it is run again by itself when it fails, before that counts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// Directories, relative to the workspace, that may survive between gate workspaces.
    pub cache: Vec<String>,
    /// Whether it may use the network. Noted now, enforced where a sandbox can.
    pub network: bool,
    /// Why it is here, for people: "Cargo.toml" or "configuration".
    pub reason: String,
}

// Serde asks for references.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if gives one")]
fn is_false(flag: &bool) -> bool {
    !flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if gives one")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What became of one test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TestStatus {
    /// It ran and held.
    Passed,
    /// It ran and did not hold.
    Failed,
    /// It was left out.
    Skipped,
}

/// The tests that one gate ran, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TestResults(pub BTreeMap<String, TestStatus>);

impl TestResults {
    /// How many tests ended with `status`.
    pub fn count(&self, status: TestStatus) -> usize {
        self.0.values().filter(|s| **s == status).count()
    }

    /// How many tests ran, that is, were not skipped.
    pub fn ran(&self) -> usize {
        self.count(TestStatus::Passed) + self.count(TestStatus::Failed)
    }
}

/// How the command of a gate ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GateEnd {
    /// By itself, with this exit code.
    Exit(i32),
    /// By a signal that was not Conductor's.
    Signal(i32),
    /// Conductor ended it because its time was up.
    TimedOut,
    /// It could not be started at all.
    NotStarted,
}

/// A try of a gate that failed and was not the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierTry {
    /// How its command ended.
    pub end: GateEnd,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The tests that failed in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
}

/// One gate, run on one tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateResult {
    /// The gate's name.
    pub name: String,
    /// What it is about.
    pub kind: GateKind,
    /// The command line that ran.
    pub command: String,
    /// How it ended.
    pub end: GateEnd,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Its tests; `None` when it has no reader or nothing could be read.
    pub tests: Option<TestResults>,
    /// The last part of its output, at most a few kilobytes, for people and as feedback for the agent.
    pub output_tail: String,
    /// The lines that its tests reached; `None` when it does not measure them or no report could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Share>,
    /// Its findings; `None` when it does not tell them in a known form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lints: Option<Lints>,
    /// The tries before this one, the first one first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<EarlierTry>,
}

impl GateResult {
    /// Whether the gate passed: it ended by itself with 0 and no test that it ran failed.
    pub fn passed(&self) -> bool {
        self.end == GateEnd::Exit(0) && self.tests.as_ref().is_none_or(|t| t.count(TestStatus::Failed) == 0)
    }
}

/// Tests that the base tree had and the candidate has not, or that passed there and fail here.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestDelta {
    /// Ran on the base, absent on the candidate.
    pub removed: BTreeSet<String>,
    /// Absent on the base, ran on the candidate.
    pub added: BTreeSet<String>,
    /// Passed on the base, failed on the candidate.
    pub broken: BTreeSet<String>,
    /// Failed on the base, passed on the candidate.
    pub mended: BTreeSet<String>,
    /// Ran on the base, skipped on the candidate.
    pub newly_skipped: BTreeSet<String>,
}

/// Compares the tests of the base with those of the candidate, test by test.
pub fn compare(base: &TestResults, candidate: &TestResults) -> TestDelta {
    let mut delta = TestDelta::default();
    for (id, before) in &base.0 {
        match (before, candidate.0.get(id)) {
            (TestStatus::Passed | TestStatus::Failed, None) => delta.removed.insert(id.clone()),
            (TestStatus::Passed, Some(TestStatus::Failed)) => delta.broken.insert(id.clone()),
            (TestStatus::Failed, Some(TestStatus::Passed)) => delta.mended.insert(id.clone()),
            (TestStatus::Passed | TestStatus::Failed, Some(TestStatus::Skipped)) => {
                delta.newly_skipped.insert(id.clone())
            }
            (TestStatus::Passed, Some(TestStatus::Passed))
            | (TestStatus::Failed, Some(TestStatus::Failed))
            | (TestStatus::Skipped, _) => false,
        };
    }
    for (id, after) in &candidate.0 {
        if *after != TestStatus::Skipped && !base.0.contains_key(id) {
            delta.added.insert(id.clone());
        }
    }
    delta
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(rows: &[(&str, TestStatus)]) -> TestResults {
        TestResults(rows.iter().map(|(id, s)| ((*id).to_owned(), *s)).collect())
    }

    #[test]
    fn tests_are_compared_by_id() {
        use TestStatus::{Failed, Passed, Skipped};
        let base = results(&[
            ("gone", Passed),
            ("broke", Passed),
            ("fixed", Failed),
            ("off", Passed),
            ("same", Passed),
        ]);
        let candidate = results(&[
            ("broke", Failed),
            ("fixed", Passed),
            ("off", Skipped),
            ("same", Passed),
            ("new", Passed),
        ]);
        let delta = compare(&base, &candidate);
        let set = |id: &str| BTreeSet::from([id.to_owned()]);
        assert_eq!(
            delta,
            TestDelta {
                removed: set("gone"),
                added: set("new"),
                broken: set("broke"),
                mended: set("fixed"),
                newly_skipped: set("off"),
            }
        );
    }

    #[test]
    fn exit_zero_with_a_failed_test_is_not_passed() {
        let mut gate = GateResult {
            name: "test".into(),
            kind: GateKind::Test,
            command: "run".into(),
            end: GateEnd::Exit(0),
            duration_ms: 1,
            tests: Some(results(&[("a", TestStatus::Failed)])),
            output_tail: String::new(),
            coverage: None,
            lints: None,
            earlier: Vec::new(),
        };
        assert!(!gate.passed());
        gate.tests = None;
        assert!(gate.passed());
        gate.end = GateEnd::TimedOut;
        assert!(!gate.passed());
    }
}
