//! Requirements that no item covers.

use crate::lookup::Lookup;
use crate::{Finding, FindingCode, Modality, Plan, RequirementId, Source};
use std::collections::BTreeSet;

/// Constraints, qualities and dependencies hold for all the work, so no single item has to cover them; neither does what
/// is out of scope or open. What may be done need not, and what is there already need not be done again.
pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    let covered: Lookup<&RequirementId, ()> =
        plan.items.iter().flat_map(|item| &item.requirements).map(|id| (id, ())).collect();
    let met: BTreeSet<&Source> = plan
        .notes
        .iter()
        .filter(|note| note.code == FindingCode::AlreadyMet)
        .flat_map(|note| &note.sources)
        .collect();
    for wanted in &plan.requirements {
        let settled = covered.has(&wanted.id) || met.contains(&wanted.source);
        if wanted.kind.is_work() && wanted.modality != Modality::May && !settled {
            let message = format!("no item covers {} \"{}\"", wanted.source, wanted.text);
            let finding = Finding::new(FindingCode::UncoveredRequirement, message);
            findings.push(finding.at(vec![wanted.source.clone()]));
        }
    }
}
