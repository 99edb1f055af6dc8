//! Bringing a session's branch to the user's.

use conductor_engine::evidence::EvidenceSummary;
use conductor_engine::ids::{EvidenceId, Oid, SessionId, TreeId};
use thiserror::Error;

use super::host::{Host, HostError};
use crate::clock;
use crate::driver::DriverLock;
use crate::git::{
    BranchName, CommitText, GitError, Held, LandOutcome, NameError, Planned, RefError, RepoPath, TargetMerge,
    Trailers,
};
use crate::journal::{Database, JournalError};
use crate::perform::{CheckError, session_branch, stranger};

/// What became of landing.
#[derive(Debug, Clone, PartialEq)]
pub enum Landing {
    /// The branch has the work.
    Landed {
        /// The user's branch.
        target: String,
        /// Where it was.
        old: Oid,
        /// Where it is.
        new: Oid,
        /// How many commits of runs came with it.
        runs: usize,
    },
    /// The branch had it already.
    AlreadyThere,
    /// Nothing was changed; the user has to do something first.
    Held {
        /// What is in the way.
        why: Held,
        /// A command that shows or mends it.
        command: String,
    },
    /// Both sides changed the same places.
    Conflict {
        /// The user's branch.
        target: String,
        /// Where.
        paths: Vec<RepoPath>,
    },
    /// The branch moved on, and the gates fail on both together.
    GatesFail {
        /// What they say.
        summary: EvidenceSummary,
    },
}

/// Why landing was not possible.
#[derive(Debug, Error)]
pub enum LandError {
    /// There is no such session branch.
    #[error("session {0} has no branch any more; nothing can be landed")]
    NoBranch(SessionId),
    /// The session's branch holds what no gate has seen.
    #[error("{0}")]
    Strange(String),
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
    /// The gates could not be run.
    #[error("the gates could not be run on the merged tree: {0}")]
    Check(#[from] CheckError),
}

impl Host {
    /// Brings a session's branch to the user's. When the user's branch moved on, both are merged and the gates
    /// run on the result first. A landing whose program died is brought to its end before.
    ///
    /// # Errors
    /// When git or a store fails. What is in the user's way is an answer.
    pub fn land(&self, _lock: &DriverLock, id: SessionId) -> Result<Landing, LandError> {
        let mut db = self.database()?;
        for (row, plan) in db.open_landings()? {
            self.repo.heal_landing(&plan)?;
            db.end_landing(row)?;
        }
        let setup = db.setup(id)?;
        let target = BranchName::parse(&setup.target)?;
        let branch = session_branch(id)?;
        for _ in 0..2 {
            let Some(tip) = self.repo.read_ref(&branch.to_ref())? else {
                // Cleaning removes a branch that has landed.
                let landed = self.landed_tip(&db, id, &target)?;
                return landed.map(|_| Landing::AlreadyThere).ok_or(LandError::NoBranch(id));
            };
            if !db.knows_tip(id, &tip)? {
                return Err(LandError::Strange(stranger(&branch, &tip, db.newest_tip(id)?.as_deref())));
            }
            let plan = match self.repo.plan_landing(&target, &tip)? {
                Planned::Done(LandOutcome::AlreadyThere) => return Ok(Landing::AlreadyThere),
                Planned::Done(LandOutcome::Held { why: Held::TargetMoved { tip: theirs }, .. }) => {
                    if let Some(held) = self.merge_their_work(id, &branch, &tip, &theirs, &setup.target)? {
                        return Ok(held);
                    }
                    continue;
                }
                Planned::Done(outcome) => return self.told(outcome),
                Planned::Go(plan) => plan,
            };
            let row = db.begin_landing(id, &plan, clock::now())?;
            let outcome = self.repo.perform_landing(&plan)?;
            db.end_landing(row)?;
            return self.told(outcome);
        }
        let command = "conductor orchestrate land".to_owned();
        Ok(Landing::Held { why: Held::TargetMoved { tip: setup.base }, command })
    }

    /// Where a session's branch was when it was removed, if the user's branch has all of it.
    pub(super) fn landed_tip(
        &self,
        db: &Database,
        id: SessionId,
        target: &BranchName,
    ) -> Result<Option<Oid>, LandError> {
        let last = db.newest_tip(id)?.and_then(|text| Oid::parse(&text).ok());
        let theirs = self.repo.read_ref(&target.to_ref())?;
        let (Some(last), Some(theirs)) = (last, theirs) else { return Ok(None) };
        Ok(self.repo.is_ancestor(&last, &theirs)?.then_some(last))
    }

    fn told(&self, outcome: LandOutcome) -> Result<Landing, LandError> {
        Ok(match outcome {
            LandOutcome::Landed { target, old, new } => {
                let runs = self.repo.landed_runs(&new, &old)?.len();
                Landing::Landed { target: target.as_str().to_owned(), old, new, runs }
            }
            LandOutcome::AlreadyThere => Landing::AlreadyThere,
            LandOutcome::Held { why, command } => Landing::Held { why, command },
        })
    }

    /// Brings what the user's branch got meanwhile into the session's. `None` when it is there and passed.
    fn merge_their_work(
        &self,
        id: SessionId,
        branch: &BranchName,
        ours: &Oid,
        theirs: &Oid,
        target: &str,
    ) -> Result<Option<Landing>, LandError> {
        let text = CommitText {
            subject: format!("Merge {target} into {}", branch.as_str()),
            body: String::new(),
            trailers: Trailers::default(),
        };
        match self.repo.merge_target(ours, theirs, &text, clock::now())? {
            TargetMerge::UpToDate => Ok(None),
            TargetMerge::Conflict { paths } => {
                Ok(Some(Landing::Conflict { target: target.to_owned(), paths }))
            }
            TargetMerge::Merged { tree, .. } => {
                let (evidence, summary) = self.check(id, &tree)?;
                if !summary.passed {
                    return Ok(Some(Landing::GatesFail { summary }));
                }
                let mut text = text;
                text.trailers.evidence = Some(evidence);
                let commit = self.repo.commit(&tree, &[ours, theirs], &text, clock::now())?;
                let why = format!("merge of {target}");
                self.database()?.record_tip(id, &commit, &why, clock::now())?;
                self.repo.move_ref(&branch.to_ref(), ours, &commit)?;
                Ok(None)
            }
        }
    }

    /// Runs a session's gates on a tree, outside of any run.
    pub(crate) fn check(
        &self,
        id: SessionId,
        tree: &TreeId,
    ) -> Result<(EvidenceId, EvidenceSummary), LandError> {
        let setup = self.database()?.setup(id)?;
        let base = setup.base.clone();
        Ok(self.site(id, setup, base)?.check(tree)?)
    }
}
