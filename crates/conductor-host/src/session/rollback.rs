//! Undoing what a run landed.

use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{Oid, RunId, SessionId};
use taskwerk_client::TasksError;
use taskwerk_model::{Children, Command, Guard, Reason, Status, TextError, Verb};
use thiserror::Error;

use super::host::{Host, HostError};
use super::land::LandError;
use crate::clock;
use crate::driver::DriverLock;
use crate::git::{
    BranchName, CommitText, GitError, LandedRun, NameError, RefError, RepoPath, Rollback, Trailers,
};
use crate::journal::JournalError;
use crate::perform::{session_branch, stranger};

/// What became of a rollback.
#[derive(Debug, Clone, PartialEq)]
pub enum RolledBack {
    /// The session's branch has a commit that undoes the run, and the task is open again.
    Done {
        /// That commit.
        commit: Oid,
        /// The commit that it undoes.
        undone: Oid,
        /// The run.
        run: RunId,
        /// Whether the user's branch has the undone work, so that landing again is needed.
        landed: bool,
    },
    /// Nothing of the work is left to undo.
    Nothing,
    /// Later work changed the same places.
    Conflict {
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
    /// No run of the task landed in the session.
    #[error("nothing of {task} landed in session {session}; `conductor orchestrate status` shows what did")]
    NotLanded {
        /// The task.
        task: String,
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

impl Host {
    /// Undoes what the last run of `task` landed, on the session's branch, if the gates pass without it; then
    /// opens the task again. `force` undoes it even if they fail.
    ///
    /// # Errors
    /// When nothing of the task landed, or git or a store fails.
    pub fn rollback(
        &self,
        _lock: &DriverLock,
        id: SessionId,
        task: &str,
        why: &str,
        force: bool,
    ) -> Result<RolledBack, RollbackError> {
        let mut db = self.database()?;
        let setup = db.setup(id)?;
        let branch = session_branch(id)?;
        let tip = match self.repo.read_ref(&branch.to_ref())? {
            Some(tip) => tip,
            // Cleaning removes a branch that has landed; undoing needs it again.
            None => {
                let landed = self.landed_tip(&db, id, &BranchName::parse(&setup.target)?)?;
                let tip = landed.ok_or(RollbackError::NoBranch(id))?;
                self.repo.create_ref(&branch.to_ref(), &tip)?;
                tip
            }
        };
        if !db.knows_tip(id, &tip)? {
            return Err(LandError::Strange(stranger(&branch, &tip, db.newest_tip(id)?.as_deref())).into());
        }
        let landed = self.repo.landed_runs(&tip, &setup.base)?;
        let of_task: Vec<&LandedRun> =
            landed.iter().filter(|r| r.trailers.task.as_deref() == Some(task)).collect();
        // Newest first: a revert on top means that nothing of the task is left, but its task may not have
        // been opened again by a program that died in between.
        if let Some(LandedRun { commit, trailers: Trailers { reverts: Some(run), .. } }) = of_task.first() {
            return self.finish(id, task, *run, commit, why);
        }
        let newest = of_task.first().and_then(|r| Some((r.commit.clone(), r.trailers.run?)));
        let Some((commit, run)) = newest else {
            return Err(RollbackError::NotLanded { task: task.to_owned(), session: id });
        };
        let text = CommitText {
            subject: format!("revert: undo {task} (run {run})"),
            body: why.to_owned(),
            trailers: Trailers { task: Some(task.to_owned()), reverts: Some(run), ..Trailers::default() },
        };
        match self.repo.rollback(&tip, &commit, &text, clock::now())? {
            Rollback::Nothing => Ok(RolledBack::Nothing),
            Rollback::Conflict { paths } => Ok(RolledBack::Conflict { paths }),
            Rollback::Reverted { tree, .. } => {
                let (evidence, summary) = self.check(id, &tree)?;
                if !summary.passed && !force {
                    return Ok(RolledBack::GatesFail { summary });
                }
                let mut text = text;
                text.trailers.evidence = Some(evidence);
                let revert = self.repo.commit(&tree, &[&tip], &text, clock::now())?;
                db.record_tip(id, &revert, &format!("rollback of run {run}"), clock::now())?;
                self.repo.move_ref(&branch.to_ref(), &tip, &revert)?;
                self.reopen(id, task, run, why)?;
                let landed = self.is_on_target(&setup.target, run, &setup.base)?;
                Ok(RolledBack::Done { commit: revert, undone: commit, run, landed })
            }
        }
    }

    /// Opens the task of a run that was undone already.
    fn finish(
        &self,
        id: SessionId,
        task: &str,
        run: RunId,
        revert: &Oid,
        why: &str,
    ) -> Result<RolledBack, RollbackError> {
        if self.tasks(id)?.find(task)?.status != Status::Done {
            return Err(RollbackError::NotLanded { task: task.to_owned(), session: id });
        }
        self.reopen(id, task, run, why)?;
        Ok(RolledBack::Done { commit: revert.clone(), undone: revert.clone(), run, landed: true })
    }

    fn is_on_target(&self, target: &str, run: RunId, base: &Oid) -> Result<bool, RollbackError> {
        let target = BranchName::parse(target)?;
        let Some(tip) = self.repo.read_ref(&target.to_ref())? else { return Ok(false) };
        Ok(self.repo.find_run(run, &tip, base)?.is_some())
    }

    fn reopen(&self, id: SessionId, task: &str, run: RunId, why: &str) -> Result<(), RollbackError> {
        let tasks = self.tasks(id)?;
        let found = tasks.find(task)?;
        if found.status != Status::Done {
            return Ok(());
        }
        let reason: Reason = format!("run {run} was rolled back: {why}").parse()?;
        tasks.execute(Command::Move {
            task: found.id,
            to: Verb::Reopen,
            reason: Some(reason),
            children: Children::Refuse,
            guard: Guard::default(),
        })?;
        Ok(())
    }
}
