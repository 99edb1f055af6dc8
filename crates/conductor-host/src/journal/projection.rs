//! The tables that others read, compared with the journal that they are made from, and made again.

use conductor_engine::ids::SessionId;
use conductor_engine::session::{Hold, Session};
use rusqlite::{OptionalExtension as _, params};

use super::append::{insert_hold, project_run, project_session, rule, status_word};
use super::attempts::reproject_attempts;
use super::{Database, JournalError, time_text};

impl Database {
    /// What the tables say of a session otherwise than its journal, for people. They are written in one transaction
    /// with it, so that only somebody else can have made a difference.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn drift(&self, session: &Session) -> Result<Vec<String>, JournalError> {
        let mut differs = Vec::new();
        if self.session_row(session.id)?.status != status_word(&session.status) && session.seq > 0 {
            differs.push(format!("session {}", session.id));
        }
        self.drift_of_runs(session, &mut differs)?;
        self.drift_of_holds(session, &mut differs)?;
        Ok(differs)
    }

    fn drift_of_runs(&self, session: &Session, differs: &mut Vec<String>) -> Result<(), JournalError> {
        for run in session.runs.values() {
            if self.run(run.id).ok().as_ref() != Some(run) {
                differs.push(format!("run {}", run.id));
            }
        }
        let rows: i64 = self.db.query_row(
            "SELECT count(*) FROM runs WHERE session = ?1",
            [i64::try_from(session.id.0)?],
            |row| row.get(0),
        )?;
        if usize::try_from(rows)? > session.runs.len() {
            differs.push("runs that the journal does not have".to_owned());
        }
        Ok(())
    }

    fn drift_of_holds(&self, session: &Session, differs: &mut Vec<String>) -> Result<(), JournalError> {
        for hold in session.holds.values() {
            if !self.shows(session.id, hold)? {
                differs.push(format!("hold {}", hold.id));
            }
        }
        let rows: i64 = self.db.query_row(
            "SELECT count(*) FROM holds WHERE session = ?1",
            [i64::try_from(session.id.0)?],
            |row| row.get(0),
        )?;
        if usize::try_from(rows)? > session.holds.len() {
            differs.push("holds that the journal does not have".to_owned());
        }
        Ok(())
    }

    /// Whether the table has the hold, answered or not, as the journal has it.
    fn shows(&self, session: SessionId, hold: &Hold) -> Result<bool, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT run, question, detail, ruling FROM holds WHERE session = ?1 AND id = ?2",
        )?;
        let key = params![i64::try_from(session.0)?, i64::try_from(hold.id.0)?];
        let row: Option<(i64, String, String, Option<String>)> = statement
            .query_row(key, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .optional()?;
        let Some((run, question, detail, ruling)) = row else { return Ok(false) };
        Ok(u64::try_from(run)? == hold.run.number
            && (question, detail) == (hold.question.clone(), hold.detail.clone())
            && ruling.is_some() == hold.ruling.is_some())
    }

    /// Writes what the tables say of a session anew from its journal. The journal itself is not touched.
    ///
    /// # Errors
    /// When it cannot be written. Nothing was changed then.
    pub fn reproject(&mut self, session: &Session) -> Result<(), JournalError> {
        let number = i64::try_from(session.id.0)?;
        let at = self.last_sign(session.id)?.map(time_text).unwrap_or_default();
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        tx.execute("DELETE FROM runs WHERE session = ?1", [number])?;
        tx.execute("DELETE FROM holds WHERE session = ?1", [number])?;
        for run in session.runs.keys() {
            project_run(&tx, session, *run, &at)?;
        }
        for hold in session.holds.values() {
            let what = (hold.id, hold.kind, hold.question.as_str(), hold.detail.as_str());
            insert_hold(&tx, session.id, hold.run, what, &time_text(hold.opened_at))?;
            if let Some(ruling) = &hold.ruling {
                rule(&tx, session.id, hold.id, ruling)?;
            }
        }
        reproject_attempts(&tx, session.id)?;
        if session.seq > 0 {
            project_session(&tx, session, &at)?;
        }
        tx.commit()?;
        self.commits += 1;
        Ok(())
    }
}
