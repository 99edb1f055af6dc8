//! Landing: on the session's branch by compare-and-swap, on the user's by the one way that cannot harm.

use std::path::PathBuf;

use conductor_engine::ids::{Oid, RunId};
use serde::{Deserialize, Serialize};

use super::checkout::{Checkout, Operation};
use super::diff::{ChangeKind, FileChange};
use super::error::{GitError, readable};
use super::name::{BranchName, RepoPath, nul_fields};
use super::open::{Head, Repo};
use super::refs::RefError;
use crate::process::os_path;

/// What became of moving a session's branch to a new commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Advance {
    /// It is there now.
    Landed {
        /// The commit.
        commit: Oid,
    },
    /// The run was on the branch already, by an earlier try.
    AlreadyLanded {
        /// The commit that carries the run's trailer.
        commit: Oid,
    },
    /// Somebody moved the branch: make a new candidate on this tip.
    Moved {
        /// Where the branch is; `None` when it is gone.
        tip: Option<Oid>,
    },
    /// Somebody has the branch checked out, and moving it would show them the reverse of it as a change.
    CheckedOut {
        /// Where.
        checkout: PathBuf,
    },
}

/// How a commit is to be brought to the user's branch. To be written down before it is performed, so that a
/// crash in the middle can be healed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum LandPlan {
    /// The branch is checked out nowhere: the ref alone moves.
    Swap {
        /// The branch.
        target: BranchName,
        /// Where it is.
        old: Oid,
        /// Where it is to be.
        new: Oid,
    },
    /// The branch is checked out, clean and idle: git's own fast-forward moves both.
    FastForward {
        /// The branch.
        target: BranchName,
        /// Where it is.
        old: Oid,
        /// Where it is to be.
        new: Oid,
        /// The checkout.
        #[serde(with = "os_path")]
        checkout: PathBuf,
        /// The checkout's own part of the repository.
        #[serde(with = "os_path")]
        git_dir: PathBuf,
    },
}

/// What became of landing on the user's branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LandOutcome {
    /// The branch is at the commit.
    Landed {
        /// The branch.
        target: BranchName,
        /// Where it was.
        old: Oid,
        /// Where it is.
        new: Oid,
    },
    /// The branch had the commit already.
    AlreadyThere,
    /// Nothing was changed; it waits for the user.
    Held {
        /// Why.
        why: Held,
        /// What the user can do, as a command to type.
        command: String,
    },
}

/// The plan, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// Write it down, then perform it.
    Go(LandPlan),
    /// There is nothing to perform.
    Done(LandOutcome),
}

/// Why landing waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The target does not exist.
    NoTarget,
    /// The target has commits that the session has not: merge them first ([`Repo::merge_target`]), check the
    /// result, land that.
    TargetMoved {
        /// The target's tip.
        tip: Oid,
    },
    /// The user has changes there that are not committed.
    Dirty {
        /// The checkout.
        checkout: PathBuf,
        /// The files.
        paths: Vec<RepoPath>,
    },
    /// Something has been begun there and not finished.
    InProgress {
        /// The checkout.
        checkout: PathBuf,
        /// What.
        operation: Operation,
    },
    /// Files of the user's that are not tracked (they may be ignored) and that the new commits bring too.
    InTheWay {
        /// The checkout.
        checkout: PathBuf,
        /// The files.
        paths: Vec<RepoPath>,
    },
    /// Git refused, and changed nothing.
    Refused {
        /// The checkout.
        checkout: PathBuf,
        /// What git said.
        message: String,
    },
    /// Files that the user's git passes through a filter (LFS), which Conductor's does not run.
    NeedsFilter {
        /// The files.
        paths: Vec<RepoPath>,
    },
    /// The branch was moved, but was checked out in the same moment: that checkout now shows the merge
    /// reversed, as staged changes.
    CheckedOutMeanwhile {
        /// The checkout.
        checkout: PathBuf,
    },
    /// A fast-forward was torn, and a file there holds what is neither old nor new: it is the user's.
    Torn {
        /// The checkout.
        checkout: PathBuf,
        /// The files.
        paths: Vec<RepoPath>,
    },
}

impl Repo {
    /// Moves a session's branch from `tip` to `commit`, which carries the trailer of `run`. Safe to repeat:
    /// a run that is on the branch already (after `since`) is found there.
    ///
    /// # Errors
    /// When git fails.
    pub fn advance(
        &self,
        branch: &BranchName,
        tip: &Oid,
        commit: &Oid,
        run: RunId,
        since: &Oid,
    ) -> Result<Advance, GitError> {
        if let Some(checkout) = self.quick_checkout_of(branch)? {
            return Ok(Advance::CheckedOut { checkout: checkout.path });
        }
        match self.move_ref(&branch.to_ref(), tip, commit) {
            Ok(()) => Ok(Advance::Landed { commit: commit.clone() }),
            Err(RefError::Git(error)) => Err(error),
            Err(RefError::Moved { found: None, .. }) => Ok(Advance::Moved { tip: None }),
            Err(RefError::Moved { found: Some(found), .. }) => {
                Ok(match self.find_run(run, &found, since)? {
                    Some(commit) => Advance::AlreadyLanded { commit },
                    None => Advance::Moved { tip: Some(found) },
                })
            }
        }
    }

    /// Where this branch is checked out, if it is anywhere.
    ///
    /// # Errors
    /// When git fails.
    pub fn checked_out(&self, branch: &BranchName) -> Result<Option<PathBuf>, GitError> {
        Ok(self.checkout_of(branch)?.map(|checkout| checkout.path))
    }

    /// Finds out how `new` can be brought to the user's branch `target` without harm. Changes nothing.
    ///
    /// # Errors
    /// When git fails.
    pub fn plan_landing(&self, target: &BranchName, new: &Oid) -> Result<Planned, GitError> {
        let Some(old) = self.read_ref(&target.to_ref())? else {
            return Ok(held(Held::NoTarget, format!("git branch {target} {new}")));
        };
        let (behind, ahead) = self.distance(&old, new)?;
        if ahead == 0 {
            return Ok(Planned::Done(LandOutcome::AlreadyThere));
        }
        if behind > 0 {
            return Ok(held(Held::TargetMoved { tip: old }, "conductor orchestrate land".to_owned()));
        }
        let Some(checkout) = self.checkout_of(target)? else {
            if let Some((checkout, operation)) = self.operation_on(target) {
                return Ok(held(
                    Held::InProgress { checkout: checkout.path, operation },
                    "git status".to_owned(),
                ));
            }
            return Ok(Planned::Go(LandPlan::Swap { target: target.clone(), old, new: new.clone() }));
        };
        if let Some(why) = self.not_now(&checkout, &old, new)? {
            return Ok(held(why, merge_command(&checkout, new)));
        }
        let Checkout { path: checkout, git_dir } = checkout;
        Ok(Planned::Go(LandPlan::FastForward {
            target: target.clone(),
            old,
            new: new.clone(),
            checkout,
            git_dir,
        }))
    }

    /// Performs a plan. Nothing is forced: what has changed since the plan makes it held.
    ///
    /// # Errors
    /// When git fails.
    pub fn perform_landing(&self, plan: &LandPlan) -> Result<LandOutcome, GitError> {
        match plan {
            LandPlan::Swap { target, old, new } => self.swap(target, old, new),
            LandPlan::FastForward { target, old, new, checkout, git_dir } => {
                let checkout = Checkout { path: checkout.clone(), git_dir: git_dir.clone() };
                self.fast_forward(target, old, new, &checkout)
            }
        }
    }

    fn swap(&self, target: &BranchName, old: &Oid, new: &Oid) -> Result<LandOutcome, GitError> {
        match self.move_ref(&target.to_ref(), old, new) {
            Ok(()) => {}
            Err(RefError::Git(error)) => return Err(error),
            Err(RefError::Moved { found: Some(found), .. }) if found == *new => {}
            Err(RefError::Moved { found, .. }) => {
                let why = found.map_or(Held::NoTarget, |tip| Held::TargetMoved { tip });
                return Ok(LandOutcome::Held { why, command: "conductor orchestrate land".to_owned() });
            }
        }
        // The user may have switched to the branch between the look and the move.
        if let Some(checkout) = self.checkout_of(target)? {
            let state = self.work_state_of(&checkout.git_dir, &checkout.path)?;
            if !state.changed.is_empty() {
                let command = format!("git -C {} restore --staged --worktree .", shown(&checkout));
                return Ok(LandOutcome::Held {
                    why: Held::CheckedOutMeanwhile { checkout: checkout.path },
                    command,
                });
            }
        }
        Ok(LandOutcome::Landed { target: target.clone(), old: old.clone(), new: new.clone() })
    }

    pub(super) fn fast_forward(
        &self,
        target: &BranchName,
        old: &Oid,
        new: &Oid,
        checkout: &Checkout,
    ) -> Result<LandOutcome, GitError> {
        let hold = |why| LandOutcome::Held { why, command: merge_command(checkout, new) };
        let done = || LandOutcome::Landed { target: target.clone(), old: old.clone(), new: new.clone() };
        // Git merges into whatever is checked out, so look at that last.
        let state = self.work_state_of(&checkout.git_dir, &checkout.path)?;
        match state.head {
            Some(Head::Branch { name, tip }) if name == *target && tip == *new => return Ok(done()),
            Some(Head::Branch { name, tip }) if name == *target && tip == *old => {}
            Some(Head::Branch { name, tip }) if name == *target => {
                return Ok(hold(Held::TargetMoved { tip }));
            }
            Some(Head::Branch { .. } | Head::Detached { .. }) | None => {
                return Ok(hold(Held::Refused {
                    checkout: checkout.path.clone(),
                    message: format!("the checkout is not on {target} any more"),
                }));
            }
        }
        let options = ["--ff-only", "--no-overwrite-ignore", "--no-autostash", "--no-stat", "--quiet"];
        let cmd = self.git().cmd("fast-forward the user's branch", "merge").args(options).arg(new.as_str());
        let cmd = cmd.in_checkout(&checkout.git_dir, &checkout.path);
        let out = cmd.env("GIT_REFLOG_ACTION", "conductor land").run()?;
        if out.exit.success() {
            return Ok(done());
        }
        Ok(hold(Held::Refused { checkout: checkout.path.clone(), message: readable(&out.stderr) }))
    }

    /// Why a checkout cannot be moved now.
    fn not_now(&self, checkout: &Checkout, old: &Oid, new: &Oid) -> Result<Option<Held>, GitError> {
        let path = checkout.path.clone();
        if let Some(operation) = checkout.operation() {
            return Ok(Some(Held::InProgress { checkout: path, operation }));
        }
        let paths = self.work_state_of(&checkout.git_dir, &checkout.path)?.changed;
        if !paths.is_empty() {
            return Ok(Some(Held::Dirty { checkout: path, paths }));
        }
        let changes = self.changes(old, new)?;
        // Git would refuse these too, but leave its ORIG_HEAD behind.
        let brought = changes.iter().filter(|c| matches!(c.kind, ChangeKind::Added | ChangeKind::Renamed));
        let there = brought
            .map(|c| c.path.clone())
            .filter(|p| checkout.path.join(p.as_path()).symlink_metadata().is_ok());
        let paths: Vec<RepoPath> = there.collect();
        if !paths.is_empty() {
            return Ok(Some(Held::InTheWay { checkout: path, paths }));
        }
        let paths = self.filtered(&changes, new)?;
        Ok((!paths.is_empty()).then_some(Held::NeedsFilter { paths }))
    }

    /// The changed files that a filter of the user's is named for.
    fn filtered(&self, changes: &[FileChange], new: &Oid) -> Result<Vec<RepoPath>, GitError> {
        if !self.settings().has_filters {
            return Ok(Vec::new());
        }
        let options = ["-z", "--stdin", "--source", new.as_str(), "filter"];
        let out = self
            .git()
            .cmd("look for filters", "check-attr")
            .args(options)
            .stdin_paths(changes.iter().map(|change| &change.path))
            .ok()?;
        let fields: Vec<&[u8]> = nul_fields(&out).collect();
        let named =
            fields.chunks_exact(3).filter(|chunk| !matches!(chunk[2], b"unspecified" | b"unset" | b"set"));
        Ok(named.map(|chunk| RepoPath::new(chunk[0])).collect())
    }

    /// How many commits only `old` has, and how many only `new` has.
    fn distance(&self, old: &Oid, new: &Oid) -> Result<(u64, u64), GitError> {
        let step = "compare two branches";
        let range = format!("{old}...{new}");
        let out = self
            .git()
            .cmd(step, "rev-list")
            .args(["--left-right", "--count", "--end-of-options", &range, "--"])
            .ok()?;
        let text = String::from_utf8_lossy(&out);
        let mut numbers = text.split_whitespace().map(str::parse);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(behind)), Some(Ok(ahead))) => Ok((behind, ahead)),
            _ => Err(GitError::answer(step, &out)),
        }
    }
}

fn held(why: Held, command: String) -> Planned {
    Planned::Done(LandOutcome::Held { why, command })
}

fn merge_command(checkout: &Checkout, new: &Oid) -> String {
    format!("git -C {} merge --ff-only --no-overwrite-ignore {}", shown(checkout), new.short())
}

/// The path for a command line that a person copies: in quotes where a shell would split it.
fn shown(checkout: &Checkout) -> String {
    let path = checkout.path.to_string_lossy();
    if path.chars().all(|c| c.is_alphanumeric() || "/._-+".contains(c)) {
        path.into_owned()
    } else {
        format!("'{}'", path.replace('\'', "'\\''"))
    }
}
