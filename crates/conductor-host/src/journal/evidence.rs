//! Evidence is written once and never changed: its id is its digest.

use conductor_engine::evidence::Evidence;
use conductor_engine::ids::{EvidenceId, TreeId};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

use super::read::from_json;
use super::{Database, JournalError, parse_time, row_error, time_text};

impl Database {
    /// Keeps a piece of evidence. Keeping the same one twice is keeping it once.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_evidence(
        &mut self,
        id: &EvidenceId,
        evidence: &Evidence,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        let body = serde_json::to_string(evidence).map_err(row_error("evidence"))?;
        self.db.execute(
            "INSERT INTO evidence (id, tree, gates, created_at, body) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING",
            params![id.0, evidence.tree.as_str(), evidence.gates_digest, time_text(at), body],
        )?;
        self.commits += 1;
        Ok(())
    }

    /// A piece of evidence.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn evidence(&self, id: &EvidenceId) -> Result<Evidence, JournalError> {
        let body: Option<String> = self
            .db
            .query_row("SELECT body FROM evidence WHERE id = ?1", [&id.0], |row| row.get(0))
            .optional()?;
        let body = body.ok_or_else(|| JournalError::NoEvidence(id.clone()))?;
        from_json(&body, format!("evidence {id}"))
    }

    /// The newest evidence of a tree under the same gates: what a candidate is compared with.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn evidence_of_tree(&self, tree: &TreeId, gates: &str) -> Result<Option<Evidence>, JournalError> {
        let body: Option<String> = self
            .db
            .query_row(
                "SELECT body FROM evidence WHERE tree = ?1 AND gates = ?2 ORDER BY created_at DESC LIMIT 1",
                [tree.as_str(), gates],
                |row| row.get(0),
            )
            .optional()?;
        body.map(|b| from_json(&b, format!("evidence of {tree}"))).transpose()
    }

    /// A piece of evidence as it is stored, for whoever checks it: nothing of it is believed.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn evidence_record(&self, id: &EvidenceId) -> Result<EvidenceRecord, JournalError> {
        let row = self
            .db
            .query_row("SELECT tree, created_at, body FROM evidence WHERE id = ?1", [&id.0], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))
            })
            .optional()?;
        let (tree, at, body) = row.ok_or_else(|| JournalError::NoEvidence(id.clone()))?;
        Ok(EvidenceRecord { id: id.clone(), tree, created_at: parse_time(&at)?, body })
    }

    /// The ids that begin with `start`, at most two: one is what was meant, and two are not told apart.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn evidence_beginning(&self, start: &str) -> Result<Vec<EvidenceId>, JournalError> {
        let mut statement = self
            .db
            .prepare_cached("SELECT id FROM evidence WHERE substr(id, 1, ?2) = ?1 ORDER BY id LIMIT 2")?;
        let length = i64::try_from(start.chars().count())?;
        let rows = statement.query_map(params![start, length], |row| row.get(0).map(EvidenceId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// A row of the table of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRecord {
    /// Its id, which is to be its digest.
    pub id: EvidenceId,
    /// The tree that the row names.
    pub tree: String,
    /// When it was kept.
    pub created_at: Timestamp,
    /// The evidence as JSON.
    pub body: String,
}
