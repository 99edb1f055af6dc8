//! Healing a fast-forward that was killed in the middle.
//!
//! It leaves an `index.lock`, the old ref, and some files new: git would refuse every later try. What is in
//! the way is undone only where it provably is the torn merge's own: a file that is missing, or a prefix of
//! the new content. Anything else is the user's, and nothing is touched.

use std::fs;
use std::path::Path;

use conductor_engine::ids::Oid;

use super::checkout::{Checkout, Operation};
use super::diff::ChangeKind;
use super::error::GitError;
use super::land::{Held, LandOutcome, LandPlan};
use super::name::RepoPath;
use super::open::Repo;
use super::run::refused;
use super::workspace::delete;

impl Repo {
    /// Brings a plan that was written down, and perhaps begun, to its end. To be called only while the
    /// driver's lock is held, so that no git process of Conductor's is alive.
    ///
    /// # Errors
    /// When git or the file system fails.
    pub fn heal_landing(&self, plan: &LandPlan) -> Result<LandOutcome, GitError> {
        let LandPlan::FastForward { target, old, new, checkout, git_dir } = plan else {
            return self.perform_landing(plan);
        };
        let checkout = Checkout { path: checkout.clone(), git_dir: git_dir.clone() };
        if self.read_ref(&target.to_ref())?.as_ref() != Some(old) {
            return self.perform_landing(plan);
        }
        let hold = |why| {
            let command = format!("git -C {} status", checkout.path.display());
            Ok(LandOutcome::Held { why, command })
        };
        let lock = git_dir.join("index.lock");
        if lock.exists() {
            if is_open(&lock) {
                return hold(Held::InProgress {
                    checkout: checkout.path.clone(),
                    operation: Operation::IndexLock,
                });
            }
            delete(&lock)?;
        }
        if let Some(operation) = checkout.operation() {
            return hold(Held::InProgress { checkout: checkout.path.clone(), operation });
        }
        let torn = match self.torn(&checkout, old, new)? {
            Ok(torn) => torn,
            Err(paths) => return hold(Held::Torn { checkout: checkout.path.clone(), paths }),
        };
        self.undo(&checkout, old, &torn)?;
        self.fast_forward(target, old, new, &checkout)
    }

    /// The files that the torn merge had begun to change; or those that hold something else.
    fn torn(
        &self,
        checkout: &Checkout,
        old: &Oid,
        new: &Oid,
    ) -> Result<Result<Torn, Vec<RepoPath>>, GitError> {
        let state = self.work_state_of(&checkout.git_dir, &checkout.path)?;
        let changes = self.changes(old, new)?;
        let (mut torn, mut foreign) = (Torn::default(), Vec::new());
        for path in state.changed {
            let change = changes.iter().find(|c| c.path == path || c.from.as_ref() == Some(&path));
            let gone =
                change.is_some_and(|c| c.kind == ChangeKind::Deleted || c.from.as_ref() == Some(&path));
            let ours = match change {
                None => false,
                Some(_) if gone => !exists(checkout, &path),
                Some(_) => self.is_part_of(checkout, new, &path)?,
            };
            if ours { torn.changed.push(path) } else { foreign.push(path) }
        }
        // A file that only the new commit has is not tracked yet: `status` may show just its folder.
        for change in changes.iter().filter(|c| matches!(c.kind, ChangeKind::Added | ChangeKind::Renamed)) {
            if !exists(checkout, &change.path) {
                continue;
            }
            if self.is_part_of(checkout, new, &change.path)? {
                torn.added.push(change.path.clone());
            } else {
                foreign.push(change.path.clone());
            }
        }
        Ok(if foreign.is_empty() { Ok(torn) } else { Err(foreign) })
    }

    /// Whether the file is missing, or holds the beginning (or all) of what the commit has there.
    fn is_part_of(&self, checkout: &Checkout, commit: &Oid, path: &RepoPath) -> Result<bool, GitError> {
        let file = checkout.path.join(path.as_path());
        let Ok(meta) = file.symlink_metadata() else { return Ok(true) };
        let mut name = std::ffi::OsString::from(format!("{commit}:"));
        name.push(path.as_path());
        let out = self.git().cmd("read a file of a commit", "cat-file").args(["blob".into(), name]).run()?;
        if !out.exit.success() || out.truncated {
            return Ok(false);
        }
        let held = if meta.is_symlink() {
            fs::read_link(&file).map(|link| link.into_os_string().into_encoded_bytes())
        } else if meta.is_file() {
            fs::read(&file)
        } else {
            return Ok(false);
        };
        Ok(held.is_ok_and(|bytes| out.stdout.starts_with(&bytes)))
    }

    fn undo(&self, checkout: &Checkout, old: &Oid, torn: &Torn) -> Result<(), GitError> {
        let step = "undo a torn fast-forward";
        for path in &torn.added {
            delete(&checkout.path.join(path.as_path()))?;
        }
        if torn.changed.is_empty() {
            return Ok(());
        }
        let source = format!("--source={old}");
        let options = [source.as_str(), "--worktree", "--pathspec-from-file=-", "--pathspec-file-nul"];
        let cmd = self
            .git()
            .cmd(step, "restore")
            .args(options)
            .env("GIT_LITERAL_PATHSPECS", "1")
            .stdin_paths(&torn.changed);
        let out = cmd.in_checkout(&checkout.git_dir, &checkout.path).run()?;
        if out.exit.success() { Ok(()) } else { Err(refused(step, &out)) }
    }
}

#[derive(Default)]
struct Torn {
    /// Tracked before: to be as in the old commit again.
    changed: Vec<RepoPath>,
    /// Only in the new commit: to be gone again.
    added: Vec<RepoPath>,
}

fn exists(checkout: &Checkout, path: &RepoPath) -> bool {
    checkout.path.join(path.as_path()).symlink_metadata().is_ok()
}

/// Whether a process that can be looked into has the file open: then it is no leftover. Where the system does
/// not show that, a lock counts as a leftover only by being in a place where a torn merge was written down.
fn is_open(file: &Path) -> bool {
    let Ok(file) = file.canonicalize() else { return false };
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut descriptors =
        processes.filter_map(|p| fs::read_dir(p.path().join("fd")).ok()).flatten().flatten();
    descriptors.any(|fd| fs::read_link(fd.path()).is_ok_and(|target| target == file))
}
