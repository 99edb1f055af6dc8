//! The lines of libtest, as `cargo test` passes them on.

use conductor_engine::gate::{TestResults, TestStatus};

use super::note;

/// Reads `test NAME ... ok` and its like. The same name may occur in several test programs: a name is preceded
/// by that of its program, which cargo prints before it.
pub(super) fn read(output: &str) -> TestResults {
    let mut results = TestResults::default();
    let mut program = String::new();
    // A test that prints (`--nocapture`) has its end on a later line.
    let mut open: Option<String> = None;
    for line in output.lines() {
        if let Some(heading) = heading(line.trim()) {
            program = heading;
            open = None;
        } else if let Some((name, end)) =
            line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        {
            let id = id(&program, name);
            match status(end) {
                Some(status) => note(&mut results, id, status),
                None => open = Some(id),
            }
        } else if let Some(rest) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ...")) {
            open = Some(id(&program, rest));
        } else if let Some(status) = status(line)
            && let Some(id) = open.take()
        {
            note(&mut results, id, status);
        }
    }
    results
}

/// `Running unittests src/lib.rs (target/debug/deps/name-0123456789abcdef)` or `Doc-tests name`.
fn heading(line: &str) -> Option<String> {
    if let Some(name) = line.strip_prefix("Doc-tests ") {
        return Some(format!("{name} doc"));
    }
    let (target, file) = line.strip_prefix("Running ")?.strip_suffix(')')?.rsplit_once(" (")?;
    let stem = file.rsplit(['/', '\\']).next()?;
    let name = stem.rsplit_once('-').map_or(stem, |(name, _)| name);
    Some(format!("{name} {}", target.strip_prefix("unittests ").unwrap_or(target)))
}

fn id(program: &str, name: &str) -> String {
    let name = name.trim().trim_end_matches(" - should panic");
    if program.is_empty() { name.to_owned() } else { format!("{program}::{name}") }
}

fn status(end: &str) -> Option<TestStatus> {
    match end.trim() {
        "ok" => Some(TestStatus::Passed),
        "FAILED" => Some(TestStatus::Failed),
        other if other == "ignored" || other.starts_with("ignored,") => Some(TestStatus::Skipped),
        // `--report-time` puts the time behind the word.
        other => other.split_once(" <").and_then(|(word, _)| status(word)),
    }
}
