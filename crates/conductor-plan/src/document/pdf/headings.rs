//! Headings: lines that are larger or heavier than the running text, or numbered, and stand alone.

use super::flow::{Kind, Piece};
use super::lines::Line;
use super::lists::Marked;
use super::style::{Body, half};
use crate::document::marks::{Mark, mark_of};
use std::collections::{BTreeMap, BTreeSet};

/// How a heading is set. The larger and heavier one is the higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Style {
    /// In half points.
    size: i32,
    bold: bool,
}

/// More letters than this are no heading, whatever their size.
const LONGEST: usize = 180;
/// And no heading in the size of the running text.
const LONGEST_SMALL: usize = 90;

/// How the line is set, if it is a heading.
pub(super) fn style(
    line: &Line,
    above: Option<&Line>,
    below: Option<&Line>,
    body: Body,
    marked: Option<&Marked>,
) -> Option<Style> {
    let text = line.text();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let dense = text.chars().any(super::hyphens::is_dense);
    if letters < if dense { 1 } else { 2 } || line.dot.is_some() {
        return None;
    }
    let style = Style { size: half(line.size), bold: line.is_bold() };
    let sentence = text.ends_with(['.', ';', ',', '。', '，', '；']) && mark_of(&text).1.chars().count() > 3;
    if line.size >= body.size * 1.12 {
        let bullet = marked.is_some_and(|marked| marked.number.is_none());
        return (letters <= LONGEST && !(sentence && letters > 60) && !bullet).then_some(style);
    }
    if letters > LONGEST_SMALL || line.size < body.size * 0.93 || sentence || text.ends_with([':', '：']) {
        return None;
    }
    let apart = |step: f32| step < 0.0 || step > body.leading * body.size * 1.12;
    let free_above = line.first
        || above.is_none_or(|above| above.page != line.page || apart(line.baseline - above.baseline));
    let next = below.filter(|below| below.page == line.page && !below.first);
    let free_below = next.is_none_or(|below| apart(below.baseline - line.baseline));
    let bullet = marked.is_some_and(|marked| marked.number.is_none());
    if !free_above || bullet {
        return None;
    }
    // The last words of a bold sentence are in bold as well.
    let bold = style.bold && next.is_none_or(|below| !below.is_bold() || free_below);
    let section = matches!(mark_of(&text).0, Mark::Section(_)) && free_below;
    let shouted = letters >= 4
        && free_below
        && text.chars().any(char::is_uppercase)
        && !text.chars().any(char::is_lowercase);
    (bold || section || shouted).then_some(style)
}

/// The level of every heading, by position: styles from the largest down; where one style is numbered to several
/// depths, the depth decides within it.
pub(super) fn levels(pieces: &[Piece]) -> BTreeMap<usize, u8> {
    let headings: Vec<(usize, Style, usize)> = pieces
        .iter()
        .enumerate()
        .filter_map(|(index, piece)| match &piece.kind {
            Kind::Heading(style) => Some((index, *style, depth(&piece.text))),
            Kind::Paragraph | Kind::Item { .. } | Kind::Code | Kind::Row { .. } => None,
        })
        .collect();
    let mut depths: BTreeMap<Style, BTreeSet<usize>> = BTreeMap::new();
    for (_, style, depth) in &headings {
        let known = depths.entry(*style).or_default();
        // A heading without a number says nothing of the depth of its style.
        known.extend((*depth > 0).then_some(*depth));
    }
    let mut above = 0;
    let mut ranks: BTreeMap<(Style, usize), usize> = BTreeMap::new();
    for (style, known) in depths.iter().rev() {
        above += 1;
        ranks.insert((*style, 0), above);
        for (place, depth) in known.iter().enumerate() {
            ranks.insert((*style, *depth), above + place);
        }
        above += known.len().saturating_sub(1);
    }
    let level = |style, depth| {
        ranks.get(&(style, depth)).map_or(6, |rank| u8::try_from(*rank).unwrap_or(6).clamp(1, 6))
    };
    headings.into_iter().map(|(index, style, depth)| (index, level(style, depth))).collect()
}

/// How deep a heading is numbered; 0 for one without a number.
fn depth(text: &str) -> usize {
    match mark_of(text).0 {
        Mark::Section(parts) => parts,
        Mark::Number(_) => 1,
        Mark::None | Mark::Bullet => {
            // `1 Introduction`, `2.1 Scope` as TeX numbers them.
            let number = text.split_whitespace().next().unwrap_or_default();
            let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
            if digits { number.trim_matches('.').split('.').count() } else { 0 }
        }
    }
}
