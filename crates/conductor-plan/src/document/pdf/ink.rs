//! How heavy a font is whose file does not say so.
//!
//! The fonts of TeX and of many older programs come without a name that the library passes on. But bold is something
//! that can be seen: the same letter has more ink. A word is compared with what its letters have in the glyphs that are
//! used most for them, which are those of the running text.

use super::words::Word;
use hayro_interpret::font::Glyph;
use hayro_interpret::kurbo::Shape as _;
use std::collections::BTreeMap;

/// So much more ink than the running text is bold. Fonts of one family differ by 1.3 to 1.6; other families in regular
/// weight by up to 1.15.
const BOLD: f32 = 1.25;

/// A letter that is used less often than this is rare.
const RARE: u32 = 8;

/// The glyphs that were seen.
#[derive(Default)]
pub(super) struct Inks {
    /// Ink of a glyph, as a share of the square that it stands in.
    seen: BTreeMap<u128, f32>,
    /// How often each glyph of a letter was used.
    used: BTreeMap<char, BTreeMap<u128, u32>>,
}

impl Inks {
    /// The ink of a glyph for this text; `None` where it says nothing of a weight.
    pub(super) fn measure(&mut self, glyph: &Glyph<'_>, text: &str) -> Option<f32> {
        let Glyph::Outline(outline) = glyph else { return None };
        let letter = text.chars().next().filter(|c| c.is_alphanumeric())?;
        let key = outline.identifier().cache_key();
        let ink = *self.seen.entry(key).or_insert_with(|| (outline.outline().area().abs() / 1e6) as f32);
        *self.used.entry(letter).or_default().entry(key).or_default() += 1;
        (ink > 0.0).then_some(ink)
    }

    /// Says of the words whose weight is not known whether they are bold.
    pub(super) fn weigh<'w>(&self, words: impl Iterator<Item = &'w mut Word>) {
        let usual: BTreeMap<char, f32> = self
            .used
            .iter()
            .filter_map(|(letter, used)| {
                let most = used.iter().max_by_key(|(key, times)| (**times, **key))?;
                Some((*letter, *self.seen.get(most.0)?))
            })
            .collect();
        // Typewriter fonts are another family, and of a letter that is rare nothing is known.
        let typed = |word: &Word| {
            word.pitch.is_some_and(|pitch| (pitch - 0.6).abs() < 0.02 || (pitch - 0.525).abs() < 0.01)
        };
        let rare = |letter: char| self.used.get(&letter).is_none_or(|used| used.values().sum::<u32>() < RARE);
        for word in words.filter(|word| word.ink > 0.0 && !typed(word)) {
            let letters = || word.text.chars().filter(|c| c.is_alphanumeric());
            if letters().filter(|&letter| rare(letter)).count() * 2 > letters().count() {
                continue;
            }
            let expected: f32 = word.text.chars().filter_map(|letter| usual.get(&letter)).sum();
            word.bold |= expected > 0.0 && word.ink > expected * BOLD;
        }
    }
}
