//! The Test Anything Protocol, which many test programs and scripts print (Node's runner, prove, bats, tape).

use conductor_engine::gate::{TestResults, TestStatus};

use super::note;

/// Reads `ok 1 - name` and `not ok 2 - name # SKIP why`, at any depth of indentation. Without a plan (`1..2`)
/// it is no such output, whatever its lines look like.
pub(super) fn read(output: &str) -> TestResults {
    let mut results = TestResults::default();
    if output.lines().any(|line| is_plan(line.trim())) {
        for (id, status) in output.lines().filter_map(|line| test(line.trim())) {
            note(&mut results, id, status);
        }
    }
    results
}

fn is_plan(line: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    line.strip_prefix("1..").is_some_and(|rest| digits(rest.split(' ').next().unwrap_or_default()))
}

fn test(line: &str) -> Option<(String, TestStatus)> {
    let (status, rest) = match line.strip_prefix("not ok ") {
        Some(rest) => (TestStatus::Failed, rest),
        None => (TestStatus::Passed, line.strip_prefix("ok ")?),
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at(digits);
    let (name, directive) = rest.split_once(" # ").unwrap_or((rest, ""));
    let name = name.trim().trim_start_matches("- ").trim();
    let id = match (name, number) {
        ("", "") => return None,
        ("", number) => number.to_owned(),
        (name, _) => name.to_owned(),
    };
    let word = directive.trim_start().get(..4).unwrap_or_default().to_ascii_uppercase();
    let left_out = matches!(word.as_str(), "SKIP" | "TODO");
    Some((id, if left_out { TestStatus::Skipped } else { status }))
}
