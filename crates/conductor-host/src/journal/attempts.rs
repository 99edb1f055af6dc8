//! What each attempt of an agent used.

use std::ops::ControlFlow;

use conductor_engine::attempt::{AttemptEnd, AttemptReport, Usage};
use conductor_engine::event::Event;
use conductor_engine::ids::{RunId, SessionId};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use serde::Serialize;

use super::{Database, JournalError, parse_time, rows, time_text};

/// An attempt that is over, as its row tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttemptRow {
    /// The run.
    pub run: RunId,
    /// Counted from 1 in the run.
    pub number: u32,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How it ended, in a word.
    pub end: String,
    /// Tokens given to the model, if the agent told.
    pub input_tokens: Option<u64>,
    /// Tokens written by the model, if the agent told.
    pub output_tokens: Option<u64>,
    /// Its cost in millionths of a US dollar, if that is known.
    pub cost_micros: Option<u64>,
    /// How long the agent worked, in milliseconds.
    pub working_ms: u64,
    /// The agent's own session.
    pub agent_session: Option<String>,
}

impl Database {
    /// The attempts of a session that are over, by run and number.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn attempts(&self, id: SessionId) -> Result<Vec<AttemptRow>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT run, number, ended_at, end, input_tokens, output_tokens, cost_micros, working_ms, agent_session
             FROM attempts WHERE session = ?1 ORDER BY run, number",
        )?;
        let mut rows = statement.query([i64::try_from(id.0)?])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(attempt_row(id, row)?);
        }
        Ok(all)
    }
}

fn attempt_row(session: SessionId, row: &Row<'_>) -> Result<AttemptRow, JournalError> {
    Ok(AttemptRow {
        run: RunId { session, number: u64::try_from(row.get::<_, i64>(0)?)? },
        number: row.get(1)?,
        ended_at: parse_time(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?,
        end: row.get(3)?,
        input_tokens: count_of(row, 4)?,
        output_tokens: count_of(row, 5)?,
        cost_micros: count_of(row, 6)?,
        working_ms: u64::try_from(row.get::<_, i64>(7)?)?,
        agent_session: row.get(8)?,
    })
}

fn count_of(row: &Row<'_>, column: usize) -> Result<Option<u64>, JournalError> {
    Ok(row.get::<_, Option<i64>>(column)?.map(u64::try_from).transpose()?)
}

/// Writes down what attempt `number` of a run used.
pub(super) fn insert_attempt(
    tx: &Transaction<'_>,
    run: RunId,
    number: u32,
    report: &AttemptReport,
    at: Timestamp,
) -> Result<(), JournalError> {
    let Usage { input_tokens, output_tokens, cost_micros } = report.usage;
    let count = |n: Option<u64>| n.map(i64::try_from).transpose();
    tx.prepare_cached(
        "INSERT OR REPLACE INTO attempts (session, run, number, ended_at, end, input_tokens, output_tokens, cost_micros,
                                          working_ms, agent_session)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        i64::try_from(run.session.0)?,
        i64::try_from(run.number)?,
        number,
        time_text(at),
        end_word(&report.end),
        count(input_tokens)?,
        count(output_tokens)?,
        count(cost_micros)?,
        i64::try_from(report.working_ms)?,
        report.agent_session,
    ])?;
    Ok(())
}

/// Writes the rows of a session anew from its journal. Where a checkpoint stands for the journal, what is there stays:
/// the state has only the sums.
pub(super) fn reproject_attempts(tx: &Transaction<'_>, session: SessionId) -> Result<(), JournalError> {
    let number = i64::try_from(session.0)?;
    let compacted = tx.prepare_cached("SELECT 1 FROM checkpoints WHERE session = ?1")?.exists([number])?;
    if !compacted {
        tx.execute("DELETE FROM attempts WHERE session = ?1", [number])?;
    }
    let mut begun = std::collections::BTreeMap::new();
    rows::each(tx, session, 0, &mut |row| {
        let row = row.read(session)?;
        if let Event::AttemptBegun { run, number, .. } = &row.event {
            begun.insert(*run, *number);
        } else if let Event::AttemptEnded { run, report, .. } = &row.event
            && let Some(number) = begun.get(run)
        {
            insert_attempt(tx, *run, *number, report, row.at)?;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// How an attempt ended: the word that its event has for it.
fn end_word(end: &AttemptEnd) -> &'static str {
    match end {
        AttemptEnd::Finished { .. } => "finished",
        AttemptEnd::Failed { .. } => "failed",
        AttemptEnd::TimedOut => "timed-out",
        AttemptEnd::Stalled => "stalled",
        AttemptEnd::Looped => "looped",
        AttemptEnd::OverBudget => "over-budget",
        AttemptEnd::Asked { .. } => "asked",
        AttemptEnd::Blocked { .. } => "blocked",
        AttemptEnd::RateLimited { .. } => "rate-limited",
        AttemptEnd::Refused { .. } => "refused",
        AttemptEnd::Cancelled => "cancelled",
        AttemptEnd::Interrupted => "interrupted",
    }
}
