//! Whether tests reach as much as is demanded, and what is said where they do not.

use conductor_engine::coverage::ChangedCoverage;
use conductor_engine::evidence::Evidence;

use super::evidence::Demands;

/// How many files with lines that were not reached are named.
const MOST_FILES: usize = 20;

/// How long the list of lines of one file may be, in bytes.
const MOST_LINES: usize = 160;

/// What is short of what is demanded, in sentences for people and agents.
pub(super) fn shortfalls(evidence: &Evidence, demands: &Demands) -> Vec<String> {
    if !demands.measured || !demands.coverage.is_asked() {
        return Vec::new();
    }
    let Some(coverage) = &evidence.coverage else {
        return vec!["coverage is required, but no gate wrote a report of it that can be read".to_owned()];
    };
    let mut short = Vec::new();
    if let Some(least) = demands.coverage.total.filter(|least| !coverage.total.reaches(*least)) {
        let before =
            coverage.base.map(|base| format!("; before the change it was {base}")).unwrap_or_default();
        short.push(format!(
            "Coverage is too low: tests reach {} of all lines, and {least} % are required{before}{}",
            coverage.total,
            coverage.changed.as_ref().map(unreached).unwrap_or_default()
        ));
    }
    let changed = coverage.changed.as_ref().zip(demands.coverage.changed);
    if let Some((changed, least)) = changed.filter(|(changed, least)| !changed.share.reaches(*least)) {
        short.push(too_little(changed, least));
    }
    short
}

/// A change that tests reach too little of.
pub(crate) fn too_little(changed: &ChangedCoverage, least: u32) -> String {
    format!(
        "Coverage is too low: tests reach {} of the lines that the change adds, and {least} % are required{}",
        changed.share,
        unreached(changed)
    )
}

/// The added lines that no test reaches, by file.
fn unreached(changed: &ChangedCoverage) -> String {
    let mut text = String::new();
    if !changed.uncovered.is_empty() {
        let mut files: Vec<String> = changed
            .uncovered
            .iter()
            .take(MOST_FILES)
            .map(|(path, lines)| format!("{path}: {}", shortened(&lines.to_string())))
            .collect();
        let more = changed.uncovered.len().saturating_sub(MOST_FILES);
        if more > 0 {
            files.push(format!("and {more} more files"));
        }
        text = format!("\nAdded lines that no test reaches:\n  {}", files.join("\n  "));
    }
    if !changed.unmeasured.is_empty() {
        let some = changed.unmeasured.iter().take(MOST_FILES).cloned().collect::<Vec<_>>().join(", ");
        text = format!("{text}\nFiles with added lines that the report does not speak of: {some}");
    }
    text
}

fn shortened(lines: &str) -> String {
    if lines.len() <= MOST_LINES {
        return lines.to_owned();
    }
    let cut = lines.get(..MOST_LINES).unwrap_or_default();
    let whole = cut.rsplit_once(',').map_or(cut, |(whole, _)| whole);
    format!("{whole}, …")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use conductor_engine::coverage::{CoverageFacts, Share};
    use conductor_engine::ids::TreeId;

    use super::*;
    use crate::config::MinCoverage;
    use crate::gates::summarise;

    fn evidence(coverage: Option<CoverageFacts>) -> Evidence {
        Evidence {
            tree: TreeId::parse(&"a1".repeat(20)).unwrap(),
            gates_digest: "g".into(),
            environment_digest: "e".into(),
            gates: Vec::new(),
            tests: None,
            tampered: Vec::new(),
            coverage,
            lints: None,
            after: None,
        }
    }

    fn facts(total: (u64, u64), changed: (u64, u64)) -> CoverageFacts {
        let share = |(covered, lines)| Share { covered, lines };
        CoverageFacts {
            total: share(total),
            base: Some(share((9, 10))),
            changed: Some(ChangedCoverage {
                base: "base".into(),
                share: share(changed),
                uncovered: BTreeMap::from([("src/a.py".to_owned(), "5-7,9".parse().unwrap())]),
                unmeasured: vec!["src/new.py".to_owned()],
            }),
            ..CoverageFacts::default()
        }
    }

    fn demands(total: Option<u32>, changed: Option<u32>) -> Demands {
        Demands { tests: false, coverage: MinCoverage { total, changed }, measured: true }
    }

    #[test]
    fn what_is_demanded_is_held_against_what_was_measured() {
        let table = [
            (None, None, Some(((1, 10), (0, 4))), true),
            (Some(80), None, Some(((8, 10), (0, 4))), true),
            (Some(81), None, Some(((8, 10), (0, 4))), false),
            (None, Some(50), Some(((0, 10), (2, 4))), true),
            (None, Some(51), Some(((0, 10), (2, 4))), false),
            (Some(80), Some(50), Some(((8, 10), (2, 4))), true),
            // A change without a line that could be reached lacks nothing.
            (None, Some(100), Some(((0, 10), (0, 0))), true),
            (Some(0), None, None, false),
        ];
        for (total, changed, measured, passes) in table {
            let evidence = evidence(measured.map(|(total, changed)| facts(total, changed)));
            let summary = summarise(&evidence, &demands(total, changed));
            assert_eq!(summary.passed, passes, "{total:?} {changed:?} {measured:?}");
            assert_eq!(summary.signature.is_none(), passes);
            // Where no gate measures it, a person was asked.
            let unmeasured = Demands { measured: false, ..demands(total, changed) };
            assert!(summarise(&evidence, &unmeasured).passed);
            assert_eq!(unmeasured.question().is_some(), total.is_some() || changed.is_some());
        }
    }

    #[test]
    fn an_agent_is_told_which_lines_no_test_reaches() {
        let evidence = evidence(Some(facts((7, 10), (1, 5))));
        let told = summarise(&evidence, &demands(Some(80), None));
        insta::assert_snapshot!(told.feedback, @"
        Coverage is too low: tests reach 70.0 % of all lines, and 80 % are required; before the change it was 90.0 %
        Added lines that no test reaches:
          src/a.py: 5-7,9
        Files with added lines that the report does not speak of: src/new.py
        ");
        insta::assert_snapshot!(told.signature.unwrap(), @"coverage|below|coverage is too low: tests reach <n>.<n> % of all lines, and <n> % are required; before the change it was <n>.<n> %");
        insta::assert_snapshot!(summarise(&evidence, &demands(None, Some(90))).feedback, @"
        Coverage is too low: tests reach 20.0 % of the lines that the change adds, and 90 % are required
        Added lines that no test reaches:
          src/a.py: 5-7,9
        Files with added lines that the report does not speak of: src/new.py
        ");
        insta::assert_snapshot!(summarise(&Evidence { coverage: None, ..evidence }, &demands(None, Some(90))).feedback, @"coverage is required, but no gate wrote a report of it that can be read");
        insta::assert_snapshot!(Demands { measured: false, ..demands(None, Some(90)) }.question().unwrap(), @"min_coverage asks for 90 %, but no gate measures coverage: accept to go on without it, or stop the session and add a report under orchestration.gates, such as `coverage: lcov.info`");
        assert_eq!(shortened(&"1,".repeat(200)).len(), MOST_LINES + 4);
    }
}
