//! Imports: what rows become, and what is refused.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::wildcard_enum_match_arm, reason = "tests")]

#[expect(dead_code, reason = "shared with tests that need more of it")]
mod common;

use common::{Board, because, claim, id, step};
use insta::assert_snapshot;
use taskwerk_model::{Command, Import, ImportFile, ImportReport, Known, Prefix, Status, Verb, View};

fn rows(json: &str) -> Import {
    let rows = ImportFile::from_json(json.as_bytes()).unwrap().rows;
    Import { rows, ..Import::default() }
}

fn import(board: &mut Board, import: Import) -> ImportReport {
    board.decide(Command::Import(Box::new(import))).unwrap().import.unwrap()
}

fn refused(board: &mut Board, json: &str) -> String {
    board.refused(Command::Import(Box::new(rows(json))))
}

fn outline(board: &Board) -> String {
    let line = |task: &taskwerk_model::Task| {
        let waits: Vec<String> = task.depends_on.iter().map(ToString::to_string).collect();
        format!("{} {} [{}] {}", task.id, task.title, task.status, waits.join(" ")).trim_end().to_owned()
    };
    board.set.tasks().map(line).collect::<Vec<_>>().join("\n")
}

const PLAN: &str = r#"[
    {"key":"search","title":"Search","parent":"app","depends_on":["store", "app2"]},
    {"key":"store","title":"Store","parent":"app","estimate":"90m"},
    {"key":"app","title":"App","rollup":true},
    {"key":"app2","title":"Other"}
]"#;

#[test]
fn rows_come_in_any_order_and_name_each_other_by_key() {
    let mut board = Board::new();
    let report = import(&mut board, rows(PLAN));
    assert_eq!((report.created, report.updated, report.skipped), (4, 0, 0));
    assert_eq!(report.ids["search"], id("1.1"));
    assert_snapshot!(outline(&board), @r"
    TASK-001 App [todo]
    TASK-001.1 Search [todo] TASK-001.2 TASK-002
    TASK-001.2 Store [todo]
    TASK-002 Other [todo]
    ");
    assert_eq!(board.ready(), "TASK-001.2 TASK-002");
}

#[test]
fn the_same_rows_again_make_nothing_new() {
    let mut board = Board::new();
    let first = import(&mut board, rows(PLAN));
    let before = board.set.clone();
    let again = import(&mut board, rows(PLAN));
    assert_eq!((again.created, again.updated, again.skipped), (0, 0, 4));
    assert_eq!(again.ids, first.ids);
    assert_eq!(board.set, before);
}

#[test]
fn an_update_replaces_what_the_row_says_and_keeps_the_rest() {
    let mut board = Board::new();
    import(
        &mut board,
        rows(
            r#"[{"key":"a","title":"A","tags":["x","y"],"description":"d","links":["l"]}, {"key":"b","title":"B"}]"#,
        ),
    );
    let news = r#"[{"key":"a","title":"A2","tags":["z"],"status":"doing","depends_on":["c"]},
                   {"key":"b","title":"B"}, {"key":"c","title":"C","status":"done"}]"#;
    let report = import(&mut board, Import { known: Known::Update, ..rows(news) });
    assert_eq!((report.created, report.updated, report.skipped), (1, 1, 1));
    let task = board.get("1");
    assert_eq!(task.tags.iter().map(taskwerk_model::Tag::as_str).collect::<Vec<_>>(), ["z"]);
    assert_eq!(
        (task.description.as_deref(), task.links.len(), task.status),
        (Some("d"), 1, Status::InProgress)
    );
    assert_eq!(task.depends_on, [id("3")]);
}

#[test]
fn an_update_obeys_claims_and_the_table_of_transitions() {
    let mut board = Board::new();
    import(&mut board, rows(r#"[{"key":"a","title":"A"}]"#));
    let update = |json: &str| Command::Import(Box::new(Import { known: Known::Update, ..rows(json) }));
    board.ok(claim("1", "bob"));
    assert_snapshot!(board.refused(update(r#"[{"key":"a","title":"A","status":"done"}]"#)), @"CLAIMED: row 1, field `status`: TASK-001 is claimed by bob until 2027-01-15T08:10:00.000000Z");
    assert_eq!(board.ok(update(r#"[{"key":"a","title":"A2"}]"#)), "imported TASK-001");
    board.now = board.now.plus(jiff::SignedDuration::from_hours(1));
    board.ok(step("1", Verb::Complete));
    assert_snapshot!(board.refused(update(r#"[{"key":"a","title":"A","status":"review"}]"#)), @"ILLEGAL_TRANSITION: row 1, field `status`: TASK-001 is done and cannot become review; from done it may become todo");
}

#[test]
fn ids_are_kept_moved_to_a_prefix_or_refused() {
    let mut board = Board::new();
    let json = r#"[{"id":"TASK-400","title":"A","depends_on":["401.1"]},{"id":401,"title":"B"},{"id":"401.1","title":"C"},{"title":"D"}]"#;
    import(&mut board, Import { prefix: Some(Prefix::parse("TEST-").unwrap()), ..rows(json) });
    assert_snapshot!(outline(&board), @r"
    TEST-400 A [todo] TEST-401.1
    TEST-401 B [todo]
    TEST-401.1 C [todo]
    TEST-402 D [todo]
    ");
    import(&mut board, rows(json));
    assert_eq!(board.add("next", &[]), id("403"));
    assert_snapshot!(refused(&mut board, r#"[{"id":"400","title":"again"}]"#), @"DUPLICATE_TASK_ID: row 1, field `id`: TASK-400 was given to another task");
    board.ok(common::delete("403"));
    assert_snapshot!(refused(&mut board, r#"[{"id":"403","title":"deleted ids are not given again"}]"#), @"DUPLICATE_TASK_ID: row 1, field `id`: TASK-403 was given to another task");
    import(&mut board, rows(r#"[{"id":"399","title":"free below the highest"}]"#));
    let update = Import { known: Known::Update, ..rows(r#"[{"id":"400","title":"by id in an update"}]"#) };
    assert_eq!(import(&mut board, update).updated, 1);
}

#[test]
fn one_bad_row_refuses_them_all_and_names_row_and_field() {
    let mut board = Board::new();
    board.add("there", &[]);
    let good = r#"{"key":"g","title":"good"}"#;
    let message = |board: &mut Board, bad: &str| refused(board, &format!("[{good},{bad}]"));
    let mut all = Vec::new();
    for bad in [
        r#"{"title":""}"#,
        r#"{"title":"a\u001b[31m"}"#,
        r#"{"title":"a","status":"dnoe"}"#,
        r#"{"title":"a","priority":"urgent"}"#,
        r#"{"title":"a","progress":150}"#,
        r#"{"title":"a","status":"blocked"}"#,
        r#"{"title":"a","block_reason":"why"}"#,
        r#"{"title":"a","depends_on":["nobody"]}"#,
        r#"{"title":"a","parent":"nobody"}"#,
        r#"{"title":"a","key":"g"}"#,
        r#"{"title":"a","id":"x"}"#,
        r#"{"title":"a","id":"7","parent":"g"}"#,
        r#"{"title":"a","id":"7.1"}"#,
        r#"{"title":"a","uid":"x"}"#,
        r#"{"title":"a","due":"soon"}"#,
        r#"{"title":"a","created_at":"yesterday"}"#,
        r#"{"title":"a","tags":["b c"]}"#,
        r#"{"title":"a","notes":[" "]}"#,
        r#"{"title":"a","key":"loop","parent":"loop"}"#,
    ] {
        all.push(message(&mut board, bad));
    }
    assert_snapshot!(all.join("\n"), @r"
    VALIDATION_ERROR: row 2, field `title`: title must not be empty
    VALIDATION_ERROR: row 2, field `title`: title must be one line without control characters; found \u{1b} at character 2
    VALIDATION_ERROR: row 2, field `status`: `dnoe` is no status: use todo, in-progress, paused, blocked, review, done or cancelled
    VALIDATION_ERROR: row 2, field `priority`: `urgent` is no priority: use low, medium, high or critical
    VALIDATION_ERROR: row 2, field `progress`: progress 150 is out of range: use a percentage from 0 to 100
    VALIDATION_ERROR: row 2, field `block_reason`: block_reason must not be empty
    VALIDATION_ERROR: row 2, field `block_reason`: a block reason is given but the status is todo: block the task or leave out the reason
    TASK_NOT_FOUND: row 2, field `depends_on`: `nobody` is neither the key or id of a row nor a task that exists
    TASK_NOT_FOUND: row 2, field `parent`: `nobody` is neither the key or id of a row nor a task that exists
    VALIDATION_ERROR: row 2, field `key`: `g` is also in row 1
    VALIDATION_ERROR: row 2, field `id`: `x` is no task id: write it as 1, 1.2, task-1 or TASK-001
    VALIDATION_ERROR: row 2, field `parent`: TASK-007 does not lie directly under TASK-008: leave out the id or correct the parent
    TASK_NOT_FOUND: row 2, field `parent`: `TASK-007` is neither the key or id of a row nor a task that exists
    VALIDATION_ERROR: row 2, field `uid`: `x` is no UUID
    VALIDATION_ERROR: row 2, field `due`: `soon` is no due date: write 2026-12-24 or 2026-12-24T18:00:00Z
    VALIDATION_ERROR: row 2, field `created_at`: `yesterday` is no timestamp: write it as 2026-12-24T18:00:00Z
    VALIDATION_ERROR: row 2, field `tags`: tag `b c` must be one word without spaces or commas
    VALIDATION_ERROR: row 2, field `notes`: note must not be empty
    VALIDATION_ERROR: row 2, field `parent`: its parent lies under it
    ");
    assert_eq!(outline(&board), "TASK-001 there [todo]");
}

#[test]
fn a_cycle_imports_nothing_and_is_told_in_the_words_of_the_rows() {
    let mut board = Board::new();
    assert_snapshot!(refused(&mut board, r#"[{"key":"a","title":"A","depends_on":["b"]},{"key":"b","title":"B","depends_on":["c"]},{"key":"c","title":"C","depends_on":["a"]}]"#), @"DEPENDENCY_CYCLE: rows wait for each other: a → b → c → a");
    assert_snapshot!(refused(&mut board, r#"[{"key":"a","title":"A","parent":"p"},{"key":"p","title":"P","depends_on":["a"]}]"#), @"DEPENDENCY_CYCLE: rows wait for each other: p → a → p");
    assert_snapshot!(refused(&mut board, r#"[{"title":"A","key":"a","parent":"b"},{"title":"B","key":"b","parent":"a"}]"#), @"VALIDATION_ERROR: row 1, field `parent`: its parent lies under it");
}

#[test]
fn nothing_open_is_imported_into_a_closed_container() {
    let mut board = Board::new();
    board.add("p", &[]);
    board.add_under(Some("1"), "c", &[]);
    board.ok(step("1.1", Verb::Complete));
    board.ok(step("1", Verb::Complete));
    assert_snapshot!(refused(&mut board, r#"[{"title":"a","parent":"1"}]"#), @"PARENT_CLOSED: row 1, field `parent`: TASK-001 is done, so nothing open can be under it");
    import(&mut board, rows(r#"[{"title":"a","parent":"1","status":"done"}]"#));
    board.ok(because(step("1.2", Verb::Reopen), "not yet"));
    assert_eq!(board.status("1"), Status::Todo);
}

#[test]
fn notes_and_unknown_fields_come_along() {
    let mut board = Board::new();
    let json = r#"[{"key":"a","title":"A","colour":"red","notes":["plain",{"at":"2026-01-02T03:04:05Z","author":"bob","text":"old"}]}]"#;
    import(&mut board, rows(json));
    let notes = board.set.notes(&id("1")).unwrap();
    assert_eq!((notes[0].author.as_str(), notes[0].at), ("ann", board.now));
    assert_eq!(
        (notes[1].author.as_str(), notes[1].at.to_string().as_str()),
        ("bob", "2026-01-02T03:04:05.000000Z")
    );
    assert_eq!(board.get("1").metadata["colour"], "red");
    let more = json.replace("plain", "new");
    let report = import(&mut board, Import { known: Known::Update, ..rows(&more) });
    assert_eq!(report.updated, 1);
    assert_eq!(board.set.notes(&id("1")).unwrap().len(), 3, "a note that is there is not written again");
}
