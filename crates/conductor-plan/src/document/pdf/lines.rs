//! Words to lines.

use super::bidi;
use super::words::Word;
use std::collections::BTreeSet;

/// Words on one baseline, from left to right.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
    /// Number of the page, counted from 1.
    pub(super) page: u32,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    /// The size of most of its letters.
    pub(super) size: f32,
    /// Where the dot stands that is drawn before it and is no letter.
    pub(super) dot: Option<(f32, f32)>,
    /// Where the column begins and ends that it stands in.
    pub(super) column: (f32, f32),
    /// Whether it is the first line of a column.
    pub(super) first: bool,
    /// The table that stands in its place: its number on the page.
    pub(super) table: Option<usize>,
}

impl Line {
    pub(super) fn letters(&self) -> usize {
        self.words.iter().map(Word::letters).sum()
    }

    /// Whether nearly all of it is set in bold.
    pub(super) fn is_bold(&self) -> bool {
        self.share(|word| word.bold) >= 0.9
    }

    /// Whether nearly all of it is set in letters of one width: the font says so, or, where it says nothing, narrow and
    /// wide letters take the same place.
    pub(super) fn is_mono(&self) -> bool {
        let pitch = self.words.first().and_then(|word| word.pitch);
        let even = pitch.is_some_and(|pitch| {
            self.words.iter().all(|word| word.pitch.is_some_and(|other| (other - pitch).abs() < 0.01))
        });
        let letters =
            || self.words.iter().flat_map(|word| word.text.chars()).filter(char::is_ascii_alphabetic);
        let narrow = letters().any(|c| "ijltfrI".contains(c));
        let wide = letters().any(|c| "mwMW".contains(c));
        let middle = letters().any(|c| !"ijltfrImwMW".contains(c));
        let capitals: BTreeSet<char> = letters().filter(char::is_ascii_uppercase).collect();
        let telling = narrow && (middle || wide) || wide && middle || capitals.len() >= 3;
        self.share(|word| word.mono) >= 0.9 || even && telling && letters().count() >= 3
    }

    fn share(&self, which: impl Fn(&Word) -> bool) -> f32 {
        let of = |count: usize| u16::try_from(count.min(60_000)).map_or(0.0, f32::from);
        let counted = self.words.iter().filter(|word| which(word)).map(Word::letters).sum();
        of(counted) / of(self.letters()).max(1.0)
    }

    /// Its words in the order of reading.
    pub(super) fn in_order(&self) -> Vec<&Word> {
        let words: Vec<&Word> = self.words.iter().collect();
        let right_to_left = self.reads_right_to_left();
        if right_to_left { bidi::turned(&words, |word| &word.text) } else { words }
    }

    pub(super) fn reads_right_to_left(&self) -> bool {
        let letters: String = self.words.iter().map(|word| word.text.as_str()).collect();
        bidi::reads_right_to_left(&letters)
    }

    pub(super) fn text(&self) -> String {
        self.in_order().iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn of(mut words: Vec<Word>) -> Self {
        words.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut words = joined(words);
        if bidi::reads_right_to_left(&words.iter().map(|word| word.text.as_str()).collect::<String>()) {
            words.iter_mut().for_each(|word| word.text = bidi::number(&word.text));
        }
        let biggest = words.iter().max_by_key(|word| word.letters());
        let (size, baseline) = biggest.map_or((0.0, 0.0), |word| (word.size, word.baseline));
        let left = words.iter().map(|word| word.left).fold(f32::INFINITY, f32::min);
        let right = words.iter().map(|word| word.right).fold(f32::NEG_INFINITY, f32::max);
        let table = words.iter().find_map(|word| word.table);
        Self { words, left, right, baseline, size, table, ..Self::default() }
    }
}

/// Puts together what was drawn apart: `data` and `base` without a space between them.
fn joined(words: Vec<Word>) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        match out.last_mut() {
            Some(last)
                if last.mono == word.mono
                    && last.bold == word.bold
                    && word.table.is_none()
                    && (word.left - last.right).abs() < last.size.min(word.size) * 0.08 =>
            {
                let right_to_left = word.text.chars().any(bidi::is_right_to_left);
                last.text = if right_to_left {
                    word.text + &last.text
                } else {
                    format!("{}{}", last.text, word.text)
                };
                last.right = last.right.max(word.right);
                last.size = last.size.max(word.size);
            }
            // Drawn a second time, a little aside, to look bold.
            Some(last) if last.text == word.text && (word.left - last.left).abs() < last.size * 0.15 => {
                last.bold = true;
            }
            Some(_) | None => out.push(word),
        }
    }
    out
}

/// The lines that words stand in, from the top.
pub(super) fn lines(mut words: Vec<Word>) -> Vec<Line> {
    words.sort_by(|a, b| a.baseline.total_cmp(&b.baseline));
    let mut lines = Vec::new();
    let mut row: Vec<Word> = Vec::new();
    let mut reference = (0.0f32, 0.0f32);
    for word in words {
        let (baseline, size) = reference;
        if !row.is_empty() && word.baseline - baseline > size.max(word.size) * 0.4 {
            lines.push(Line::of(std::mem::take(&mut row)));
        }
        if row.is_empty() || word.size > reference.1 {
            reference = (word.baseline, word.size);
        }
        row.push(word);
    }
    if !row.is_empty() {
        lines.push(Line::of(row));
    }
    lines
}
