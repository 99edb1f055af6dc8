//! Lock files that a killed git left. Git itself never removes one, and refuses for ever where one is.
//!
//! Whose a lock is, is told by where it lies. Below Conductor's own refs, beside its private indexes and in the
//! clones that it made for agents nobody else's git is at work; there a lock is a leftover as soon as none of
//! Conductor's processes is alive, which whoever holds the driver's lock knows. Every other lock may be the user's,
//! and is only told.

use std::fs;
use std::path::{Path, PathBuf};

use super::checkout::Checkout;
use super::error::GitError;
use super::open::Repo;

/// Folders of refs that are deeper than this are nobody's.
const DEEPEST: usize = 30;

/// A lock file in a part of the repository that is the user's too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedLock {
    /// The file.
    pub path: PathBuf,
    /// What cannot be done while it is there, for people.
    pub hinders: &'static str,
}

impl Repo {
    /// Deletes lock files that a killed git left on refs that only Conductor uses. To be called only while the
    /// driver's lock is held and none of its git processes can be alive. Returns how many there were.
    ///
    /// # Errors
    /// When a lock file is there and cannot be deleted.
    pub fn clear_own_locks(&self) -> Result<usize, GitError> {
        clear(&self.own_locks())
    }

    /// Lock files on refs that only Conductor uses: its snapshots, and the branches of sessions.
    pub fn own_locks(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        locks_below(&self.common_dir().join("refs/conductor"), 0, &mut found);
        let branches = self.common_dir().join("refs/heads/conductor");
        let of_session = |path: &PathBuf| {
            let name =
                path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix('s'));
            name.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        };
        found.extend(locks_in(&branches).into_iter().filter(of_session));
        found
    }

    /// Deletes the lock files that an agent's killed git left in the clone at `workspace`. The agent's processes
    /// must be dead. Returns how many there were.
    ///
    /// # Errors
    /// When a lock file is there and cannot be deleted.
    pub fn clear_clone_locks(&self, workspace: &Path) -> Result<usize, GitError> {
        clear(&clone_locks(workspace))
    }

    /// Lock files that may be anybody's: in the repository itself and in each checkout of it.
    pub fn shared_locks(&self) -> Vec<SharedLock> {
        let common = self.common_dir();
        let mut known = vec![
            (common.join("packed-refs.lock"), "branches cannot be deleted"),
            (common.join("config.lock"), "git's configuration cannot be changed"),
            (common.join("shallow.lock"), "nothing can be fetched"),
            (common.join("reftable/tables.list.lock"), "no ref can be changed"),
        ];
        for Checkout { git_dir, .. } in self.checkouts() {
            known.push((git_dir.join("index.lock"), "nothing can be staged, committed or landed there"));
            known.push((git_dir.join("HEAD.lock"), "nothing can be committed or landed there"));
        }
        let mut found: Vec<SharedLock> = known
            .into_iter()
            .filter(|(path, _)| is_plain(path))
            .map(|(path, hinders)| SharedLock { path, hinders })
            .collect();
        let own = self.own_locks();
        let mut refs = Vec::new();
        locks_below(&common.join("refs"), 0, &mut refs);
        refs.retain(|path| !own.contains(path));
        found.extend(refs.into_iter().map(|path| SharedLock { path, hinders: "this ref cannot be changed" }));
        found
    }
}

/// The lock files of a clone that Conductor made. Nothing is followed: an agent may have put a link in the place of
/// any part of it.
pub(crate) fn clone_locks(workspace: &Path) -> Vec<PathBuf> {
    let git_dir = workspace.join(".git");
    let is_dir = |path: &Path| path.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    if !is_dir(workspace) || !is_dir(&git_dir) {
        return Vec::new();
    }
    let mut found = locks_in(&git_dir);
    locks_below(&git_dir.join("refs"), 0, &mut found);
    found
}

/// Whether a process that can be looked into has the file open: then it is no leftover. Where the system does
/// not show that, where a lock lies has to tell.
pub(crate) fn is_open(file: &Path) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut descriptors =
        processes.filter_map(|p| fs::read_dir(p.path().join("fd")).ok()).flatten().flatten();
    descriptors.any(|fd| fs::read_link(fd.path()).is_ok_and(|target| target == file))
}

fn clear(locks: &[PathBuf]) -> Result<usize, GitError> {
    for lock in locks {
        fs::remove_file(lock).map_err(GitError::file("clear a stale lock", lock))?;
    }
    Ok(locks.len())
}

fn is_plain(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_file())
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    if !dir.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
        return Vec::new();
    }
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The lock files that lie in this very folder.
fn locks_in(dir: &Path) -> Vec<PathBuf> {
    let is_lock =
        |path: &PathBuf| path.extension().is_some_and(|extension| extension == "lock") && is_plain(path);
    entries(dir).into_iter().filter(is_lock).collect()
}

fn locks_below(dir: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if depth > DEEPEST {
        return;
    }
    found.extend(locks_in(dir));
    for path in entries(dir) {
        if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            locks_below(&path, depth + 1, found);
        }
    }
}
