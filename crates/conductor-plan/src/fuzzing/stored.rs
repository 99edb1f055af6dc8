//! Plans as they are stored. What is stored was written by this program, yet files get damaged, and people mend them.

use super::plan::shown;
use crate::edit::{Edit, Place, apply};
use crate::text_form::{read, write};
use crate::{Order, Plan, Side, Verdict, Verdicts, diff, lint, merge, review};

/// The stored form of a plan. Whatever it says, nothing that is done with a plan panics.
pub fn stored(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let plan = match Plan::from_json(text) {
        Ok(plan) => plan,
        Err(error) => {
            assert!(error.to_string().starts_with("failed to read the plan"), "{error}");
            return;
        }
    };
    let json = plan.to_json().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(Plan::from_json(&json).unwrap_or_else(|error| panic!("{error}")), plan);
    shown(&plan, &lint(&plan), &[("a.md".to_owned(), "# Ünïcode\n\nline\n".to_owned())]);
    if let Ok(order) = Order::of(&plan) {
        let schedule = order.schedule(2);
        assert!(schedule.makespan >= schedule.bound, "{schedule:?}");
    }
    if let Ok(reviewed) = review(plan.clone(), &Verdicts::all_accepted("fuzz").with_those_of(&plan)) {
        let _any = reviewed.import_rows();
    }
    let _any = read(&write(&plan), &plan);
    let _any = diff(&plan, &plan);
    for edit in edits(&plan) {
        if let Ok(applied) = apply(&plan, std::slice::from_ref(&edit)) {
            let _any = edit.what(&plan);
            let _any = diff(&plan, &applied.plan);
            let _any = merge(&plan, &applied.plan, &plan, Side::Document);
        }
    }
}

/// An edit of each kind that has to do with two items.
fn edits(plan: &Plan) -> Vec<Edit> {
    let (Some(first), Some(last)) = (plan.items.first(), plan.items.last()) else { return Vec::new() };
    let (first, last) = (first.key.clone(), last.key.clone());
    vec![
        Edit::Judge { items: vec![first.clone(), last.clone()], verdict: Some(Verdict::Accepted) },
        Edit::Remove { item: last.clone() },
        Edit::Move { item: first.clone(), to: Place::Under(last.clone()) },
        Edit::Link { item: last.clone(), after: first.clone() },
        Edit::Merge { keep: first, gone: last },
    ]
}
