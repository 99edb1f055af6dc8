//! One document as Markdown, as plain text, as a web page and as PDFs of three programs: it says the same in each.

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read their documents from files")]

use conductor_plan::{
    Block, BlockKind, Document, DocumentError, DocumentKind, DocumentRef, OutlineOptions, Plan, outline,
};
use std::collections::{BTreeMap, BTreeSet};

fn read(file: &str) -> Result<Document, DocumentError> {
    let path = format!("{}/tests/fixtures/layout/{file}", env!("CARGO_MANIFEST_DIR"));
    Document::parse(file, &std::fs::read(path).unwrap())
}

/// What a document says: its paragraphs and items, without regard to how lines are divided.
fn said(document: &Document) -> Vec<String> {
    let text = |block: &Block| block.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let blocks = document.blocks().iter().filter_map(|block| match &block.kind {
        BlockKind::Paragraph => Some(format!("p {}", text(block))),
        BlockKind::Item { number, .. } => Some(format!("{} {number:?} {}", block.depth, text(block))),
        BlockKind::Heading { .. }
        | BlockKind::Quote
        | BlockKind::Row { .. }
        | BlockKind::Code
        | BlockKind::FrontMatter
        | BlockKind::TagOpen { .. }
        | BlockKind::TagClose { .. } => None,
    });
    blocks.collect()
}

/// The share of two lists that is in both.
fn alike<T: Ord>(one: &[T], other: &[T]) -> f64 {
    let mut counts: BTreeMap<&T, i64> = BTreeMap::new();
    one.iter().for_each(|entry| *counts.entry(entry).or_default() += 1);
    let both = other.iter().filter(|entry| {
        let count = counts.entry(entry).or_default();
        *count -= 1;
        *count >= 0
    });
    2.0 * both.count() as f64 / (one.len() + other.len()).max(1) as f64
}

fn plan(document: Document) -> Plan {
    outline(&[document], &OutlineOptions::default())
}

/// Items with what they stand under, and what waits for what, by title.
fn shape(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let title = |key| plan.get(key).map_or("", |item| item.title.as_str());
    let items = plan.items.iter();
    let items = items.map(|item| format!("{} < {}", item.title, item.parent.as_ref().map_or("", title)));
    let edges = plan
        .items
        .iter()
        .flat_map(|item| item.depends_on.iter().map(move |on| format!("{} after {}", item.title, title(on))));
    (items.collect(), edges.collect())
}

#[test]
fn paragraphs_and_items_are_those_of_the_markdown() {
    let expected = said(&read("harbour.md").unwrap());
    assert_eq!(expected.len(), 40);
    for (file, least) in [
        ("weasy-one.pdf", 0.95),
        ("chromium-one.pdf", 0.95),
        ("groff-one.pdf", 0.95),
        ("weasy-two.pdf", 0.85),
        ("chromium-two.pdf", 0.85),
        ("groff-two.pdf", 0.85),
        ("locked.pdf", 0.95),
        ("harbour.html", 1.0),
        ("harbour.txt", 0.85),
    ] {
        let found = said(&read(file).unwrap());
        let share = alike(&expected, &found);
        let known: BTreeSet<_> = expected.iter().collect();
        let other: Vec<_> = found.iter().filter(|said| !known.contains(said)).collect();
        assert!(share >= least, "{file}: {share:.3}\n{other:#?}");
    }
}

#[test]
fn the_plan_is_that_of_the_markdown() {
    let (items, edges) = shape(&plan(read("harbour.md").unwrap()));
    assert!(items.len() >= 4 && edges.len() >= 3);
    for (file, least) in [
        ("weasy-one.pdf", 0.95),
        ("chromium-one.pdf", 0.95),
        ("groff-one.pdf", 0.95),
        ("weasy-two.pdf", 0.9),
        ("chromium-two.pdf", 0.9),
        ("groff-two.pdf", 0.9),
        ("harbour.html", 1.0),
        ("harbour.txt", 0.8),
    ] {
        let (found, found_edges) = shape(&plan(read(file).unwrap()));
        let (share, edge_share) = (alike(&items, &found), alike(&edges, &found_edges));
        assert!(share >= least && edge_share >= least, "{file}: {share:.3} {edge_share:.3}\n{found:#?}");
    }
}

#[test]
fn headings_tables_and_code_are_those_of_the_markdown() {
    let others = |document: &Document| -> Vec<String> {
        let rest = document.blocks().iter().filter(|block| {
            matches!(block.kind, BlockKind::Heading { .. } | BlockKind::Row { .. } | BlockKind::Code)
        });
        rest.map(|block| format!("{:?} {}", block.kind, block.text)).collect()
    };
    let expected = others(&read("harbour.md").unwrap());
    for file in ["weasy-one", "weasy-two", "chromium-one", "chromium-two", "groff-one", "groff-two"] {
        assert_eq!(others(&read(&format!("{file}.pdf")).unwrap()), expected, "{file}");
    }
}

#[test]
fn other_scripts_are_read_in_their_order() {
    let lines = |file: &str| {
        let document = read(file).unwrap();
        let lines = document
            .blocks()
            .iter()
            .map(|block| format!("{:?}, depth {}: {}", block.kind, block.depth, block.text));
        lines.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!("chinese", lines("chinese.pdf"));
    insta::assert_snapshot!("hebrew", lines("hebrew.pdf"));
    insta::assert_snapshot!("vertical", lines("vertical.pdf"));
}

#[test]
fn spans_name_the_page() {
    let document = read("chromium-one.pdf").unwrap();
    assert_eq!(document.kind(), DocumentKind::Pdf);
    let page = |text: &str| {
        let block = document.blocks().iter().find(|block| block.text == text).unwrap();
        assert!(block.span.slice(document.text()).contains(text));
        block.span.page
    };
    assert_eq!(page("Harbour Log"), Some(1));
    assert_eq!(page("Weather forecasts"), Some(3));
    let plan = plan(document);
    let source = plan.items.last().unwrap().sources.first().unwrap();
    assert!(source.to_string().starts_with("chromium-one.pdf:p"), "{source}");
}

#[test]
fn a_text_that_was_kept_is_cited_by_the_same_pages() {
    for file in ["weasy-one.pdf", "weasy-two.pdf", "chromium-one.pdf", "groff-one.pdf"] {
        let document = read(file).unwrap();
        let known = plan(document.clone()).documents.remove(0);
        let again = Document::recall(&known, document.text()).unwrap();
        assert_eq!(
            (again.kind(), again.digest(), again.text()),
            (document.kind(), document.digest(), document.text())
        );
        let pages = |document: &Document| -> BTreeMap<u32, Option<u32>> {
            let spans = document.blocks().iter().map(|block| block.span);
            spans.map(|span| (span.first_line, span.page)).collect()
        };
        let (first, second) = (pages(&document), pages(&again));
        let same = first.iter().filter(|(line, _)| second.contains_key(line)).count();
        assert!(same * 10 >= first.len() * 9, "{file}: {same} of {}", first.len());
        assert!(first.values().max().unwrap() > &Some(1), "{file} has one page only");
        for (line, page) in &first {
            assert_eq!(second.get(line).unwrap_or(page), page, "{file}:{line}");
        }
        // A plan of before that was noted has no pages, and its text can be read all the same.
        let known = DocumentRef { pages: Vec::new(), ..known };
        let plain = Document::recall(&known, document.text()).unwrap();
        assert!(pages(&plain).values().all(Option::is_none));
    }
    // Text about PDFs is text.
    let known = DocumentRef { pages: vec![1], ..plan(read("weasy-one.pdf").unwrap()).documents.remove(0) };
    assert_eq!(Document::recall(&known, "# Files\n\n%PDF-1.7 begins them.\n").unwrap().blocks().len(), 2);
}

#[test]
fn what_cannot_be_read_says_why() {
    let refused = |file: &str| read(file).unwrap_err();
    assert!(matches!(refused("encrypted.pdf"), DocumentError::Encrypted { .. }));
    assert!(matches!(refused("scanned.pdf"), DocumentError::Scanned { .. }));
    assert!(matches!(refused("truncated.pdf"), DocumentError::Damaged { .. }));
    let messages = ["encrypted.pdf", "scanned.pdf", "truncated.pdf"].map(|file| refused(file).to_string());
    insta::assert_snapshot!("refusals", messages.join("\n"));
}
