//! What holds for every document, every change of it, and tasks in every state.

use super::world::World;
use super::{DOCUMENT, plan};
use conductor_plan::{Class, Decision, ItemKey, Plan, Severity, Side, diff, lint, merge};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use taskwerk_model::{Status, Task, TaskId, View};

/// One thing that somebody does to a document.
#[derive(Debug, Clone)]
enum Edit {
    Remove(usize),
    Repeat(usize),
    Swap(usize, usize),
    Insert(usize, String),
    Replace(usize, String),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = 0..DOCUMENT.lines().count();
    let words = "[a-z]{3,8}( [a-z]{3,8}){1,5}";
    let line = prop_oneof![
        words.prop_map(|text| format!("### {text}")),
        words.prop_map(|text| format!("- {text}")),
        words.prop_map(|text| text + "."),
        (1..5u8, words).prop_map(|(number, text)| format!("## Phase {number}: {text}")),
        Just("Depends on: Borrow a book".to_owned()),
        Just("Estimate: 3h".to_owned()),
        Just(String::new()),
    ];
    prop_oneof![
        at.clone().prop_map(Edit::Remove),
        at.clone().prop_map(Edit::Repeat),
        (at.clone(), at.clone()).prop_map(|(a, b)| Edit::Swap(a, b)),
        (at.clone(), line.clone()).prop_map(|(at, line)| Edit::Insert(at, line)),
        (at, line).prop_map(|(at, line)| Edit::Replace(at, line)),
    ]
}

fn changed(edits: &[Edit]) -> Plan {
    let mut lines: Vec<String> = DOCUMENT.lines().map(str::to_owned).collect();
    for edit in edits {
        match edit {
            Edit::Remove(at) if *at < lines.len() => drop(lines.remove(*at)),
            Edit::Repeat(at) if *at < lines.len() => lines.insert(*at, lines[*at].clone()),
            Edit::Swap(a, b) if *a < lines.len() && *b < lines.len() => lines.swap(*a, *b),
            Edit::Insert(at, line) if *at < lines.len() => lines.insert(*at, line.clone()),
            Edit::Replace(at, line) if *at < lines.len() => lines[*at].clone_from(line),
            Edit::Remove(_) | Edit::Repeat(_) | Edit::Swap(..) | Edit::Insert(..) | Edit::Replace(..) => {}
        }
    }
    plan(&lines.join("\n"))
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop::collection::vec(edit(), 1..12)
}

fn links() -> impl Strategy<Value = Vec<(usize, usize, bool)>> {
    prop::collection::vec((0..64usize, 0..64usize, any::<bool>()), 0..8)
}

/// The plan of somebody who lets items wait for others, or puts them into others, as far as that goes.
fn linked(base: &Plan, links: &[(usize, usize, bool)]) -> Plan {
    let mut mine = base.clone();
    for (one, other, within) in links {
        let before = mine.clone();
        let key = mine.items[other % mine.items.len()].key.clone();
        let at = one % mine.items.len();
        if *within {
            mine.items[at].parent = Some(key);
        } else {
            mine.items[at].depends_on.push(key);
        }
        if !is_sound(&mine) {
            mine = before;
        }
    }
    mine
}

fn is_sound(plan: &Plan) -> bool {
    lint(plan).iter().all(|finding| finding.severity != Severity::Error)
}

fn statuses() -> impl Strategy<Value = Vec<Status>> {
    let status = prop_oneof![
        3 => Just(Status::Todo),
        1 => Just(Status::InProgress),
        1 => Just(Status::Paused),
        1 => Just(Status::Blocked),
        1 => Just(Status::Review),
        1 => Just(Status::Done),
        1 => Just(Status::Cancelled),
    ];
    prop::collection::vec(status, 9)
}

/// The tasks of the document, in these states.
fn world(statuses: &[Status]) -> World {
    let mut world = World::of(&plan(DOCUMENT));
    let leaves: Vec<TaskId> =
        world.set.tasks().filter(|task| !task.rollup).map(|task| task.id.clone()).collect();
    for (task, status) in leaves.into_iter().zip(statuses) {
        world.bring_task(task, *status);
    }
    world
}

/// Every task that somebody has begun or closed.
fn begun(world: &World) -> BTreeMap<TaskId, Task> {
    let begun = world.set.tasks().filter(|task| task.status != Status::Todo && !task.rollup);
    begun.map(|task| (task.id.clone(), task.clone())).collect()
}

/// The items of a plan with their references by title, whatever their keys.
fn without_keys(plan: &Plan) -> Vec<String> {
    let title = |key: &ItemKey| plan.get(key).map(|item| item.title.clone());
    let mut items: Vec<String> = plan
        .items
        .iter()
        .map(|item| {
            let parent = item.parent.as_ref().map(title);
            let waits: BTreeSet<_> = item.depends_on.iter().map(title).collect();
            let rest =
                (&item.description, item.estimate, item.priority, &item.tags, &item.acceptance, &item.files);
            format!("{} in {parent:?} after {waits:?}: {rest:?} {:?}", item.title, item.sources)
        })
        .collect();
    items.sort();
    items
}

/// Few cases each time; as many as wanted when somebody looks closer.
fn config() -> ProptestConfig {
    let wanted = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { wanted.cases } else { 24 };
    ProptestConfig {
        cases,
        max_global_rejects: cases.saturating_mul(100),
        failure_persistence: None,
        ..wanted
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_plan_does_not_differ_from_itself(edits in edits()) {
        let plan = changed(&edits);
        let same = diff(&plan, &plan);
        prop_assert!(same.is_empty() && same.renamed.is_empty() && same.carried.is_empty(), "{same:?}");
        prop_assert_eq!(same.unchanged, plan.items.len());
    }

    #[test]
    fn a_diff_that_is_applied_gives_the_newer_plan(first in edits(), second in edits()) {
        let (old, new) = (changed(&first), changed(&second));
        for side in [Side::Document, Side::Mine] {
            let merged = merge(&old, &old, &new, side);
            prop_assert!(merged.conflicts.is_empty(), "{:?}", merged.conflicts);
            prop_assert_eq!(without_keys(&merged.plan), without_keys(&new));
            let keys: BTreeSet<_> = merged.plan.items.iter().map(|item| &item.key).collect();
            prop_assert_eq!(keys.len(), merged.plan.items.len(), "every key once");
            let differs = diff(&merged.plan, &new);
            prop_assert!(differs.is_empty(), "{differs:?}");
        }
    }

    #[test]
    fn two_sound_plans_merge_into_a_sound_one(
        edits in edits(),
        links in links(),
        others in links(),
    ) {
        let (base, theirs) = (plan(DOCUMENT), changed(&edits));
        prop_assume!(is_sound(&theirs));
        let (mine, theirs) = (linked(&base, &links), linked(&theirs, &others));
        for side in [Side::Document, Side::Mine] {
            let merged = merge(&base, &mine, &theirs, side);
            let errors: Vec<_> = lint(&merged.plan)
                .into_iter()
                .filter(|finding| finding.severity == Severity::Error)
                .collect();
            prop_assert!(errors.is_empty(), "{errors:?}");
            for item in &theirs.items {
                prop_assert!(merged.plan.items.iter().any(|other| other.title == item.title), "{}", item.title);
            }
        }
    }

    #[test]
    fn tasks_that_nobody_began_become_what_the_document_asks_for(first in edits(), second in edits()) {
        let mut world = World::of(&plan(DOCUMENT));
        for new in [changed(&first), changed(&second)] {
            prop_assume!(is_sound(&new));
            // A group that stands elsewhere keeps its place.
            prop_assume!(world.propose(&new).notices.is_empty());
            world.update(&new, |_| Decision::Apply);
            let again = world.propose(&new);
            prop_assert!(again.is_empty(), "{:?}", again.list);
            prop_assert_eq!(world.titles(), World::of(&new).titles());
            prop_assert_eq!(world.waits(), World::of(&new).waits());
        }
    }

    #[test]
    fn what_is_begun_never_changes_without_a_word(statuses in statuses(), first in edits(), second in edits()) {
        let mut world = world(&statuses);
        for (new, decision) in [(changed(&first), Decision::Wait), (changed(&second), Decision::Keep)] {
            prop_assume!(is_sound(&new));
            let before = begun(&world);
            world.update(&new, |_| decision);
            for (id, task) in &before {
                let now = world.set.tasks().find(|task| task.id == *id).unwrap();
                let told = world.set.notes(id).unwrap().iter().any(|note| note.text.contains("circle"));
                if task.status == Status::Cancelled && told {
                    // It lets go of what stands against an order of the document, and says so.
                    prop_assert!(now.depends_on.iter().all(|on| task.depends_on.contains(on)));
                    let (depends_on, version) = (task.depends_on.clone(), task.version);
                    let rest = Task { depends_on, version, updated_at: task.updated_at, ..now.clone() };
                    prop_assert_eq!(&rest, task);
                } else {
                    prop_assert_eq!(now, task);
                }
            }
            let again = world.propose(&new);
            let safe = again.list.iter().filter(|proposal| proposal.class == Class::Safe).count();
            prop_assert_eq!(safe, 0, "what is safe was done: {:?}", again.list);
            if decision == Decision::Keep {
                prop_assert!(again.is_empty(), "{:?}", again.list);
            }
        }
    }

    #[test]
    fn killed_before_the_plan_was_written_it_finds_all_done(statuses in statuses(), edits in edits()) {
        let mut world = world(&statuses);
        let new = changed(&edits);
        prop_assume!(is_sound(&new));
        let tasks = |world: &World| world.set.tasks().cloned().collect::<Vec<_>>();
        let before = world.clone();
        world.update(&new, |_| Decision::FollowUp);
        let (after, settled) = (tasks(&world), world.plan.clone());
        (world.plan, world.document, world.waiting) = (before.plan, before.document, before.waiting);
        world.update(&new, |_| Decision::FollowUp);
        prop_assert_eq!(tasks(&world), after);
        prop_assert_eq!(world.plan.items, settled.items);
    }
}

/// A task that makes way and waits for several that make way too.
#[test]
fn a_task_that_waits_for_several_that_move_moves_with_them() {
    let mut world = World::of(&plan(DOCUMENT));
    for new in [changed(&[Edit::Repeat(1), Edit::Swap(68, 52)]), changed(&[Edit::Repeat(39)])] {
        assert!(is_sound(&new));
        assert!(world.propose(&new).notices.is_empty());
        world.update(&new, |_| Decision::Apply);
        assert!(world.propose(&new).is_empty());
        assert_eq!(world.titles(), World::of(&new).titles());
        assert_eq!(world.waits(), World::of(&new).waits());
    }
}

/// What a cancelled task waited for long ago stands against no order that the document asks for now.
#[test]
fn a_cancelled_task_does_not_keep_others_from_waiting() {
    let cases = [
        [vec![Edit::Swap(41, 13)], vec![Edit::Repeat(1), Edit::Swap(13, 69)]],
        [vec![Edit::Swap(0, 70)], vec![Edit::Remove(0), Edit::Swap(38, 69)]],
    ];
    for edits in cases {
        let mut world = World::of(&plan(DOCUMENT));
        for new in edits.iter().map(|edits| changed(edits)) {
            assert!(is_sound(&new));
            world.update(&new, |_| Decision::Apply);
            assert_eq!(world.waits(), World::of(&new).waits());
        }
        let notes = world.set.tasks().flat_map(|task| world.set.notes(&task.id).unwrap());
        let told: Vec<String> = notes.map(|note| note.text).filter(|text| text.contains("circle")).collect();
        assert!(
            matches!(told.as_slice(), [one] if one.starts_with("No longer waits for \"Phase ")),
            "{told:?}"
        );
    }
}
