//! Showing and listing tasks.

use serde_json::json;

use super::{Place, text};

#[test]
fn b14_every_form_of_an_id_shows_the_same_task() {
    let place = Place::with(&["parent"]);
    place.ok(&["add", "child", "-P", "1", "-t", "x"]);
    place.ok(&["note", "1", "a note"]);
    place.ok(&["start", "1.1"]);
    for arguments in [&["show"][..], &["show", "--json"]] {
        let of = |id: &str| place.ok(&[arguments, &[id]].concat());
        assert_eq!(of("1"), of("TASK-001"));
        assert_eq!(of("task-1"), of("TASK-001"));
        assert_eq!(of("1.1"), of("TASK-001.1"));
    }
}

#[test]
fn b15_an_unknown_id_suggests_near_ones() {
    let place = Place::with(&["a", "b", "c", "d", "e"]);
    let (exit, error) = place.error(&["show", "TASK-006"]);
    assert_eq!((exit, &error["code"]), (3, &json!("TASK_NOT_FOUND")));
    let suggestions = error["suggestions"].as_array().unwrap();
    assert!((1..=3).contains(&suggestions.len()), "{error}");
    let (exit, error) = place.error(&["show", "XXXX-999"]);
    assert_eq!((exit, &error["suggestions"]), (3, &json!([])));
    insta::assert_snapshot!(place.shown(&["show", "TASK-006"]));
    insta::assert_snapshot!(place.shown(&["show", "not an id"]));
}

#[test]
fn b16_show_has_everything_about_a_task() {
    let place = Place::with(&["first", "second"]);
    place.ok(&["add", "child", "-P", "2", "-t", "api"]);
    place.ok(&["dep", "add", "2", "1"]);
    place.ok(&["note", "2", "remember"]);
    let shown = place.task("2");
    assert_eq!(shown["depends_on"], json!(["TASK-001"]));
    assert_eq!(shown["notes"][0]["text"], json!("remember"));
    assert_eq!(shown["notes"][0]["author"], json!("tester"));
    assert_eq!(shown["children"].as_array().unwrap().len(), 1);
    assert!(shown["timeline"].as_array().unwrap().len() >= 3);
    assert_eq!(place.task("1")["blocks"].as_array().unwrap().len(), 1);
    assert_eq!(place.task("2.1")["tags"], json!(["api"]));
}

#[test]
fn the_task_object_has_exactly_the_published_fields() {
    let place = Place::with(&["a"]);
    let list = place.json(&["list"]);
    let fields: Vec<&String> = list[0].as_object().unwrap().keys().collect();
    let published = "id uid title description status block_reason priority category type tags assignee parent \
                     depends_on estimate_minutes actual_minutes progress due acceptance files links metadata session \
                     rollup version created_at updated_at started_at completed_at";
    assert_eq!(fields, published.split_whitespace().collect::<Vec<_>>());
    let shown = place.task("1");
    let more: Vec<&String> = shown.as_object().unwrap().keys().filter(|key| !fields.contains(key)).collect();
    for field in ["blocks", "children", "notes", "timeline"] {
        assert!(more.iter().any(|name| *name == field), "{field} in {more:?}");
    }
    for time in ["created_at", "updated_at"] {
        let time = text(&list[0][time]);
        assert_eq!((time.len(), time.ends_with('Z')), (27, true), "{time}");
    }
}

#[test]
fn b17_a_list_is_an_array() {
    let place = Place::new();
    assert_eq!(place.json(&["list"]), json!([]));
    place.ok(&["add", "a", "-t", "x"]);
    let list = place.json(&["list"]);
    assert_eq!((&list[0]["metadata"], &list[0]["tags"]), (&json!({}), &json!(["x"])));
}

#[test]
fn b18_closed_tasks_are_hidden_unless_asked_for() {
    let place = Place::with(&["a", "b", "c", "d"]);
    place.ok(&["complete", "1"]);
    place.ok(&["cancel", "2"]);
    assert_eq!(place.ids(&["list"]), ["TASK-003", "TASK-004"]);
    assert_eq!(place.ids(&["list", "--all"]).len(), 4);
    assert_eq!(place.ids(&["list", "--all", "--limit", "2"]), ["TASK-001", "TASK-002"]);
    assert_eq!(place.ids(&["list", "-s", "done"]), ["TASK-001"]);
    assert_eq!(place.ids(&["ls", "cancelled"]), ["TASK-002"]);
    assert_eq!(place.ids(&["list", "4,2"]), ["TASK-002", "TASK-004"]);
}

#[test]
fn b19_filters_must_all_hold() {
    let place = Place::new();
    place.ok(&["add", "a", "-p", "high", "-a", "@x"]);
    place.ok(&["add", "b", "-p", "high", "-a", "@y"]);
    place.ok(&["add", "c", "-p", "low", "-a", "@x"]);
    place.ok(&["add", "d", "-p", "high", "-a", "@x"]);
    place.ok(&["start", "4"]);
    assert_eq!(place.ids(&["list", "-s", "todo", "-p", "high", "-a", "@x"]), ["TASK-001"]);
    assert_eq!(
        place.ids(&["list", "-s", "todo,in_progress", "-p", "high", "-a", "@x"]),
        ["TASK-001", "TASK-004"]
    );
    let (_, error) = place.error(&["list", "-s", "nonsense"]);
    assert!(text(&error["message"]).contains("in-progress"), "{error}");
}

#[test]
fn b20_several_tags_mean_any_of_them() {
    let place = Place::new();
    for (title, tag) in [("find me", "a"), ("find me too", "b"), ("not me", "c")] {
        place.ok(&["add", title, "-t", tag]);
    }
    assert_eq!(place.ids(&["list", "-t", "a", "b"]), ["TASK-001", "TASK-002"]);
    assert_eq!(place.ids(&["list", "-t", "b", "c", "--search", "find"]), ["TASK-002"]);
}

#[test]
fn search_finds_titles_descriptions_and_notes_in_any_case() {
    let place = Place::with(&["Login page", "other", "third", "fourth"]);
    place.ok(&["update", "2", "-d", "about the login"]);
    place.ok(&["note", "3", "LOGIN again"]);
    assert_eq!(place.ids(&["list", "--search", "LOGIN"]), ["TASK-001", "TASK-002", "TASK-003"]);
    assert_eq!(place.json(&["list", "--search", "100%_"]), json!([]));
    let ran = place.run(&["list", "--search", "nothing of the kind"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(0), ""));
}

#[test]
fn b23_a_tree_indents_children_at_each_depth() {
    let place = Place::with(&["one", "two"]);
    place.ok(&["add", "below", "-P", "1"]);
    place.ok(&["add", "deeper", "-P", "1.1"]);
    place.ok(&["add", "beside", "-P", "1"]);
    insta::assert_snapshot!(place.ok(&["list", "--tree"]));
    // A child whose parent is filtered away stands at the margin.
    insta::assert_snapshot!(place.ok(&["list", "--tree", "--search", "deeper"]));
}

#[test]
fn a_list_can_be_ordered() {
    let place = Place::new();
    for (title, priority) in [("d", "low"), ("c", "critical"), ("b", "medium"), ("a", "high"), ("e", "high")]
    {
        place.ok(&["add", title, "-p", priority]);
    }
    let ids = |order: &str| place.ids(&["list", "--sort", order]);
    assert_eq!(ids("priority"), ["TASK-002", "TASK-004", "TASK-005", "TASK-003", "TASK-001"]);
    assert_eq!(ids("title"), ["TASK-004", "TASK-003", "TASK-002", "TASK-001", "TASK-005"]);
    assert_eq!(place.ids(&["list", "--reverse", "--limit", "1"]), ["TASK-005"]);
    let (exit, error) = place.error(&["list", "--sort", "nonsense"]);
    assert!(exit == 2 && text(&error["message"]).contains("priority"), "{error}");
}

#[test]
fn people_see_a_table_and_a_page() {
    let place = Place::new();
    place.ok(&["add", "Store notes", "-p", "high", "-t", "api", "-a", "ann", "-d", "line one\nline two"]);
    place.ok(&["add", "Search notes", "--depends-on", "1", "-e", "3h"]);
    place.ok(&["block", "1", "no disk"]);
    place.ok(&["note", "1", "asked for a disk"]);
    insta::assert_snapshot!(place.shown(&["list"]));
    insta::assert_snapshot!(place.shown(&["show", "1"]));
}
