//! What happened to tasks, as it is kept for ever.

use crate::change::Change;
use crate::id::TaskId;
use crate::task::{Claim, FencingToken, Note, Task};
use crate::text::{Actor, Key, Reason, Session, Worker};
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A fact about one task. Events are appended and never changed; the tables of a store are their fold. A new
/// form of an event gets a new [`Event::VERSION`], and the old form stays readable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A task came to be, by hand or by import.
    Created {
        /// The task as it was then. Shared, since a batch holds thousands of them twice.
        task: Arc<Task>,
        /// The importer's name for it.
        key: Option<Key>,
        /// Notes that came with it.
        notes: Vec<Note>,
    },
    /// Fields of a task changed; its version rises by one.
    Changed {
        /// The task.
        id: TaskId,
        /// What was done to it.
        action: Action,
        /// Why, when the one who did it said so.
        reason: Option<Reason>,
        /// Whether checks were to be overridden.
        forced: bool,
        /// What changed.
        changes: Vec<Change>,
    },
    /// A note was written.
    Noted {
        /// The task.
        id: TaskId,
        /// The note.
        note: Note,
    },
    /// A task was deleted; its id is not given again.
    Deleted {
        /// The task as it was.
        task: Arc<Task>,
        /// The importer's name for it.
        key: Option<Key>,
    },
    /// A worker took a task, perhaps after another's claim had lapsed.
    Claimed {
        /// The new claim.
        claim: Claim,
    },
    /// A holder kept its claim alive. Not recorded: it comes every few seconds and says nothing about the task.
    Extended {
        /// The claim with its new end.
        claim: Claim,
    },
    /// A claim ended before it lapsed.
    Released {
        /// The task.
        id: TaskId,
        /// Who had held it.
        worker: Worker,
        /// The proof that is void now.
        token: FencingToken,
    },
}

impl Event {
    /// The version of the form that is written now.
    pub const VERSION: u32 = 1;

    /// The task that it is about.
    #[must_use]
    pub fn task(&self) -> &TaskId {
        match self {
            Self::Created { task, .. } | Self::Deleted { task, .. } => &task.id,
            Self::Changed { id, .. } | Self::Noted { id, .. } | Self::Released { id, .. } => id,
            Self::Claimed { claim } | Self::Extended { claim } => &claim.task,
        }
    }

    /// The word that people and webhooks know it by.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Changed { action, .. } => action.as_str(),
            Self::Noted { .. } => "noted",
            Self::Deleted { .. } => "deleted",
            Self::Claimed { .. } => "claimed",
            Self::Extended { .. } => "extended",
            Self::Released { .. } => "released",
        }
    }

    /// Whether it belongs in the log.
    #[must_use]
    pub const fn is_recorded(&self) -> bool {
        match self {
            Self::Extended { .. } => false,
            Self::Created { .. }
            | Self::Changed { .. }
            | Self::Noted { .. }
            | Self::Deleted { .. }
            | Self::Claimed { .. }
            | Self::Released { .. } => true,
        }
    }
}

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident $name:literal,)*) => {
        /// What was done to a task that changed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Action {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Action {
            /// The word that is stored and printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

actions! {
    /// Fields were edited.
    Updated "updated",
    /// Work began or went on.
    Started "started",
    /// Work was given back.
    Stopped "stopped",
    /// Work was laid aside.
    Paused "paused",
    /// Work cannot go on.
    Blocked "blocked",
    /// What blocked it is gone.
    Unblocked "unblocked",
    /// It was handed in to be looked at.
    Submitted "submitted",
    /// It was finished.
    Completed "completed",
    /// It closed since everything under it is closed.
    RolledUp "rolled_up",
    /// It was opened again.
    Reopened "reopened",
    /// It was given up.
    Cancelled "cancelled",
    /// It waits for another task from now on.
    DependencyAdded "dependency_added",
    /// It no longer waits for another task.
    DependencyRemoved "dependency_removed",
    /// A later import brought new values.
    Imported "imported",
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An event in its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its place; rises without end, may have gaps.
    pub seq: u64,
    /// When it happened.
    pub at: Moment,
    /// Who did it.
    pub actor: Actor,
    /// In which session.
    pub session: Option<Session>,
    /// What happened.
    pub event: Event,
}
