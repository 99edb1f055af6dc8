//! Deleting a workspace, with a proof that nothing in it is unique.

use std::fs;
use std::io;
use std::path::Path;

use super::error::GitError;
use super::name::{RefName, RepoPath};
use super::open::Repo;
use super::own_commits::{Finding, kept_refs, read_tips};
use super::walk::walk;
use super::workspace::{Workspace, beside, delete};
use crate::process::Exit;

/// What became of a workspace that is not needed any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Removal {
    /// It is gone, and everything in it that was not ignored is in a ref.
    Removed,
    /// It is still there.
    Kept {
        /// What in it is nowhere else.
        why: KeptWhy,
    },
}

/// Why a workspace was not deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptWhy {
    /// The ref that should hold its files does not hold the last saved state, or does not exist.
    NotInRef {
        /// The ref.
        name: RefName,
    },
    /// Files differ from what was saved.
    Unsaved {
        /// The files.
        paths: Vec<RepoPath>,
    },
    /// Nested repositories, which cannot be saved.
    Nested {
        /// Where they are.
        paths: Vec<RepoPath>,
    },
    /// Commits of the agent's that no ref keeps.
    UnsavedCommits {
        /// The refs of the clone that name them.
        refs: Vec<String>,
    },
    /// What is there is not, or not any more, the workspace that was made there.
    Replaced,
    /// It could not be understood.
    NotUnderstood {
        /// What was odd.
        findings: Vec<Finding>,
    },
}

impl Repo {
    /// Deletes a workspace if all that is in it, but for ignored files, is also in the snapshot `saved` and in
    /// the refs that keep the agent's own commits. Otherwise nothing is changed and the reason is returned.
    /// The agent's processes must be dead. A workspace that is gone already is removed.
    ///
    /// # Errors
    /// When git or the file system fails; the workspace may then be partly deleted, and asking again goes on.
    pub fn remove_workspace(&self, workspace: &Workspace, saved: &RefName) -> Result<Removal, GitError> {
        let path = workspace.path();
        if path.symlink_metadata().is_ok() {
            workspace.check_place()?;
            if let Some(why) = self.unique(workspace, saved)? {
                return Ok(Removal::Kept { why });
            }
            delete(&workspace.doomed())?;
            match fs::rename(path, workspace.doomed()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(GitError::file("remove a workspace", path)(error));
                }
                Ok(()) | Err(_) => {}
            }
        }
        let others = [beside(&workspace.index(), ".lock"), beside(path, ".pack"), workspace.doomed()];
        for left in [workspace.mark(), workspace.index()].into_iter().chain(others) {
            delete(&left)?;
        }
        Ok(Removal::Removed)
    }

    /// Deletes what a crash left of a workspace that is not ready: one whose removal had begun, or, where the
    /// caller knows that no agent was ever let in (`unused`), one that was never complete.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn clear_workspace_remains(&self, path: &Path, unused: bool) -> Result<Removal, GitError> {
        if path.symlink_metadata().is_ok() && !unused {
            return Ok(Removal::Kept { why: KeptWhy::Replaced });
        }
        // The proof was had before it was moved away; what had never been moved there is nobody's work.
        for suffix in ["", ".ready", ".ready.new", ".index", ".index.lock", ".pack", ".gone"] {
            delete(&beside(path, suffix))?;
        }
        Ok(Removal::Removed)
    }

    /// What is in the workspace and nowhere else; `None` proves that there is nothing.
    pub(crate) fn unique(&self, workspace: &Workspace, saved: &RefName) -> Result<Option<KeptWhy>, GitError> {
        let index = workspace.index();
        let found = walk(workspace.path());
        let nested = self.not_ignored(workspace.path(), &index, found.nested)?;
        if !nested.is_empty() {
            return Ok(Some(KeptWhy::Nested { paths: nested }));
        }
        if found.gave_up {
            return Ok(Some(KeptWhy::NotUnderstood { findings: vec![Finding::TooManyFiles] }));
        }
        let unreadable = self.not_ignored(workspace.path(), &index, found.unreadable)?;
        if !unreadable.is_empty() {
            return Ok(Some(KeptWhy::Unsaved { paths: unreadable }));
        }
        if let Some(why) = self.unique_commits(workspace)? {
            return Ok(Some(why));
        }
        if !self.index_is_in(workspace, saved)? {
            return Ok(Some(KeptWhy::NotInRef { name: saved.clone() }));
        }
        let paths = self.not_staged(workspace, &[])?;
        Ok((!paths.is_empty()).then_some(KeptWhy::Unsaved { paths }))
    }

    /// Whether the ref exists and its tree is exactly what was saved last.
    fn index_is_in(&self, workspace: &Workspace, saved: &RefName) -> Result<bool, GitError> {
        if !workspace.index().is_file() {
            return Ok(false);
        }
        let tree = format!("{saved}^{{tree}}");
        let options = [
            "--cached",
            "--quiet",
            "--no-ext-diff",
            "--ignore-submodules=none",
            "--end-of-options",
            &tree,
            "--",
        ];
        let cmd = self.git().cmd("compare a workspace with its snapshot", "diff-index").args(options);
        Ok(cmd.on(workspace.path(), &workspace.index()).run()?.exit == Exit::Code(0))
    }

    fn unique_commits(&self, workspace: &Workspace) -> Result<Option<KeptWhy>, GitError> {
        let mut read = read_tips(&workspace.path().join(".git"));
        if !read.findings.is_empty() {
            return Ok(Some(KeptWhy::NotUnderstood { findings: read.findings }));
        }
        read.tips.remove(workspace.base());
        if read.tips.is_empty() {
            return Ok(None);
        }
        for (_, oid) in self.list_refs(&kept_refs(workspace.run()))? {
            read.tips.remove(&oid);
        }
        let refs: Vec<String> = read.tips.into_values().flatten().collect();
        Ok((!refs.is_empty()).then_some(KeptWhy::UnsavedCommits { refs }))
    }
}
