//! Dependencies, containers, and what is ready.

use serde_json::json;

use super::{Place, text};

#[test]
fn b31_start_waits_for_dependencies() {
    let place = Place::with(&["a", "b"]);
    place.ok(&["dep", "add", "2", "1"]);
    let (exit, error) = place.error(&["start", "2"]);
    assert_eq!((exit, &error["code"]), (1, &json!("UNMET_DEPENDENCIES")));
    assert!(text(&error["message"]).contains("TASK-001"), "{error}");
    assert_eq!(place.task("2")["status"], json!("todo"));
    place.ok(&["start", "2", "--force"]);
    assert_eq!(place.task("2")["status"], json!("in-progress"));
}

#[test]
fn b32_dependencies_make_sense() {
    let place = Place::with(&["a", "b", "c"]);
    place.ok(&["dep", "add", "2", "1"]);
    place.ok(&["dep", "add", "3", "2"]);
    assert_eq!(place.refused(&["dep", "add", "1", "1"]), (1, "DEPENDENCY_CYCLE".to_owned()));
    assert_eq!(place.refused(&["dep", "add", "1", "9"]), (3, "TASK_NOT_FOUND".to_owned()));
    let (exit, error) = place.error(&["dep", "add", "1", "3"]);
    assert_eq!((exit, &error["code"]), (1, &json!("DEPENDENCY_CYCLE")));
    let message = text(&error["message"]);
    for id in ["TASK-001", "TASK-002", "TASK-003"] {
        assert!(message.contains(id), "{message}");
    }
    assert_eq!(place.json(&["dep", "add", "2", "1"])["changed"], json!({}));
    assert_eq!(place.task("2")["depends_on"], json!(["TASK-001"]));
    place.ok(&["dep", "remove", "2", "1"]);
    assert_eq!(place.task("2")["depends_on"], json!([]));
}

#[test]
fn b32_a_child_cannot_wait_for_what_contains_it() {
    let place = Place::with(&["a"]);
    place.ok(&["add", "child", "-P", "1"]);
    assert_eq!(place.refused(&["dep", "add", "1.1", "1"]), (1, "DEPENDENCY_CYCLE".to_owned()));
}

#[test]
fn b33_ready_is_what_can_be_begun_most_important_first() {
    let place = Place::with(&["a", "b", "c", "d"]);
    place.ok(&["dep", "add", "2", "1"]);
    place.ok(&["update", "3", "-p", "critical"]);
    place.ok(&["start", "4"]);
    assert_eq!(place.ids(&["ready"]), ["TASK-003", "TASK-001"]);
    assert_eq!(place.json(&["next"])["task"]["id"], json!("TASK-003"));
    place.ok(&["complete", "1,3"]);
    assert_eq!(place.ids(&["ready"]), ["TASK-002"]);
    assert_eq!(place.ids(&["list", "ready"]), ["TASK-002"]);
}

#[test]
fn containers_are_never_ready_and_close_as_they_are_told() {
    let place = Place::new();
    place.ok(&["add", "rolls up", "--rollup"]);
    place.ok(&["add", "x", "-P", "1"]);
    place.ok(&["add", "y", "-P", "1"]);
    place.ok(&["add", "waits for all of it", "--depends-on", "1"]);
    assert_eq!(place.ids(&["ready"]), ["TASK-001.1", "TASK-001.2"]);
    assert_eq!(place.refused(&["complete", "1"]), (1, "HAS_OPEN_CHILDREN".to_owned()));
    place.ok(&["complete", "1.1"]);
    let changed = place.json(&["complete", "1.2"]);
    assert_eq!(changed["changed"]["TASK-001"]["status"][1], json!("done"));
    assert_eq!(place.ids(&["ready"]), ["TASK-002"]);
    place.ok(&["add", "by hand"]);
    place.ok(&["add", "z", "-P", "3"]);
    place.ok(&["complete", "3", "--cascade"]);
    assert_eq!(place.task("3.1")["status"], json!("done"));
}

#[test]
fn a_container_is_deleted_with_what_is_under_it_only_when_told() {
    let place = Place::with(&["a"]);
    place.ok(&["add", "x", "-P", "1"]);
    let (exit, error) = place.error(&["delete", "task-1"]);
    assert_eq!((exit, &error["code"]), (1, &json!("HAS_CHILDREN")));
    assert!(text(&error["message"]).contains("TASK-001.1"), "{error}");
    place.ok(&["delete", "1", "--cascade"]);
    assert_eq!(place.ids(&["list", "--all"]), Vec::<String>::new());
}
