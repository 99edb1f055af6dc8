//! Text that is written from above to below, its lines from right to left, as Chinese, Japanese and Korean may be.
//!
//! Turned a quarter to the left such a page is one of lines from left to right, whose first line is at the top. So it is
//! found out here whether a page is written so, and where its signs stand on the turned page; everything behind this reads
//! it like any other.

use super::glyphs::{Area, Placed};
use crate::words::is_packed;

/// A page has to have so many signs below each other, so that a label beside a table does not turn it.
const FEWEST: usize = 12;

/// Whether most signs that were drawn after each other stand below each other.
pub(super) fn is_vertical(glyphs: &[Placed]) -> bool {
    let (mut below, mut beside) = (0usize, 0usize);
    let signs: Vec<&Placed> = glyphs.iter().filter(|glyph| glyph.text.chars().all(is_packed)).collect();
    for (first, second) in signs.iter().zip(signs.iter().skip(1)) {
        let size = first.size.max(second.size);
        let (across, down) = (middle(second) - middle(first), second.baseline - first.baseline);
        if across.abs() < size * 0.3 && (0.5..2.5).contains(&(down / size)) {
            below += 1;
        } else if down.abs() < size * 0.3 && (0.5..2.5).contains(&(across / size)) {
            beside += 1;
        }
    }
    below >= FEWEST && below > beside * 2
}

/// A sign where it stands on the page that is turned; `width` is that of the page as it was.
pub(super) fn turned(glyph: Placed, width: f32) -> Placed {
    // An upright sign fills a square, most of which is above its baseline.
    let top = glyph.baseline - glyph.size * 0.88;
    let baseline = width - middle(&glyph) + glyph.size * 0.38;
    Placed { left: top, right: top + glyph.size, baseline, ..glyph }
}

/// The same of a line or a dot.
pub(super) fn turned_area(area: Area, width: f32) -> Area {
    Area { left: area.top, top: width - area.right, right: area.bottom, bottom: width - area.left }
}

fn middle(glyph: &Placed) -> f32 {
    (glyph.left + glyph.right) / 2.0
}
