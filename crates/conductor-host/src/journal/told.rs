//! What is told of a session without its fold: its runs and the holds that wait.

use conductor_engine::ids::{HoldId, RunId, SessionId};
use conductor_engine::session::HoldKind;
use jiff::Timestamp;
use rusqlite::{Row, params};

use super::read::from_json;
use super::{Database, JournalError, parse_time};

/// A run as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub run: RunId,
    /// Its task, as people name it now.
    pub task_id: String,
    /// The title of the task now.
    pub title: String,
    /// The word for the phase that it is in.
    pub phase: String,
    /// The word for how it ends, once that is known.
    pub ending: Option<String>,
    /// Where its work landed.
    pub landed_as: Option<String>,
    /// When the phase began.
    pub since: Timestamp,
    /// Attempts begun.
    pub attempts: u32,
    /// Failures since the last success or the last word of a person.
    pub failures: u32,
    /// How long agents worked, in milliseconds.
    pub working_ms: u64,
    /// The evidence that was last gathered.
    pub evidence: Option<String>,
    /// The hold that it waits on.
    pub hold: Option<HoldId>,
    /// Why its workspace was kept.
    pub kept: Option<String>,
}

/// A hold that waits, as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldRow {
    /// Its number.
    pub hold: HoldId,
    /// The run that waits.
    pub run: RunId,
    /// The run's task, as people name it.
    pub task_id: String,
    /// The title of the task.
    pub title: String,
    /// Why it waits.
    pub kind: HoldKind,
    /// What is asked.
    pub question: String,
    /// What is needed to answer.
    pub detail: String,
    /// When it was opened.
    pub opened_at: Timestamp,
}

impl Database {
    /// The runs of a session, oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn runs(&self, id: SessionId) -> Result<Vec<RunRow>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT number, task_id, title, phase, ending, landed_as, since, attempts, failures, working_ms, evidence,
                    hold, kept FROM runs INDEXED BY runs_told WHERE session = ?1 ORDER BY number",
        )?;
        let mut rows = statement.query([i64::try_from(id.0)?])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(run_row(id, row)?);
        }
        Ok(all)
    }

    /// The holds of a session that wait for an answer, oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn open_holds(&self, id: SessionId) -> Result<Vec<HoldRow>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT h.id, h.run, coalesce(r.task_id, ''), coalesce(r.title, ''), h.kind, h.question, h.detail, h.opened_at
             FROM holds h LEFT JOIN runs r ON r.session = h.session AND r.number = h.run
             WHERE h.session = ?1 AND h.ruling IS NULL ORDER BY h.id",
        )?;
        let mut rows = statement.query(params![i64::try_from(id.0)?])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let hold: i64 = row.get(0)?;
            let kind: String = row.get(4)?;
            all.push(HoldRow {
                hold: HoldId(u64::try_from(hold)?),
                run: RunId { session: id, number: u64::try_from(row.get::<_, i64>(1)?)? },
                task_id: row.get(2)?,
                kind: from_json(&format!("\"{kind}\""), format!("hold {hold}"))?,
                title: row.get(3)?,
                question: row.get(5)?,
                detail: row.get(6)?,
                opened_at: parse_time(row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?)?,
            });
        }
        Ok(all)
    }

    /// A hold of a session; `None` when it does not wait any more.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn hold(&self, id: SessionId, hold: HoldId) -> Result<Option<HoldRow>, JournalError> {
        Ok(self.open_holds(id)?.into_iter().find(|row| row.hold == hold))
    }
}

fn run_row(session: SessionId, row: &Row<'_>) -> Result<RunRow, JournalError> {
    Ok(RunRow {
        run: RunId { session, number: u64::try_from(row.get::<_, i64>(0)?)? },
        task_id: row.get(1)?,
        title: row.get(2)?,
        phase: row.get(3)?,
        ending: row.get(4)?,
        landed_as: row.get(5)?,
        since: parse_time(row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?)?,
        attempts: row.get(7)?,
        failures: row.get(8)?,
        working_ms: u64::try_from(row.get::<_, i64>(9)?)?,
        evidence: row.get(10)?,
        hold: row.get::<_, Option<i64>>(11)?.map(u64::try_from).transpose()?.map(HoldId),
        kept: row.get(12)?,
    })
}
