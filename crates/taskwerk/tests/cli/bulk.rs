//! Import and export.

use serde_json::{Value, json};

use super::{Place, text};

/// A store with something of everything.
fn rich() -> Place {
    let place = Place::with(&["first", "second"]);
    place.ok(&["add", "child", "-P", "1", "-t", "a,b", "-e", "90m", "--due", "2030-01-02", "--rollup"]);
    place.ok(&["add", "grandchild", "-P", "1.1", "-d", "two\nlines", "--acceptance", "works"]);
    place.ok(&["dep", "add", "2", "1"]);
    place.ok(&["note", "2", "a note\nwith two lines"]);
    place.ok(&["block", "2", "no key"]);
    place.ok(&["start", "1.1.1"]);
    place.ok(&["done", "1.1.1", "--actual", "2h"]);
    place.ok(&["add", "gone"]);
    place.ok(&["cancel", "3"]);
    place
}

#[test]
fn b37_an_export_imports_to_the_same_tasks() {
    let (from, to) = (rich(), Place::new());
    let exported = from.ok(&["export"]);
    let ran = to.run_with_input(&["import", "-", "--json"], &exported);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(to.ok(&["export"]), exported);
    assert_eq!(to.json(&["list", "--all"]), from.json(&["list", "--all"]));
    assert_eq!(to.task("2")["notes"], from.task("2")["notes"]);
    let file = from.hermetic.work().join("out.json");
    from.ok(&["export", "--output", &file.display().to_string()]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), exported);
}

#[test]
fn b37_an_export_that_fails_leaves_no_half_of_a_file() {
    let place = rich();
    let file = place.write("out.json", "precious");
    std::fs::remove_file(place.hermetic.work().join(".taskwerk/taskwerk.db")).unwrap();
    std::fs::write(place.hermetic.work().join(".taskwerk/taskwerk.db"), "no database at all").unwrap();
    assert_ne!(place.run(&["export", "--output", &file]).code, Some(0));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[cfg(unix)]
#[test]
fn b37_an_export_keeps_links_and_writes_into_devices() {
    let place = rich();
    let exported = place.ok(&["export"]);
    let (file, link) = (place.write("real.json", ""), place.hermetic.work().join("link.json"));
    std::os::unix::fs::symlink(&file, &link).unwrap();
    place.ok(&["export", "--output", &link.display().to_string()]);
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), exported);
    place.ok(&["export", "--output", "/dev/null"]);
    let (exit, error) = place.error(&["export", "--output", "nowhere/x.json"]);
    assert_eq!((exit, &error["code"]), (1, &json!("OUTPUT")));
    let left = std::fs::read_dir(place.hermetic.work()).unwrap().count();
    assert_eq!(left, 3, "the store, the file and the link");
}

#[test]
fn b38_the_same_import_again_changes_nothing_unless_told() {
    let place = Place::new();
    let file = place.write("a.json", r#"[{"key":"k","title":"a","tags":["x","y"]}]"#);
    let first = place.json(&["import", &file]);
    assert_eq!(first, json!({ "created": 1, "updated": 0, "skipped": 0, "ids": { "k": "TASK-001" } }));
    let again = place.json(&["import", &file]);
    assert_eq!((&again["created"], &again["skipped"]), (&json!(0), &json!(1)));
    let file = place.write("b.json", r#"[{"key":"k","title":"b","tags":["z"]}]"#);
    place.ok(&["import", &file]);
    assert_eq!(place.task("1")["title"], json!("a"));
    assert_eq!(place.json(&["import", &file, "--update"])["updated"], json!(1));
    assert_eq!((&place.task("1")["title"], &place.task("1")["tags"]), (&json!("b"), &json!(["z"])));
    assert_eq!(place.json(&["import", &file, "--update"])["skipped"], json!(1));
}

#[test]
fn b38_a_prefix_is_put_before_the_numbers() {
    let place = Place::new();
    let file = place.write("a.json", r#"[{"id":"TASK-400","title":"a"}]"#);
    place.ok(&["import", &file, "--prefix", "TEST-"]);
    assert_eq!(place.ids(&["list"]), ["TEST-400"]);
}

#[test]
fn b39_a_dry_run_writes_nothing_and_one_bad_row_stops_all() {
    let place = Place::with(&["a"]);
    let before = place.ok(&["export"]);
    let file =
        place.write("rows.json", r#"{"tasks":[{"title":"x","key":"x"},{"title":"y","depends_on":["x"]}]}"#);
    assert_eq!(place.json(&["import", &file, "--batch", "--dry-run"])["created"], json!(2));
    assert_eq!(place.ok(&["export"]), before);
    for (rows, code) in [
        (r#"[{"title":"x"},{"title":""}]"#, "VALIDATION_ERROR"),
        (r#"[{"title":"x","priority":"urgent"}]"#, "VALIDATION_ERROR"),
        (r#"[{"title":"x","depends_on":["nowhere"]}]"#, "TASK_NOT_FOUND"),
        (
            r#"[{"title":"x","key":"x","depends_on":["y"]},{"title":"y","key":"y","depends_on":["x"]}]"#,
            "DEPENDENCY_CYCLE",
        ),
        (r#"[{"title":5}]"#, "VALIDATION_ERROR"),
        ("no json", "VALIDATION_ERROR"),
    ] {
        let file = place.write("rows.json", rows);
        assert_eq!(place.refused(&["import", &file]).1, code, "{rows}");
        assert_eq!(place.ok(&["export"]), before, "{rows}");
    }
    let file = place.write("rows.json", r#"[{"title":"x"},{"title":""}]"#);
    assert!(text(&place.error(&["import", &file]).1["message"]).contains("row 2"));
    assert_eq!(place.refused(&["import", "nowhere.json"]).0, 3);
}

#[test]
fn b39_local_references_are_resolved_in_any_order() {
    let place = Place::with(&["there"]);
    let rows = json!({ "tasks": [
        { "title": "child", "key": "c", "parent": "p", "depends_on": ["d", "TASK-001"] },
        { "title": "parent", "key": "p" },
        { "title": "dependency", "key": "d", "own_field": { "kept": true } },
    ]});
    let file = place.write("rows.json", &rows.to_string());
    let report = place.json(&["import", &file, "--batch"]);
    assert_eq!(report["created"], json!(3));
    let id = |key: &str| text(&report["ids"][key]);
    let child = place.task(&id("c"));
    assert_eq!((text(&child["parent"]), &child["depends_on"]), (id("p"), &json!([id("d"), "TASK-001"])));
    let metadata: Value = place.task(&id("d"))["metadata"].clone();
    assert_eq!(metadata["own_field"], json!({ "kept": true }));
}
