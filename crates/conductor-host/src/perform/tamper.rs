//! Whether work weakens what judged it: the change as git has it, given to the check of `conductor-evidence`.
//!
//! Nothing of it is stored: it follows from the candidate, its evidence and the session's gates, which are.

use std::collections::BTreeSet;

use conductor_engine::gate::{GateKind, GateSpec, TestResults, TestStatus};
use conductor_engine::ids::{EvidenceId, TreeId};
use conductor_engine::session::Candidate;
use conductor_evidence::tamper::{Change, Content, Finding, GateUse, Ran, Surroundings, Weight, check};
use thiserror::Error;

use crate::gates::{TreeView as _, merged_tests};
use crate::git::{Blob, BlobBounds, FileChange, GitError, Repo};
use crate::journal::{Database, JournalError};
use crate::session::Setup;

/// The most of a change that is looked at, in bytes: of one file, and of all together.
const CHANGE: BlobBounds = BlobBounds { each: 2 * 1024 * 1024, all: 64 * 1024 * 1024 };
/// The most files that are looked at.
const FILES: usize = 4_000;
/// The most of the scripts that gates run, and of tests that the change leaves alone.
const AROUND: BlobBounds = BlobBounds { each: 256 * 1024, all: 4 * 1024 * 1024 };
/// So many tests that the change leaves alone are read, for what they expect.
const TESTS: usize = 48;
/// How deep scripts that call scripts are followed.
const SCRIPTS_DEEP: usize = 3;
/// Sentences in a question.
const SENTENCES: usize = 4;
/// Findings that are listed, and bytes of the list.
const LISTED: usize = 60;
const LIST: usize = 24 * 1024;

/// Why work could not be looked at.
#[derive(Debug, Error)]
pub enum TamperError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The evidence.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The tests of the tree that work stands on, and those of the work.
pub(crate) type Sides = Option<(TestResults, TestResults)>;

/// What a person should know of the work of a run: the tests, thresholds and gates that it weakens.
///
/// # Errors
/// When the change or its evidence cannot be read.
pub fn tampering(
    repo: &Repo,
    db: &Database,
    setup: &Setup,
    task: &str,
    work: (&Candidate, &EvidenceId),
) -> Result<Vec<Finding>, TamperError> {
    let (candidate, evidence) = work;
    let changes = repo.changes(&candidate.tip, &candidate.tree)?;
    let below = repo.tree_of(&candidate.tip)?;
    let tests = sides(db, setup, &below, evidence)?;
    Ok(look(repo, setup, task, candidate, &changes, tests)?)
}

/// The tests before and after, where both can be told.
pub(crate) fn sides(
    db: &Database,
    setup: &Setup,
    below: &TreeId,
    evidence: &EvidenceId,
) -> Result<Sides, JournalError> {
    let tells = |gate: &GateSpec| gate.kind == GateKind::Test && gate.reader.is_some();
    if !setup.gates.iter().any(tells) {
        return Ok(None);
    }
    let evidence = db.evidence(evidence)?;
    // Where the base had tests and nothing of them can be told any more, all of them are gone.
    let own = merged_tests(&evidence.gates).unwrap_or_default();
    let base = db.evidence_of_tree(below, &setup.gates_digest)?;
    let base = base.and_then(|base| merged_tests(&base.gates)).filter(|base| base.ran() > 0);
    // Where the base has no evidence of its own, the comparison that was kept says what it had.
    let base = base.or_else(|| {
        let delta = evidence.tests.as_ref()?;
        let mut base = own.clone();
        base.0.retain(|id, _| !delta.added.contains(id));
        let gone = delta.removed.iter().chain(&delta.newly_skipped);
        base.0.extend(gone.map(|id| (id.clone(), TestStatus::Passed)));
        Some(base)
    });
    Ok(base.map(|base| (base, own)))
}

/// Looks at a change.
pub(crate) fn look(
    repo: &Repo,
    setup: &Setup,
    task: &str,
    candidate: &Candidate,
    changes: &[FileChange],
    tests: Sides,
) -> Result<Vec<Finding>, GitError> {
    let sides = read(repo, changes)?;
    let changed: Vec<Change<'_>> = sides.iter().map(Read::change).collect();
    let gate_files = gate_files(repo, &setup.gates, candidate, &sides)?;
    let context = context(repo, candidate, &sides)?;
    let gates: Vec<GateUse<'_>> = setup
        .gates
        .iter()
        .map(|gate| GateUse { command: &gate.run, report: gate.report.as_deref() })
        .collect();
    let around = Surroundings {
        gates: &gates,
        gate_files: &gate_files,
        removal_asked: asks_for_removal(task),
        tests: tests.as_ref().map(|(base, candidate)| Ran { base, candidate }),
        context: &context,
    };
    Ok(check(&changed, &around))
}

/// A changed file with both of its sides.
struct Read {
    path: String,
    from: Option<String>,
    old: Side,
    new: Side,
}

enum Side {
    Absent,
    Bytes(Vec<u8>),
    Link(Vec<u8>),
    Unread(&'static str),
}

impl Side {
    fn content(&self) -> Content<'_> {
        match self {
            Self::Absent => Content::Absent,
            Self::Bytes(bytes) => Content::Bytes(bytes),
            Self::Link(target) => Content::Link(target),
            Self::Unread(why) => Content::Unread(why),
        }
    }
}

impl Read {
    fn change(&self) -> Change<'_> {
        let from = self.from.as_deref();
        Change { path: &self.path, from, old: self.old.content(), new: self.new.content() }
    }
}

/// Modes, as git writes them.
const LINK: u32 = 120_000;
const REPOSITORY: u32 = 160_000;
/// Files that programs write, and that grow large: what they say is what their manifest says.
const LOCKS: &[&str] = &[
    "Cargo.lock",
    "package-lock.json",
    "pnpm-lock.yaml",
    "yarn.lock",
    "poetry.lock",
    "uv.lock",
    "go.sum",
    "composer.lock",
    "Gemfile.lock",
    "flake.lock",
];

/// Both sides of every changed file.
fn read(repo: &Repo, changes: &[FileChange]) -> Result<Vec<Read>, GitError> {
    let lock = |path: &str| LOCKS.contains(&path.rsplit('/').next().unwrap_or(path));
    let changes: Vec<&FileChange> = changes.iter().filter(|change| change.mode != REPOSITORY).collect();
    let names: Vec<String> = changes
        .iter()
        .take(FILES)
        .flat_map(|change| [&change.old_blob, &change.new_blob])
        .map(|blob| blob.clone().unwrap_or_default())
        .collect();
    let mut blobs = repo.blobs(&names, CHANGE)?.into_iter();
    let mut all = Vec::with_capacity(changes.len());
    for change in changes {
        let path = change.path.to_string();
        let mut side = |blob: &Option<String>, link: bool| match (blob, blobs.next()) {
            (None, _) => Side::Absent,
            (Some(_), Some(Blob::Bytes(bytes))) if link => Side::Link(bytes),
            (Some(_), Some(Blob::Bytes(bytes))) => Side::Bytes(bytes),
            (Some(_), Some(Blob::TooLarge)) => Side::Unread("too large to look at"),
            (Some(_), None) => Side::Unread("one of too many files to look at"),
            // A nested repository is a commit, which is no file of this one.
            (Some(_), Some(Blob::Missing)) => Side::Absent,
        };
        let (old, new) = (side(&change.old_blob, false), side(&change.new_blob, change.mode == LINK));
        let large = matches!(old, Side::Unread(_)) || matches!(new, Side::Unread(_));
        if !(large && lock(&path)) {
            all.push(Read { path, from: change.from.as_ref().map(ToString::to_string), old, new });
        }
    }
    Ok(all)
}

/// The changed files that scripts of gates run, as those scripts are on the base.
fn gate_files(
    repo: &Repo,
    gates: &[GateSpec],
    candidate: &Candidate,
    changes: &[Read],
) -> Result<BTreeSet<String>, GitError> {
    let changed: BTreeSet<&str> =
        changes.iter().flat_map(|c| std::iter::once(c.path.as_str()).chain(c.from.as_deref())).collect();
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut wanted: BTreeSet<String> = gates.iter().flat_map(|gate| scripts(&gate.run)).collect();
    if gates.iter().any(|gate| gate.run.split_whitespace().any(|word| word.ends_with("make"))) {
        wanted.extend(["Makefile".to_owned(), "makefile".to_owned()]);
    }
    for _ in 0..SCRIPTS_DEEP {
        wanted.retain(|path| seen.insert(path.clone()));
        if wanted.is_empty() {
            break;
        }
        let names: Vec<String> = wanted.iter().map(|path| format!("{}:{path}", candidate.tip)).collect();
        let blobs = repo.blobs(&names, AROUND)?;
        wanted = BTreeSet::new();
        for blob in blobs {
            let Blob::Bytes(bytes) = blob else { continue };
            let called: BTreeSet<String> = scripts(&String::from_utf8_lossy(&bytes)).collect();
            found.extend(called.iter().filter(|path| changed.contains(path.as_str())).cloned());
            wanted.extend(called);
        }
    }
    Ok(found)
}

/// The words of a script that may be the paths of scripts.
fn scripts(text: &str) -> impl Iterator<Item = String> + '_ {
    const ENDS: &[&str] = &[".sh", ".bash", ".py", ".js", ".mjs", ".cjs", ".ts", ".rb", ".pl", ".mk"];
    text.split(|c: char| c.is_whitespace() || ";&|()<>'\"`=$".contains(c))
        .map(|word| word.trim_start_matches("./"))
        .filter(|word| !word.is_empty() && word.len() < 200 && !word.starts_with(['/', '-']))
        .filter(|word| ENDS.iter().any(|end| word.ends_with(end)) || word.contains('/'))
        .map(str::to_owned)
}

/// Tests that the change leaves alone, for what they expect; only where code changes that they may be about.
fn context(repo: &Repo, candidate: &Candidate, changes: &[Read]) -> Result<Vec<(String, Vec<u8>)>, GitError> {
    const ENDS: &[&str] = &[".rs", ".py", ".js", ".ts", ".tsx", ".mjs", ".go", ".java"];
    let is_source = |path: &str| ENDS.iter().any(|end| path.ends_with(end));
    let is_test = |path: &str| path.to_ascii_lowercase().contains("test") || path.contains(".spec.");
    if !changes.iter().any(|c| is_source(&c.path) && !is_test(&c.path)) {
        return Ok(Vec::new());
    }
    let tree = repo.committed_tree(&candidate.tree)?;
    let changed: BTreeSet<&str> = changes.iter().map(|c| c.path.as_str()).collect();
    let paths = tree.files().keys().filter(|path| is_source(path) && is_test(path));
    let paths: Vec<String> =
        paths.filter(|path| !changed.contains(path.as_str())).take(TESTS).cloned().collect();
    let names: Vec<String> = paths.iter().map(|path| format!("{}:{path}", candidate.tree)).collect();
    let blobs = repo.blobs(&names, AROUND)?;
    let read = paths.into_iter().zip(blobs).filter_map(|(path, blob)| match blob {
        Blob::Bytes(bytes) => Some((path, bytes)),
        Blob::Missing | Blob::TooLarge => None,
    });
    Ok(read.collect())
}

/// Whether a task's text asks for something to be removed.
fn asks_for_removal(task: &str) -> bool {
    const BEGINNINGS: &[&str] = &[
        "remov", "delet", "drop", "prune", "purg", "retir", "eliminat", "obsolet", "unused", "deprecat",
        "entfern", "lösch", "supprim", "elimin",
    ];
    let text = task.to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    words.any(|word| BEGINNINGS.iter().any(|b| word.starts_with(b)))
        || ["dead code", "rid of", "clean up", "take out"].iter().any(|phrase| text.contains(phrase))
}

/// What a person is asked about, as sentences; `None` when nothing is held.
pub(crate) fn sentences(findings: &[Finding]) -> Option<String> {
    let held: Vec<&str> =
        findings.iter().filter(|f| f.weight == Weight::Hold).map(|f| f.sentence.as_str()).collect();
    let some: Vec<&str> = held.iter().copied().take(SENTENCES).collect();
    let more = held.len().saturating_sub(some.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!held.is_empty()).then(|| format!("{}{more}", some.join("; ")))
}

/// All findings with their lines, as text for people; empty without any.
pub fn listed(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings.iter().take(LISTED) {
        let weight = match finding.weight {
            Weight::Hold => "hold",
            Weight::Note => "note",
        };
        let line = finding.new.or(finding.old).map_or_else(String::new, |span| format!(":{}", span.first));
        let code = finding.code.name();
        let mut part = format!("{weight} {code} {}{line}: {}\n", finding.path, finding.sentence);
        for line in &finding.lines {
            part.push_str("    ");
            part.push_str(line);
            part.push('\n');
        }
        if text.len() + part.len() > LIST {
            text.push_str("(there are more)\n");
            return text;
        }
        text.push_str(&part);
    }
    if findings.len() > LISTED {
        text.push_str("(there are more)\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_says_whether_something_goes() {
        for text in ["Remove the old parser", "Delete dead code", "Get rid of v1", "Entferne den alten Weg"] {
            assert!(asks_for_removal(text), "{text}");
        }
        for text in ["Add a parser", "Fix the colour of the header", "Undelete"] {
            assert!(!asks_for_removal(text), "{text}");
        }
    }

    #[test]
    fn scripts_are_found_among_the_words_of_a_command() {
        let all: Vec<String> =
            scripts("set -e; sh ./ci/test.sh --fast && python3 tools/run.py | tee /tmp/x").collect();
        assert_eq!(all, ["ci/test.sh", "tools/run.py"]);
    }
}
