//! Undoing what a run landed.

use std::collections::BTreeSet;

use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{Oid, RunId, SessionId, TaskRef, TreeId};
use serde::Serialize;
use taskwerk_client::TasksError;
use taskwerk_model::{Children, Command, Guard, Reason, Status, TextError, Verb};
use thiserror::Error;

use super::host::{Host, HostError};
use super::land::LandError;
use crate::clock;
use crate::driver::DriverLock;
use crate::forecast::all_tasks;
use crate::git::{
    BranchName, CommitText, GitError, LandedRun, NameError, RefError, RepoPath, Rollback, Trailers,
};
use crate::journal::{Database, JournalError};
use crate::perform::{session_branch, stranger};

/// What is to be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo<'t> {
    /// What these tasks landed.
    Tasks(&'t [String]),
    /// All that the session landed.
    Everything,
}

impl Undo<'_> {
    fn means(&self, task: &str) -> bool {
        match self {
            Self::Tasks(tasks) => tasks.iter().any(|wanted| wanted == task),
            Self::Everything => true,
        }
    }
}

/// One run that is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Undone {
    /// Its task, as people name it.
    pub task: String,
    /// The run.
    pub run: RunId,
    /// The commit that is undone.
    pub undone: Oid,
    /// The commit that undoes it.
    pub commit: Oid,
}

/// What became of a rollback.
#[derive(Debug, Clone, PartialEq)]
pub enum RolledBack {
    /// The session's branch has commits that undo the runs, and their tasks are open again.
    Done {
        /// What was undone, in the order in which it was: the newest first.
        undone: Vec<Undone>,
        /// Whether the user's branch has undone work, so that landing again is needed.
        landed: bool,
    },
    /// Nothing of the work is left to undo.
    Nothing,
    /// Later work changed the same places.
    Conflict {
        /// The task whose work is in the way of being undone.
        task: String,
        /// Where.
        paths: Vec<RepoPath>,
    },
    /// Without the work the gates fail.
    GatesFail {
        /// What they say.
        summary: EvidenceSummary,
    },
}

/// Why a rollback was not possible.
#[derive(Debug, Error)]
pub enum RollbackError {
    /// No run of the tasks landed in the session.
    #[error("nothing of {tasks} landed in session {session}; `conductor orchestrate status` shows what did")]
    NotLanded {
        /// The tasks.
        tasks: String,
        /// The session.
        session: SessionId,
    },
    /// There is no such session branch.
    #[error("session {0} has no branch any more")]
    NoBranch(SessionId),
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A ref that moved meanwhile.
    #[error("the session's branch moved meanwhile; try again: {0}")]
    Ref(#[from] RefError),
    /// A name that git does not take.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The project.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The gates.
    #[error(transparent)]
    Land(#[from] LandError),
    /// The task store.
    #[error("the work was undone, but the task was not reopened: {0}")]
    Tasks(#[from] TasksError),
    /// A reason that the task store does not take.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// What stands on a session's branch of what is to be undone.
#[derive(Default)]
struct Standing {
    /// Runs that landed and were not undone: task, run, commit. Newest first.
    landed: Vec<(String, RunId, Oid)>,
    /// Runs that were undone: task, run, the commit that undoes it.
    undone: Vec<(String, RunId, Oid)>,
}

impl Standing {
    /// `runs` are those of the branch, newest first.
    fn of(runs: &[LandedRun], undo: Undo<'_>) -> Self {
        let mut standing = Self::default();
        for LandedRun { commit, trailers } in runs {
            let Some(task) = trailers.task.clone().filter(|task| undo.means(task)) else { continue };
            if let Some(run) = trailers.reverts {
                standing.undone.push((task, run, commit.clone()));
            } else if let Some(run) = trailers.run
                && !standing.undone.iter().any(|(_, undone, _)| *undone == run)
            {
                standing.landed.push((task, run, commit.clone()));
            }
        }
        standing
    }
}

/// Commits that undo runs, one on the other, on no branch yet.
struct Chain {
    undone: Vec<Undone>,
    tip: Oid,
    /// What the last of them is made of: its tree, the commit below it, its text.
    last: Option<(TreeId, Oid, CommitText)>,
}

impl Host {
    /// Undoes what tasks landed, or all that the session did, on the session's branch, if the gates pass without it; then
    /// opens the tasks again. `force` undoes it even if they fail. The branch moves once, to the end of it all.
    ///
    /// # Errors
    /// When nothing of it landed, or git or a store fails.
    pub fn rollback(
        &self,
        _lock: &DriverLock,
        id: SessionId,
        undo: Undo<'_>,
        why: &str,
        force: bool,
    ) -> Result<RolledBack, RollbackError> {
        let mut db = self.database()?;
        let setup = db.setup(id)?;
        let branch = session_branch(id)?;
        let tip = self.undoable_tip(&db, id, &branch, &setup.target)?;
        let standing = Standing::of(&self.repo.landed_runs(&tip, &setup.base)?, undo);
        // A program that died in between has undone the work, and not opened the tasks.
        let reopened = self.reopen_undone(id, &standing, why)?;
        if standing.landed.is_empty() {
            if reopened.is_empty() {
                return Err(not_landed(id, undo));
            }
            return Ok(RolledBack::Done { undone: reopened, landed: true });
        }
        let chain = match self.chain(&tip, &standing.landed, why)? {
            Ok(chain) => chain,
            Err((task, paths)) => return Ok(RolledBack::Conflict { task, paths }),
        };
        let Chain { mut undone, last: Some((tree, below, mut text)), .. } = chain else {
            return Ok(RolledBack::Nothing);
        };
        let (evidence, summary) = self.check(id, &tree)?;
        if !summary.passed && !force {
            return Ok(RolledBack::GatesFail { summary });
        }
        text.trailers.evidence = Some(evidence);
        let commit = self.repo.commit(&tree, &[&below], &text, clock::now())?;
        if let Some(last) = undone.last_mut() {
            last.commit = commit.clone();
        }
        let runs: Vec<String> = undone.iter().map(|one| one.run.to_string()).collect();
        db.record_tip(id, &commit, &format!("rollback of run {}", runs.join(", ")), clock::now())?;
        self.repo.move_ref(&branch.to_ref(), &tip, &commit)?;
        let mut landed = false;
        for one in &undone {
            self.reopen(id, &one.task, one.run, why)?;
            landed |= self.is_on_target(&setup.target, one.run, &setup.base)?;
        }
        Ok(RolledBack::Done { undone, landed })
    }

    /// Tasks whose work landed in the session and that need `task`, directly or through others: what was built on it.
    ///
    /// # Errors
    /// When git or a store fails.
    pub fn built_on(&self, id: SessionId, task: &str) -> Result<Vec<String>, RollbackError> {
        let db = self.database()?;
        let setup = db.setup(id)?;
        let tip = self.undoable_tip(&db, id, &session_branch(id)?, &setup.target)?;
        let standing = Standing::of(&self.repo.landed_runs(&tip, &setup.base)?, Undo::Everything);
        let facts = all_tasks(&self.tasks(id)?)?;
        let mut on: BTreeSet<&TaskRef> = facts.iter().filter(|f| f.id == task).map(|f| &f.task).collect();
        let own = on.clone();
        loop {
            let more: Vec<&TaskRef> = facts
                .iter()
                .filter(|f| !on.contains(&f.task) && f.depends_on.iter().any(|d| on.contains(d)))
                .map(|f| &f.task)
                .collect();
            if more.is_empty() {
                break;
            }
            on.extend(more);
        }
        let built = facts.iter().filter(|f| on.contains(&f.task) && !own.contains(&f.task));
        let landed = built.filter(|f| standing.landed.iter().any(|(landed, ..)| *landed == f.id));
        Ok(landed.map(|f| f.id.clone()).collect())
    }

    /// The tip of the session's branch. Cleaning removes a branch that has landed; undoing needs it again.
    fn undoable_tip(
        &self,
        db: &Database,
        id: SessionId,
        branch: &BranchName,
        target: &str,
    ) -> Result<Oid, RollbackError> {
        let tip = match self.repo.read_ref(&branch.to_ref())? {
            Some(tip) => tip,
            None => {
                let landed = self.landed_tip(db, id, &BranchName::parse(target)?)?;
                let tip = landed.ok_or(RollbackError::NoBranch(id))?;
                self.repo.create_ref(&branch.to_ref(), &tip)?;
                tip
            }
        };
        if !db.knows_tip(id, &tip)? {
            return Err(LandError::Strange(stranger(branch, &tip, db.newest_tip(id)?.as_deref())).into());
        }
        Ok(tip)
    }

    /// Opens the tasks of runs that are undone and whose tasks are still closed.
    fn reopen_undone(
        &self,
        id: SessionId,
        standing: &Standing,
        why: &str,
    ) -> Result<Vec<Undone>, RollbackError> {
        let mut reopened = Vec::new();
        for (task, run, commit) in &standing.undone {
            let again = standing.landed.iter().any(|(landed, ..)| landed == task);
            if !again && self.reopen(id, task, *run, why)? {
                let (task, undone, commit) = (task.clone(), commit.clone(), commit.clone());
                reopened.push(Undone { task, run: *run, undone, commit });
            }
        }
        Ok(reopened)
    }

    /// Undoes runs one after the other, the newest first. Where later work is in the way, whose and where.
    fn chain(
        &self,
        tip: &Oid,
        landed: &[(String, RunId, Oid)],
        why: &str,
    ) -> Result<Result<Chain, (String, Vec<RepoPath>)>, RollbackError> {
        let mut chain = Chain { undone: Vec::new(), tip: tip.clone(), last: None };
        for (task, run, undone) in landed {
            let text = CommitText {
                subject: format!("revert: undo {task} (run {run})"),
                body: why.to_owned(),
                trailers: Trailers { task: Some(task.clone()), reverts: Some(*run), ..Trailers::default() },
            };
            match self.repo.rollback(&chain.tip, undone, &text, clock::now())? {
                Rollback::Nothing => {}
                Rollback::Conflict { paths } => return Ok(Err((task.clone(), paths))),
                Rollback::Reverted { commit, tree } => {
                    chain.last = Some((tree, chain.tip, text));
                    chain.tip = commit.clone();
                    let (task, undone) = (task.clone(), undone.clone());
                    chain.undone.push(Undone { task, run: *run, undone, commit });
                }
            }
        }
        Ok(Ok(chain))
    }

    fn is_on_target(&self, target: &str, run: RunId, base: &Oid) -> Result<bool, RollbackError> {
        let target = BranchName::parse(target)?;
        let Some(tip) = self.repo.read_ref(&target.to_ref())? else { return Ok(false) };
        Ok(self.repo.find_run(run, &tip, base)?.is_some())
    }

    /// Opens the task of a run that was undone; `false` when it is not closed.
    fn reopen(&self, id: SessionId, task: &str, run: RunId, why: &str) -> Result<bool, RollbackError> {
        let tasks = self.tasks(id)?;
        let found = tasks.find(task)?;
        if found.status != Status::Done {
            return Ok(false);
        }
        let reason: Reason = format!("run {run} was rolled back: {why}").parse()?;
        tasks.execute(Command::Move {
            task: found.id,
            to: Verb::Reopen,
            reason: Some(reason),
            children: Children::Refuse,
            guard: Guard::default(),
        })?;
        Ok(true)
    }
}

fn not_landed(session: SessionId, undo: Undo<'_>) -> RollbackError {
    let tasks = match undo {
        Undo::Tasks(tasks) => tasks.join(", "),
        Undo::Everything => "any task".to_owned(),
    };
    RollbackError::NotLanded { tasks, session }
}
