//! The JSON of jest (`--json`) and vitest (`--reporter=json`), which is the same.

use std::collections::BTreeMap;

use conductor_engine::gate::{TestResults, TestStatus};
use serde::Deserialize;

use super::note;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    test_results: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    #[serde(default)]
    name: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    assertion_results: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    #[serde(default)]
    ancestor_titles: Vec<String>,
    #[serde(default)]
    title: String,
    status: String,
}

/// Reads a whole report. `roots` are the names of the folder that the files lie in.
pub(super) fn read(text: &str, roots: &[String]) -> Option<TestResults> {
    let run: Run = serde_json::from_str(text.trim()).ok()?;
    let mut results = TestResults::default();
    for file in &run.test_results {
        let name = relative(&file.name, roots);
        // A file that could not be loaded has no tests and is a failure itself.
        if file.assertion_results.is_empty() && file.status == "failed" {
            note(&mut results, name.to_owned(), TestStatus::Failed);
        }
        let mut same: BTreeMap<String, u32> = BTreeMap::new();
        for test in &file.assertion_results {
            let Some(status) = status(&test.status) else { continue };
            let titles = test.ancestor_titles.iter().chain([&test.title]).cloned().collect::<Vec<_>>();
            let id = format!("{name} > {}", titles.join(" > "));
            let count = same.entry(id.clone()).or_default();
            *count += 1;
            // Two tests of one title are two tests.
            note(&mut results, if *count > 1 { format!("{id} #{count}") } else { id }, status);
        }
    }
    Some(results)
}

/// Reads the report that stands on a line of its own among other output.
pub(super) fn in_output(output: &str, roots: &[String]) -> TestResults {
    output
        .lines()
        .filter(|line| line.starts_with('{') && line.contains("\"testResults\""))
        .find_map(|line| read(line, roots))
        .or_else(|| read(output, roots))
        .unwrap_or_default()
}

fn status(word: &str) -> Option<TestStatus> {
    match word {
        "passed" => Some(TestStatus::Passed),
        "failed" => Some(TestStatus::Failed),
        "skipped" | "pending" | "todo" | "disabled" => Some(TestStatus::Skipped),
        // `focused` and what else may come say nothing of an end.
        _ => None,
    }
}

/// The path from the root of the workspace, which is another one from run to run.
fn relative<'n>(name: &'n str, roots: &[String]) -> &'n str {
    let below = |root: &String| name.strip_prefix(root.trim_end_matches('/'))?.strip_prefix('/');
    roots.iter().find_map(below).unwrap_or(name)
}
