//! What earlier commits say about a task: files that changed together with its own, and changes of its subject.

use std::collections::{BTreeMap, BTreeSet};

use super::rank::Weights;
use crate::git::PastCommit;

/// A commit that changed more says nothing about any one of its files.
const MOST_PATHS: usize = 40;
/// The least share of the task's words in a subject that is no chance.
const LEAST_SHARE: f64 = 0.2;
/// Subjects that are named.
const MOST_SUBJECTS: usize = 5;

/// How close a file is to the task by its past.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Past {
    pub(super) strength: f64,
    pub(super) commits: u32,
}

/// The files of earlier commits that have to do with the task.
pub(super) fn past_of<'c>(
    commits: &'c [PastCommit],
    weights: &Weights<'_>,
    own: &BTreeSet<&str>,
) -> BTreeMap<&'c str, Past> {
    let mut all: BTreeMap<&str, Past> = BTreeMap::new();
    for commit in commits.iter().filter(|commit| commit.paths.len() <= MOST_PATHS) {
        let share = weights.share(weights.mask(commit.subject.as_bytes()));
        let together = commit.paths.iter().any(|path| own.contains(path.as_str()));
        let strength = if together { 1.0 } else { 0.0 } + if share >= LEAST_SHARE { share } else { 0.0 };
        if strength <= 0.0 {
            continue;
        }
        let paths = u32::try_from(commit.paths.len()).map_or(f64::INFINITY, f64::from);
        for path in &commit.paths {
            let past = all.entry(path).or_default();
            past.strength += strength / paths.sqrt();
            past.commits += 1;
        }
    }
    all
}

/// The subjects of earlier commits about the same, the closest first.
pub(super) fn subjects(commits: &[PastCommit], weights: &Weights<'_>) -> Vec<String> {
    let share = |commit: &PastCommit| weights.share(weights.mask(commit.subject.as_bytes()));
    let mut close: Vec<(f64, &str)> =
        commits.iter().map(|commit| (share(commit), commit.subject.as_str())).collect();
    close.retain(|(share, _)| *share >= LEAST_SHARE);
    // Stable: among equals the newest comes first.
    close.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut named: Vec<String> = Vec::new();
    for (_, subject) in close {
        if named.len() < MOST_SUBJECTS && !named.iter().any(|known| known == subject) {
            named.push(subject.to_owned());
        }
    }
    named
}
