//! Plans held against references: what agrees, what does not, and what cannot be had by tricks.

#![expect(clippy::unwrap_used, reason = "tests")]

mod shared;

use conductor_plan::{
    Category, Item, ItemKey, Priority, Reference, ReferenceError, ReferenceKind, Verdict, score,
};
use proptest::prelude::*;
use shared::plan;

/// Title, description, and what it waits for, counted from 0.
const TASKS: [(&str, &str, &[usize]); 8] = [
    (
        "Set up the ferry project",
        "Repository, build files and continuous integration for all three services.",
        &[],
    ),
    (
        "Timetable import",
        "Read departures from the harbour's nightly CSV files and reject rows without a pier.",
        &[0],
    ),
    ("Ticket shop", "Sell single and weekly tickets; a basket holds at most nine passengers.", &[1]),
    (
        "Card payment",
        "Charge cards through the bank's gateway, and undo charges when a crossing is cancelled.",
        &[2],
    ),
    ("Boarding scanner", "Scan QR codes at the gangway, also without a network connection.", &[2]),
    ("Crew roster", "Plan captains and deckhands by shift so that nobody works eleven days in a row.", &[1]),
    (
        "Storm warnings",
        "Poll the weather service and tell passengers by text message when crossings are at risk.",
        &[1, 2],
    ),
    ("Monthly accounts", "Sum up revenue by pier and month into a spreadsheet for the treasurer.", &[3, 4]),
];

fn item(number: usize, title: &str, description: &str, after: &[usize]) -> Item {
    Item {
        key: key(number),
        title: title.to_owned(),
        description: description.to_owned(),
        parent: None,
        depends_on: after.iter().map(|&on| key(on)).collect(),
        estimate: None,
        complexity: 1,
        complexity_reasons: Vec::new(),
        category: Category::Feature,
        priority: Priority::Medium,
        tags: Vec::new(),
        acceptance: Vec::new(),
        files: Vec::new(),
        confidence: 50,
        requirements: Vec::new(),
        sources: Vec::new(),
    }
}

fn key(number: usize) -> ItemKey {
    ItemKey::new(format!("k{number}"))
}

fn all() -> Vec<Item> {
    TASKS.iter().enumerate().map(|(at, (title, text, after))| item(at, title, text, after)).collect()
}

fn reference() -> Reference {
    let tasks: Vec<_> = TASKS
        .iter()
        .enumerate()
        .map(|(at, (title, text, after))| {
            serde_json::json!({ "id": at, "title": title, "description": text, "dependencies": after, "status": "odd" })
        })
        .collect();
    Reference::parse(&serde_json::json!({ "master": { "tasks": tasks } }).to_string(), None).unwrap()
}

#[track_caller]
fn about(figure: f64, wanted: f64) {
    assert!((figure - wanted).abs() < 1e-9, "{figure} is not {wanted}");
}

#[test]
fn a_plan_agrees_with_itself() {
    let score = score(&plan(all()), &reference());
    for figure in [score.coverage, score.precision, score.f1, score.overall, score.size_ratio] {
        about(figure, 1.0);
    }
    let order = score.order;
    for figure in [score.edges.precision, score.edges.recall, score.edges.f1, order.kept, order.tau] {
        about(figure.unwrap(), 1.0);
    }
    about(order.violations.unwrap(), 0.0);
    assert!(score.only_plan.is_empty() && score.only_reference.is_empty());
}

#[test]
fn a_plan_agrees_with_its_own_json() {
    let mut items = all();
    let group = item(90, "First stage", "", &[]);
    items[1].parent = Some(group.key.clone());
    items[2].parent = Some(group.key.clone());
    items.insert(1, group);
    let plan = plan(items);
    let reference = Reference::parse(&plan.to_json().unwrap(), None).unwrap();
    assert_eq!(reference.kind, ReferenceKind::Plan);
    about(score(&plan, &reference).overall, 1.0);
}

#[test]
fn what_was_rejected_is_scored_on_neither_side() {
    let mut items = all();
    let group = item(90, "Things nobody wants", "", &[]);
    let odd = |at: usize| Item {
        parent: Some(group.key.clone()),
        ..item(at, "Paint the harbour wall", "Two coats of white, before the season.", &[])
    };
    let extra = [group.clone(), odd(91), Item { parent: None, ..odd(92) }];
    items.extend(extra);
    let mut plan = plan(items);
    let without = score(&plan, &reference());
    assert!(without.precision < 1.0, "{without:?}");
    plan.verdicts.extend([91, 92].map(|at| (key(at), Verdict::Rejected)));
    about(score(&plan, &reference()).precision, 1.0);
    let own = Reference::parse(&plan.to_json().unwrap(), None).unwrap();
    about(score(&shared::plan(all()), &own).overall, 1.0);
}

#[test]
fn titles_over_the_texts_of_others_are_worth_nothing() {
    for shift in 1..TASKS.len() {
        let moved = |at: usize, by: usize| TASKS[(at + by) % TASKS.len()];
        let titles = |at: usize| item(at, moved(at, shift).0, TASKS[at].1, TASKS[at].2);
        let titles = score(&plan((0..TASKS.len()).map(titles).collect()), &reference());
        assert!(titles.coverage <= 0.2 && titles.overall <= 0.2, "{shift}: {titles:?}");
        let both = |at: usize| item(at, moved(at, shift).0, moved(at, 2 * shift).1, TASKS[at].2);
        let both = score(&plan((0..TASKS.len()).map(both).collect()), &reference());
        assert!(both.coverage <= 0.2 && both.overall <= 0.2, "{shift}: {both:?}");
    }
}

#[test]
fn saying_one_thing_twenty_times_gains_nothing() {
    let copies = |items: Vec<Item>| {
        let copy = |number: usize| item(100 + number, TASKS[2].0, TASKS[2].1, &[]);
        plan(items.into_iter().chain((0..20).map(copy)).collect())
    };
    let one = score(&plan(vec![all().remove(2)]), &reference());
    let only = score(&copies(Vec::new()), &reference());
    assert_eq!(only.matches.len(), 1);
    assert!(only.overall < one.overall, "{only:?}");
    let whole = score(&copies(all()), &reference());
    about(whole.coverage, 1.0);
    assert!(whole.precision < 0.3 && whole.overall < 0.5, "{whole:?}");
}

#[test]
fn an_empty_plan_has_figures() {
    let score = score(&plan(Vec::new()), &reference());
    for figure in [score.coverage, score.precision, score.f1, score.overall, score.size_ratio] {
        about(figure, 0.0);
    }
    assert_eq!(score.only_reference.len(), TASKS.len());
    assert!(!serde_json::to_string(&score).unwrap().contains("NaN"));
}

#[test]
fn dependencies_count_through_others() {
    let mut items = all();
    // The chain 0, 1, 2, 3 stays by way of a task that the reference has not.
    items[2].depends_on = vec![key(50)];
    items.push(item(50, "Paint the hull", "Two coats of blue.", &[1]));
    let score = score(&plan(items), &reference());
    about(score.edges.recall.unwrap(), 1.0);
    about(score.edges.precision.unwrap(), 1.0);
    assert_eq!(score.only_plan.len(), 1);
}

#[test]
fn an_order_the_other_way_round_is_told() {
    let mut items = all();
    for item in &mut items {
        item.depends_on.clear();
    }
    for at in 0..items.len() - 1 {
        items[at].depends_on = vec![key(at + 1)];
    }
    let score = score(&plan(items), &reference());
    about(score.coverage, 1.0);
    about(score.order.violations.unwrap(), 1.0);
    about(score.order.tau.unwrap(), -1.0);
    assert!(score.overall <= 0.5 + 1e-9, "{}", score.overall);
}

#[test]
fn groups_are_compared_where_they_fit_best() {
    let mut items = Vec::new();
    for (at, whole) in all().into_iter().enumerate() {
        let part = |number: usize, title: &str| Item {
            parent: Some(whole.key.clone()),
            ..item(number, title, "", &[])
        };
        let parts =
            [part(100 + at, &format!("First half of {at}")), part(200 + at, &format!("Second half of {at}"))];
        items.push(whole);
        items.extend(parts);
    }
    let score = score(&plan(items), &reference());
    assert_eq!((score.depth, score.tasks), (0, TASKS.len()));
    about(score.overall, 1.0);
}

#[test]
fn tasks_in_another_language_are_the_same_tasks() {
    let tasks = serde_json::json!([
        { "id": 1, "title": "Implement user authentication", "description": "Login sessions with passwords" },
        { "id": 2, "title": "Build batch download queue", "description": "Background processing of downloads" },
    ]);
    let reference = Reference::parse(&tasks.to_string(), None).unwrap();
    let items =
        vec![item(0, "배치 다운로드 큐", "백그라운드 처리", &[]), item(1, "사용자 인증", "로그인 세션", &[])];
    let score = score(&plan(items), &reference);
    about(score.coverage, 1.0);
    assert_eq!(score.matches[0].reference.id, "2");
}

#[test]
fn hostile_references_are_refused_with_a_reason() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let nested = (0..30)
        .fold(serde_json::json!([]), |below, _| serde_json::json!([{ "title": "T", "subtasks": below }]));
    let many: Vec<_> = (0..6_000).map(|id| serde_json::json!({ "id": id, "title": "T" })).collect();
    type Fits = fn(&ReferenceError) -> bool;
    let cases: [(&str, Fits); 8] = [
        ("", |error| matches!(error, ReferenceError::NotJson { .. })),
        (&deep, |error| matches!(error, ReferenceError::NotJson { .. })),
        ("3", |error| *error == ReferenceError::UnknownKind),
        ("{\"a\": 1}", |error| *error == ReferenceError::UnknownKind),
        ("{\"items\": 3}", |error| {
            matches!(error, ReferenceError::Malformed { kind: ReferenceKind::Plan, .. })
        }),
        ("{\"items\": []}", |error| *error == ReferenceError::Empty { kind: ReferenceKind::Plan }),
        (&nested.to_string(), |error| matches!(error, ReferenceError::Malformed { .. })),
        (&serde_json::json!(many).to_string(), |error| *error == ReferenceError::TooLong { count: 6_000 }),
    ];
    for (text, fits) in cases {
        let error = Reference::parse(text, None).unwrap_err();
        assert!(fits(&error), "{error}");
    }
}

#[test]
fn circles_in_a_reference_do_no_harm() {
    let tasks = serde_json::json!([
        { "id": 1, "title": "Ticket shop", "dependencies": [2, 1, 77] },
        { "id": 2, "title": "Timetable import", "dependencies": [1] },
    ]);
    let reference = Reference::parse(&tasks.to_string(), None).unwrap();
    about(score(&plan(all()), &reference).coverage, 1.0);
}

proptest! {
    #[test]
    fn figures_are_shares(
        titles in proptest::collection::vec("[a-e ]{0,12}", 0..12),
        texts in proptest::collection::vec("[a-h ]{0,30}", 12),
        after in proptest::collection::vec((0_usize..12, 0_usize..12), 0..20),
    ) {
        let mut items: Vec<Item> = titles.iter().zip(&texts).enumerate().map(|(at, (title, text))| item(at, title, text, &[])).collect();
        for (from, to) in after {
            if from < items.len() && to < items.len() {
                items[from].depends_on.push(key(to));
            }
        }
        let score = score(&plan(items), &reference());
        let order = score.order;
        let figures = [Some(score.coverage), Some(score.precision), Some(score.f1), Some(score.overall), score.edges.precision, score.edges.recall, order.kept, order.violations];
        for figure in figures.into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&figure), "{:?}", score);
        }
        prop_assert_eq!(score.matches.len() + score.only_reference.len(), score.reference_tasks);
    }
}
