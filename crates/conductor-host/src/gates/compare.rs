//! Evidence compared with what the work stands on.

use std::collections::BTreeSet;

use conductor_engine::coverage::{AddedLines, ChangedCoverage, Coverage, CoverageFacts, FileLines, Share};
use conductor_engine::evidence::Evidence;
use conductor_engine::gate::{GateResult, TestResults, compare};
use conductor_engine::lint::LintCounts;
use conductor_evidence::reports::tests;

/// How long the lines of all files may be together, as text, in bytes: enough for some ten thousand files.
const MOST_LINES: usize = 2 * 1024 * 1024;

/// What evidence is compared with.
#[derive(Debug, Clone, Default)]
pub struct Base {
    /// The tests of the base tree, by id; `None` when they are not known.
    pub tests: Option<TestResults>,
    /// What the tests of the base tree reached; `None` when it is not known.
    pub coverage: Option<Share>,
    /// The findings in the base tree; `None` when they are not known.
    pub lints: Option<LintCounts>,
    /// The base commit, and the lines that are added to it; `None` when nobody asks for them.
    pub added: Option<(String, AddedLines)>,
}

impl Base {
    /// What the evidence of the base tree says.
    pub fn of(evidence: &Evidence) -> Self {
        Self {
            tests: merged_tests(&evidence.gates),
            coverage: evidence.coverage.as_ref().map(|coverage| coverage.total),
            lints: evidence.lints.map(|lints| lints.counts),
            added: None,
        }
    }
}

/// The same evidence, compared with `base` where both sides know something.
pub fn compared(mut evidence: Evidence, base: &Base) -> Evidence {
    let comparable = |tests: &&TestResults| tests.ran() > 0;
    let own = merged_tests(&evidence.gates);
    if let (Some(base), Some(own)) = (base.tests.as_ref().filter(comparable), own.as_ref().filter(comparable))
    {
        evidence.tests = Some(compare(base, own));
    }
    if let Some(coverage) = &mut evidence.coverage {
        coverage.base = base.coverage.or(coverage.base);
        if let Some((commit, added)) = &base.added {
            coverage.changed = Some(ChangedCoverage::of(commit, added, &coverage.files));
        }
    }
    if let Some(lints) = &mut evidence.lints {
        lints.base = base.lints.or(lints.base);
    }
    evidence
}

/// What is kept of coverage: all of it, unless that is too much; then the files of the change come first.
pub(super) fn kept(coverage: Coverage, base: Option<&Base>) -> CoverageFacts {
    let total = coverage.share();
    let added = base.and_then(|base| base.added.as_ref());
    let first: BTreeSet<&String> = added.iter().flat_map(|(_, lines)| lines.keys()).collect();
    let mut room = MOST_LINES;
    let (changed, others): (Vec<_>, Vec<_>) =
        coverage.0.into_iter().partition(|(path, _)| first.contains(path));
    let all = changed.len() + others.len();
    let fits = |(path, lines): &(String, FileLines)| {
        let length = path.len() + lines.covered.to_string().len() + lines.uncovered.to_string().len();
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    };
    let files = Coverage(changed.into_iter().chain(others).filter(fits).collect());
    let left_out = u64::try_from(all - files.0.len()).unwrap_or(u64::MAX);
    CoverageFacts { total, base: None, changed: None, files, left_out }
}

/// The tests of all gates together, by id; `None` when no gate's tests could be told. A test that several gates
/// ran counts as failed if one of them saw it fail, and as skipped only if none ran it.
pub fn merged_tests(gates: &[GateResult]) -> Option<TestResults> {
    let mut merged: Option<TestResults> = None;
    for results in gates.iter().filter_map(|gate| gate.tests.as_ref()) {
        tests::join(merged.get_or_insert_default(), results.clone());
    }
    merged
}
