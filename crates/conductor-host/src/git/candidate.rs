//! Candidates: a run's tree merged with the tip of its target, without a checkout.

use std::ffi::OsString;

use conductor_engine::ids::{Oid, TreeId};
use conductor_engine::session::Candidate;
use jiff::Timestamp;

use super::commit::{CommitText, Trailers};
use super::diff::FileChange;
use super::error::GitError;
use super::name::{RepoPath, nul_fields, nul_paths};
use super::open::Repo;
use super::run::{parse_tree, refused};
use crate::process::Exit;

/// What merging a run's work with the target's tip gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CandidateOutcome {
    /// The tip has everything already.
    Nothing,
    /// A tree to be checked, and then committed on the tip.
    Ready {
        /// The tree.
        tree: TreeId,
        /// What it changes in the tip's tree.
        changes: Vec<FileChange>,
    },
    /// Both sides changed the same places.
    Conflict {
        /// The files.
        paths: Vec<RepoPath>,
        /// The merge with both sides in those files, between git's marks.
        marked: TreeId,
    },
}

/// What became of bringing the target's new commits into the session's branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TargetMerge {
    /// The session's branch has them all.
    UpToDate,
    /// A merge commit, not on any branch yet: its tree has to pass the gates first.
    Merged {
        /// The commit; its first parent is the session's tip, the second the target's.
        commit: Oid,
        /// Its tree.
        tree: TreeId,
    },
    /// Both sides changed the same places.
    Conflict {
        /// The files.
        paths: Vec<RepoPath>,
    },
}

/// The answer of a three-way merge.
pub(super) enum Merge {
    Clean(TreeId),
    Conflict { paths: Vec<RepoPath>, marked: TreeId },
}

impl Repo {
    /// Merges a run's work into `tip`. `base` is where the run started, `work` the commit that saves its
    /// files and `work_tree` that commit's tree.
    ///
    /// # Errors
    /// When git fails. A conflict is an outcome.
    pub fn candidate(
        &self,
        base: &Oid,
        tip: &Oid,
        work: &Oid,
        work_tree: &TreeId,
    ) -> Result<CandidateOutcome, GitError> {
        let tree = if base == tip {
            work_tree.clone()
        } else {
            match self.merge(tip, work)? {
                Merge::Clean(tree) => tree,
                Merge::Conflict { paths, marked } => {
                    return Ok(CandidateOutcome::Conflict { paths, marked });
                }
            }
        };
        let changes = self.changes(tip, &tree)?;
        Ok(if changes.is_empty() {
            CandidateOutcome::Nothing
        } else {
            CandidateOutcome::Ready { tree, changes }
        })
    }

    /// A commit that stands for a candidate that has not landed, to be merged with. No ref names it, and the same
    /// candidate has the same one.
    ///
    /// # Errors
    /// When git fails.
    pub fn stand_in(&self, candidate: &Candidate) -> Result<Oid, GitError> {
        let text = CommitText {
            subject: "A candidate that has not landed".to_owned(),
            body: String::new(),
            trailers: Trailers::default(),
        };
        self.commit(&candidate.tree, &[&candidate.tip], &text, Timestamp::UNIX_EPOCH)
    }

    /// Those of `paths` of a tree in which git's marks of a conflict stand.
    ///
    /// # Errors
    /// When git fails.
    pub fn marks_in<'p>(
        &self,
        tree: &TreeId,
        paths: impl IntoIterator<Item = &'p RepoPath>,
    ) -> Result<Vec<RepoPath>, GitError> {
        let mut found = Vec::new();
        for path in paths {
            let mut name = OsString::from(format!("{tree}:"));
            name.push(path.as_path());
            let out =
                self.git().cmd("look for conflict marks", "cat-file").args(["blob".into(), name]).run()?;
            if out.exit.success() && has_marks(&out.stdout) {
                found.push(path.clone());
            }
        }
        Ok(found)
    }

    /// Makes a merge commit of the target's tip into the session's tip. No branch is moved.
    ///
    /// # Errors
    /// When git fails. A conflict is an outcome.
    pub fn merge_target(
        &self,
        session_tip: &Oid,
        target_tip: &Oid,
        text: &CommitText,
        at: Timestamp,
    ) -> Result<TargetMerge, GitError> {
        let step = "find where two branches parted";
        let out = self
            .git()
            .cmd(step, "merge-base")
            .args(["--end-of-options", session_tip.as_str(), target_tip.as_str()])
            .ok()?;
        let base = super::run::parse_oid(step, &out)?;
        if base == *target_tip {
            return Ok(TargetMerge::UpToDate);
        }
        match self.merge(session_tip, target_tip)? {
            Merge::Conflict { paths, .. } => Ok(TargetMerge::Conflict { paths }),
            Merge::Clean(tree) => {
                let commit = self.commit(&tree, &[session_tip, target_tip], text, at)?;
                Ok(TargetMerge::Merged { commit, tree })
            }
        }
    }

    /// Merges two commits from where they parted; nothing is checked out, no merge driver of the repository
    /// runs. Where another base is meant, `theirs` is given a parent that makes it so.
    pub(super) fn merge(&self, ours: &Oid, theirs: &Oid) -> Result<Merge, GitError> {
        let step = "merge two trees";
        let options = ["--write-tree", "-z", "--name-only", "--no-messages"];
        let out =
            self.git().cmd(step, "merge-tree").args(options).args([ours.as_str(), theirs.as_str()]).run()?;
        match out.exit {
            Exit::Code(0) => {
                let tree = nul_fields(&out.stdout).next().unwrap_or_default();
                parse_tree(step, tree).map(Merge::Clean)
            }
            Exit::Code(1) => {
                let marked = parse_tree(step, nul_fields(&out.stdout).next().unwrap_or_default())?;
                let mut paths: Vec<RepoPath> = nul_paths(&out.stdout).into_iter().skip(1).collect();
                paths.dedup();
                Ok(Merge::Conflict { paths, marked })
            }
            Exit::Code(_) | Exit::Signal(_) => Err(refused(step, &out)),
        }
    }
}

/// Whether a line begins with the mark of one side, and a later one with that of the other.
fn has_marks(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n');
    lines.any(|line| line.starts_with(b"<<<<<<< ")) && lines.any(|line| line.starts_with(b">>>>>>> "))
}
