//! What a changed document means for tasks in every state.

use super::world::World;
use super::{DOCUMENT, edited, plan};
use conductor_plan::{
    Action, Class, ConflictField, Decision, Item, ItemKey, Plan, Proposals, Side, Verdict, merge, propose,
};
use taskwerk_model::{Add, Children, Command, Guard, Patch, Refusal, Status, Title};

/// The proposals, a line each: who decides, what, and on which task.
fn told(proposals: &Proposals) -> String {
    let line = |proposal: &conductor_plan::Proposal| {
        let class = match proposal.class {
            Class::Safe => "safe",
            Class::Conflict => "conflict",
            Class::Begun => "begun",
        };
        let action = match &proposal.action {
            Action::Create { .. } => "create".to_owned(),
            Action::Edit { fields } => {
                let fields: Vec<String> = fields.iter().map(|edit| edit.field.to_string()).collect();
                format!("edit {}", fields.join(", "))
            }
            Action::Move { .. } => "move".to_owned(),
            Action::Cancel => "cancel".to_owned(),
        };
        let task = proposal.task.as_ref().map_or_else(|| "new".to_owned(), ToString::to_string);
        format!("{class:8} {task:10} {action}: {}\n", proposal.title)
    };
    let notices =
        proposals.notices.iter().map(|notice| format!("notice   {} {}\n", notice.title, notice.text));
    proposals.list.iter().map(line).chain(notices).collect()
}

#[track_caller]
fn check(world: &World, edits: &[(&str, &str)], expected: &str) {
    assert_eq!(told(&world.propose(&plan(&edited(edits)))), expected);
}

fn title(text: &str) -> Patch {
    Patch { title: Some(Title::parse(text).unwrap()), ..Patch::default() }
}

const LATE: &str = "### List late loans\n\nStaff see all loans that are late, the oldest first.\n\n";

const NUMBER: (&str, &str) = ("within 200 ms", "within 100 ms");

const REWORDED: (&str, &str) = ("### Search books", "### Find books in the catalogue");

#[test]
fn the_same_document_changes_nothing() {
    let world = World::of(&plan(DOCUMENT));
    check(&world, &[], "");
    let proposals = world.propose(&plan(DOCUMENT));
    assert!(proposals.commands(&[], &world.present()).is_none());
}

#[test]
fn what_nobody_has_begun_is_changed_safely() {
    let world = World::of(&plan(DOCUMENT));
    check(&world, &[REWORDED], "safe     TASK-001.2 edit title: Find books in the catalogue\n");
    check(&world, &[NUMBER], "safe     TASK-001.2 edit acceptance: Search books\n");
    check(&world, &[(LATE, "")], "safe     TASK-003.2 cancel: List late loans\n");
    check(
        &world,
        &[(LATE, ""), ("## Phase 3: Figures", &format!("{LATE}## Phase 3: Figures"))],
        "safe     TASK-003.2 move: List late loans\n",
    );
    let reserve = "### Reserve a book\n\nWhoever wants a book is told when it is back.\n\n";
    check(
        &world,
        &[("### Extend a loan", &format!("{reserve}### Extend a loan"))],
        "safe     new        create: Reserve a book\n",
    );
}

#[test]
fn what_is_begun_or_done_waits_for_somebodys_word() {
    let mut world = World::of(&plan(DOCUMENT));
    world.bring("Import the spreadsheet", Status::Done);
    for status in [Status::InProgress, Status::Paused, Status::Blocked, Status::Review, Status::Done] {
        let mut world = World::of(&plan(DOCUMENT));
        world.bring("Search books", status);
        check(&world, &[REWORDED], "begun    TASK-001.2 edit title: Find books in the catalogue\n");
    }
    world.bring("List late loans", Status::InProgress);
    check(&world, &[(LATE, "")], "begun    TASK-003.2 cancel: List late loans\n");
    world.bring("Count loans by month", Status::Done);
    check(
        &world,
        &[(
            "### Count loans by month\n\nStaff see a table of the loans of each month, and can print it or save it as CSV.\n",
            "",
        )],
        "notice   Count loans by month is done; the document no longer asks for it\n",
    );
    let claimed = world.task("Borrow a book").id.clone();
    world.claimed.insert(claimed);
    check(&world, &[("for 28 days", "for 14 days")], "begun    TASK-002.1 edit description: Borrow a book\n");
}

#[test]
fn what_a_person_changed_is_kept_unless_asked() {
    let mut world = World::of(&plan(DOCUMENT));
    world.edit("Search books", title("Search all books"));
    check(&world, &[NUMBER], "safe     TASK-001.2 edit acceptance: Search books\n");
    check(
        &world,
        &[REWORDED, NUMBER],
        "safe     TASK-001.2 edit acceptance: Find books in the catalogue\n\
         conflict TASK-001.2 edit title: Find books in the catalogue\n",
    );
    world.edit("List late loans", title("List loans that are late"));
    check(&world, &[(LATE, "")], "conflict TASK-003.2 cancel: List late loans\n");
    let both = plan(&edited(&[REWORDED, NUMBER]));
    world.update(&both, |_| Decision::Wait);
    assert_eq!(world.task("Search all books").acceptance, ["The first results are shown within 100 ms."]);
    check(&world, &[REWORDED, NUMBER], "conflict TASK-001.2 edit title: Find books in the catalogue\n");
    let mut kept = world.clone();
    kept.update(&both, |_| Decision::Keep);
    assert!(kept.propose(&both).is_empty());
    assert_eq!(kept.task("Search all books").id.to_string(), "TASK-001.2");
    world.update(&both, |_| Decision::Apply);
    assert!(world.propose(&both).is_empty());
    assert_eq!(world.task("Find books in the catalogue").id.to_string(), "TASK-001.2");
}

#[test]
fn a_follow_up_waits_for_what_is_begun() {
    let mut world = World::of(&plan(DOCUMENT));
    world.bring("Search books", Status::InProgress);
    let before = world.task("Search books").clone();
    let new = plan(&edited(&[NUMBER]));
    world.update(&new, |_| Decision::FollowUp);
    assert_eq!(*world.task("Search books"), before);
    let change = world.task("Change: Search books");
    assert_eq!(change.depends_on, [before.id]);
    assert_eq!(change.acceptance, ["The first results are shown within 100 ms."]);
    assert_eq!(
        change.description.as_deref().unwrap(),
        "The document changed (lending.md:24):\n\
         - 200 ms -> 100 ms in \"The first results are shown within 100 ms.\"\n\n\
         acceptance: The first results are shown within 200 ms. -> The first results are shown within 100 ms."
    );
    assert!(world.propose(&new).is_empty());
}

#[test]
fn a_move_makes_a_task_that_takes_the_place() {
    let mut world = World::of(&plan(DOCUMENT));
    world.edit("List late loans", title("List loans that are late"));
    let new = plan(&edited(&[(LATE, ""), ("## Phase 3: Figures", &format!("{LATE}## Phase 3: Figures"))]));
    world.update(&new, |_| Decision::Wait);
    let moved = world.task("List loans that are late");
    assert_eq!(moved.id.to_string(), "TASK-002.5", "with what a person made of it");
    assert!(world.propose(&new).is_empty());
    world.update(&plan(DOCUMENT), |_| Decision::Wait);
    assert_eq!(world.task("List loans that are late").id.to_string(), "TASK-003.3", "and back");
}

#[test]
fn what_is_asked_for_again_is_a_new_task() {
    let mut world = World::of(&plan(DOCUMENT));
    world.update(&plan(&edited(&[(LATE, "")])), |_| Decision::Wait);
    world.update(&plan(DOCUMENT), |_| Decision::Wait);
    assert_eq!(world.task("List late loans").id.to_string(), "TASK-003.3");
    assert!(world.propose(&plan(DOCUMENT)).is_empty());
}

/// What moved away and back got a key of its own. An item that is asked for again under the key that it had in between,
/// and has the same title, does not take it for its own.
#[test]
fn a_namesake_of_what_moved_and_came_back_gets_another_key() {
    let mut world = World::of(&plan(DOCUMENT));
    let in_loans = format!("{LATE}## Phase 3: Figures");
    let moved = plan(&edited(&[(LATE, ""), ("## Phase 3: Figures", &in_loans)]));
    let late = |plan: &Plan| plan.items.iter().find(|item| item.title == "List late loans").unwrap().clone();
    world.update(&moved, |_| Decision::Wait);
    let between = late(&world.plan);
    world.update(&plan(DOCUMENT), |_| Decision::Wait);
    let back = late(&world.plan);
    let mut merged = merge(&world.document, &world.plan, &plan(DOCUMENT), Side::Mine);
    merged.plan.items.push(between);
    let proposals = propose(&world.plan, &[], &merged, &world.present(), "ada").unwrap();
    let namesakes = proposals.plan().items.iter().filter(|item| item.title == back.title);
    let keys: Vec<&str> = namesakes.map(|item| item.key.as_str()).collect();
    assert!(keys.len() == 2 && keys[0] == back.key.as_str() && keys[0] != keys[1], "{keys:?}");
    assert_eq!(told(&proposals), "safe     new        create: List late loans\n");
}

#[test]
fn new_work_does_not_open_what_is_done() {
    let mut world = World::of(&plan(DOCUMENT));
    world.bring("Count loans by month", Status::Done);
    world.bring("List late loans", Status::Done);
    assert_eq!(world.task("Phase 3: Figures").status, Status::Done);
    let more = format!("{LATE}### Count members\n\nStaff see how many members there are.\n\n");
    world.update(&plan(&edited(&[(LATE, &more)])), |_| Decision::Wait);
    assert_eq!(world.task("Count members").parent, None);
    assert_eq!(world.task("Phase 3: Figures").status, Status::Done);
}

#[test]
fn what_holds_for_all_work_is_told_to_all_open_tasks() {
    let mut world = World::of(&plan(DOCUMENT));
    world.bring("Import the spreadsheet", Status::Done);
    world.bring("Search books", Status::InProgress);
    let new = plan(&edited(&[("shown within 2 s", "shown within 1 s")]));
    let proposals = world.propose(&new);
    let why: std::collections::BTreeSet<_> =
        proposals.list.iter().map(|proposal| proposal.why.clone()).collect();
    assert_eq!(
        why.into_iter().collect::<Vec<_>>(),
        [[
            "Non-functional requirements: 2 s -> 1 s in \"Every page is shown within 1 s on the computer in the hall.\""
        ]]
    );
    let begun: Vec<_> = proposals.list.iter().filter(|proposal| proposal.class == Class::Begun).collect();
    assert_eq!((begun.len(), begun[0].title.as_str()), (1, "Search books"));
    assert_eq!(proposals.notices.len(), 1, "one is done");
}

#[test]
fn what_somebody_deleted_or_cancelled_stays_so() {
    let mut world = World::of(&plan(DOCUMENT));
    world.bring("List late loans", Status::Cancelled);
    let deleted = world.task("Search books").id.clone();
    world.run(Command::Delete { task: deleted, children: Children::Refuse, guard: Guard::default() });
    check(&world, &[], "");
    check(
        &world,
        &[NUMBER, ("late, the oldest first", "late, the newest first")],
        "notice   Search books was deleted by somebody; the document changed it\n\
         notice   List late loans is cancelled; the document changed it\n",
    );
    check(&world, &[(LATE, "")], "");
}

#[test]
fn what_was_rejected_stays_rejected() {
    let mut reviewed = plan(DOCUMENT);
    let late = reviewed.items.iter().find(|item| item.title == "List late loans").unwrap().key.clone();
    reviewed.verdicts.insert(late, Verdict::Rejected);
    let mut world = World::of(&reviewed);
    assert_eq!(world.titles().len(), 11);
    check(&world, &[("late, the oldest first", "late, the newest first")], "");
    world.update(&plan(&edited(&[NUMBER])), |_| Decision::Wait);
    assert_eq!(world.plan.verdicts.len(), 1);
}

#[test]
fn a_task_that_changed_meanwhile_refuses_it_all() {
    let world = World::of(&plan(DOCUMENT));
    let proposals = world.propose(&plan(&edited(&[NUMBER, (LATE, "")])));
    let decisions = vec![Decision::Apply; proposals.list.len()];
    let command = proposals.commands(&decisions, &world.present()).unwrap();
    let mut changed = world.clone();
    changed.edit("List late loans", title("Other"));
    let before: Vec<_> = changed.set.tasks().cloned().collect();
    let refused = changed.try_run(command).unwrap_err();
    assert!(matches!(refused, Refusal::VersionConflict { .. }), "{refused:?}");
    assert_eq!(changed.set.tasks().cloned().collect::<Vec<_>>(), before);
}

#[test]
fn tasks_of_others_wait_for_what_takes_the_place() {
    let mut world = World::of(&plan(DOCUMENT));
    let late = world.task("List late loans").id.clone();
    let add = Add { depends_on: vec![late], ..Add::new(Title::parse("Tell the staff").unwrap()) };
    world.run(Command::Add(Box::new(add)));
    check(&world, &[(LATE, "")], "conflict TASK-003.2 cancel: List late loans\n");
    let new = plan(&edited(&[(LATE, ""), ("## Phase 3: Figures", &format!("{LATE}## Phase 3: Figures"))]));
    world.update(&new, |_| Decision::Wait);
    let moved = world.task("List late loans").id.clone();
    assert_eq!(world.task("Tell the staff").depends_on, [moved]);
}

#[test]
fn a_draft_keeps_what_people_made_of_it() {
    let base = plan(DOCUMENT);
    let mut mine = base.clone();
    let at = |plan: &Plan, title: &str| plan.items.iter().position(|item| item.title == title).unwrap();
    let (search, late, count) =
        (at(&mine, "Search books"), at(&mine, "List late loans"), at(&mine, "Count loans by month"));
    mine.items[search].title = "Search all books".to_owned();
    mine.items[count].acceptance.push("It adds up.".to_owned());
    let by_hand = Item {
        key: ItemKey::new("mine"),
        title: "Mine".to_owned(),
        sources: Vec::new(),
        ..mine.items[late].clone()
    };
    mine.items[late] = by_hand;
    mine.verdicts.insert(ItemKey::new("mine"), Verdict::Accepted);
    let theirs = plan(&edited(&[NUMBER, ("late, the oldest first", "late, the newest first"), REWORDED]));
    for (prefer, expected) in
        [(Side::Mine, "Search all books"), (Side::Document, "Find books in the catalogue")]
    {
        let merged = merge(&base, &mine, &theirs, prefer);
        let conflicts: Vec<_> = merged.conflicts.iter().map(|one| (one.field, one.taken)).collect();
        assert_eq!(conflicts, [(ConflictField::Title, prefer)]);
        let titles: Vec<&str> = merged.plan.items.iter().map(|item| item.title.as_str()).collect();
        assert!(titles.contains(&"Mine") && !titles.contains(&"List late loans"), "{titles:?}");
        let search = merged.plan.get(&mine.items[search].key).unwrap();
        assert_eq!((search.title.as_str(), search.acceptance.len()), (expected, 1));
        assert!(search.acceptance[0].contains("100 ms"), "the document's number is taken either way");
        assert_eq!(merged.plan.get(&mine.items[count].key).unwrap().acceptance, ["It adds up."]);
        assert_eq!(merged.plan.verdicts, mine.verdicts);
    }
}

#[test]
fn what_goes_in_a_circle_only_together_is_a_conflict() {
    let base = plan(DOCUMENT);
    let mut mine = base.clone();
    let at = |plan: &Plan, title: &str| plan.items.iter().position(|item| item.title == title).unwrap();
    let (search, show) = (at(&mine, "Search books"), at(&mine, "Show where a book stands"));
    let (search_key, show_key) = (mine.items[search].key.clone(), mine.items[show].key.clone());
    mine.items[search].depends_on.push(show_key.clone());
    let mut theirs = base.clone();
    theirs.items[show].parent = Some(search_key.clone());
    for prefer in [Side::Mine, Side::Document] {
        let merged = merge(&base, &mine, &theirs, prefer);
        let [conflict] = merged.conflicts.as_slice() else { panic!("{:?}", merged.conflicts) };
        assert_eq!((conflict.field, conflict.taken), (ConflictField::Order, prefer));
        assert_eq!(conflict.mine, "\"Search books\" waits for \"Show where a book stands\"");
        assert_eq!(conflict.document, "\"Show where a book stands\" is part of \"Search books\"");
        let (search, show) = (merged.plan.get(&search_key).unwrap(), merged.plan.get(&show_key).unwrap());
        assert_eq!(search.depends_on.contains(&show_key), prefer == Side::Mine);
        assert_eq!(show.parent == Some(search_key.clone()), prefer == Side::Document);
        assert_eq!(merged.plan.items.len(), base.items.len(), "nothing is lost");
        let again = merge(&theirs, &merged.plan, &theirs, prefer);
        assert!(again.conflicts.is_empty(), "it is told once");
        assert_eq!(again.plan.items, merged.plan.items);
    }
}
