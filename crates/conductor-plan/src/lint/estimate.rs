//! Items that nobody has estimated.

use super::{about, leaves};
use crate::{Finding, FindingCode, Plan};

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    for item in leaves(plan).filter(|item| item.estimate.is_none()) {
        let message = format!("\"{}\" has no estimate, and counts as nothing in the schedule", item.title);
        findings.push(about(FindingCode::NoEstimate, message, &[item]));
    }
}
