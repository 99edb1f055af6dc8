//! Landings on the user's branch, written down before they are performed.

use conductor_engine::ids::SessionId;
use jiff::Timestamp;
use rusqlite::params;

use super::read::from_json;
use super::{Database, JournalError, row_error, time_text};
use crate::git::LandPlan;

impl Database {
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
