//! What plans were made from: the text of documents, and what models and agents said.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde_json::Value;

use super::read::from_json;
use super::{Database, JournalError, time_text};

/// One question that was put to a model or an agent, and its reply.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanExchange {
    /// Digest of all that the reply depends on: equal asks may be answered by the same reply.
    pub ask: String,
    /// What was sent, without credentials.
    pub request: Value,
    /// What came back, unread.
    pub reply: String,
    /// What it used: tokens, money, the time it took.
    pub usage: Value,
}

impl Database {
    /// Keeps the text of a document under the digest of its bytes. One that is there already stays.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_document(&mut self, digest: &str, text: &str) -> Result<(), JournalError> {
        self.db.execute(
            "INSERT INTO plan_documents (digest, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![digest, text],
        )?;
        self.commits += 1;
        Ok(())
    }

    /// The text of the document whose bytes have this digest, as its spans count in it; `None` for one that was planned
    /// before texts were kept.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn document_text(&self, digest: &str) -> Result<Option<String>, JournalError> {
        let mut statement = self.db.prepare_cached("SELECT text FROM plan_documents WHERE digest = ?1")?;
        Ok(statement.query_row([digest], |row| row.get(0)).optional()?)
    }

    /// Keeps an exchange. `work` is the digest of the plan that it was for; see [`PlanRow`](super::PlanRow).
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_exchange(
        &mut self,
        work: &str,
        exchange: &PlanExchange,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.db.execute(
            "INSERT INTO plan_exchanges (work, ask, at, request, reply, usage) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                work,
                exchange.ask,
                time_text(at),
                exchange.request.to_string(),
                exchange.reply,
                exchange.usage.to_string()
            ],
        )?;
        self.commits += 1;
        Ok(())
    }

    /// What was said for a plan, oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn exchanges(&self, work: &str) -> Result<Vec<PlanExchange>, JournalError> {
        let sql = "SELECT ask, request, reply, usage FROM plan_exchanges WHERE work = ?1 ORDER BY id";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query([work])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let json = |text: String| from_json(&text, format!("an exchange of plan {work}"));
            all.push(PlanExchange {
                ask: row.get(0)?,
                request: json(row.get(1)?)?,
                reply: row.get(2)?,
                usage: json(row.get(3)?)?,
            });
        }
        Ok(all)
    }
}
