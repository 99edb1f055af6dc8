//! The journal compared with the world: git, workspaces, processes, locks and tasks; and the world put right where
//! that loses nothing.
//!
//! It runs in two measures. Before every drive, for that session and with one git process: what the driver would
//! stumble over. Wholly, for all sessions, when a person asks (`conductor doctor`). Each file looks at one concern and
//! changes nothing; `mend` does, and obeys the rule for everything here: nothing unique is deleted. What is unique is
//! saved in a ref first, or kept and told.

mod finding;
mod locks;
mod mend;
mod processes;
mod refs;
mod sessions;
mod tasks;
mod view;
mod workspaces;

use conductor_engine::ids::{RunId, SessionId};
use conductor_engine::session::{Phase, Run, Session, Status};
use thiserror::Error;

pub use finding::Finding;

use crate::driver::{DriverLock, LockError};
use crate::git::{GitError, NameError, RefError};
use crate::journal::JournalError;
use crate::session::{Host, HostError};
use view::View;

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// What the driver of this session would stumble over.
    Drive(SessionId),
    /// Everything, of all sessions.
    All,
}

/// What became of mending a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mended {
    /// It is as it should be.
    Done,
    /// It was left as it is.
    Left {
        /// Why.
        why: String,
    },
}

/// Why the comparison, or mending, did not come to its end. What was mended before stays so.
#[derive(Debug, Error)]
pub enum FsckError {
    /// The repository.
    #[error(transparent)]
    Git(#[from] GitError),
    /// A ref that moved meanwhile.
    #[error(transparent)]
    Ref(#[from] RefError),
    /// A name that git does not take.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The database.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The task store.
    #[error("failed to use the tasks: {0}")]
    Tasks(#[from] taskwerk_client::TasksError),
    /// The project.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The driver's lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A text that the task store does not take.
    #[error(transparent)]
    Text(#[from] taskwerk_model::TextError),
    /// The process table, or a file.
    #[error("failed to look at what is left of earlier runs: {0}")]
    System(#[from] std::io::Error),
}

impl Host {
    /// Compares the journal with the world. Changes nothing. Beside a driver that is alive, what is its own is left
    /// out: it is on its way.
    ///
    /// # Errors
    /// When something cannot be read at all.
    pub fn examine(&self, scope: Scope) -> Result<Vec<Finding>, FsckError> {
        let mut view = View::open(self, scope)?;
        if let Scope::All = scope {
            view.driver = DriverLock::holder(&view.places.lock())?;
        }
        look(&view)
    }

    /// The same, and puts right what can be put right without losing anything; says what became of each. The lock
    /// shows that no driver is at work, and that no process of an earlier one is.
    ///
    /// # Errors
    /// When something cannot be read or changed.
    pub fn mend(&self, _lock: &DriverLock, scope: Scope) -> Result<Vec<(Finding, Mended)>, FsckError> {
        let mut view = View::open(self, scope)?;
        let mut mended = Vec::new();
        for finding in look(&view)? {
            let became = if finding.is_mendable() {
                mend::mend(&mut view, &finding)?
            } else {
                Mended::Left { why: finding.advice() }
            };
            mended.push((finding, became));
        }
        Ok(mended)
    }
}

fn look(view: &View<'_>) -> Result<Vec<Finding>, FsckError> {
    let mut found = Vec::new();
    sessions::look(view, &mut found)?;
    refs::look(view, &mut found)?;
    workspaces::look(view, &mut found);
    tasks::look(view, &mut found)?;
    locks::look(view, &mut found);
    processes::look(view, &mut found)?;
    Ok(found)
}

/// Where a run stands, as the journals tell it.
enum Standing<'s> {
    /// It goes on, now or when its session is driven.
    Live,
    /// It is over, or its session was given up.
    Over(&'s Run),
    /// No journal knows it.
    Unknown,
}

fn standing(sessions: &[view::Known], run: RunId) -> Standing<'_> {
    let known = sessions.iter().find(|known| known.session.id == run.session);
    let Some((session, run)) = known.and_then(|k| Some((&k.session, k.session.runs.get(&run)?))) else {
        return Standing::Unknown;
    };
    if is_over(session, run) { Standing::Over(run) } else { Standing::Live }
}

fn is_over(session: &Session, run: &Run) -> bool {
    matches!(run.phase, Phase::Ended(_)) || matches!(session.status, Status::Failed { .. })
}
