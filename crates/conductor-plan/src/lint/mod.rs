//! What is wrong with a plan, whoever made it. One file a check; `docs/findings` has a page for each code.

mod acceptance;
mod contradiction;
mod cycle;
mod duplicates;
mod estimate;
mod keys;
mod missing;
mod open_question;
mod out_of_scope;
mod redundant;
mod references;
mod scope;
mod size;
mod sources;
mod subject;
mod technology;
mod uncovered;
mod vague;
mod vague_table;

use crate::both::both;
use crate::graph::Graph;
use crate::review::lost_dependencies;
use crate::{ANSWERS, Finding, FindingCode, Item, ItemKey, Plan, QuestionId, Requirement, Severity, live};
use std::collections::{BTreeMap, BTreeSet};

/// Plans of so many items and requirements are worth a second thread.
const LARGE: usize = 2_000;

/// What [`lint_with`] checks against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintOptions {
    /// An item whose likely estimate is above this is oversize, in minutes.
    pub max_minutes: u32,
    /// Severities that differ from the usual ones.
    pub severities: BTreeMap<FindingCode, Severity>,
    /// Codes that are not reported.
    pub off: BTreeSet<FindingCode>,
}

impl Default for LintOptions {
    /// Two working days, and the usual severities.
    fn default() -> Self {
        Self { max_minutes: 960, severities: BTreeMap::new(), off: BTreeSet::new() }
    }
}

/// Checks a plan with the default options. Errors come first, otherwise findings are in the order of the checks.
pub fn lint(plan: &Plan) -> Vec<Finding> {
    lint_with(plan, &LintOptions::default())
}

/// Checks a plan. Its structure is checked with all that is in it; otherwise what was rejected has no faults any more.
pub fn lint_with(plan: &Plan, options: &LintOptions) -> Vec<Finding> {
    let live = live(plan);
    let live = live.as_ref();
    let large = plan.items.len() + plan.requirements.len() >= LARGE;
    let (mut findings, asked) = both(large, || items(plan, live, options), || asked(live));
    findings.extend(asked);
    let answered: BTreeSet<&QuestionId> = plan.answers.iter().map(|answer| &answer.question).collect();
    findings.retain(|finding| {
        let settled = finding.question.as_ref().is_some_and(|question| answered.contains(&question.id));
        !settled && !options.off.contains(&finding.code)
    });
    for finding in &mut findings {
        finding.severity = options.severities.get(&finding.code).copied().unwrap_or(finding.severity);
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What is wrong with the items.
fn items(whole: &Plan, plan: &Plan, options: &LintOptions) -> Vec<Finding> {
    let mut findings = whole.notes.clone();
    structure(whole, plan, &mut findings);
    findings.extend(lost_dependencies(whole, plan));
    uncovered::check(whole, plan, &mut findings);
    out_of_scope::check(plan, &mut findings);
    sources::check(plan, &mut findings);
    acceptance::check(plan, &mut findings);
    size::check(plan, options.max_minutes, &mut findings);
    estimate::check(plan, &mut findings);
    duplicates::check(plan, &mut findings);
    findings
}

/// What is wrong with what the documents ask for.
fn asked(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    vague::check(plan, &mut findings);
    contradiction::check(plan, &mut findings);
    open_question::check(plan, &mut findings);
    findings
}

/// What keeps a plan from being imported, whatever the settings say.
pub(crate) fn structural(plan: &Plan) -> Vec<Finding> {
    let mut findings = Vec::new();
    structure(plan, plan, &mut findings);
    findings.retain(|finding| finding.code.is_structural());
    findings
}

/// What is wrong with the whole, and which dependencies are too many or too few among what is left of it.
fn structure(whole: &Plan, left: &Plan, findings: &mut Vec<Finding>) {
    keys::check(whole, findings);
    references::check(whole, findings);
    let mut graph = Graph::of(whole);
    let mut sorted = graph.sorted();
    if left.items.len() < whole.items.len() && sorted.is_ok() {
        graph = Graph::of(left);
        sorted = graph.sorted();
    }
    match sorted {
        Ok(sorted) => {
            redundant::check(left, &graph, &sorted, findings);
            missing::check(left, &graph, findings);
        }
        Err(circle) => findings.push(cycle::found(whole, &circle)),
    }
}

/// The requirements of the documents themselves: what the author answered needs no second question.
fn asked_of(plan: &Plan) -> impl Iterator<Item = &Requirement> {
    plan.requirements.iter().filter(|wanted| wanted.source.document != ANSWERS)
}

/// The items that are work of their own.
fn leaves(plan: &Plan) -> impl Iterator<Item = &Item> {
    plan.leaves()
}

fn about(code: FindingCode, message: String, items: &[&Item]) -> Finding {
    let keys: Vec<ItemKey> = items.iter().map(|item| item.key.clone()).collect();
    let sources = items.iter().filter_map(|item| item.sources.first().cloned()).collect();
    Finding::new(code, message).about(keys).at(sources)
}

/// A text short enough to be quoted in a message.
fn quoted(text: &str) -> String {
    const MOST: usize = 90;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MOST {
        return format!("\"{line}\"");
    }
    format!("\"{}…\"", line.chars().take(MOST).collect::<String>().trim_end())
}
