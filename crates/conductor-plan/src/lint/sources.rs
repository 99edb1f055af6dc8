//! Items that cite no place in a document.

use super::about;
use crate::{Finding, FindingCode, Plan};

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    for item in plan.items.iter().filter(|item| item.sources.is_empty()) {
        let message = format!("\"{}\" cites no place in a document", item.title);
        findings.push(about(FindingCode::ItemWithoutSource, message, &[item]));
    }
}
