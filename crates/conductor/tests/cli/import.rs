//! From a draft to tasks: only when somebody says so, all or none, and never twice.

use conductor_host::journal::{Database, PlanStatus};
use serde_json::json;

use super::{DOCUMENT, Place};

#[test]
fn an_import_needs_somebodys_word() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    insta::assert_snapshot!(place.shown(&["plan", "import"]));
    assert_eq!(place.refused(&["plan", "import"]), (1, "CONFIRMATION_NEEDED".to_owned()));
    assert_eq!(place.tasks(), []);
}

#[test]
fn an_import_makes_every_item_a_task_once() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    let made = place.json(&["plan", "decompose", "prd.md"]);
    let items = made["plan"]["tasks"].as_u64().unwrap() + made["plan"]["groups"].as_u64().unwrap();
    let imported = place.json(&["plan", "import", "--confirm"]);
    assert_eq!((&imported["already"], &imported["created"]), (&json!(false), &json!(items)));
    let tasks = place.tasks();
    assert_eq!(u64::try_from(tasks.len()).unwrap(), items);
    assert_eq!(imported["ids"].as_object().unwrap().len(), tasks.len());
    assert_eq!(imported["plan"]["imported"]["ids"], imported["ids"]);
    let again = place.json(&["plan", "import", "--confirm"]);
    assert_eq!(
        (&again["already"], &again["created"], &again["ids"]),
        (&json!(true), &json!(0), &imported["ids"])
    );
    let again = place.json(&["plan", "create", "prd.md", "--auto-import"]);
    assert_eq!((&again["imported_now"], &again["plan"]["status"]), (&json!(false), &json!("imported")));
    assert_eq!(place.tasks(), tasks);
    assert!(
        place.ok(&["plan", "import"]).starts_with("Plan 1 was already imported on "),
        "no confirmation is needed"
    );
}

#[test]
fn all_at_once_from_a_document_to_tasks() {
    let place = Place::unborn();
    place.write("docs/prd.md", DOCUMENT);
    insta::assert_snapshot!(place.shown(&["plan", "create", "docs/prd.md", "--auto-import"]));
    let tasks = place.tasks();
    let of = |title: &str| tasks.iter().find(|task| task.title.as_str().contains(title)).unwrap();
    let (storage, store, search) = (of("Storage"), of("Store notes"), of("Search notes"));
    assert!(storage.rollup && !store.rollup);
    assert_eq!(store.id.to_string(), "TASK-001.1");
    assert!(search.estimate_minutes.is_some());
    insta::assert_snapshot!("shown_after_import", place.shown(&["plan", "review"]));
}

#[test]
fn a_changed_document_brings_only_what_is_new() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "create", "prd.md", "--auto-import"]);
    let before = place.tasks();
    place.write("prd.md", &format!("{DOCUMENT}3. **Share notes** by mail.\n   - The mail holds the note.\n"));
    let made = place.json(&["plan", "create", "prd.md", "--auto-import"]);
    assert_eq!((&made["plan"]["id"], &made["imported_now"]), (&json!(2), &json!(true)));
    assert_eq!(made["plan"]["imported"]["created"], json!(1));
    assert_eq!(made["plan"]["imported"]["skipped"], json!(before.len()));
    assert_eq!(place.tasks().len(), before.len() + 1);
}

#[test]
fn a_document_that_moved_is_the_same_document() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "create", "prd.md", "--auto-import"]);
    let before = place.tasks();
    place.write("docs/renamed.md", DOCUMENT);
    let again = place.json(&["plan", "create", "docs/renamed.md", "--auto-import"]);
    assert_eq!(again["imported_now"], json!(false));
    assert_eq!(place.tasks(), before);
}

#[test]
fn tasks_carry_the_session_and_the_letters_of_the_project() {
    let place = Place::with(&[]);
    place.ok(&["init"]);
    place.write(".taskwerk/config.yml", "tasks: { id_prefix: NOTE }\n");
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "create", "prd.md", "--auto-import", "--session", "sprint-1", "--actor", "ada"]);
    let tasks = place.tasks();
    assert!(tasks.iter().all(|task| task.id.to_string().starts_with("NOTE-")));
    assert!(
        tasks.iter().all(|task| task.session.as_ref().is_some_and(|session| session.as_str() == "sprint-1"))
    );
    assert_eq!(place.json(&["plan", "list"])[0]["imported"]["by"], json!("ada"));
}

#[test]
fn an_import_that_was_cut_off_is_finished_by_the_next() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "create", "prd.md", "--auto-import"]);
    let tasks = place.tasks();
    // As if the program had been killed after the tasks were made and before the plan was marked.
    let mut database = Database::open(&place.hermetic.work().join(".taskwerk")).unwrap();
    let mut plan = database.plan(1).unwrap().unwrap();
    plan.metadata["imported"] = json!(null);
    database.update_plan(1, PlanStatus::Draft, &plan.metadata, &plan.body).unwrap();
    drop(database);
    let again = place.json(&["plan", "import", "--confirm"]);
    assert_eq!((&again["created"], &again["skipped"]), (&json!(0), &json!(tasks.len())));
    assert_eq!(again["ids"].as_object().unwrap().len(), tasks.len());
    assert_eq!(place.tasks(), tasks);
}
