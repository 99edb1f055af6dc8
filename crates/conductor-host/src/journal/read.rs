//! Reading: sessions, their state, their story.

use conductor_engine::ids::{HoldId, Oid, RunId, SessionId, TaskRef};
use conductor_engine::session::{Run, Snapshot};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Database, JournalError, Metrics, parse_time, row_error, time_text, upcast};
use crate::session::Setup;

/// A session as its row tells it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SessionRow {
    /// Its number.
    pub id: SessionId,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it has not.
    pub ended_at: Option<Timestamp>,
    /// The agent's name.
    pub agent: String,
    /// active, paused, completed or failed.
    pub status: String,
    /// How a completed one ended.
    pub outcome: Option<String>,
    /// Its figures.
    pub metrics: Metrics,
}

/// Something that was said between Conductor, an agent and a person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interaction {
    /// The session.
    pub session_id: SessionId,
    /// The task, as people name it.
    pub task_id: String,
    /// assignment, question, response or completion.
    pub interaction_type: String,
    /// What was said.
    pub content: String,
    /// When.
    pub created_at: Timestamp,
}

/// Work that a stopped session kept of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptWork {
    /// The run.
    pub run: RunId,
    /// Where that run had started.
    pub base: Oid,
    /// Its last snapshot.
    pub snapshot: Snapshot,
}

const SESSION_COLUMNS: &str = "id, started_at, ended_at, agent, status, outcome, metrics";

impl Database {
    /// Begins a session: writes its frozen setup under its number.
    ///
    /// # Errors
    /// When it cannot be written, or there is a session of that number.
    pub fn create_session(
        &mut self,
        id: SessionId,
        setup: &Setup,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.db.execute(
            "INSERT INTO orchestration_sessions (id, started_at, agent, status, metrics, setup)
             VALUES (?1, ?2, ?3, 'active', ?4, ?5)",
            params![
                i64::try_from(id.0)?,
                time_text(at),
                setup.rules.agent,
                serde_json::to_string(&Metrics::default()).map_err(row_error("metrics"))?,
                serde_json::to_string(setup).map_err(row_error("setup"))?
            ],
        )?;
        self.commits += 1;
        Ok(())
    }

    /// Every session, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sessions(&self) -> Result<Vec<SessionRow>, JournalError> {
        let sql = format!("SELECT {SESSION_COLUMNS} FROM orchestration_sessions ORDER BY id");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(session_row(row)?);
        }
        Ok(all)
    }

    /// One session.
    ///
    /// # Errors
    /// When there is none of that number.
    pub fn session_row(&self, id: SessionId) -> Result<SessionRow, JournalError> {
        let sql = format!("SELECT {SESSION_COLUMNS} FROM orchestration_sessions WHERE id = ?1");
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([i64::try_from(id.0)?])?;
        rows.next()?.map(session_row).transpose()?.ok_or(JournalError::NoSession(id))
    }

    /// The newest session; `None` when there was never one.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn newest_session(&self) -> Result<Option<SessionId>, JournalError> {
        let id: Option<i64> =
            self.db.query_row("SELECT max(id) FROM orchestration_sessions", [], |row| row.get(0))?;
        Ok(id.map(u64::try_from).transpose()?.map(SessionId))
    }

    /// The setup that a session froze when it began.
    ///
    /// # Errors
    /// When there is no such session.
    pub fn setup(&self, id: SessionId) -> Result<Setup, JournalError> {
        let text: Option<String> = self
            .db
            .query_row(
                "SELECT setup FROM orchestration_sessions WHERE id = ?1",
                [i64::try_from(id.0)?],
                |r| r.get(0),
            )
            .optional()?;
        let text = text.ok_or(JournalError::NoSession(id))?;
        upcast::setup(&text).map_err(|source| JournalError::Form {
            session: id,
            what: "the setup".to_owned(),
            source,
        })
    }

    /// What was said in a session, oldest first, after the first `skip` ones.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn interactions(&self, id: SessionId, skip: u64) -> Result<Vec<Interaction>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT task_id, interaction_type, content, created_at FROM agent_interactions
             WHERE session_id = ?1 ORDER BY id LIMIT -1 OFFSET ?2",
        )?;
        let rows = statement.query_map(params![i64::try_from(id.0)?, i64::try_from(skip)?], |row| {
            Ok(Interaction {
                session_id: id,
                task_id: row.get(0)?,
                interaction_type: row.get(1)?,
                content: row.get(2)?,
                created_at: parse_time(&row.get::<_, String>(3)?)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When something was last written to a session's journal.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn last_sign(&self, id: SessionId) -> Result<Option<Timestamp>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT coalesce((SELECT at FROM journal WHERE session = ?1 ORDER BY seq DESC LIMIT 1),
                             (SELECT at FROM checkpoints WHERE session = ?1))",
        )?;
        let at: Option<String> = statement.query_row([i64::try_from(id.0)?], |row| row.get(0))?;
        Ok(at.map(|at| parse_time(&at)).transpose()?)
    }

    /// The session in which a hold was opened.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn session_of_hold(&self, hold: HoldId) -> Result<Option<SessionId>, JournalError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT session FROM holds WHERE id = ?1 ORDER BY session DESC LIMIT 1")?;
        Self::session_where(&mut statement, i64::try_from(hold.0)?)
    }

    /// The newest session that worked on a task.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn session_of_task(&self, task: &TaskRef) -> Result<Option<SessionId>, JournalError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT session FROM runs WHERE task_uid = ?1 ORDER BY session DESC LIMIT 1")?;
        Self::session_where(&mut statement, &task.0)
    }

    fn session_where(
        statement: &mut rusqlite::CachedStatement<'_>,
        key: impl rusqlite::ToSql,
    ) -> Result<Option<SessionId>, JournalError> {
        let id: Option<i64> = statement.query_row([key], |row| row.get(0)).optional()?;
        Ok(id.map(u64::try_from).transpose()?.map(SessionId))
    }

    /// The sessions in which somebody waits for an answer, oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn sessions_with_holds(&self) -> Result<Vec<SessionId>, JournalError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT DISTINCT session FROM holds WHERE ruling IS NULL ORDER BY session")?;
        let ids = statement.query_map([], |row| row.get::<_, i64>(0))?;
        ids.map(|id| Ok(SessionId(u64::try_from(id?)?))).collect()
    }

    /// The number of the next hold.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn next_hold(&self) -> Result<u64, JournalError> {
        let highest: i64 =
            self.db.query_row("SELECT coalesce(max(id), 0) FROM holds", [], |row| row.get(0))?;
        Ok(u64::try_from(highest)? + 1)
    }

    /// Every run of every session, as it stood last; oldest first.
    ///
    /// # Errors
    /// When a row cannot be read.
    pub fn all_runs(&self) -> Result<Vec<Run>, JournalError> {
        let mut statement =
            self.db.prepare_cached("SELECT body, session, number FROM runs ORDER BY session, number")?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let body: String = row.get(0)?;
            let what = format!("run {}.{}", row.get::<_, i64>(1)?, row.get::<_, i64>(2)?);
            all.push(from_json(&body, what)?);
        }
        Ok(all)
    }

    /// The task of a run.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn run_task(&self, run: RunId) -> Result<TaskRef, JournalError> {
        let mut statement =
            self.db.prepare_cached("SELECT task_uid FROM runs WHERE session = ?1 AND number = ?2")?;
        let key = params![i64::try_from(run.session.0)?, i64::try_from(run.number)?];
        let uid: Option<String> = statement.query_row(key, |row| row.get(0)).optional()?;
        uid.map(TaskRef).ok_or(JournalError::NoRun(run))
    }

    /// A run, as the journal left it.
    ///
    /// # Errors
    /// When there is no such run, or it cannot be read.
    pub fn run(&self, run: RunId) -> Result<Run, JournalError> {
        let mut statement =
            self.db.prepare_cached("SELECT body FROM runs WHERE session = ?1 AND number = ?2")?;
        let key = params![i64::try_from(run.session.0)?, i64::try_from(run.number)?];
        let body: Option<String> = statement.query_row(key, |row| row.get(0)).optional()?;
        from_json(&body.ok_or(JournalError::NoRun(run))?, format!("run {run}"))
    }

    /// What the agent said at the end of its last finished attempt at a task, in any session.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn last_summary(&self, task: &TaskRef) -> Result<Option<String>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT body ->> '$.last_end.finished.summary' AS summary FROM runs
             WHERE task_uid = ?1 AND summary IS NOT NULL ORDER BY session DESC, number DESC LIMIT 1",
        )?;
        Ok(statement.query_row([&task.0], |row| row.get(0)).optional()?)
    }

    /// The work that the newest run of a task kept when its session was stopped. `None` when the newest run ended
    /// otherwise.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn kept_work(&self, task: &TaskRef, before: RunId) -> Result<Option<KeptWork>, JournalError> {
        /// The part of a run that is needed: what else there is may be another version's.
        #[derive(Deserialize)]
        struct Kept {
            id: RunId,
            base: Option<Oid>,
            snapshot: Option<Snapshot>,
        }
        let mut statement = self.db.prepare_cached(
            "SELECT body, ended AND ending = 'stopped' FROM runs WHERE task_uid = ?1 AND (session, number) < (?2, ?3)
             ORDER BY session DESC, number DESC LIMIT 1",
        )?;
        let key = params![task.0, i64::try_from(before.session.0)?, i64::try_from(before.number)?];
        let newest: Option<(String, Option<bool>)> =
            statement.query_row(key, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((body, Some(true))) = newest else { return Ok(None) };
        let Kept { id, base, snapshot } = from_json(&body, "run")?;
        Ok(base.zip(snapshot).map(|(base, snapshot)| KeptWork { run: id, base, snapshot }))
    }

    /// Adds what the driver itself counts to the session's figures.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add_counts(
        &mut self,
        id: SessionId,
        git_processes: u64,
        durable_commits: u64,
    ) -> Result<(), JournalError> {
        self.db.execute(
            "UPDATE orchestration_sessions SET metrics = json_set(metrics,
                 '$.git_processes', coalesce(metrics ->> 'git_processes', 0) + ?2,
                 '$.durable_commits', coalesce(metrics ->> 'durable_commits', 0) + ?3)
             WHERE id = ?1",
            params![i64::try_from(id.0)?, i64::try_from(git_processes)?, i64::try_from(durable_commits)?],
        )?;
        self.commits += 1;
        Ok(())
    }
}

pub(super) fn from_json<T: DeserializeOwned>(text: &str, what: impl Into<String>) -> Result<T, JournalError> {
    serde_json::from_str(text).map_err(row_error(what))
}

fn session_row(row: &Row<'_>) -> Result<SessionRow, JournalError> {
    let metrics: String = row.get(6)?;
    Ok(SessionRow {
        id: SessionId(u64::try_from(row.get::<_, i64>(0)?)?),
        started_at: parse_time(&row.get::<_, String>(1)?)?,
        ended_at: row.get::<_, Option<String>>(2)?.map(|t| parse_time(&t)).transpose()?,
        agent: row.get(3)?,
        status: row.get(4)?,
        outcome: row.get(5)?,
        metrics: from_json(&metrics, "metrics")?,
    })
}
