//! `go test -v` and `go test -json`.

use conductor_engine::gate::{TestResults, TestStatus};
use serde_json::Value;

use super::note;

/// Reads the tests of both forms. In the plain form the package of the tests is named after them.
pub(super) fn read(output: &str) -> TestResults {
    let mut results = TestResults::default();
    let mut unnamed: Vec<(String, TestStatus)> = Vec::new();
    for line in output.lines() {
        if line.starts_with('{') {
            if let Some((id, status)) = event(line) {
                note(&mut results, id, status);
            }
        } else if let Some(test) = verdict(line.trim_start()) {
            unnamed.push(test);
        } else if let Some(package) = package(line) {
            for (test, status) in unnamed.drain(..) {
                note(&mut results, format!("{package}.{test}"), status);
            }
        }
    }
    for (test, status) in unnamed {
        note(&mut results, test, status);
    }
    results
}

fn event(line: &str) -> Option<(String, TestStatus)> {
    let event: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| event.get(key).and_then(Value::as_str);
    let status = match text("Action")? {
        "pass" => TestStatus::Passed,
        "fail" => TestStatus::Failed,
        "skip" => TestStatus::Skipped,
        _ => return None,
    };
    Some((format!("{}.{}", text("Package")?, text("Test")?), status))
}

/// `--- PASS: TestX/sub (0.00s)`.
fn verdict(line: &str) -> Option<(String, TestStatus)> {
    let (word, rest) = line.strip_prefix("--- ")?.split_once(": ")?;
    let status = match word {
        "PASS" => TestStatus::Passed,
        "FAIL" => TestStatus::Failed,
        "SKIP" => TestStatus::Skipped,
        _ => return None,
    };
    let name = rest.rsplit_once(" (").map_or(rest, |(name, _)| name).trim();
    (!name.is_empty()).then(|| (name.to_owned(), status))
}

/// `ok  <tab>package<tab>0.1s` or `FAIL<tab>package<tab>0.1s`.
fn package(line: &str) -> Option<&str> {
    let mut fields = line.split('\t');
    let word = fields.next()?.trim();
    let package = fields.next()?.trim();
    (matches!(word, "ok" | "FAIL") && !package.is_empty() && !package.contains(' ')).then_some(package)
}
