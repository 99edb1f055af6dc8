//! Undoing one landed run on top of whatever came after it.

use conductor_engine::ids::{Oid, TreeId};
use jiff::Timestamp;

use super::candidate::Merge;
use super::commit::CommitText;
use super::error::GitError;
use super::name::RepoPath;
use super::open::Repo;
use super::run::parse_oid;

/// What became of undoing a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rollback {
    /// A commit on `tip` that undoes it, not on any branch yet.
    Reverted {
        /// The commit.
        commit: Oid,
        /// Its tree.
        tree: TreeId,
    },
    /// Nothing of it is left in the tip.
    Nothing,
    /// Later commits changed the same places.
    Conflict {
        /// The files.
        paths: Vec<RepoPath>,
    },
}

impl Repo {
    /// Makes a commit on `tip` that undoes `landed`. Its text should carry `Reverts-Run:`. No branch is moved:
    /// bring it to the session's branch with [`Repo::advance`], or to the user's with [`Repo::plan_landing`].
    ///
    /// # Errors
    /// When git fails, or `landed` has no parent. A conflict is an outcome.
    pub fn rollback(
        &self,
        tip: &Oid,
        landed: &Oid,
        text: &CommitText,
        at: Timestamp,
    ) -> Result<Rollback, GitError> {
        let step = "find what a landed commit was made on";
        let parent = format!("{landed}^1");
        let out = self.git().cmd(step, "rev-parse").args(["--verify", "--end-of-options", &parent]).ok()?;
        // The merge that made it, with its sides swapped: from the landed state back to the one before it. The
        // state before is made a child of the landed one, so that the two part where they should.
        let before = self.tree_of(&parse_oid(step, &out)?)?;
        let back = self.commit(&before, &[landed], text, at)?;
        match self.merge(tip, &back)? {
            Merge::Conflict { paths, .. } => Ok(Rollback::Conflict { paths }),
            Merge::Clean(tree) => {
                if self.changes(tip, &tree)?.is_empty() {
                    return Ok(Rollback::Nothing);
                }
                let commit = self.commit(&tree, &[tip], text, at)?;
                Ok(Rollback::Reverted { commit, tree })
            }
        }
    }
}
