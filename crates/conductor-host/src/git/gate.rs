//! Gate workspaces: one tree, checked out where no agent ever worked.

use std::fs;
use std::path::{Path, PathBuf};

use conductor_engine::ids::TreeId;

use super::error::GitError;
use super::name::{RepoPath, nul_paths};
use super::open::Repo;
use super::workspace::{beside, delete, stays_inside};

/// A directory that may survive from one gate workspace to the next (`target`, `node_modules`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheDir {
    /// Where it is in the workspace, relative to its root.
    pub inside: PathBuf,
    /// Where it is kept between times. On the same file system, since it is moved.
    pub store: PathBuf,
}

/// A checkout of exactly one tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateWorkspace {
    path: PathBuf,
    tree: TreeId,
    caches: Vec<CacheDir>,
}

impl GateWorkspace {
    /// The directory to run gates in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tree that was checked out.
    pub fn tree(&self) -> &TreeId {
        &self.tree
    }

    fn index(&self) -> PathBuf {
        beside(&self.path, ".index")
    }

    /// Is there while the checkout is being made.
    fn unfinished(&self) -> PathBuf {
        beside(&self.path, ".unfinished")
    }
}

impl Repo {
    /// Checks `tree` out at `path`, from nothing: whatever was there before is deleted, but for the caches,
    /// which are moved in. A cache at whose place the tree has something of its own, or whose place leads out
    /// of the workspace, is left out. Only one gate workspace may be at a path at a time.
    ///
    /// # Errors
    /// When git or the file system fails; asking again starts anew.
    pub fn ensure_gate_workspace(
        &self,
        path: &Path,
        tree: &TreeId,
        caches: &[CacheDir],
    ) -> Result<GateWorkspace, GitError> {
        let step = "make a gate workspace";
        let gate = GateWorkspace { path: path.to_owned(), tree: tree.clone(), caches: caches.to_vec() };
        // What a crash left in a finished checkout is worth as much as what was put away. In one that was not
        // finished, nobody can tell a cache from a part of the tree.
        if !gate.unfinished().exists() {
            gate.put_caches_away()?;
        }
        fs::create_dir_all(path).map_err(GitError::file(step, path))?;
        fs::write(gate.unfinished(), b"").map_err(GitError::file(step, &gate.unfinished()))?;
        delete(path)?;
        delete(&gate.index())?;
        delete(&beside(&gate.index(), ".lock"))?;
        fs::create_dir_all(path).map_err(GitError::file(step, path))?;
        self.git()
            .cmd(step, "read-tree")
            .args(["--reset", "-u", tree.as_str()])
            .on(path, &gate.index())
            .ok()?;
        gate.bring_caches()?;
        delete(&gate.unfinished())?;
        Ok(gate)
    }

    /// Tracked files that are not as they were checked out any more. Files that the gates made are no matter.
    ///
    /// # Errors
    /// When git fails.
    pub fn verify_gate_workspace(&self, gate: &GateWorkspace) -> Result<Vec<RepoPath>, GitError> {
        let cmd =
            self.git().cmd("verify a gate workspace", "ls-files").args(["-z", "--modified", "--deduplicate"]);
        Ok(nul_paths(&cmd.on(&gate.path, &gate.index()).ok()?))
    }

    /// Puts the caches away and deletes the workspace.
    ///
    /// # Errors
    /// When the file system fails; asking again goes on.
    pub fn remove_gate_workspace(&self, gate: &GateWorkspace) -> Result<(), GitError> {
        gate.put_caches_away()?;
        delete(&gate.path)?;
        delete(&gate.index())
    }

    /// Deletes what a driver that died left of a gate workspace at `path`: the caches are put away, unless nobody
    /// can tell them from a part of the tree. To be called only while the driver's lock is held.
    ///
    /// # Errors
    /// When the file system fails; asking again goes on.
    pub fn clear_gate_workspace(&self, path: &Path, caches: &[CacheDir]) -> Result<(), GitError> {
        let gate =
            GateWorkspace { path: path.to_owned(), tree: self.empty_tree_id()?, caches: caches.to_vec() };
        if !gate.unfinished().exists() {
            gate.put_caches_away()?;
        }
        for cache in caches {
            delete(&gate.tracked_mark(cache))?;
        }
        for left in [path.to_owned(), gate.index(), beside(&gate.index(), ".lock"), gate.unfinished()] {
            delete(&left)?;
        }
        Ok(())
    }
}

impl GateWorkspace {
    fn put_caches_away(&self) -> Result<(), GitError> {
        for cache in &self.caches {
            let inside = self.path.join(&cache.inside);
            let there = inside.symlink_metadata().is_ok_and(|meta| meta.is_dir());
            if there && stays_inside(&self.path, &cache.inside) && !self.is_tracked(cache) {
                delete(&cache.store)?;
                move_dir(&inside, &cache.store)?;
            }
        }
        Ok(())
    }

    fn bring_caches(&self) -> Result<(), GitError> {
        for cache in &self.caches {
            let inside = self.path.join(&cache.inside);
            // What the tree has at this place is what is to be checked.
            if inside.symlink_metadata().is_ok() || !stays_inside(&self.path, &cache.inside) {
                let mark = self.tracked_mark(cache);
                fs::write(&mark, b"").map_err(GitError::file("leave a cache out", &mark))?;
                continue;
            }
            delete(&self.tracked_mark(cache))?;
            if cache.store.is_dir() {
                move_dir(&cache.store, &inside)?;
            }
        }
        Ok(())
    }

    /// Whether the place of the cache held a part of the tree. Remembered beside the workspace, so that such
    /// a part is never taken for a cache, not even after a crash.
    fn is_tracked(&self, cache: &CacheDir) -> bool {
        self.tracked_mark(cache).exists()
    }

    fn tracked_mark(&self, cache: &CacheDir) -> PathBuf {
        let name = cache.inside.to_string_lossy().replace(['/', '\\'], "-");
        beside(&self.path, &format!(".no-cache-{name}"))
    }
}

fn move_dir(from: &Path, to: &Path) -> Result<(), GitError> {
    let made = to.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::rename(from, to)).map_err(GitError::file("move a cache", from))
}
