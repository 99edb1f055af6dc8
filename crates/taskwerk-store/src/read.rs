//! Single tasks with all that belongs to them, figures, and what an export writes.

use crate::error::{ExecuteError, StoreError};
use crate::open::Store;
use crate::row::{self, COLUMNS, WIDTH};
use std::ops::ControlFlow;
use taskwerk_model::{
    Claim, Key, ListQuery, Moment, Note, Priority, Recorded, Selector, Status, Task, TaskId, View,
};

/// A task with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// The task.
    pub task: Task,
    /// Its notes, oldest first.
    pub notes: Vec<Note>,
    /// Everything that happened to it, oldest first.
    pub timeline: Vec<Recorded>,
    /// The tasks directly under it.
    pub children: Vec<Task>,
    /// The tasks that wait for it.
    pub blocks: Vec<Task>,
    /// The live claim on it.
    pub claim: Option<Claim>,
}

/// Figures about all tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// How many there are.
    pub total: u64,
    /// How many of each status, in the order of [`Status::ALL`].
    pub by_status: Vec<(Status, u64)>,
    /// How many of each priority, in the order of [`Priority::ALL`].
    pub by_priority: Vec<(Priority, u64)>,
    /// How many can be begun.
    pub ready: u64,
    /// How many are claimed.
    pub claimed: u64,
}

/// A task as an export writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The task.
    pub task: Task,
    /// An importer's name for it.
    pub key: Option<Key>,
    /// Its notes, oldest first.
    pub notes: Vec<Note>,
}

impl Store {
    /// The time by the clock of this store.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// A task.
    ///
    /// # Errors
    /// [`ExecuteError`]: it does not exist, or the store failed.
    pub fn get(&self, id: &TaskId) -> Result<Task, ExecuteError> {
        match self.tables().task(id)? {
            Some(task) => Ok(task),
            None => Err(self.not_found(id)?.into()),
        }
    }

    /// A task with all that belongs to it.
    ///
    /// # Errors
    /// [`ExecuteError`]: it does not exist, or the store failed.
    pub fn detail(&self, id: &TaskId) -> Result<Detail, ExecuteError> {
        // One snapshot for all that is read.
        let snapshot = self.connection.unchecked_transaction()?;
        let task = self.get(id)?;
        let tables = self.tables();
        let detail = Detail {
            task,
            notes: tables.notes(id)?,
            timeline: self.events_of(id)?,
            children: self.all_of(tables.children(id)?)?,
            blocks: self.all_of(tables.dependents(id)?)?,
            claim: self.claim_of(id)?,
        };
        drop(snapshot);
        Ok(detail)
    }

    fn all_of(&self, ids: Vec<TaskId>) -> Result<Vec<Task>, StoreError> {
        let mut tasks = Vec::with_capacity(ids.len());
        for id in ids {
            tasks.extend(self.tables().task(&id)?);
        }
        Ok(tasks)
    }

    /// The live claim on a task.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed.
    pub fn claim_of(&self, id: &TaskId) -> Result<Option<Claim>, StoreError> {
        let now = self.clock.now();
        Ok(self.tables().claim(id)?.filter(|claim| claim.is_live(now)))
    }

    /// The last claim on a task that was not given back, also when it has lapsed: whoever held it may take the
    /// task up again as long as nobody else has.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed.
    pub fn last_claim_of(&self, id: &TaskId) -> Result<Option<Claim>, StoreError> {
        self.tables().claim(id)
    }

    /// The tasks that can be begun and that nobody has claimed, in the order in which they are to be done: by
    /// priority, then the oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed.
    pub fn ready(&self, limit: Option<u32>) -> Result<Vec<Task>, ExecuteError> {
        self.list(&ListQuery { limit, ..ListQuery::from(Selector::Ready) })
    }

    /// Figures about all tasks.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed.
    pub fn summary(&self) -> Result<Summary, StoreError> {
        let now = self.clock.now().as_micros();
        let count = |sql: &str, param: i64| -> Result<u64, StoreError> {
            row::unsigned(self.connection.prepare_cached(sql)?.query_row([param], |row| row.get(0))?)
        };
        let mut by_status = Vec::new();
        for status in Status::ALL {
            let n = count("SELECT count(*) FROM tasks WHERE status = ?1", row::status_code(status))?;
            by_status.push((status, n));
        }
        let mut by_priority = Vec::new();
        for priority in Priority::ALL {
            let n = count("SELECT count(*) FROM tasks WHERE priority = ?1", row::priority_code(priority))?;
            by_priority.push((priority, n));
        }
        let ready = "SELECT count(*) FROM tasks WHERE status = 0 AND waits = 0 AND children = 0
             AND NOT EXISTS (SELECT 1 FROM claims WHERE task = n AND expires_at > ?1)";
        Ok(Summary {
            total: by_status.iter().map(|(_, n)| n).sum(),
            by_status,
            by_priority,
            ready: count(ready, now)?,
            claimed: count("SELECT count(*) FROM claims WHERE expires_at > ?1", now)?,
        })
    }

    /// Hands every task, closed ones too, to `visit` in the order of ids, with what an import needs to make it
    /// again, until it breaks off.
    ///
    /// # Errors
    /// [`StoreError`] when the store failed.
    pub fn each_exported(
        &self,
        mut visit: impl FnMut(Exported) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let snapshot = self.connection.unchecked_transaction()?;
        let sql = format!(
            "SELECT {COLUMNS}, key, EXISTS (SELECT 1 FROM notes WHERE task = tasks.n) FROM tasks ORDER BY id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let task = row::task(row)?;
            let key = row::key(row.get(WIDTH)?);
            let noted: bool = row.get(WIDTH + 1)?;
            let notes = if noted { self.tables().notes(&task.id)? } else { Vec::new() };
            if visit(Exported { task, key, notes }).is_break() {
                break;
            }
        }
        drop(rows);
        drop(snapshot);
        Ok(())
    }
}
