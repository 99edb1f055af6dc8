//! A person at a terminal decides what a changed document means for tasks.

use taskwerk_client::model::{Command, Guard, Patch, Status, Title, Verb};

use super::support::Project;
use super::terminal::Terminal;

const DOCUMENT: &str = "\
# Notes

## Features

### Store notes

Every notebook is one file.

### Search notes

Notes are found by any word of their title.

### Share notes

A note is sent by mail.
";

#[test]
fn what_is_safe_is_confirmed_as_one_and_the_rest_is_asked_one_by_one() {
    let project = Project::new("");
    project.write("prd.md", DOCUMENT);
    project.ok(&["plan", "create", "prd.md", "--auto-import"]);
    let find = |title: &str| project.all().into_iter().find(|task| task.title.as_str() == title).unwrap().id;
    let (search, share) = (find("Search notes"), find("Share notes"));
    let patch = Patch { title: Some(Title::parse("Look for notes").unwrap()), ..Patch::default() };
    let guard = Guard::force();
    let update = Command::Update { task: search.clone(), patch: Box::new(patch), guard };
    project.tasks().execute(update).unwrap();
    let (to, reason, children) = (Verb::Start, None, Default::default());
    project.tasks().execute(Command::Move { task: share.clone(), to, reason, children, guard }).unwrap();
    let changed = DOCUMENT
        .replace("one file", "one folder")
        .replace("### Search notes", "### Find notes")
        .replace("by mail", "by mail or as a link");
    project.write("prd.md", &changed);
    let before = project.all();
    let mut refusing = Terminal::run(&project, &["plan", "update", "prd.md"]);
    refusing.sees("Make 1 safe change?");
    refusing.types("n");
    assert_eq!(refusing.wait(), Some(0), "{}", refusing.screen());
    assert_eq!(project.all(), before);
    let mut person = Terminal::run(&project, &["plan", "update", "prd.md"]);
    for (question, answer) in [
        ("Make 1 safe change?", "y"),
        ("Find notes: whose?", "document"),
        ("Share notes: what about it?", "n"),
    ] {
        person.sees(question);
        person.types(answer);
    }
    assert_eq!(person.wait(), Some(0), "{}", person.screen());
    assert_eq!(project.task(&search.to_string()).title.as_str(), "Find notes");
    let shared = project.task(&share.to_string());
    assert_eq!(
        (shared.status, shared.description.as_deref()),
        (Status::InProgress, Some("A note is sent by mail."))
    );
    assert!(project.notes(&share.to_string()).contains("by mail or as a link"));
    project.ends(0, &["plan", "update", "prd.md", "--check"]);
}
