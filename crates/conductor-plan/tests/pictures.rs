//! Pictures of plans: what they look like, and that no title or document can be more than text in them.

#![expect(clippy::unwrap_used, reason = "tests")]

use conductor_plan::{
    Category, Digest, Document, DocumentRef, Engine, EngineKind, Estimate, Item, ItemKey, Labels,
    OutlineOptions, Picture, Plan, Priority, Source, Span, Verdict, lint, live, outline,
};
use proptest::prelude::*;
use quick_xml::events::Event;
use std::collections::BTreeSet;

fn item(at: usize, title: &str, parent: Option<usize>, after: &[usize]) -> Item {
    let key = |at: usize| ItemKey::new(format!("k{at}"));
    Item {
        key: key(at),
        title: title.to_owned(),
        description: title.to_owned(),
        parent: parent.map(key),
        depends_on: after.iter().map(|&on| key(on)).collect(),
        estimate: Some(Estimate { low: 30, likely: 60, high: 120 }),
        complexity: 3,
        complexity_reasons: Vec::new(),
        category: Category::Feature,
        priority: Priority::Medium,
        tags: Vec::new(),
        acceptance: vec![title.to_owned()],
        files: Vec::new(),
        confidence: 80,
        requirements: Vec::new(),
        sources: vec![Source {
            document: "a.md".into(),
            span: Span { start: 0, end: 4, first_line: 1, last_line: 1, page: None },
        }],
    }
}

fn plan(title: &str, items: Vec<Item>) -> Plan {
    let document = Document::parse("a.md", b"text").unwrap();
    let digest: Digest = document.digest().clone();
    Plan {
        title: Some(title.to_owned()),
        documents: vec![DocumentRef {
            name: "a.md".to_owned(),
            digest,
            kind: document.kind(),
            pages: Vec::new(),
        }],
        ..Plan::of_items(Engine { kind: EngineKind::Outline, model: None }, items)
    }
}

/// Text that tries to be more than text.
fn hostile() -> impl Strategy<Value = String> {
    let known = [
        "</script><img src=x onerror=\"alert(1)\">",
        "\"]; click n0 call alert(1)\n  n9 --> n0",
        "]]> <!-- -- > &amp; &#x3c;",
        "\\\" ]; } digraph x { a -> b",
        "\\N \\G end subgraph",
        "`x` **y** | [z](javascript:alert(1)) ~~~",
        "%%{init: {}}%%",
        "\u{202e}reversed\u{0}\u{1b}[31m",
        "ü 漢字 한국어 עברית 🎉",
        "# heading",
        "1. one",
    ];
    prop_oneof![
        prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        any::<String>(),
        "[a-z ]{0,120}"
    ]
}

prop_compose! {
    /// Any plan: containers within containers, circles of both kinds.
    fn any_plan()(
        titles in prop::collection::vec(hostile(), 1..24),
        parents in prop::collection::vec(prop::option::weighted(0.4, 0..24usize), 24),
        edges in prop::collection::vec((0..24usize, 0..24usize), 0..40),
        text in hostile(),
    ) -> (Plan, String) {
        let count = titles.len();
        let items = titles.iter().enumerate().map(|(at, title)| {
            let after: BTreeSet<usize> = edges.iter().filter(|(item, on)| *item == at && *on < count).map(|&(_, on)| on).collect();
            item(at, title, parents[at].filter(|&parent| parent < count), &after.into_iter().collect::<Vec<_>>())
        });
        (plan(&titles[0], items.collect()), text)
    }
}

/// The name of an element, and its attributes with their values.
type Element = (String, Vec<(String, String)>);

/// Every element of a well-formed document.
fn parsed(xml: &str) -> Vec<Element> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut elements = Vec::new();
    let mut depth = 0i32;
    loop {
        let event = reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error} at {}\n{xml}", reader.buffer_position()));
        match event {
            Event::Start(ref element) | Event::Empty(ref element) => {
                depth += i32::from(matches!(event, Event::Start(_)));
                let name = element.name().as_ref().to_owned();
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.unwrap();
                    let key = attribute.key.as_ref().to_owned();
                    (key, attribute.value.to_string())
                });
                elements.push((name, attributes.collect()));
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            Event::CData(_) | Event::Comment(_) | Event::PI(_) => {
                panic!("nothing here writes these: {event:?}")
            }
            Event::Text(_) | Event::Decl(_) | Event::DocType(_) | Event::GeneralRef(_) => {}
        }
    }
    assert_eq!(depth, 0);
    elements
}

const ALLOWED: &str = "svg style rect text path marker g title a html head meta body header h1 h2 h3 p nav input span kbd main section ul \
    ol li b code q small article aside div pre mark script";

fn assert_only_text(xml: &str) {
    for (name, attributes) in parsed(xml) {
        assert!(ALLOWED.split_whitespace().any(|allowed| allowed == name), "{name}");
        for (key, value) in attributes {
            assert!(!key.starts_with("on") && key != "src", "{name} {key}");
            assert!(key != "href" || value.starts_with('#'), "{value}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn titles_and_documents_stay_text((plan, text) in any_plan()) {
        let (labels, findings) = (Labels::of(&plan), lint(&plan));
        let texts = [("a.md".to_owned(), text)];
        let picture = Picture::new(&plan, &labels, &findings).with_texts(&texts);
        assert_only_text(&picture.svg());
        assert_only_text(&picture.html());
        let mermaid = picture.mermaid();
        let mut open = 0;
        for line in mermaid.lines() {
            check_mermaid(line.trim_start(), &mut open);
        }
        prop_assert_eq!(open, 0);
        check_dot(&picture.dot());
        check_markdown(&picture.markdown(), &plan);
        let mut judged = plan.clone();
        judged.verdicts.insert(plan.items[0].key.clone(), Verdict::Rejected);
        let left = live(&judged);
        let picture = Picture::new(&left, &labels, &findings).with_rejected_of(&judged).with_texts(&texts);
        assert_only_text(&picture.html());
        check_markdown(&picture.markdown(), &left);
    }
}

/// Markdown in which titles neither become links, code, pictures and markup nor further headings.
fn check_markdown(markdown: &str, plan: &Plan) {
    use pulldown_cmark::{Event as Part, Options, Parser, Tag};
    let mut headings = 0;
    for part in Parser::new_ext(markdown, Options::all()) {
        match part {
            Part::Start(Tag::Heading { .. }) => headings += 1,
            Part::Start(
                Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::BlockQuote(_) | Tag::Table(_),
            )
            | Part::Html(_)
            | Part::InlineHtml(_) => panic!("{part:?}\n{markdown}"),
            Part::Start(_)
            | Part::End(_)
            | Part::Text(_)
            | Part::Code(_)
            | Part::InlineMath(_)
            | Part::DisplayMath(_)
            | Part::FootnoteReference(_)
            | Part::SoftBreak
            | Part::HardBreak
            | Part::Rule
            | Part::TaskListMarker(_) => {}
        }
    }
    // The title, a heading each, and those of order, of what was rejected and of findings.
    assert!((plan.items.len()..=plan.items.len() + 4).contains(&headings), "{headings}\n{markdown}");
}

/// A line of a flow chart, by the little of its grammar that is used here.
fn check_mermaid(line: &str, open: &mut i32) {
    let is_node = |text: &str| {
        text.strip_prefix('n')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let labelled = |text: &str| {
        let (node, label) = text.split_once('[').unwrap_or_default();
        let label = label
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix("\"]"))
            .unwrap_or_else(|| panic!("{line}"));
        let label = label.strip_suffix("<br/>1h").unwrap_or(label);
        assert!(
            is_node(node) && !label.contains(['"', '<', '>', '`', '[', ']', '{', '}', '|', '\\', '\n']),
            "{line}"
        );
    };
    match line.split(' ').collect::<Vec<_>>().as_slice() {
        ["flowchart", "TD"] => {}
        ["end"] => *open -= 1,
        ["subgraph", ..] => {
            *open += 1;
            labelled(line.trim_start_matches("subgraph "));
        }
        [from, "-->", to] => assert!(is_node(from) && is_node(to), "{line}"),
        ["linkStyle", number, style] => {
            assert!(number.parse::<usize>().is_ok() && style.starts_with("stroke:"), "{line}")
        }
        ["classDef", "critical", _] => {}
        ["class", nodes, "critical"] => assert!(nodes.split(',').all(is_node), "{line}"),
        _ => labelled(line),
    }
}

/// Outside of strings DOT has only what is written here: no quotation mark and no bracket of a title gets out.
fn check_dot(dot: &str) {
    let (mut outside, mut within, mut escaped) = (String::new(), false, false);
    for c in dot.chars() {
        match (within, escaped, c) {
            (true, true, _) => escaped = false,
            (true, false, '\\') => escaped = true,
            (_, _, '"') => within = !within,
            (true, false, '\n') => panic!("a line ends in a string: {dot}"),
            (true, false, _) => {}
            (false, ..) => outside.push(c),
        }
    }
    assert!(!within, "{dot}");
    let depth = outside.chars().fold(0i32, |depth, c| depth + i32::from(c == '{') - i32::from(c == '}'));
    assert_eq!(depth, 0, "{dot}");
    let known = |c: char| c.is_ascii_alphanumeric() || " \n_=,;[]{}->".contains(c);
    assert!(outside.chars().all(known), "{outside}");
}

const PRD: &str = "\
# Harbour notes

## Phase 1: Storage

1. **Store notes** in a file of JSON, one for each notebook.
   - Saving and loading again gives the same notes.

## Phase 2: Use

1. **Search notes** by word & date, <fast>.
   - Finds notes by any word of the title.
2. **Print notes** as HTML.
   - Titles become headings.
";

fn drawn(draw: impl Fn(&Picture<'_>) -> String) -> String {
    let document = Document::parse("prd.md", PRD.as_bytes()).unwrap();
    let plan = outline(std::slice::from_ref(&document), &OutlineOptions::default());
    let (labels, findings) = (Labels::of(&plan), lint(&plan));
    let texts = [("prd.md".to_owned(), document.text().to_owned())];
    draw(&Picture::new(&plan, &labels, &findings).with_texts(&texts))
}

#[test]
fn a_plan_reads_well_as_text() {
    insta::assert_snapshot!("mermaid", drawn(|picture| picture.mermaid()));
    insta::assert_snapshot!("dot", drawn(|picture| picture.dot()));
    insta::assert_snapshot!("markdown", drawn(|picture| picture.markdown()));
    insta::assert_snapshot!("svg", drawn(|picture| picture.svg()));
}

#[test]
fn sources_and_items_are_linked_both_ways() {
    let elements = parsed(&drawn(|picture| picture.html()));
    let ids: BTreeSet<&str> = elements
        .iter()
        .flat_map(|(_, attributes)| attributes)
        .filter(|(key, _)| key == "id")
        .map(|(_, id)| id.as_str())
        .collect();
    let links: BTreeSet<&str> = elements
        .iter()
        .flat_map(|(_, attributes)| attributes)
        .filter(|(key, _)| key == "href")
        .map(|(_, link)| &link[1..])
        .collect();
    assert!(links.is_subset(&ids), "{:?}", links.difference(&ids).collect::<Vec<_>>());
    let marked: BTreeSet<&str> = elements
        .iter()
        .filter(|(name, _)| name == "mark")
        .flat_map(|(_, attributes)| attributes)
        .filter(|(key, _)| key == "data-i")
        .flat_map(|(_, items)| items.split(' '))
        .filter(|item| !item.is_empty())
        .collect();
    // Every item of the plan is drawn, told, and cited somewhere.
    assert_eq!(marked, ["0", "1", "2", "3", "4"].into());
    for item in marked {
        assert!(
            ids.contains(format!("n{item}").as_str()) && ids.contains(format!("i{item}").as_str()),
            "{item}"
        );
    }
}

#[test]
fn the_marked_document_is_the_document() {
    let html = drawn(|picture| picture.html());
    let pre = html.split("<pre dir=\"auto\">").nth(1).unwrap().split("</pre>").next().unwrap();
    let mut text = String::new();
    let mut rest = pre;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = after.split_once('>').unwrap();
        // The small links beside the text are none of it.
        rest = if tag.starts_with("a ") { after.split_once("</a>").unwrap().1 } else { after };
    }
    text.push_str(rest);
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
    assert_eq!(text, PRD);
}
