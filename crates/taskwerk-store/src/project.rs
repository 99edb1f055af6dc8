//! Carrying events out on the tables, and the two counts that make readiness a look-up.

mod batch;

use crate::circumstances::Caller;
use crate::error::StoreError;
use crate::id_text;
use crate::row::{self, COLUMNS, WIDTH};
use crate::tables::{TOKENS, Tables};
use rusqlite::{Connection, OptionalExtension, params};
use taskwerk_model::{Change, Claim, Event, Moment, Note, Status, Task, TaskId};

/// Records the events and brings the tables to what they say. Runs inside the command's transaction.
pub(crate) fn carry_out(
    connection: &Connection,
    caller: &Caller,
    now: Moment,
    events: &[Event],
) -> Result<(), StoreError> {
    record(connection, caller, now, events)?;
    let mut rest = events;
    while let Some((event, after)) = rest.split_first() {
        let created = rest.iter().take_while(|event| matches!(event, Event::Created { .. })).count();
        if created > 0 {
            let (batch, after) = rest.split_at(created);
            batch::create(connection, batch)?;
            rest = after;
        } else {
            carry_out_one(connection, now, event)?;
            rest = after;
        }
    }
    Ok(())
}

fn record(connection: &Connection, caller: &Caller, now: Moment, events: &[Event]) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO events (at, actor, session, task, kind, version, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for event in events.iter().filter(|event| event.is_recorded()) {
        let payload = serde_json::to_string(event).map_err(|e| row::bad("an event", &e.to_string()))?;
        statement.execute(params![
            now.as_micros(),
            caller.actor.as_str(),
            caller.session.as_ref().map(taskwerk_model::Session::as_str),
            id_text::encode(event.task()),
            event.kind(),
            Event::VERSION,
            payload,
        ])?;
    }
    Ok(())
}

fn carry_out_one(connection: &Connection, now: Moment, event: &Event) -> Result<(), StoreError> {
    match event {
        Event::Created { .. } => batch::create(connection, std::slice::from_ref(event)),
        Event::Changed { id, changes, .. } => change(connection, now, id, changes),
        Event::Noted { id, note } => {
            let n = number_of(connection, id)?;
            write_note(connection, n, note)
        }
        Event::Deleted { task, .. } => delete(connection, task),
        Event::Claimed { claim } => {
            write_claim(connection, claim)?;
            raise_counter(connection, TOKENS, row::signed(claim.token.0)?)
        }
        Event::Extended { claim } => write_claim(connection, claim),
        Event::Released { id, .. } => {
            let n = number_of(connection, id)?;
            connection.prepare_cached("DELETE FROM claims WHERE task = ?1")?.execute([n])?;
            Ok(())
        }
    }
}

fn change(connection: &Connection, now: Moment, id: &TaskId, changes: &[Change]) -> Result<(), StoreError> {
    let (n, before) = load(connection, id)?;
    let mut after = before.clone();
    Change::apply_all(changes, now, &mut after);
    update(connection, n, &after)?;
    if before.depends_on != after.depends_on {
        change_dependencies(connection, n, &before, &after)?;
    }
    if (before.status == Status::Done) != (after.status == Status::Done) {
        let delta = if after.status == Status::Done { -1 } else { 1 };
        for dependent in dependents_of(connection, n)? {
            let (first, end) = id_text::range_with_children(&dependent);
            add_waits(connection, &first, &end, delta)?;
        }
    }
    if before.status.is_parked() != after.status.is_parked() {
        let delta = if after.status.is_parked() { 1 } else { -1 };
        let (first, end) = id_text::range_of_children(id);
        add_waits(connection, &first, &end, delta)?;
    }
    Ok(())
}

fn update(connection: &Connection, n: i64, task: &Task) -> Result<(), StoreError> {
    let columns = COLUMNS.split(',').map(str::trim);
    let sets: Vec<String> = columns.zip(1..).map(|(column, place)| format!("{column} = ?{place}")).collect();
    let sql = format!("UPDATE tasks SET {} WHERE n = ?{}", sets.join(", "), WIDTH + 1);
    let mut statement = connection.prepare_cached(&sql)?;
    row::bind(&mut statement, task)?;
    statement.raw_bind_parameter(WIDTH + 1, n)?;
    statement.raw_execute()?;
    Ok(())
}

fn change_dependencies(
    connection: &Connection,
    n: i64,
    before: &Task,
    after: &Task,
) -> Result<(), StoreError> {
    let mut delta = 0;
    for gone in before.depends_on.iter().filter(|id| !after.depends_on.contains(id)) {
        let (target, task) = load(connection, gone)?;
        let mut statement =
            connection.prepare_cached("DELETE FROM dependents WHERE target = ?1 AND task = ?2")?;
        statement.execute([target, n])?;
        delta -= i64::from(task.status != Status::Done);
    }
    for new in after.depends_on.iter().filter(|id| !before.depends_on.contains(id)) {
        let (target, task) = load(connection, new)?;
        write_edge(connection, target, n)?;
        delta += i64::from(task.status != Status::Done);
    }
    let (first, end) = id_text::range_with_children(&after.id);
    add_waits(connection, &first, &end, delta)
}

fn delete(connection: &Connection, task: &Task) -> Result<(), StoreError> {
    let n = number_of(connection, &task.id)?;
    // Those that still wait for it are deleted by the same command.
    for sql in [
        "DELETE FROM dependents WHERE target = ?1",
        "DELETE FROM dependents WHERE task = ?1",
        "DELETE FROM notes WHERE task = ?1",
        "DELETE FROM claims WHERE task = ?1",
        "DELETE FROM tasks WHERE n = ?1",
    ] {
        connection.prepare_cached(sql)?.execute([n])?;
    }
    if let Some(parent) = &task.parent {
        add_children(connection, parent, -1)?;
    }
    Ok(())
}

/// Adds to the count of what keeps tasks from being begun, for all ids from `first` up to `end`.
fn add_waits(connection: &Connection, first: &str, end: &str, delta: i64) -> Result<(), StoreError> {
    if delta != 0 {
        let sql = "UPDATE tasks SET waits = waits + ?1 WHERE id >= ?2 AND id < ?3";
        connection.prepare_cached(sql)?.execute(params![delta, first, end])?;
    }
    Ok(())
}

fn add_children(connection: &Connection, parent: &TaskId, delta: i64) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("UPDATE tasks SET children = children + ?1 WHERE id = ?2")?;
    statement.execute(params![delta, id_text::encode(parent)])?;
    Ok(())
}

fn write_edge(connection: &Connection, target: i64, task: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached("INSERT INTO dependents (target, task) VALUES (?1, ?2)")?;
    statement.execute([target, task])?;
    Ok(())
}

fn write_note(connection: &Connection, task: i64, note: &Note) -> Result<(), StoreError> {
    let mut statement =
        connection.prepare_cached("INSERT INTO notes (task, at, author, text) VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute(params![task, note.at.as_micros(), note.author.as_str(), note.text])?;
    Ok(())
}

fn write_claim(connection: &Connection, claim: &Claim) -> Result<(), StoreError> {
    let n = number_of(connection, &claim.task)?;
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO claims (task, worker, token, expires_at) VALUES (?1, ?2, ?3, ?4)",
    )?;
    let token = row::signed(claim.token.0)?;
    statement.execute(params![n, claim.worker.as_str(), token, claim.expires_at.as_micros()])?;
    Ok(())
}

fn raise_counter(connection: &Connection, scope: &str, last: i64) -> Result<(), StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO counters (scope, last) VALUES (?1, ?2)
         ON CONFLICT (scope) DO UPDATE SET last = max(last, excluded.last)",
    )?;
    statement.execute(params![scope, last])?;
    Ok(())
}

fn dependents_of(connection: &Connection, n: i64) -> Result<Vec<TaskId>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT tasks.id FROM dependents JOIN tasks ON tasks.n = dependents.task WHERE dependents.target = ?1",
    )?;
    let texts = statement.query_map([n], |row| row.get::<_, String>(0))?;
    texts.map(|text| id_text::decode(&text?)).collect()
}

fn load(connection: &Connection, id: &TaskId) -> Result<(i64, Task), StoreError> {
    let task = taskwerk_model::View::task(&Tables { connection }, id)?;
    let missing = || row::bad("an event about a task that is missing", &id.to_string());
    Ok((number_of(connection, id)?, task.ok_or_else(missing)?))
}

fn number_of(connection: &Connection, id: &TaskId) -> Result<i64, StoreError> {
    let mut statement = connection.prepare_cached("SELECT n FROM tasks WHERE id = ?1")?;
    let n = statement.query_row([id_text::encode(id)], |row| row.get(0)).optional()?;
    n.ok_or_else(|| row::bad("an event about a task that is missing", &id.to_string()))
}
