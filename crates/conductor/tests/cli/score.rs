//! A plan held against another one.

use serde_json::json;

use super::{DOCUMENT, Place};

/// A task file of the same work, as its people might have written it.
fn tasks(place: &Place) -> String {
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let shown = place.json(&["plan", "show"]);
    let items = shown["items"].as_array().unwrap();
    let tasks: Vec<_> = items
        .iter()
        .map(|item| {
            json!({ "id": item["key"], "title": item["title"], "description": item["description"],
                "dependencies": item["depends_on"], "status": "pending" })
        })
        .collect();
    json!({ "master": { "tasks": tasks } }).to_string()
}

#[test]
fn a_plan_agrees_with_itself_in_text_and_as_json() {
    let place = Place::unborn();
    let shown = {
        place.write("prd.md", DOCUMENT);
        place.ok(&["plan", "decompose", "prd.md"]);
        place.ok(&["plan", "show", "--json"])
    };
    place.write("plan.json", &shown);
    insta::assert_snapshot!("score", place.shown(&["plan", "score", "--against", "plan.json"]));
    let json = place.json(&["plan", "score", "--against", "plan.json"]);
    for figure in ["coverage", "precision", "f1", "overall"] {
        assert_eq!(json["score"][figure], json!(1.0), "{figure}");
    }
    assert_eq!((&json["missed"], &json["score"]["kind"]), (&json!([]), &json!("plan")));
    let printed = place.ok(&["plan", "score", "--against", "plan.json", "--format", "json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).unwrap(), json);
}

#[test]
fn a_figure_that_is_too_low_fails_the_gate() {
    let place = Place::unborn();
    let mut file: serde_json::Value = serde_json::from_str(&tasks(&place)).unwrap();
    let list = file["master"]["tasks"].as_array_mut().unwrap();
    let count = list.len();
    for number in 0..count {
        list.push(json!({ "id": format!("x{number}"), "title": format!("Zeppelin mooring {number}") }));
    }
    place.write("tasks.json", &file.to_string());
    place.ok(&["plan", "score", "1", "--against", "tasks.json", "--min-coverage", "0.2"]);
    let ran = place.run(&["plan", "score", "--against", "tasks.json", "--min-coverage", "0.9", "--json"]);
    assert_eq!(ran.code, Some(6), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["missed"][0]["figure"], json!("coverage"));
    assert!(ran.stderr.contains("below 0.90"), "{ran}");
}

#[test]
fn what_is_no_reference_is_refused() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    place.write("text.json", "no json");
    place.write("other.json", "{\"a\": 1}");
    let one = json!([{ "id": 1, "title": "\u{1b}[31mT" }]);
    place.write("tags.json", &json!({ "a": { "tasks": one }, "\u{1b}[2Jb": { "tasks": one } }).to_string());
    let refused = |file: &str| place.refused(&["plan", "score", "--against", file]);
    assert_eq!(refused("missing.json"), (3, "REFERENCE_NOT_FOUND".to_owned()));
    for file in ["text.json", "other.json", "tags.json"] {
        assert_eq!(refused(file), (2, "REFERENCE_UNREADABLE".to_owned()), "{file}");
    }
    let ran = place.run(&["plan", "score", "--against", "tags.json"]);
    assert!(ran.stderr.contains("--tag") && !ran.stderr.contains('\u{1b}'), "{ran}");
    let ran = place.run(&["plan", "score", "--against", "tags.json", "--tag", "a"]);
    assert!(ran.code == Some(0) && !ran.stdout.contains('\u{1b}'), "{ran}");
    assert_eq!(place.refused(&["plan", "score", "--against", "text.json", "--min-coverage", "75"]).0, 2);
}
