//! What holds for every document, however odd.

#![expect(clippy::unwrap_used, reason = "tests")]

use conductor_plan::{
    Document, DocumentKind, FindingCode, ItemKey, MAX_DOCUMENT_BYTES, Order, OutlineOptions, Plan, Severity,
    Verdicts, lint, outline, requirements, review,
};
use pdf::{Face, Text};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[path = "../../testkit/src/pdf.rs"]
#[expect(dead_code, unreachable_pub, reason = "a module of another crate, of which this one needs a part")]
mod pdf;

fn plan(text: &str) -> Plan {
    outline(&[Document::parse("plan.md", text.as_bytes()).unwrap()], &OutlineOptions::default())
}

/// Lines of documents as people write them, and as nobody does.
fn line() -> impl Strategy<Value = String> {
    let words = "[a-z]{1,8}( [a-zé한字]{1,8}){0,5}";
    prop_oneof![
        words.prop_map(|text| format!("# {text}")),
        words.prop_map(|text| format!("## {text}")),
        words.prop_map(|text| format!("### Feature: {text}")),
        Just("# Features".to_owned()),
        Just("# Development Roadmap".to_owned()),
        (1..5u8).prop_map(|number| format!("## Phase {number}: stage")),
        Just("# Logical Dependency Chain".to_owned()),
        Just("# Risks".to_owned()),
        words.prop_map(|text| format!("- {text}")),
        words.prop_map(|text| format!("  - {text}")),
        (words, words).prop_map(|(name, text)| format!("1. **{name}**: {text}")),
        (words, words).prop_map(|(name, text)| format!("- **{name}** (depends on: {text})")),
        (words, words).prop_map(|(name, text)| format!("| {name} | {text} |")),
        words.prop_map(|text| format!("{text} after {text}")),
        Just("**Tasks**:".to_owned()),
        Just("<context>".to_owned()),
        Just("    </context>".to_owned()),
        Just("```".to_owned()),
        Just("---".to_owned()),
        Just("=======".to_owned()),
        Just("<<<<<<< HEAD".to_owned()),
        Just("> quote".to_owned()),
        Just(String::new()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(line(), 1..60).prop_map(|lines| lines.join("\n"))
}

/// Words as a web page has them, in elements that are opened and closed as it happens.
fn page() -> impl Strategy<Value = String> {
    let words = "[a-z]{1,8}( [a-zé한字]{1,8}){0,5}";
    let tags = prop::sample::select(vec![
        "h1",
        "h2",
        "p",
        "ul",
        "ol",
        "li",
        "table",
        "tr",
        "td",
        "th",
        "pre",
        "code",
        "b",
        "br",
        "div",
        "blockquote",
        "del",
        "head",
        "script",
        "nav",
        "dl",
        "dt",
        "dd",
        "input type=checkbox",
        "span",
        "template",
    ]);
    let piece = prop_oneof![
        3 => words.prop_map(|words| words),
        2 => tags.clone().prop_map(|tag| format!("<{tag}>")),
        1 => tags.prop_map(|tag| format!("</{tag}>")),
        1 => Just("\n".to_owned()),
    ];
    prop::collection::vec(piece, 1..60).prop_map(|pieces| pieces.concat())
}

/// Pages with lines anywhere on them.
fn glyphs() -> impl Strategy<Value = Vec<u8>> {
    let face = prop::sample::select(vec![Face::Regular, Face::Bold, Face::Mono]);
    let text = prop_oneof![
        "[a-zA-Z]{1,8}( [a-z]{1,8}){0,9}[.:-]?",
        "[a-z]{1,8}( [a-z]{1,8}){0,3}".prop_map(|text| format!("• {text}")),
        (0..20u8, "[a-z]{1,8}").prop_map(|(number, text)| format!("{number}. {text}")),
    ];
    let line = (0..5u8, 0..50u8, prop::sample::select(vec![8.0, 10.0, 10.5, 14.0, 20.0]), face, text);
    let line = line.prop_map(|(x, y, size, face, text)| Text {
        x: 50.0 + f32::from(x) * 90.0,
        y: 40.0 + f32::from(y) * 15.0,
        size,
        face,
        text,
    });
    let pages = prop::collection::vec(prop::collection::vec(line, 0..30), 1..4);
    pages.prop_map(|pages| pdf::pdf(&pages))
}

/// Whether every block stands where its span says.
fn check_spans(document: &Document) -> Result<(), TestCaseError> {
    let text = document.text();
    let starts: Vec<usize> =
        std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
    for block in document.blocks() {
        let piece = text.get(block.span.start..block.span.end);
        prop_assert!(piece.is_some_and(|piece| !piece.is_empty()), "{block:?}");
        if document.kind() == DocumentKind::Html {
            // Tags may stand within a word.
            let mut rest = piece.unwrap_or_default().chars();
            let all =
                block.text.chars().filter(|c| c.is_alphanumeric()).all(|c| rest.any(|other| other == c));
            prop_assert!(all, "{block:?} in {piece:?}");
        } else {
            for word in block.text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
                prop_assert!(piece.unwrap_or_default().contains(word), "{word} of {block:?} in {piece:?}");
            }
        }
        let line = starts.partition_point(|&start| start <= block.span.start);
        prop_assert_eq!(usize::try_from(block.span.first_line).unwrap(), line);
        prop_assert!(block.span.first_line <= block.span.last_line);
        prop_assert_eq!(block.span.page.is_some(), document.kind() == DocumentKind::Pdf);
    }
    for wanted in requirements(document) {
        prop_assert!(text.get(wanted.source.span.start..wanted.source.span.end).is_some());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), name in "[a-z]{1,4}(\\.md|\\.txt|\\.html|\\.pdf|)", start in prop::sample::select(vec!["", "%PDF-1.7\n", "<html>"])) {
        let bytes = [start.as_bytes(), &bytes].concat();
        if let Ok(document) = Document::parse(&name, &bytes) {
            let _ = lint(&outline(&[document], &OutlineOptions::default()));
        }
    }

    #[test]
    fn spans_stand_where_they_say(text in text(), windows in any::<bool>(), name in prop_oneof![Just("a.md"), Just("a.txt")]) {
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        let Ok(document) = Document::parse(name, text.as_bytes()) else { return Ok(()) };
        check_spans(&document)?;
    }

    #[test]
    fn spans_of_pages_stand_where_they_say(page in page()) {
        let Ok(document) = Document::parse("a.html", page.as_bytes()) else { return Ok(()) };
        prop_assert_eq!(document.kind(), DocumentKind::Html);
        check_spans(&document)?;
    }

    #[test]
    fn spans_of_pdfs_stand_where_they_say(bytes in glyphs()) {
        let Ok(document) = Document::parse("a.pdf", &bytes) else { return Ok(()) };
        prop_assert_eq!(document.kind(), DocumentKind::Pdf);
        check_spans(&document)?;
    }

    #[test]
    fn no_damage_of_a_pdf_makes_it_panic(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = include_bytes!("fixtures/layout/groff-one.pdf").to_vec();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len()));
        }
        if let Ok(document) = Document::parse("a.pdf", &bytes) {
            let _ = lint(&outline(&[document], &OutlineOptions::default()));
        }
    }

    #[test]
    fn plans_have_no_errors_but_emptiness(text in text()) {
        let Ok(document) = Document::parse("a.md", text.as_bytes()) else { return Ok(()) };
        let plan = outline(&[document], &OutlineOptions::default());
        for finding in lint(&plan) {
            prop_assert!(finding.severity != Severity::Error || finding.code == FindingCode::EmptyPlan, "{finding}");
            prop_assert!(finding.code != FindingCode::ItemWithoutSource, "{finding}");
            prop_assert!(finding.code != FindingCode::RedundantEdge, "{finding}");
        }
        prop_assert!(Order::of(&plan).is_ok());
        let depth = plan.tree().iter().map(|row| row.depth).max().unwrap_or(0);
        prop_assert!(depth < 3);
        let position: BTreeMap<&ItemKey, usize> = plan.items.iter().enumerate().map(|(at, item)| (&item.key, at)).collect();
        for item in &plan.items {
            prop_assert!(item.parent.as_ref().is_none_or(|parent| position[parent] < position[&item.key]), "parents come first");
            prop_assert!(!item.title.trim().is_empty() && item.title.chars().count() <= 255);
            prop_assert!(!item.title.contains(char::is_control));
        }
    }

    #[test]
    fn the_same_text_gives_the_same_plan_and_survives_storage(text in text()) {
        let Ok(document) = Document::parse("a.md", text.as_bytes()) else { return Ok(()) };
        let first = outline(std::slice::from_ref(&document), &OutlineOptions::default());
        let second = outline(&[document], &OutlineOptions::default());
        prop_assert_eq!(&first, &second);
        let stored = first.to_json().unwrap();
        prop_assert_eq!(Plan::from_json(&stored).unwrap(), first);
    }

    #[test]
    fn rows_name_only_rows(text in text()) {
        let Ok(document) = Document::parse("a.md", text.as_bytes()) else { return Ok(()) };
        let plan = outline(&[document], &OutlineOptions::default());
        let Ok(reviewed) = review(plan, &Verdicts::all_accepted("test")) else { return Ok(()) };
        let mut seen = BTreeSet::new();
        let rows = reviewed.import_rows();
        let keys: BTreeSet<_> = rows.iter().filter_map(|row| row.key.clone()).collect();
        prop_assert_eq!(keys.len(), rows.len());
        for row in &rows {
            prop_assert!(row.parent.as_ref().is_none_or(|parent| seen.contains(parent)));
            prop_assert!(row.depends_on.iter().flatten().all(|on| keys.contains(on)));
            seen.insert(row.key.clone().unwrap());
        }
    }

    #[test]
    fn a_schedule_keeps_the_order_and_the_workers(text in text(), workers in 1..5usize) {
        let Ok(document) = Document::parse("a.md", text.as_bytes()) else { return Ok(()) };
        let plan = outline(&[document], &OutlineOptions::default());
        let order = Order::of(&plan).unwrap();
        let schedule = order.schedule(workers);
        prop_assert_eq!(schedule.slots.len(), plan.leaves().count());
        prop_assert!(schedule.makespan >= schedule.bound);
        prop_assert!(schedule.makespan <= order.total_minutes);
        let slots: BTreeMap<_, _> = schedule.slots.iter().map(|slot| (&slot.item, slot)).collect();
        for slot in &schedule.slots {
            for on in &plan.get(&slot.item).unwrap().depends_on {
                if let Some(before) = slots.get(on) {
                    prop_assert!(before.end <= slot.start);
                }
            }
            let beside = schedule.slots.iter().filter(|other| other.worker == slot.worker && other.item != slot.item);
            prop_assert!(beside.clone().all(|other| other.end <= slot.start || other.start >= slot.end));
            prop_assert!(slot.worker < workers);
        }
    }
}

#[test]
fn keys_stay_when_a_paragraph_is_put_in_elsewhere() {
    let text = "# Overview\nA thing.\n\n# Features\n- **Search**: finds notes\n- **Store**: keeps notes\n";
    let edited =
        text.replace("A thing.", "A thing.\n\nAnother paragraph that says nothing new.\n\nAnd one more.");
    let keys = |text: &str| plan(text).items.into_iter().map(|item| item.key).collect::<Vec<_>>();
    assert_eq!(keys(text), keys(&edited));
}

#[test]
fn headings_without_words_are_no_items() {
    let plan = plan(
        "# Development Roadmap\n## Phase 1: stage\n=======\n---\n- **Store**: keeps notes\n# ***\n- x\n",
    );
    assert!(plan.items.iter().all(|item| item.title.contains(char::is_alphabetic)), "{:?}", plan.items);
}

#[test]
fn two_documents_with_the_same_feature_have_different_keys() {
    let text = b"# Features\n- **Search**: finds notes\n";
    let keys = |name: &str| {
        let document = Document::parse(name, text).unwrap();
        outline(&[document], &OutlineOptions::default())
            .items
            .into_iter()
            .map(|item| item.key)
            .collect::<Vec<_>>()
    };
    assert_ne!(keys("a.md"), keys("b.md"));
}

#[test]
fn ten_thousand_headings_are_planned() {
    let text: String = (0..10_000)
        .map(|number| {
            format!(
                "## Feature {number}: part {} of {}\n\nDoes it after part {}.\n\n",
                number % 97,
                number,
                number / 2
            )
        })
        .collect();
    let plan = plan(&text);
    assert!(plan.items.len() > 100);
    assert!(Order::of(&plan).is_ok());
}

#[test]
fn long_chains_of_dependencies_are_planned() {
    let name = |number: usize| format!("{} module", letters(number));
    let text: String = (0..3_000)
        .map(|number| format!("- **{}**: comes after {}\n", name(number), name(number + 1)))
        .collect();
    let plan = plan(&format!("# Features\n{text}"));
    assert_eq!(plan.items.len(), 3_000);
    assert!(Order::of(&plan).unwrap().levels.len() > 2_900);
}

/// A number written with letters, each another word.
fn letters(number: usize) -> String {
    number
        .to_string()
        .chars()
        .map(|digit| char::from(b'a' + u8::try_from(digit).unwrap_or(b'0') - b'0'))
        .collect::<String>()
        + "zz"
}

#[test]
fn one_long_line_and_deep_nesting_are_read() {
    for text in [
        "word ".repeat(200_000),
        "- ".repeat(3_000),
        "> ".repeat(3_000) + "x",
        "[".repeat(20_000),
        "<a>\n".repeat(20_000),
        "<part>\n".repeat(40_000) + &"</other>\n".repeat(40_000),
        "<part>\n".repeat(5_000) + "text\n" + &"</part>\n".repeat(5_000),
        "*a ".repeat(20_000),
    ] {
        if let Ok(document) = Document::parse("a.md", text.as_bytes()) {
            let _ = lint(&outline(&[document], &OutlineOptions::default()));
        }
    }
}

#[test]
fn too_large_is_said() {
    let bytes = vec![b'x'; MAX_DOCUMENT_BYTES + 1];
    let error = Document::parse("big.md", &bytes).unwrap_err().to_string();
    assert!(error.contains("big.md") && error.contains("split it"), "{error}");
}
