//! What a decision reads from the tables.

use crate::error::StoreError;
use crate::id_text;
use crate::row::{self, COLUMNS};
use rusqlite::{Connection, OptionalExtension, Params, params};
use taskwerk_model::{
    Actor, Claim, FencingToken, Key, Moment, Note, Prefix, Task, TaskId, Uid, View, Worker,
};

/// The counter of fencing tokens. No prefix begins with `#`.
pub(crate) const TOKENS: &str = "#token";

/// The tables of an open store, inside whatever transaction is under way.
#[derive(Clone, Copy)]
pub(crate) struct Tables<'c> {
    pub(crate) connection: &'c Connection,
}

impl Tables<'_> {
    /// Runs a query whose rows begin with an id.
    fn ids(&self, sql: &str, params: impl Params) -> Result<Vec<TaskId>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut ids = Vec::new();
        while let Some(row) = rows.next()? {
            ids.push(id_text::decode(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?);
        }
        Ok(ids)
    }

    fn one_id(&self, sql: &str, params: impl Params) -> Result<Option<TaskId>, StoreError> {
        Ok(self.ids(sql, params)?.pop())
    }

    pub(crate) fn counter(&self, scope: &str) -> Result<i64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT last FROM counters WHERE scope = ?1")?;
        Ok(statement.query_row([scope], |row| row.get(0)).optional()?.unwrap_or(0))
    }

    /// The first task that can be begun and that nobody has claimed.
    pub(crate) fn first_ready(&self, now: Moment) -> Result<Option<TaskId>, StoreError> {
        self.one_id(
            "SELECT id FROM tasks WHERE status = 0 AND waits = 0 AND children = 0
             AND NOT EXISTS (SELECT 1 FROM claims WHERE task = n AND expires_at > ?1)
             ORDER BY priority DESC, created_at, id LIMIT 1",
            [now.as_micros()],
        )
    }

    /// Ids beside this one, the nearest by number first.
    fn neighbours(&self, id: &TaskId) -> Result<Vec<TaskId>, StoreError> {
        let (first, end) = match id.parent() {
            Some(parent) => id_text::range_of_children(&parent),
            None => (format!("{}-", id.prefix()), format!("{}.", id.prefix())),
        };
        let depth = id_text::encode(id).len();
        let mut ids = self.ids(
            "SELECT id FROM tasks WHERE id >= ?1 AND id < ?2 AND length(id) = ?3",
            params![first, end, i64::try_from(depth).unwrap_or_default()],
        )?;
        ids.sort_by_key(|other| other.number().abs_diff(id.number()));
        Ok(ids)
    }
}

impl View for Tables<'_> {
    type Error = StoreError;

    fn task(&self, id: &TaskId) -> Result<Option<Task>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM tasks WHERE id = ?1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([id_text::encode(id)])?;
        rows.next()?.map(row::task).transpose()
    }

    fn children(&self, id: &TaskId) -> Result<Vec<TaskId>, StoreError> {
        let (first, end) = id_text::range_of_children(id);
        // One level more is one number more, and all numbers have one width.
        let width = i64::try_from(first.len() + 10).unwrap_or_default();
        self.ids(
            "SELECT id FROM tasks WHERE id >= ?1 AND id < ?2 AND length(id) = ?3 ORDER BY id",
            params![first, end, width],
        )
    }

    fn dependents(&self, id: &TaskId) -> Result<Vec<TaskId>, StoreError> {
        self.ids(
            "SELECT waiting.id FROM tasks target
             JOIN dependents ON dependents.target = target.n
             JOIN tasks waiting ON waiting.n = dependents.task
             WHERE target.id = ?1 ORDER BY waiting.id",
            [id_text::encode(id)],
        )
    }

    fn notes(&self, id: &TaskId) -> Result<Vec<Note>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at, author, text FROM notes WHERE task = (SELECT n FROM tasks WHERE id = ?1) ORDER BY n",
        )?;
        let notes = statement.query_map([id_text::encode(id)], |row| {
            let at = Moment::from_micros(row.get(0)?);
            Ok(Note { at, author: Actor::stored(row.get(1)?), text: row.get(2)? })
        })?;
        Ok(notes.collect::<Result<_, _>>()?)
    }

    fn claim(&self, id: &TaskId) -> Result<Option<Claim>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT worker, token, expires_at FROM claims WHERE task = (SELECT n FROM tasks WHERE id = ?1)",
        )?;
        let mut rows = statement.query([id_text::encode(id)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(Claim {
            task: id.clone(),
            worker: Worker::stored(row.get(0)?),
            token: FencingToken(row::unsigned(row.get(1)?)?),
            expires_at: Moment::from_micros(row.get(2)?),
        }))
    }

    fn key(&self, id: &TaskId) -> Result<Option<Key>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT key FROM tasks WHERE id = ?1")?;
        let key = statement.query_row([id_text::encode(id)], |row| row.get(0)).optional()?;
        Ok(row::key(key.flatten()))
    }

    fn by_key(&self, key: &str) -> Result<Option<TaskId>, StoreError> {
        self.one_id("SELECT id FROM tasks WHERE key = ?1", [key])
    }

    fn by_uid(&self, uid: Uid) -> Result<Option<TaskId>, StoreError> {
        self.one_id("SELECT id FROM tasks WHERE uid = ?1", [uid.uuid().as_bytes()])
    }

    fn last_number(&self, prefix: Prefix, parent: Option<&TaskId>) -> Result<u32, StoreError> {
        let last = self.counter(&id_text::scope(prefix, parent))?;
        u32::try_from(last).map_err(|_| row::bad("a count", &last.to_string()))
    }

    fn was_given(&self, id: &TaskId) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT 1 FROM events WHERE task = ?1 LIMIT 1")?;
        Ok(statement.exists([id_text::encode(id)])?)
    }

    fn last_token(&self) -> Result<FencingToken, StoreError> {
        Ok(FencingToken(row::unsigned(self.counter(TOKENS)?)?))
    }

    fn nearest(&self, id: &TaskId) -> Result<Vec<TaskId>, StoreError> {
        let mut ids = self.neighbours(id)?;
        // Nothing beside it: what lies above may have been meant.
        if ids.is_empty() {
            for above in id.ancestors() {
                ids = self.neighbours(&above)?;
                if !ids.is_empty() {
                    break;
                }
            }
        }
        ids.truncate(3);
        Ok(ids)
    }
}
