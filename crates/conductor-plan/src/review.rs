//! From a draft to what may be imported: a person's word on every item.

use crate::lint::structural;
use crate::{Finding, FindingCode, Item, ItemKey, LintOptions, Plan, Severity, lint_with};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// What somebody says of the items of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdicts {
    by: String,
    otherwise: Option<Verdict>,
    items: BTreeMap<ItemKey, Verdict>,
}

/// What somebody says of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It is to be done.
    Accepted,
    /// It is not to be done, and neither is what it contains.
    Rejected,
}

/// A plan that somebody has looked through. Only [`review`] makes one.
#[derive(Debug, Clone)]
pub struct ReviewedPlan {
    plan: Plan,
    by: String,
    dropped: Vec<ItemKey>,
    findings: Vec<Finding>,
}

/// Why a review has no result.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The plan has errors.
    #[error("failed to review the plan: {}; mend it with `conductor plan edit`, or plan again",
        findings.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; "))]
    Refused {
        /// The findings that are errors.
        findings: Vec<Finding>,
    },
    /// A verdict names an item that the plan does not have.
    #[error("failed to review the plan: it has no item `{key}`; `conductor plan show` lists its items")]
    UnknownItem {
        /// The key given.
        key: ItemKey,
    },
    /// Items without a verdict.
    #[error("failed to review the plan: no verdict on {} of its items, `{}` first; accept or reject them",
        keys.len(), keys.first().map_or("", ItemKey::as_str))]
    Undecided {
        /// The items that nothing was said of.
        keys: Vec<ItemKey>,
    },
    /// Nothing is left.
    #[error("failed to review the plan: every item was rejected; discard the plan instead")]
    NothingAccepted,
}

impl Verdicts {
    /// Everything is accepted, unless a verdict on an item says otherwise. `by` names who says so.
    pub fn all_accepted(by: impl Into<String>) -> Self {
        Self { by: by.into(), otherwise: Some(Verdict::Accepted), items: BTreeMap::new() }
    }

    /// Nothing is said yet; every item needs a verdict, or one of its containers a rejection.
    pub fn none(by: impl Into<String>) -> Self {
        Self { by: by.into(), otherwise: None, items: BTreeMap::new() }
    }

    /// Says something of one item; the last word counts.
    #[must_use]
    pub fn with(mut self, key: ItemKey, verdict: Verdict) -> Self {
        self.items.insert(key, verdict);
        self
    }

    /// Says what the plan itself keeps of single items. Of an item that it no longer has nothing is said.
    #[must_use]
    pub fn with_those_of(mut self, plan: &Plan) -> Self {
        let known = plan.items.iter().map(|item| &item.key);
        self.items.extend(known.filter_map(|key| Some((key.clone(), *plan.verdicts.get(key)?))));
        self
    }

    fn on(&self, key: &ItemKey) -> Option<&Verdict> {
        self.items.get(key).or(self.otherwise.as_ref())
    }
}

/// What the verdicts of a plan come to: an item within a rejected one is rejected, whatever was said of it. An item that
/// nothing was said of is left out.
pub fn effective_verdicts(plan: &Plan) -> BTreeMap<&ItemKey, Verdict> {
    let mut effective = BTreeMap::new();
    let mut rejected_at: Option<usize> = None;
    for row in plan.tree() {
        rejected_at = rejected_at.filter(|&depth| row.depth > depth);
        let own = plan.verdicts.get(&row.item.key).copied();
        if rejected_at.is_none() && own == Some(Verdict::Rejected) {
            rejected_at = Some(row.depth);
        }
        let verdict = if rejected_at.is_some() { Some(Verdict::Rejected) } else { own };
        effective.extend(verdict.map(|verdict| (&row.item.key, verdict)));
    }
    effective
}

/// What is left of a plan without the items that were rejected so far: what an import would make of it now. An item that
/// nothing was said of is left, a container of which nothing is left is not. What waited for a rejected item no longer
/// does. All that counts work, orders it or draws it looks at this.
pub fn live(plan: &Plan) -> Cow<'_, Plan> {
    if !plan.verdicts.values().any(|verdict| *verdict == Verdict::Rejected) {
        return Cow::Borrowed(plan);
    }
    let verdicts = Verdicts::all_accepted("").with_those_of(plan);
    match dropped(plan, &verdicts) {
        Ok(dropped) => {
            let mut left = plan.clone();
            take_out(&mut left, &dropped);
            Cow::Owned(left)
        }
        // Only a verdict that is missing, or is about nothing, could be the reason, and there is none.
        Err(_) => Cow::Borrowed(plan),
    }
}

/// Dependencies of items that stay on items that were rejected.
pub(crate) fn lost_dependencies(plan: &Plan, live: &Plan) -> Vec<Finding> {
    if plan.items.len() == live.items.len() {
        return Vec::new();
    }
    let kept: BTreeSet<&ItemKey> = live.items.iter().map(|item| &item.key).collect();
    let titles: BTreeMap<&ItemKey, &str> =
        plan.items.iter().map(|item| (&item.key, item.title.as_str())).collect();
    let waiting = plan.items.iter().filter(|item| kept.contains(&item.key));
    let gone = waiting.flat_map(|item| item.depends_on.iter().map(move |on| (item, on)));
    gone.filter(|(_, on)| !kept.contains(on))
        .filter_map(|(item, on)| Some(lost(item, titles.get(on)?, on)))
        .collect()
}

/// Takes the rejected items out of a plan, with all that they contain. What waited for one of them no longer does, and a
/// finding says so; a container of which nothing is left goes too.
///
/// # Errors
/// When the plan has findings that are errors, when a verdict names no item, when an item has no verdict, and when
/// nothing is left.
pub fn review(plan: Plan, verdicts: &Verdicts) -> Result<ReviewedPlan, ReviewError> {
    review_with(plan, verdicts, &LintOptions::default())
}

/// The same, with the severities that were set. What makes an import impossible is refused whatever they say.
///
/// # Errors
/// As [`review`].
pub fn review_with(
    plan: Plan,
    verdicts: &Verdicts,
    options: &LintOptions,
) -> Result<ReviewedPlan, ReviewError> {
    let mut errors = structural(&plan);
    let set = lint_with(&plan, options).into_iter().filter(|finding| finding.severity == Severity::Error);
    errors.extend(set.filter(|finding| !finding.code.is_structural()));
    if !errors.is_empty() {
        return Err(ReviewError::Refused { findings: errors });
    }
    let dropped = dropped(&plan, verdicts)?;
    if dropped.len() == plan.items.len() {
        return Err(ReviewError::NothingAccepted);
    }
    let mut left = plan.clone();
    take_out(&mut left, &dropped);
    let findings = lost_dependencies(&plan, &left);
    Ok(ReviewedPlan { plan: left, by: verdicts.by.clone(), dropped: dropped.into_iter().collect(), findings })
}

fn take_out(plan: &mut Plan, dropped: &BTreeSet<ItemKey>) {
    plan.items.retain(|item| !dropped.contains(&item.key));
    for item in &mut plan.items {
        item.depends_on.retain(|on| !dropped.contains(on));
    }
}

fn lost(item: &Item, title: &str, on: &ItemKey) -> Finding {
    let message = format!(
        "\"{}\" was to wait for \"{title}\", which was rejected; check that it can be done without",
        item.title
    );
    Finding::new(FindingCode::DroppedDependency, message)
        .about(vec![item.key.clone(), on.clone()])
        .at(item.sources.clone())
}

/// The items that were rejected, lie within one that was, or are containers of which nothing is left.
fn dropped(plan: &Plan, verdicts: &Verdicts) -> Result<BTreeSet<ItemKey>, ReviewError> {
    let known: BTreeSet<&ItemKey> = plan.items.iter().map(|item| &item.key).collect();
    if let Some(key) = verdicts.items.keys().find(|key| !known.contains(key)) {
        return Err(ReviewError::UnknownItem { key: key.clone() });
    }
    let mut dropped = BTreeSet::new();
    let mut undecided = Vec::new();
    let rows = plan.tree();
    let mut rejected_at: Option<usize> = None;
    for row in &rows {
        rejected_at = rejected_at.filter(|&depth| row.depth > depth);
        match verdicts.on(&row.item.key) {
            _ if rejected_at.is_some() => {
                dropped.insert(row.item.key.clone());
            }
            Some(Verdict::Rejected) => {
                rejected_at = Some(row.depth);
                dropped.insert(row.item.key.clone());
            }
            Some(Verdict::Accepted) => {}
            None => undecided.push(row.item.key.clone()),
        }
    }
    if !undecided.is_empty() {
        return Err(ReviewError::Undecided { keys: undecided });
    }
    // Backwards, so that a container is looked at after all that it contains.
    let mut kept_below: BTreeSet<&ItemKey> = BTreeSet::new();
    for row in rows.iter().rev() {
        if row.container && !kept_below.contains(&row.item.key) {
            dropped.insert(row.item.key.clone());
        }
        if !dropped.contains(&row.item.key)
            && let Some(parent) = &row.item.parent
        {
            kept_below.insert(parent);
        }
    }
    Ok(dropped)
}

impl ReviewedPlan {
    /// The plan without what was rejected.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Who gave the verdicts.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The items that were taken out, rejected ones and what they contained.
    pub fn dropped(&self) -> &[ItemKey] {
        &self.dropped
    }

    /// Dependencies that were lost with the items that were taken out.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}
