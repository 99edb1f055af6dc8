//! How well a plan agrees with another one of the same work: a score of what it covers, and in what order.
//!
//! The method. Both sides are lists of tasks ([`similarity`] says how alike two of them are); pairs that are alike enough
//! are assigned one to one so that the whole is best ([`assignment`]). The reference is compared at its top tasks (a plan of
//! ours as reference: at its innermost ones), the plan at the depth of nesting that fits best, since how deeply work is
//! nested is a matter of style. One to one means that saying the same thing twice gains nothing.
//!
//! Order is compared among matched tasks only ([`order`]), and through others: what one side says directly, the other may
//! say by way of a third task.

mod assignment;
mod lexicon;
mod order;
mod reference;
mod similarity;
mod tasks;

pub use reference::{Reference, ReferenceError, ReferenceKind};

use crate::{Plan, live};
use assignment::{Pair, assign};
use order::Closure;
use serde::Serialize;
use similarity::{Words, alike};
use tasks::{Cut, Tasks};

/// Pairs less alike than this are never matched.
const LEAST_ALIKE: f64 = 0.2;
/// Plans nested more deeply than this are not looked at further down.
const DEEPEST: usize = 6;

/// How well a plan agrees with a reference. All shares are from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Score {
    /// What the reference is.
    pub kind: ReferenceKind,
    /// The depth of the plan that was compared, 0 for its outermost items.
    pub depth: usize,
    /// How many tasks of the plan were compared.
    pub tasks: usize,
    /// How many tasks of the reference were.
    pub reference_tasks: usize,
    /// The share of the reference's tasks that the plan has.
    pub coverage: f64,
    /// The share of the plan's tasks that the reference has.
    pub precision: f64,
    /// The harmonic mean of the two.
    pub f1: f64,
    /// Dependencies among matched tasks.
    pub edges: Edges,
    /// The order of matched tasks.
    pub order: OrderAgreement,
    /// How many tasks the plan has for each of the reference.
    pub size_ratio: f64,
    /// `f1`, of which half is for what is there and half for its order: times `(1 + s) / 2`, where `s` is the mean of the
    /// edges' F1 and the share of order that is kept, as far as the reference has any, and else 1.
    pub overall: f64,
    /// The matched tasks, in the order of the plan.
    pub matches: Vec<TaskMatch>,
    /// Tasks of the plan that the reference has not.
    pub only_plan: Vec<TaskName>,
    /// Tasks of the reference that the plan has not.
    pub only_reference: Vec<TaskName>,
}

/// Dependencies among matched tasks, each side's reduced to those that no others imply. One counts as right when the
/// other side has it, directly or through others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Edges {
    /// Those of the plan.
    pub plan: usize,
    /// Those of the reference.
    pub reference: usize,
    /// The share of the plan's that the reference has; none when the plan has none.
    pub precision: Option<f64>,
    /// The share of the reference's that the plan has; none when the reference has none.
    pub recall: Option<f64>,
    /// The harmonic mean, 0 where only the reference has any; none where it has none.
    pub f1: Option<f64>,
}

/// The order of matched tasks, over the pairs that the reference orders.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OrderAgreement {
    /// Pairs that the reference orders.
    pub pairs: usize,
    /// The share of them that the plan does not contradict; none without any.
    pub kept: Option<f64>,
    /// The share of them that the plan orders the other way round; none without any.
    pub violations: Option<f64>,
    /// Kendall's tau over them, the plan taken in the order in which it can be carried out: 1 when all come in the
    /// reference's order, -1 when all come in the opposite one; none without any.
    pub tau: Option<f64>,
}

/// A task as its side calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskName {
    /// The key of an item, or the reference's id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// A task that both sides have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TaskMatch {
    /// In the plan.
    pub plan: TaskName,
    /// In the reference.
    pub reference: TaskName,
    /// How alike they are, up to 1.
    pub similarity: f64,
}

/// Holds a plan against a reference, without what was rejected of it.
pub fn score(plan: &Plan, reference: &Reference) -> Score {
    let ours = Tasks::of_plan(&live(plan));
    let theirs = &reference.tasks;
    let their_cut = theirs.cut(reference.depth);
    let their_words = words(theirs, &their_cut);
    let mut best: Option<(f64, usize, Cut, Vec<Pair>)> = None;
    for depth in 0..=ours.deepest().min(DEEPEST) {
        let cut = ours.cut(depth);
        let matched = assign(&alike(&words(&ours, &cut), &their_words, LEAST_ALIKE));
        let fits = f1(share(matched.len(), cut.tasks.len()), share(matched.len(), their_cut.tasks.len()));
        if best.as_ref().is_none_or(|(known, ..)| fits > *known) {
            best = Some((fits, depth, cut, matched));
        }
    }
    let (_, depth, cut, matched) = best.unwrap_or_else(|| (0.0, 0, ours.cut(0), Vec::new()));
    figures(Sides { ours: &ours, cut, theirs, their_cut, matched }, reference.kind, depth)
}

/// Both sides, and what was matched.
struct Sides<'s> {
    ours: &'s Tasks,
    cut: Cut,
    theirs: &'s Tasks,
    their_cut: Cut,
    matched: Vec<Pair>,
}

fn figures(sides: Sides<'_>, kind: ReferenceKind, depth: usize) -> Score {
    let Sides { ours, cut, theirs, their_cut, matched } = sides;
    let (tasks, reference_tasks) = (cut.tasks.len(), their_cut.tasks.len());
    let (coverage, precision) = (share(matched.len(), reference_tasks), share(matched.len(), tasks));
    let (ours_before, theirs_before) =
        (Closure::of(&ours.waits(&cut)), Closure::of(&theirs.waits(&their_cut)));
    let edges = edges(&matched, &ours_before, &theirs_before);
    let order = agreement(&matched, &ours_before, &theirs_before);
    let structure: Vec<f64> = [edges.f1, order.kept].into_iter().flatten().collect();
    let structure = if structure.is_empty() { 1.0 } else { mean(&structure) };
    let f1 = f1(precision, coverage);
    let name = |tasks: &Tasks, cut: &Cut, place: usize| {
        let task = &tasks.all[cut.tasks[place]];
        TaskName { id: task.id.clone(), title: task.title.clone() }
    };
    let left_over = |tasks: &Tasks, cut: &Cut, side: fn(&Pair) -> usize| {
        let used: std::collections::BTreeSet<usize> = matched.iter().map(side).collect();
        (0..cut.tasks.len()).filter(|at| !used.contains(at)).map(|at| name(tasks, cut, at)).collect()
    };
    Score {
        kind,
        depth,
        tasks,
        reference_tasks,
        coverage,
        precision,
        f1,
        edges,
        order,
        size_ratio: share(tasks, reference_tasks),
        overall: f1 * (1.0 + structure) / 2.0,
        only_plan: left_over(ours, &cut, |pair| pair.left),
        only_reference: left_over(theirs, &their_cut, |pair| pair.right),
        matches: matched
            .iter()
            .map(|pair| TaskMatch {
                plan: name(ours, &cut, pair.left),
                reference: name(theirs, &their_cut, pair.right),
                similarity: pair.weight,
            })
            .collect(),
    }
}

fn words<'t>(tasks: &'t Tasks, cut: &Cut) -> Vec<Words<'t>> {
    let of = |&task: &usize| {
        let own = &tasks.all[task];
        Words { title: &own.title, text: &own.text, details: tasks.details(task) }
    };
    cut.tasks.iter().map(of).collect()
}

fn edges(matched: &[Pair], ours: &Closure, theirs: &Closure) -> Edges {
    let (left, right): (Vec<usize>, Vec<usize>) = matched.iter().map(|pair| (pair.left, pair.right)).unzip();
    let to: std::collections::BTreeMap<usize, usize> =
        left.iter().copied().zip(right.iter().copied()).collect();
    let from: std::collections::BTreeMap<usize, usize> =
        right.iter().copied().zip(left.iter().copied()).collect();
    let (plan, reference) = (ours.edges(&left), theirs.edges(&right));
    let right_ones = plan.iter().filter(|(a, b)| theirs.is_before(to[a], to[b])).count();
    let found = reference.iter().filter(|(a, b)| ours.is_before(from[a], from[b])).count();
    let precision = (!plan.is_empty()).then(|| share(right_ones, plan.len()));
    let recall = (!reference.is_empty()).then(|| share(found, reference.len()));
    let f1 = recall.map(|recall| f1(precision.unwrap_or(0.0), recall));
    Edges { plan: plan.len(), reference: reference.len(), precision, recall, f1 }
}

fn agreement(matched: &[Pair], ours: &Closure, theirs: &Closure) -> OrderAgreement {
    let (mut pairs, mut contradicted, mut in_order) = (0, 0, 0);
    for first in matched {
        for second in matched.iter().filter(|second| theirs.is_before(first.right, second.right)) {
            pairs += 1;
            contradicted += usize::from(ours.is_before(second.left, first.left));
            in_order += usize::from(ours.place(first.left) < ours.place(second.left));
        }
    }
    let of_pairs = |count: usize| (pairs > 0).then(|| share(count, pairs));
    OrderAgreement {
        pairs,
        kept: of_pairs(pairs - contradicted),
        violations: of_pairs(contradicted),
        tau: of_pairs(in_order).map(|share| 2.0 * share - 1.0),
    }
}

/// A share; 0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    if whole == 0 { 0.0 } else { number(part) / number(whole) }
}

fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

fn mean(values: &[f64]) -> f64 {
    let count = u32::try_from(values.len()).unwrap_or(u32::MAX);
    values.iter().sum::<f64>() / f64::from(count.max(1))
}
