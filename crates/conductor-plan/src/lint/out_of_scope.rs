//! Items that do what the document rules out.

use super::{about, quoted};
use crate::lookup::Lookup;
use crate::{Finding, FindingCode, Plan, Requirement, RequirementId, RequirementKind};

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    let ruled_out: Lookup<&RequirementId, &Requirement> = plan
        .requirements
        .iter()
        .filter(|wanted| wanted.kind == RequirementKind::OutOfScope)
        .map(|wanted| (&wanted.id, wanted))
        .collect();
    for item in plan.items.iter().filter(|_| !ruled_out.is_empty()) {
        for wanted in item.requirements.iter().filter_map(|id| ruled_out.get(&id)) {
            let (source, text) = (&wanted.source, quoted(&wanted.text));
            let message = format!("\"{}\" covers {source} {text}, which the document rules out", item.title);
            let mut finding = about(FindingCode::OutOfScopeItem, message, &[item]);
            finding.sources.push(source.clone());
            findings.push(finding);
        }
    }
}
