//! Requirements that cannot all be met. The rules are narrow on purpose: a false alarm costs more than a miss.

use super::subject::{Subject, subjects};
use super::{asked_of, quoted, scope, technology};
use crate::requirement::quantity::{Dimension, Quantity};
use crate::words::Bag;
use crate::{Bound, Constraint, Finding, FindingCode, Modality, Plan, QuestionId};
use std::collections::{BTreeMap, BTreeSet};

/// Two requirements that exclude each other.
pub(super) struct Clash<'s, 'p> {
    pub(super) rule: &'static str,
    pub(super) first: &'s Subject<'p>,
    pub(super) second: &'s Subject<'p>,
    /// What is wrong, after both were quoted: `name different limits`.
    pub(super) what: String,
    /// What the author is asked.
    pub(super) question: String,
}

pub(super) fn check(plan: &Plan, findings: &mut Vec<Finding>) {
    let subjects = subjects(asked_of(plan));
    let mut clashes = different_numbers(&subjects);
    clashes.extend(demanded_and_forbidden(&subjects));
    clashes.extend(technology::clashes(&subjects));
    clashes.extend(scope::clashes(&subjects));
    let mut seen = BTreeSet::new();
    for clash in clashes {
        let ids = [clash.first.wanted.id.as_str(), clash.second.wanted.id.as_str()];
        // Two requirements contradict each other once, whatever rule sees it first.
        if seen.insert((ids[0].min(ids[1]), ids[0].max(ids[1]))) {
            findings.push(finding(&clash));
        }
    }
}

fn finding(clash: &Clash<'_, '_>) -> Finding {
    let (first, second) = (clash.first.wanted, clash.second.wanted);
    let message = format!(
        "{} ({}) and {} ({}) {}",
        quoted(&first.text),
        first.source,
        quoted(&second.text),
        second.source,
        clash.what
    );
    let (one, other) = (first.id.as_str().min(second.id.as_str()), first.id.as_str().max(second.id.as_str()));
    let id = QuestionId::of(&["contradiction", clash.rule, one, other]);
    let sources = vec![first.source.clone(), second.source.clone()];
    Finding::new(FindingCode::Contradiction, message).at(sources).asking(id, clash.question.clone())
}

/// Subjects of the same words, at least this many words, with what each is about.
fn alike<'s, 'p>(
    subjects: &'s [Subject<'p>],
    key: impl for<'x> Fn(&'x Subject<'p>) -> &'x Bag,
    least: usize,
) -> Vec<Vec<&'s Subject<'p>>> {
    let mut groups: BTreeMap<&Bag, Vec<&Subject<'p>>> = BTreeMap::new();
    for subject in subjects.iter().filter(|subject| subject.asks() && key(subject).len() >= least) {
        groups.entry(key(subject)).or_default().push(subject);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// Pairs of neighbours in a group, so that a sentence that stands there a thousand times is not compared with itself a
/// million times.
pub(super) fn neighbours<T>(group: &[T]) -> impl Iterator<Item = (&T, &T)> {
    const REACH: usize = 8;
    group
        .iter()
        .enumerate()
        .flat_map(|(at, first)| group.iter().skip(at + 1).take(REACH).map(move |second| (first, second)))
}

/// The same subject with numbers that exclude each other.
fn different_numbers<'s, 'p>(subjects: &'s [Subject<'p>]) -> Vec<Clash<'s, 'p>> {
    let mut clashes = Vec::new();
    for group in alike(subjects, |subject| &subject.words, 0) {
        let counted: Vec<&Subject<'p>> =
            group.into_iter().filter(|subject| !subject.quantities.is_empty()).collect();
        for (first, second) in neighbours(&counted) {
            let Some((one, other)) = excluding(first, second) else { continue };
            let (one, other) = (written(one), written(other));
            clashes.push(Clash {
                rule: "numbers",
                first,
                second,
                what: format!("cannot both hold: {one} and {other}"),
                question: format!(
                    "Which holds: {one} ({}) or {other} ({})?",
                    first.wanted.source, second.wanted.source
                ),
            });
        }
    }
    clashes
}

/// The numbers of two requirements that exclude each other, where it is sure that they speak of the same.
fn excluding<'s>(first: &'s Subject<'_>, second: &'s Subject<'_>) -> Option<(&'s Quantity, &'s Quantity)> {
    let sure = match first.words.len() {
        // `Up to 1,000 users` says itself what it is about.
        0 => {
            first.shares_place(second)
                && first.quantities.iter().all(|one| one.unit.dimension == Dimension::Users)
        }
        // One word may be the name of many things; within a section it is one.
        1 => first.wanted.section == second.wanted.section,
        _ => first.shares_place(second),
    };
    if !sure || first.negated != second.negated {
        return None;
    }
    let only = |quantity: &Quantity, of: &Subject<'_>| {
        of.quantities.iter().filter(|other| compares(quantity, other)).count() == 1
    };
    first.quantities.iter().find_map(|one| {
        let other = second.quantities.iter().find(|other| compares(one, other))?;
        (only(one, first) && only(other, second) && excludes(one, other)).then_some((one, other))
    })
}

fn written(quantity: &Quantity) -> String {
    let (bound, value, unit) =
        (quantity.bound, quantity.value.clone(), quantity.unit.name.clone().into_owned());
    Constraint::Quantity { bound, value, unit }.to_string()
}

fn compares(one: &Quantity, other: &Quantity) -> bool {
    let by_name = matches!(one.unit.dimension, Dimension::Count | Dimension::OtherRate | Dimension::Money);
    one.unit.dimension == other.unit.dimension && (!by_name || one.unit.name == other.unit.name)
}

/// Whether no value fits both. A number without a bound is taken for the limit that the other is.
fn excludes(one: &Quantity, other: &Quantity) -> bool {
    let (Some(a), Some(b)) = (size(one), size(other)) else { return false };
    // Figures that are rounded or converted differ a little.
    let same = (a - b).abs() <= a.abs().max(b.abs()) * 0.001;
    match (one.bound, other.bound) {
        (Bound::AtMost, Bound::AtLeast) => !same && a < b,
        (Bound::AtLeast, Bound::AtMost) => !same && b < a,
        (Bound::AtMost, Bound::AtMost)
        | (Bound::AtLeast, Bound::AtLeast)
        | (Bound::Exactly, Bound::AtMost | Bound::AtLeast | Bound::Exactly)
        | (Bound::AtMost | Bound::AtLeast, Bound::Exactly) => !same,
    }
}

fn size(quantity: &Quantity) -> Option<f64> {
    // Factors are whole and far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "factors of units are small")]
    let factor = quantity.unit.factor as f64;
    Some(quantity.value.parse::<f64>().ok()? * factor)
}

/// The same is demanded and forbidden.
fn demanded_and_forbidden<'s, 'p>(subjects: &'s [Subject<'p>]) -> Vec<Clash<'s, 'p>> {
    let mut clashes = Vec::new();
    for group in alike(subjects, |subject| &subject.words, 2) {
        for (first, second) in neighbours(&group) {
            let strict = [first, second].iter().all(|subject| subject.wanted.modality == Modality::Must);
            if first.negated != second.negated && strict && first.shares_place(second) {
                clashes.push(Clash {
                    rule: "negation",
                    first,
                    second,
                    what: "say the opposite of each other".to_owned(),
                    question: format!(
                        "Which holds: {} ({}) or {} ({})?",
                        quoted(&first.wanted.text),
                        first.wanted.source,
                        quoted(&second.wanted.text),
                        second.wanted.source
                    ),
                });
            }
        }
    }
    clashes
}
