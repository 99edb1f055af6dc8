//! Items by their keys.

use crate::{Item, ItemKey, Plan};
use std::collections::BTreeMap;

pub(super) struct Keyed<'p>(BTreeMap<&'p ItemKey, &'p Item>);

impl<'p> Keyed<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        Self::of_items(&plan.items)
    }

    pub(super) fn of_items(items: &'p [Item]) -> Self {
        Self(items.iter().map(|item| (&item.key, item)).collect())
    }

    pub(super) fn get(&self, key: &ItemKey) -> Option<&'p Item> {
        self.0.get(key).copied()
    }
}
