//! Keys of items that no document names.

use crate::document::short_hash;
use crate::outline::slug;
use crate::words::normal_form;
use crate::{ItemKey, Plan};
use std::collections::BTreeSet;

/// The keys that are taken.
pub(crate) struct Keys(BTreeSet<ItemKey>);

impl Keys {
    pub(crate) fn of(plan: &Plan) -> Self {
        Self(plan.items.iter().map(|item| item.key.clone()).collect())
    }

    /// A key that no other item has, made of the title and the container's title as those of the outline are: adding the
    /// same item again after it was taken out gives the same key.
    pub(crate) fn fresh(&mut self, title: &str, container: &str) -> ItemKey {
        let (slug, title, container) = (slug(title), normal_form(title), normal_form(container));
        let mut count = 1u64;
        loop {
            let hash = short_hash(&["added", &container, &title, &count.to_string()]);
            let key = ItemKey::new(format!("{slug}-{hash}"));
            if self.0.insert(key.clone()) {
                return key;
            }
            count += 1;
        }
    }
}
