//! Lint, order and review of plans that are made by hand.

mod shared;

use conductor_plan::{
    Category, Document, Estimate, FindingCode, Fix, Item, ItemKey, LintOptions, Order, OutlineOptions,
    PLAN_VERSION, Plan, Priority, ReviewError, Severity, Source, Span, Verdict, Verdicts, lint, lint_with,
    live, outline, review, review_with,
};
use shared::plan;

fn key(name: &str) -> ItemKey {
    ItemKey::new(name)
}

/// An item without faults that takes an hour. `within` is its container, or nothing.
fn item(name: &str, within: &str, after: &[&str]) -> Item {
    Item {
        key: key(name),
        title: format!("Do {name}"),
        description: String::new(),
        parent: (!within.is_empty()).then(|| key(within)),
        depends_on: after.iter().map(|on| key(on)).collect(),
        estimate: Some(Estimate { low: 30, likely: 60, high: 120 }),
        complexity: 3,
        complexity_reasons: Vec::new(),
        category: Category::Feature,
        priority: Priority::Medium,
        tags: Vec::new(),
        acceptance: vec!["it prints its name".to_owned()],
        files: Vec::new(),
        confidence: 80,
        requirements: Vec::new(),
        sources: vec![Source {
            document: "plan.md".into(),
            span: Span { start: 0, end: 1, first_line: 1, last_line: 1, page: None },
        }],
    }
}

fn said(plan: &Plan) -> String {
    lint(plan).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_sound_plan_has_no_findings() {
    assert_eq!(said(&plan(vec![item("a", "", &[]), item("b", "", &["a"])])), "");
}

#[test]
fn an_empty_plan_is_an_error() {
    insta::assert_snapshot!(said(&plan(Vec::new())), @"error [empty_plan] the plan has no items; the documents name no work that could be recognised");
}

#[test]
fn a_circle_is_told_with_its_path_and_the_cheapest_way_out() {
    let circle = plan(vec![item("a", "", &["c"]), item("b", "", &["a"]), item("c", "", &["b"])]);
    insta::assert_snapshot!(said(&circle), @r#"error [cycle] items wait for each other in a circle: "Do a" -> "Do b" -> "Do c" -> "Do a"; the cheapest way out is that "Do a" no longer waits for "Do c""#);
    let fix = lint(&circle).remove(0).fix;
    assert_eq!(fix, Some(Fix::RemoveDependency { item: key("a"), depends_on: key("c") }));
    assert!(Order::of(&circle).unwrap_err().to_string().contains("circle"));
}

#[test]
fn containers_take_part_in_circles() {
    for items in [
        // A child that waits for what it is part of.
        vec![item("all", "", &[]), item("part", "all", &["all"])],
        // An item that waits for a container of which a part waits for it.
        vec![item("all", "", &[]), item("part", "all", &["a"]), item("a", "", &["all"])],
        // Parents in a circle.
        vec![item("a", "b", &[]), item("b", "a", &[])],
        // An item that waits for itself.
        vec![item("a", "", &["a"])],
    ] {
        let plan = plan(items);
        assert!(lint(&plan).iter().any(|finding| finding.code == FindingCode::Cycle), "{:?}", plan.items);
        assert!(Order::of(&plan).is_err());
        assert_eq!(plan.tree().len(), plan.items.len(), "every item is shown once");
    }
}

#[test]
fn unknown_names_and_equal_keys_are_errors() {
    let plan = plan(vec![item("a", "nowhere", &["nothing"]), item("a", "", &[])]);
    insta::assert_snapshot!(said(&plan), @r#"
    error [duplicate_key] two items carry the key `a`; give one of them another
    error [unknown_reference] "Do a" names the parent `nowhere`, which the plan does not have
    error [unknown_reference] "Do a" names the dependency `nothing`, which the plan does not have
    warning [duplicate_items] "Do a" and "Do a" say the same; merge them
    "#);
}

#[test]
fn doubtful_items_are_warned_of() {
    let mut bare = item("bare", "", &[]);
    bare.acceptance.clear();
    bare.sources.clear();
    bare.estimate = Some(Estimate { low: 1000, likely: 2000, high: 3000 });
    let plan = plan(vec![
        bare,
        item("store", "", &[]),
        item("last", "", &["store", "mid"]),
        item("mid", "", &["store"]),
    ]);
    insta::assert_snapshot!(said(&plan), @r#"
    warning [redundant_edge] "Do last" waits for "Do store" anyway; the dependency can go
    warning [item_without_source] "Do bare" cites no place in a document
    warning [no_acceptance] "Do bare" has no acceptance criterion; say how one sees that it is done
    warning [oversize_item] "Do bare" is estimated at 34 h; split it
    "#);
}

#[test]
fn a_need_that_is_told_but_not_kept_is_found() {
    let mut checkout = item("checkout", "", &[]);
    checkout.title = "Checkout page".to_owned();
    checkout.description = "Requires the shopping cart.".to_owned();
    let mut cart = item("cart", "", &[]);
    cart.title = "Shopping cart".to_owned();
    let both = plan(vec![cart.clone(), checkout.clone()]);
    insta::assert_snapshot!(said(&both), @r#"warning [missing_edge] "Checkout page" says that it needs "Shopping cart", yet does not wait for it"#);
    checkout.depends_on = vec![key("cart")];
    assert_eq!(said(&plan(vec![cart, checkout])), "");
}

#[test]
fn severities_can_be_set() {
    let mut bare = item("a", "", &[]);
    bare.acceptance.clear();
    let options = LintOptions {
        severities: [(FindingCode::NoAcceptance, Severity::Error)].into(),
        ..LintOptions::default()
    };
    assert_eq!(lint_with(&plan(vec![bare]), &options)[0].severity, Severity::Error);
}

#[test]
fn what_is_off_is_not_reported_but_nothing_makes_a_circle_importable() {
    let circle = || plan(vec![item("a", "", &["a"])]);
    let off = LintOptions { off: [FindingCode::Cycle].into(), ..LintOptions::default() };
    assert_eq!(lint_with(&circle(), &off), []);
    let accepted = Verdicts::all_accepted("me");
    assert!(matches!(review_with(circle(), &accepted, &off), Err(ReviewError::Refused { .. })));
    let mut bare = item("a", "", &[]);
    bare.acceptance.clear();
    let strict = LintOptions {
        severities: [(FindingCode::NoAcceptance, Severity::Error)].into(),
        ..LintOptions::default()
    };
    assert!(review_with(plan(vec![bare.clone()]), &accepted, &strict).is_err());
    assert!(review(plan(vec![bare]), &accepted).is_ok());
}

#[test]
fn titles_that_are_nearly_the_same_are_found() {
    let titled = |title: &str| {
        let mut one = item(title, "", &[]);
        one.title = title.to_owned();
        one
    };
    let twins = |titles: &[&str]| {
        let found = lint(&plan(titles.iter().map(|title| titled(title)).collect()));
        found.iter().filter(|finding| finding.code == FindingCode::DuplicateItems).count()
    };
    assert_eq!(twins(&["Export notes as PDF files", "Exporting the notes as a PDF file"]), 1);
    assert_eq!(twins(&["Search notes by title, word and date", "Search notes by date, word or title"]), 1);
    for different in [
        ["Search notes by title", "Search notes by date"],
        ["Import old notes, part 1 of 2", "Import old notes, part 2 of 2"],
        ["Add the endpoint that lists users", "Add the endpoint that deletes users"],
    ] {
        assert_eq!(twins(&different), 0, "{different:?}");
    }
}

#[test]
fn every_code_has_its_page() {
    for code in FindingCode::ALL {
        let page = code.page();
        assert!(page.starts_with(&format!("# `{code}`\n")), "{code}");
        for part in [
            "## What\n",
            "## Why it matters\n",
            "## Example\n",
            "## How to settle it\n",
            "## How to configure it\n",
        ] {
            assert!(page.contains(part), "{code}: {part}");
        }
        assert!(page.contains(&format!("Usually: **{}**.", code.default_severity())), "{code}");
        assert!(page.contains(&format!("severities: {{ {code}: ")), "{code}");
        assert_eq!(FindingCode::from_name(code.as_str()), Some(code));
    }
    let mut names: Vec<&str> = FindingCode::ALL.iter().map(|code| code.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FindingCode::ALL.len());
}

#[test]
fn the_order_knows_levels_slack_and_the_critical_path() {
    // a -> b -> d, a -> c -> d, where c takes longer.
    let mut slow = item("c", "", &["a"]);
    slow.estimate = Some(Estimate { low: 60, likely: 180, high: 300 });
    let order =
        Order::of(&plan(vec![item("a", "", &[]), item("b", "", &["a"]), slow, item("d", "", &["b", "c"])]))
            .unwrap();
    assert_eq!(order.levels, [vec![key("a")], vec![key("b"), key("c")], vec![key("d")]]);
    assert_eq!(order.critical_path, [key("a"), key("c"), key("d")]);
    assert_eq!((order.critical_minutes, order.total_minutes), (300, 360));
    assert_eq!(order.slack, [(key("a"), 0), (key("b"), 120), (key("c"), 0), (key("d"), 0)].into());
    assert_eq!(order.schedule(1).makespan, 360);
    let two = order.schedule(2);
    assert_eq!((two.makespan, two.bound), (300, 300));
}

#[test]
fn what_waits_for_a_container_waits_for_all_in_it() {
    let order = Order::of(&plan(vec![
        item("all", "", &[]),
        item("a", "all", &[]),
        item("b", "all", &["a"]),
        item("after", "", &["all"]),
    ]))
    .unwrap();
    assert_eq!(order.levels, [vec![key("a")], vec![key("b")], vec![key("after")]]);
    assert_eq!(order.total_minutes, 180, "a container takes no time of its own");
}

#[test]
fn what_is_rejected_goes_with_all_in_it_and_what_waited_is_told() {
    let plan = plan(vec![
        item("all", "", &[]),
        item("a", "all", &[]),
        item("b", "all", &["a"]),
        item("after", "", &["b", "free"]),
        item("free", "", &[]),
    ]);
    let reviewed = review(plan, &Verdicts::all_accepted("me").with(key("all"), Verdict::Rejected)).unwrap();
    assert_eq!(reviewed.by(), "me");
    assert_eq!(reviewed.dropped(), [key("a"), key("all"), key("b")]);
    let after = reviewed.plan().get(&key("after")).unwrap();
    assert_eq!(after.depends_on, [key("free")]);
    let told: Vec<String> = reviewed.findings().iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"warning [dropped_dependency] "Do after" was to wait for "Do b", which was rejected; check that it can be done without"#);
}

#[test]
fn what_is_rejected_has_no_faults_takes_no_time_and_is_named() {
    let mut plan = plan(vec![
        item("all", "", &[]),
        item("a", "all", &[]),
        item("b", "all", &["a"]),
        Item { acceptance: Vec::new(), ..item("c", "", &["b"]) },
        item("d", "", &["c", "a"]),
    ]);
    let before = said(&plan);
    assert!(before.contains("no_acceptance") && before.contains("redundant_edge"), "{before}");
    plan.verdicts.insert(key("c"), Verdict::Rejected);
    insta::assert_snapshot!(said(&plan), @r#"warning [dropped_dependency] "Do d" was to wait for "Do c", which was rejected; check that it can be done without"#);
    let order = Order::of(&plan).unwrap();
    assert_eq!((order.total_minutes, order.critical_minutes), (180, 120));
    assert_eq!(order.levels, [vec![key("a")], vec![key("b"), key("d")]]);
    assert!(!order.slack.contains_key(&key("c")));
    assert!(order.schedule(2).slots.iter().all(|slot| slot.item != key("c")));
    plan.verdicts.insert(key("all"), Verdict::Rejected);
    assert_eq!(Order::of(&plan).unwrap().levels, [vec![key("d")]]);
    assert_eq!(live(&plan).items.len(), 1);
}

#[test]
fn a_requirement_of_rejected_items_is_named_as_that() {
    let document = Document::parse(
        "prd.md",
        "# Notes\n\n## Features\n\n- The program must store notes.\n- The program must print notes.\n"
            .as_bytes(),
    );
    let mut plan = outline(&[document.unwrap()], &OutlineOptions::default());
    let uncovered = |plan: &Plan| -> Vec<String> {
        let found =
            lint(plan).into_iter().filter(|finding| finding.code == FindingCode::UncoveredRequirement);
        found.map(|finding| finding.to_string()).collect()
    };
    assert_eq!(uncovered(&plan), [""; 0]);
    let print = plan.items.iter().find(|item| item.title.contains("rint")).unwrap().key.clone();
    plan.verdicts.insert(print.clone(), Verdict::Rejected);
    insta::assert_snapshot!(uncovered(&plan).join("\n"), @r#"note [uncovered_requirement] prd.md:6 "The program must print notes." is covered only by "Print notes", which was rejected"#);
    plan.items.retain(|item| item.key != print);
    insta::assert_snapshot!(uncovered(&plan).join("\n"), @r#"warning [uncovered_requirement] no item covers prd.md:6 "The program must print notes.""#);
}

#[test]
fn a_container_without_children_goes_too() {
    let plan = plan(vec![item("all", "", &[]), item("a", "all", &[]), item("b", "", &[])]);
    let reviewed = review(plan, &Verdicts::all_accepted("me").with(key("a"), Verdict::Rejected)).unwrap();
    assert_eq!(reviewed.dropped(), [key("a"), key("all")]);
}

#[test]
fn a_review_is_refused_with_a_reason() {
    let two = || plan(vec![item("a", "", &[]), item("b", "", &[])]);
    let broken = plan(vec![item("a", "", &["a"])]);
    assert!(
        matches!(review(broken, &Verdicts::all_accepted("me")), Err(ReviewError::Refused { findings }) if findings.len() == 1)
    );
    let unknown = Verdicts::all_accepted("me").with(key("x"), Verdict::Accepted);
    assert!(matches!(review(two(), &unknown), Err(ReviewError::UnknownItem { .. })));
    let half = Verdicts::none("me").with(key("a"), Verdict::Accepted);
    assert!(matches!(review(two(), &half), Err(ReviewError::Undecided { keys }) if keys == [key("b")]));
    let nothing =
        Verdicts::all_accepted("me").with(key("a"), Verdict::Rejected).with(key("b"), Verdict::Rejected);
    assert!(matches!(review(two(), &nothing), Err(ReviewError::NothingAccepted)));
}

#[test]
fn rows_tell_what_the_plan_tells() {
    let plan = plan(vec![item("all", "", &[]), item("a", "all", &[]), item("b", "all", &["a"])]);
    let rows = review(plan, &Verdicts::all_accepted("me")).unwrap().import_rows();
    let short: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.key.as_deref().unwrap(),
                row.parent.as_deref(),
                row.rollup.unwrap(),
                row.depends_on.clone().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        short,
        [
            ("all", None, true, vec![]),
            ("a", Some("all"), false, vec![]),
            ("b", Some("all"), false, vec!["a".to_owned()])
        ]
    );
    assert_eq!(rows[1].estimate_minutes, Some(60));
    assert_eq!(rows[1].metadata["plan"]["sources"][0], "plan.md:1");
    assert_eq!(rows[1].metadata["plan"]["reviewed_by"], "me");
}

#[test]
fn a_plan_of_a_newer_program_is_refused() {
    let mut newer = plan(Vec::new());
    newer.version = PLAN_VERSION + 1;
    let error = Plan::from_json(&newer.to_json().unwrap()).unwrap_err().to_string();
    assert!(error.contains("update the program"), "{error}");
    assert!(Plan::from_json("{}").is_err());
}
