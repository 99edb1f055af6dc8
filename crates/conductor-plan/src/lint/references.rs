//! Names that the plan does not have.

use super::about;
use crate::graph::positions;
use crate::lookup::Lookup;
use crate::{Finding, FindingCode, Fix, Plan, RequirementId};
use std::collections::BTreeSet;

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    let items = positions(plan);
    let requirements: Lookup<&RequirementId, ()> =
        plan.requirements.iter().map(|wanted| (&wanted.id, ())).collect();
    let documents: BTreeSet<&str> = plan.documents.iter().map(|document| document.name.as_str()).collect();
    for item in &plan.items {
        let mut report = |what: &str, name: &str, fix: Option<Fix>| {
            let message =
                format!("\"{}\" names the {what} `{name}`, which the plan does not have", item.title);
            let mut finding = about(FindingCode::UnknownReference, message, &[item]);
            finding.fix = fix;
            findings.push(finding);
        };
        if let Some(parent) = item.parent.as_ref().filter(|parent| !items.has(*parent)) {
            report("parent", parent.as_str(), None);
        }
        for on in item.depends_on.iter().filter(|on| !items.has(*on)) {
            let fix = Fix::RemoveDependency { item: item.key.clone(), depends_on: on.clone() };
            report("dependency", on.as_str(), Some(fix));
        }
        for id in item.requirements.iter().filter(|id| !requirements.has(*id)) {
            report("requirement", id.as_str(), None);
        }
        // A plan that was made by hand may name no documents at all.
        let cited: BTreeSet<&str> = item.sources.iter().map(|source| source.document.as_str()).collect();
        for name in cited.difference(&documents).filter(|_| !documents.is_empty()) {
            report("document", name, None);
        }
    }
}
