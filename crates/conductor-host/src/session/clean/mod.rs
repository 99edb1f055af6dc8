//! Removing what nobody needs any more, each thing with a proof that nothing in it is unique.

mod files;
mod refs;

use std::collections::BTreeMap;

use conductor_engine::ids::{Oid, RunId, SessionId, TaskRef};
use conductor_engine::session::{Phase, Run};
use jiff::Timestamp;
use serde::Serialize;
use thiserror::Error;

use super::host::{Host, HostError};
use crate::driver::DriverLock;
use crate::git::{BranchName, GitError, NameError, RefError};
use crate::journal::JournalError;
use crate::perform::Places;

/// What is to be removed.
#[derive(Debug, Clone, Default)]
pub struct CleanOptions {
    /// Only what belongs to this session.
    pub session: Option<SessionId>,
    /// Only what belongs to sessions that ended before this.
    pub ended_before: Option<Timestamp>,
    /// The caches of gates too.
    pub caches: bool,
    /// The saved work of this task's runs that are over, although it is nowhere else.
    pub drop: Option<TaskRef>,
    /// Only say what would be removed.
    pub dry_run: bool,
}

/// What kind of thing something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftKind {
    /// A run's copy of the repository.
    Workspace,
    /// A checkout for gates.
    GateWorkspace,
    /// Temporary files of agents and gates.
    Temporary,
    /// A cache of gates.
    Cache,
    /// A session's branch.
    Branch,
    /// A ref that keeps files of a workspace.
    Snapshot,
    /// A ref that keeps a commit of an agent's.
    OwnCommit,
    /// Something that Conductor did not make, or does not know any more.
    Unknown,
}

/// Something that sessions left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// What it is.
    pub kind: LeftKind,
    /// The session, as far as it is known.
    pub session: Option<SessionId>,
    /// The run, if it belongs to one.
    pub run: Option<RunId>,
    /// The path, or the name of the ref.
    pub place: String,
    /// What it takes on the disk, in bytes; 0 for refs.
    pub bytes: u64,
    /// Why it was removed or kept.
    pub why: String,
}

/// What was done, or would be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Cleaned {
    /// What is gone.
    pub removed: Vec<Left>,
    /// What is still there.
    pub kept: Vec<Left>,
}

/// Why cleaning could not go on. What was removed until then was not needed, and asking again goes on.
#[derive(Debug, Error)]
pub enum CleanError {
    /// Git or the file system.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A ref that somebody else moved in that moment.
    #[error("a ref moved meanwhile; clean again: {0}")]
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
}

impl Host {
    /// Removes what sessions left and nobody needs: workspaces, temporary files, branches and refs whose content is
    /// elsewhere. What is unique, in use or unknown is kept and told. The lock shows that no driver is at work, and so
    /// that no agent and no gate is alive.
    ///
    /// # Errors
    /// When git, the file system or the database fails.
    pub fn clean(&self, _lock: &DriverLock, options: &CleanOptions) -> Result<Cleaned, CleanError> {
        if !options.dry_run {
            self.repo.clear_own_locks()?;
        }
        let mut cleaner = Cleaner::new(self, options)?;
        cleaner.workspaces()?;
        cleaner.gate_workspaces()?;
        cleaner.temporary()?;
        cleaner.caches()?;
        cleaner.branches()?;
        cleaner.saved_work()?;
        Ok(cleaner.cleaned)
    }
}

/// A session, as far as cleaning wants to know it.
struct Known {
    /// No driver will ever work on it again by itself.
    over: bool,
    /// It was given up: what its runs left is nobody's any more.
    failed: bool,
    ended_at: Option<Timestamp>,
    /// Where it began.
    base: Oid,
    target: BranchName,
    /// Where the user's branch is; `None` when it is gone.
    target_tip: Option<Oid>,
}

struct Cleaner<'a> {
    host: &'a Host,
    options: &'a CleanOptions,
    places: Places,
    sessions: BTreeMap<SessionId, Known>,
    runs: BTreeMap<RunId, Run>,
    cleaned: Cleaned,
}

/// Whether something may go.
enum May {
    /// Its owner is over.
    Go,
    /// Somebody needs it, or nobody knows it; this is why.
    Stay(String),
    /// It was not asked about.
    Skip,
}

impl<'a> Cleaner<'a> {
    fn new(host: &'a Host, options: &'a CleanOptions) -> Result<Self, CleanError> {
        let db = host.database()?;
        let runs: BTreeMap<RunId, Run> = db.all_runs()?.into_iter().map(|run| (run.id, run)).collect();
        let mut sessions = BTreeMap::new();
        for row in db.sessions()? {
            let setup = db.setup(row.id)?;
            let target = BranchName::parse(&setup.target)?;
            let failed = row.status == "failed";
            let open = |run: &&Run| run.id.session == row.id && !matches!(run.phase, Phase::Ended(_));
            let known = Known {
                over: failed || row.status == "completed" && !runs.values().any(|run| open(&run)),
                failed,
                ended_at: row.ended_at,
                base: setup.base,
                target_tip: host.repo.read_ref(&target.to_ref())?,
                target,
            };
            sessions.insert(row.id, known);
        }
        let places = host.places()?;
        Ok(Self { host, options, places, sessions, runs, cleaned: Cleaned::default() })
    }

    /// Whether something was asked about. What belongs to no session is, when no session is named.
    fn asked(&self, session: Option<SessionId>) -> bool {
        let chosen = self.options.session.is_none_or(|only| session == Some(only));
        let known = session.and_then(|id| self.sessions.get(&id));
        let old = self.options.ended_before.is_none_or(|before| {
            known.is_some_and(|known| known.ended_at.is_some_and(|ended| ended < before))
        });
        chosen && old
    }

    /// Whether what belongs to a session as a whole may go.
    fn session_may(&self, id: SessionId) -> May {
        if !self.asked(Some(id)) {
            return May::Skip;
        }
        match self.sessions.get(&id) {
            None => May::Stay(format!("there is no session {id}")),
            Some(known) if known.over => May::Go,
            Some(_) => May::Stay(format!("session {id} is not over")),
        }
    }

    /// Whether what belongs to a run may go. Checks that belong to no run are numbered 0.
    fn run_may(&self, id: RunId) -> May {
        if id.number == 0 {
            return self.session_may(id.session);
        }
        if !self.asked(Some(id.session)) {
            return May::Skip;
        }
        let failed = self.sessions.get(&id.session).is_some_and(|known| known.failed);
        match self.runs.get(&id) {
            None => May::Stay(format!("there is no run {id}")),
            Some(Run { phase: Phase::Ended(_), .. }) => May::Go,
            Some(_) if failed => May::Go,
            Some(run) => May::Stay(format!("run {id} is not over: {:?}", run.phase.tag()).to_lowercase()),
        }
    }

    fn removed(&mut self, left: Left, why: impl Into<String>) {
        self.cleaned.removed.push(Left { why: why.into(), ..left });
    }

    fn kept(&mut self, left: Left, why: impl Into<String>) {
        self.cleaned.kept.push(Left { why: why.into(), ..left });
    }
}
