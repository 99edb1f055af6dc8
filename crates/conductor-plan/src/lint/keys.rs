//! Plans without items, and items that share a key.

use super::about;
use crate::lookup::Lookup;
use crate::{Finding, FindingCode, Plan};

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    if plan.items.is_empty() {
        let message = "the plan has no items; the documents name no work that could be recognised".to_owned();
        findings.push(Finding::new(FindingCode::EmptyPlan, message));
    }
    let mut seen = Lookup::default();
    for item in &plan.items {
        if seen.insert(&item.key, ()).is_some() {
            let message = format!("two items carry the key `{}`; give one of them another", item.key);
            findings.push(about(FindingCode::DuplicateKey, message, &[item]));
        }
    }
}
