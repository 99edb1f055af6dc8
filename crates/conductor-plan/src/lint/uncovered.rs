//! Requirements that no item covers.

use crate::{Finding, FindingCode, Modality, Plan, RequirementId};
use std::collections::BTreeSet;

/// Constraints, qualities and dependencies hold for all the work, so no single item has to cover them; neither does what
/// is out of scope or open. What may be done need not.
pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    let covered: BTreeSet<&RequirementId> = plan.items.iter().flat_map(|item| &item.requirements).collect();
    for wanted in &plan.requirements {
        if wanted.kind.is_work() && wanted.modality != Modality::May && !covered.contains(&wanted.id) {
            let message = format!("no item covers {} \"{}\"", wanted.source, wanted.text);
            let finding = Finding::new(FindingCode::UncoveredRequirement, message);
            findings.push(finding.at(vec![wanted.source.clone()]));
        }
    }
}
