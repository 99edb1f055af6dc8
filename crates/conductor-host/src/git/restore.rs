//! Saved work, brought back into a workspace that had to be made anew.

use conductor_engine::ids::{Oid, RunId, TreeId};

use super::error::GitError;
use super::name::RefName;
use super::open::Repo;
use super::run::{parse_tree, refused};
use super::snapshot::{own_ref, snapshots_of};
use super::workspace::Workspace;
use crate::process::Exit;

/// The ref that keeps a run's snapshot of this number.
///
/// # Errors
/// Never in practice: the name is made of numbers only.
pub(crate) fn snapshot_ref(run: RunId, number: u32) -> Result<RefName, GitError> {
    own_ref(&format!("{}/{number}", snapshots_of(run)))
}

/// Where refs are that say what a person dropped.
pub(crate) const DROPPED: &str = "refs/conductor/dropped";

/// The ref that says that a person dropped what was saved of a run. It names a commit that is there anyway.
///
/// # Errors
/// Never in practice: the name is made of numbers only.
pub(crate) fn dropped_ref(run: RunId) -> Result<RefName, GitError> {
    own_ref(&format!("{DROPPED}/{run}"))
}

impl Repo {
    /// The tree of a commit.
    ///
    /// # Errors
    /// When there is no such commit.
    pub fn tree_of(&self, commit: &Oid) -> Result<TreeId, GitError> {
        let step = "find the tree of a commit";
        let tree = format!("{commit}^{{tree}}");
        let out = self.git().cmd(step, "rev-parse").args(["--verify", "--end-of-options", &tree]).ok()?;
        parse_tree(step, out.trim_ascii())
    }

    /// Those of the commits that cannot be read to their last object. One process when there are none.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn unreadable(&self, commits: &[Oid]) -> Result<Vec<Oid>, GitError> {
        let whole = |commits: &[Oid]| {
            let asked: String = commits.iter().map(|commit| format!("{commit}\n")).collect();
            let options = ["--objects", "--quiet", "--stdin"];
            let cmd = self.git().cmd("read saved work", "rev-list").args(options).stdin(asked);
            Ok::<_, GitError>(cmd.run()?.exit.success())
        };
        if commits.is_empty() || whole(commits)? {
            return Ok(Vec::new());
        }
        let mut broken = Vec::new();
        for commit in commits {
            if !whole(std::slice::from_ref(commit))? {
                broken.push(commit.clone());
            }
        }
        Ok(broken)
    }

    /// Whether `descendant` has everything that `ancestor` has.
    ///
    /// # Errors
    /// When git fails.
    pub fn is_ancestor(&self, ancestor: &Oid, descendant: &Oid) -> Result<bool, GitError> {
        let step = "compare two commits";
        let out = self
            .git()
            .cmd(step, "merge-base")
            .args(["--is-ancestor", ancestor.as_str(), descendant.as_str()])
            .run()?;
        match out.exit {
            Exit::Code(0) => Ok(true),
            Exit::Code(1) => Ok(false),
            Exit::Code(_) | Exit::Signal(_) => Err(refused(step, &out)),
        }
    }

    /// Gives a workspace that was just made the files of `tree`, without a commit: the agent finds them as its
    /// own uncommitted work.
    ///
    /// # Errors
    /// When git fails.
    pub fn restore_workspace(&self, workspace: &Workspace, tree: &TreeId) -> Result<(), GitError> {
        let cmd = self.git().cmd("restore saved work", "read-tree").args(["--reset", "-u", tree.as_str()]);
        cmd.on(workspace.path(), &workspace.index()).ok().map(drop)
    }
}
