//! The difference between two forms of a plan.

use crate::{Item, ItemKey, Plan, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What makes one form of a plan the other: small where little was changed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Delta {
    /// Items as they are to be.
    items: Vec<Item>,
    /// Where the order of items, or which there are, is another.
    order: Option<Splice>,
    /// What is to be said of items; `null` for nothing.
    verdicts: BTreeMap<ItemKey, Option<Verdict>>,
}

/// A piece of the list of keys, and what is to stand in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Splice {
    at: usize,
    cut: Vec<ItemKey>,
    put: Vec<ItemKey>,
}

impl Delta {
    /// What makes `to` of `from`, both with every key once. Only items and verdicts are compared.
    pub fn between(from: &Plan, to: &Plan) -> Self {
        let known: BTreeMap<&ItemKey, &Item> = from.items.iter().map(|item| (&item.key, item)).collect();
        let items = to.items.iter().filter(|item| known.get(&item.key).is_none_or(|old| old != item));
        let said = |plan: &Plan, key: &ItemKey| plan.verdicts.get(key).copied();
        let judged = from.verdicts.keys().chain(to.verdicts.keys());
        let judged = judged.filter(|key| said(from, key) != said(to, key));
        Self {
            items: items.cloned().collect(),
            order: Splice::between(&from.items, &to.items),
            verdicts: judged.map(|key| (key.clone(), said(to, key))).collect(),
        }
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.order.is_none() && self.verdicts.is_empty()
    }

    /// The items that are new or others, or of which something else is said. One that only stands elsewhere is the same.
    pub fn touched(&self) -> BTreeSet<&ItemKey> {
        self.verdicts.keys().chain(self.items.iter().map(|item| &item.key)).collect()
    }

    /// The changed plan; `None` when it does not fit: something else changed which items there are.
    pub fn apply(&self, plan: &Plan) -> Option<Plan> {
        let mut items: BTreeMap<&ItemKey, &Item> = plan.items.iter().map(|item| (&item.key, item)).collect();
        items.extend(self.items.iter().map(|item| (&item.key, item)));
        let mut order: Vec<&ItemKey> = plan.items.iter().map(|item| &item.key).collect();
        if let Some(Splice { at, cut, put }) = &self.order {
            let end = at.checked_add(cut.len())?;
            if !order.get(*at..end)?.iter().copied().eq(cut) {
                return None;
            }
            order.splice(*at..end, put);
        }
        let items: Option<Vec<Item>> =
            order.into_iter().map(|key| items.get(key).copied().cloned()).collect();
        let mut changed = Plan { items: items?, ..plan.clone() };
        for (key, verdict) in &self.verdicts {
            match verdict {
                Some(verdict) => changed.verdicts.insert(key.clone(), *verdict),
                None => changed.verdicts.remove(key),
            };
        }
        Some(changed)
    }

    /// About how many bytes it takes to keep.
    pub(super) fn weight(&self) -> usize {
        let text = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
        let items = self.items.iter().map(|item| {
            400 + item.title.len()
                + item.description.len()
                + text(&item.acceptance)
                + text(&item.files)
                + item.sources.len() * 100
        });
        let keys = self.order.iter().flat_map(|splice| splice.cut.iter().chain(&splice.put));
        items.sum::<usize>()
            + keys.map(|key| key.as_str().len() + 3).sum::<usize>()
            + self.verdicts.keys().map(|key| key.as_str().len() + 16).sum::<usize>()
    }
}

impl Splice {
    fn between(from: &[Item], to: &[Item]) -> Option<Self> {
        let same = from.iter().zip(to).take_while(|(a, b)| a.key == b.key).count();
        let (from, to) = (from.get(same..)?, to.get(same..)?);
        if from.is_empty() && to.is_empty() {
            return None;
        }
        let tail = from.iter().rev().zip(to.iter().rev()).take_while(|(a, b)| a.key == b.key).count();
        let keys = |items: &[Item]| items.iter().map(|item| item.key.clone()).collect();
        Some(Self {
            at: same,
            cut: keys(from.get(..from.len() - tail)?),
            put: keys(to.get(..to.len() - tail)?),
        })
    }
}
