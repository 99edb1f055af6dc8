//! Pieces to the text that a document has, and blocks that say where in it they stand.

use super::flow::{Kind, Piece};
use super::headings::levels;
use crate::document::lines::Lines;
use crate::{Block, BlockKind};
use std::fmt::Write as _;

/// The text is written like Markdown, one piece a line, so that a person can read it and a diff can compare it.
pub(super) fn render(pieces: &[Piece]) -> (String, Vec<Block>) {
    let levels = levels(pieces);
    let mut text = String::new();
    // Kind, text, lead, depth and page of each block, and where it begins and ends.
    let mut drafts: Vec<(Block, usize, usize, u32)> = Vec::with_capacity(pieces.len());
    let mut above: Option<&Piece> = None;
    for (index, piece) in pieces.iter().enumerate() {
        if piece.text.trim().is_empty() {
            continue;
        }
        if let Some(above) = above {
            text.push_str(if is_close(above, piece) { "\n" } else { "\n\n" });
        }
        let level = levels.get(&index).copied().unwrap_or(6);
        let start = text.len();
        write_piece(&mut text, piece, level);
        let end = text.len();
        if matches!(piece.kind, Kind::Row { head: true, .. }) {
            write_rule(&mut text, piece);
        }
        drafts.push((block(piece, level), start, end, piece.page));
        above = Some(piece);
    }
    text.push('\n');
    let lines = Lines::of(&text);
    let blocks = drafts.into_iter().map(|(mut block, start, end, page)| {
        block.span = lines.span(start, end);
        block.span.page = Some(page);
        block
    });
    let blocks = blocks.collect();
    (text, blocks)
}

/// Whether two pieces stand in lines one below the other, without an empty one between.
fn is_close(above: &Piece, below: &Piece) -> bool {
    match (&above.kind, &below.kind) {
        (Kind::Item { .. }, Kind::Item { .. }) => true,
        (Kind::Row { .. }, Kind::Row { head, .. }) => !head,
        (Kind::Heading(_) | Kind::Paragraph | Kind::Item { .. } | Kind::Code | Kind::Row { .. }, _) => false,
    }
}

fn write_piece(text: &mut String, piece: &Piece, level: u8) {
    let indent = "  ".repeat(piece.depth);
    match &piece.kind {
        Kind::Heading(_) => {
            text.push_str(&"#".repeat(usize::from(level)));
            text.push(' ');
            text.push_str(&piece.text);
        }
        Kind::Paragraph => {
            text.push_str(&indent);
            write_words(text, piece);
        }
        Kind::Item { number, done } => {
            text.push_str(&"  ".repeat(piece.depth.saturating_sub(1)));
            match number {
                // Writing to a string cannot fail.
                Some(number) => drop(write!(text, "{number}. ")),
                None => text.push_str("- "),
            }
            match done {
                Some(true) => text.push_str("[x] "),
                Some(false) => text.push_str("[ ] "),
                None => {}
            }
            write_words(text, piece);
        }
        Kind::Code => {
            for line in ["```"].into_iter().chain(piece.text.lines()).chain(["```"]) {
                text.push_str(&indent);
                text.push_str(line);
                text.push('\n');
            }
            text.pop();
        }
        Kind::Row { cells, .. } => {
            text.push_str("| ");
            text.push_str(&cells.join(" | "));
            text.push_str(" |");
        }
    }
}

fn write_rule(text: &mut String, piece: &Piece) {
    if let Kind::Row { cells, .. } = &piece.kind {
        text.push_str("\n|");
        text.push_str(&"---|".repeat(cells.len()));
    }
}

/// The words of a piece, with its bold beginning marked where there is one.
fn write_words(text: &mut String, piece: &Piece) {
    match piece.text.split_at_checked(piece.bold).filter(|(bold, _)| !bold.is_empty()) {
        Some((bold, rest)) => {
            text.push_str("**");
            text.push_str(bold);
            text.push_str("**");
            text.push_str(rest);
        }
        None => text.push_str(&piece.text),
    }
}

fn block(piece: &Piece, level: u8) -> Block {
    let kind = match &piece.kind {
        Kind::Heading(_) => BlockKind::Heading { level },
        Kind::Paragraph => BlockKind::Paragraph,
        Kind::Item { number, done } => BlockKind::Item { number: *number, done: *done },
        Kind::Code => BlockKind::Code,
        Kind::Row { head, cells } => BlockKind::Row { head: *head, cells: cells.clone() },
    };
    let lead = piece.text.get(..piece.bold).map(|lead| lead.trim_end_matches([':', '：']).trim());
    let led = matches!(piece.kind, Kind::Paragraph | Kind::Item { .. });
    Block {
        kind,
        text: piece.text.clone(),
        lead: lead.filter(|lead| led && !lead.is_empty()).map(str::to_owned),
        depth: piece.depth,
        span: Lines::of("").span(0, 0),
    }
}
