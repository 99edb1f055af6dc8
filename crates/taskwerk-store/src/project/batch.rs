//! New tasks, one or ten thousand: all that can be computed before the first row is written is, so that each
//! row is written once.

use super::{add_children, raise_counter, write_edge, write_note};
use crate::error::StoreError;
use crate::id_text;
use crate::row::{self, COLUMNS, WIDTH};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, HashMap};
use taskwerk_model::{Event, Key, Note, Status, Task, TaskId};

struct New<'e> {
    n: i64,
    task: &'e Task,
    key: Option<&'e Key>,
    notes: &'e [Note],
    waits: i64,
    children: i64,
}

/// Writes the tasks of a run of `Created` events, each of which comes after that of its container.
pub(super) fn create(connection: &Connection, events: &[Event]) -> Result<(), StoreError> {
    let mut new = number(connection, events)?;
    let places: HashMap<&TaskId, usize> =
        new.iter().enumerate().map(|(place, new)| (&new.task.id, place)).collect();
    let mut edges = Vec::new();
    for place in 0..new.len() {
        let task = new[place].task;
        let mut waits = 0;
        for on in &task.depends_on {
            let target = match places.get(on) {
                Some(&other) => Target { n: new[other].n, status: new[other].task.status, waits: 0 },
                None => stored(connection, on)?,
            };
            waits += i64::from(target.status != Status::Done);
            edges.push((target.n, new[place].n));
        }
        if let Some(parent) = &task.parent {
            let above = match places.get(parent) {
                Some(&other) => {
                    new[other].children += 1;
                    Target { n: new[other].n, status: new[other].task.status, waits: new[other].waits }
                }
                None => {
                    add_children(connection, parent, 1)?;
                    stored(connection, parent)?
                }
            };
            waits += above.waits + i64::from(above.status.is_parked());
        }
        new[place].waits = waits;
    }
    insert(connection, &new)?;
    for (target, task) in edges {
        write_edge(connection, target, task)?;
    }
    raise_counters(connection, &new)
}

fn number<'e>(connection: &Connection, events: &'e [Event]) -> Result<Vec<New<'e>>, StoreError> {
    let last: i64 = connection
        .prepare_cached("SELECT coalesce(max(n), 0) FROM tasks")?
        .query_row([], |row| row.get(0))?;
    let created = events.iter().filter_map(|event| match event {
        Event::Created { task, key, notes } => Some((task, key, notes)),
        Event::Changed { .. }
        | Event::Noted { .. }
        | Event::Deleted { .. }
        | Event::Claimed { .. }
        | Event::Extended { .. }
        | Event::Released { .. } => None,
    });
    let new = created.zip(last + 1..).map(|((task, key, notes), n)| New {
        n,
        task,
        key: key.as_ref(),
        notes,
        waits: 0,
        children: 0,
    });
    Ok(new.collect())
}

struct Target {
    n: i64,
    status: Status,
    waits: i64,
}

fn stored(connection: &Connection, id: &TaskId) -> Result<Target, StoreError> {
    let mut statement = connection.prepare_cached("SELECT n, status, waits FROM tasks WHERE id = ?1")?;
    let found = statement
        .query_row([id_text::encode(id)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (n, status, waits) =
        found.ok_or_else(|| row::bad("an event about a task that is missing", &id.to_string()))?;
    Ok(Target { n, status: row::status(status)?, waits })
}

fn insert(connection: &Connection, new: &[New<'_>]) -> Result<(), StoreError> {
    let places: Vec<String> = (1..=WIDTH + 4).map(|place| format!("?{place}")).collect();
    let sql =
        format!("INSERT INTO tasks ({COLUMNS}, n, key, waits, children) VALUES ({})", places.join(", "));
    let mut statement = connection.prepare_cached(&sql)?;
    for new in new {
        row::bind(&mut statement, new.task)?;
        statement.raw_bind_parameter(WIDTH + 1, new.n)?;
        statement.raw_bind_parameter(WIDTH + 2, new.key.map(Key::as_str))?;
        statement.raw_bind_parameter(WIDTH + 3, new.waits)?;
        statement.raw_bind_parameter(WIDTH + 4, new.children)?;
        statement.raw_execute()?;
        for note in new.notes {
            write_note(connection, new.n, note)?;
        }
    }
    Ok(())
}

fn raise_counters(connection: &Connection, new: &[New<'_>]) -> Result<(), StoreError> {
    let mut highest: BTreeMap<String, u32> = BTreeMap::new();
    for New { task, .. } in new {
        let last = highest.entry(id_text::scope(task.id.prefix(), task.parent.as_ref())).or_default();
        *last = (*last).max(task.id.number());
    }
    for (scope, last) in highest {
        raise_counter(connection, &scope, i64::from(last))?;
    }
    Ok(())
}
