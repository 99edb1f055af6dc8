//! The state of a session: what its checkpoint says, if it has one, and the rows after it.

use std::ops::ControlFlow;

use conductor_engine::apply;
use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use conductor_engine::session::Session;
use jiff::Timestamp;
use rusqlite::OptionalExtension as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::rows::{RowsDigest, Stored, each, hex};
use super::{Database, JournalError, parse_time, row_error, upcast};

/// The state that stands for rows which are no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checkpoint {
    /// The last row that it stands for.
    pub seq: u64,
    /// When that row was written.
    pub at: Timestamp,
    /// When the checkpoint was made.
    pub made_at: Timestamp,
    /// The digest of the rows, in the order of the journal.
    pub digest: String,
    /// The version of the state.
    #[serde(skip)]
    pub(super) version: i64,
    /// The state, as JSON of that version.
    #[serde(skip)]
    pub(super) state: String,
}

/// The digest of a state. Equal states of one program have equal digests.
///
/// # Errors
/// When the state cannot be written as JSON.
pub fn state_digest(session: &Session) -> Result<String, JournalError> {
    let text = serde_json::to_vec(session).map_err(row_error("state"))?;
    Ok(hex(Sha256::new_with_prefix(text)))
}

/// A fold on its way: rows go in, the state and their digest come out.
#[derive(Debug)]
pub(super) struct Fold {
    pub(super) session: Session,
    digest: RowsDigest,
}

impl Fold {
    /// Begins where a checkpoint stands, else with `new`.
    pub(super) fn begin(
        id: SessionId,
        checkpoint: Option<&Checkpoint>,
        new: impl FnOnce() -> Result<Session, JournalError>,
    ) -> Result<Self, JournalError> {
        let Some(checkpoint) = checkpoint else {
            return Ok(Self { session: new()?, digest: RowsDigest::default() });
        };
        let session = upcast::state(checkpoint.version, &checkpoint.state).map_err(|source| {
            JournalError::Form { session: id, what: "the checkpoint".to_owned(), source }
        })?;
        Ok(Self { session, digest: RowsDigest::after(&checkpoint.digest) })
    }

    pub(super) fn row(&mut self, row: &Stored<'_>) -> Result<Recorded, JournalError> {
        let recorded = row.read(self.session.id)?;
        self.apply(&recorded)?;
        Ok(recorded)
    }

    /// The same, with the row in the digest.
    pub(super) fn row_with_digest(&mut self, row: &Stored<'_>) -> Result<Recorded, JournalError> {
        self.digest.add(row);
        self.row(row)
    }

    fn apply(&mut self, row: &Recorded) -> Result<(), JournalError> {
        let session = self.session.id;
        apply(&mut self.session, row).map_err(|source| JournalError::Fold { session, source })
    }

    /// The state, and the digest of every row that led to it.
    pub(super) fn end(self) -> (Session, String) {
        (self.session, self.digest.text())
    }
}

impl Database {
    /// The state of a session: its rows, folded.
    ///
    /// # Errors
    /// When there is no such session, or its journal does not fit this program.
    pub fn fold(&self, id: SessionId) -> Result<Session, JournalError> {
        let (fold, _) = self.fold_by(id, Fold::row)?;
        Ok(fold.session)
    }

    /// The state of a session and the digest of its rows, with the checkpoint that it began with.
    pub(super) fn fold_with_digest(&self, id: SessionId) -> Result<(Fold, Option<Checkpoint>), JournalError> {
        self.fold_by(id, Fold::row_with_digest)
    }

    fn fold_by(
        &self,
        id: SessionId,
        row: fn(&mut Fold, &Stored<'_>) -> Result<Recorded, JournalError>,
    ) -> Result<(Fold, Option<Checkpoint>), JournalError> {
        // One view of the database: a compaction in between would take rows away under the fold.
        let _view = self.db.is_autocommit().then(|| self.db.unchecked_transaction()).transpose()?;
        let checkpoint = self.checkpoint(id)?;
        let mut fold = Fold::begin(id, checkpoint.as_ref(), || {
            let setup = self.setup(id)?;
            Ok(Session::new(id, setup.rules, setup.base))
        })?;
        each(&self.db, id, fold.session.seq, &mut |stored| {
            row(&mut fold, &stored)?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((fold, checkpoint))
    }

    /// The checkpoint of a session; `None` where every row is there.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn checkpoint(&self, id: SessionId) -> Result<Option<Checkpoint>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT seq, at, made_at, digest, version, state FROM checkpoints WHERE session = ?1",
        )?;
        let found = statement
            .query_row([i64::try_from(id.0)?], |row| {
                Ok((
                    row.get::<_, i64>(0)?,
                    parse_time(&row.get::<_, String>(1)?)?,
                    parse_time(&row.get::<_, String>(2)?)?,
                    row.get(3)?,
                    row.get(4)?,
                    row.get(5)?,
                ))
            })
            .optional()?;
        let Some((seq, at, made_at, digest, version, state)) = found else { return Ok(None) };
        Ok(Some(Checkpoint { seq: u64::try_from(seq)?, at, made_at, digest, version, state }))
    }
}
