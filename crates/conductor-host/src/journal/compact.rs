//! Compaction: the journal of a session that is over becomes one row, its state. What people read later of the session
//! (runs, holds, conversation, evidence, tips, landings, transcripts) is elsewhere and stays.

use conductor_engine::ids::SessionId;
use conductor_engine::session::Status;
use jiff::Timestamp;
use rusqlite::{TransactionBehavior, params};

use super::{Database, JournalError, row_error, time_text, upcast};

/// How many of the newest sessions keep every row without being asked.
pub const KEPT_WHOLE: u32 = 10;

/// What a compaction did, or would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compacted {
    /// The session.
    pub session: SessionId,
    /// The rows that became a checkpoint.
    pub rows: u64,
    /// What they took, in bytes, with the checkpoint that was there before.
    pub bytes_before: u64,
    /// What the checkpoint takes, in bytes.
    pub bytes_after: u64,
    /// The digest of every row that the session ever had.
    pub digest: String,
}

/// Why the journal of a session stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCompacted {
    /// It is not over: what is to come builds on its rows.
    NotOver,
    /// Some of its runs are not.
    RunsOpen,
    /// A person has not answered yet.
    HoldsOpen,
    /// There are no rows that a checkpoint does not stand for already.
    Nothing,
    /// Somebody wrote to it in this moment.
    Changed,
}

impl Database {
    /// The sessions that are compacted without being asked: those that are over, have nothing open and still have rows,
    /// older than the newest [`KEPT_WHOLE`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn compactable(&self) -> Result<Vec<SessionId>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id FROM orchestration_sessions s
             WHERE status IN ('completed', 'failed')
               AND id NOT IN (SELECT id FROM orchestration_sessions ORDER BY id DESC LIMIT ?1)
               AND EXISTS (SELECT 1 FROM journal WHERE session = s.id)
               AND NOT EXISTS (SELECT 1 FROM runs WHERE session = s.id AND ended = 0)
               AND NOT EXISTS (SELECT 1 FROM holds WHERE session = s.id AND ruling IS NULL)
             ORDER BY id",
        )?;
        let ids = statement.query_map([KEPT_WHOLE], |row| row.get::<_, i64>(0))?;
        ids.map(|id| Ok(SessionId(u64::try_from(id?)?))).collect()
    }

    /// Replaces the rows of a session that is over by a checkpoint, all of them or none. Nothing is taken away before
    /// the checkpoint was read back and is the same state. With `dry` it only says what would happen.
    ///
    /// # Errors
    /// When the journal cannot be folded or written. It is then as it was.
    pub fn compact(
        &mut self,
        id: SessionId,
        at: Timestamp,
        dry: bool,
    ) -> Result<Result<Compacted, NotCompacted>, JournalError> {
        let (fold, old) = self.fold_with_digest(id)?;
        let (session, digest) = fold.end();
        let begun = old.as_ref().map_or(0, |old| old.seq);
        match session.status {
            Status::Active | Status::Paused { .. } => return Ok(Err(NotCompacted::NotOver)),
            Status::Completed { .. } | Status::Failed { .. } => {}
        }
        if session.open_runs().next().is_some() {
            return Ok(Err(NotCompacted::RunsOpen));
        }
        if session.open_holds().next().is_some() {
            return Ok(Err(NotCompacted::HoldsOpen));
        }
        let Some(last) = self.last_sign(id)?.filter(|_| session.seq > begun) else {
            return Ok(Err(NotCompacted::Nothing));
        };
        let state = serde_json::to_string(&session).map_err(row_error("checkpoint"))?;
        if !upcast::state(upcast::STATE_VERSION, &state).is_ok_and(|again| again == session) {
            return Err(JournalError::Unfaithful(id));
        }
        let compacted = Compacted {
            session: id,
            rows: session.seq - begun,
            bytes_before: self.journal_bytes(id)? + old.map_or(0, |old| old.state.len() as u64),
            bytes_after: state.len() as u64,
            digest,
        };
        if !dry && !self.replace_rows(&compacted, session.seq, (last, at), &state)? {
            return Ok(Err(NotCompacted::Changed));
        }
        Ok(Ok(compacted))
    }

    /// False when the journal does not end with row `seq` any more.
    fn replace_rows(
        &mut self,
        compacted: &Compacted,
        seq: u64,
        (last, now): (Timestamp, Timestamp),
        state: &str,
    ) -> Result<bool, JournalError> {
        let (id, seq) = (i64::try_from(compacted.session.0)?, i64::try_from(seq)?);
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let end: Option<i64> =
            tx.query_row("SELECT max(seq) FROM journal WHERE session = ?1", [id], |row| row.get(0))?;
        if end != Some(seq) {
            return Ok(false);
        }
        tx.execute(
            "INSERT OR REPLACE INTO checkpoints (session, seq, at, made_at, digest, version, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![id, seq, time_text(last), time_text(now), compacted.digest, upcast::STATE_VERSION, state],
        )?;
        tx.execute("DELETE FROM journal WHERE session = ?1", [id])?;
        tx.commit()?;
        self.commits += 1;
        Ok(true)
    }

    fn journal_bytes(&self, id: SessionId) -> Result<u64, JournalError> {
        let bytes: i64 = self.db.query_row(
            "SELECT coalesce(sum(octet_length(at) + octet_length(kind) + octet_length(body)), 0) FROM journal
             WHERE session = ?1",
            [i64::try_from(id.0)?],
            |row| row.get(0),
        )?;
        Ok(u64::try_from(bytes)?)
    }
}
