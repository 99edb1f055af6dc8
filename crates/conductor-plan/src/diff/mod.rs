//! What changed between two plans, as a person would say it.
//!
//! Items are first matched ([`matching`]), since a title that was reworded or a section that was renamed is not a new
//! item. Then each pair is compared field by field, and what follows from another change is left out: that nothing waits
//! for an item any more once it is gone, or that an estimate which was guessed from a text changed with the text.

mod change;
mod fields;
mod lines;
pub(crate) mod matching;
mod parts;
mod requirements;
mod similar;
mod tell;
mod waits;

pub use change::{
    FieldChange, ItemChange, KindChange, LineChange, Named, NumberChange, Renamed, RequirementChange,
};
pub use tell::{DiffLine, DiffMark};

use crate::{ItemKey, Plan};
use matching::Matching;
use serde::Serialize;
use std::collections::BTreeMap;

/// What changed between two plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanDiff {
    /// Documents that have another name now.
    pub renamed: Vec<Renamed>,
    /// What changed in the items: first those that the newer plan has, in its order, then those that are gone.
    pub items: Vec<ItemChange>,
    /// What changed in what the documents ask for.
    pub requirements: Vec<RequirementChange>,
    /// Items that are as they were.
    pub unchanged: usize,
    /// The items that are the same in both plans though their keys differ: the older key by the newer one.
    pub carried: BTreeMap<ItemKey, ItemKey>,
}

impl PlanDiff {
    /// Whether nothing that was planned or asked for changed. A document may have another name.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && self.requirements.is_empty()
    }
}

/// Compares two plans. Which engine made them, and where in the document something stands, makes no difference.
pub fn diff(old: &Plan, new: &Plan) -> PlanDiff {
    let matching = Matching::of(old, new);
    let parts = parts::parts(old, new, &matching);
    let items = change::items(old, new, &matching, &parts);
    let touched = items.iter().filter(|change| !matches!(change, ItemChange::Removed { .. })).count();
    let carried = matching
        .pairs()
        .map(|(before, after)| (new.items[after].key.clone(), old.items[before].key.clone()))
        .filter(|(after, before)| after != before)
        .collect();
    PlanDiff {
        renamed: change::renamed(old, new),
        requirements: requirements::requirements(old, new),
        unchanged: new.items.len().saturating_sub(touched + parts.further()),
        carried,
        items,
    }
}
