//! Verdicts.

use super::{EditError, place, position};
use crate::{ItemKey, Plan, Verdict};

pub(super) fn judge(plan: &mut Plan, key: &ItemKey, verdict: Option<Verdict>) -> Result<(), EditError> {
    let at = position(plan, key)?;
    if verdict != Some(Verdict::Rejected) {
        keep_within(plan, at);
    }
    match verdict {
        Some(verdict) => plan.verdicts.insert(key.clone(), verdict),
        None => plan.verdicts.remove(key),
    };
    Ok(())
}

/// An item within a rejected one goes with it. So that this one does not, the others in there are rejected one by one.
fn keep_within(plan: &mut Plan, at: usize) {
    let mut path = place::ancestors(plan, at);
    path.reverse();
    for outer in path {
        let outer = plan.items[outer].key.clone();
        if plan.verdicts.get(&outer) != Some(&Verdict::Rejected) {
            continue;
        }
        plan.verdicts.insert(outer.clone(), Verdict::Accepted);
        // The way down to the item is rejected too, until the next step opens it.
        let parts = plan.items.iter().enumerate().filter(|(_, item)| item.parent.as_ref() == Some(&outer));
        let rejected: Vec<ItemKey> =
            parts.filter(|&(index, _)| index != at).map(|(_, item)| item.key.clone()).collect();
        plan.verdicts.extend(rejected.into_iter().map(|key| (key, Verdict::Rejected)));
    }
}
