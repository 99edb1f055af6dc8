//! Healing a fast-forward that was killed in the middle.
//!
//! It leaves an `index.lock`, the old ref, and some files new; or, a moment later, files and index new, the ref
//! old and a lock on it: git would refuse every later try. What is in the way is undone only where it provably is the torn merge's own: a file that is missing, or a prefix of
//! the new content. Anything else is the user's, and nothing is touched.

use std::fs;
use std::path::{Path, PathBuf};

use conductor_engine::ids::Oid;

use super::checkout::{Checkout, Operation};
use super::diff::ChangeKind;
use super::error::GitError;
use super::land::{Held, LandOutcome, LandPlan};
use super::locks::is_open;
use super::name::{BranchName, RepoPath};
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
        // None of these was there when the plan was made, so that they are the torn merge's, or those of a git that
        // the user has started since.
        for (lock, operation) in self.locks_of_a_merge(target, git_dir) {
            if !lock.exists() {
                continue;
            }
            if is_open(&lock) || git_works_in(&checkout) {
                return hold(Held::InProgress { checkout: checkout.path.clone(), operation });
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

    fn locks_of_a_merge(&self, target: &BranchName, git_dir: &Path) -> [(PathBuf, Operation); 4] {
        let branch = self.common_dir().join(format!("{}.lock", target.to_ref()));
        [
            (git_dir.join("index.lock"), Operation::IndexLock),
            (git_dir.join("ORIG_HEAD.lock"), Operation::HeadLock),
            (git_dir.join("HEAD.lock"), Operation::HeadLock),
            (branch, Operation::HeadLock),
        ]
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
        // The index too: a merge that was killed just before it moved the ref has brought it up to the new commit.
        let options =
            [source.as_str(), "--staged", "--worktree", "--pathspec-from-file=-", "--pathspec-file-nul"];
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

/// Whether some git process works in the checkout: one that waits in an editor holds locks that it has not open.
fn git_works_in(checkout: &Checkout) -> bool {
    let inside = |dir: &Path| [&checkout.path, &checkout.git_dir].iter().any(|place| dir.starts_with(place));
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    processes
        .filter(|process| fs::read(process.join("comm")).is_ok_and(|name| name.trim_ascii_end() == b"git"))
        .any(|process| fs::read_link(process.join("cwd")).is_ok_and(|dir| inside(&dir)))
}
