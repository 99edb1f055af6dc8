//! The parts that a document names for an item.

use super::Part;
use crate::outline::flat;
use crate::words::normal_form;
use crate::{Block, BlockKind, Document, DocumentRef, Item, Source, Span};

/// A part's title is cut after so many characters; the rest is its description.
const LONGEST_TITLE: usize = 80;

/// What the places that an item cites list: the outermost list items, or the headings below the item's own. `text` gives
/// the text of one of the documents by its name. Fewer than two parts mean that the documents name none.
pub fn parts_named<'t>(
    item: &Item,
    documents: &[DocumentRef],
    text: impl Fn(&str) -> Option<&'t str>,
) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for source in &item.sources {
        let known = documents.iter().find(|known| source.document == known.name);
        let Some((known, text)) = known.zip(text(&source.document)) else { continue };
        let Ok(document) = Document::recall(known, text) else { continue };
        // Spans count in the text that was kept; one that is read differently now is not to be guessed at.
        if document.text() != text {
            continue;
        }
        for part in parts_in(&document, source) {
            let known = |other: &Part| normal_form(&other.title) == normal_form(&part.title);
            if normal_form(&part.title) != normal_form(&item.title) && !parts.iter().any(known) {
                parts.push(part);
            }
        }
    }
    if parts.len() < 2 { of_criteria(item) } else { parts }
}

fn parts_in(document: &Document, source: &Source) -> Vec<Part> {
    let span = source.span;
    let inside = |block: &&Block| span.contains(&block.span) && block.span.start > span.start;
    let blocks: Vec<&Block> = document.blocks().iter().filter(inside).collect();
    let level = |block: &&Block| match block.kind {
        BlockKind::Heading { level } => Some(usize::from(level)),
        BlockKind::Item { .. } => Some(10 + block.depth),
        BlockKind::Paragraph
        | BlockKind::Quote
        | BlockKind::Row { .. }
        | BlockKind::Code
        | BlockKind::FrontMatter
        | BlockKind::TagOpen { .. }
        | BlockKind::TagClose { .. } => None,
    };
    let Some(outermost) = blocks.iter().filter_map(level).min() else { return Vec::new() };
    let heads: Vec<usize> =
        (0..blocks.len()).filter(|&at| blocks.get(at).and_then(level) == Some(outermost)).collect();
    let part = |(number, &at): (usize, &usize)| {
        let next = heads.get(number + 1).copied().unwrap_or(blocks.len());
        part(document, blocks.get(at..next).unwrap_or_default())
    };
    heads.iter().enumerate().filter_map(part).collect()
}

/// A head and the blocks below it.
fn part(document: &Document, blocks: &[&Block]) -> Option<Part> {
    let (head, below) = blocks.split_first()?;
    let (title, rest) = title_of(head);
    let span = below.iter().fold(head.span, |span, block| Span::join(span, block.span));
    let (criteria, text): (Vec<&&Block>, Vec<&&Block>) =
        below.iter().partition(|block| matches!(block.kind, BlockKind::Item { .. }));
    let lines = rest.into_iter().chain(text.into_iter().map(|block| block.text.clone()));
    Some(Part {
        title,
        description: lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n"),
        estimate: None,
        acceptance: criteria.into_iter().map(|block| flat(&block.text)).collect(),
        sources: vec![Source { document: document.name().into(), span }],
    })
}

/// The bold beginning of an entry, else its first sentence; and what else it says.
fn title_of(head: &Block) -> (String, Option<String>) {
    let text = flat(&head.text);
    if let Some(lead) = head.lead.as_deref().map(flat).filter(|lead| !lead.is_empty()) {
        let rest = text.strip_prefix(lead.as_str()).unwrap_or(&text);
        let rest = rest.trim_start_matches([':', '-', '–', '—', ' ', '.']).to_owned();
        return (lead, Some(rest));
    }
    if text.chars().count() <= LONGEST_TITLE {
        return (text.trim_end_matches(['.', ';', ',']).to_owned(), None);
    }
    let mut title = String::new();
    for word in text.split(' ') {
        if title.chars().count() + word.chars().count() >= LONGEST_TITLE {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    if title.is_empty() {
        title = text.chars().take(LONGEST_TITLE).collect();
    }
    (title, Some(text))
}

/// Where the text names no parts, the criteria do: the outline makes them of what a document lists below an item.
fn of_criteria(item: &Item) -> Vec<Part> {
    let part = |criterion: &String| Part {
        title: flat(criterion).trim_end_matches(['.', ';', ',']).to_owned(),
        acceptance: vec![criterion.clone()],
        ..Part::default()
    };
    item.acceptance.iter().filter(|criterion| !criterion.trim().is_empty()).map(part).collect()
}
