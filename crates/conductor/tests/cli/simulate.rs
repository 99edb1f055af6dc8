//! Forecasts of tasks and of plans: what they say, that they are repeatable, and that nothing is written.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::{DOCUMENT, Place};

/// Six tasks: a chain of three, a branch off it, and one beside; the last is blocked by a person.
const TASKS: &str = r#"[
    { "key": "a", "title": "Schema", "estimate_minutes": 60 },
    { "key": "b", "title": "Store", "estimate_minutes": 120, "depends_on": ["a"] },
    { "key": "c", "title": "Pages", "estimate_minutes": 90, "depends_on": ["b"] },
    { "key": "d", "title": "Errors", "estimate_minutes": 45, "depends_on": ["a"] },
    { "key": "e", "title": "Guide", "estimate_minutes": 100 },
    { "key": "f", "title": "Logo" }
]"#;

/// A project with these tasks.
fn project(rows: &str) -> Place {
    let place = Place::with(&[("README", "x")]);
    place.ok(&["init"]);
    let tasks = taskwerk_client::Tasks::open(place.hermetic.work(), None).unwrap();
    let rows: Vec<taskwerk_client::model::ImportRow> = serde_json::from_str(rows).unwrap();
    tasks.import(rows, &taskwerk_client::ImportOptions::default()).unwrap();
    place
}

fn exact<'a>(more: &[&'a str]) -> Vec<&'a str> {
    let mut all =
        vec!["simulate", "--fail-rate", "0", "--ask-rate", "0", "--spread", "0", "--test-time", "0s"];
    all.extend(more);
    all
}

#[test]
fn a_forecast_says_what_helps() {
    let place = project(TASKS);
    insta::assert_snapshot!("usual", place.shown(&["simulate", "--runs", "20", "--seed", "7"]));
    insta::assert_snapshot!(
        "given",
        place.shown(&exact(&["--jobs", "1,2,4", "--runs", "5", "--pace", "0.5"]))
    );
}

#[test]
fn programs_get_every_figure_and_the_same_ones_again() {
    let place = project(TASKS);
    let words = ["simulate", "--runs", "10", "--jobs", "2,3", "--agent-jobs", "2", "--fail-rate", "0.3"];
    let document = place.json(&words);
    assert_eq!(document, place.json(&words));
    assert_eq!(document["tasks"], json!(6));
    assert_eq!(document["assumed"]["fail_rate"]["from"], json!("given"));
    assert_eq!(document["assumed"]["ask_rate"]["from"], json!("usual"));
    let forecasts = document["forecasts"].as_array().unwrap();
    assert_eq!(forecasts.iter().map(|f| f["agents"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 2]);
    for forecast in forecasts {
        let finish = |name: &str| forecast["finish"][name].as_u64().unwrap();
        assert!(finish("p10") <= finish("p50") && finish("p50") <= finish("p90"), "{forecast}");
        assert_eq!(forecast["median"]["finish"], forecast["finish"]["p50"]);
        assert!(forecast["median"]["bars"].as_array().unwrap().len() >= 12, "{forecast}");
    }
    let other = place.json(&[&words[..], &["--seed", "2"]].concat());
    assert_ne!(other["forecasts"], document["forecasts"]);
    assert_eq!(document["critical_path"]["tasks"], json!(["TASK-001", "TASK-002", "TASK-003"]));
}

#[test]
fn some_tasks_alone_are_forecast_and_what_they_miss_is_told() {
    let place = project(TASKS);
    let document = place.json(&exact(&["--tasks", "1,2,4", "--jobs", "2", "--runs", "1"]));
    assert_eq!((&document["tasks"], &document["left_out"]), (&json!(3), &json!([])));
    assert_eq!(document["forecasts"][0]["finish"]["p50"], json!(180 * 60));
    let cut = place.json(&exact(&["--tasks", "3,4,5", "--jobs", "1", "--runs", "1"]));
    assert_eq!(cut["tasks"], json!(1));
    assert_eq!(cut["left_out"][0], json!({ "task": "TASK-003", "why": "it waits for TASK-002" }));
    assert_eq!(place.refused(&["simulate", "--tasks", "99"]).0, 3);
}

#[test]
fn a_draft_of_a_plan_is_forecast_before_it_is_imported() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let shown = place.json(&["plan", "show", "1"]);
    let document = place.json(&exact(&["--plan", "1", "--jobs", "9", "--runs", "1"]));
    assert_eq!(document["tasks"], shown["plan"]["tasks"]);
    // Containers are resolved as the plan's own order does.
    let critical = shown["order"]["critical_minutes"].as_u64().unwrap() * 60;
    assert_eq!(document["forecasts"][0]["finish"]["p50"], json!(critical));
    assert_eq!(document["critical_path"]["seconds"], json!(critical));
    assert_eq!(place.tasks(), []);
    assert_eq!(place.refused(&["simulate", "--plan", "7"]), (3, "PLAN_NOT_FOUND".to_owned()));
    assert_eq!(place.refused(&["simulate", "--plan", "1", "--tasks", "1"]).0, 2);
}

#[test]
fn where_there_is_nothing_to_do_that_is_said() {
    let place = project("[]");
    insta::assert_snapshot!("nothing", place.shown(&["simulate"]));
    let document = place.json(&["simulate"]);
    assert_eq!((&document["tasks"], &document["forecasts"]), (&json!(0), &json!([])));
    assert_eq!(place.refused(&["simulate", "--plan", "1"]), (3, "PLAN_NOT_FOUND".to_owned()));
    assert!(!place.hermetic.work().join(".taskwerk/conductor.db").exists());
    let outside = Place::empty();
    assert_eq!(outside.refused(&["simulate"]).1, "NOT_INITIALIZED");
}

#[test]
fn odd_figures_are_refused() {
    let place = project(TASKS);
    let odd: [&[&str]; 14] = [
        &["--fail-rate", "1"],
        &["--fail-rate", "-0.1"],
        &["--fail-rate", "often"],
        &["--fail-rate", "NaN"],
        &["--ask-rate", "1.5"],
        &["--spread", "3"],
        &["--pace", "0"],
        &["--test-time", "5"],
        &["--jobs", "0"],
        &["--jobs", "1,x"],
        &["--runs", "0"],
        &["--seed", "-1"],
        &["--agent-jobs", "65"],
        &["--picture", "plan.png"],
    ];
    for words in odd {
        let refused = place.refused(&[&["simulate"], words].concat());
        assert_eq!(refused.0, 2, "{words:?}");
    }
}

#[test]
fn a_forecast_writes_the_picture_and_nothing_else() {
    let place = project(TASKS);
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let before = files(&place.hermetic.work().join(".taskwerk"));
    place.ok(&["simulate", "--runs", "5", "--jobs", "1,3", "--picture", "out.SVG"]);
    place.ok(&["simulate", "--runs", "5", "--plan", "1"]);
    assert_eq!(files(&place.hermetic.work().join(".taskwerk")), before);
    let svg = std::fs::read_to_string(place.hermetic.work().join("out.SVG")).unwrap();
    assert!(
        svg.starts_with("<svg ") && svg.contains("TASK-001: attempt") && svg.contains("agent 3"),
        "{svg}"
    );
    let refused = place.refused(&["simulate", "--runs", "1", "--picture", "no/such/folder/x.svg"]);
    assert_eq!(refused, (1, "PICTURE_NOT_WRITTEN".to_owned()));
}

/// Every file with its content.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            all.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        } else {
            all.extend(files(&path));
        }
    }
    all
}

/// What agents did here before is counted instead of what is usual.
#[test]
fn earlier_sessions_are_learnt_from() {
    let place = project(r#"[{ "key": "a", "title": "One" }, { "key": "b", "title": "Two" }]"#);
    place.write(
        ".taskwerk/config.yml",
        "orchestration:\n  agents:\n    mine: { run: \"sh -c 'echo x > made; exit 0'\" }\n  gates: { test: \"true\" }\n",
    );
    place.ok(&["orchestrate", "run", "--auto", "--tasks", "1", "--agent", "mine"]);
    let document: Value = place.json(&["simulate", "--runs", "2", "--jobs", "1"]);
    let assumed = &document["assumed"];
    assert_eq!((&assumed["sessions"], &document["tasks"]), (&json!(1), &json!(1)));
    assert_eq!(assumed["fail_rate"]["from"], json!("measured"), "{assumed}");
    assert_eq!((&assumed["fail_rate"]["seen"], &assumed["fail_rate"]["among"]), (&json!(0), &json!(1)));
    // One attempt that went well is one of eleven beside the ten that are usual.
    let rate = assumed["fail_rate"]["value"].as_f64().unwrap();
    assert!((rate - 2.0 / 11.0).abs() < 1e-9, "{rate}");
    assert_eq!(assumed["test_seconds"]["from"], json!("measured"));
    assert_eq!(assumed["pace"]["from"], json!("usual"));
    // A flag is stronger than what was measured.
    let given = place.json(&["simulate", "--runs", "2", "--jobs", "1", "--fail-rate", "0.5"]);
    assert_eq!(given["assumed"]["fail_rate"]["value"], json!(0.5));
}
