//! How many items may stand where, so that all together are no more than the plan may have. Each share follows from what
//! is above it, never from which answer came first.

use super::chunk::Chunk;
use super::options::DecomposeOptions;
use crate::Item;

/// The most parts that an item is split into at once: more than that nobody keeps in view.
pub(super) const MOST_PARTS: usize = 12;

/// Whether an item is too large or too hard to be done in one go. A hard one that is short stays whole.
pub(super) fn wants_split(item: &Item, options: &DecomposeOptions) -> bool {
    let Some(estimate) = item.estimate else { return false };
    let hard = item.complexity >= options.complexity_limit && estimate.likely > options.target_minutes / 2;
    estimate.likely > options.target_minutes || hard
}

/// How many items the answer for each chunk may have, by its length.
pub(super) fn start_shares(chunks: &[Chunk], most: usize) -> Vec<usize> {
    let lines = |chunk: &Chunk| -> usize {
        chunk.iter().map(|lines| usize::try_from(lines.last - lines.first + 1).unwrap_or(usize::MAX)).sum()
    };
    let weights: Vec<usize> = chunks.iter().map(lines).collect();
    // One for each, and what is left by length.
    divided(&weights, most.saturating_sub(chunks.len())).into_iter().map(|share| share + 1).collect()
}

/// How many items may be below each of these, of `left` in all. Where there are not two for each, the first get them.
pub(super) fn shares(items: &[&Item], left: usize) -> Vec<usize> {
    let weight = |item: &&Item| {
        item.estimate.map_or(1, |estimate| usize::try_from(estimate.likely).unwrap_or(usize::MAX).max(1))
    };
    let least = (left / 2).min(items.len());
    let weights: Vec<usize> = items.iter().take(least).map(weight).collect();
    let mut shares: Vec<usize> =
        divided(&weights, left - least * 2).into_iter().map(|share| share + 2).collect();
    shares.resize(items.len(), 0);
    shares
}

/// `amount` in parts that are to each other as the weights, rounded down.
fn divided(weights: &[usize], amount: usize) -> Vec<usize> {
    let all: u128 = weights.iter().map(|&weight| weight as u128).sum::<u128>().max(1);
    let part = |&weight: &usize| usize::try_from(amount as u128 * weight as u128 / all).unwrap_or(amount);
    weights.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shares_are_never_more_than_there_is(weights in proptest::collection::vec(0_usize..5_000, 0..30), amount in 0_usize..2_000) {
            let shares = divided(&weights, amount);
            prop_assert_eq!(shares.len(), weights.len());
            prop_assert!(shares.iter().sum::<usize>() <= amount);
        }
    }
}
