//! Dependencies that items state and the plan does not have.

use super::about;
use crate::graph::{Graph, Search};
use crate::outline::stated_dependencies;
use crate::{Finding, FindingCode, Fix, Plan};

/// An item that depends on another by name says so: `after the search`, `requires the store`. Where neither waits for the
/// other, somebody forgot.
pub(super) fn check(plan: &Plan, graph: &Graph, findings: &mut Vec<Finding>) {
    let mut search = Search::default();
    for (waiting, on) in stated_dependencies(&plan.items) {
        if graph.leads(on, waiting, &mut search) || graph.leads(waiting, on, &mut search) {
            continue;
        }
        let (Some(waiting), Some(on)) = (plan.items.get(waiting), plan.items.get(on)) else { continue };
        let message =
            format!("\"{}\" says that it needs \"{}\", yet does not wait for it", waiting.title, on.title);
        let fix = Fix::AddDependency { item: waiting.key.clone(), depends_on: on.key.clone() };
        findings.push(about(FindingCode::MissingEdge, message, &[waiting, on]).fixed_by(fix));
    }
}
