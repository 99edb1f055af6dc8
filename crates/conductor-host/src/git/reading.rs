//! A clone for somebody who is only to look: at a commit, without bits to write it by, and with a way to tell afterwards
//! whether anything was changed in it all the same.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use conductor_engine::ids::{Oid, RunId, SessionId};

use super::error::GitError;
use super::name::{BranchName, NameError, RepoPath, nul_paths};
use super::open::Repo;
use super::walk::walk;
use super::workspace::{Workspace, WorkspaceSpec, copy_with_time, delete};

/// The branch that is checked out in it. It exists only there.
const BRANCH: &str = "reading";

/// A clone that is only to be looked at.
#[derive(Debug)]
pub struct ReadingCopy {
    workspace: Workspace,
    /// What git calls changed at once, such as files whose line ends are not as its attributes want them.
    odd: Vec<RepoPath>,
}

impl ReadingCopy {
    /// Its root.
    pub fn path(&self) -> &Path {
        self.workspace.path()
    }
}

/// What was changed in a copy that is only to be looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// Files of the project that are not as they were, or that were not there.
    pub files: Vec<RepoPath>,
    /// Whether there are new files that the project ignores, such as what a build leaves.
    pub ignored: bool,
}

impl Repo {
    /// Makes a copy of this commit at `path`, where nothing is yet. Its own history is there to be read, and ignored files
    /// of the user's are not. Without the bits to write it by nobody but root writes in it by mistake; whoever made it can
    /// still take those bits back.
    ///
    /// # Errors
    /// When git or the file system fails.
    pub fn make_reading_copy(&self, path: &Path, commit: &Oid) -> Result<ReadingCopy, GitError> {
        let step = "make a copy to read";
        let run = RunId { session: SessionId(0), number: 0 };
        let branch = BranchName::parse(BRANCH)
            .map_err(|NameError { text, .. }| GitError::answer(step, text.as_bytes()))?;
        let spec = WorkspaceSpec { path: path.to_owned(), run, branch, base: commit.clone() };
        self.write_clone(&spec)?;
        let workspace = Workspace { path: spec.path, run, base: spec.base };
        self.populate(&workspace)?;
        copy_with_time(&path.join(".git/index"), &workspace.index())
            .map_err(GitError::file(step, &workspace.index()))?;
        close(path);
        // The index has the time of each file's state, which has just changed; else each look would read them all.
        let cmd = self.git().cmd(step, "update-index").args(["-q", "--refresh"]);
        cmd.on(path, &workspace.index()).run()?;
        let odd = self.differing(&workspace)?;
        Ok(ReadingCopy { workspace, odd })
    }

    /// What was changed in the copy. Nothing that lies in it is obeyed.
    ///
    /// # Errors
    /// When git or the file system fails, or the copy is not there any more.
    pub fn touched(&self, copy: &ReadingCopy) -> Result<Touched, GitError> {
        let ReadingCopy { workspace, odd } = copy;
        workspace.check_place()?;
        let all = self.differing(workspace)?;
        if all == *odd {
            return Ok(Touched::default());
        }
        // Git would look into a repository that was made in it with that one's own configuration.
        let nested = self.not_ignored(workspace.path(), &workspace.index(), walk(workspace.path()).nested)?;
        let mut files = self.not_staged(workspace, &nested)?;
        files.extend(nested);
        files.sort();
        files.dedup();
        files.retain(|path| !odd.contains(path));
        Ok(Touched { ignored: all.len() > odd.len() + files.len(), files })
    }

    /// All that is not as in the private index: changed, gone or new, ignored or not.
    fn differing(&self, workspace: &Workspace) -> Result<Vec<RepoPath>, GitError> {
        let cmd = self.git().cmd("look at a copy to read", "ls-files");
        let options = ["-z", "--others", "--modified", "--deduplicate"];
        Ok(nul_paths(&cmd.args(options).on(workspace.path(), &workspace.index()).ok()?))
    }

    /// Deletes the copy, whatever is in it by now.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn remove_reading_copy(&self, copy: ReadingCopy) -> Result<(), GitError> {
        let workspace = copy.workspace;
        delete(workspace.path())?;
        delete(&workspace.index())
    }
}

/// Takes the bits to write by away, from the innermost on; links are left alone. Where that fails it stays as it is.
fn close(path: &Path) {
    let Ok(meta) = path.symlink_metadata() else { return };
    if meta.is_symlink() {
        return;
    }
    if meta.is_dir() {
        for entry in fs::read_dir(path).into_iter().flatten().flatten() {
            close(&entry.path());
        }
    }
    let mode = meta.permissions().mode() & !0o222;
    let _stays_open = fs::set_permissions(path, fs::Permissions::from_mode(mode));
}
