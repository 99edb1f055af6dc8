//! Verdicts.

use super::EditError;
use crate::graph::positions;
use crate::lookup::Lookup;
use crate::{ItemKey, Plan, Verdict};
use std::collections::{BTreeMap, BTreeSet};

/// Says the same of several items.
pub(super) fn judge(plan: &mut Plan, keys: &[ItemKey], verdict: Option<Verdict>) -> Result<(), EditError> {
    let mut verdicts = std::mem::take(&mut plan.verdicts);
    let places = positions(plan);
    for key in keys {
        let Some(&at) = places.get(key) else { return Err(EditError::UnknownItem { key: key.clone() }) };
        if verdict != Some(Verdict::Rejected) {
            keep_within(plan, &places, at, &mut verdicts);
        }
        match verdict {
            Some(verdict) => verdicts.insert(key.clone(), verdict),
            None => verdicts.remove(key),
        };
    }
    plan.verdicts = verdicts;
    Ok(())
}

/// An item within a rejected one goes with it. So that this one does not, the others in there are rejected one by one.
fn keep_within(
    plan: &Plan,
    places: &Lookup<&ItemKey, usize>,
    at: usize,
    verdicts: &mut BTreeMap<ItemKey, Verdict>,
) {
    let mut path: Vec<&ItemKey> = Vec::new();
    let mut seen = BTreeSet::from([at]);
    let mut outer = plan.items.get(at).and_then(|item| item.parent.as_ref());
    while let Some((key, &place)) = outer.and_then(|key| Some((key, places.get(key)?)))
        && seen.insert(place)
    {
        path.push(key);
        outer = plan.items.get(place).and_then(|item| item.parent.as_ref());
    }
    for outer in path.into_iter().rev() {
        if verdicts.get(outer) != Some(&Verdict::Rejected) {
            continue;
        }
        verdicts.insert(outer.clone(), Verdict::Accepted);
        // The way down to the item is rejected too, until the next step opens it.
        let parts = plan.items.iter().enumerate().filter(|(_, item)| item.parent.as_ref() == Some(outer));
        let others = parts.filter(|&(index, _)| index != at).map(|(_, item)| item.key.clone());
        verdicts.extend(others.map(|key| (key, Verdict::Rejected)));
    }
}
