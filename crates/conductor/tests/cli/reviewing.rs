//! Drafts changed by commands and as text: what is said, what is stored, what is refused.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use conductor_plan::edit::{Change, Edit, NewItem, Part, Place as Spot, apply};
use conductor_plan::{Document, ItemKey, OutlineOptions, Plan, Verdict, Verdicts, outline, review};
use proptest::prelude::*;
use serde_json::{Value, json};
use taskwerk_client::model::{ErrorCode, Known, TaskId};
use taskwerk_client::{ImportOptions, Tasks};

use super::{DOCUMENT, Place};

fn drafted() -> Place {
    let place = Place::unborn();
    place.write("prd.md", DOCUMENT);
    place.ok(&["plan", "decompose", "prd.md"]);
    place
}

/// The titles of the items, in their order, with what was said of them.
fn items(place: &Place) -> Vec<String> {
    let shown = place.ok(&["plan", "edit", "--print"]);
    let lines = shown.lines().filter(|line| line.trim_start().starts_with("- [") && line.contains("{#"));
    lines.skip(1).filter_map(|line| line.split_once(" {#")).map(|(item, _)| item.to_owned()).collect()
}

#[test]
fn items_are_judged_by_number_key_and_title() {
    let place = drafted();
    insta::assert_snapshot!("accept", place.shown(&["plan", "accept", "2.1,store notes"]));
    insta::assert_snapshot!("reject", place.shown(&["plan", "reject", "print"]));
    insta::assert_snapshot!("judged", place.shown(&["plan", "show"]));
    assert_eq!(place.json(&["plan", "list"])[0]["status"], json!("reviewing"));
    let changed = place.json(&["plan", "accept", "--all"]);
    assert_eq!(changed["verdicts"], json!({ "accepted": 4, "rejected": 1, "undecided": 0 }));
    assert_eq!(changed["changed"], json!(true));
    assert_eq!(place.json(&["plan", "accept", "--all"])["changed"], json!(false));
    let cleared = place.json(&["plan", "reject", "--clear", "2.2"]);
    assert_eq!(cleared["verdicts"]["undecided"], json!(1));
    let group = place.json(&["plan", "reject", "2"]);
    assert_eq!(group["verdicts"], json!({ "accepted": 2, "rejected": 3, "undecided": 0 }));
}

#[test]
fn what_names_no_item_or_several_is_said() {
    let place = drafted();
    insta::assert_snapshot!("unknown", place.shown(&["plan", "accept", "serch notes"]));
    insta::assert_snapshot!("ambiguous", place.shown(&["plan", "accept", "notes"]));
    assert_eq!(place.refused(&["plan", "accept", "9"]), (3, "ITEM_NOT_FOUND".to_owned()));
    assert_eq!(place.refused(&["plan", "accept", "notes"]), (2, "ITEM_AMBIGUOUS".to_owned()));
    assert_eq!(place.refused(&["plan", "accept"]).0, 2);
    assert_eq!(place.refused(&["plan", "move", "2.1"]), (2, "USAGE".to_owned()));
    assert_eq!(place.refused(&["plan", "edit", "2.1"]), (2, "USAGE".to_owned()));
    assert_eq!(place.refused(&["plan", "fix", "cycle"]), (3, "FINDING_NOT_FOUND".to_owned()));
    assert_eq!(place.refused(&["plan", "undo"]), (1, "NOTHING_TO_UNDO".to_owned()));
    assert_eq!(place.refused(&["plan", "redo"]), (1, "NOTHING_TO_REDO".to_owned()));
    assert_eq!(place.json(&["plan", "list"])[0]["status"], json!("draft"), "nothing was changed");
}

#[test]
fn every_change_can_be_tried_taken_back_and_done_again() {
    let place = drafted();
    let begin = place.json(&["plan", "show"]);
    let first = items(&place);
    let changes: [&[&str]; 9] = [
        &[
            "plan",
            "edit",
            "2.1",
            "--title",
            "Find notes",
            "--estimate",
            "3h",
            "--priority",
            "high",
            "--add-tag",
            "core",
        ],
        &[
            "plan",
            "add",
            "Write the manual",
            "--under",
            "2",
            "--category",
            "documentation",
            "--depends-on",
            "2.1",
        ],
        &["plan", "move", "2.3", "--before", "2.1"],
        &["plan", "link", "2.3", "--after", "2.2"],
        &["plan", "unlink", "2.3", "2.2"],
        &["plan", "split", "2.2", "--into", "Build the index", "Ask the index"],
        &["plan", "merge", "2.1", "2.3"],
        &["plan", "move", "2.2.1", "--top"],
        &["plan", "remove", "1"],
    ];
    for change in changes {
        let before = items(&place);
        let tried = place.json(&[change, &["--dry-run"]].concat());
        assert_eq!((&tried["dry_run"], &tried["changed"]), (&json!(true), &json!(true)), "{change:?}");
        assert_eq!(items(&place), before, "{change:?}");
        let done = place.json(change);
        assert_eq!((&done["items"], &done["what"]), (&tried["items"], &tried["what"]), "{change:?}");
        assert_eq!(done["plan"]["errors"], json!(0), "{change:?}");
    }
    insta::assert_snapshot!("changed", place.shown(&["plan", "show"]));
    let last = place.json(&["plan", "show"]);
    insta::assert_snapshot!("undo", place.shown(&["plan", "undo"]));
    place.ok(&["plan", "undo", "20"]);
    assert_eq!(items(&place), first);
    assert_eq!(place.json(&["plan", "show"])["items"], begin["items"]);
    place.ok(&["plan", "redo", "20"]);
    assert_eq!(place.json(&["plan", "show"])["items"], last["items"]);
}

#[test]
fn what_would_go_in_circles_is_refused_with_the_path() {
    let place = drafted();
    place.ok(&["plan", "link", "2.2", "--after", "2.1"]);
    insta::assert_snapshot!("circle", place.shown(&["plan", "link", "2.1", "--after", "2.2"]));
    assert_eq!(place.refused(&["plan", "link", "2.1", "--after", "2.2"]), (1, "PLAN_CYCLE".to_owned()));
    assert_eq!(place.refused(&["plan", "link", "2.1", "--after", "2"]), (1, "EDIT_REFUSED".to_owned()));
}

#[test]
fn a_split_takes_the_parts_from_the_document_and_a_fix_is_made() {
    let place = Place::unborn();
    place.write("prd.md", "# Notes\n\n## Features\n\n### Store notes\n\nKept.\n\n- **Write**: into a file\n- **Read**: it again\n\n### Search notes\n\nDepends on: Store notes\n\n- By word.\n\n### Print notes\n\n- As HTML.\n");
    place.ok(&["plan", "decompose", "prd.md"]);
    insta::assert_snapshot!("split", place.shown(&["plan", "split", "1", "--engine", "outline"]));
    assert_eq!(place.refused(&["plan", "split", "2", "--engine", "outline"]), (1, "NO_PARTS".to_owned()));
    place.ok(&["plan", "link", "3", "--after", "1,2"]);
    insta::assert_snapshot!("fix", place.shown(&["plan", "fix", "redundant_edge"]));
}

#[test]
fn rejected_items_are_left_out_and_an_import_again_makes_nothing_twice() {
    let place = drafted();
    place.ok(&["plan", "reject", "2.2"]);
    place.ok(&["plan", "edit", "2.1", "--title", "Find notes"]);
    insta::assert_snapshot!("import", place.shown(&["plan", "import", "--confirm"]));
    let titles =
        |place: &Place| -> Vec<String> { place.tasks().iter().map(|task| task.title.to_string()).collect() };
    let made = titles(&place);
    assert!(
        made.contains(&"Find notes".to_owned()) && !made.iter().any(|title| title.contains("Print")),
        "{made:?}"
    );
    let again = place.json(&["plan", "import", "--confirm"]);
    assert_eq!(again["already"], json!(true));
    assert_eq!(titles(&place), made);
    // What was imported is changed as tasks, not as a plan.
    for change in [
        &["plan", "accept", "1", "--plan", "1"][..],
        &["plan", "undo", "--plan", "1"],
        &["plan", "edit", "--edit", "--plan", "1"],
    ] {
        assert_eq!(place.refused(change), (1, "PLAN_IMPORTED".to_owned()), "{change:?}");
    }
}

#[test]
fn what_is_rejected_counts_nowhere_and_is_named() {
    let place = drafted();
    place.ok(&["plan", "link", "2.2", "--after", "2.1"]);
    place.ok(&["plan", "reject", "2.1"]);
    insta::assert_snapshot!("rejected_show", place.shown(&["plan", "show"]));
    insta::assert_snapshot!("rejected_requirements", place.shown(&["plan", "requirements"]));
    assert!(place.ok(&["plan", "list"]).contains("2 tasks  1 rejected"));
    let shown = place.json(&["plan", "show"]);
    let search = shown["items"][3]["key"].as_str().unwrap();
    assert_eq!((&shown["plan"]["tasks"], &shown["plan"]["rejected"]), (&json!(2), &json!(1)));
    assert_eq!(shown["verdicts"], json!({ search: "rejected" }));
    assert_eq!(shown["items"].as_array().unwrap().len(), 5, "the items stay where programs find them");
    for (what, told) in [("order", &shown["order"]), ("schedule", &shown["order"]["schedule"]["slots"])] {
        assert!(!told.to_string().contains(search), "{what}: {told}");
    }
    let times: u64 =
        [2, 4].iter().map(|&at: &usize| shown["items"][at]["estimate"]["likely"].as_u64().unwrap_or(0)).sum();
    let times = times + shown["items"][1]["estimate"]["likely"].as_u64().unwrap();
    assert_eq!((&shown["order"]["total_minutes"], &shown["plan"]["minutes"]), (&json!(times), &json!(times)));
    for format in ["mermaid", "dot", "svg"] {
        let drawn = place.ok(&["plan", "show", "--format", format]);
        assert!(drawn.contains("Print") && !drawn.contains("Search"), "{format}: {drawn}");
    }
    for format in ["markdown", "html"] {
        let told = place.ok(&["plan", "show", "--format", format]);
        assert!(told.contains("1 item rejected") && told.contains("2.1"), "{format}: {told}");
    }
    // The whole group goes when nothing in it is left.
    place.ok(&["plan", "reject", "2.2"]);
    let plan = &place.json(&["plan", "show"])["plan"];
    assert_eq!((&plan["tasks"], &plan["rejected"], &plan["groups"]), (&json!(1), &json!(2), &json!(1)));
    let imported = place.json(&["plan", "import", "--confirm"]);
    assert_eq!((&imported["created"], &imported["plan"]["tasks"]), (&json!(2), &json!(1)));
}

#[test]
fn a_task_that_the_plan_moved_stays_and_is_named() {
    let place = drafted();
    place.ok(&["plan", "import", "--confirm"]);
    place.write("prd.md", &format!("{DOCUMENT}3. **Share notes** by mail.\n   - The mail holds the note.\n"));
    place.ok(&["plan", "decompose", "prd.md"]);
    place.ok(&["plan", "add", "Reading", "--under", "2"]);
    place.ok(&["plan", "move", "2.1", "--under", "reading"]);
    place.ok(&["plan", "move", "print", "--top"]);
    place.ok(&["plan", "link", "share notes", "--after", "reading"]);
    insta::assert_snapshot!("moved_import", place.shown(&["plan", "import", "--confirm"]));
    let tasks = place.tasks();
    let of = |title: &str| tasks.iter().find(|task| task.title.as_str().contains(title)).unwrap();
    assert_eq!(of("Search").id.to_string(), "TASK-002.1");
    assert_eq!(of("Print").id.to_string(), "TASK-002.2");
    assert!(!tasks.iter().any(|task| task.title.as_str() == "Reading"), "a group without work is no task");
    let after = &of("Share").depends_on;
    assert!(after.contains(&of("Search").id), "it waits for what was to be in the group: {after:?}");
    let again = place.json(&["plan", "import", "2", "--confirm"]);
    assert_eq!((&again["created"], &again["stayed"]), (&json!(0), &json!(["TASK-002.1", "TASK-002.2"])));
}

#[test]
fn the_document_planned_again_finds_the_tasks_of_a_changed_plan() {
    let place = drafted();
    place.ok(&["plan", "edit", "2.1", "--title", "Find notes"]);
    place.ok(&["plan", "split", "2.2", "--into", "Headings", "Paragraphs"]);
    place.ok(&["plan", "import", "--confirm"]);
    let before = place.tasks();
    place.write("prd.md", &DOCUMENT.replace("# Notes\n", "# Notes\n\nA word more.\n"));
    place.ok(&["plan", "decompose", "prd.md"]);
    let imported = place.json(&["plan", "import", "--confirm"]);
    assert_eq!(
        (&imported["created"], &imported["skipped"]),
        (&json!(0), &json!(5)),
        "the same keys are the same tasks"
    );
    assert_eq!(place.tasks(), before);
}

#[test]
fn a_plan_is_edited_as_text() {
    let place = drafted();
    for name in ["sed", "mv"] {
        let real = ["/usr/bin", "/bin"].map(|folder| std::path::Path::new(folder).join(name));
        let real = real.iter().find(|file| file.is_file()).unwrap();
        std::os::unix::fs::symlink(real, place.hermetic.home().join("bin").join(name)).unwrap();
    }
    let edit = |editor: &str, arguments: &[&str]| {
        let mut command = place.command(arguments);
        let output = command.env("EDITOR", editor).output().unwrap();
        testkit::Ran::from(output)
    };
    // The command is the shell's, and the path one argument of it.
    place.write(
        "my editor.sh",
        "sed -e 's/Search notes/Find notes/' -e '/Print notes/,$d' \"$1\" > new && mv new \"$1\"\n",
    );
    insta::assert_snapshot!("text", place.normalise(&edit("sh 'my editor.sh'", &["plan", "edit", "--edit"])));
    let same = edit("true", &["plan", "review", "--edit"]);
    assert!(same.stderr.contains("was not changed") && same.code == Some(0), "{same}");
    let failed = edit("false", &["plan", "review", "--edit"]);
    assert!(failed.code == Some(1) && failed.stderr.contains("your text is kept in"), "{failed}");
    // What cannot be read is kept, corrected, and taken from there.
    let bad = edit("sh -c 'echo nonsense >> \"$0\"'", &["plan", "edit", "--edit"]);
    assert!(bad.code == Some(1) && bad.stderr.contains("expected an item"), "{bad}");
    let kept = bad.stderr.split("--from ").nth(1).unwrap().trim().trim_end_matches('`').to_owned();
    let text = std::fs::read_to_string(&kept).unwrap().replace("nonsense", "- [ ] Back up notes");
    std::fs::write(&kept, text).unwrap();
    place.ok(&["plan", "edit", "--from", &kept]);
    assert_eq!(items(&place).last().unwrap(), "- [ ] Back up notes");
    // The same text again was written from another form of the plan.
    assert_eq!(place.refused(&["plan", "edit", "--from", &kept]), (4, "PLAN_CHANGED".to_owned()));
    let one = edit("sed -i -e s/Find/Look/ -e 's/\\[ \\]/[x]/'", &["plan", "edit", "2.1", "--edit"]);
    assert_eq!(one.code, Some(0), "{one}");
    assert!(items(&place).iter().any(|item| item.ends_with("[x] Look notes")), "{:?}", items(&place));
    let printed: Value = place.json(&["plan", "edit", "2.1", "--print"]);
    assert!(printed["text"].as_str().unwrap().contains("- [x] Look notes {#"), "{printed}");
}

/// Each changes another item while the other does; neither loses anything.
#[test]
fn two_who_change_a_plan_at_once_lose_nothing() {
    let place = drafted();
    let mut children = Vec::new();
    for number in 0..8 {
        let title = format!("--title=Title {number}");
        let item = ["1", "1.1", "2", "2.1"][number % 4];
        let change = if number < 4 { title } else { format!("--add-tag=tag{number}") };
        let mut command = place.command(&["plan", "edit", item, &change, "--json"]);
        command.stdout(std::process::Stdio::null());
        children.push(command.spawn().unwrap());
    }
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let items = place.json(&["plan", "show"])["items"].to_string();
    for number in 0..4 {
        assert!(
            items.contains(&format!("Title {number}")) && items.contains(&format!("tag{}", number + 4)),
            "{items}"
        );
    }
    place.ok(&["plan", "undo", "8"]);
    assert!(!place.json(&["plan", "show"])["items"].to_string().contains("Title 0"));
}

/// The tasks that there are, by the keys of their items.
fn known(tasks: &Tasks) -> BTreeMap<String, TaskId> {
    let mut known = BTreeMap::new();
    let each = tasks.each_exported(|exported| {
        known.extend(exported.key.map(|key| (key.as_str().to_owned(), exported.task.id)));
        ControlFlow::Continue(())
    });
    each.unwrap();
    known
}

/// The rows of a plan, imported as `plan import` does; how many tasks were made, and how many were there. Nothing when it
/// would go in circles, since tasks stay where they are.
fn import(tasks: &Tasks, plan: &Plan) -> Option<(usize, usize)> {
    let Ok(reviewed) = review(plan.clone(), &Verdicts::all_accepted("me").with_those_of(plan)) else {
        return Some((0, 0));
    };
    let options = ImportOptions { known: Known::Skip, prefix: None, dry_run: false };
    let placed = reviewed.import_rows_beside(&known(tasks));
    match tasks.import(placed.rows, &options) {
        Ok(report) => Some((report.created, report.skipped)),
        Err(error) => {
            assert_eq!(
                (error.code(), placed.stay.is_empty()),
                (ErrorCode::DependencyCycle, false),
                "{error}"
            );
            None
        }
    }
}

/// Edits of whatever items there are. Those that do not fit are passed over.
fn edited(first: &Plan, edits: &[(u8, prop::sample::Index, prop::sample::Index)]) -> Plan {
    edits.iter().fold(first.clone(), |plan, (kind, one, two)| {
        let [item, other] = [one, two].map(|at| plan.items[at.index(plan.items.len())].key.clone());
        let part = |title: &str| Part { title: title.to_owned(), ..Part::default() };
        let edit = match kind % 8 {
            0 => Edit::Set { item, change: Change::Title(format!("Title {kind}")) },
            1 => Edit::Move { item, to: Spot::Under(other) },
            2 => Edit::Link { item, after: other },
            3 => Edit::Split { item, parts: vec![part("One"), part("Two")] },
            4 => Edit::Merge { keep: item, gone: other },
            5 => Edit::Remove { item },
            6 => Edit::Judge { items: vec![item], verdict: Some(Verdict::Rejected) },
            _ => {
                Edit::Add { item: Box::new(NewItem::titled(format!("New {kind}"))), at: Spot::Before(other) }
            }
        };
        apply(&plan, &[edit]).map_or(plan, |applied| applied.plan)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    /// A key is a task, whatever becomes of its item: only items with new keys become new tasks, and an import again
    /// makes none.
    #[test]
    fn an_import_after_any_edits_makes_nothing_twice(edits in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..12)) {
        let folder = tempfile::tempdir().unwrap();
        let (tasks, _) = Tasks::init(folder.path()).unwrap();
        let document = Document::parse("prd.md", DOCUMENT.as_bytes()).unwrap();
        let plan = outline(&[document], &OutlineOptions::default());
        let before: Vec<ItemKey> = plan.items.iter().map(|item| item.key.clone()).collect();
        prop_assert_eq!(import(&tasks, &plan), Some((before.len(), 0)));
        let changed = edited(&plan, &edits);
        let verdicts = Verdicts::all_accepted("me").with_those_of(&changed);
        let Ok(reviewed) = review(changed.clone(), &verdicts) else { return Ok(()) };
        // A new group of nothing but tasks that lie elsewhere is no work.
        let rows = reviewed.import_rows_beside(&known(&tasks)).rows;
        let all = rows.len();
        let new = rows.iter().filter(|row| !before.iter().any(|key| row.key.as_deref() == Some(key.as_str()))).count();
        let Some(made) = import(&tasks, &changed) else { return Ok(()) };
        prop_assert_eq!(made, (new, all - new));
        prop_assert_eq!(import(&tasks, &changed), Some((0, all)));
        let ids: Vec<TaskId> = known(&tasks).into_values().collect();
        prop_assert!(ids.iter().all(|id| id.parent().is_none_or(|parent| ids.contains(&parent))));
    }
}
