//! Items that are too large to be worked in one go.

use super::{about, leaves};
use crate::{Finding, FindingCode, Plan};

pub(super) fn check(plan: &Plan, max_minutes: u32, findings: &mut Vec<Finding>) {
    for item in leaves(plan) {
        if let Some(estimate) = item.estimate.filter(|estimate| estimate.likely > max_minutes) {
            let hours = estimate.likely.div_ceil(60);
            let message = format!("\"{}\" is estimated at {hours} h; split it", item.title);
            findings.push(about(FindingCode::OversizeItem, message, &[item]));
        }
    }
}
