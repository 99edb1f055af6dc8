//! What keeps a plan sound: no circle, no key twice.

use super::EditError;
use crate::graph::Graph;
use crate::{ItemKey, Plan, RequirementId};
use std::collections::BTreeSet;

/// What was wrong with a plan before a change, so that the change is blamed for nothing else.
pub(crate) struct Before {
    unknown: BTreeSet<ItemKey>,
    requirements: BTreeSet<RequirementId>,
}

impl Before {
    pub(crate) fn of(plan: &Plan) -> Self {
        let known: BTreeSet<&ItemKey> = plan.items.iter().map(|item| &item.key).collect();
        let named = plan.items.iter().flat_map(|item| item.depends_on.iter().chain(&item.parent));
        Self {
            unknown: named.filter(|key| !known.contains(key)).cloned().collect(),
            requirements: plan.items.iter().flat_map(|item| item.requirements.iter().cloned()).collect(),
        }
    }
}

/// Whether a changed plan is sound, as far as the one before it was.
pub(crate) fn check(before: &Before, plan: &Plan) -> Result<(), EditError> {
    refuse_equal_keys(plan)?;
    if plan.items.is_empty() {
        return Err(EditError::LastItem);
    }
    let known: BTreeSet<&ItemKey> = plan.items.iter().map(|item| &item.key).collect();
    let mut named = plan.items.iter().flat_map(|item| item.depends_on.iter().chain(&item.parent));
    if let Some(key) = named.find(|key| !known.contains(key) && !before.unknown.contains(key)) {
        return Err(EditError::UnknownItem { key: key.clone() });
    }
    debug_assert!(
        plan.items.iter().flat_map(|item| &item.requirements).all(|id| before.requirements.contains(id)),
        "no change invents a requirement"
    );
    refuse_circle(plan)
}

pub(super) fn refuse_equal_keys(plan: &Plan) -> Result<(), EditError> {
    let mut seen = BTreeSet::new();
    match plan.items.iter().find(|item| !seen.insert(&item.key)) {
        Some(item) => Err(EditError::DuplicateKey { key: item.key.clone() }),
        None => Ok(()),
    }
}

/// To be called after a change that can close a circle. In a plan that goes in a circle already nothing of the kind is
/// possible before that is mended: which of two circles is whose cannot be told.
pub(super) fn refuse_circle(plan: &Plan) -> Result<(), EditError> {
    let Err(circle) = Graph::of(plan).sorted() else { return Ok(()) };
    let path = circle.items.iter().filter_map(|&index| plan.items.get(index));
    Err(EditError::Cycle { path: path.map(|item| item.title.clone()).collect() })
}
