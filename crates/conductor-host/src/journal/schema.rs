//! The tables of Conductor's own database, and how those of an older program become today's.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::JournalError;

/// Each takes the tables one version further. What stands here was released: it is never changed, only added to. It is
/// SQL alone, since a step must do the same in every later program.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/1.sql"),
    include_str!("migrations/2.sql"),
    include_str!("migrations/3.sql"),
    include_str!("migrations/4.sql"),
    include_str!("migrations/5.sql"),
];

/// The version of the tables that this program writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Refuses the tables of a newer program, before anything is written.
pub(super) fn check(db: &Connection) -> Result<(), JournalError> {
    let found = version(db)?;
    if found > VERSION {
        return Err(JournalError::Newer { found, known: VERSION });
    }
    Ok(())
}

/// Makes the tables when there are none, and brings those of an older program up to date, one step and one transaction
/// at a time. A copy of the database is kept beside it before anything in it changes.
pub(super) fn prepare(db: &mut Connection, path: &Path) -> Result<(), JournalError> {
    while version(db)? < VERSION {
        step(db, path)?;
    }
    Ok(())
}

/// Goes one version further, unless another process did so while this one waited for its turn.
fn step(db: &mut Connection, path: &Path) -> Result<(), JournalError> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    check(&tx)?;
    let found = version(&tx)?;
    // A new database has nothing to lose, and is made at once.
    let until = if found == 0 { VERSION } else { VERSION.min(found + 1) };
    if found == until {
        return Ok(());
    }
    if found > 0 {
        back_up(path, found)?;
    }
    let (from, to) = (usize::try_from(found)?, usize::try_from(until)?);
    for migration in MIGRATIONS.iter().take(to).skip(from) {
        tx.execute_batch(migration)?;
    }
    tx.pragma_update(None, "user_version", until)?;
    tx.commit()?;
    Ok(())
}

fn version(db: &Connection) -> Result<i64, JournalError> {
    Ok(db.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

/// Copies the database to `backups/conductor-v<N>.db`. The caller holds the lock on writing; the copy is made over a
/// connection of its own, which sees what was committed last. It is durable, or not there at all.
fn back_up(path: &Path, version: i64) -> Result<(), JournalError> {
    let folder = path.with_file_name("backups");
    let failed = |source: io::Error| JournalError::Backup { path: folder.clone(), source };
    fs::create_dir_all(&folder).map_err(failed)?;
    let part = folder.join(format!("conductor-v{version}.db.part"));
    match fs::remove_file(&part) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let reader = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    reader.execute("VACUUM INTO ?1", [part.to_string_lossy()])?;
    // SQLite leaves that to others.
    File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&part, folder.join(format!("conductor-v{version}.db"))).map_err(failed)?;
    File::open(&folder).and_then(|folder| folder.sync_all()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database as the first version left it, with a run in each of three places of its life.
    fn old(path: &Path) {
        let db = Connection::open(path).unwrap();
        db.execute_batch(MIGRATIONS[0]).unwrap();
        db.execute_batch(
            r#"
            INSERT INTO orchestration_sessions VALUES (1, '2026-01-01T00:00:00.000000Z', NULL, 'script', 'active', NULL, '{}', '{}');
            INSERT INTO journal VALUES
              (1, 1, '2026-01-01T00:00:00.000000Z', 'tasks-changed', 1,
               '{"tasks-changed":{"changes":[{"is":{"task":"u1","id":"TASK-001","title":"Old"}},{"is":{"task":"u2","id":"TASK-002","title":"Two"}}]}}'),
              (1, 2, '2026-01-01T00:00:01.000000Z', 'tasks-changed', 1,
               '{"tasks-changed":{"changes":[{"is":{"task":"u1","id":"TASK-001","title":"New"}},{"deleted":"u2"}]}}'),
              (1, 3, '2026-01-01T00:00:02.000000Z', 'attempt-begun', 1, '{"attempt-begun":{"run":"1.1","number":1}}'),
              (1, 4, '2026-01-01T00:00:03.000000Z', 'attempt-begun', 1, '{"attempt-begun":{"run":"1.2","number":1}}'),
              (1, 5, '2026-01-01T00:00:04.000000Z', 'attempt-ended', 1, '{"attempt-ended":{"run":"1.1","stop":false,
                "report":{"end":{"failed":{"class":"agent","message":"no"}},"usage":{"input_tokens":120,"output_tokens":30,
                "cost_micros":4500},"agent_session":"s-1","working_ms":5,"contained":true}}}'),
              (1, 6, '2026-01-01T00:00:05.000000Z', 'attempt-begun', 1, '{"attempt-begun":{"run":"1.1","number":2}}'),
              (1, 7, '2026-01-01T00:00:06.000000Z', 'attempt-ended', 1, '{"attempt-ended":{"run":"1.1","stop":false,
                "report":{"end":"timed-out","usage":{"input_tokens":null,"output_tokens":null,"cost_micros":null},
                "agent_session":null,"working_ms":2,"contained":true}}}');
            INSERT INTO runs VALUES
              (1, 1, 'u1', 'ended', 1, '{"phase":{"ended":{"landed":{"commit":"abc"}}},"since":"2026-01-01T00:00:02Z",
                "counters":{"attempts":2,"failures":1},"working_ms":7,"evidence":["e1",{}],"kept":"why"}', '2026-01-01T00:00:02.000000Z'),
              (1, 2, 'u2', 'held', 0, '{"phase":{"held":4},"since":"2026-01-01T00:00:03Z",
                "counters":{"attempts":1,"failures":0},"working_ms":0,"evidence":null,"kept":null}', '2026-01-01T00:00:03.000000Z'),
              (1, 3, 'u3', 'queued', 0, '{"phase":"queued","since":"2026-01-01T00:00:04Z",
                "counters":{"attempts":0,"failures":0},"working_ms":0,"evidence":null,"kept":null}', '2026-01-01T00:00:04.000000Z');
            PRAGMA user_version = 1;
            "#,
        )
        .unwrap();
    }

    #[test]
    fn older_tables_are_brought_up_to_date_and_a_copy_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("conductor.db");
        old(&path);
        let mut db = Connection::open(&path).unwrap();
        prepare(&mut db, &path).unwrap();
        assert_eq!(version(&db).unwrap(), VERSION);
        let columns = [
            "task_id",
            "title",
            "phase",
            "ending",
            "landed_as",
            "attempts",
            "working_ms",
            "evidence",
            "hold",
            "kept",
        ];
        let quoted = columns.map(|column| format!("quote({column})")).join(" || ' ' || ");
        let mut statement = db.prepare(&format!("SELECT {quoted} FROM runs")).unwrap();
        let rows: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        'TASK-001' 'New' 'ended' 'landed' 'abc' 2 7 'e1' NULL 'why'
        'TASK-002' 'Two' 'held' NULL NULL 1 0 NULL 4 NULL
        '' '' 'queued' NULL NULL 0 0 NULL NULL NULL
        ");
        drop(statement);
        let mut statement = db
            .prepare(
                "SELECT quote(run) || ' ' || quote(number) || ' ' || quote(ended_at) || ' ' || quote(end) || ' ' ||
                        quote(input_tokens) || ' ' || quote(output_tokens) || ' ' || quote(cost_micros) || ' ' ||
                        quote(working_ms) || ' ' || quote(agent_session) FROM attempts",
            )
            .unwrap();
        let rows: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        insta::assert_snapshot!(rows.join("\n"), @r"
        1 1 '2026-01-01T00:00:04.000000Z' 'failed' 120 30 4500 5 's-1'
        1 2 '2026-01-01T00:00:06.000000Z' 'timed-out' NULL NULL NULL 2 NULL
        ");
        drop(statement);
        drop(db);
        let copy = Connection::open(dir.path().join("backups/conductor-v1.db")).unwrap();
        assert_eq!(version(&copy).unwrap(), 1);
        let runs: i64 = copy.query_row("SELECT count(*) FROM runs", [], |row| row.get(0)).unwrap();
        assert_eq!(runs, 3);
    }

    #[test]
    fn what_a_plan_was_made_as_is_kept_once_while_nobody_changes_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("conductor.db");
        let mut db = Connection::open(&path).unwrap();
        for (step, version) in MIGRATIONS.iter().zip(1..).take(4) {
            db.execute_batch(step).unwrap();
            db.pragma_update(None, "user_version", version).unwrap();
        }
        for (body, made) in [("same", Some("same")), ("changed", Some("first")), ("older", None)] {
            db.execute(
                "INSERT INTO plans (source_file, digest, created_at, status, metadata, body, made)
                 VALUES ('prd.md', 'd', '2026-01-01T00:00:00.000000Z', 'draft', '{}', ?1, ?2)",
                (body, made),
            )
            .unwrap();
        }
        prepare(&mut db, &path).unwrap();
        let mut statement = db.prepare("SELECT body || ' ' || quote(made) FROM plans ORDER BY id").unwrap();
        let rows: Vec<String> =
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows, ["same ''", "changed 'first'", "older NULL"]);
    }

    #[test]
    fn a_step_that_fails_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("conductor.db");
        old(&path);
        let mut db = Connection::open(&path).unwrap();
        // In the way of the second step.
        db.execute_batch("CREATE TABLE checkpoints (x)").unwrap();
        assert!(prepare(&mut db, &path).is_err());
        assert_eq!(version(&db).unwrap(), 1);
        let runs: i64 = db
            .query_row("SELECT count(*) FROM runs WHERE body LIKE '%phase%'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(runs, 3);
    }

    #[test]
    fn a_step_that_another_process_was_first_to_take_is_not_taken_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("conductor.db");
        let mut db = Connection::open(&path).unwrap();
        prepare(&mut db, &path).unwrap();
        step(&mut db, &path).unwrap();
        assert_eq!(version(&db).unwrap(), VERSION);
    }

    #[test]
    fn a_new_database_has_nothing_to_keep_a_copy_of() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("conductor.db");
        prepare(&mut Connection::open(&path).unwrap(), &path).unwrap();
        assert!(!dir.path().join("backups").exists());
    }
}
