//! Why a command was refused.

use crate::code::ErrorCode;
use crate::command::Verb;
use crate::id::{IdError, TaskId};
use crate::status::{PriorityError, Status, StatusError};
use crate::task::{FencingToken, ProgressError};
use crate::text::{TextError, Worker};
use crate::time::{DueError, Moment};
use serde_json::{Value, json};
use std::fmt;

/// Why a command was refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// A value breaks a rule of its field.
    #[error("{0}")]
    Invalid(#[from] Invalid),
    /// A row of an import is wrong, so none of them was imported.
    #[error("row {row}{}: {cause}", field.map(|f| format!(", field `{f}`")).unwrap_or_default())]
    Row {
        /// The row, counted from 1.
        row: usize,
        /// The field, when one is to blame.
        field: Option<&'static str>,
        /// What is wrong with it.
        cause: Box<Self>,
    },
    /// No task has that id.
    #[error("no task {id}")]
    NotFound {
        /// The id.
        id: TaskId,
        /// Ids that may have been meant, at most three.
        suggestions: Vec<TaskId>,
    },
    /// A reference names neither a row of the import nor a task.
    #[error("`{reference}` is neither the key or id of a row nor a task that exists")]
    UnknownReference {
        /// The reference.
        reference: String,
    },
    /// The id belongs to another task.
    #[error("{id} was given to another task")]
    DuplicateId {
        /// The id.
        id: TaskId,
    },
    /// The status does not allow that move.
    #[error("{id} is {from} and cannot become {to}; from {from} it may become {}", words(allowed))]
    IllegalTransition {
        /// The task.
        id: TaskId,
        /// Its status.
        from: Status,
        /// The status asked for.
        to: Status,
        /// The statuses that are allowed.
        allowed: Vec<Status>,
    },
    /// The verb is for tasks of another status.
    #[error("{id} is {from}: {}", verb.domain())]
    WrongVerb {
        /// The task.
        id: TaskId,
        /// Its status.
        from: Status,
        /// The verb.
        verb: Verb,
    },
    /// The move needs a reason.
    #[error("{id} cannot go from {from} to {to} without a reason")]
    ReasonRequired {
        /// The task.
        id: TaskId,
        /// Its status.
        from: Status,
        /// The status asked for.
        to: Status,
    },
    /// Something that must be done before is not done.
    #[error("{id} waits for {}", waits(unmet))]
    UnmetDependencies {
        /// The task.
        id: TaskId,
        /// What it waits for, and where that stands.
        unmet: Vec<(TaskId, Status)>,
    },
    /// Tasks would wait for each other.
    #[error("that would be a cycle: {}", arrows(path))]
    Cycle {
        /// The tasks of the cycle, each waiting for the next (or, as its container, for what is under it);
        /// the first is also the last.
        path: Vec<TaskId>,
    },
    /// Rows of an import would wait for each other.
    #[error("rows wait for each other: {}", path.join(" → "))]
    RowCycle {
        /// The key (or id, or number) of each row of the cycle; the first is also the last.
        path: Vec<String>,
    },
    /// Another worker holds the task.
    #[error("{id} is claimed by {holder} until {expires_at}")]
    Claimed {
        /// The task.
        id: TaskId,
        /// Who holds it.
        holder: Worker,
        /// Until when, unless it is kept alive.
        expires_at: Moment,
    },
    /// The token proves no claim any more.
    #[error("token {token} no longer holds {id}")]
    StaleToken {
        /// The task.
        id: TaskId,
        /// The token.
        token: FencingToken,
    },
    /// The task changed since it was read.
    #[error("{id} is at version {actual}, not {expected}")]
    VersionConflict {
        /// The task.
        id: TaskId,
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        actual: u64,
    },
    /// Tasks under it are open.
    #[error("{id} has open tasks under it: {}", words(children))]
    HasOpenChildren {
        /// The container.
        id: TaskId,
        /// The open tasks directly under it.
        children: Vec<TaskId>,
    },
    /// Tasks are under it.
    #[error("{id} has tasks under it: {}", words(children))]
    HasChildren {
        /// The container.
        id: TaskId,
        /// The tasks directly under it.
        children: Vec<TaskId>,
    },
    /// Other tasks wait for it.
    #[error("other tasks wait for {id}: {}", words(dependents))]
    HasDependents {
        /// The task.
        id: TaskId,
        /// Those that wait for it.
        dependents: Vec<TaskId>,
    },
    /// The container is closed.
    #[error("{parent} is {status}, so nothing open can be under it")]
    ParentClosed {
        /// The container.
        parent: TaskId,
        /// Its status.
        status: Status,
    },
    /// A container is not worked on itself.
    #[error("{id} is a container: the tasks under it are claimed, not itself")]
    IsContainer {
        /// The container.
        id: TaskId,
    },
    /// The task is closed.
    #[error("{id} is {status} and cannot be claimed")]
    Closed {
        /// The task.
        id: TaskId,
        /// Its status.
        status: Status,
    },
}

/// A value that breaks a rule of its field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// A one-line text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// An id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A status.
    #[error(transparent)]
    Status(#[from] StatusError),
    /// A priority.
    #[error(transparent)]
    Priority(#[from] PriorityError),
    /// A due date.
    #[error(transparent)]
    Due(#[from] DueError),
    /// A percentage.
    #[error(transparent)]
    Progress(#[from] ProgressError),
    /// A UUID.
    #[error("`{text}` is no UUID")]
    Uid {
        /// The text as it came.
        text: String,
    },
    /// A timestamp.
    #[error("`{text}` is no timestamp: write it as 2026-12-24T18:00:00Z")]
    Moment {
        /// The text as it came.
        text: String,
    },
    /// A text of more than [`crate::MAX_TEXT_BYTES`].
    #[error("{what} has {bytes} bytes; at most {} are allowed", crate::MAX_TEXT_BYTES)]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its size.
        bytes: usize,
    },
    /// An empty text where one is needed.
    #[error("{what} must not be empty")]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// A list of more entries than [`crate::MAX_ENTRIES`].
    #[error("{what} has {entries} entries; at most {} are allowed", crate::MAX_ENTRIES)]
    TooMany {
        /// Which list.
        what: &'static str,
        /// Its length.
        entries: usize,
    },
    /// Two rows of an import claim the same key, id or uid.
    #[error("`{value}` is also in row {other}")]
    Repeated {
        /// The key, id or uid.
        value: String,
        /// The other row, counted from 1.
        other: usize,
    },
    /// The id of a row lies under another task than its parent.
    #[error("{id} does not lie directly under {parent}: leave out the id or correct the parent")]
    ParentMismatch {
        /// The id of the row.
        id: TaskId,
        /// Its parent.
        parent: TaskId,
    },
    /// The numbers of this level are used up.
    #[error("no number is left for another task here")]
    NumbersUsedUp,
    /// A claim for no time, or for longer than a year.
    #[error("a claim lasts from one second to one year")]
    Ttl,
    /// A row lies under itself.
    #[error("its parent lies under it")]
    ParentLoop,
    /// A reason for being blocked on a task that is not.
    #[error("a block reason is given but the status is {status}: block the task or leave out the reason")]
    NotBlocked {
        /// The status of the row.
        status: Status,
    },
}

impl Refusal {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(_) => ErrorCode::Validation,
            Self::Row { cause, .. } => cause.code(),
            Self::NotFound { .. } | Self::UnknownReference { .. } => ErrorCode::TaskNotFound,
            Self::DuplicateId { .. } => ErrorCode::DuplicateTaskId,
            Self::IllegalTransition { .. } | Self::WrongVerb { .. } => ErrorCode::IllegalTransition,
            Self::ReasonRequired { .. } => ErrorCode::ReasonRequired,
            Self::UnmetDependencies { .. } => ErrorCode::UnmetDependencies,
            Self::Cycle { .. } | Self::RowCycle { .. } => ErrorCode::DependencyCycle,
            Self::Claimed { .. } => ErrorCode::Claimed,
            Self::StaleToken { .. } => ErrorCode::StaleToken,
            Self::VersionConflict { .. } => ErrorCode::VersionConflict,
            Self::HasOpenChildren { .. } => ErrorCode::HasOpenChildren,
            Self::HasChildren { .. } => ErrorCode::HasChildren,
            Self::HasDependents { .. } => ErrorCode::HasDependents,
            Self::ParentClosed { .. } => ErrorCode::ParentClosed,
            Self::IsContainer { .. } => ErrorCode::IsContainer,
            Self::Closed { .. } => ErrorCode::TaskClosed,
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Invalid(_) => None,
            Self::Row { cause, .. } => Some(
                cause
                    .hint()
                    .unwrap_or_else(|| "nothing was imported; correct the row and import again".into()),
            ),
            Self::NotFound { suggestions, .. } if suggestions.is_empty() => {
                Some("see `taskwerk list --all`".into())
            }
            Self::NotFound { suggestions, .. } => Some(format!("did you mean {}?", words(suggestions))),
            Self::UnknownReference { .. } => None,
            Self::DuplicateId { .. } => Some(
                "leave out the id to get a new one, or import with `--update` to change that task".into(),
            ),
            Self::IllegalTransition { id, from, .. } if from.is_closed() => {
                Some(format!("`taskwerk reopen {id}` first"))
            }
            Self::IllegalTransition { .. } | Self::WrongVerb { .. } => None,
            Self::ReasonRequired { .. } => Some("add `--reason \"…\"`".into()),
            Self::UnmetDependencies { .. } => Some("finish those first, or override with `--force`".into()),
            Self::Cycle { .. } | Self::RowCycle { .. } => Some("take one of these dependencies away".into()),
            Self::Claimed { id, .. } => {
                Some(format!("wait, ask the holder to `taskwerk release {id}`, or override with `--force`"))
            }
            Self::StaleToken { id, .. } => Some(format!("`taskwerk claim {id}` again")),
            Self::VersionConflict { id, .. } => Some(format!("read it again with `taskwerk show {id}`")),
            Self::HasOpenChildren { .. } => {
                Some("close them first, or do the same to all with `--cascade`".into())
            }
            Self::HasChildren { .. } => Some("delete them as well with `--cascade`".into()),
            Self::HasDependents { .. } => {
                Some("`--force` deletes it and takes it out of what they wait for".into())
            }
            Self::ParentClosed { parent, .. } => Some(format!("`taskwerk reopen {parent}` first")),
            Self::IsContainer { .. } => Some("see `taskwerk ready` for tasks to work on".into()),
            Self::Closed { id, .. } => Some(format!("`taskwerk reopen {id}` first")),
        }
    }

    /// Ids that may have been meant, at most three.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        match self {
            Self::NotFound { suggestions, .. } => suggestions.iter().map(ToString::to_string).collect(),
            Self::Row { cause, .. } => cause.suggestions(),
            Self::Invalid(_)
            | Self::UnknownReference { .. }
            | Self::DuplicateId { .. }
            | Self::IllegalTransition { .. }
            | Self::WrongVerb { .. }
            | Self::ReasonRequired { .. }
            | Self::UnmetDependencies { .. }
            | Self::Cycle { .. }
            | Self::RowCycle { .. }
            | Self::Claimed { .. }
            | Self::StaleToken { .. }
            | Self::VersionConflict { .. }
            | Self::HasOpenChildren { .. }
            | Self::HasChildren { .. }
            | Self::HasDependents { .. }
            | Self::ParentClosed { .. }
            | Self::IsContainer { .. }
            | Self::Closed { .. } => Vec::new(),
        }
    }

    /// The facts behind the message, for programs.
    #[must_use]
    pub fn details(&self) -> Value {
        match self {
            Self::Invalid(_) => json!({}),
            Self::Row { row, field, cause } => json!({"row": row, "field": field, "cause": cause.details()}),
            Self::NotFound { id, .. } | Self::DuplicateId { id } | Self::IsContainer { id } => {
                json!({"id": id})
            }
            Self::UnknownReference { reference } => json!({"reference": reference}),
            Self::IllegalTransition { id, from, to, allowed } => {
                json!({"id": id, "from": from, "to": to, "allowed": allowed})
            }
            Self::WrongVerb { id, from, .. } => json!({"id": id, "from": from}),
            Self::ReasonRequired { id, from, to } => json!({"id": id, "from": from, "to": to}),
            Self::UnmetDependencies { id, unmet } => {
                let unmet: Vec<Value> =
                    unmet.iter().map(|(id, status)| json!({"id": id, "status": status})).collect();
                json!({"id": id, "unmet": unmet})
            }
            Self::Cycle { path } => json!({"path": path}),
            Self::RowCycle { path } => json!({"path": path}),
            Self::Claimed { id, holder, expires_at } => {
                json!({"id": id, "holder": holder, "expires_at": expires_at})
            }
            Self::StaleToken { id, token } => json!({"id": id, "token": token}),
            Self::VersionConflict { id, expected, actual } => {
                json!({"id": id, "expected": expected, "actual": actual})
            }
            Self::HasOpenChildren { id, children } | Self::HasChildren { id, children } => {
                json!({"id": id, "children": children})
            }
            Self::HasDependents { id, dependents } => json!({"id": id, "dependents": dependents}),
            Self::ParentClosed { parent, status } => json!({"parent": parent, "status": status}),
            Self::Closed { id, status } => json!({"id": id, "status": status}),
        }
    }
}

fn words<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn waits(unmet: &[(TaskId, Status)]) -> String {
    unmet.iter().map(|(id, status)| format!("{id} ({status})")).collect::<Vec<_>>().join(", ")
}

fn arrows(path: &[TaskId]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
}
