//! Whether a change weakens what is to judge it: tests, thresholds, and what gates run.
//!
//! [`check`] is given both sides of every changed file, and what tests ran before and after. Tests are found in the
//! syntax trees of both sides (one file a language: `rust`, `python`, `script`, `go`, `java`) and compared one by one:
//! `pairs` tells which is which, `weigh` whether it demands what it demanded, `gone` explains ids that do not run any
//! more. `settings` and `recipes` look at configurations and named commands, `threshold` at numbers, `silenced`,
//! `detect`, `special` and `artefacts` at the rest. What it is sure of is held for a person; the rest is shown. An honest
//! change is never held: tests that move, are renamed, split, or become rows of a table are the same tests.

mod artefacts;
mod assertion;
mod detect;
mod facts;
mod file;
mod finding;
mod fresh;
mod go;
mod gone;
mod java;
mod pairs;
mod places;
mod python;
mod recipes;
mod rust;
mod script;
mod settings;
mod silenced;
mod source;
mod special;
mod suite;
mod text;
mod threshold;
mod weigh;

use std::collections::BTreeSet;

use conductor_engine::gate::TestResults;

pub use self::finding::{Code, Finding, Span, Weight};

use self::file::{File, Side};

/// One side of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'c> {
    /// It is not there.
    Absent,
    /// It is there, with these bytes.
    Bytes(&'c [u8]),
    /// It is a symbolic link to this place.
    Link(&'c [u8]),
    /// It is there, and was not read, for this reason: "too large to look at".
    Unread(&'c str),
}

/// A changed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'c> {
    /// Its path now; of a deleted file as it was.
    pub path: &'c str,
    /// Its old path, when it was renamed.
    pub from: Option<&'c str>,
    /// As it was on the base.
    pub old: Content<'c>,
    /// As it is on the candidate.
    pub new: Content<'c>,
}

/// A gate, as far as the change of a file may be about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateUse<'c> {
    /// Its command line.
    pub command: &'c str,
    /// The report that is read from it, relative to the root.
    pub report: Option<&'c str>,
}

/// The tests that gates ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'c> {
    /// On the base.
    pub base: &'c TestResults,
    /// On the candidate.
    pub candidate: &'c TestResults,
}

/// What is known around a change.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'c> {
    /// The gates that judge it.
    pub gates: &'c [GateUse<'c>],
    /// Files that gates run, beyond those that their command lines name.
    pub gate_files: &'c BTreeSet<String>,
    /// Whether the task asks for something to be removed: then tests may go together with what they tested.
    pub removal_asked: bool,
    /// What ran; `None` when that cannot be told.
    pub tests: Option<Ran<'c>>,
    /// Files of tests that the change leaves alone, for what they expect: path and content.
    pub context: &'c [(String, Vec<u8>)],
}

/// What a person should know of a change, those findings first that it is held for. The order of the files does not
/// matter.
pub fn check(changes: &[Change<'_>], around: &Surroundings<'_>) -> Vec<Finding> {
    let mut changes: Vec<&Change<'_>> = changes.iter().filter(|change| differs(change)).collect();
    changes.sort_by_key(|change| (change.path, change.from));
    let files: Vec<File> = changes.iter().map(|change| File::read(change)).collect();
    let mut findings: Vec<Finding> = changes.iter().filter_map(|change| unread(change)).collect();
    for file in &files {
        findings.extend(strange(file));
        findings.extend(settings::check(file, around));
        findings.extend(artefacts::report(file, around));
        findings.extend(artefacts::script(file, around));
        findings.extend(artefacts::plain_test(file, &files, around));
    }
    findings.extend(artefacts::snapshots(&files));
    findings.extend(suite::check(&files, around));
    findings.extend(silenced::check(&files));
    findings.extend(detect::environment(&files));
    findings.extend(detect::exit(&files));
    findings.extend(detect::hooks(&files));
    findings.extend(detect::mocks(&files));
    let context: Vec<Side> =
        around.context.iter().map(|(path, bytes)| Side::read(path, bytes, true)).collect();
    findings.extend(special::check(&files, &context));
    findings.sort();
    findings.dedup();
    findings
}

/// Whether the two sides are not the same.
fn differs(change: &Change<'_>) -> bool {
    change.old != change.new || change.from.is_some_and(|from| from != change.path)
}

/// A source that no parser gets through: too large, or no source.
fn strange(file: &File) -> Option<Finding> {
    let sides = || file.old.iter().chain(&file.new);
    let side = sides().find(|side| side.unread)?;
    let tests = sides().any(|side| side.is_test || side.has_tests());
    let weight = if tests { Weight::Hold } else { Weight::Note };
    let sentence = format!("{} is too large to look at", side.path);
    Some(Finding::new(Code::Unreadable, weight, &file.path, sentence))
}

/// A symbolic link to a place outside of the repository, where nobody looks at what is there.
fn leads_out(path: &str, target: &[u8]) -> Option<Finding> {
    let target = String::from_utf8_lossy(target);
    let mut depth = path.split('/').count() - 1;
    let mut out = target.starts_with('/');
    for part in target.split('/') {
        match part {
            ".." if depth == 0 => out = true,
            ".." => depth -= 1,
            "" | "." => {}
            _ => depth += 1,
        }
    }
    let sentence =
        format!("{path} is a link that leads out of the repository, to {}", finding::short(&target));
    out.then(|| Finding::hold(Code::LinkOutside, path, sentence))
}

/// A file that could not be looked at, which nobody can say anything about.
fn unread(change: &Change<'_>) -> Option<Finding> {
    let why = match (change.old, change.new) {
        (_, Content::Unread(why)) | (Content::Unread(why), _) => why,
        (_, Content::Link(target)) => return leads_out(change.path, target),
        (Content::Absent | Content::Bytes(_) | Content::Link(_), Content::Absent | Content::Bytes(_)) => {
            return None;
        }
    };
    Some(Finding::hold(Code::Unreadable, change.path, format!("{} is {why}", change.path)))
}
