//! Evidence checked: whether it is what it was, and whether what landed on it is what it is about.

use conductor_engine::evidence::Evidence;
use conductor_engine::ids::{EvidenceId, Oid, RunId, TaskRef};
use conductor_engine::session::{Ending, Phase};
use jiff::Timestamp;
use thiserror::Error;

use super::host::Host;
use crate::gates::stored_digest;
use crate::git::GitError;
use crate::journal::{Database, JournalError};

/// A piece of evidence and what stands on it.
#[derive(Debug, Clone)]
pub struct Proof {
    /// The name by which it was asked for.
    pub id: EvidenceId,
    /// When it was kept.
    pub created_at: Timestamp,
    /// The evidence itself; `None` when what is stored is none.
    pub evidence: Option<Evidence>,
    /// The commits that landed on it, in the order of their runs.
    pub landed: Vec<LandedOn>,
    /// What does not hold.
    pub flaws: Vec<Flaw>,
}

/// A commit that landed on a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LandedOn {
    /// Its run.
    pub run: RunId,
    /// Its task.
    pub task: TaskRef,
    /// The commit.
    pub commit: Oid,
}

/// What does not hold of a piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Flaw {
    /// What is stored has another digest.
    #[error("its content has the digest {found}: it was changed after it was kept")]
    Digest {
        /// The digest of what is stored.
        found: EvidenceId,
    },
    /// What is stored cannot be read.
    #[error("its content cannot be read: {why}")]
    Unreadable {
        /// The reason.
        why: String,
    },
    /// The row names another tree than the evidence.
    #[error("it is kept for tree {kept}, and is about tree {about}")]
    Row {
        /// The tree that the row names.
        kept: String,
        /// The tree of the evidence.
        about: String,
    },
    /// A commit that landed on it is not there any more.
    #[error("commit {commit} of run {run}, which landed on it, is not in the repository")]
    Gone {
        /// The run.
        run: RunId,
        /// The commit.
        commit: Oid,
    },
    /// A commit that landed on it has another tree, and lies below none that has its tree.
    #[error("commit {commit} of run {run} has tree {tree}, which is not the tree that was checked")]
    Tree {
        /// The run.
        run: RunId,
        /// The commit.
        commit: Oid,
        /// Its tree.
        tree: String,
    },
    /// The trailer of a commit that landed on it names something else.
    #[error("commit {commit} of run {run} names {named} as its evidence", named = named.as_deref().unwrap_or("nothing"))]
    Trailer {
        /// The run.
        run: RunId,
        /// The commit.
        commit: Oid,
        /// What its trailer names.
        named: Option<String>,
    },
}

/// Why evidence could not be checked.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Host {
    /// Checks a piece of evidence: its digest, and of every run that landed on it the tree and the trailer of its
    /// commit.
    ///
    /// # Errors
    /// When there is no such evidence, or journal or repository cannot be read. What does not hold is no error.
    pub fn proof(&self, db: &Database, id: &EvidenceId) -> Result<Proof, ProofError> {
        let record = db.evidence_record(id)?;
        let mut flaws = Vec::new();
        match stored_digest(&record.body) {
            Some(found) if found == *id => {}
            Some(found) => flaws.push(Flaw::Digest { found }),
            None => {}
        }
        let evidence = match serde_json::from_str::<Evidence>(&record.body) {
            Ok(evidence) => Some(evidence),
            Err(error) => {
                flaws.push(Flaw::Unreadable { why: error.to_string() });
                None
            }
        };
        let landed = landed_on(db, id)?;
        if let Some(evidence) = &evidence {
            let about = evidence.tree.as_str();
            if record.tree != about {
                flaws.push(Flaw::Row { kept: record.tree, about: about.to_owned() });
            }
            flaws.extend(self.trees(&landed, about)?);
        }
        for landed in &landed {
            flaws.extend(self.trailer(db, landed, id)?);
        }
        Ok(Proof { id: id.clone(), created_at: record.created_at, evidence, landed, flaws })
    }

    /// The commits without the tree that was checked. Runs that were tested together landed together: the last one's
    /// commit has the tree, and the others lie below it.
    fn trees(&self, landed: &[LandedOn], tree: &str) -> Result<Vec<Flaw>, ProofError> {
        let mut whole = Vec::new();
        let mut others = Vec::new();
        let mut flaws = Vec::new();
        for landed in landed {
            match self.repo.tree_of(&landed.commit) {
                Ok(found) if found.as_str() == tree => whole.push(&landed.commit),
                Ok(found) => others.push((landed, found)),
                Err(_) => flaws.push(Flaw::Gone { run: landed.run, commit: landed.commit.clone() }),
            }
        }
        for (landed, found) in others {
            let mut below = false;
            for commit in &whole {
                below |= self.repo.is_ancestor(&landed.commit, commit)?;
            }
            if !below {
                let (run, commit) = (landed.run, landed.commit.clone());
                flaws.push(Flaw::Tree { run, commit, tree: found.as_str().to_owned() });
            }
        }
        Ok(flaws)
    }

    fn trailer(&self, db: &Database, landed: &LandedOn, id: &EvidenceId) -> Result<Option<Flaw>, ProofError> {
        if self.repo.tree_of(&landed.commit).is_err() {
            // Told already.
            return Ok(None);
        }
        let base = db.setup(landed.run.session)?.base;
        let commits = self.repo.landed_runs(&landed.commit, &base)?;
        let own = commits.into_iter().find(|found| found.commit == landed.commit);
        let named = own.and_then(|own| own.trailers.evidence);
        let flaw = Flaw::Trailer {
            run: landed.run,
            commit: landed.commit.clone(),
            named: named.as_ref().map(|id| id.0.clone()),
        };
        Ok((named.as_ref() != Some(id)).then_some(flaw))
    }
}

/// The runs whose work landed on this evidence.
fn landed_on(db: &Database, id: &EvidenceId) -> Result<Vec<LandedOn>, JournalError> {
    let mut landed = Vec::new();
    for run in db.all_runs()? {
        let (Phase::Ended(ending) | Phase::Stopping(ending)) = &run.phase else { continue };
        let on_it = run.evidence.as_ref().is_some_and(|(evidence, _)| evidence == id);
        if let (Ending::Landed { commit }, true) = (ending, on_it) {
            landed.push(LandedOn { run: run.id, task: run.task.clone(), commit: commit.clone() });
        }
    }
    Ok(landed)
}
