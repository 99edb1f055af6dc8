//! PDF to blocks, from where its glyphs stand.
//!
//! A PDF says which letter is drawn where; words, lines and everything above them are found by looking at the page, in
//! this order: [`glyphs`] (what is drawn), [`vertical`] (whether from above to below), [`words`], [`furniture`] (what repeats on every page is taken off),
//! [`tables`] that are drawn, [`columns`] (the order of reading), [`lines`], [`flow`] (paragraphs, [`lists`], code,
//! [`headings`]), [`hyphens`], [`render`] (the text that spans refer to).

mod bidi;
mod bounds;
mod columns;
mod flow;
mod furniture;
mod glyphs;
mod headings;
mod hyphens;
mod ink;
mod lines;
mod lists;
mod render;
mod style;
mod tables;
mod vertical;
mod words;

use super::DocumentError;
use crate::{Block, Finding, FindingCode, Source};
use glyphs::{Area, Page};
use hyphens::Vocabulary;
use lines::Line;

/// A PDF that was read.
pub(super) struct Rendition {
    pub(super) text: String,
    pub(super) blocks: Vec<Block>,
    pub(super) findings: Vec<Finding>,
}

/// Why nothing can be read from a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It opens with a password only.
    Encrypted,
    /// It is encrypted in a way that the library does not know.
    Unsupported,
    /// It is no PDF, or too little of one is left.
    Damaged,
    /// It is larger than a document should be, or unpacks to more.
    TooMuch,
}

/// Whether a document is called as PDFs are.
pub(super) fn is_named(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("pdf"))
}

/// Whether bytes begin like a PDF. Some programs write a few bytes before it, and readers bear with a kilobyte.
pub(super) fn is_pdf(bytes: &[u8]) -> bool {
    bytes.get(..bytes.len().min(1024)).is_some_and(|start| bounds::find(start, b"%PDF-").is_some())
}

/// Reads a PDF.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Rendition, DocumentError> {
    let named = || name.to_owned();
    let pages = if bounds::is_bearable(bytes) { glyphs::pages(bytes) } else { Err(Trouble::TooMuch) };
    let pages = pages.map_err(|trouble| match trouble {
        Trouble::Encrypted | Trouble::Unsupported => DocumentError::Encrypted { name: named() },
        Trouble::Damaged => DocumentError::Damaged { name: named() },
        Trouble::TooMuch => DocumentError::TooComplex { name: named() },
    })?;
    let words: usize = pages.iter().map(|page| page.words.len()).sum();
    let unknown: usize = pages.iter().map(|page| page.unknown).sum();
    if words == 0 {
        return Err(if unknown > 0 || pages.iter().any(|page| page.pictured) {
            DocumentError::Scanned { name: named() }
        } else {
            DocumentError::Empty { name: named() }
        });
    }
    let findings = findings(name, &pages);
    let (text, blocks) = layout(pages);
    Ok(Rendition { text, blocks, findings })
}

fn layout(mut pages: Vec<Page>) -> (String, Vec<Block>) {
    style::clear_mono(&mut pages);
    let size = style::size(&pages);
    furniture::clear(&mut pages, size);
    let mut vocabulary = Vocabulary::default();
    for page in &pages {
        for line in lines::lines(page.words.clone()) {
            vocabulary.learn(&line.text());
        }
    }
    let tables: Vec<_> = pages.iter_mut().map(|page| tables::take_drawn(page, &vocabulary)).collect();
    let mut lines: Vec<Line> = Vec::new();
    for (index, page) in pages.into_iter().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let mut of_page = columns::columns(page.words, page.width, number);
        set_dots(&mut of_page, &page.dots);
        lines.append(&mut of_page);
    }
    columns::measure(&mut lines);
    let body = style::body(&lines, size);
    render::render(&flow::flow(&lines, body, &vocabulary, &tables))
}

/// More than this on a page are a drawing.
const MOST_DOTS: usize = 500;

/// Gives each dot to the line that it stands before.
fn set_dots(lines: &mut [Line], dots: &[Area]) {
    if dots.len() > MOST_DOTS {
        return;
    }
    for dot in dots {
        let middle = (dot.top + dot.bottom) / 2.0;
        let line = lines.iter_mut().find(|line| {
            let level = line.baseline - line.size * 0.8 < middle && middle < line.baseline;
            level && dot.width() < line.size * 0.6 && {
                let right_to_left = line.reads_right_to_left();
                let beside = if right_to_left { dot.left - line.right } else { line.left - dot.right };
                (-0.5..line.size * 2.5).contains(&beside)
            }
        });
        if let Some(line) = line {
            line.dot = Some((dot.left, dot.right));
        }
    }
}

fn findings(name: &str, pages: &[Page]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let scanned: Vec<String> = (1..)
        .zip(pages)
        .filter(|(_, page)| page.words.is_empty() && page.pictured)
        .map(|(number, _): (usize, _)| number.to_string())
        .collect();
    if !scanned.is_empty() {
        let message = format!(
            "`{name}` has pages that are pictures without text and were not read: {}; put a text layer over them (OCR) \
             if they say what to build",
            scanned.join(", ")
        );
        findings.push(Finding::new(FindingCode::UnreadPages, message).at(Vec::<Source>::new()));
    }
    let unknown: usize = pages.iter().map(|page| page.unknown).sum();
    let known: usize = pages.iter().flat_map(|page| &page.words).map(words::Word::letters).sum();
    if unknown * 50 > known {
        let message = format!(
            "`{name}` does not say which characters {unknown} of its {} glyphs stand for; words may be missing, so \
             compare it with what was read or export it again",
            unknown + known
        );
        findings.push(Finding::new(FindingCode::UnreadPages, message));
    }
    findings
}
