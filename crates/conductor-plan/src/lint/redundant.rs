//! Dependencies that others imply.

use super::about;
use crate::graph::Graph;
use crate::{Finding, FindingCode, Fix, Plan};

pub(super) fn check(plan: &Plan, graph: &Graph, sorted: &[usize], findings: &mut Vec<Finding>) {
    let mut rank = vec![0; sorted.len()];
    for (place, &node) in sorted.iter().enumerate() {
        rank[node] = place;
    }
    let mut seen = Vec::new();
    for (index, item) in plan.items.iter().enumerate() {
        for on in graph.implied(index, &rank, &mut seen) {
            let Some(on) = plan.items.get(on).filter(|on| item.depends_on.contains(&on.key)) else {
                continue;
            };
            let message =
                format!("\"{}\" waits for \"{}\" anyway; the dependency can go", item.title, on.title);
            let fix = Fix::RemoveDependency { item: item.key.clone(), depends_on: on.key.clone() };
            findings.push(about(FindingCode::RedundantEdge, message, &[item, on]).fixed_by(fix));
        }
    }
}
