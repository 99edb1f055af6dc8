//! The table by which people speak to a driver, alive or not.

use conductor_engine::control::{Actor, Control, Reply};
use conductor_engine::ids::{ControlId, HoldId, SessionId};
use jiff::Timestamp;
use rusqlite::params;

use super::read::from_json;
use super::{Database, JournalError, row_error, time_text};

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlRow {
    /// Its number; later rows have greater ones.
    pub id: ControlId,
    /// Who asks.
    pub actor: Actor,
    /// What for.
    pub control: Control,
    /// What became of it; `None` until a driver has looked.
    pub reply: Option<Reply>,
}

/// A question of an agent, and the control by which a person answered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnsweredQuestion {
    /// The hold.
    pub hold: HoldId,
    /// Who answered.
    pub actor: Actor,
    /// What the agent asked, all of it.
    pub question: String,
    /// The answer.
    pub control: Control,
}

impl Database {
    /// The questions of all sessions that people answered, in the order of the answers.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub fn answered_questions(&self) -> Result<Vec<AnsweredQuestion>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT h.id, c.actor, CASE h.detail WHEN '' THEN h.question ELSE h.detail END, c.body
             FROM controls c JOIN holds h ON h.session = c.session AND h.id = c.body ->> '$.answer.hold'
             WHERE h.kind = 'question' AND c.reply = '\"obeyed\"' ORDER BY c.id",
        )?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let hold: i64 = row.get(0)?;
            let body: String = row.get(3)?;
            all.push(AnsweredQuestion {
                hold: HoldId(u64::try_from(hold)?),
                actor: Actor(row.get(1)?),
                question: row.get(2)?,
                control: from_json(&body, format!("the answer to hold {hold}"))?,
            });
        }
        Ok(all)
    }

    /// Asks something of a session.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn ask(
        &mut self,
        session: SessionId,
        actor: &Actor,
        control: &Control,
        at: Timestamp,
    ) -> Result<ControlId, JournalError> {
        let body = serde_json::to_string(control).map_err(row_error("control"))?;
        self.db.execute(
            "INSERT INTO controls (session, at, actor, body) VALUES (?1, ?2, ?3, ?4)",
            params![i64::try_from(session.0)?, time_text(at), actor.0, body],
        )?;
        self.commits += 1;
        Ok(ControlId(u64::try_from(self.db.last_insert_rowid())?))
    }

    /// What was asked of a session after control `after`, in order.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn controls(&self, session: SessionId, after: ControlId) -> Result<Vec<ControlRow>, JournalError> {
        let mut statement = self.db.prepare_cached(
            "SELECT id, actor, body, reply FROM controls WHERE session = ?1 AND id > ?2 ORDER BY id",
        )?;
        let mut rows = statement.query(params![i64::try_from(session.0)?, i64::try_from(after.0)?])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            let body: String = row.get(2)?;
            let reply: Option<String> = row.get(3)?;
            all.push(ControlRow {
                id: ControlId(u64::try_from(id)?),
                actor: Actor(row.get(1)?),
                control: from_json(&body, format!("control {id}"))?,
                reply: reply.map(|r| from_json(&r, format!("reply {id}"))).transpose()?,
            });
        }
        Ok(all)
    }

    /// What became of a control; `None` until a driver has looked at it.
    ///
    /// # Errors
    /// When there is no such control.
    pub fn reply(&self, id: ControlId) -> Result<Option<Reply>, JournalError> {
        let mut statement = self.db.prepare_cached("SELECT reply FROM controls WHERE id = ?1")?;
        let mut rows = statement.query([i64::try_from(id.0)?])?;
        let row = rows.next()?.ok_or(JournalError::NoControl(id))?;
        let reply: Option<String> = row.get(0)?;
        reply.map(|r| from_json(&r, format!("reply {id}"))).transpose()
    }
}
