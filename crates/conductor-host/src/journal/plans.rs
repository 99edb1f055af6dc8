//! Plans, as drafts and as what was imported.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::read::from_json;
use super::{Database, JournalError, parse_time, time_text};

/// How far a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PlanStatus {
    /// Nobody has looked at it yet.
    Draft,
    /// Somebody has begun to change or judge it.
    Reviewing,
    /// Its items are tasks.
    Imported,
    /// Nobody wants it.
    Discarded,
}

impl PlanStatus {
    /// The word in the table and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Reviewing => "reviewing",
            Self::Imported => "imported",
            Self::Discarded => "discarded",
        }
    }

    fn parse(word: &str) -> Self {
        match word {
            "reviewing" => Self::Reviewing,
            "imported" => Self::Imported,
            "discarded" => Self::Discarded,
            // The table's own check allows nothing else.
            _ => Self::Draft,
        }
    }
}

/// A stored plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow {
    /// Its number.
    pub id: u64,
    /// The documents that it came from, as they were named.
    pub source_file: String,
    /// The digest of the documents' bytes and of how they were planned.
    pub digest: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How far it has come.
    pub status: PlanStatus,
    /// Counts, and after import the ids of the tasks.
    pub metadata: Value,
    /// The plan itself, as `conductor-plan` serialises it. Kept as text: most commands never look into it.
    pub body: String,
}

/// A plan that is not stored yet.
#[derive(Debug, Clone)]
pub struct NewPlan<'a> {
    /// The documents, as they were named.
    pub source_file: &'a str,
    /// The digest of the documents' bytes and of how they were planned.
    pub digest: &'a str,
    /// How far it has come.
    pub status: PlanStatus,
    /// Counts, and after import the ids of the tasks.
    pub metadata: &'a Value,
    /// The plan itself.
    pub body: &'a str,
    /// The plan as its engine made it.
    pub made: &'a str,
    /// When it was made.
    pub at: Timestamp,
}

/// What stands in the column `made` while nobody has changed the plan: it is what `body` says. No plan is an empty text.
const AS_BODY: &str = "";

const COLUMNS: &str = "id, source_file, digest, created_at, status, metadata, body";

impl Database {
    /// Stores a new draft and gives it a number.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn create_plan(
        &mut self,
        source_file: &str,
        digest: &str,
        metadata: &Value,
        body: &str,
        at: Timestamp,
    ) -> Result<u64, JournalError> {
        let (status, made) = (PlanStatus::Draft, body);
        self.record_plan(&NewPlan { source_file, digest, status, metadata, body, made, at })
    }

    /// Stores a plan that has come so far already, and gives it a number.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn record_plan(&mut self, plan: &NewPlan<'_>) -> Result<u64, JournalError> {
        self.db.execute(
            "INSERT INTO plans (source_file, digest, created_at, status, metadata, body, made)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                plan.source_file,
                plan.digest,
                time_text(plan.at),
                plan.status.word(),
                plan.metadata.to_string(),
                plan.body,
                if plan.made == plan.body { AS_BODY } else { plan.made }
            ],
        )?;
        self.commits += 1;
        Ok(u64::try_from(self.db.last_insert_rowid())?)
    }

    /// A plan as its engine made it; `None` for one that was made before that was kept.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn plan_as_made(&self, id: u64) -> Result<Option<String>, JournalError> {
        let mut statement =
            self.db.prepare_cached("SELECT iif(made = '', body, made) FROM plans WHERE id = ?1")?;
        let made = statement.query_row([i64::try_from(id)?], |row| row.get(0)).optional()?;
        Ok(made.flatten())
    }

    /// Changes how far a plan has come, what is noted of it, and the plan itself, together.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn update_plan(
        &mut self,
        id: u64,
        status: PlanStatus,
        metadata: &Value,
        body: &str,
    ) -> Result<(), JournalError> {
        self.db.execute(
            "UPDATE plans SET status = ?2, metadata = ?3, body = ?4, made = iif(made = '' AND body <> ?4, body, made)
             WHERE id = ?1",
            params![i64::try_from(id)?, status.word(), metadata.to_string(), body],
        )?;
        self.commits += 1;
        Ok(())
    }

    /// Changes a plan as [`update_plan`](Self::update_plan) does, unless somebody else changed it since `known` was read;
    /// then nothing is written, and the answer is `false`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn replace_plan(
        &mut self,
        known: &PlanRow,
        status: PlanStatus,
        metadata: &Value,
        body: &str,
    ) -> Result<bool, JournalError> {
        let changed = self.db.execute(
            "UPDATE plans SET status = ?2, metadata = ?3, body = ?4, made = iif(made = '' AND body <> ?4, body, made)
             WHERE id = ?1 AND status = ?5 AND body = ?6",
            params![
                i64::try_from(known.id)?,
                status.word(),
                metadata.to_string(),
                body,
                known.status.word(),
                known.body
            ],
        )?;
        self.commits += 1;
        Ok(changed == 1)
    }

    /// Every plan, oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn plans(&self) -> Result<Vec<PlanRow>, JournalError> {
        let mut statement = self.db.prepare_cached(&format!("SELECT {COLUMNS} FROM plans ORDER BY id"))?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(plan_row(row)?);
        }
        Ok(all)
    }

    /// One plan; `None` when there is none of that number.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn plan(&self, id: u64) -> Result<Option<PlanRow>, JournalError> {
        self.plan_where("id = ?1", &i64::try_from(id)?)
    }

    /// The newest plan that has come so far, no more and no less.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn newest_plan(&self, status: PlanStatus) -> Result<Option<PlanRow>, JournalError> {
        self.plan_where("status = ?1", &status.word())
    }

    /// Plans of documents of these names that were not discarded and hold this text, newest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn plans_with(&self, source_file: &str, text: &str) -> Result<Vec<PlanRow>, JournalError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM plans WHERE source_file = ?1 AND status <> 'discarded' AND instr(body, ?2) > 0
             ORDER BY id DESC"
        );
        let mut statement = self.db.prepare_cached(&sql)?;
        let mut rows = statement.query([source_file, text])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            all.push(plan_row(row)?);
        }
        Ok(all)
    }

    /// The newest plan of exactly these documents that was not discarded.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub fn plan_by_digest(&self, digest: &str) -> Result<Option<PlanRow>, JournalError> {
        self.plan_where("digest = ?1 AND status <> 'discarded'", &digest)
    }

    fn plan_where(
        &self,
        condition: &str,
        value: &dyn rusqlite::ToSql,
    ) -> Result<Option<PlanRow>, JournalError> {
        let sql = format!("SELECT {COLUMNS} FROM plans WHERE {condition} ORDER BY id DESC LIMIT 1");
        let mut statement = self.db.prepare_cached(&sql)?;
        let row = statement.query_row([value], |row| Ok(plan_row(row))).optional()?;
        row.transpose()
    }
}

fn plan_row(row: &Row<'_>) -> Result<PlanRow, JournalError> {
    let id = u64::try_from(row.get::<_, i64>(0)?)?;
    let metadata: String = row.get(5)?;
    Ok(PlanRow {
        id,
        source_file: row.get(1)?,
        digest: row.get(2)?,
        created_at: parse_time(&row.get::<_, String>(3)?)?,
        status: PlanStatus::parse(&row.get::<_, String>(4)?),
        metadata: from_json(&metadata, format!("plan {id}"))?,
        body: row.get(6)?,
    })
}
