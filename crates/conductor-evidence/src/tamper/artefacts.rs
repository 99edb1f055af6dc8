//! Files that are no sources: reports, snapshots, scripts that gates run, and tests in languages without a grammar here.

use super::Surroundings;
use super::file::{File, is_test_path};
use super::finding::{Code, Finding, Weight};
use super::places::is_data_folder;
use super::recipes::ignores_failure;
use super::text::differing;

/// So many snapshots are seen by nobody one by one.
const MANY_SNAPSHOTS: usize = 10;

const REPORTS: &[&str] = &[
    "junit.xml",
    "lcov.info",
    "coverage.xml",
    "coverage.json",
    "cobertura.xml",
    "cobertura-coverage.xml",
    "jacoco.xml",
    "coverage-final.json",
    "coverage-summary.json",
    "coverage.out",
    "cover.out",
    ".coverage",
    "test-results.xml",
    "report.xml",
    "clover.xml",
    "test-report.xml",
];

/// A report that a gate's reader would take for the gate's own.
pub(super) fn report(file: &File, around: &Surroundings<'_>) -> Option<Finding> {
    file.new.as_ref()?;
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let asked = around.gates.iter().filter_map(|g| g.report).any(|r| r.trim_start_matches("./") == file.path);
    let looks = REPORTS.contains(&name)
        || (name.starts_with("junit") && name.ends_with(".xml"))
        || (name.starts_with("TEST-") && name.ends_with(".xml"))
        || name.ends_with(".lcov");
    let data = file.path.split('/').any(is_data_folder);
    (asked || (looks && !data)).then(|| {
        let sentence = format!("{} looks like the report of a gate, and is part of the change", file.path);
        Finding::hold(Code::ReportCommitted, &file.path, sentence)
            .is(file.new.as_ref().map(|side| side.line(1)))
    })
}

fn is_snapshot(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    path.split('/')
        .any(|folder| matches!(folder, "__snapshots__" | "snapshots" | "golden" | "goldens" | "approvals"))
        || [".snap", ".ambr", ".golden", ".approved.txt", ".snapshot"].iter().any(|e| file.ends_with(e))
}

/// Snapshots that were replaced: many at once, or without any code that they could show.
pub(super) fn snapshots(files: &[File]) -> Vec<Finding> {
    let replaced: Vec<&File> = files
        .iter()
        .filter(|f| is_snapshot(&f.path) && f.old.is_some() && f.old_text() != f.new_text())
        .collect();
    let Some(first) = replaced.first() else { return Vec::new() };
    let code = files.iter().any(|f| !f.is_test() && !is_snapshot(&f.path) && f.old_text() != f.new_text());
    let hold = replaced.len() > MANY_SNAPSHOTS || !code;
    let noun = if replaced.len() == 1 { "recorded output is" } else { "recorded outputs are" };
    let without = if code { "" } else { ", and no code that they could show" };
    let sentence = format!("{} {noun} replaced{without}", replaced.len());
    let weight = if hold { Weight::Hold } else { Weight::Note };
    let (gone, came) = differing(first.old_text(), first.new_text(), |_| true);
    vec![Finding::new(Code::SnapshotsUpdated, weight, &first.path, sentence).was(gone).is(came)]
}

/// A script that a gate runs.
pub(super) fn script(file: &File, around: &Surroundings<'_>) -> Option<Finding> {
    let paths = [Some(file.path.as_str()), file.old.as_ref().map(|old| old.path.as_str())];
    let named = paths.into_iter().flatten().any(|path| {
        around.gate_files.contains(path)
            || around.gates.iter().any(|gate| {
                let mut words = gate.command.split(|c: char| c.is_whitespace() || ";&|()'\"".contains(c));
                words.any(|word| word.trim_start_matches("./") == path)
            })
    });
    let tests = |side: &Option<super::file::Side>| side.as_ref().is_some_and(super::file::Side::has_tests);
    // What is made of tests is looked at test by test.
    if !named || file.old.is_none() || (file.is_understood() && tests(&file.old)) {
        return None;
    }
    let (gone, came) = differing(file.old_text(), file.new_text(), |line| !line.starts_with('#'));
    if gone.is_empty()
        && came.is_empty()
        && file.new.is_some()
        && file.old.as_ref().is_some_and(|o| o.path == file.path)
    {
        return None;
    }
    let ignored = came.iter().any(|(_, line)| ignores_failure(line));
    let (code, what) = match (ignored, file.new.is_some()) {
        (true, _) => (Code::FailureIgnored, "a script that a gate runs cannot fail any more"),
        (false, true) => (Code::GateEdited, "a script that a gate runs is changed"),
        (false, false) => (Code::GateEdited, "a script that a gate runs is gone"),
    };
    Some(Finding::hold(code, &file.path, format!("{what}: {}", file.path)).was(gone).is(came))
}

const LANGUAGES: &[&str] = &[
    "sh", "bash", "bats", "zsh", "t", "rb", "php", "c", "cc", "cpp", "cxx", "cs", "kt", "kts", "swift",
    "scala", "ex", "exs", "lua", "pl", "ps1", "feature", "dart", "clj", "hs", "ml", "zig", "groovy", "vue",
    "svelte",
];

/// A file of tests in a language that has no grammar here, by its lines.
pub(super) fn plain_test(file: &File, files: &[File], around: &Surroundings<'_>) -> Option<Finding> {
    let old = file.old.as_ref()?;
    let (_, extension) = old.path.rsplit_once('.')?;
    let data = old.path.split('/').any(is_data_folder);
    if !is_test_path(&old.path) || data || (old.tree.is_some()) || !LANGUAGES.contains(&extension) {
        return None;
    }
    let (gone, came) = differing(&old.text, file.new_text(), |line| !line.starts_with('#'));
    if file.new.is_none() {
        if moved(&old.text, files) {
            return None;
        }
        let weight = if around.removal_asked { Weight::Note } else { Weight::Hold };
        let sentence = format!("the tests in {} are deleted", old.path);
        return Some(Finding::new(Code::TestDeleted, weight, &old.path, sentence).was(gone));
    }
    let ignored: Vec<_> = came.iter().filter(|(_, line)| ignores_failure(line)).copied().collect();
    if !ignored.is_empty() {
        let sentence = format!("a test in {} cannot fail any more", file.path);
        return Some(Finding::hold(Code::FailureIgnored, &file.path, sentence).is(ignored));
    }
    let before =
        old.text.lines().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#')).count();
    let lost = gone.len().saturating_sub(came.len());
    (lost * 2 > before && !moved(&old.text, files)).then(|| {
        let sentence = format!("most of the tests in {} are gone", file.path);
        Finding::hold(Code::TestEmptied, &file.path, sentence).was(gone).is(came)
    })
}

/// Whether most lines of a text stand in other files now.
fn moved(text: &str, files: &[File]) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|l| l.len() > 2).collect();
    let now: std::collections::BTreeSet<&str> =
        files.iter().flat_map(|f| f.new_text().lines()).map(str::trim).collect();
    let kept = lines.iter().filter(|line| now.contains(*line)).count();
    kept * 10 >= lines.len() * 8
}
