//! Items of lists: what marks a line as one, and how deep it stands.

use super::lines::Line;
use super::words::Word;
use crate::document::marks::{Mark, mark_of};

/// A line that starts like an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Marked {
    pub(super) number: Option<u64>,
    /// Whether its mark is one that running text does not contain.
    sure: bool,
    /// How far the mark stands from the edge of the column, and how far the text behind it.
    mark: f32,
    text: f32,
}

impl Marked {
    pub(super) fn of(line: &Line) -> Option<Self> {
        if let Some((left, right)) = line.dot {
            let mark = offset(line, left, right);
            return Some(Self { number: None, sure: true, mark, text: offset_of(line) });
        }
        let text = line.text();
        let (mark, rest) = mark_of(&text);
        let number = match mark {
            Mark::Bullet => None,
            Mark::Number(number) => Some(number),
            Mark::None | Mark::Section(_) => return None,
        };
        if !rest.chars().any(char::is_alphanumeric) {
            return None;
        }
        // The word that the text behind the mark begins with, when the mark is a word of its own.
        let words = line.in_order();
        let behind = text.len() - rest.len();
        let mut length = 0;
        let first = words.iter().find(|word| {
            let starts = length >= behind;
            length += word.text.len() + 1;
            starts
        });
        let text = first.map_or_else(|| offset_of(line), |word: &&Word| offset(line, word.left, word.right));
        let sure = number.is_none() && !text_dash(words.first());
        Some(Self { number, sure, mark: offset_of(line), text })
    }

    /// Whether the line is an item although a sentence may go on in it, and its number follows that of the item before.
    pub(super) fn stands(&self, sentence: bool, before: Option<u64>) -> bool {
        self.sure || !sentence || self.number.is_some_and(|number| before == Some(number.wrapping_sub(1)))
    }

    /// How far its text stands from the edge of the column.
    pub(super) fn text(&self) -> f32 {
        self.text
    }
}

fn text_dash(word: Option<&&Word>) -> bool {
    word.is_some_and(|word| matches!(word.text.as_str(), "-" | "–" | "—" | "*" | "+" | "·"))
}

/// How far a line stands from the edge of its column that its script begins at.
pub(super) fn offset_of(line: &Line) -> f32 {
    offset(line, line.left, line.right)
}

fn offset(line: &Line, left: f32, right: f32) -> f32 {
    if line.reads_right_to_left() { line.column.1 - right } else { left - line.column.0 }
}

/// The open items, by how far they are indented. Lists go on in the next column and on the next page, so places are
/// measured from the edge of the column.
#[derive(Default)]
pub(super) struct Indents(Vec<(f32, f32)>);

impl Indents {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Opens an item, and returns in how many lists it stands.
    pub(super) fn enter(&mut self, line: &Line, marked: &Marked) -> usize {
        let slack = line.size * 0.7;
        let here = (marked.mark, marked.text);
        let alike = |open: &(f32, f32)| (open.0 - here.0).abs() < slack || (open.1 - here.1).abs() < slack;
        while self.0.last().is_some_and(|open| !alike(open) && open.0 > here.0) {
            self.0.pop();
        }
        if self.0.last().is_some_and(alike) {
            self.0.pop();
        }
        self.0.push(here);
        self.0.len()
    }

    /// In how many of the open items a line stands that is no item; those that it does not stand in end.
    pub(super) fn under(&mut self, line: &Line, size: f32) -> usize {
        let here = offset_of(line);
        while self.0.last().is_some_and(|open| here < open.1 - size * 0.7) {
            self.0.pop();
        }
        self.0.len()
    }
}
