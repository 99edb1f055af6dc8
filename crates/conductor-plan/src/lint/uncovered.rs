//! Requirements that no item covers.

use super::quoted;
use crate::lookup::Lookup;
use crate::{Finding, FindingCode, Item, ItemKey, Modality, Plan, RequirementId, Severity, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Constraints, qualities and dependencies hold for all the work, so no single item has to cover them; neither does what
/// is out of scope or open. What may be done need not, and what is there already need not be done again. Where the only
/// items were rejected somebody decided so: that is named, and weighs less.
pub(super) fn check(whole: &Plan, plan: &Plan, findings: &mut Vec<Finding>) {
    let covered: Lookup<&RequirementId, ()> =
        plan.items.iter().flat_map(|item| &item.requirements).map(|id| (id, ())).collect();
    let met: BTreeSet<&Source> = plan
        .notes
        .iter()
        .filter(|note| note.code == FindingCode::AlreadyMet)
        .flat_map(|note| &note.sources)
        .collect();
    let kept: Lookup<&ItemKey, ()> = plan.items.iter().map(|item| (&item.key, ())).collect();
    let mut rejected: BTreeMap<&RequirementId, Vec<&Item>> = BTreeMap::new();
    for item in whole.items.iter().filter(|item| !kept.has(&item.key)) {
        item.requirements.iter().for_each(|id| rejected.entry(id).or_default().push(item));
    }
    for wanted in &plan.requirements {
        let settled = covered.has(&wanted.id) || met.contains(&wanted.source);
        if wanted.kind.is_work() && wanted.modality != Modality::May && !settled {
            let mut finding = match rejected.get(&wanted.id) {
                None => {
                    let message = format!("no item covers {} \"{}\"", wanted.source, wanted.text);
                    Finding::new(FindingCode::UncoveredRequirement, message)
                }
                Some(items) => only_rejected(&wanted.source, &wanted.text, items),
            };
            finding.sources = vec![wanted.source.clone()];
            findings.push(finding);
        }
    }
}

fn only_rejected(place: &Source, text: &str, items: &[&Item]) -> Finding {
    let titles: Vec<String> = items.iter().map(|item| quoted(&item.title)).collect();
    let were = if titles.len() == 1 { "was" } else { "were" };
    let message =
        format!("{place} \"{text}\" is covered only by {}, which {were} rejected", titles.join(", "));
    let mut finding = Finding::new(FindingCode::UncoveredRequirement, message)
        .about(items.iter().map(|item| item.key.clone()).collect());
    finding.severity = Severity::Note;
    finding
}
