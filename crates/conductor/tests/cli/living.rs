//! A document that changes after its plan was imported: what is said, what is done, and what is left alone.

use std::path::Path;

use conductor_host::journal::{Database, PlanStatus};
use serde_json::{Value, json};
use taskwerk_client::model::{Status, Task};
use testkit::Ran;

use super::{CONDUCTOR, Place};

const DOCUMENT: &str = "\
# Notes

## Phase 1: Storage

### Store notes

Every notebook is one file of JSON.

Acceptance criteria:

- A notebook of 1000 notes is saved within 200 ms.

### Back up notebooks

Every evening a copy of all notebooks is made.

## Phase 2: Use

### Search notes

Notes are found by any word of their title.

### Print notes

A note is printed as HTML.

### Share notes

A note is sent to others by mail.
";

/// The document with each of these replaced.
fn edited(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(DOCUMENT.to_owned(), |text, (old, new)| {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        text.replace(old, new)
    })
}

/// Five changes: a number, a title, a new feature, one less, one that somebody has begun.
fn changed() -> String {
    edited(&[
        ("200 ms", "100 ms"),
        ("### Search notes", "### Find notes"),
        ("### Share notes", "### Export notes\n\nAll notes are exported as Markdown.\n\n### Share notes"),
        ("### Print notes\n\nA note is printed as HTML.\n\n", ""),
        ("sent to others by mail", "sent to others by mail or as a link"),
    ])
}

impl Place {
    /// A project with the imported tasks of the document.
    fn imported() -> Self {
        let place = Self::unborn();
        place.write("prd.md", DOCUMENT);
        place.ok(&["plan", "create", "prd.md", "--auto-import"]);
        place
    }

    fn taskwerk(&self, arguments: &[&str]) -> Ran {
        let program = Path::new(CONDUCTOR).with_file_name("taskwerk");
        assert!(program.is_file(), "both programs are needed: cargo build --workspace");
        let mut command = self.hermetic.cmd(&program);
        let ran = Ran::from(command.args(arguments).output().unwrap());
        assert_eq!(ran.code, Some(0), "{arguments:?}\n{ran}");
        ran
    }

    #[track_caller]
    fn code(&self, arguments: &[&str]) -> i32 {
        self.run(arguments).code.unwrap()
    }

    fn task(&self, id: &str) -> Task {
        self.tasks().into_iter().find(|task| task.id.to_string() == id).unwrap()
    }
}

#[test]
fn a_diff_is_told_as_a_person_would() {
    let place = Place::imported();
    place.write("prd.md", &changed());
    insta::assert_snapshot!("diff", place.shown(&["plan", "diff"]));
    insta::assert_snapshot!(
        "diff_markdown",
        place.shown(&["plan", "diff", "prd.md", "--format", "markdown"])
    );
    let told = place.json(&["plan", "diff", "prd.md"]);
    assert_eq!(told["changed"], json!(true));
    assert_eq!(told["diff"]["items"].as_array().unwrap().len(), 5);
    assert_eq!(place.json(&["plan", "list"]).as_array().unwrap().len(), 1, "nothing was stored");
    place.ok(&["plan", "decompose", "prd.md"]);
    let plans = place.json(&["plan", "diff", "1", "2"]);
    assert_eq!(plans["diff"]["items"], told["diff"]["items"]);
    assert_eq!(place.json(&["plan", "diff", "2", "2"])["changed"], json!(false));
    assert_eq!(place.refused(&["plan", "diff", "1", "9"]), (3, "PLAN_NOT_FOUND".to_owned()));
    place.write("other.md", "# Other\n\n- Something else entirely\n");
    assert_eq!(place.refused(&["plan", "diff", "other.md"]), (3, "PLAN_NOT_FOUND".to_owned()));
}

#[test]
fn tasks_follow_their_document_and_what_is_begun_waits() {
    let place = Place::imported();
    assert_eq!(place.code(&["plan", "update", "prd.md", "--check"]), 0);
    place.taskwerk(&["start", "1.2"]);
    place.taskwerk(&["complete", "1.2"]);
    place.taskwerk(&["start", "2.3", "--force"]);
    place.taskwerk(&["update", "2.1", "--title", "Look for notes"]);
    place.write("prd.md", &changed());
    let before = place.tasks();
    insta::assert_snapshot!("update_check", place.shown(&["plan", "update", "prd.md", "--check"]));
    assert_eq!(place.code(&["plan", "update", "prd.md", "--dry-run"]), 0);
    assert_eq!(place.refused(&["plan", "update", "prd.md"]), (1, "CONFIRMATION_NEEDED".to_owned()));
    assert_eq!(place.tasks(), before, "nothing was changed yet");
    insta::assert_snapshot!("update_confirm", place.shown(&["plan", "update", "prd.md", "--confirm"]));
    assert_eq!(place.task("TASK-002.1").title.as_str(), "Look for notes");
    for untouched in ["TASK-001.2", "TASK-002.3"] {
        assert_eq!(Some(&place.task(untouched)), before.iter().find(|task| task.id.to_string() == untouched));
    }
    assert_eq!(place.task("TASK-001.1").acceptance, ["A notebook of 1000 notes is saved within 100 ms."]);
    assert_eq!(place.task("TASK-002.2").status, Status::Cancelled);
    assert_eq!(place.code(&["plan", "update", "prd.md", "--check"]), 6, "two differences wait");
    let waiting = ["plan", "update", "prd.md", "--confirm", "--take", "mine", "--started", "follow-up"];
    insta::assert_snapshot!("update_decided", place.shown(&waiting));
    assert_eq!(place.code(&["plan", "update", "prd.md", "--check"]), 0);
    let listed: Value = serde_json::from_str(&place.taskwerk(&["--json", "list", "--all"]).stdout).unwrap();
    let shape: Vec<String> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|task| {
            let text = |field: &str| task[field].as_str().unwrap_or_default().to_owned();
            format!("{} {} {} after {}", text("id"), text("status"), text("title"), task["depends_on"])
        })
        .collect();
    insta::assert_snapshot!("update_tasks", shape.join("\n"));
    assert_eq!(place.code(&["plan", "update", "prd.md", "--confirm"]), 0, "once more changes nothing");
    let again: Value = serde_json::from_str(&place.taskwerk(&["--json", "list", "--all"]).stdout).unwrap();
    assert_eq!(again, listed);
}

#[test]
fn the_old_plan_and_its_text_stay() {
    let place = Place::imported();
    place.write("prd.md", &changed());
    place.ok(&["plan", "update", "prd.md", "--confirm"]);
    let database = Database::open(&place.hermetic.work().join(".taskwerk")).unwrap();
    let plans = database.plans().unwrap();
    let statuses: Vec<PlanStatus> = plans.iter().map(|row| row.status).collect();
    assert_eq!(statuses, [PlanStatus::Imported, PlanStatus::Imported]);
    assert_eq!(plans[1].metadata["updates"], json!(1));
    for row in &plans {
        let plan = conductor_plan::Plan::from_json(&row.body).unwrap();
        assert!(database.document_text(plan.documents[0].digest.as_str()).unwrap().is_some());
    }
    assert_eq!(place.json(&["plan", "create", "prd.md"])["plan"]["id"], json!(2), "it is imported already");
}

#[test]
fn an_update_that_is_killed_between_tasks_and_plan_is_finished_by_the_same_command() {
    let place = Place::imported();
    place.taskwerk(&["start", "2.3", "--force"]);
    place.write("prd.md", &changed());
    let arguments = ["plan", "update", "prd.md", "--confirm", "--started", "follow-up"];
    let mut killed = place.command(&arguments);
    let killed = killed.env("CONDUCTOR_DIE_AT", "plan-update/tasks").output().unwrap();
    assert_eq!(killed.status.code(), None, "it died");
    let plans = |place: &Place| place.json(&["plan", "list"]).as_array().unwrap().len();
    assert_eq!(plans(&place), 1, "the plan does not know of it");
    let after = place.tasks();
    assert!(after.iter().any(|task| task.title.as_str() == "Export notes"), "the tasks do");
    assert_eq!(place.code(&arguments), 0);
    assert_eq!(plans(&place), 2);
    assert_eq!(place.tasks(), after, "nothing was done twice");
    assert_eq!(place.code(&["plan", "update", "prd.md", "--check"]), 0);
}

#[test]
fn a_check_without_an_import_says_so() {
    let place = Place::unborn();
    place.ok(&["init"]);
    place.write("prd.md", DOCUMENT);
    insta::assert_snapshot!("check_of_nothing", place.shown(&["plan", "update", "prd.md", "--check"]));
    place.ok(&["plan", "decompose", "prd.md"]);
    insta::assert_snapshot!("check_of_a_draft", place.shown(&["plan", "update", "prd.md", "--check"]));
    assert_eq!(place.refused(&["plan", "update", "none.md"]), (3, "DOCUMENT_NOT_FOUND".to_owned()));
}

#[test]
fn a_document_with_another_name_is_followed() {
    let place = Place::imported();
    place.git(&["add", "prd.md"]);
    place.git(&["mv", "prd.md", "spec.md"]);
    assert_eq!(place.code(&["plan", "update", "spec.md", "--check"]), 0);
    place.write("spec.md", &edited(&[("200 ms", "100 ms")]));
    assert_eq!(place.code(&["plan", "update", "spec.md", "--confirm"]), 0);
    assert_eq!(place.tasks().len(), 7, "no task is new");
    assert_eq!(place.task("TASK-001.1").acceptance, ["A notebook of 1000 notes is saved within 100 ms."]);
}

#[test]
fn an_import_over_older_tasks_does_not_hide_what_changed() {
    let place = Place::imported();
    place.write("prd.md", &changed());
    place.ok(&["plan", "create", "prd.md", "--auto-import"]);
    assert_eq!(place.code(&["plan", "update", "prd.md", "--check"]), 6);
    assert_eq!(place.code(&["plan", "update", "prd.md", "--confirm"]), 0);
    assert_eq!(place.task("TASK-001.1").acceptance, ["A notebook of 1000 notes is saved within 100 ms."]);
}

#[test]
fn of_several_documents_those_that_are_not_named_stay() {
    let place = Place::unborn();
    place.write("docs/a.md", DOCUMENT);
    place
        .write("docs/b.md", "# Web\n\n## Phase 1: Pages\n\n### Show a page\n\nA page is shown within 2 s.\n");
    place.ok(&["plan", "create", "docs", "--auto-import"]);
    let before = place.tasks().len();
    place
        .write("docs/b.md", "# Web\n\n## Phase 1: Pages\n\n### Show a page\n\nA page is shown within 1 s.\n");
    let told = place.json(&["plan", "update", "docs/b.md", "--dry-run"]);
    assert_eq!(told["proposals"].as_array().unwrap().len(), 1, "{told:#}");
    assert_eq!(told["proposals"][0]["proposal"]["action"]["kind"], json!("edit"));
    assert_eq!(place.code(&["plan", "update", "docs/b.md", "--confirm"]), 0);
    assert_eq!(place.tasks().len(), before);
    assert_eq!(place.code(&["plan", "update", "docs/a.md", "docs/b.md", "--check"]), 0);
    std::fs::remove_file(place.hermetic.work().join("docs/a.md")).unwrap();
    assert_eq!(
        place.refused(&["plan", "update", "docs/b.md", "--check"]),
        (3, "DOCUMENT_NOT_FOUND".to_owned())
    );
}

#[test]
fn a_draft_takes_changes_in_and_keeps_what_people_made_of_it() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    let folder = place.hermetic.work().join(".taskwerk");
    let mut database = Database::open(&folder).unwrap();
    let row = database.plan(1).unwrap().unwrap();
    let mut plan = conductor_plan::Plan::from_json(&row.body).unwrap();
    let item = plan.items.iter_mut().find(|item| item.title == "Share notes").unwrap();
    item.title = "Send notes".to_owned();
    let key = item.key.clone();
    plan.verdicts.insert(key.clone(), conductor_plan::Verdict::Accepted);
    database.update_plan(1, PlanStatus::Reviewing, &row.metadata, &plan.to_json().unwrap()).unwrap();
    drop(database);
    place.write("prd.md", &changed());
    insta::assert_snapshot!("draft_dry_run", place.shown(&["plan", "update", "prd.md", "--dry-run"]));
    insta::assert_snapshot!("draft_update", place.shown(&["plan", "update", "prd.md"]));
    let database = Database::open(&folder).unwrap();
    let row = database.plan(2).unwrap().unwrap();
    assert_eq!(row.status, PlanStatus::Reviewing);
    let plan = conductor_plan::Plan::from_json(&row.body).unwrap();
    let item = plan.get(&key).unwrap();
    assert_eq!((item.title.as_str(), plan.verdicts.len()), ("Send notes", 1));
    assert_eq!(item.description, "A note is sent to others by mail or as a link.");
    assert_eq!(place.tasks(), [], "nothing was imported");
}

#[test]
fn what_goes_in_a_circle_with_the_document_is_told_and_one_side_taken() {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    place.ok(&["plan", "link", "2.1", "--after", "2.3"]);
    place.write("prd.md", &edited(&[("by mail.\n", "by mail.\n\nDepends on: Search notes\n")]));
    let circle = |taken: &str, arguments: &[&str]| {
        let told = place.ok(arguments);
        let line = format!(
            "what you and the document ask for goes in a circle; {taken} (yours: \"Search notes\" waits for \"Share \
             notes\", the document's: \"Share notes\" waits for \"Search notes\")"
        );
        assert_eq!(told.matches(&line).count(), 1, "{told}");
    };
    circle("the document's was taken", &["plan", "update", "prd.md", "--take", "document", "--dry-run"]);
    circle("yours was kept", &["plan", "update", "prd.md"]);
    place.ok(&["plan", "import", "--confirm"]);
    let tasks = place.tasks();
    let on = |title: &str| tasks.iter().find(|task| task.title.as_str() == title).unwrap();
    assert!(on("Search notes").depends_on.contains(&on("Share notes").id));
    assert!(!on("Share notes").depends_on.contains(&on("Search notes").id));
}
