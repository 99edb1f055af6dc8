//! Making and opening a store.

use crate::circumstances::{Clock, IdSource, RandomIds, SystemClock};
use crate::error::StoreError;
use crate::locate::{DATABASE, FOLDER, locate, main_worktree};
use crate::schema::{APPLICATION_ID, STEPS};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a command waits for other processes before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// More statements than any command prepares, so that none is prepared twice.
const STATEMENTS: usize = 64;

/// An open store. Reads and writes go through `&self`; one thread uses it at a time.
pub struct Store {
    pub(crate) connection: Connection,
    pub(crate) clock: Box<dyn Clock + Send>,
    pub(crate) ids: Box<dyn IdSource + Send>,
    folder: PathBuf,
}

/// What [`Store::init`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Init {
    /// Nothing; the store is new.
    Created,
    /// A store, which was left as it is.
    Existing,
}

impl Store {
    /// Makes the store of the project in `dir` (of its main worktree, when `dir` is the root of a linked one),
    /// or opens the one that is there. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the folder cannot be written, or holds something else.
    pub fn init(dir: &Path) -> Result<(Self, Init), StoreError> {
        let project = main_worktree(dir).unwrap_or_else(|| dir.to_owned());
        let folder = project.join(FOLDER);
        fs::create_dir_all(&folder).map_err(|source| io("create", &folder, source))?;
        write_new(&folder.join("config.yml"), CONFIG)?;
        write_new(&folder.join(".gitignore"), GITIGNORE)?;
        let path = folder.join(DATABASE);
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
        let init = if format(&connection, &path)? == 0 { Init::Created } else { Init::Existing };
        // Kept in the file from here on; it cannot be set inside a transaction.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        take_steps(&connection, &path)?;
        Ok((Self::with(connection, folder), init))
    }

    /// Opens the store that [`locate`] finds.
    ///
    /// # Errors
    /// [`StoreError`] when there is none, or it cannot be used.
    pub fn open(start: &Path, explicit: Option<&Path>) -> Result<Self, StoreError> {
        let folder = locate(start, explicit)?;
        let path = folder.join(DATABASE);
        let connection = connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        match format(&connection, &path)? {
            // An `init` that was killed before it made the tables.
            0 => return Err(StoreError::NotInitialized { start: start.to_owned() }),
            newest if newest == newest_format() => {}
            _older => take_steps(&connection, &path)?,
        }
        Ok(Self::with(connection, folder))
    }

    fn with(connection: Connection, folder: PathBuf) -> Self {
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Self { connection, clock: Box::new(SystemClock), ids: Box::<RandomIds>::default(), folder }
    }

    /// The same store with another clock and source of identities.
    #[must_use]
    pub fn with_clock(self, clock: Box<dyn Clock + Send>, ids: Box<dyn IdSource + Send>) -> Self {
        Self { clock, ids, ..self }
    }

    /// The folder `.taskwerk`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A number that changes whenever another process writes to the store (not when this one does).
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub fn data_version(&self) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("PRAGMA data_version")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// The format of the store: 0 when it is empty.
fn format(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let foreign = || StoreError::Foreign { path: path.to_owned() };
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let owner = number("application_id")?;
    let found = number("user_version")?;
    let known = newest_format();
    match (owner, found) {
        (APPLICATION_ID, 1..) if found > known => {
            Err(StoreError::Newer { path: path.to_owned(), found, known })
        }
        (APPLICATION_ID, 1..) => Ok(found),
        (0, 0) if number("schema_version")? == 0 => Ok(0),
        _ => Err(foreign()),
    }
}

fn newest_format() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

fn take_steps(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    // Read again under the lock: another process may have taken the steps meanwhile.
    let taken = usize::try_from(format(&transaction, path)?).unwrap_or_default();
    if taken == STEPS.len() {
        return Ok(());
    }
    for step in STEPS.iter().skip(taken) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", newest_format())?;
    Ok(transaction.commit()?)
}

fn write_new(path: &Path, text: &str) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    fs::write(path, text).map_err(|source| io("write", path, source))
}

fn io(doing: &'static str, path: &Path, source: std::io::Error) -> StoreError {
    StoreError::Io { doing, path: path.to_owned(), source }
}

const CONFIG: &str = "\
# Settings of this project for Taskwerk and Conductor; they go before your own in ~/.config/taskwerk/config.yml.
# This file belongs in git.
#
# tasks:
#   id_prefix: TASK
#   default_priority: medium
";

const GITIGNORE: &str = "\
# The tasks stay on this machine; `taskwerk export` writes them for others. Only the settings are shared.
*
!.gitignore
!config.yml
";
