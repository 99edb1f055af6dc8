//! Between rows and tasks.

use crate::error::StoreError;
use crate::id_text;
use rusqlite::{Row, Statement};
use serde::Serialize;
use serde::de::DeserializeOwned;
use taskwerk_model::{
    Assignee, Category, Key, Kind, Minutes, Moment, Priority, Progress, Session, Status, Tag, Task, Title,
    Uid,
};
use uuid::Uuid;

/// The columns of a task, in the order of [`task`] and [`bind`].
pub(crate) const COLUMNS: &str = "id, uid, title, description, status, block_reason, priority, category, type, \
     tags, assignee, depends_on, estimate_minutes, actual_minutes, progress, due, acceptance, files, links, \
     metadata, session, rollup, version, created_at, updated_at, started_at, completed_at";

/// How many they are.
pub(crate) const WIDTH: usize = 27;

/// Reads a task from a row that begins with [`COLUMNS`].
pub(crate) fn task(row: &Row<'_>) -> Result<Task, StoreError> {
    let id = id_text::decode(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
    Ok(Task {
        parent: id.parent(),
        id,
        uid: Uid::new(Uuid::from_bytes(row.get(1)?)),
        title: Title::stored(row.get(2)?),
        description: row.get(3)?,
        status: status(row.get(4)?)?,
        block_reason: row.get(5)?,
        priority: priority(row.get(6)?)?,
        category: row.get::<_, Option<String>>(7)?.map(Category::stored),
        kind: row.get::<_, Option<String>>(8)?.map(Kind::stored),
        tags: json::<Vec<String>>(row, 9)?.into_iter().map(Tag::stored).collect(),
        assignee: row.get::<_, Option<String>>(10)?.map(Assignee::stored),
        depends_on: json(row, 11)?,
        estimate_minutes: row.get::<_, Option<u32>>(12)?.map(Minutes::new),
        actual_minutes: row.get::<_, Option<u32>>(13)?.map(Minutes::new),
        progress: progress(row.get(14)?)?,
        due: match row.get_ref(15)?.as_str_or_null().map_err(rusqlite::Error::from)? {
            Some(text) => Some(text.parse().map_err(|_| bad("a due date", text))?),
            None => None,
        },
        acceptance: json(row, 16)?,
        files: json(row, 17)?,
        links: json(row, 18)?,
        metadata: json(row, 19)?,
        session: row.get::<_, Option<String>>(20)?.map(Session::stored),
        rollup: row.get(21)?,
        version: unsigned(row.get(22)?)?,
        created_at: Moment::from_micros(row.get(23)?),
        updated_at: Moment::from_micros(row.get(24)?),
        started_at: row.get::<_, Option<i64>>(25)?.map(Moment::from_micros),
        completed_at: row.get::<_, Option<i64>>(26)?.map(Moment::from_micros),
    })
}

/// Binds a task to the first [`WIDTH`] parameters, in the order of [`COLUMNS`].
pub(crate) fn bind(statement: &mut Statement<'_>, task: &Task) -> Result<(), StoreError> {
    statement.raw_bind_parameter(1, id_text::encode(&task.id))?;
    statement.raw_bind_parameter(2, task.uid.uuid().as_bytes())?;
    statement.raw_bind_parameter(3, task.title.as_str())?;
    statement.raw_bind_parameter(4, task.description.as_deref())?;
    statement.raw_bind_parameter(5, status_code(task.status))?;
    statement.raw_bind_parameter(6, task.block_reason.as_deref())?;
    statement.raw_bind_parameter(7, priority_code(task.priority))?;
    statement.raw_bind_parameter(8, task.category.as_ref().map(Category::as_str))?;
    statement.raw_bind_parameter(9, task.kind.as_ref().map(Kind::as_str))?;
    statement.raw_bind_parameter(10, list(&task.tags)?)?;
    statement.raw_bind_parameter(11, task.assignee.as_ref().map(Assignee::as_str))?;
    statement.raw_bind_parameter(12, list(&task.depends_on)?)?;
    statement.raw_bind_parameter(13, task.estimate_minutes.map(Minutes::get))?;
    statement.raw_bind_parameter(14, task.actual_minutes.map(Minutes::get))?;
    statement.raw_bind_parameter(15, task.progress.percent())?;
    statement.raw_bind_parameter(16, task.due.map(|due| due.to_string()))?;
    statement.raw_bind_parameter(17, list(&task.acceptance)?)?;
    statement.raw_bind_parameter(18, list(&task.files)?)?;
    statement.raw_bind_parameter(19, list(&task.links)?)?;
    let metadata = if task.metadata.is_empty() { None } else { Some(text_of(&task.metadata)?) };
    statement.raw_bind_parameter(20, metadata)?;
    statement.raw_bind_parameter(21, task.session.as_ref().map(Session::as_str))?;
    statement.raw_bind_parameter(22, task.rollup)?;
    statement.raw_bind_parameter(23, signed(task.version)?)?;
    statement.raw_bind_parameter(24, task.created_at.as_micros())?;
    statement.raw_bind_parameter(25, task.updated_at.as_micros())?;
    statement.raw_bind_parameter(26, task.started_at.map(Moment::as_micros))?;
    statement.raw_bind_parameter(27, task.completed_at.map(Moment::as_micros))?;
    Ok(())
}

pub(crate) fn key(text: Option<String>) -> Option<Key> {
    text.map(Key::stored)
}

/// The number of a status in the database: its place in [`Status::ALL`], which only ever grows at its end.
pub(crate) fn status_code(status: Status) -> i64 {
    match status {
        Status::Todo => 0,
        Status::InProgress => 1,
        Status::Paused => 2,
        Status::Blocked => 3,
        Status::Review => 4,
        Status::Done => 5,
        Status::Cancelled => 6,
    }
}

pub(crate) fn status(code: i64) -> Result<Status, StoreError> {
    let found = Status::ALL.into_iter().find(|status| status_code(*status) == code);
    found.ok_or_else(|| bad("a status", &code.to_string()))
}

pub(crate) fn priority_code(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
        Priority::Critical => 3,
    }
}

pub(crate) fn priority(code: i64) -> Result<Priority, StoreError> {
    let found = Priority::ALL.into_iter().find(|priority| priority_code(*priority) == code);
    found.ok_or_else(|| bad("a priority", &code.to_string()))
}

fn progress(percent: i64) -> Result<Progress, StoreError> {
    Progress::new(unsigned(percent)?).map_err(|error| bad("a progress", &error.to_string()))
}

/// SQLite knows signed numbers only.
pub(crate) fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| bad("a count", &number.to_string()))
}

pub(crate) fn signed(number: u64) -> Result<i64, StoreError> {
    i64::try_from(number).map_err(|_| bad("a count", &number.to_string()))
}

fn json<T: DeserializeOwned + Default>(row: &Row<'_>, column: usize) -> Result<T, StoreError> {
    match row.get_ref(column)?.as_str_or_null().map_err(rusqlite::Error::from)? {
        Some(text) => serde_json::from_str(text).map_err(|error| bad("JSON", &error.to_string())),
        None => Ok(T::default()),
    }
}

fn list<T: Serialize>(list: &[T]) -> Result<Option<String>, StoreError> {
    if list.is_empty() { Ok(None) } else { text_of(&list).map(Some) }
}

fn text_of<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| bad("JSON", &error.to_string()))
}

pub(crate) fn bad(what: &'static str, text: &str) -> StoreError {
    StoreError::Value { what, text: text.to_owned() }
}
