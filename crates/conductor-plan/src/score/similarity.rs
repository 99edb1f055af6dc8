//! How much alike two tasks are.
//!
//! Each word weighs what it tells: `ln(1 + N/n)` for a word that `n` of all `N` tasks of both sides have, the inverse
//! document frequency of Spärck Jones (1972). Two figures are made of that, both from 0 to 1:
//!
//! - *titles*: the share of both titles that the other has; a word that the other only has in its text counts half. Where
//!   all words count fully that is the Dice coefficient with weights ("soft" as the token F1 of SQuAD is not).
//! - *texts*: the cosine of all words of both, title and text (Salton's vector space).
//!
//! A pair is then held against its rivals, as in cross-domain similarity local scaling (Conneau et al. 2018): the further
//! each figure stays behind the best that either task reaches with anything on the other side, the less the pair is worth.
//! So a title that is one task's, over a text that is another's, is like neither.

use super::assignment::Pair;
use super::lexicon::terms;
use std::collections::BTreeMap;

/// What is read of a task.
pub(super) struct Words<'t> {
    pub(super) title: &'t str,
    /// What it says of itself.
    pub(super) text: &'t str,
    /// Details, and all that stands below it.
    pub(super) details: String,
}

/// A task keeps so many of its best counterparts.
const MOST_RIVALS: usize = 40;
/// A rival that is better by this much takes a pair's titles for its own, and its texts. Between texts of different people
/// about the same thing cosines are low, and so are the differences between them.
const TITLE_RIVAL: f64 = 0.4;
const TEXT_RIVAL: f64 = 0.25;
/// How much of the likeness is that of the titles.
const TITLE: f64 = 0.7;

/// A task as numbered words, sorted.
struct Vector {
    title: Vec<usize>,
    /// Title and text.
    short: Vec<usize>,
    /// Everything.
    whole: Vec<usize>,
}

/// A pair before it is held against its rivals.
struct Candidate {
    left: usize,
    right: usize,
    titles: f64,
    texts: f64,
}

/// All pairs of the two sides that are alike to this degree at least.
pub(super) fn alike(left: &[Words<'_>], right: &[Words<'_>], least: f64) -> Vec<Pair> {
    let mut vocabulary = BTreeMap::new();
    let left: Vec<Vector> = left.iter().map(|words| vector(words, &mut vocabulary)).collect();
    let right: Vec<Vector> = right.iter().map(|words| vector(words, &mut vocabulary)).collect();
    let weights = weights(vocabulary.len(), left.iter().chain(&right));
    let candidates = candidates(&left, &right, &weights);
    let mut best = (vec![(0.0, 0.0); left.len()], vec![(0.0, 0.0); right.len()]);
    for found in &candidates {
        for best in [&mut best.0[found.left], &mut best.1[found.right]] {
            *best = (f64::max(best.0, found.titles), f64::max(best.1, found.texts));
        }
    }
    let pairs = candidates.into_iter().map(|found| {
        let (ours, theirs) = (best.0[found.left], best.1[found.right]);
        let titles = unrivalled(found.titles, ours.0.max(theirs.0), TITLE_RIVAL);
        let texts = unrivalled(found.texts, ours.1.max(theirs.1), TEXT_RIVAL);
        let own = TITLE * found.titles + (1.0 - TITLE) * found.texts;
        Pair { left: found.left, right: found.right, weight: own * titles * texts }
    });
    pairs.filter(|pair| pair.weight >= least).collect()
}

/// 1 for the best that there is, 0 for what a rival is better than by `margin`.
fn unrivalled(own: f64, best: f64, margin: f64) -> f64 {
    (1.0 - (best - own) / margin).max(0.0)
}

fn vector(words: &Words<'_>, vocabulary: &mut BTreeMap<String, usize>) -> Vector {
    let mut numbered = |text: &str| {
        let mut numbers: Vec<usize> = Vec::new();
        for term in terms(text) {
            let next = vocabulary.len();
            numbers.push(*vocabulary.entry(term).or_insert(next));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    let title = numbered(words.title);
    let short = joined(&title, numbered(words.text));
    let whole = joined(&short, numbered(&words.details));
    // A title of nothing but common words still is what there is to compare.
    let title = if title.is_empty() { short.clone() } else { title };
    Vector { title, short, whole }
}

fn joined(words: &[usize], mut more: Vec<usize>) -> Vec<usize> {
    more.extend(words);
    more.sort_unstable();
    more.dedup();
    more
}

fn weights<'v>(words: usize, vectors: impl Iterator<Item = &'v Vector>) -> Vec<f64> {
    let mut frequency = vec![0_u32; words];
    let mut count = 0_u32;
    for vector in vectors {
        count += 1;
        vector.whole.iter().for_each(|&word| frequency[word] += 1);
    }
    frequency.into_iter().map(|n| (1.0 + f64::from(count) / f64::from(n.max(1))).ln()).collect()
}

/// Every pair that shares a word, and of each left task the best ones.
fn candidates(left: &[Vector], right: &[Vector], weights: &[f64]) -> Vec<Candidate> {
    let mut short = Cosines::of(right, weights, |vector| &vector.short);
    let mut whole = Cosines::of(right, weights, |vector| &vector.whole);
    let mut candidates = Vec::new();
    for (at, vector) in left.iter().enumerate() {
        // Who says little agrees with what is said in short, who says much with the details.
        let mut texts: BTreeMap<usize, f64> = whole.with(vector).into_iter().collect();
        for (other, cosine) in short.with(vector) {
            texts.entry(other).and_modify(|known| *known = known.max(cosine)).or_insert(cosine);
        }
        let mut found: Vec<Candidate> = texts
            .into_iter()
            .map(|(other, texts)| Candidate {
                left: at,
                right: other,
                titles: titles(vector, &right[other], weights),
                texts,
            })
            .collect();
        found.sort_by(|a, b| {
            (b.titles + b.texts).total_cmp(&(a.titles + a.texts)).then(a.right.cmp(&b.right))
        });
        found.truncate(MOST_RIVALS);
        candidates.extend(found);
    }
    candidates
}

/// The cosines of one text with many, by the words that they share.
struct Cosines<'v> {
    of: fn(&Vector) -> &Vec<usize>,
    weights: &'v [f64],
    /// For each word the texts that have it.
    having: Vec<Vec<usize>>,
    norms: Vec<f64>,
    /// What is shared with each text so far; zero between two uses.
    shared: Vec<f64>,
}

impl<'v> Cosines<'v> {
    fn of(vectors: &[Vector], weights: &'v [f64], of: fn(&Vector) -> &Vec<usize>) -> Self {
        let mut having: Vec<Vec<usize>> = vec![Vec::new(); weights.len()];
        for (at, vector) in vectors.iter().enumerate() {
            of(vector).iter().for_each(|&word| having[word].push(at));
        }
        let norms = vectors.iter().map(|vector| norm(of(vector), weights)).collect();
        Self { of, weights, having, norms, shared: vec![0.0; vectors.len()] }
    }

    fn with(&mut self, vector: &Vector) -> Vec<(usize, f64)> {
        let words = (self.of)(vector);
        let mut touched = Vec::new();
        for &word in words {
            for &other in &self.having[word] {
                if self.shared[other] == 0.0 {
                    touched.push(other);
                }
                self.shared[other] += self.weights[word] * self.weights[word];
            }
        }
        let own = norm(words, self.weights);
        let cosine = |other: usize| {
            let both = (own * self.norms[other]).max(f64::MIN_POSITIVE);
            (other, (std::mem::take(&mut self.shared[other]) / both).min(1.0))
        };
        touched.into_iter().map(cosine).collect()
    }
}

fn norm(words: &[usize], weights: &[f64]) -> f64 {
    words.iter().map(|&word| weights[word] * weights[word]).sum::<f64>().sqrt()
}

/// The share of both titles that the other has.
fn titles(a: &Vector, b: &Vector, weights: &[f64]) -> f64 {
    let (mut shared, mut total) = (0.0, 0.0);
    for (one, other) in [(a, b), (b, a)] {
        for word in &one.title {
            total += weights[*word];
            if other.title.binary_search(word).is_ok() {
                shared += weights[*word];
            } else if other.whole.binary_search(word).is_ok() {
                shared += weights[*word] / 2.0;
            }
        }
    }
    if total > 0.0 { shared / total } else { 0.0 }
}
