//! Edits, their history, and a plan as text: what holds for any plan and any edits.

#![expect(clippy::unwrap_used, reason = "tests")]

mod shared;

use conductor_plan::edit::{
    Change, Edit, EditError, History, NewItem, Part, Place, apply, graft, parts_named,
};
use conductor_plan::text_form::{TextError, read, read_one, write, write_one};
use conductor_plan::{
    Category, Document, Estimate, Item, ItemKey, OutlineOptions, Plan, Priority, Severity, Source, Span,
    Verdict, Verdicts, effective_verdicts, lint, outline, review,
};
use proptest::prelude::*;
use shared::plan;
use std::collections::BTreeSet;

fn key(name: &str) -> ItemKey {
    ItemKey::new(name)
}

fn item(name: &str, within: &str, after: &[&str]) -> Item {
    Item {
        key: key(name),
        title: format!("Do {name}"),
        description: String::new(),
        parent: (!within.is_empty()).then(|| key(within)),
        depends_on: after.iter().map(|on| key(on)).collect(),
        estimate: Some(Estimate { low: 60, likely: 120, high: 240 }),
        complexity: 3,
        complexity_reasons: Vec::new(),
        category: Category::Feature,
        priority: Priority::Medium,
        tags: Vec::new(),
        acceptance: vec!["it works".to_owned()],
        files: Vec::new(),
        confidence: 80,
        requirements: Vec::new(),
        sources: vec![Source {
            document: "plan.md".into(),
            span: Span { start: 0, end: 1, first_line: 1, last_line: 1, page: None },
        }],
    }
}

/// `all` contains `a` and `b`, which waits for `a`; `after` waits for `all`.
fn sample() -> Plan {
    let mut all = item("all", "", &[]);
    all.estimate = None;
    plan(vec![all, item("a", "all", &[]), item("b", "all", &["a"]), item("after", "", &["all"])])
}

/// The plan as lines: what is in what, what waits for what, what is said of it.
fn shown(plan: &Plan) -> String {
    let line = |row: conductor_plan::TreeRow<'_>| {
        let after: Vec<&str> = row.item.depends_on.iter().map(ItemKey::as_str).collect();
        let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
        let verdict =
            plan.verdicts.get(&row.item.key).map(|verdict| format!(" {verdict:?}")).unwrap_or_default();
        format!("{:indent$}{}{after}{verdict}", "", row.item.title, indent = row.depth * 2)
    };
    plan.tree().into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn changed(plan: &Plan, edit: Edit) -> String {
    match apply(plan, &[edit]) {
        Ok(applied) => shown(&applied.plan),
        Err(error) => format!("refused: {error}"),
    }
}

fn link(item: &str, after: &str) -> Edit {
    Edit::Link { item: key(item), after: key(after) }
}

/// `after` of the sample with two parts, of which one waits for `b`, and for the other.
fn grown(before: &Plan) -> Plan {
    let mut grown = before.clone();
    grown.items[3].estimate = None;
    grown.items.extend([item("x", "after", &["b"]), item("y", "after", &["x"])]);
    grown
}

#[test]
fn parts_that_were_found_elsewhere_fit_the_plan_as_it_is_by_then() {
    let before = sample();
    let grown = grown(&before);
    let verdict = Edit::Judge { items: vec![key("a")], verdict: Some(Verdict::Rejected) };
    let add = Edit::Add { item: Box::new(NewItem::titled("More")), at: Place::Top };
    let now = apply(&before, &[verdict, add, Edit::Remove { item: key("b") }]).unwrap().plan;
    let grafted = graft(&now, &before, &grown, &key("after")).unwrap();
    insta::assert_snapshot!(shown(&grafted), @r"
    Do all
      Do a Rejected
    Do after after all
      Do x
      Do y after x
    More
    ");
    assert_eq!(grafted.get(&key("after")).unwrap().estimate, None);
    assert_eq!(graft(&now, &before, &before, &key("after")).unwrap(), now, "nothing was found");
}

#[test]
fn parts_of_what_is_another_item_by_then_are_refused() {
    let before = sample();
    let grown = grown(&before);
    let refused = |edit: Edit| {
        let now = apply(&before, &[edit]).unwrap().plan;
        graft(&now, &before, &grown, &key("after")).unwrap_err()
    };
    let title = Change::Title("Do it later".to_owned());
    let reworded = refused(Edit::Set { item: key("after"), change: title });
    assert!(matches!(reworded, EditError::Reworded { title } if title == "Do it later"));
    assert!(matches!(refused(Edit::Remove { item: key("after") }), EditError::UnknownItem { .. }));
    let parts = ["One", "Two"].map(|title| Part { title: title.to_owned(), ..Part::default() });
    let split = Edit::Split { item: key("after"), parts: parts.to_vec() };
    assert!(matches!(refused(split), EditError::AlreadyGroup { .. }));
    // `b` waits for what waits for it, by way of the new part.
    let turned = apply(&before, &[Edit::Unlink { item: key("after"), after: key("all") }]).unwrap().plan;
    let turned = apply(&turned, &[link("b", "after")]).unwrap().plan;
    let error = graft(&turned, &before, &grown, &key("after")).unwrap_err();
    assert!(matches!(error, EditError::Cycle { .. }), "{error}");
}

#[test]
fn what_would_be_unsound_is_refused_with_what_to_do() {
    let plan = sample();
    let cases = [
        link("a", "b"),
        link("a", "after"),
        link("a", "a"),
        link("a", "all"),
        link("all", "a"),
        link("a", "nowhere"),
        Edit::Unlink { item: key("a"), after: key("b") },
        Edit::Move { item: key("all"), to: Place::Under(key("a")) },
        Edit::Move { item: key("after"), to: Place::Under(key("b")) },
        Edit::Set { item: key("all"), change: Change::Estimate(Some(Estimate::around(60))) },
        Edit::Set { item: key("a"), change: Change::Title(" \n ".to_owned()) },
        Edit::Split { item: key("a"), parts: vec![Part::default()] },
        Edit::Split { item: key("all"), parts: vec![Part::default(), Part::default()] },
        Edit::Merge { keep: key("a"), gone: key("all") },
        Edit::Merge { keep: key("a"), gone: key("after") },
    ];
    let told: Vec<String> = cases.into_iter().map(|edit| changed(&plan, edit)).collect();
    insta::assert_snapshot!(told.join("\n"));
    let one = crate::plan(vec![item("a", "", &[])]);
    assert_eq!(apply(&one, &[Edit::Remove { item: key("a") }]).unwrap_err(), EditError::LastItem);
    let twice = crate::plan(vec![item("a", "", &[]), item("a", "", &[])]);
    assert_eq!(apply(&twice, &[link("a", "a")]).unwrap_err(), EditError::DuplicateKey { key: key("a") });
}

#[test]
fn items_are_moved_with_what_they_contain() {
    let plan = sample();
    insta::assert_snapshot!(changed(&plan, Edit::Move { item: key("b"), to: Place::Before(key("a")) }), @r"
    Do all
      Do b after a
      Do a
    Do after after all
    ");
    insta::assert_snapshot!(changed(&plan, Edit::Move { item: key("a"), to: Place::Top }), @r"
    Do all
      Do b after a
    Do after after all
    Do a
    ");
    let free = apply(&plan, &[Edit::Unlink { item: key("after"), after: key("all") }]).unwrap().plan;
    let moved =
        apply(&free, &[Edit::Move { item: key("all"), to: Place::Under(key("after")) }]).unwrap().plan;
    insta::assert_snapshot!(shown(&moved), @r"
    Do after
      Do all
        Do a
        Do b after a
    ");
    assert_eq!(moved.get(&key("after")).unwrap().estimate, None, "a group takes as long as its parts");
}

#[test]
fn what_is_removed_is_waited_for_no_longer() {
    let mut plan = sample();
    plan.verdicts.insert(key("b"), Verdict::Accepted);
    insta::assert_snapshot!(changed(&plan, Edit::Remove { item: key("all") }), @"Do after");
    let left = apply(&plan, &[Edit::Remove { item: key("all") }]).unwrap().plan;
    assert!(left.verdicts.is_empty());
}

#[test]
fn merging_takes_over_what_waits_and_what_is_contained() {
    let mut plan = sample();
    plan.items.push(item("twin", "", &["a"]));
    plan.items[4].title = "Do B".to_owned();
    plan.items[4].acceptance.push("it is seen".to_owned());
    plan.items[3].depends_on.push(key("twin"));
    let merged = apply(&plan, &[Edit::Merge { keep: key("b"), gone: key("twin") }]).unwrap().plan;
    insta::assert_snapshot!(shown(&merged), @r"
    Do all
      Do a
      Do b after a
    Do after after all, b
    ");
    let b = merged.get(&key("b")).unwrap();
    assert_eq!(b.acceptance, ["it works", "it is seen"]);
    assert_eq!(b.estimate.unwrap().likely, 120, "the same work said twice takes as long as once");
    let groups = apply(&sample(), &[Edit::Merge { keep: key("after"), gone: key("all") }]);
    insta::assert_snapshot!(shown(&groups.unwrap().plan), @r"
    Do after
      Do a
      Do b after a
    ");
}

#[test]
fn splitting_keeps_the_key_and_shares_time_and_criteria() {
    let mut plan = sample();
    plan.items[2].acceptance = vec!["The index is built".to_owned(), "All is well".to_owned()];
    let parts =
        ["Build the index", "Ask it"].map(|title| Part { title: title.to_owned(), ..Part::default() });
    let split = apply(&plan, &[Edit::Split { item: key("b"), parts: parts.to_vec() }]).unwrap();
    insta::assert_snapshot!(shown(&split.plan), @r"
    Do all
      Do a
      Do b after a
        Build the index
        Ask it
    Do after after all
    ");
    let [first, second] = [0, 1].map(|at| split.plan.get(&split.added[at]).unwrap());
    assert_eq!(first.acceptance, ["The index is built"]);
    assert_eq!((first.estimate.unwrap().likely, second.estimate.unwrap().likely), (60, 60));
    assert_eq!(second.sources, plan.items[2].sources);
    assert_eq!(split.plan.get(&key("b")).unwrap().acceptance, ["All is well"]);
}

#[test]
fn accepting_within_a_rejected_group_rejects_the_others() {
    let judge = |items: &[&str], verdict| Edit::Judge {
        items: items.iter().map(|name| key(name)).collect(),
        verdict,
    };
    let rejected = apply(&sample(), &[judge(&["all"], Some(Verdict::Rejected))]).unwrap().plan;
    assert_eq!(effective_verdicts(&rejected).get(&key("b")), Some(&Verdict::Rejected));
    let kept = apply(&rejected, &[judge(&["b"], Some(Verdict::Accepted))]).unwrap().plan;
    insta::assert_snapshot!(shown(&kept), @r"
    Do all Accepted
      Do a Rejected
      Do b after a Accepted
    Do after after all
    ");
    let reviewed = review(kept.clone(), &Verdicts::all_accepted("me").with_those_of(&kept)).unwrap();
    assert_eq!(reviewed.dropped(), [key("a")]);
}

#[test]
fn parts_come_from_the_cited_text_else_from_the_criteria() {
    let text = "# Notes\n\n## Features\n\n### Search\n\nFinds notes.\n\n- **Index**: words of all notes\n  - is kept on disk\n- Ask it by word\n\n### Print\n\nx\n";
    let document = Document::parse("a.md", text.as_bytes()).unwrap();
    let plan = outline(&[document], &OutlineOptions { max_depth: 1, ..OutlineOptions::default() });
    let search = plan.items.iter().find(|item| item.title == "Search").unwrap();
    let parts = parts_named(search, &plan.documents, |_| Some(text));
    let told: Vec<(&str, &str, &[String])> = parts
        .iter()
        .map(|part| (part.title.as_str(), part.description.as_str(), part.acceptance.as_slice()))
        .collect();
    let kept = ["is kept on disk".to_owned()];
    assert_eq!(told, [("Index", "words of all notes", &kept[..]), ("Ask it by word", "", &[])]);
    assert_eq!(parts[1].sources[0].span.slice(text), "Ask it by word");
    assert_eq!(parts_named(search, &plan.documents, |_| None).len(), search.acceptance.len());
}

#[test]
fn a_history_forgets_the_oldest_and_never_the_last() {
    let (mut now, mut history) = (sample(), History::default());
    for count in 0..300 {
        let edit = Edit::Set { item: key("a"), change: Change::Title(format!("title {count}")) };
        let applied = apply(&now, &[edit]).unwrap();
        history.push(format!("{count}"), &now, &applied);
        now = applied.plan;
    }
    assert_eq!(history.done().count(), 200);
    assert_eq!(history.done().next(), Some("299"));
    let long = Edit::Set { item: key("a"), change: Change::Description("x".repeat(5_000_000)) };
    let applied = apply(&now, &[long]).unwrap();
    history.push("long".to_owned(), &now, &applied);
    let removed = apply(&applied.plan, &[Edit::Remove { item: key("a") }]).unwrap();
    history.push("remove".to_owned(), &applied.plan, &removed);
    assert_eq!(history.done().collect::<Vec<_>>(), ["remove"]);
    assert!(history.undo(&now).is_none(), "something else changed the plan meanwhile");
    assert!(history.undo(&removed.plan).is_some());
}

#[test]
fn the_text_of_a_plan_is_what_people_would_write() {
    let mut plan = sample();
    plan.verdicts.insert(key("a"), Verdict::Accepted);
    plan.verdicts.insert(key("after"), Verdict::Rejected);
    plan.items[1].description = "First line.\n\n  C:\\new".to_owned();
    plan.items[1].tags = vec!["a, b".to_owned(), String::new()];
    plan.items[1].priority = Priority::High;
    insta::assert_snapshot!(write(&plan));
}

/// What the text becomes after a change of it.
fn edited(plan: &Plan, change: impl Fn(&str) -> String) -> String {
    match read(&change(&write(plan)), plan) {
        Ok(plan) => shown(&plan),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_text_is_edited_as_a_list_is() {
    let plan = sample();
    // An item is taken out; what waited for it no longer does.
    insta::assert_snapshot!(edited(&plan, |text| {
        let kept = |line: &&str| !line.contains("{#a}");
        text.lines().filter(kept).collect::<Vec<_>>().join("\n").replace("      * it works\n", "")
    }), @r"
    Do all
      Do b
    Do after after all
    ");
    // One is added, moved, judged, and named by its title.
    insta::assert_snapshot!(edited(&plan, |text| {
        text.replace("  - [ ] Do b", "- [x] Do b") + "  - [-] New work\n- [ ] Last\n   after: New work, a\n"
    }), @r"
    Do all
      Do a
    Do b after a Accepted
    Do after after all
      New work Rejected
    Last after new-work-0f741c3a, a
    ");
    assert_eq!(read("", &plan).unwrap(), plan, "an empty text changes nothing");
    assert_eq!(read(&write(&plan).replace('\n', "\r\n"), &plan).unwrap(), plan);
}

#[test]
fn the_text_of_one_item_becomes_edits_of_it() {
    let plan = sample();
    let text = write_one(&plan, &key("b")).unwrap();
    assert_eq!(read_one(&text, &plan, &key("b")).unwrap(), []);
    assert_eq!(read_one("", &plan, &key("b")).unwrap(), []);
    let other = text
        .replace("[ ] Do b", "[x] Ask")
        .replace("2h (1h-4h)", "3h")
        .replace("after: a", "after: After all");
    let unknown = read_one(&other, &plan, &key("b")).unwrap_err().to_string();
    assert!(unknown.contains("`After all` is neither the key nor the title"), "{unknown}");
    let edits = read_one(&other.replace("After all", ""), &plan, &key("b")).unwrap();
    let told: Vec<String> = edits.iter().map(|edit| edit.what(&plan)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    accept "Do b"
    change the title of "Do b"
    change the estimate of "Do b"
    let "Do b" no longer wait for "Do a"
    "#);
    assert_eq!(apply(&plan, &edits).unwrap().plan.get(&key("b")).unwrap().title, "Ask");
    assert!(matches!(read_one(&write(&plan), &plan, &key("b")), Err(TextError::NotOne { .. })));
}

#[test]
fn what_cannot_be_read_is_told_with_its_line() {
    let plan = sample();
    let wrong = "  what: 3\n- [?] x\n- [ ] y {#nothing}\n- [ ] {#a}\n- [ ]\n- [ ] z\n  estimate: soon\n  priority: asap\n  category: fun\n  nonsense\n  who: me\n  after: nobody\n  tags: a\n  tags: b\n- [ ] again {#a}\n";
    insta::assert_snapshot!(read(wrong, &plan).unwrap_err());
    let text = write(&plan);
    let other = apply(&plan, &[Edit::Remove { item: key("a") }]).unwrap().plan;
    assert_eq!(read(&text, &other).unwrap_err(), TextError::Outdated);
    let circle = text.replace("- [ ] Do a {#a}\n", "- [ ] Do a {#a}\n      after: b\n");
    insta::assert_snapshot!(read(&circle, &plan).unwrap_err(), @r#"items would wait for each other in a circle: "Do b" -> "Do a" -> "Do b"; unlink one of them first"#);
}

/// Text that could be taken for something else.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,6}( [a-z]{1,6}){0,3}",
        "[ \\\\n{}#:,>*\\[\\]x-]{0,8}",
        "(- \\[ \\] |> |\\* |after: |<!-- ){1,2}[a-z]{0,3}",
        any::<String>(),
        Just("日本語の題 {#a}\r\n\u{202e}x".to_owned()),
    ]
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any_text(), 0..3)
}

prop_compose! {
    /// An item whose references are numbers below its own.
    fn any_item()(
        title in any_text(), description in any_text(), tags in texts(), acceptance in texts(), files in texts(),
        estimate in prop::option::of((0..500u32, 0..500u32, 0..100_000u32)),
        priority in 0..4usize, category in 0..8usize, parent in prop::option::of(any::<prop::sample::Index>()),
        after in prop::collection::vec(any::<prop::sample::Index>(), 0..3), odd in any::<bool>(),
        verdict in prop::option::of(any::<bool>()),
    ) -> (Item, Option<prop::sample::Index>, Vec<prop::sample::Index>, bool, Option<bool>) {
        let estimate = estimate.map(|(low, more, most)| Estimate { low, likely: low + more, high: low + more + most });
        let item = Item {
            title, description, tags, acceptance, files, estimate,
            priority: Priority::ALL[priority], category: Category::ALL[category], ..item("x", "", &[])
        };
        (item, parent, after, odd, verdict)
    }
}

/// A sound plan, its items in any order.
fn any_plan() -> impl Strategy<Value = Plan> {
    prop::collection::vec(any_item(), 1..12).prop_map(|drawn| {
        let mut made = plan(Vec::new());
        for (number, (mut item, parent, after, odd, verdict)) in drawn.into_iter().enumerate() {
            item.key = key(&if odd { format!("k {{{number}}}\\n,é") } else { format!("k{number}") });
            if let Some(verdict) = verdict {
                let verdict = if verdict { Verdict::Accepted } else { Verdict::Rejected };
                made.verdicts.insert(item.key.clone(), verdict);
            }
            let known = made.items.len();
            if known > 0 {
                item.parent = parent.map(|parent| made.items[parent.index(known)].key.clone());
                let on = after.iter().map(|on| made.items[on.index(known)].key.clone());
                item.depends_on = on.collect::<BTreeSet<_>>().into_iter().collect();
            }
            made.items.push(item);
            if lint(&made).iter().any(|finding| finding.severity == Severity::Error) {
                let last = made.items.last_mut().unwrap();
                last.depends_on.clear();
            }
        }
        made
    })
}

/// An edit of whatever items there are.
fn draw(plan: &Plan, kind: u8, one: &prop::sample::Index, two: &prop::sample::Index, text: &str) -> Edit {
    let count = plan.items.len();
    let [item, other] = [one, two].map(|at| plan.items[at.index(count)].key.clone());
    match kind % 16 {
        0 => Edit::Judge { items: vec![item, other], verdict: Some(Verdict::Accepted) },
        1 => Edit::Judge { items: vec![item], verdict: Some(Verdict::Rejected) },
        2 => Edit::Judge { items: vec![item], verdict: None },
        3 => Edit::Set { item, change: Change::Title(text.to_owned()) },
        4 => Edit::Set { item, change: Change::Estimate(Some(Estimate::around(90))) },
        5 => Edit::Set { item, change: Change::Category(Category::Data) },
        6 => Edit::Add { item: Box::new(NewItem::titled(text)), at: Place::Under(other) },
        7 => Edit::Add { item: Box::new(NewItem::titled("New")), at: Place::Before(other) },
        8 => Edit::Remove { item },
        9 => Edit::Move { item, to: Place::After(other) },
        10 => Edit::Move { item, to: Place::Under(other) },
        11 => Edit::Move { item, to: Place::Top },
        12 => Edit::Link { item, after: other },
        13 => {
            let waiting = plan.items.iter().find(|item| !item.depends_on.is_empty());
            waiting.map_or(Edit::Remove { item }, |waiting| Edit::Unlink {
                item: waiting.key.clone(),
                after: waiting.depends_on[0].clone(),
            })
        }
        14 => Edit::Merge { keep: item, gone: other },
        _ => {
            let part = |title: &str| Part { title: title.to_owned(), ..Part::default() };
            Edit::Split { item, parts: vec![part("One"), part("Two")] }
        }
    }
}

fn errors(plan: &Plan) -> Vec<String> {
    let findings = lint(plan).into_iter().filter(|finding| finding.severity == Severity::Error);
    findings.map(|finding| finding.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_edits_keep_the_plan_sound_and_can_all_be_taken_back(
        first in any_plan(),
        edits in prop::collection::vec((any::<u8>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), any_text()), 1..20),
    ) {
        prop_assert_eq!(errors(&first), Vec::<String>::new());
        let (mut now, mut history, mut passed) = (first.clone(), History::default(), vec![first.clone()]);
        for (kind, one, two, text) in edits {
            let edit = draw(&now, kind, &one, &two, &text);
            let Ok(applied) = apply(&now, std::slice::from_ref(&edit)) else { continue };
            prop_assert_eq!(errors(&applied.plan), Vec::<String>::new(), "{:?}", edit);
            let keys: BTreeSet<_> = applied.plan.items.iter().map(|item| &item.key).collect();
            prop_assert!(applied.plan.verdicts.keys().all(|key| keys.contains(key)), "{:?}", edit);
            let mut seen = BTreeSet::new();
            for item in &applied.plan.items {
                prop_assert!(item.parent.as_ref().is_none_or(|parent| seen.contains(parent)), "parents come first");
                seen.insert(item.key.clone());
            }
            let verdicts = Verdicts::all_accepted("me").with_those_of(&applied.plan);
            if let Ok(reviewed) = review(applied.plan.clone(), &verdicts) {
                prop_assert_eq!(errors(reviewed.plan()), Vec::<String>::new());
            }
            history.push(edit.what(&now), &now, &applied);
            now = applied.plan;
            passed.push(now.clone());
        }
        let stored: History = serde_json::from_str(&serde_json::to_string(&history).unwrap()).unwrap();
        prop_assert_eq!(&stored, &history);
        let last = now.clone();
        for before in passed.iter().rev().skip(1) {
            now = history.undo(&now).unwrap().0;
            prop_assert_eq!(&now, before);
        }
        prop_assert_eq!(&now, &first);
        prop_assert!(history.undo(&now).is_none());
        while let Some((next, _)) = history.redo(&now) {
            now = next;
        }
        prop_assert_eq!(now, last);
    }

    #[test]
    fn a_text_that_nobody_touched_is_the_same_plan(plan in any_plan()) {
        let text = write(&plan);
        prop_assert_eq!(read(&text, &plan).unwrap(), plan);
    }

    #[test]
    fn no_text_makes_the_reader_panic_or_the_plan_unsound(plan in any_plan(), lines in prop::collection::vec(any_text(), 0..12), at in any::<prop::sample::Index>()) {
        let mut text: Vec<String> = write(&plan).lines().map(str::to_owned).collect();
        let at = at.index(text.len() + 1);
        text.splice(at..at, lines);
        if let Ok(read) = read(&text.join("\n"), &plan) {
            prop_assert_eq!(errors(&read), Vec::<String>::new());
        }
    }
}
