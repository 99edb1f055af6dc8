//! The rows of the journal, one after the other and never all at once.

use std::ops::ControlFlow;

use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::{Database, JournalError, parse_time, upcast};

/// A row as it is stored, whatever program wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored<'a> {
    /// Its place, counted from 1 in its session.
    pub seq: u64,
    /// When it was written: RFC 3339, UTC.
    pub at: &'a str,
    /// The kind of its event.
    pub kind: &'a str,
    /// The version of that kind in which it is written.
    pub version: i64,
    /// The event as JSON.
    pub body: &'a str,
}

impl Stored<'_> {
    /// What it says, in the words of this program.
    pub(super) fn read(&self, session: SessionId) -> Result<Recorded, JournalError> {
        let event = upcast::event(self.kind, self.version, self.body).map_err(|source| {
            JournalError::Form { session, what: format!("row {} (`{}`)", self.seq, self.kind), source }
        })?;
        Ok(Recorded { seq: self.seq, at: parse_time(self.at)?, event })
    }
}

/// The digest of rows as they are stored, one after the other.
#[derive(Debug, Clone, Default)]
pub(super) struct RowsDigest(Sha256);

impl RowsDigest {
    /// Goes on from rows that are known by their digest alone.
    pub(super) fn after(digest: &str) -> Self {
        let mut rows = Self::default();
        rows.0.update(digest.as_bytes());
        rows.0.update(b"\n");
        rows
    }

    pub(super) fn add(&mut self, row: &Stored<'_>) {
        self.0.update(row.seq.to_be_bytes());
        self.0.update(row.version.to_be_bytes());
        for text in [row.at, row.kind, row.body] {
            self.0.update(text.as_bytes());
            self.0.update(b"\n");
        }
    }

    pub(super) fn text(self) -> String {
        hex(self.0)
    }
}

/// A digest as text.
pub(super) fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hands over the rows of a session after row `after`, oldest first.
pub(super) fn each(
    db: &Connection,
    session: SessionId,
    after: u64,
    see: &mut dyn FnMut(Stored<'_>) -> Result<ControlFlow<()>, JournalError>,
) -> Result<(), JournalError> {
    let mut statement = db.prepare_cached(
        "SELECT seq, at, kind, version, body FROM journal WHERE session = ?1 AND seq > ?2 ORDER BY seq",
    )?;
    let mut rows = statement.query(params![i64::try_from(session.0)?, i64::try_from(after)?])?;
    while let Some(row) = rows.next()? {
        let text = |column| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        let stored = Stored {
            seq: u64::try_from(row.get::<_, i64>(0)?)?,
            at: text(1)?,
            kind: text(2)?,
            version: row.get(3)?,
            body: text(4)?,
        };
        if see(stored)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}

impl Database {
    /// Hands over the rows of a session after row `after`, oldest first, until `see` has had enough. Rows that a
    /// checkpoint stands for are not there any more.
    ///
    /// # Errors
    /// When a row cannot be read, or is a newer program's.
    pub fn each_row(
        &self,
        id: SessionId,
        after: u64,
        see: &mut dyn FnMut(Recorded) -> ControlFlow<()>,
    ) -> Result<(), JournalError> {
        each(&self.db, id, after, &mut |row| Ok(see(row.read(id)?)))
    }

    /// The rows of a session after row `after`, oldest first, all of them in memory.
    ///
    /// # Errors
    /// When a row cannot be read, or is a newer program's.
    pub fn rows(&self, id: SessionId, after: u64) -> Result<Vec<Recorded>, JournalError> {
        let mut all = Vec::new();
        self.each_row(id, after, &mut |row| {
            all.push(row);
            ControlFlow::Continue(())
        })?;
        Ok(all)
    }
}
