//! How a store can fail.

use rusqlite::ErrorCode as SqliteCode;
use serde_json::{Value, json};
use std::path::PathBuf;
use taskwerk_model::{DecideError, ErrorCode, Refusal};

/// Why a store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No store was found.
    #[error("no task store in {} or any folder above it", start.display())]
    NotInitialized {
        /// Where the search began.
        start: PathBuf,
    },
    /// A folder or file could not be read or written.
    #[error("failed to {doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Another process held the store for longer than the time-out.
    #[error("another process has kept the task store locked")]
    Busy,
    /// A newer program wrote the store. It was not touched.
    #[error("the task store {} has format {found}; this program knows up to {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format that this program knows.
        known: i64,
    },
    /// The database is another program's, or damaged.
    #[error("{} is no task store, or is damaged", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The database refused an operation.
    #[error("the task store failed: {0}")]
    Sqlite(rusqlite::Error),
    /// A stored value has a form that this program does not know.
    #[error("the task store holds {what} that cannot be read: {text}")]
    Value {
        /// What kind of value.
        what: &'static str,
        /// The value, or why it cannot be read.
        text: String,
    },
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(SqliteCode::DatabaseBusy | SqliteCode::DatabaseLocked) => Self::Busy,
            Some(_) | None => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NotInitialized { .. } => ErrorCode::NotInitialized,
            Self::Io { .. } => ErrorCode::StoreIo,
            Self::Busy => ErrorCode::StoreBusy,
            Self::Newer { .. } => ErrorCode::StoreNewer,
            Self::Foreign { .. } | Self::Value { .. } => ErrorCode::StoreDamaged,
            Self::Sqlite(error) => match error.sqlite_error_code() {
                Some(SqliteCode::DatabaseCorrupt | SqliteCode::NotADatabase) => ErrorCode::StoreDamaged,
                Some(_) | None => ErrorCode::StoreIo,
            },
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotInitialized { .. } => {
                "run `taskwerk init` in the project's folder, or name it with `--dir`"
            }
            Self::Io { .. } => "check the rights of the folder and the space on the disk",
            Self::Busy => "try again; if it stays so, look for a hanging taskwerk or conductor process",
            Self::Newer { .. } => "update taskwerk; the store was not touched",
            Self::Foreign { .. } | Self::Value { .. } => {
                "restore the file from a backup, or move it away and run `taskwerk init`"
            }
            Self::Sqlite(_) => "check the disk; the store is as it was before the command",
        };
        Some(hint.to_owned())
    }

    /// The facts behind the message, for programs.
    #[must_use]
    pub fn details(&self) -> Value {
        match self {
            Self::NotInitialized { start } => json!({"start": start.display().to_string()}),
            Self::Io { path, .. } | Self::Foreign { path } => json!({"path": path.display().to_string()}),
            Self::Newer { path, found, known } => {
                json!({"path": path.display().to_string(), "found": found, "known": known})
            }
            Self::Busy | Self::Sqlite(_) | Self::Value { .. } => json!({}),
        }
    }
}

/// Why a command was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The rules forbid it.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ExecuteError {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Store(error) => error.code(),
        }
    }

    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Refused(refusal) => refusal.hint(),
            Self::Store(error) => error.hint(),
        }
    }

    /// Ids that may have been meant, at most three.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        match self {
            Self::Refused(refusal) => refusal.suggestions(),
            Self::Store(_) => Vec::new(),
        }
    }

    /// The facts behind the message, for programs.
    #[must_use]
    pub fn details(&self) -> Value {
        match self {
            Self::Refused(refusal) => refusal.details(),
            Self::Store(error) => error.details(),
        }
    }
}

impl From<Refusal> for ExecuteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<rusqlite::Error> for ExecuteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<DecideError<StoreError>> for ExecuteError {
    fn from(error: DecideError<StoreError>) -> Self {
        match error {
            DecideError::Refused(refusal) => Self::Refused(refusal),
            DecideError::View(error) => Self::Store(error),
        }
    }
}
