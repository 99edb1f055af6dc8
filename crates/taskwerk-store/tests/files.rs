//! The files of a store: making them, opening them, refusing what is not ours.
#![expect(clippy::unwrap_used, reason = "tests")]

use rusqlite::Connection;
use std::fs;
use taskwerk_model::{Actor, Add, Command, ErrorCode, Prefix, Title};
use taskwerk_store::{Caller, Init, Store, StoreError};

fn add(store: &Store) {
    let caller = Caller { actor: Actor::parse("ann").unwrap(), session: None, prefix: Prefix::TASK };
    let add = Add::new(Title::parse("a").unwrap());
    store.execute(&caller, Command::Add(Box::new(add))).unwrap();
}

#[test]
fn init_makes_the_folder_once_and_keeps_what_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let (store, init) = Store::init(dir.path()).unwrap();
    assert_eq!(init, Init::Created);
    add(&store);
    drop(store);
    let folder = dir.path().join(".taskwerk");
    fs::write(folder.join("config.yml"), "mine").unwrap();
    let (store, init) = Store::init(dir.path()).unwrap();
    assert_eq!(init, Init::Existing);
    assert_eq!(store.last_event().unwrap(), 1);
    drop(store);
    assert_eq!(fs::read_to_string(folder.join("config.yml")).unwrap(), "mine");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, [".gitignore", "config.yml", "taskwerk.db"]);
    let ignored = fs::read_to_string(folder.join(".gitignore")).unwrap();
    let rules: Vec<&str> = ignored.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(rules, ["*", "!.gitignore", "!config.yml"]);
}

#[test]
fn a_store_of_a_newer_program_is_refused_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::init(dir.path()).unwrap());
    let path = dir.path().join(".taskwerk/taskwerk.db");
    let database = Connection::open(&path).unwrap();
    database.pragma_update(None, "user_version", 99).unwrap();
    drop(database);
    let before = fs::read(&path).unwrap();
    for error in [Store::open(dir.path(), None).unwrap_err(), Store::init(dir.path()).unwrap_err()] {
        assert_eq!(error.code(), ErrorCode::StoreNewer, "{error}");
        assert!(matches!(error, StoreError::Newer { found: 99, known: 1, .. }));
    }
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn what_is_no_store_of_ours_is_refused_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(".taskwerk/taskwerk.db");
    fs::create_dir(path.parent().unwrap()).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    let theirs = fs::read(&path).unwrap();
    let text = b"not a database, but long enough to be taken for one if nobody looked at it".repeat(9);
    for content in [theirs, text] {
        fs::write(&path, &content).unwrap();
        for error in [Store::open(dir.path(), None).unwrap_err(), Store::init(dir.path()).unwrap_err()] {
            assert_eq!(error.code(), ErrorCode::StoreDamaged, "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[test]
fn an_init_that_was_cut_off_is_finished_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(".taskwerk")).unwrap();
    fs::write(dir.path().join(".taskwerk/taskwerk.db"), "").unwrap();
    let error = Store::open(dir.path(), None).unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotInitialized);
    let (store, init) = Store::init(dir.path()).unwrap();
    assert_eq!(init, Init::Created);
    add(&store);
}

#[test]
fn a_commit_is_durable_and_readers_do_not_wait() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = Store::init(dir.path()).unwrap();
    let path = dir.path().join(".taskwerk/taskwerk.db");
    let other = Connection::open(&path).unwrap();
    let mode: String = other.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(store.ready(None).unwrap().is_empty(), "a writer does not block a reader");
}
