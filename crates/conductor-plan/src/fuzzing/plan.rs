//! Plans: what holds of each that can be reviewed, and that all that can be made of one can be made.

use crate::text_form::{read, read_one, write, write_one};
use crate::{
    Finding, FindingCode, Labels, Order, Picture, Plan, Severity, Verdicts, diff, effective_verdicts, lint,
    review,
};
use std::collections::BTreeSet;

/// Nothing is wrong with a plan, but that there may be no item in it. Gives what was found in it.
pub(super) fn check_sound(plan: &Plan) -> Vec<Finding> {
    let findings = lint(plan);
    for finding in &findings {
        assert!(
            finding.severity != Severity::Error || finding.code == FindingCode::EmptyPlan,
            "{finding} in {plan:?}"
        );
    }
    let order = Order::of(plan).unwrap_or_else(|error| panic!("{error}"));
    let schedule = order.schedule(2);
    assert!(schedule.makespan >= schedule.bound && schedule.makespan <= order.total_minutes, "{schedule:?}");
    let mut seen = BTreeSet::new();
    for item in &plan.items {
        assert!(
            item.parent.as_ref().is_none_or(|parent| seen.contains(parent)),
            "parents come first: {item:?}"
        );
        seen.insert(&item.key);
        let ordered =
            item.estimate.is_none_or(|known| known.low <= known.likely && known.likely <= known.high);
        assert!(ordered, "{item:?}");
    }
    assert!(plan.verdicts.keys().all(|key| seen.contains(key)), "{:?}", plan.verdicts);
    let verdicts = Verdicts::all_accepted("fuzz").with_those_of(plan);
    if let Ok(reviewed) = review(plan.clone(), &verdicts) {
        let rows = reviewed.import_rows();
        assert_eq!(rows.len(), reviewed.plan().items.len());
    }
    findings
}

/// A plan is read back as it was: from JSON, from its text, from the text of one item.
pub(super) fn check_stored(plan: &Plan) {
    let json = plan.to_json().unwrap_or_else(|error| panic!("{error}"));
    let back = Plan::from_json(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    assert_eq!(back, *plan);
    let text = write(plan);
    let back = read(&text, plan).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(back, *plan, "{text}");
    for item in plan.items.iter().take(2).chain(plan.items.last()) {
        let text = write_one(plan, &item.key).unwrap_or_else(|| panic!("{item:?}"));
        let edits = read_one(&text, plan, &item.key).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(edits, [], "{text}");
    }
    assert!(diff(plan, plan).is_empty());
}

/// Everything that shows a plan and what was found in it, whatever is wrong with it.
pub(super) fn shown(plan: &Plan, findings: &[Finding], texts: &[(String, String)]) {
    /// Larger pictures take longer and show nothing else.
    const MOST: usize = 20;
    assert_eq!(plan.tree().len(), plan.items.len());
    assert!(effective_verdicts(plan).len() <= plan.items.len());
    if plan.items.len() > MOST {
        return;
    }
    let labels = Labels::of(plan);
    let picture = Picture::new(plan, &labels, findings).with_texts(texts);
    for drawn in [picture.mermaid(), picture.dot(), picture.svg(), picture.markdown(), picture.html()] {
        assert!(!drawn.is_empty());
    }
}
