//! How most of a document is set, which is what everything else differs from.

use super::glyphs::Page;
use super::lines::Line;
use super::words::Word;
use std::collections::BTreeMap;

/// How the running text is set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Body {
    /// Size of its letters.
    pub(super) size: f32,
    /// From one baseline to the next, as a multiple of the size.
    pub(super) leading: f32,
}

/// Letters of one width mean code only where the running text is set in others.
pub(super) fn clear_mono(pages: &mut [Page]) {
    let letters = |which: fn(&Word) -> bool| -> usize {
        let words = pages.iter().flat_map(|page| &page.words).filter(|word| which(word));
        words.map(Word::letters).sum()
    };
    let even = |word: &Word| word.mono || word.pitch.is_some_and(|pitch| (pitch - 0.6).abs() < 0.01);
    if letters(even) * 5 > letters(|_| true) * 3 {
        for word in pages.iter_mut().flat_map(|page| &mut page.words) {
            (word.mono, word.pitch) = (false, None);
        }
    }
}

/// The size of most letters.
pub(super) fn size(pages: &[Page]) -> f32 {
    let words = pages.iter().flat_map(|page| &page.words);
    most(words.filter(|word| !word.mono).map(|word| (half(word.size), word.letters())))
        .or_else(|| {
            most(pages.iter().flat_map(|page| &page.words).map(|word| (half(word.size), word.letters())))
        })
        .map_or(10.0, |size| size as f32 / 2.0)
}

/// How the running text is set, given its size.
pub(super) fn body(lines: &[Line], size: f32) -> Body {
    let steps = lines.windows(2).filter_map(|pair| {
        let [above, below] = pair else { return None };
        let step = (below.baseline - above.baseline) / size;
        let alike = (above.size - size).abs() < 0.6 && (below.size - size).abs() < 0.6;
        let wrapped = below.page == above.page && !below.first && (0.8..2.6).contains(&step);
        (alike && wrapped).then_some(((step * 20.0).round() as i32, 1))
    });
    Body { size, leading: most(steps).map_or(1.3, |step| step as f32 / 20.0) }
}

/// A size in half points.
pub(super) fn half(size: f32) -> i32 {
    (size * 2.0).round() as i32
}

fn most(values: impl Iterator<Item = (i32, usize)>) -> Option<i32> {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for (value, weight) in values {
        *counts.entry(value).or_default() += weight;
    }
    counts.into_iter().max_by_key(|&(value, count)| (count, std::cmp::Reverse(value))).map(|(value, _)| value)
}
