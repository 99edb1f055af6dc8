//! Numbers that a change must reach: they may rise, not fall.

use super::file::File;
use super::finding::{Code, Finding};
use super::text::{Line, is_word};

/// Settings that demand at least so much, as they are written in configurations and on command lines.
const AT_LEAST: &[&str] = &[
    "fail_under",
    "fail-under",
    "cov-fail-under",
    "fail-under-lines",
    "fail-under-functions",
    "fail-under-regions",
    "min_coverage",
    "min-coverage",
    "minimum",
    "branches",
    "functions",
    "lines",
    "statements",
    "target",
    "check-coverage",
    "coverage_threshold",
    "coverageThreshold",
    "min-covered-ratio",
    "changed",
];
/// Settings that allow at most so much.
const AT_MOST: &[&str] =
    &["max-warnings", "max_warnings", "maxWarnings", "threshold", "max-complexity", "retries"];

/// A number with its setting.
#[derive(Debug, Clone, PartialEq)]
struct Setting<'t> {
    name: &'static str,
    value: f64,
    line: Line<'t>,
}

/// Whether a file can hold thresholds: configurations, scripts, build files; no sources and no documents.
fn may_hold(path: &str) -> bool {
    super::places::place(path).is_some()
        || [".sh", ".toml", ".cfg", ".ini", ".yml", ".yaml", ".mk", ".gradle"]
            .iter()
            .any(|e| path.ends_with(e))
}

fn settings(text: &str) -> Vec<Setting<'_>> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for name in AT_LEAST.iter().chain(AT_MOST) {
            let places = line.match_indices(name).filter(|(at, _)| alone(line, *at, name.len()));
            for (place, _) in places {
                if let Some(value) = line.get(place + name.len()..).and_then(number) {
                    found.push(Setting { name, value, line: (at + 1, line) });
                }
            }
        }
    }
    found
}

fn alone(line: &str, at: usize, length: usize) -> bool {
    let part = |c: char| is_word(c) || c == '-';
    let before = line.get(..at).and_then(|t| t.chars().next_back());
    let after = line.get(at + length..).and_then(|t| t.chars().next());
    // Options begin with dashes.
    let dashes = line.get(..at).is_some_and(|t| t.ends_with("--"));
    (dashes || !before.is_some_and(part)) && !after.is_some_and(part)
}

/// The number after a setting's name: `= 80`, `: "80%"`, ` 80`, `>0.80<`.
fn number(rest: &str) -> Option<f64> {
    let rest = rest.trim_start_matches(['"', '\'', ' ', ':', '=', '>', '\t']);
    let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// Thresholds that are lower than before, or gone.
pub(super) fn check(file: &File) -> Vec<Finding> {
    if !may_hold(&file.path) {
        return Vec::new();
    }
    let (old, mut new) = (settings(file.old_text()), settings(file.new_text()));
    let mut lowered: Vec<(Line<'_>, Option<Line<'_>>)> = Vec::new();
    for was in old {
        let here = new.iter().position(|is| is.name == was.name);
        match here.map(|at| new.remove(at)) {
            Some(is) => {
                let weaker =
                    if AT_MOST.contains(&is.name) { is.value > was.value } else { is.value < was.value };
                if weaker {
                    lowered.push((was.line, Some(is.line)));
                }
            }
            None => lowered.push((was.line, None)),
        }
    }
    if lowered.is_empty() {
        return Vec::new();
    }
    let gone = lowered.iter().all(|(_, is)| is.is_none());
    let what = if gone { "a threshold is gone" } else { "a threshold is lower than before" };
    let finding = Finding::hold(Code::ThresholdLowered, &file.path, format!("{what} in {}", file.path));
    vec![finding.was(lowered.iter().map(|(was, _)| *was)).is(lowered.iter().filter_map(|(_, is)| *is))]
}

/// Whether a line only sets a threshold.
pub(super) fn is_setting(line: &str) -> bool {
    !settings(line).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_in_every_spelling() {
        let read = |line: &str| settings(line).first().map(|s| (s.name, s.value));
        assert_eq!(read("fail_under = 85"), Some(("fail_under", 85.0)));
        assert_eq!(read("addopts = --cov-fail-under=90 -q"), Some(("cov-fail-under", 90.0)));
        assert_eq!(read("      \"branches\": 80,"), Some(("branches", 80.0)));
        assert_eq!(read("cargo llvm-cov --fail-under-lines 75"), Some(("fail-under-lines", 75.0)));
        assert_eq!(read("<minimum>0.80</minimum>"), Some(("minimum", 0.8)));
        assert_eq!(read("timelines: 3"), None);
    }
}
