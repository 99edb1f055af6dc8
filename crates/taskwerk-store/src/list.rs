//! Lists of tasks.

use crate::error::{ExecuteError, StoreError};
use crate::id_text;
use crate::open::Store;
use crate::row::{self, COLUMNS};
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};
use std::ops::ControlFlow;
use taskwerk_model::{ListQuery, Moment, Refusal, Selector, Sort, Status, Task, TaskId, View};

impl Store {
    /// The tasks that a query asks for.
    ///
    /// # Errors
    /// [`ExecuteError`]: a task that is named by id does not exist, or the store failed.
    pub fn list(&self, query: &ListQuery) -> Result<Vec<Task>, ExecuteError> {
        let mut tasks = Vec::new();
        self.each(query, |task| {
            tasks.push(task);
            ControlFlow::Continue(())
        })?;
        Ok(tasks)
    }

    /// Hands the tasks that a query asks for to `visit`, one by one, until it breaks off. Memory does not grow
    /// with their number.
    ///
    /// # Errors
    /// As [`Store::list`].
    pub fn each(
        &self,
        query: &ListQuery,
        mut visit: impl FnMut(Task) -> ControlFlow<()>,
    ) -> Result<(), ExecuteError> {
        if let Some(Selector::Ids(ids)) = &query.selector {
            self.check_all_exist(ids)?;
        }
        let select = Select::new(query, self.clock.now());
        let mut statement = self.connection.prepare_cached(&select.sql)?;
        let mut rows = statement.query(params_from_iter(select.params))?;
        let filter = Filter::new(query);
        let mut left = query.limit.unwrap_or(u32::MAX);
        while left > 0 {
            let Some(row) = rows.next().map_err(StoreError::from)? else { break };
            if !filter.fits_row(row)? {
                continue;
            }
            let task = row::task(row)?;
            if !filter.fits(&task, || self.note_texts(&task.id))? {
                continue;
            }
            left -= 1;
            if visit(task).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Refuses ids that do not exist, the first one by name.
    fn check_all_exist(&self, ids: &[TaskId]) -> Result<(), ExecuteError> {
        for id in ids {
            let mut statement = self.connection.prepare_cached("SELECT 1 FROM tasks WHERE id = ?1")?;
            if !statement.exists([id_text::encode(id)])? {
                return Err(self.not_found(id)?.into());
            }
        }
        Ok(())
    }

    pub(crate) fn not_found(&self, id: &TaskId) -> Result<Refusal, StoreError> {
        Ok(Refusal::NotFound { id: id.clone(), suggestions: self.tables().nearest(id)? })
    }

    fn note_texts(&self, id: &TaskId) -> Result<Vec<String>, StoreError> {
        Ok(self.tables().notes(id)?.into_iter().map(|note| note.text).collect())
    }
}

/// The part of a query that the database answers.
struct Select {
    sql: String,
    params: Vec<Value>,
}

impl Select {
    fn new(query: &ListQuery, now: Moment) -> Self {
        let mut select = Self { sql: format!("SELECT {COLUMNS} FROM tasks WHERE 1"), params: Vec::new() };
        select.selector(query.selector.as_ref(), now);
        select.one_of("status", query.statuses.iter().map(|status| row::status_code(*status).into()));
        select.one_of("priority", query.priorities.iter().map(|p| row::priority_code(*p).into()));
        if let Some(assignee) = &query.assignee {
            select.also("assignee = ?", [assignee.as_str().to_owned().into()]);
        }
        if let Some(session) = &query.session {
            select.also("session = ?", [session.as_str().to_owned().into()]);
        }
        if let Some(parent) = &query.parent {
            let (first, end) = id_text::range_of_children(parent);
            let width = i64::try_from(first.len() + 10).unwrap_or_default();
            select.also("id >= ? AND id < ? AND length(id) = ?", [first.into(), end.into(), width.into()]);
        }
        // Naming closed tasks, by id or by status, is asking for them.
        let named = matches!(&query.selector, Some(Selector::Ids(_) | Selector::Status(_)));
        if !(query.include_closed || named || query.statuses.iter().any(|status| status.is_closed())) {
            let closed = [Status::Done, Status::Cancelled].map(|status| row::status_code(status).into());
            select.also("status NOT IN (?, ?)", closed);
        }
        select.sort(query);
        select
    }

    fn also(&mut self, condition: &str, params: impl IntoIterator<Item = Value>) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.params.extend(params);
    }

    fn one_of(&mut self, column: &str, values: impl Iterator<Item = Value>) {
        let values: Vec<Value> = values.collect();
        if !values.is_empty() {
            let places = vec!["?"; values.len()].join(", ");
            self.also(&format!("{column} IN ({places})"), values);
        }
    }

    fn selector(&mut self, selector: Option<&Selector>, now: Moment) {
        match selector {
            None => {}
            Some(Selector::Ids(ids)) => self.one_of("id", ids.iter().map(|id| id_text::encode(id).into())),
            Some(Selector::Status(status)) => self.also("status = ?", [row::status_code(*status).into()]),
            Some(Selector::Ready) => self.also(
                "status = 0 AND waits = 0 AND children = 0
                 AND NOT EXISTS (SELECT 1 FROM claims WHERE task = n AND expires_at > ?)",
                [now.as_micros().into()],
            ),
        }
    }

    fn sort(&mut self, query: &ListQuery) {
        let ready = query.selector == Some(Selector::Ready);
        let (up, down) = if query.reverse { ("DESC", "ASC") } else { ("ASC", "DESC") };
        let order = match query.sort {
            // What is ready comes in the order in which it is to be done.
            Sort::Id if ready => format!("priority {down}, created_at {up}, id {up}"),
            Sort::Id => format!("id {up}"),
            Sort::Priority => format!("priority {down}, id"),
            Sort::Created => format!("created_at {up}, id"),
            Sort::Updated => format!("updated_at {down}, id"),
            // A due day sorts among the moments of that day as text does, as its last.
            Sort::Due => format!("due IS NULL, iif(length(due) = 10, due || 'Z', due) {up}, id"),
            Sort::Status => format!("status {up}, id"),
            Sort::Title => format!("title COLLATE NOCASE {up}, id"),
        };
        self.sql.push_str(" ORDER BY ");
        self.sql.push_str(&order);
    }
}

/// The part that is answered here: the database knows neither our lists nor letters beyond ASCII.
struct Filter<'q> {
    query: &'q ListQuery,
    needle: Option<String>,
}

impl<'q> Filter<'q> {
    fn new(query: &'q ListQuery) -> Self {
        let needle = query.search.as_ref().map(|text| text.trim().to_lowercase());
        Self { query, needle: needle.filter(|needle| !needle.is_empty()) }
    }

    /// Whether a row may fit, before the whole task is read.
    fn fits_row(&self, row: &Row<'_>) -> Result<bool, StoreError> {
        if self.query.tags.is_empty() {
            return Ok(true);
        }
        Ok(row.get_ref("tags")?.as_str_or_null().map_err(rusqlite::Error::from)?.is_some())
    }

    fn fits(
        &self,
        task: &Task,
        notes: impl FnOnce() -> Result<Vec<String>, StoreError>,
    ) -> Result<bool, StoreError> {
        let tags = &self.query.tags;
        if !tags.is_empty() && !task.tags.iter().any(|tag| tags.contains(tag)) {
            return Ok(false);
        }
        let Some(needle) = &self.needle else { return Ok(true) };
        let has = |text: &str| text.to_lowercase().contains(needle.as_str());
        let in_task = has(task.title.as_str()) || task.description.as_deref().is_some_and(has);
        Ok(in_task || notes()?.iter().any(|text| has(text)))
    }
}
