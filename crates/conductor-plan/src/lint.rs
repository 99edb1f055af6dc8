//! What is wrong with a plan, whoever made it.

use crate::graph::{Circle, Graph, positions};
use crate::outline::stated_dependencies;
use crate::words::normal_form;
use crate::{
    Finding, FindingCode, Fix, Item, ItemKey, Modality, Plan, RequirementId, RequirementKind, Severity,
    Source,
};
use std::collections::{BTreeMap, BTreeSet};

/// What [`lint_with`] checks against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintOptions {
    /// An item whose likely estimate is above this is oversize, in minutes.
    pub max_minutes: u32,
    /// Severities that differ from the usual ones.
    pub severities: BTreeMap<FindingCode, Severity>,
}

impl Default for LintOptions {
    /// Two working days, and the usual severities.
    fn default() -> Self {
        Self { max_minutes: 960, severities: BTreeMap::new() }
    }
}

/// Checks a plan with the default options. Errors come first, otherwise findings are in the order of the checks.
pub fn lint(plan: &Plan) -> Vec<Finding> {
    lint_with(plan, &LintOptions::default())
}

/// Checks a plan.
pub fn lint_with(plan: &Plan, options: &LintOptions) -> Vec<Finding> {
    let mut findings = plan.notes.clone();
    if plan.items.is_empty() {
        let message = "the plan has no items; the documents name no work that could be recognised".to_owned();
        findings.push(Finding::new(FindingCode::EmptyPlan, message));
    }
    duplicate_keys(plan, &mut findings);
    unknown_references(plan, &mut findings);
    let graph = Graph::of(plan);
    match graph.sorted() {
        Ok(sorted) => {
            redundant_edges(plan, &graph, &sorted, &mut findings);
            missing_edges(plan, &graph, &mut findings);
        }
        Err(circle) => findings.push(cycle(plan, &circle)),
    }
    uncovered_requirements(plan, &mut findings);
    items_one_by_one(plan, options, &mut findings);
    duplicate_items(plan, &mut findings);
    for finding in &mut findings {
        finding.severity = options.severities.get(&finding.code).copied().unwrap_or(finding.severity);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

fn duplicate_keys(plan: &Plan, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for item in &plan.items {
        if !seen.insert(&item.key) {
            let message = format!("two items carry the key `{}`; give one of them another", item.key);
            findings.push(about(FindingCode::DuplicateKey, message, &[item]));
        }
    }
}

fn unknown_references(plan: &Plan, findings: &mut Vec<Finding>) {
    let items = positions(plan);
    let requirements: BTreeSet<&RequirementId> = plan.requirements.iter().map(|wanted| &wanted.id).collect();
    for item in &plan.items {
        let mut report = |what: &str, name: &str, fix: Option<Fix>| {
            let message =
                format!("\"{}\" names the {what} `{name}`, which the plan does not have", item.title);
            let mut finding = about(FindingCode::UnknownReference, message, &[item]);
            finding.fix = fix;
            findings.push(finding);
        };
        if let Some(parent) = item.parent.as_ref().filter(|parent| !items.contains_key(parent)) {
            report("parent", parent.as_str(), None);
        }
        for on in item.depends_on.iter().filter(|on| !items.contains_key(on)) {
            let fix = Fix::RemoveDependency { item: item.key.clone(), depends_on: on.clone() };
            report("dependency", on.as_str(), Some(fix));
        }
        for id in item.requirements.iter().filter(|id| !requirements.contains(id)) {
            report("requirement", id.as_str(), None);
        }
    }
}

fn cycle(plan: &Plan, circle: &Circle) -> Finding {
    let items: Vec<&Item> = circle.items.iter().filter_map(|&index| plan.items.get(index)).collect();
    let path: Vec<String> =
        items.iter().chain(items.first()).map(|item| format!("\"{}\"", item.title)).collect();
    let mut finding = about(FindingCode::Cycle, String::new(), &items);
    let Some((waiting, on)) = cheapest_cut(plan, circle) else {
        finding.message = format!("items wait for each other in a circle: {}", path.join(" -> "));
        return finding;
    };
    finding.message = format!(
        "items wait for each other in a circle: {}; the cheapest way out is that \"{}\" no longer waits for \"{}\"",
        path.join(" -> "),
        waiting.title,
        on.title
    );
    finding.fixed_by(Fix::RemoveDependency { item: waiting.key.clone(), depends_on: on.key.clone() })
}

/// The dependency of a circle that is most likely wrong: one in which the earlier item of the document waits for the
/// later one, and of several that of the item that the engine is least sure of.
fn cheapest_cut<'p>(plan: &'p Plan, circle: &Circle) -> Option<(&'p Item, &'p Item)> {
    let pairs = circle.items.iter().zip(circle.items.iter().cycle().skip(1));
    let mut cuts: Vec<(bool, u8, usize, &Item, &Item)> = Vec::new();
    for (&on, &waiting) in pairs {
        let (Some(first), Some(second)) = (plan.items.get(on), plan.items.get(waiting)) else { continue };
        if second.depends_on.contains(&first.key) {
            cuts.push((waiting > on, second.confidence, waiting, second, first));
        }
    }
    cuts.sort_by_key(|&(forwards, confidence, index, ..)| (forwards, confidence, index));
    cuts.first().map(|&(.., waiting, on)| (waiting, on))
}

fn redundant_edges(plan: &Plan, graph: &Graph, sorted: &[usize], findings: &mut Vec<Finding>) {
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

/// An item that depends on another by name says so: `after the search`, `requires the store`. Where neither waits for the
/// other, somebody forgot.
fn missing_edges(plan: &Plan, graph: &Graph, findings: &mut Vec<Finding>) {
    for (waiting, on) in stated_dependencies(&plan.items) {
        if graph.leads(on, waiting) || graph.leads(waiting, on) {
            continue;
        }
        let (Some(waiting), Some(on)) = (plan.items.get(waiting), plan.items.get(on)) else { continue };
        let message =
            format!("\"{}\" says that it needs \"{}\", yet does not wait for it", waiting.title, on.title);
        let fix = Fix::AddDependency { item: waiting.key.clone(), depends_on: on.key.clone() };
        findings.push(about(FindingCode::MissingEdge, message, &[waiting, on]).fixed_by(fix));
    }
}

/// Constraints, qualities and dependencies hold for all the work, so no single item has to cover them; neither does what
/// is out of scope or open. What may be done need not.
fn uncovered_requirements(plan: &Plan, findings: &mut Vec<Finding>) {
    let covered: BTreeSet<&RequirementId> = plan.items.iter().flat_map(|item| &item.requirements).collect();
    let met: Vec<&Source> = plan
        .notes
        .iter()
        .filter(|note| note.code == FindingCode::AlreadyMet)
        .flat_map(|note| &note.sources)
        .collect();
    for wanted in &plan.requirements {
        let work = match wanted.kind {
            RequirementKind::Feature | RequirementKind::Interface | RequirementKind::Data => true,
            RequirementKind::Constraint
            | RequirementKind::Quality
            | RequirementKind::Dependency
            | RequirementKind::OutOfScope
            | RequirementKind::OpenQuestion => false,
        } && !met.contains(&&wanted.source);
        if work && wanted.modality != Modality::May && !covered.contains(&wanted.id) {
            let message = format!("no item covers {} \"{}\"", wanted.source, wanted.text);
            let finding = Finding::new(FindingCode::UncoveredRequirement, message);
            findings.push(finding.at(vec![wanted.source.clone()]));
        }
    }
}

fn items_one_by_one(plan: &Plan, options: &LintOptions, findings: &mut Vec<Finding>) {
    let containers = plan.containers();
    for item in &plan.items {
        if item.sources.is_empty() {
            let message = format!("\"{}\" cites no place in a document", item.title);
            findings.push(about(FindingCode::ItemWithoutSource, message, &[item]));
        }
        if containers.contains(&item.key) {
            continue;
        }
        if item.acceptance.is_empty() {
            let message =
                format!("\"{}\" has no acceptance criterion; say how one sees that it is done", item.title);
            findings.push(about(FindingCode::NoAcceptance, message, &[item]));
        }
        if let Some(estimate) = item.estimate.filter(|estimate| estimate.likely > options.max_minutes) {
            let hours = estimate.likely.div_ceil(60);
            let message = format!("\"{}\" is estimated at {hours} h; split it", item.title);
            findings.push(about(FindingCode::OversizeItem, message, &[item]));
        }
    }
}

fn duplicate_items(plan: &Plan, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, &Item> = BTreeMap::new();
    for item in &plan.items {
        if let Some(first) = seen.get(&normal_form(&item.title)) {
            let message = format!("\"{}\" and \"{}\" say the same; merge them", first.title, item.title);
            findings.push(about(FindingCode::DuplicateItems, message, &[first, item]));
        } else {
            seen.insert(normal_form(&item.title), item);
        }
    }
}

fn about(code: FindingCode, message: String, items: &[&Item]) -> Finding {
    let keys: Vec<ItemKey> = items.iter().map(|item| item.key.clone()).collect();
    let sources = items.iter().filter_map(|item| item.sources.first().cloned()).collect();
    Finding::new(code, message).about(keys).at(sources)
}
