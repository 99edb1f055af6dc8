//! How much two items speak of the same, from 0 to 1.

use crate::words::{Bag, Vocabulary};
use crate::{Item, Plan};

/// Verbs that documents use for one another. Of each row the first stands for all.
const SAME: &[&str] = &[
    "search find look lookup",
    "add create",
    "delete remove",
    "show display view",
    "edit change modify update",
    "send mail email",
    "save store persist",
    "login signin authenticate",
    "suchen finden",
    "anzeigen zeigen",
    "loeschen entfernen",
    "aendern bearbeiten",
    "anlegen erstellen hinzufuegen",
];

/// A description of fewer words than this says too little to stand for its item.
const TELLING_WORDS: usize = 4;

/// The words of the items of two plans, and how much each says: a word that every item has says little.
pub(super) struct Similarity {
    weights: Vec<f64>,
    old: Vec<Words>,
    new: Vec<Words>,
}

/// What an item says.
struct Words {
    title: Bag,
    description: Bag,
    all: Bag,
}

impl Similarity {
    pub(super) fn of(old: &Plan, new: &Plan) -> Self {
        let mut vocabulary = Vocabulary::default();
        let standing_for = standing_for(&mut vocabulary);
        let mut words = |plan: &Plan| -> Vec<Words> {
            plan.items.iter().map(|item| Words::of(item, &mut vocabulary, &standing_for)).collect()
        };
        let (old, new) = (words(old), words(new));
        let mut counts = vec![0_u32; vocabulary.len()];
        for word in old.iter().chain(&new).flat_map(|words| words.all.iter()) {
            if let Some(count) = counts.get_mut(word as usize) {
                *count += 1;
            }
        }
        let items = f64::from(u32::try_from(old.len() + new.len()).unwrap_or(u32::MAX));
        let weights = counts.into_iter().map(|count| (1.0 + items / f64::from(count.max(1))).ln()).collect();
        Self { weights, old, new }
    }

    /// How much an item of the older plan and one of the newer plan speak of the same.
    pub(super) fn alike(&self, old: usize, new: usize) -> f64 {
        let (old, new) = (&self.old[old], &self.new[new]);
        let telling = old.description.len().min(new.description.len()) >= TELLING_WORDS;
        let description = if telling { self.dice(&old.description, &new.description) } else { 0.0 };
        self.dice(&old.title, &new.title).max(self.dice(&old.all, &new.all)).max(description)
    }

    /// The share of what an item of the newer plan says that one of the older plan says too.
    pub(super) fn new_within_old(&self, new: usize, old: usize) -> f64 {
        self.share(&self.new[new].all, |word| self.old[old].all.has(word))
    }

    /// The share of what an item of the older plan says that one of the newer plan says too.
    pub(super) fn old_within_new(&self, old: usize, new: usize) -> f64 {
        self.share(&self.old[old].all, |word| self.new[new].all.has(word))
    }

    /// Of what `old` says and `first` does not, the share that `further` says.
    pub(super) fn rest_of_old(&self, old: usize, first: usize, further: usize) -> f64 {
        let rest: Vec<u32> =
            self.old[old].all.iter().filter(|&word| !self.new[first].all.has(word)).collect();
        self.share_of(rest, |word| self.new[further].all.has(word))
    }

    /// Of what `new` says and `first` did not, the share that `further` said.
    pub(super) fn rest_of_new(&self, new: usize, first: usize, further: usize) -> f64 {
        let rest: Vec<u32> =
            self.new[new].all.iter().filter(|&word| !self.old[first].all.has(word)).collect();
        self.share_of(rest, |word| self.old[further].all.has(word))
    }

    /// The words of an item of the older plan.
    pub(super) fn old_words(&self, old: usize) -> impl Iterator<Item = u32> + '_ {
        self.old[old].all.iter()
    }

    /// The words of an item of the newer plan.
    pub(super) fn new_words(&self, new: usize) -> impl Iterator<Item = u32> + '_ {
        self.new[new].all.iter()
    }

    fn share(&self, of: &Bag, has: impl Fn(u32) -> bool) -> f64 {
        self.share_of(of.iter().collect(), has)
    }

    fn share_of(&self, words: Vec<u32>, has: impl Fn(u32) -> bool) -> f64 {
        let (mut all, mut shared) = (0.0, 0.0);
        for word in words {
            all += self.weight(word);
            shared += if has(word) { self.weight(word) } else { 0.0 };
        }
        if all > 0.0 { shared / all } else { 0.0 }
    }

    fn dice(&self, a: &Bag, b: &Bag) -> f64 {
        let weight = |bag: &Bag| bag.iter().map(|word| self.weight(word)).sum::<f64>();
        let both: f64 = a.iter().filter(|&word| b.has(word)).map(|word| self.weight(word)).sum();
        let all = weight(a) + weight(b);
        if all > 0.0 { 2.0 * both / all } else { 0.0 }
    }

    fn weight(&self, word: u32) -> f64 {
        self.weights.get(word as usize).copied().unwrap_or(0.0)
    }
}

impl Words {
    fn of(item: &Item, vocabulary: &mut Vocabulary, standing_for: &[(u32, u32)]) -> Self {
        let mut bag = |text: &str| {
            let stands = |word: u32| {
                standing_for.iter().find(|(same, _)| *same == word).map_or(word, |(_, first)| *first)
            };
            Bag::from_words(vocabulary.bag(text).iter().map(stands))
        };
        let (title, description) = (bag(&item.title), bag(&item.description));
        let rest = bag(&item.acceptance.join("\n"));
        let all = Bag::from_words(title.iter().chain(description.iter()).chain(rest.iter()));
        Self { title, description, all }
    }
}

/// The words of [`SAME`], each with the first of its row.
fn standing_for(vocabulary: &mut Vocabulary) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for row in SAME {
        let words: Vec<u32> =
            row.split(' ').flat_map(|word| vocabulary.bag(word).iter().collect::<Vec<_>>()).collect();
        if let Some((&first, others)) = words.split_first() {
            pairs.extend(others.iter().map(|&other| (other, first)));
        }
    }
    pairs
}
