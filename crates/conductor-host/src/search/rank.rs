//! What the words that were found are worth.

use std::collections::BTreeMap;

use super::index::Held;
use super::words::{Wanted, scan};

/// How much the number of a file's words counts against it: a file that has every word of the language has those of
/// the task by chance.
const LENGTH: f64 = 0.6;

/// The words of a task with what each is worth: much when it is in the title and few files have it.
pub(super) struct Weights<'w> {
    words: &'w [Wanted],
    by_hash: BTreeMap<u32, usize>,
    /// A bit for the lowest bits of each hash: most words of paths and names are none of the task's.
    lows: u64,
    worth: Vec<f64>,
    sum: f64,
    usual_length: f64,
}

impl<'w> Weights<'w> {
    /// Weighs the words by the files that have them.
    pub(super) fn new(words: &'w [Wanted], held: &[Held]) -> Self {
        let texts = held.iter().filter(|held| held.words > 0);
        let (count, length) = texts.fold((0_u32, 0), |(n, sum), held| (n + 1, sum + held.words));
        let files = f64::from(count);
        let worth = |bit: usize, word: &Wanted| {
            let having = held.iter().filter(|held| held.mask & (1 << bit) != 0).count();
            let rarity = (1.0 + (files + 1.0) / (number(having) + 1.0)).ln();
            // What stands in no file can be found in paths and subjects only.
            f64::from(word.weight) * if having == 0 { rarity / 4.0 } else { rarity }
        };
        let worth: Vec<f64> = words.iter().enumerate().map(|(bit, word)| worth(bit, word)).collect();
        let by_hash = words.iter().enumerate().map(|(bit, word)| (word.hash, bit)).collect();
        let lows = words.iter().fold(0, |lows, word| lows | low(word.hash));
        let usual_length = if count == 0 { 1.0 } else { number(length) / files };
        Self { words, by_hash, lows, sum: worth.iter().sum(), worth, usual_length }
    }

    /// Which of the words a text has.
    pub(super) fn mask(&self, text: &[u8]) -> u64 {
        let mut mask = 0;
        scan(text, |_, hash| {
            if self.lows & low(hash) != 0
                && let Some(bit) = self.by_hash.get(&hash)
            {
                mask |= 1 << bit;
            }
        });
        mask
    }

    /// What these words are worth, as a share of all of the task's: from 0 to 1.
    pub(super) fn share(&self, mask: u64) -> f64 {
        if self.sum <= 0.0 || mask == 0 {
            return 0.0;
        }
        let worth = self.worth.iter().enumerate();
        worth.filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, worth)| worth).sum::<f64>() / self.sum
    }

    /// The same for a file, by its length.
    pub(super) fn text(&self, held: Held) -> f64 {
        let length = number(held.words) / self.usual_length;
        self.share(held.mask) * 2.0 / (2.0 - LENGTH + LENGTH * length)
    }

    /// The words as people wrote them, the most telling first, at most `most`.
    pub(super) fn named(&self, mask: u64, most: usize) -> Vec<String> {
        let mut bits: Vec<usize> = (0..self.words.len()).filter(|bit| mask & (1 << bit) != 0).collect();
        bits.sort_by(|one, other| self.worth[*other].total_cmp(&self.worth[*one]));
        bits.iter().take(most).map(|bit| self.words[*bit].text.clone()).collect()
    }
}

fn low(hash: u32) -> u64 {
    1 << (hash % 64)
}

/// Counts of files and words are far below what a float holds exactly.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

#[cfg(test)]
mod tests {
    use super::super::words::wanted;
    use super::*;

    #[test]
    fn a_rare_word_is_worth_more_and_a_long_file_less() {
        let words = wanted([("rare usual", 1)]);
        let mut held = vec![Held { mask: 0b10, words: 100 }; 50];
        held.push(Held { mask: 0b01, words: 100 });
        let weights = Weights::new(&words, &held);
        assert!(weights.share(0b01) > 2.0 * weights.share(0b10));
        assert!((weights.share(0b11) - 1.0).abs() < 1e-9 && weights.share(0) == 0.0);
        let of_length = |words| weights.text(Held { mask: 0b01, words });
        assert!(of_length(100) > of_length(1_000) && of_length(10) > of_length(100));
        assert_eq!(weights.named(0b11, 5), ["rare", "usual"]);
        assert_eq!(weights.mask(b"UsualThings"), 0b10);
    }

    #[test]
    fn no_word_and_no_file_are_worth_nothing() {
        let weights = Weights::new(&[], &[]);
        assert!(weights.share(0) == 0.0 && weights.text(Held::default()) == 0.0);
    }
}
