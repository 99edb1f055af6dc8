//! How coverage, lints and tests went with each task that landed.

use std::fmt::Write as _;

use conductor_engine::event::{Event, Recorded};
use conductor_engine::evidence::Evidence;
use conductor_engine::ids::EvidenceId;
use conductor_engine::session::Session;
use jiff::Timestamp;
use serde::Serialize;

use super::timeline::name;

/// What the evidence of a task that landed says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quality {
    /// When it landed.
    pub at: Timestamp,
    /// The task, as people name it.
    pub task: String,
    /// Tests that ran, where they can be told.
    pub tests: Option<u64>,
    /// Lines that tests reached, in tenths of a percent.
    pub coverage_permille: Option<u64>,
    /// The same of the lines that the work adds.
    pub changed_permille: Option<u64>,
    /// Errors and warnings of linters.
    pub lints: Option<u64>,
}

impl Quality {
    fn of(at: Timestamp, task: String, evidence: &Evidence) -> Self {
        let coverage = evidence.coverage.as_ref();
        Self {
            at,
            task,
            tests: evidence.tests_run().and_then(|tests| u64::try_from(tests).ok()),
            coverage_permille: coverage.and_then(|coverage| coverage.total.permille()),
            changed_permille: coverage.and_then(|c| c.changed.as_ref()?.share.permille()),
            lints: evidence.lints.map(|lints| lints.counts.errors + lints.counts.warnings),
        }
    }

    /// Whether anything of it can be told over time.
    fn tells(&self) -> bool {
        self.tests.is_some() || self.coverage_permille.is_some() || self.lints.is_some()
    }
}

/// The quality of everything that landed, oldest first. `evidence` finds a piece of evidence; what it does not find is
/// left out.
pub fn quality(
    session: &Session,
    rows: &[Recorded],
    evidence: &dyn Fn(&EvidenceId) -> Option<Evidence>,
) -> Vec<Quality> {
    let landed = rows.iter().filter_map(|row| {
        let Event::Landed { run, .. } = &row.event else { return None };
        let (id, _) = session.runs.get(run)?.evidence.as_ref()?;
        Some(Quality::of(row.at, name(session, *run), &evidence(id)?))
    });
    landed.filter(Quality::tells).collect()
}

/// `82.5 %`.
pub(super) fn share(permille: u64) -> String {
    format!("{}.{} %", permille / 10, permille % 10)
}

const WIDTH: u64 = 960;
const HEIGHT: u64 = 120;

/// Coverage as a line from the first task to the last, if it was measured at least twice.
pub(super) fn chart(points: &[Quality]) -> Option<String> {
    let measured: Vec<u64> = points.iter().filter_map(|point| point.coverage_permille).collect();
    let last = u64::try_from(measured.len().checked_sub(1)?).ok().filter(|last| *last > 0)?;
    let mut line = String::new();
    for (at, permille) in (0u64..).zip(&measured) {
        let (x, y) = (10 + at * (WIDTH - 20) / last, HEIGHT - 10 - permille * (HEIGHT - 30) / 1000);
        // Writing to a string cannot fail.
        let _ = write!(line, "{x},{y} ");
    }
    let (first, end) = (share(*measured.first()?), share(*measured.last()?));
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\"><title>Coverage from {first} to \
         {end}</title><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/><polyline points=\"{}\" fill=\"none\" \
         stroke=\"#2b6cb0\" stroke-width=\"2\"/><text x=\"10\" y=\"16\" font-family=\"system-ui,sans-serif\" \
         font-size=\"12\" fill=\"#1f2933\">coverage {first} -&gt; {end}</text></svg>\n",
        line.trim_end()
    ))
}
