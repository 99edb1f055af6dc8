//! Conductor's own database: the journal of each session, and what is read from it by others.

mod append;
mod attempts;
mod compact;
mod controls;
mod evidence;
mod export;
mod fold;
mod history;
mod landings;
mod plan_sources;
mod plans;
mod projection;
mod read;
mod rows;
mod schema;
mod told;
mod upcast;

use std::path::{Path, PathBuf};
use std::time::Duration;

use conductor_engine::ids::{ControlId, EvidenceId, RunId, SessionId};
use jiff::Timestamp;
use rusqlite::Connection;
use thiserror::Error;

pub use append::Metrics;
pub use attempts::AttemptRow;
pub use compact::{Compacted, KEPT_WHOLE, NotCompacted};
pub use controls::{AnsweredQuestion, ControlRow};
pub use evidence::EvidenceRecord;
pub use export::{ExportError, Exported, Folded, fold_export, fold_export_with};
pub use fold::{Checkpoint, state_digest};
pub use history::History;
pub use plan_sources::PlanExchange;
pub use plans::{NewPlan, PlanRow, PlanStatus};
pub use read::{Interaction, KeptWork, SessionRow};
pub use rows::Stored;
pub use told::{HoldRow, RunRow};
pub use upcast::UpcastError;

/// What can go wrong with the database.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The database itself.
    #[error("failed to use Conductor's database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row cannot be read.
    #[error("failed to read row {what} of Conductor's database: {source}")]
    Row {
        /// Which.
        what: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Something of a session is not in a form that this program can read.
    #[error("failed to read {what} of session {session}: {source}")]
    Form {
        /// The session.
        session: SessionId,
        /// What: a row, the setup, the checkpoint.
        what: String,
        /// What is wrong with it.
        source: UpcastError,
    },
    /// A row cannot be applied.
    #[error("the journal of session {session} does not fit this program: {source}")]
    Fold {
        /// Which session.
        session: SessionId,
        /// Why.
        source: conductor_engine::Illegal,
    },
    /// The copy that is made before the tables change.
    #[error("failed to keep a copy of Conductor's database in {path}, so nothing was changed: {source}")]
    Backup {
        /// The folder of copies.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// What was about to be thrown away could not be made again.
    #[error(
        "the checkpoint of session {0} does not read back as what was written, so its journal was left as it is"
    )]
    Unfaithful(SessionId),
    /// It was written by a newer program.
    #[error("Conductor's database has version {found}, this program knows {known}: use the newer program")]
    Newer {
        /// The version found.
        found: i64,
        /// The version known.
        known: i64,
    },
    /// Another driver wrote the same row.
    #[error("another driver wrote row {seq} of session {session}: this one must not go on")]
    Conflict {
        /// The session.
        session: SessionId,
        /// The row.
        seq: u64,
    },
    /// There is no such session.
    #[error("there is no session {0}; `conductor orchestrate status` shows the newest one")]
    NoSession(SessionId),
    /// There is no such run.
    #[error("there is no run {0}")]
    NoRun(RunId),
    /// There is no such evidence.
    #[error("there is no evidence {0}")]
    NoEvidence(EvidenceId),
    /// There is no such control.
    #[error("there is no control {0}")]
    NoControl(ControlId),
    /// A number does not fit.
    #[error("a number in Conductor's database is out of range: {0}")]
    Range(#[from] std::num::TryFromIntError),
    /// The directory cannot be made.
    #[error("failed to make {path}: {source}")]
    Directory {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A connection to the database. It belongs to one thread; others open their own.
#[derive(Debug)]
pub struct Database {
    db: Connection,
    path: PathBuf,
    /// Durable transactions of this connection.
    commits: u64,
}

/// How long a database that another process is just making is waited for: ten seconds in all.
const MAKING_PAUSE: Duration = Duration::from_millis(10);
const MAKING_TRIES: u32 = 1000;

/// Has the database written ahead. SQLite does not wait for the lock that this needs, whatever its time-out is.
fn write_ahead(db: &Connection) -> Result<(), JournalError> {
    let mut tries = 0;
    loop {
        match db.pragma_update(None, "journal_mode", "wal") {
            Err(error) if is_busy(&error) && tries < MAKING_TRIES => tries += 1,
            other => return Ok(other?),
        }
        std::thread::park_timeout(MAKING_PAUSE);
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

impl Database {
    /// Opens `conductor.db` in the `.taskwerk` directory of a project, and makes it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened, or is a newer program's.
    pub fn open(taskwerk_dir: &Path) -> Result<Self, JournalError> {
        let path = file_in(taskwerk_dir);
        let mut db = Connection::open(&path)?;
        db.busy_timeout(Duration::from_secs(10))?;
        // First of all: a newer program's is not even switched to another mode.
        schema::check(&db)?;
        write_ahead(&db)?;
        // A row that was reported as written must survive a power cut.
        db.pragma_update(None, "synchronous", "full")?;
        db.pragma_update(None, "foreign_keys", true)?;
        schema::prepare(&mut db, &path)?;
        Ok(Self { db, path, commits: 0 })
    }

    /// Opens it when it is there; `None` when it is not, and then it is not made.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub fn open_if_there(taskwerk_dir: &Path) -> Result<Option<Self>, JournalError> {
        file_in(taskwerk_dir).exists().then(|| Self::open(taskwerk_dir)).transpose()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many durable transactions this connection has written.
    pub fn commits(&self) -> u64 {
        self.commits
    }

    /// A number that changes whenever another connection has written.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn data_version(&self) -> Result<i64, JournalError> {
        Ok(self.db.query_row("PRAGMA data_version", [], |row| row.get(0))?)
    }
}

fn file_in(taskwerk_dir: &Path) -> PathBuf {
    taskwerk_dir.join("conductor.db")
}

fn row_error(what: impl Into<String>) -> impl FnOnce(serde_json::Error) -> JournalError {
    let what = what.into();
    move |source| JournalError::Row { what, source }
}

/// Times in the database: RFC 3339, UTC, microseconds, so that text order is time order.
fn time_text(at: Timestamp) -> String {
    format!("{at:.6}")
}

fn parse_time(text: &str) -> rusqlite::Result<Timestamp> {
    text.parse().map_err(|error: jiff::Error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

#[cfg(test)]
mod tests;
