//! Changing tasks and moving them from status to status.

use serde_json::json;

use super::{Place, text};

#[test]
fn b24_update_prints_what_changed_and_remembers_it() {
    let place = Place::with(&["old"]);
    insta::assert_snapshot!(place.ok(&["update", "1", "-n", "new", "-p", "high"]), @r"
    TASK-001  title: old → new
    TASK-001  priority: medium → high
    ");
    let changed = place.json(&["update", "1", "-n", "newer"]);
    assert_eq!(changed["changed"]["TASK-001"]["title"], json!(["new", "newer"]));
    assert_eq!(changed["tasks"][0]["title"], json!("newer"));
    let timeline = place.task("1")["timeline"].to_string();
    assert!(timeline.contains("old") && timeline.contains("newer"), "{timeline}");
}

#[test]
fn b26_an_update_without_changes_is_none() {
    let place = Place::with(&["a"]);
    let before = place.task("1");
    let ran = place.run(&["update", "1"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "No changes\n"));
    assert_eq!(place.json(&["update", "1", "-n", "a"])["changed"], json!({}));
    assert_eq!(place.task("1"), before);
    // There is no way to give another id.
    assert_eq!(place.run(&["update", "1", "--id", "TASK-009"]).code, Some(2));
}

#[test]
fn fields_are_bounded_and_can_be_emptied() {
    let place = Place::with(&["a"]);
    assert_eq!(place.refused(&["update", "1", "--progress", "150"]).1, "VALIDATION_ERROR");
    place.ok(&["update", "1", "-a", "ann", "-e", "2", "--progress", "40%", "--due", "2030-01-01"]);
    assert_eq!(place.task("1")["progress"], json!(40));
    place.ok(&["update", "1", "-a", "null", "-e", "null", "--due", "null"]);
    let task = place.task("1");
    assert_eq!(
        (&task["assignee"], &task["estimate_minutes"], &task["due"]),
        (&json!(null), &json!(null), &json!(null))
    );
    place.ok(&["update", "1", "--add-tags", "x,y", "--note", "n"]);
    place.ok(&["update", "1", "--remove-tags", "x"]);
    let task = place.task("1");
    assert_eq!((&task["tags"], &task["notes"][0]["text"]), (&json!(["y"]), &json!("n")));
}

#[test]
fn b28_an_illegal_transition_names_the_allowed_targets() {
    let place = Place::with(&["a"]);
    place.ok(&["complete", "1"]);
    let (exit, error) = place.error(&["start", "1"]);
    assert_eq!((exit, &error["code"]), (1, &json!("ILLEGAL_TRANSITION")));
    assert_eq!(error["details"]["allowed"], json!(["todo"]));
    assert_eq!(
        place.refused(&["update", "1", "--status", "in-progress"]),
        (1, "ILLEGAL_TRANSITION".to_owned())
    );
    insta::assert_snapshot!(place.shown(&["start", "1"]));
    assert_eq!(place.refused(&["reopen", "1"]), (1, "REASON_REQUIRED".to_owned()));
    place.ok(&["reopen", "1", "--reason", "not yet"]);
    place.ok(&["start", "1"]);
}

#[test]
fn b29_start_and_complete_leave_their_times() {
    let place = Place::with(&["a"]);
    place.ok(&["start", "1"]);
    let started = place.task("1");
    assert!(started["started_at"].is_string() && started["completed_at"].is_null());
    place.ok(&["done", "1", "--actual", "90m"]);
    let done = place.task("1");
    assert_eq!(
        (&done["status"], &done["progress"], &done["actual_minutes"]),
        (&json!("done"), &json!(100), &json!(90))
    );
    assert!(done["completed_at"].is_string());
    assert_eq!(place.json(&["complete", "1"])["changed"], json!({}));
    assert_eq!(place.task("1"), done);
}

#[test]
fn b30_a_block_has_a_reason() {
    let place = Place::with(&["a"]);
    assert_eq!(place.refused(&["block", "1"]), (1, "REASON_REQUIRED".to_owned()));
    place.ok(&["block", "1", "waiting for the key"]);
    assert_eq!(place.task("1")["block_reason"], json!("waiting for the key"));
    assert!(place.ok(&["show", "1"]).contains("waiting for the key"));
    place.ok(&["unblock", "1"]);
    let task = place.task("1");
    assert_eq!((&task["status"], &task["block_reason"]), (&json!("todo"), &json!(null)));
}

#[test]
fn pause_and_cancel() {
    let place = Place::with(&["a", "b"]);
    place.ok(&["dep", "add", "2", "1"]);
    place.ok(&["start", "1"]);
    place.ok(&["pause", "1"]);
    assert_eq!(place.task("1")["status"], json!("paused"));
    let ran = place.run(&["cancel", "1", "--reason", "not wanted"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.stderr.contains("TASK-002"), "names what is stranded: {ran}");
    assert_eq!(place.ids(&["ready"]), Vec::<String>::new());
}

#[test]
fn a_selector_takes_the_place_of_ids() {
    let place = Place::with(&["a", "b", "c"]);
    place.ok(&["start", "ready"]);
    assert_eq!(place.ids(&["list", "in-progress"]).len(), 3);
    place.ok(&["pause", "1,task-2"]);
    assert_eq!(place.ids(&["list", "paused"]), ["TASK-001", "TASK-002"]);
    place.ok(&["done", "in-progress"]);
    assert_eq!(place.task("3")["status"], json!("done"));
    let ran = place.run(&["start", "blocked"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "No changes\n"));
}

#[test]
fn b40_a_bulk_update_is_all_or_nothing() {
    let place = Place::with(&["a", "b"]);
    let bulk = ["update", "--status", "in-progress", "--tasks", "TASK-001,TASK-009"];
    assert_eq!(place.refused(&bulk), (3, "TASK_NOT_FOUND".to_owned()));
    assert_eq!(place.ids(&["list", "todo"]).len(), 2);
    let changed = place.json(&["update", "--status", "in-progress", "--tasks", "TASK-001,TASK-002"]);
    assert_eq!(changed["tasks"].as_array().unwrap().len(), 2);
    assert_eq!(changed["changed"]["TASK-002"]["status"], json!(["todo", "in-progress"]));
    assert_eq!(place.ids(&["list", "in-progress"]).len(), 2);
}

#[test]
fn a_dry_run_says_what_would_change() {
    let place = Place::with(&["a", "b"]);
    let before = place.ok(&["export"]);
    let update = ["update", "1,2", "--status", "in-progress", "-p", "low", "--dry-run"];
    assert_eq!(place.json(&update)["changed"]["TASK-002"]["status"], json!(["todo", "in-progress"]));
    assert!(place.ok(&update).contains("TASK-001  priority: medium → low"));
    assert_eq!(place.ok(&["export"]), before);
    assert_eq!(place.refused(&["update", "1,9", "-s", "done", "--dry-run"]).1, "TASK_NOT_FOUND");
}

#[test]
fn a_version_guards_against_somebody_elses_change() {
    let place = Place::with(&["a"]);
    let version = place.task("1")["version"].to_string();
    place.ok(&["update", "1", "-n", "b", "--if-version", &version]);
    assert_eq!(
        place.refused(&["update", "1", "-n", "c", "--if-version", &version]),
        (4, "VERSION_CONFLICT".to_owned())
    );
}

#[test]
fn the_log_tells_who_did_what_and_survives_deletion() {
    let place = Place::with(&["a"]);
    place.ok(&["start", "1", "--actor", "ann", "--session", "s1"]);
    place.ok(&["delete", "1"]);
    let log = place.json(&["log"]);
    let kinds: Vec<String> = log.as_array().unwrap().iter().map(|event| text(&event["kind"])).collect();
    assert_eq!(kinds, ["created", "started", "deleted"]);
    assert_eq!(
        (&log[1]["actor"], &log[1]["session"], &log[0]["actor"]),
        (&json!("ann"), &json!("s1"), &json!("tester"))
    );
    assert_eq!(place.json(&["log", "1", "--limit", "1"])[0]["kind"], json!("deleted"));
    assert_eq!(place.json(&["log", "--limit", "2"])[0]["kind"], json!("started"));
    assert_eq!(place.json(&["log", "1", "--after", "0", "--limit", "1"])[0]["kind"], json!("created"));
    let after = log[0]["seq"].to_string();
    assert_eq!(place.json(&["log", "--after", &after]).as_array().unwrap().len(), 2);
    insta::assert_snapshot!(place.shown(&["log"]));
}
