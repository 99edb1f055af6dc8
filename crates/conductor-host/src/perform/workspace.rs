//! Workspaces and the work in them: made, saved, looked at, merged, removed.

use conductor_engine::attempt::AttemptEnd;
use conductor_engine::effect::{Outcome, Stacked, Verb};
use conductor_engine::ids::{Oid, RunId, TreeId};
use conductor_engine::session::{Candidate, Phase, Snapshot};

use super::failpoint::Place;
use super::site::Site;
use super::{Trouble, failed, refused};
use crate::clock;
use crate::git::{
    BranchName, CandidateOutcome, GitError, KeptWhy, Removal, Workspace, WorkspaceSpec, snapshot_ref,
};
use crate::journal::KeptWork;

/// What a workspace is to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish<'w> {
    /// Where it starts; `None` for the tip of the session's branch.
    pub(super) base: Option<&'w Oid>,
    /// Saved work to hold, when it is made anew.
    pub(super) snapshot: Option<&'w Snapshot>,
    /// Whether what is there is set aside first.
    pub(super) fresh: bool,
    /// What a fresh one holds instead of its start.
    pub(super) marked: Option<&'w TreeId>,
}

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

    pub(super) fn ensure_workspace(&self, run: RunId, wish: Wish<'_>) -> Outcome {
        match self.try_workspace(run, wish) {
            Ok(base) => Outcome::Prepared { base },
            Err(trouble) => trouble.into(),
        }
    }

    fn try_workspace(&self, run: RunId, wish: Wish<'_>) -> Result<Oid, Trouble> {
        let Wish { base, snapshot, fresh, marked } = wish;
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
        self.failpoint.reach(Verb::Worktree, Place::Inside);
        let tree = match snapshot {
            _ if marked.is_some() => marked.cloned(),
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
        let workspace = match self.workspace(run, base) {
            Some(workspace) => workspace,
            None => match self.after_interruption(run) {
                Ok(workspace) => workspace,
                Err(trouble) => return trouble.into(),
            },
        };
        self.failpoint.reach(Verb::Snapshot, Place::Inside);
        match self.repo.snapshot(&workspace, number, clock::now()) {
            Ok(saved) => Outcome::Snapshot { number: saved.number, commit: saved.commit, tree: saved.tree },
            Err(error) => failed(&error).into(),
        }
    }

    /// The workspace, made again where its agent was interrupted. After an attempt that ended by itself its words are
    /// about files that nobody has any more: a person is asked then.
    fn after_interruption(&self, run: RunId) -> Result<Workspace, Trouble> {
        let state = self.db().run(run).map_err(|e| failed(&e))?;
        if matches!(state.last_end, Some(AttemptEnd::Interrupted)) && matches!(state.phase, Phase::Collecting)
        {
            return self.workspace_again(run);
        }
        Err(Trouble {
            message: format!(
                "the workspace of run {run} is gone, and what its agent did since the last snapshot with it; if it \
                 was moved, move it back to {}, else have it done again (retry)",
                self.places.workspace(run, 0).display()
            ),
            transient: false,
        })
    }

    /// The workspace that the run works in now; where somebody deleted it or moved it away, another one with what was
    /// saved last. What was moved away stays where it is.
    pub(super) fn workspace_again(&self, run: RunId) -> Result<Workspace, Trouble> {
        if let Some(there) = self.newest_workspace(run) {
            return Ok(there);
        }
        let state = self.db().run(run).map_err(|e| failed(&e))?;
        let wish =
            Wish { base: state.base.as_ref(), snapshot: state.snapshot.as_ref(), fresh: false, marked: None };
        self.try_workspace(run, wish)?;
        self.newest_workspace(run).ok_or_else(|| Trouble {
            message: format!("the workspace of run {run} is gone and cannot be made again"),
            transient: false,
        })
    }

    pub(super) fn collect(&self, base: &Oid, snapshot: &Snapshot, marked: &[String]) -> Outcome {
        let looked = self.changes(base, &snapshot.tree).and_then(|changes| {
            self.failpoint.reach(Verb::Collect, Place::Inside);
            let suspects = changes.iter().map(|c| &c.path).filter(|path| marked.contains(&path.to_string()));
            Ok((changes.len() as u64, self.repo.marks_in(&snapshot.tree, suspects)?))
        });
        match looked {
            Ok((files, unresolved)) => {
                Outcome::Collected { files, unresolved: unresolved.iter().map(ToString::to_string).collect() }
            }
            Err(error) => failed(&error).into(),
        }
    }

    pub(super) fn candidate(&self, base: &Oid, snapshot: &Snapshot, on: Option<&Stacked>) -> Outcome {
        match self.try_candidate(base, snapshot, on) {
            Ok(outcome) => outcome,
            Err(trouble) => trouble.into(),
        }
    }

    /// Merged with the tip, or with a commit that stands for the candidate below.
    fn try_candidate(
        &self,
        base: &Oid,
        snapshot: &Snapshot,
        on: Option<&Stacked>,
    ) -> Result<Outcome, Trouble> {
        let tip = match on {
            None => self.tip()?,
            Some(below) => self.repo.stand_in(&below.candidate).map_err(|e| failed(&e))?,
        };
        let candidate = |tree: TreeId| Outcome::Candidate {
            candidate: Candidate { base: base.clone(), tip: tip.clone(), tree },
            on: on.cloned(),
        };
        self.failpoint.reach(Verb::Candidate, Place::Inside);
        // Where the branch has not moved there is nothing to merge with.
        if base == &tip {
            return Ok(candidate(snapshot.tree.clone()));
        }
        let merged =
            self.repo.candidate(base, &tip, &snapshot.commit, &snapshot.tree).map_err(|e| failed(&e))?;
        Ok(match merged {
            CandidateOutcome::Ready { tree, .. } => candidate(tree),
            CandidateOutcome::Nothing => candidate(self.repo.tree_of(&tip).map_err(|e| failed(&e))?),
            CandidateOutcome::Conflict { paths, marked } => Outcome::Conflict {
                tip: tip.clone(),
                paths: paths.iter().map(ToString::to_string).collect(),
                marked: Some(marked),
                on: on.cloned(),
            },
        })
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
                Ok(Removal::Removed) => self.failpoint.reach(Verb::Tidy, Place::Inside),
                Ok(Removal::Kept { why }) => kept.push(format!("{}: {}", path.display(), kept_why(&why))),
                Err(error) => return failed(&error).into(),
            }
        }
        for step in ["attempt", "gates", "notify"] {
            // What a killed agent or gate left. What cannot be deleted is told by the doctor, and holds nothing up.
            let _left = std::fs::remove_dir_all(self.places.tmp(run, step));
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
