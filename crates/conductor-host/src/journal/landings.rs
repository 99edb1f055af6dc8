//! Where branches go, written down before they are moved: every commit to which a session's branch was ever
//! brought, and landings on the user's branch.

use conductor_engine::ids::{Oid, SessionId};
use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension as _, params};

use super::read::from_json;
use super::{Database, JournalError, parse_time, row_error, time_text};
use crate::git::LandPlan;

impl Database {
    /// Writes down that the session's branch is about to be moved to `oid`. What is not written here was put on
    /// the branch by somebody else, and no gate of Conductor's has seen it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record_tip(
        &mut self,
        session: SessionId,
        oid: &Oid,
        why: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let id = i64::try_from(session.0)?;
        // Their order is told by their times, and a time of day that was set back must not turn it round.
        let newest: Option<String> =
            self.db.query_row("SELECT max(at) FROM tips WHERE session = ?1", [id], |row| row.get(0))?;
        let after = newest.map(|at| parse_time(&at)).transpose()?;
        let after = after.and_then(|at| at.checked_add(SignedDuration::from_micros(1)).ok());
        let at = after.map_or(at, |after| after.max(at));
        self.db.execute(
            "INSERT INTO tips (session, oid, at, why) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            params![id, oid.as_str(), time_text(at), why],
        )?;
        self.commits += 1;
        Ok(())
    }

    /// Whether Conductor itself brought, or was about to bring, the session's branch to `oid`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn knows_tip(&self, session: SessionId, oid: &Oid) -> Result<bool, JournalError> {
        let mut statement = self.db.prepare_cached("SELECT 1 FROM tips WHERE session = ?1 AND oid = ?2")?;
        Ok(statement.exists(params![i64::try_from(session.0)?, oid.as_str()])?)
    }

    /// The last commit to which Conductor brought, or was about to bring, the session's branch.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn newest_tip(&self, session: SessionId) -> Result<Option<String>, JournalError> {
        let mut statement =
            self.db.prepare_cached("SELECT oid FROM tips WHERE session = ?1 ORDER BY at DESC LIMIT 1")?;
        Ok(statement.query_row([i64::try_from(session.0)?], |row| row.get(0)).optional()?)
    }

    /// Writes down that a landing is about to be performed. Returns the number of the row.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin_landing(
        &mut self,
        session: SessionId,
        plan: &LandPlan,
        at: Timestamp,
    ) -> Result<i64, JournalError> {
        let plan = serde_json::to_string(plan).map_err(row_error("landing"))?;
        self.db.execute(
            "INSERT INTO landings (session, at, plan) VALUES (?1, ?2, ?3)",
            params![i64::try_from(session.0)?, time_text(at), plan],
        )?;
        self.commits += 1;
        Ok(self.db.last_insert_rowid())
    }

    /// Writes down that a landing is over, whatever became of it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn end_landing(&mut self, id: i64) -> Result<(), JournalError> {
        self.db.execute("UPDATE landings SET ended = 1 WHERE id = ?1", [id])?;
        self.commits += 1;
        Ok(())
    }

    /// Landings that were begun and never ended: their program died.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn open_landings(&self) -> Result<Vec<(i64, LandPlan)>, JournalError> {
        let mut statement =
            self.db.prepare_cached("SELECT id, plan FROM landings WHERE ended = 0 ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let plan: String = row.get(1)?;
            all.push((id, from_json(&plan, format!("landing {id}"))?));
        }
        Ok(all)
    }
}
