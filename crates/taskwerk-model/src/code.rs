//! The stable codes of errors that programs see.

use std::fmt;

/// The code of an error: stable, the same on the command line and over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ErrorCode {
    /// A value breaks a rule of its field.
    Validation,
    /// No task has that id.
    TaskNotFound,
    /// The id belongs to another task.
    DuplicateTaskId,
    /// The status does not allow that move.
    IllegalTransition,
    /// The move needs a reason.
    ReasonRequired,
    /// Something that must be done before is not done.
    UnmetDependencies,
    /// Tasks would wait for each other.
    DependencyCycle,
    /// Another worker holds the task.
    Claimed,
    /// The token proves no claim any more.
    StaleToken,
    /// The task changed since it was read.
    VersionConflict,
    /// Tasks under it are open.
    HasOpenChildren,
    /// Tasks are under it.
    HasChildren,
    /// Other tasks wait for it.
    HasDependents,
    /// The container is closed.
    ParentClosed,
    /// A container is not worked on itself.
    IsContainer,
    /// The task is closed.
    TaskClosed,
    /// There is no store here.
    NotInitialized,
    /// Another process held the store for too long.
    StoreBusy,
    /// The store was written by a newer program.
    StoreNewer,
    /// The file is no store of ours, or is damaged.
    StoreDamaged,
    /// The store cannot be read or written.
    StoreIo,
}

/// What kind of failure a code is. The command line has an exit code for each, HTTP a range of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorClass {
    /// The rules forbid it.
    Refused,
    /// There is no such thing.
    NotFound,
    /// Somebody else came first.
    Conflict,
    /// The store failed.
    Store,
}

impl ErrorCode {
    /// Every code.
    pub const ALL: [Self; 21] = [
        Self::Validation,
        Self::TaskNotFound,
        Self::DuplicateTaskId,
        Self::IllegalTransition,
        Self::ReasonRequired,
        Self::UnmetDependencies,
        Self::DependencyCycle,
        Self::Claimed,
        Self::StaleToken,
        Self::VersionConflict,
        Self::HasOpenChildren,
        Self::HasChildren,
        Self::HasDependents,
        Self::ParentClosed,
        Self::IsContainer,
        Self::TaskClosed,
        Self::NotInitialized,
        Self::StoreBusy,
        Self::StoreNewer,
        Self::StoreDamaged,
        Self::StoreIo,
    ];

    /// The word that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "VALIDATION_ERROR",
            Self::TaskNotFound => "TASK_NOT_FOUND",
            Self::DuplicateTaskId => "DUPLICATE_TASK_ID",
            Self::IllegalTransition => "ILLEGAL_TRANSITION",
            Self::ReasonRequired => "REASON_REQUIRED",
            Self::UnmetDependencies => "UNMET_DEPENDENCIES",
            Self::DependencyCycle => "DEPENDENCY_CYCLE",
            Self::Claimed => "CLAIMED",
            Self::StaleToken => "STALE_TOKEN",
            Self::VersionConflict => "VERSION_CONFLICT",
            Self::HasOpenChildren => "HAS_OPEN_CHILDREN",
            Self::HasChildren => "HAS_CHILDREN",
            Self::HasDependents => "HAS_DEPENDENTS",
            Self::ParentClosed => "PARENT_CLOSED",
            Self::IsContainer => "IS_CONTAINER",
            Self::TaskClosed => "TASK_CLOSED",
            Self::NotInitialized => "NOT_INITIALIZED",
            Self::StoreBusy => "STORE_BUSY",
            Self::StoreNewer => "STORE_NEWER",
            Self::StoreDamaged => "STORE_DAMAGED",
            Self::StoreIo => "STORE_IO",
        }
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::Validation
            | Self::IllegalTransition
            | Self::ReasonRequired
            | Self::UnmetDependencies
            | Self::DependencyCycle
            | Self::HasOpenChildren
            | Self::HasChildren
            | Self::HasDependents
            | Self::ParentClosed
            | Self::IsContainer
            | Self::TaskClosed => ErrorClass::Refused,
            Self::TaskNotFound => ErrorClass::NotFound,
            Self::DuplicateTaskId | Self::Claimed | Self::StaleToken | Self::VersionConflict => {
                ErrorClass::Conflict
            }
            Self::NotInitialized
            | Self::StoreBusy
            | Self::StoreNewer
            | Self::StoreDamaged
            | Self::StoreIo => ErrorClass::Store,
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
