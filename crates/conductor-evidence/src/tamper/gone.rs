//! Tests by the names that runners print: what ran on the base and does not run any more, and whether the sources say why.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::gate::{TestResults, TestStatus, compare};

use super::Surroundings;
use super::file::File;
use super::finding::{Code, Finding};

/// Names that are told in a sentence.
const NAMED: usize = 5;
/// Comparisons of names in files that no grammar reads.
const COMPARISONS_MAX: usize = 2_500;

/// What the sources told of tests that are called otherwise now, or are not there.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Old names, and what they became.
    renamed: BTreeMap<String, BTreeSet<String>>,
    /// What needs no more words: it is merged into another one, or a finding is about it.
    known: BTreeSet<String>,
}

impl Told {
    pub(super) fn renamed(&mut self, old: &str, new: &str) {
        self.renamed.entry(key(old)).or_default().insert(key(new));
    }

    pub(super) fn excused(&mut self, name: &str) {
        self.known.insert(key(name));
    }

    /// The test that a finding is about.
    pub(super) fn finding(&mut self, finding: &Finding) {
        let about = matches!(
            finding.code,
            Code::TestDeleted | Code::TestSkipped | Code::TestNotCollected | Code::FailureExpected
        );
        if let Some(path) = finding.sentence.split('`').nth(1).filter(|_| about) {
            self.excused(path.rsplit(" > ").next().unwrap_or(path));
        }
    }
}

/// A name as it may stand in an id: runners write other characters for spaces.
fn key(name: &str) -> String {
    let name = name.split('[').next().unwrap_or(name);
    name.trim().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect()
}

/// The parts of an id, from the inside out: `tests/a.py::TestA::test_b[1]`, `suite > case`, `pkg.TestA/sub`.
fn parts(id: &str) -> Vec<String> {
    let id = if id.ends_with(']') { id.rsplit_once('[').map_or(id, |(id, _)| id) } else { id };
    let mut parts: Vec<String> = id
        .split(" > ")
        .flat_map(|part| part.split("::"))
        .flat_map(|part| part.split('/'))
        .flat_map(|part| if part.contains(' ') { vec![part] } else { part.split('.').collect() })
        .map(key)
        .filter(|part| !part.is_empty())
        .collect();
    parts.reverse();
    parts
}

fn last(id: &str) -> String {
    parts(id).into_iter().next().unwrap_or_default()
}

/// How many tests of each last name ran.
fn ran(results: &TestResults) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (id, status) in &results.0 {
        if *status != TestStatus::Skipped {
            *counts.entry(last(id)).or_default() += 1;
        }
    }
    counts
}

/// Whether tests of this name ran on the candidate, and no fewer than on the base.
pub(super) fn runs_as_before(around: &Surroundings<'_>, name: &str) -> bool {
    let Some(tests) = around.tests else { return false };
    let (before, now) = (ran(tests.base), ran(tests.candidate));
    let count = |counts: &BTreeMap<String, usize>| counts.get(&key(name)).copied().unwrap_or_default();
    count(&now) > 0 && count(&now) >= count(&before)
}

/// Tests that ran on the base and do not run on the candidate, for no reason that the sources show.
pub(super) fn unexplained(files: &[File], around: &Surroundings<'_>, told: &Told) -> Vec<Finding> {
    let Some(tests) = around.tests else { return Vec::new() };
    let delta = compare(tests.base, tests.candidate);
    let (before, now) = (ran(tests.base), ran(tests.candidate));
    let count = |counts: &BTreeMap<String, usize>, name: &str| counts.get(name).copied().unwrap_or_default();
    let present: BTreeSet<String> = delta.added.iter().flat_map(|id| parts(id)).collect();
    let excused = |id: &String| {
        let all = parts(id);
        let name = all.first().cloned().unwrap_or_default();
        // It moved: as many of its name run elsewhere.
        let moved = count(&now, &name) >= count(&before, &name) && count(&now, &name) > 0;
        let renamed = all.iter().any(|part| {
            told.renamed.get(part).is_some_and(|new| new.iter().any(|n| present.contains(n) && n != part))
        });
        moved || renamed || all.iter().any(|part| told.known.contains(part))
    };
    let mut gone: Vec<&String> = delta.removed.iter().filter(|id| !excused(id)).collect();
    let renames = plain_renames(files, &gone, &delta.added);
    gone.retain(|id| !renames.contains(*id));
    let skipped: Vec<&String> = delta
        .newly_skipped
        .iter()
        .filter(|id| !parts(id).iter().any(|part| told.known.contains(part)))
        .collect();
    let mut findings = Vec::new();
    for (code, ids, what) in [
        (Code::TestGone, gone, "tests that ran before do not run any more"),
        (Code::TestSkipped, skipped, "tests that ran before are left out now"),
    ] {
        if let Some(first) = ids.first() {
            let named: Vec<&str> = ids.iter().take(NAMED).map(|id| id.as_str()).collect();
            let more = ids.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let sentence = format!("{what}: {}{more}", named.join(", "));
            let path = first.split("::").next().filter(|p| files.iter().any(|f| f.path == *p));
            findings.push(
                Finding::hold(code, path.unwrap_or_default(), sentence)
                    .was(ids.iter().map(|id| (0, id.as_str()))),
            );
        }
    }
    for finding in &mut findings {
        // Ids have no lines.
        finding.old = None;
    }
    findings
}

/// Ids that were renamed in files that no grammar reads: where the old text had the one, the new text has the other,
/// before the same lines.
fn plain_renames(files: &[File], gone: &[&String], added: &BTreeSet<String>) -> BTreeSet<String> {
    let mut renames = BTreeSet::new();
    let mut taken: BTreeSet<&String> = BTreeSet::new();
    if gone.len().saturating_mul(added.len()) > COMPARISONS_MAX {
        return renames;
    }
    for id in gone {
        let to = added.iter().filter(|to| !taken.contains(to)).find(|to| {
            files
                .iter()
                .filter(|f| f.old.as_ref().is_some_and(|s| s.tree.is_none()))
                .any(|old| files.iter().any(|new| renamed_in(old.old_text(), new.new_text(), id, to)))
        });
        if let Some(to) = to {
            taken.insert(to);
            renames.insert((*id).clone());
        }
    }
    renames
}

fn renamed_in(old: &str, new: &str, from: &str, to: &str) -> bool {
    const FOLLOWING: usize = 6;
    let plain = |id: &str| id.rsplit("::").next().unwrap_or(id).to_owned();
    let (from, to) = (plain(from), plain(to));
    if from.is_empty() || new.contains(&from) {
        return false;
    }
    let block = |text: &str, name: &str| {
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| line.contains(name))?;
        let around = lines.get(at.saturating_sub(2)..(at + FOLLOWING).min(lines.len()))?;
        Some(around.iter().map(|line| line.replace(name, "\0")).collect::<Vec<_>>())
    };
    let (before, after) = (block(old, &from), block(new, &to));
    before.is_some() && before == after
}
