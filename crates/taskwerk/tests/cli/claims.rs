//! Several processes at once.

use std::process::Stdio;

use serde_json::json;

use super::{Place, TASKWERK};

#[test]
fn b46_two_processes_with_a_hundred_adds_each_lose_nothing() {
    let place = Place::new();
    let script =
        r#"i=0; while [ $i -lt 100 ]; do "$0" add "task $i of $1" --quiet || exit 1; i=$((i+1)); done"#;
    let children = ["a", "b"].map(|name| {
        let mut command = place.hermetic.cmd("/bin/sh");
        command.args(["-c", script, TASKWERK, name]).stdout(Stdio::piped()).spawn().unwrap()
    });
    let mut ids: Vec<String> = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        ids.extend(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    let mut stored = place.ids(&["list"]);
    stored.sort();
    assert_eq!(stored, ids);
}

#[test]
fn b46_of_two_claims_one_wins() {
    let place = Place::with(&["a"]);
    let children = ["w1", "w2"].map(|worker| {
        let mut command = place.hermetic.cmd(TASKWERK);
        command.args(["claim", "1", "--worker", worker, "--ttl", "15m", "--json"]).stdout(Stdio::piped());
        command.spawn().unwrap()
    });
    let mut codes: Vec<Option<i32>> =
        children.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    codes.sort();
    assert_eq!(codes, [Some(0), Some(4)]);
}

#[test]
fn next_claims_each_task_once() {
    let place = Place::with(&["a", "b"]);
    let first = place.json(&["next", "--claim", "--worker", "w1", "--ttl", "15m"]);
    let second = place.json(&["next", "--claim", "--worker", "w2", "--ttl", "15m"]);
    assert_eq!((&first["task"]["id"], &second["task"]["id"]), (&json!("TASK-001"), &json!("TASK-002")));
    assert_eq!(first["claim"]["worker"], json!("w1"));
    assert!(second["claim"]["token"].as_u64() > first["claim"]["token"].as_u64());
    let none = place.json(&["next", "--claim", "--worker", "w3"]);
    assert_eq!((&none["task"], &none["claim"]), (&json!(null), &json!(null)));
}

#[test]
fn a_claim_guards_the_status_until_it_is_released() {
    let place = Place::with(&["a"]);
    let claim = place.json(&["claim", "1", "--worker", "w1"]);
    let token = claim["claim"]["token"].to_string();
    let (exit, error) = place.error(&["start", "1"]);
    assert_eq!((exit, &error["code"], &error["details"]["holder"]), (4, &json!("CLAIMED"), &json!("w1")));
    place.ok(&["start", "1", "--token", &token]);
    assert_eq!(place.refused(&["release", "1"]).0, 4);
    place.ok(&["release", "1", "--token", &token]);
    place.ok(&["done", "1"]);
    assert_eq!(place.refused(&["update", "1", "-n", "x", "--token", &token]), (4, "STALE_TOKEN".to_owned()));
}

#[test]
fn a_person_may_override_a_claim() {
    let place = Place::with(&["a"]);
    place.ok(&["claim", "1", "--worker", "w1"]);
    assert_eq!(place.refused(&["done", "1"]).0, 4);
    place.ok(&["done", "1", "--force"]);
    assert_eq!(place.task("1")["status"], json!("done"));
}
