//! How items are called in front of people.

use crate::{ItemKey, Plan, TreeRow};
use std::collections::BTreeMap;

/// How items are called in front of people: by their number in the tree (`2.1`), or by the name that they go by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels(BTreeMap<ItemKey, String>);

impl Labels {
    /// By number.
    pub fn of(plan: &Plan) -> Self {
        Self::named(plan, |_| None)
    }

    /// By name where `name` has one, else by number.
    pub fn named(plan: &Plan, name: impl Fn(&ItemKey) -> Option<String>) -> Self {
        let mut numbers: Vec<usize> = Vec::new();
        let mut labels = BTreeMap::new();
        for TreeRow { depth, item, .. } in plan.tree() {
            numbers.truncate(depth + 1);
            match numbers.get_mut(depth) {
                Some(number) => *number += 1,
                None => numbers.push(1),
            }
            let number = || numbers.iter().map(usize::to_string).collect::<Vec<_>>().join(".");
            labels.insert(item.key.clone(), name(&item.key).unwrap_or_else(number));
        }
        Self(labels)
    }

    /// What the item is called; its key when the plan does not have it.
    pub fn get<'a>(&'a self, key: &'a ItemKey) -> &'a str {
        self.0.get(key).map_or_else(|| key.as_str(), String::as_str)
    }
}
