//! Making and naming tasks.

use serde_json::json;

use super::Place;

#[test]
fn b04_add_numbers_tasks() {
    let place = Place::new();
    let added = place.json(&["add", "A"]);
    let task = &added["tasks"][0];
    assert_eq!(
        (&task["id"], &task["status"], &task["priority"]),
        (&json!("TASK-001"), &json!("todo"), &json!("medium"))
    );
    assert_eq!(place.json(&["add", "B"])["tasks"][0]["id"], json!("TASK-002"));
    assert_eq!(place.ok(&["add", "C"]), "TASK-003  C\n");
    assert_eq!(place.ok(&["add", "D", "--quiet"]), "TASK-004\n");
}

#[test]
fn b04_the_thousandth_id_widens() {
    let place = Place::new();
    let rows: Vec<_> = (1..1000).map(|n| json!({ "title": format!("t{n}") })).collect();
    let file = place.write("rows.json", &json!(rows).to_string());
    place.ok(&["import", &file]);
    assert_eq!(place.json(&["add", "next"])["tasks"][0]["id"], json!("TASK-1000"));
    let ids = place.ids(&["list"]);
    assert_eq!((ids[998].as_str(), ids[999].as_str()), ("TASK-999", "TASK-1000"));
}

#[test]
fn b05_a_deleted_id_is_not_given_again() {
    let place = Place::with(&["a", "b"]);
    place.ok(&["delete", "2"]);
    assert_eq!(place.json(&["add", "c"])["tasks"][0]["id"], json!("TASK-003"));
    assert_eq!(place.refused(&["show", "2"]), (3, "TASK_NOT_FOUND".to_owned()));
}

#[test]
fn b06_a_title_is_needed_and_bounded() {
    let place = Place::new();
    for title in ["", "   ", &"x".repeat(256)] {
        let (_, error) = place.error(&["add", title]);
        assert_eq!(error["code"], json!("VALIDATION_ERROR"), "{error}");
    }
    assert_eq!(place.ids(&["list", "--all"]), Vec::<String>::new());
    place.ok(&["add", &"é".repeat(255)]);
}

#[test]
fn b07_an_unknown_priority_names_the_known_ones() {
    let place = Place::new();
    let (_, error) = place.error(&["add", "x", "-p", "urgent"]);
    let message = super::text(&error["message"]);
    for word in ["low", "medium", "high", "critical"] {
        assert!(message.contains(word), "{message}");
    }
    insta::assert_snapshot!(place.shown(&["add", "x", "-p", "urgent"]));
}

#[test]
fn b08_an_estimate_is_a_number() {
    let place = Place::new();
    let (_, error) = place.error(&["add", "x", "-e", "abc"]);
    assert!(super::text(&error["message"]).contains("Estimate must be a number"), "{error}");
    for (text, minutes) in [("2", 120), ("90m", 90), ("1.5h", 90), ("1d", 1440)] {
        let added = place.json(&["add", "x", "-e", text]);
        assert_eq!(added["tasks"][0]["estimate_minutes"], json!(minutes), "{text}");
    }
}

#[test]
fn b10_children_are_numbered_under_their_parent() {
    let place = Place::with(&["parent"]);
    let first = place.json(&["add", "a", "-P", "1"]);
    assert_eq!(first["tasks"][0]["id"], json!("TASK-001.1"));
    assert_eq!(first["tasks"][0]["parent"], json!("TASK-001"));
    assert_eq!(place.json(&["add", "b", "-P", "task-001"])["tasks"][0]["id"], json!("TASK-001.2"));
}

#[test]
fn b11_children_have_children() {
    let place = Place::with(&["parent"]);
    place.ok(&["add", "a", "-P", "1"]);
    assert_eq!(place.json(&["add", "b", "-P", "TASK-001.1"])["tasks"][0]["id"], json!("TASK-001.1.1"));
}

#[test]
fn b12_a_parent_must_exist() {
    let place = Place::new();
    assert_eq!(place.refused(&["add", "a", "-P", "7"]), (3, "TASK_NOT_FOUND".to_owned()));
    assert_eq!(place.ids(&["list", "--all"]), Vec::<String>::new());
}

#[test]
fn b13_an_id_belongs_to_one_task() {
    let place = Place::with(&["a"]);
    let file = place.write("rows.json", &json!([{ "id": "TASK-001", "title": "another" }]).to_string());
    assert_eq!(place.refused(&["import", &file]), (4, "DUPLICATE_TASK_ID".to_owned()));
    assert_eq!(place.task("1")["title"], json!("a"));
}

#[test]
fn every_field_that_add_takes_is_stored() {
    let place = Place::with(&["first"]);
    let arguments = [
        "add",
        "full",
        "-d",
        "long\ntext",
        "-p",
        "critical",
        "-t",
        "a",
        "b",
        "--tag",
        "a,c",
        "-a",
        "ann",
        "-e",
        "90m",
        "--due",
        "2030-01-02",
        "--category",
        "ui",
        "--type",
        "bug",
        "--acceptance",
        "works",
        "--acceptance",
        "fast",
        "--file",
        "src/a.rs",
        "--link",
        "https://x.example",
        "--rollup",
        "--depends-on",
        "1",
        "--session",
        "s1",
    ];
    place.ok(&arguments);
    let task = place.task("2");
    let expected = json!({
        "title": "full", "description": "long\ntext", "priority": "critical", "tags": ["a", "b", "c"],
        "assignee": "ann", "estimate_minutes": 90, "due": "2030-01-02", "category": "ui", "type": "bug",
        "acceptance": ["works", "fast"], "files": ["src/a.rs"], "links": ["https://x.example"], "rollup": true,
        "depends_on": ["TASK-001"], "session": "s1",
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&task[field], value, "{field}");
    }
}

#[test]
fn b41_a_session_is_recorded_and_filters() {
    let place = Place::new();
    place.ok(&["add", "a", "--session", "s1"]);
    place.ok(&["add", "b"]);
    let mut command = place.hermetic.cmd(super::TASKWERK);
    assert!(command.args(["add", "c"]).env("TASKWERK_SESSION", "s1").output().unwrap().status.success());
    assert_eq!(place.ids(&["list", "--session", "s1"]), ["TASK-001", "TASK-003"]);
    assert_eq!(place.ids(&["list"]).len(), 3);
    assert_eq!(place.task("1")["session"], json!("s1"));
    assert_eq!(place.task("2")["session"], json!(null));
}
