//! Which test of the new sources is which of the old ones.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Function, likeness};

/// A function with the file that it stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Case<'f> {
    /// The number of its file.
    pub(super) file: usize,
    /// Languages that import each other.
    pub(super) family: u8,
    pub(super) function: &'f Function,
}

/// Old and new functions, side by side.
#[derive(Debug, Default)]
pub(super) struct Pairs<'f> {
    pub(super) same: Vec<(Case<'f>, Case<'f>)>,
    /// Old ones that are nowhere.
    pub(super) gone: Vec<Case<'f>>,
    /// New ones that were nowhere.
    pub(super) added: Vec<Case<'f>>,
}

/// Two functions as alike as this, in percent, are one that was renamed.
const RENAMED: u32 = 75;
/// Of so many functions of one name, the most alike is looked for.
const NAMESAKES_MAX: usize = 32;
/// More comparisons than this are not made.
pub(super) const COMPARISONS_MAX: usize = 250_000;

/// Finds the pairs: by file and full name, then by name anywhere, then by content.
pub(super) fn pair<'f>(old: Vec<Case<'f>>, new: Vec<Case<'f>>) -> Pairs<'f> {
    let mut pairs = Pairs { gone: old, added: new, ..Pairs::default() };
    pairs.by(|case| format!("{}\0{}\0{}", case.family, case.file, case.function.path()));
    pairs.by(|case| format!("{}\0{}\0{}", case.family, case.file, case.function.name));
    pairs.by(|case| format!("{}\0{}", case.family, case.function.path()));
    pairs.by(|case| format!("{}\0{}", case.family, case.function.name));
    pairs.by_content();
    pairs
}

impl<'f> Pairs<'f> {
    /// Pairs what has the same key; of several the ones that are most alike.
    fn by(&mut self, key: impl Fn(&Case<'f>) -> String) {
        let mut waiting: BTreeMap<String, Vec<Case<'f>>> = BTreeMap::new();
        for case in std::mem::take(&mut self.added) {
            waiting.entry(key(&case)).or_default().push(case);
        }
        let mut gone = Vec::new();
        for case in std::mem::take(&mut self.gone) {
            let there = waiting.get_mut(&key(&case)).filter(|there| !there.is_empty());
            let Some(there) = there else {
                gone.push(case);
                continue;
            };
            let best = (0..there.len().min(NAMESAKES_MAX))
                .max_by_key(|n| (there.get(*n).map(|c| likeness(case.function, c.function)), usize::MAX - n));
            self.same.push((case, there.remove(best.unwrap_or_default())));
        }
        self.gone = gone;
        self.added = waiting.into_values().flatten().collect();
    }

    fn by_content(&mut self) {
        if self.gone.len().saturating_mul(self.added.len()) > COMPARISONS_MAX {
            return;
        }
        let mut alike: Vec<(u32, usize, usize)> = Vec::new();
        for (o, old) in self.gone.iter().enumerate() {
            for (n, new) in self.added.iter().enumerate() {
                let score = likeness(old.function, new.function);
                if old.family == new.family && score >= RENAMED && says_the_same(old.function, new.function) {
                    alike.push((score, o, n));
                }
            }
        }
        alike.sort_by_key(|(score, o, n)| (std::cmp::Reverse(*score), *o, *n));
        let (mut taken_old, mut taken_new) = (BTreeSet::new(), BTreeSet::new());
        for (_, o, n) in alike {
            if taken_old.contains(&o) || taken_new.contains(&n) {
                continue;
            }
            if let (Some(old), Some(new)) = (self.gone.get(o), self.added.get(n)) {
                self.same.push((*old, *new));
                taken_old.insert(o);
                taken_new.insert(n);
            }
        }
        let keep = |all: &mut Vec<Case<'f>>, taken: &BTreeSet<usize>| {
            let mut at = 0..;
            all.retain(|_| at.next().is_none_or(|n| !taken.contains(&n)));
        };
        keep(&mut self.gone, &taken_old);
        keep(&mut self.added, &taken_new);
    }
}

/// Whether a renamed test is still about the same values: else it is another one of the same shape.
fn says_the_same(old: &Function, new: &Function) -> bool {
    let texts: BTreeSet<&str> =
        new.assertions.iter().filter(|a| a.counts()).map(|a| a.text.as_str()).collect();
    let common = old.assertions.iter().any(|a| a.counts() && texts.contains(a.text.as_str()));
    let kept = old.literals.iter().filter(|l| new.literals.contains(*l)).count();
    common || kept * 10 >= old.literals.len() * 6
}
