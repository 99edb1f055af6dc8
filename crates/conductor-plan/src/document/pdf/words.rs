//! Glyphs to words.
//!
//! Programs draw the letters of a word one after the other, whatever they do with lines and columns, so words are taken
//! in the order of drawing: a letter that stands close behind the one before, on the same baseline, goes on with it.

use super::bidi;
use super::glyphs::Placed;
use super::hyphens::is_dense;

/// A word, or as much of it as was drawn in one go.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    /// In the order of reading.
    pub(super) text: String,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) baseline: f32,
    pub(super) size: f32,
    pub(super) bold: bool,
    pub(super) mono: bool,
    /// The ink of its letters, where the weight of their font is not known.
    pub(super) ink: f32,
    /// How wide each of its letters is, as a share of the size, when all are equally wide.
    pub(super) pitch: Option<f32>,
    /// The table that it stands for: its number on the page.
    pub(super) table: Option<usize>,
}

impl Word {
    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    pub(super) fn letters(&self) -> usize {
        self.text.chars().count()
    }
}

/// A space wider than this share of the size ends a word, where the program draws no spaces.
const SPACE: f32 = 0.18;

/// Puts glyphs together.
#[derive(Default)]
pub(super) struct Words {
    done: Vec<Word>,
    open: Vec<Placed>,
}

impl Words {
    pub(super) fn add(&mut self, glyph: Placed) {
        if glyph.text.chars().all(|c| c.is_whitespace() || c.is_control()) {
            self.close();
            return;
        }
        if self.open.last().is_some_and(|last| !goes_on(last, &glyph)) {
            self.close();
        }
        self.open.push(glyph);
    }

    pub(super) fn finish(mut self) -> Vec<Word> {
        self.close();
        self.done
    }

    fn close(&mut self) {
        let mut glyphs = std::mem::take(&mut self.open);
        let Some(first) = glyphs.first() else { return };
        let mut word =
            Word { left: first.left, right: first.right, baseline: first.baseline, ..Word::default() };
        let (mut bold, mut mono) = (0usize, 0usize);
        for glyph in &glyphs {
            word.left = word.left.min(glyph.left);
            word.right = word.right.max(glyph.right);
            word.size = word.size.max(glyph.size);
            word.ink += glyph.ink.unwrap_or(0.0);
            bold += usize::from(glyph.bold);
            mono += usize::from(glyph.mono);
        }
        word.pitch = pitch(&glyphs);
        (word.bold, word.mono) = (bold * 2 > glyphs.len(), mono * 2 > glyphs.len());
        // In fonts for Chinese and the like every sign takes the same place.
        word.mono &= !glyphs.iter().any(|glyph| glyph.text.chars().any(is_dense));
        if glyphs.iter().any(|glyph| glyph.text.chars().any(bidi::is_right_to_left)) {
            // As the reader sees them, whichever way they were drawn.
            glyphs.sort_by(|a, b| a.left.total_cmp(&b.left));
            let pieces: Vec<&str> = glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
            word.text = tidy(&bidi::in_order(&pieces));
        } else {
            word.text = glyphs.iter().map(|glyph| tidy(&glyph.text)).collect();
        }
        if !word.text.is_empty() {
            self.done.push(word);
        }
    }
}

/// How wide each of the glyphs is, as a share of the size, when all are equally wide.
fn pitch(glyphs: &[Placed]) -> Option<f32> {
    let width = |glyph: &Placed| (glyph.right - glyph.left) / glyph.size;
    let first = width(glyphs.first()?);
    glyphs.iter().all(|glyph| (width(glyph) - first).abs() < 0.01).then_some(first)
}

/// Whether a glyph goes on with the word that another one is the last of.
fn goes_on(last: &Placed, next: &Placed) -> bool {
    let size = last.size.max(next.size);
    let level = (last.baseline - next.baseline).abs() < size * 0.1;
    let space = size * SPACE;
    let behind = (next.left - last.right) < space && next.left > last.left - size * 0.3;
    let before = (last.left - next.right).abs() < space;
    level && (behind || before) && (last.mono == next.mono || next.left - last.right < size * 0.05)
}

/// Characters as people type them: ligatures taken apart, forms that exist for printing only replaced.
fn tidy(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{FB00}' => out.push_str("ff"),
            '\u{FB01}' => out.push_str("fi"),
            '\u{FB02}' => out.push_str("fl"),
            '\u{FB03}' => out.push_str("ffi"),
            '\u{FB04}' => out.push_str("ffl"),
            '\u{FB05}' | '\u{FB06}' => out.push_str("st"),
            '\u{200B}' | '\u{FEFF}' | '\u{FFFD}' => {}
            // The bullets of Wingdings and Symbol, as Word writes them.
            '\u{F0B7}' | '\u{F0A7}' | '\u{F0D8}' | '\u{F076}' | '\u{F0FC}' => out.push('•'),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}
