//! Workspaces and the work in them: made, saved, looked at, merged, removed.

use conductor_engine::effect::Outcome;
use conductor_engine::ids::{Oid, RunId, TreeId};
use conductor_engine::session::{Candidate, Snapshot};

use super::site::Site;
use super::{Trouble, failed, refused};
use crate::clock;
use crate::git::{
    BranchName, CandidateOutcome, GitError, KeptWhy, Removal, Workspace, WorkspaceSpec, snapshot_ref,
};
use crate::journal::KeptWork;

/// More workspaces than this for one run means that something is badly wrong.
const MOST_WORKSPACES: u32 = 100;

impl Site {
    /// The workspaces of a run that are ready, oldest first.
    fn workspaces(&self, run: RunId) -> Vec<Workspace> {
        self.places.workspaces(run).iter().filter_map(|path| self.repo.find_workspace(path)).collect()
    }

    /// The workspace that the run works in: the newest one that started from `base`.
    pub(super) fn workspace(&self, run: RunId, base: &Oid) -> Option<Workspace> {
        self.workspaces(run).into_iter().rev().find(|w| w.base() == base)
    }

    /// The workspace that the run works in now.
    pub(super) fn newest_workspace(&self, run: RunId) -> Option<Workspace> {
        self.workspaces(run).pop()
    }

    pub(super) fn ensure_workspace(
        &self,
        run: RunId,
        base: Option<&Oid>,
        snapshot: Option<&Snapshot>,
        fresh: bool,
    ) -> Outcome {
        match self.try_workspace(run, base, snapshot, fresh) {
            Ok(base) => Outcome::Prepared { base },
            Err(trouble) => trouble.into(),
        }
    }

    fn try_workspace(
        &self,
        run: RunId,
        base: Option<&Oid>,
        snapshot: Option<&Snapshot>,
        fresh: bool,
    ) -> Result<Oid, Trouble> {
        let tip = self.tip()?;
        if fresh {
            self.set_aside(run, snapshot, &tip)?;
        } else if let Some(there) = match base {
            Some(base) => self.workspace(run, base),
            // Made by a driver that died before it could say so.
            None => self.workspaces(run).pop(),
        } {
            return Ok(there.base().clone());
        }
        let base = base.cloned().unwrap_or(tip);
        if let Some(there) = self.workspace(run, &base) {
            return Ok(there.base().clone());
        }
        let path = (0..MOST_WORKSPACES)
            .map(|again| self.places.workspace(run, again))
            .find(|path| self.repo.find_workspace(path).is_none())
            .ok_or_else(|| Trouble {
                message: format!("run {run} has too many workspaces that had to be kept"),
                transient: false,
            })?;
        let branch = self.task_branch(run)?;
        let spec = WorkspaceSpec { path, run, branch, base: base.clone() };
        let workspace = self.repo.ensure_workspace(&spec).map_err(|e| failed(&e))?;
        let tree = match snapshot {
            Some(saved) => (!fresh).then(|| saved.tree.clone()),
            None if fresh || self.setup.fresh => None,
            None => self.work_of_an_earlier_session(run, &base)?,
        };
        if let Some(tree) = tree {
            self.repo.restore_workspace(&workspace, &tree).map_err(|e| failed(&e))?;
        }
        Ok(base)
    }

    /// What a stopped session kept of this task, merged with where this run begins. Work that conflicts stays
    /// in its ref, and the run begins without it.
    fn work_of_an_earlier_session(&self, run: RunId, base: &Oid) -> Result<Option<TreeId>, Trouble> {
        let task = self.db().run_task(run).map_err(|e| failed(&e))?;
        let kept = self.db().kept_work(&task, run).map_err(|e| failed(&e))?;
        let Some(KeptWork { run: earlier, base: old_base, snapshot: saved }) = kept else { return Ok(None) };
        // A person may have dropped it; its objects are then there only until git clears them away.
        let name = snapshot_ref(earlier, saved.number).map_err(|e| failed(&e))?;
        if self.repo.read_ref(&name).map_err(|e| failed(&e))?.is_none() {
            return Ok(None);
        }
        let merged =
            self.repo.candidate(&old_base, base, &saved.commit, &saved.tree).map_err(|e| failed(&e))?;
        Ok(match merged {
            CandidateOutcome::Ready { tree, .. } => Some(tree),
            CandidateOutcome::Nothing | CandidateOutcome::Conflict { .. } => None,
        })
    }

    /// Removes the old workspaces of a run that starts afresh. What is unique in one keeps it where it is.
    fn set_aside(&self, run: RunId, snapshot: Option<&Snapshot>, tip: &Oid) -> Result<(), Trouble> {
        // One that starts from the tip is the fresh one, made by a try whose answer was lost: a run never
        // starts afresh from where it began.
        for old in self.workspaces(run).iter().filter(|w| w.base() != tip) {
            self.remove(old, snapshot).map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    fn task_branch(&self, run: RunId) -> Result<BranchName, Trouble> {
        let facts = self.run_task(run).map_err(|e| failed(&*e))?;
        let pattern = &self.rules.workflow.branch_pattern;
        let name = pattern.branch(&facts.id, &facts.title, &self.session.to_string());
        BranchName::parse(&name).map_err(|e| refused(&e))
    }

    pub(super) fn snapshot(&self, run: RunId, number: u32, base: &Oid) -> Outcome {
        let Some(workspace) = self.workspace(run, base) else {
            return Outcome::Failed {
                message: format!(
                    "the workspace of run {run} is gone: {}",
                    self.places.workspace(run, 0).display()
                ),
                transient: false,
            };
        };
        match self.repo.snapshot(&workspace, number, clock::now()) {
            Ok(saved) => Outcome::Snapshot { number: saved.number, commit: saved.commit, tree: saved.tree },
            Err(error) => failed(&error).into(),
        }
    }

    pub(super) fn collect(&self, _run: RunId, base: &Oid, snapshot: &Snapshot) -> Outcome {
        match self.changes(base, &snapshot.tree) {
            Ok(changes) => Outcome::Collected { files: changes.len() as u64 },
            Err(error) => failed(&error).into(),
        }
    }

    pub(super) fn candidate(&self, base: &Oid, snapshot: &Snapshot) -> Outcome {
        let tip = match self.tip() {
            Ok(tip) => tip,
            Err(trouble) => return trouble.into(),
        };
        // Where the branch has not moved there is nothing to merge with.
        let merged = if base == &tip {
            self.changes(base, &snapshot.tree)
                .map(|changes| CandidateOutcome::Ready { tree: snapshot.tree.clone(), changes })
        } else {
            self.repo.candidate(base, &tip, &snapshot.commit, &snapshot.tree)
        };
        match merged {
            Err(error) => failed(&error).into(),
            Ok(CandidateOutcome::Ready { tree, .. }) => {
                Outcome::Candidate(Candidate { base: base.clone(), tip, tree })
            }
            Ok(CandidateOutcome::Nothing) => match self.repo.tree_of(&tip) {
                Ok(tree) => Outcome::Candidate(Candidate { base: base.clone(), tip, tree }),
                Err(error) => failed(&error).into(),
            },
            Ok(CandidateOutcome::Conflict { paths }) => {
                Outcome::Conflict { tip, paths: paths.iter().map(ToString::to_string).collect() }
            }
        }
    }

    pub(super) fn tidy(&self, run: RunId, snapshot: Option<&Snapshot>) -> Outcome {
        let mut kept = Vec::new();
        for path in self.places.workspaces(run) {
            let removal = match self.repo.find_workspace(&path) {
                Some(workspace) => self.remove(&workspace, snapshot),
                // An agent is let in only when it is ready, and what an agent did is saved before anything else.
                None => self.repo.clear_workspace_remains(&path, snapshot.is_none()),
            };
            match removal {
                Ok(Removal::Removed) => {}
                Ok(Removal::Kept { why }) => kept.push(format!("{}: {}", path.display(), kept_why(&why))),
                Err(error) => return failed(&error).into(),
            }
        }
        Outcome::Tidied { kept: (!kept.is_empty()).then(|| kept.join("; ")) }
    }

    /// Removes a workspace with a proof that its files are in the last snapshot. One of which nothing was ever
    /// saved is saved now.
    fn remove(&self, workspace: &Workspace, snapshot: Option<&Snapshot>) -> Result<Removal, GitError> {
        let run = workspace.run();
        let saved = match snapshot {
            Some(saved) => snapshot_ref(run, saved.number)?,
            None => self.repo.snapshot(workspace, 1, clock::now())?.name,
        };
        self.repo.remove_workspace(workspace, &saved)
    }
}

/// Why a workspace was kept, for people.
pub(crate) fn kept_why(why: &KeptWhy) -> String {
    let list = |paths: &[crate::git::RepoPath]| {
        let mut names: Vec<String> = paths.iter().take(5).map(ToString::to_string).collect();
        if paths.len() > 5 {
            names.push(format!("and {} more", paths.len() - 5));
        }
        names.join(", ")
    };
    match why {
        KeptWhy::NotInRef { name } => format!("{} does not hold its files", name.as_str()),
        KeptWhy::Unsaved { paths } => format!("files that were never saved: {}", list(paths)),
        KeptWhy::Nested { paths } => format!("repositories inside it: {}", list(paths)),
        KeptWhy::UnsavedCommits { refs } => format!("commits that no ref keeps: {}", refs.join(", ")),
        KeptWhy::Replaced => "it is not what Conductor had made there".to_owned(),
        KeptWhy::NotUnderstood { .. } => "its own repository cannot be understood".to_owned(),
    }
}
