//! What can be asked of tasks. Every change, from wherever it comes, is one of these.

use crate::id::TaskId;
use crate::import::Import;
use crate::status::{Priority, Status};
use crate::task::{FencingToken, Progress};
use crate::text::{Assignee, Category, Kind, Reason, Tag, Title, Worker};
use crate::time::{Due, Minutes};
use jiff::SignedDuration;
use serde_json::{Map, Value};

/// One change, made whole or not at all.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Make a task.
    Add(Box<Add>),
    /// Edit fields of a task.
    Update {
        /// The task.
        task: TaskId,
        /// The edits.
        patch: Box<Patch>,
        /// On what conditions.
        guard: Guard,
    },
    /// Move a task to another status.
    Move {
        /// The task.
        task: TaskId,
        /// Where to.
        to: Verb,
        /// Why; some moves need it.
        reason: Option<Reason>,
        /// What happens to open tasks under a container that is closed.
        children: Children,
        /// On what conditions.
        guard: Guard,
    },
    /// Let a task wait for another. One that is there already is no change.
    AddDependency {
        /// The task that waits.
        task: TaskId,
        /// What it waits for.
        on: TaskId,
        /// On what conditions.
        guard: Guard,
    },
    /// Let a task no longer wait for another. One that is not there is no change.
    RemoveDependency {
        /// The task that waited.
        task: TaskId,
        /// What it waited for.
        on: TaskId,
        /// On what conditions.
        guard: Guard,
    },
    /// Write a note.
    Note {
        /// The task.
        task: TaskId,
        /// What it says.
        text: String,
    },
    /// Delete a task. Its id is not given again and its events stay. One that others wait for needs `force`,
    /// which takes it out of what they wait for.
    Delete {
        /// The task.
        task: TaskId,
        /// What happens to the tasks under it.
        children: Children,
        /// On what conditions.
        guard: Guard,
    },
    /// Take a task for a worker. By the worker that holds it already, this is a heartbeat.
    Claim {
        /// The task.
        task: TaskId,
        /// For whom.
        worker: Worker,
        /// For how long.
        ttl: SignedDuration,
        /// On what conditions; with `force`, another's claim is taken over.
        guard: Guard,
    },
    /// Keep a claim alive, also one that lapsed when nobody has taken the task since.
    Heartbeat {
        /// The task.
        task: TaskId,
        /// The proof of the claim.
        token: FencingToken,
        /// From now, for how long.
        ttl: SignedDuration,
    },
    /// End a claim. One that is gone already is no change.
    Release {
        /// The task.
        task: TaskId,
        /// On what conditions: the claim's token, or `force`.
        guard: Guard,
    },
    /// Make or update many tasks at once.
    Import(Box<Import>),
    /// Several commands as one: each sees what those before it did, and if one is refused, none happens.
    All(Vec<Self>),
}

/// On what conditions a command is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Guard {
    /// The proof of the claim under which the command is given.
    pub token: Option<FencingToken>,
    /// Override what a person may override: unmet dependencies, another's claim, dependants on deletion.
    pub force: bool,
    /// The version of the task that the caller has seen; refused when it has changed since.
    pub version: Option<u64>,
}

impl Guard {
    /// Under this claim.
    #[must_use]
    pub const fn token(token: FencingToken) -> Self {
        Self { token: Some(token), force: false, version: None }
    }

    /// Whatever stands against it that a person may override.
    #[must_use]
    pub const fn force() -> Self {
        Self { token: None, force: true, version: None }
    }
}

/// What a command that closes or deletes a container does about the tasks under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Children {
    /// It is refused while there are any.
    #[default]
    Refuse,
    /// It does the same to them.
    Cascade,
}

/// A move from one status to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Begin, or go on.
    Start,
    /// Give the work back: from in progress to todo.
    Stop,
    /// Lay aside.
    Pause,
    /// Cannot go on; needs a reason.
    Block,
    /// What blocked it is gone: from blocked to todo.
    Unblock,
    /// Hand in.
    Review,
    /// Finish.
    Complete,
    /// Open a closed task again; a done one needs a reason. Closed containers above it open too.
    Reopen,
    /// Give up.
    Cancel,
    /// Whatever leads to this status.
    To(Status),
}

impl Verb {
    /// The status that it leads to.
    #[must_use]
    pub const fn target(self) -> Status {
        match self {
            Self::Start => Status::InProgress,
            Self::Stop | Self::Unblock | Self::Reopen => Status::Todo,
            Self::Pause => Status::Paused,
            Self::Block => Status::Blocked,
            Self::Review => Status::Review,
            Self::Complete => Status::Done,
            Self::Cancel => Status::Cancelled,
            Self::To(status) => status,
        }
    }

    /// Which tasks it is for, as the end of a message.
    pub(crate) const fn domain(self) -> &'static str {
        match self {
            Self::Stop => "only a task in progress can be stopped",
            Self::Unblock => "only a blocked task can be unblocked",
            Self::Reopen => "only a done or cancelled task can be opened again",
            Self::Start
            | Self::Pause
            | Self::Block
            | Self::Review
            | Self::Complete
            | Self::Cancel
            | Self::To(_) => "the table of transitions decides",
        }
    }

    /// Whether it may be used on a task of this status, the table of transitions apart.
    #[must_use]
    pub const fn applies_to(self, from: Status) -> bool {
        match self {
            Self::Stop => matches!(from, Status::InProgress | Status::Todo),
            Self::Unblock => matches!(from, Status::Blocked | Status::Todo),
            Self::Reopen => from.is_closed() || matches!(from, Status::Todo),
            Self::Start
            | Self::Pause
            | Self::Block
            | Self::Review
            | Self::Complete
            | Self::Cancel
            | Self::To(_) => true,
        }
    }
}

/// A new task. What is left out gets its default.
#[derive(Debug, Clone, PartialEq)]
pub struct Add {
    /// What is to be done.
    pub title: Title,
    /// The container to put it in, which must be open.
    pub parent: Option<TaskId>,
    /// Everything else.
    pub fields: Patch,
    /// What it waits for.
    pub depends_on: Vec<TaskId>,
    /// On what conditions: a parent under claim needs its token, or `force`.
    pub guard: Guard,
}

impl Add {
    /// A task with a title and nothing else.
    #[must_use]
    pub fn new(title: Title) -> Self {
        Self {
            title,
            parent: None,
            fields: Patch::default(),
            depends_on: Vec::new(),
            guard: Guard::default(),
        }
    }
}

/// What to do with a field that may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Edit<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Empty it.
    Clear,
    /// Put this in.
    Set(T),
}

impl<T> From<T> for Edit<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// Edits of a task's fields; the default edits nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Patch {
    /// A new title.
    pub title: Option<Title>,
    /// The description.
    pub description: Edit<String>,
    /// A new priority.
    pub priority: Option<Priority>,
    /// The category.
    pub category: Edit<Category>,
    /// The sort of work.
    pub kind: Edit<Kind>,
    /// All tags, in place of those there are.
    pub tags: Edit<Vec<Tag>>,
    /// Tags to add.
    pub add_tags: Vec<Tag>,
    /// Tags to take away.
    pub remove_tags: Vec<Tag>,
    /// Who is to do it.
    pub assignee: Edit<Assignee>,
    /// The estimate.
    pub estimate: Edit<Minutes>,
    /// The time it took.
    pub actual: Edit<Minutes>,
    /// A new progress.
    pub progress: Option<Progress>,
    /// The due date.
    pub due: Edit<Due>,
    /// All acceptance criteria, in place of those there are.
    pub acceptance: Edit<Vec<String>>,
    /// All files, in place of those there are.
    pub files: Edit<Vec<String>>,
    /// All links, in place of those there are.
    pub links: Edit<Vec<String>>,
    /// Metadata to set, name by name; `null` takes a name away.
    pub metadata: Map<String, Value>,
    /// Whether it closes with what is under it.
    pub rollup: Option<bool>,
}
