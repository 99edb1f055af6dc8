//! What was changed, so that it can be taken back, and what was taken back, so that it can be done again.

use super::{Applied, Delta};
use crate::Plan;
use crate::document::short_hash;
use serde::{Deserialize, Serialize};

/// Steps that are kept.
const MOST_STEPS: usize = 200;
/// Bytes that all steps together may take, about: steps of a plan of thousands of items are large.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// The changes of one plan, oldest first. It knows the plan that they led to: when something else has changed that since,
/// there is nothing that could be taken back without losing it, and the history begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct History {
    /// What leads back.
    undo: Vec<Step>,
    /// What leads forward again; empty after a new change.
    redo: Vec<Step>,
    /// What the plan looked like after the last step; see [`stamp`].
    at: String,
}

/// One change, in the direction in which it is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What was done, in a few words; see [`Edit::what`](super::Edit::what).
    pub what: String,
    /// What takes it back, or does it again.
    delta: Delta,
}

impl History {
    /// Keeps what was done with `before`. The oldest steps are forgotten when there are too many.
    pub fn push(&mut self, what: String, before: &Plan, applied: &Applied) {
        if self.at != stamp(before) {
            self.undo.clear();
        }
        self.at = stamp(&applied.plan);
        self.redo.clear();
        self.undo.push(Step { what, delta: applied.back.clone() });
        let weights: Vec<usize> = self.undo.iter().map(|step| step.delta.weight()).collect();
        let mut weight: usize = weights.iter().sum();
        let mut surplus = self.undo.len().saturating_sub(MOST_STEPS);
        weight -= weights.iter().take(surplus).sum::<usize>();
        // The last step can always be taken back.
        while weight > MOST_BYTES && surplus + 1 < weights.len() {
            weight -= weights[surplus];
            surplus += 1;
        }
        self.undo.drain(..surplus);
    }

    /// The plan before the last change, and what that was. `None` when there is nothing to take back.
    pub fn undo(&mut self, plan: &Plan) -> Option<(Plan, String)> {
        travel(&mut self.undo, &mut self.redo, &mut self.at, plan)
    }

    /// The plan after the change that was taken back last, and what that was. `None` when there is none.
    pub fn redo(&mut self, plan: &Plan) -> Option<(Plan, String)> {
        travel(&mut self.redo, &mut self.undo, &mut self.at, plan)
    }

    /// What [`undo`](Self::undo) would take back, the last first.
    pub fn done(&self) -> impl Iterator<Item = &str> {
        self.undo.iter().rev().map(|step| step.what.as_str())
    }

    /// What [`redo`](Self::redo) would do again, the next first.
    pub fn undone(&self) -> impl Iterator<Item = &str> {
        self.redo.iter().rev().map(|step| step.what.as_str())
    }
}

fn travel(from: &mut Vec<Step>, to: &mut Vec<Step>, at: &mut String, plan: &Plan) -> Option<(Plan, String)> {
    if *at != stamp(plan) {
        return None;
    }
    let changed = from.last()?.delta.apply(plan)?;
    let step = from.pop()?;
    to.push(Step { what: step.what.clone(), delta: Delta::between(&changed, plan) });
    *at = stamp(&changed);
    Some((changed, step.what))
}

/// A short name for the items of a plan and what was said of them, to tell whether they are still the same.
pub(crate) fn stamp(plan: &Plan) -> String {
    let body = serde_json::to_string(&(&plan.items, &plan.verdicts)).unwrap_or_default();
    short_hash(&[&body])
}
