//! Reading the log of events.

use crate::error::StoreError;
use crate::id_text;
use crate::open::Store;
use crate::row;
use rusqlite::{Params, Row, params};
use taskwerk_model::{Actor, Event, Moment, Recorded, Session, TaskId};

impl Store {
    /// At most `limit` events after that place in the log, oldest first. Asking again with the place of the
    /// last one misses nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub fn events_after(&self, cursor: u64, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        // A place beyond what the database can count has nothing after it.
        let cursor = i64::try_from(cursor).unwrap_or(i64::MAX);
        self.events("WHERE seq > ?1 ORDER BY seq LIMIT ?2", params![cursor, limit])
    }

    /// The newest events, at most `limit`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub fn latest_events(&self, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        let mut events = self.events("ORDER BY seq DESC LIMIT ?1", params![limit])?;
        events.reverse();
        Ok(events)
    }

    /// Everything that happened to a task, oldest first, also after it was deleted.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub fn events_of(&self, id: &TaskId) -> Result<Vec<Recorded>, StoreError> {
        self.events("WHERE task = ?1 ORDER BY seq", [id_text::encode(id)])
    }

    /// The place of the newest event; 0 when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the log cannot be read.
    pub fn last_event(&self) -> Result<u64, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT coalesce(max(seq), 0) FROM events")?;
        row::unsigned(statement.query_row([], |row| row.get(0))?)
    }

    fn events(&self, which: &str, params: impl Params) -> Result<Vec<Recorded>, StoreError> {
        let sql = format!("SELECT seq, at, actor, session, version, payload FROM events {which}");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next()? {
            events.push(recorded(row)?);
        }
        Ok(events)
    }
}

fn recorded(row: &Row<'_>) -> Result<Recorded, StoreError> {
    let version: u32 = row.get(4)?;
    let payload = row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
    let event = match version {
        Event::VERSION => serde_json::from_str(payload),
        _ => return Err(row::bad("an event of a version", &version.to_string())),
    };
    Ok(Recorded {
        seq: row::unsigned(row.get(0)?)?,
        at: Moment::from_micros(row.get(1)?),
        actor: Actor::stored(row.get(2)?),
        session: row.get::<_, Option<String>>(3)?.map(Session::stored),
        event: event.map_err(|error| row::bad("an event", &error.to_string()))?,
    })
}
