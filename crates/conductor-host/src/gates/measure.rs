//! What one gate left behind, read as its specification says.

use std::collections::BTreeSet;
use std::path::Path;

use conductor_engine::coverage::Coverage;
use conductor_engine::gate::{GateEnd, GateKind, GateSpec, TestReader, TestResults, TestStatus};
use conductor_engine::lint::Lints;
use conductor_evidence::reports::{SourcePaths, coverage, lints, tests};

use super::report::Reports;

/// What is read from all gates of one tree alike.
#[derive(Debug)]
pub(super) struct Measure<'t> {
    paths: SourcePaths<'t>,
    /// The names of the workspace.
    roots: Vec<String>,
}

/// The report files of one gate, as they were before it ran.
#[derive(Debug)]
pub(super) struct Before {
    tests: Option<Reports>,
    coverage: Option<Reports>,
    lints: Option<Reports>,
}

/// What a gate left behind.
#[derive(Debug, Default)]
pub(super) struct Measured {
    pub(super) tests: Option<TestResults>,
    pub(super) coverage: Option<Coverage>,
    pub(super) lints: Option<Lints>,
    /// The output for people: without a report that a program reads, and with the findings that it told instead.
    pub(super) output: String,
}

impl<'t> Measure<'t> {
    /// For a tree of these files, checked out in `workspace`.
    pub(super) fn new(files: &'t BTreeSet<String>, workspace: &Path) -> Self {
        // A program may name the workspace as it was told it, or by its real path.
        let real = workspace.canonicalize().ok();
        let roots: Vec<String> = [Some(workspace.to_owned()), real]
            .into_iter()
            .flatten()
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        Self { paths: SourcePaths::new(files.iter().map(String::as_str), &roots), roots }
    }

    /// Reads what a gate left behind.
    pub(super) fn read(&self, spec: &GateSpec, end: GateEnd, before: &Before, output: String) -> Measured {
        let tests = self.tests(spec, end, before, &output);
        let coverage = spec.coverage.as_ref().zip(before.coverage.as_ref()).and_then(|(source, reports)| {
            let mut all = Coverage::default();
            for report in reports.written()? {
                // One that cannot be understood makes the whole doubtful.
                all.join(coverage::read(source.form, &report, &self.paths)?);
            }
            Some(all)
        });
        let (lints, output) = self.lints(spec, before, output);
        Measured { tests, coverage, lints, output }
    }

    /// With a reader there is always an answer, if only that no test was seen. Without one, tests are told if the
    /// output happens to be of a known form; such a guess may add to what the command's exit says, but never contradict
    /// it: what looks like a failed test may be what a passing one printed.
    fn tests(&self, spec: &GateSpec, end: GateEnd, before: &Before, output: &str) -> Option<TestResults> {
        match (spec.reader, &before.tests) {
            (Some(reader), Some(reports)) => {
                let mut all = TestResults::default();
                for report in reports.written().unwrap_or_default() {
                    tests::join(&mut all, tests::in_report(reader, &report, &self.roots).unwrap_or_default());
                }
                Some(all)
            }
            (Some(reader), None) => Some(tests::in_output(reader, output, &self.roots)),
            (None, _) if spec.kind == GateKind::Test => tests::guess(output, &self.roots)
                .filter(|guess| end != GateEnd::Exit(0) || guess.count(TestStatus::Failed) == 0),
            (None, _) => None,
        }
    }

    fn lints(&self, spec: &GateSpec, before: &Before, output: String) -> (Option<Lints>, String) {
        let Some(source) = &spec.lints else { return (None, output) };
        let Some(reports) = &before.lints else {
            return match lints::read(source.form, &output, &self.paths) {
                Some(found) if found.tells => (Some(found.lints), found.rest),
                Some(found) => {
                    let told = lints::told(&found.lints);
                    (Some(found.lints), format!("{}\n{told}", found.rest.trim_end()))
                }
                None => (None, output),
            };
        };
        let mut all = Lints::default();
        let written = reports.written().unwrap_or_default();
        for report in &written {
            match lints::read(source.form, &String::from_utf8_lossy(report), &self.paths) {
                Some(found) => lints::join(&mut all, found.lints),
                None => return (None, output),
            }
        }
        ((!written.is_empty()).then_some(all), output)
    }
}

impl Before {
    /// Looks at the places of the reports before the gate runs.
    pub(super) fn of(spec: &GateSpec, workspace: &Path) -> Self {
        let reports = |pattern: &str| Reports::before(workspace, pattern);
        let reads_file = |reader: &TestReader| matches!(reader, TestReader::Junit | TestReader::Jest);
        Self {
            tests: spec
                .report
                .as_deref()
                .filter(|_| spec.reader.as_ref().is_some_and(reads_file))
                .map(reports),
            coverage: spec.coverage.as_ref().map(|source| reports(&source.report)),
            lints: spec.lints.as_ref().and_then(|source| source.report.as_deref()).map(reports),
        }
    }
}
