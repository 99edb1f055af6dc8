//! One item of two, and several of one.

use super::change::{checked_estimate, checked_title};
use super::place::{become_container, end_of, in_tree_order, is_within};
use super::{EditError, Keys, position, sound};
use crate::outline::guess;
use crate::words::{normal_form, stems};
use crate::{Estimate, Item, ItemKey, Plan, RequirementId, Source};

/// A part of a split item. What it does not say comes from the item.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Part {
    /// One line.
    pub title: String,
    /// What is to be done; may be empty.
    pub description: String,
    /// How long it takes; else an equal share of the item's own time.
    pub estimate: Option<Estimate>,
    /// How one sees that it is done. Criteria of the item that speak of the part go to it too.
    pub acceptance: Vec<String>,
    /// The places in the documents; else those of the item.
    pub sources: Vec<Source>,
}

/// A part takes no less, in minutes: less is no work of its own.
const SHORTEST_PART: u32 = 15;

pub(super) fn merge(plan: &mut Plan, keep: &ItemKey, gone: &ItemKey) -> Result<(), EditError> {
    let (kept, going) = (position(plan, keep)?, position(plan, gone)?);
    if kept == going {
        return Err(EditError::Itself { title: plan.items[kept].title.clone() });
    }
    for (inner, outer) in [(kept, going), (going, kept)] {
        if is_within(plan, inner, outer) {
            let title = |index: usize| plan.items[index].title.clone();
            return Err(EditError::Within { inner: title(inner), outer: title(outer) });
        }
    }
    in_tree_order(plan);
    let start = position(plan, gone)?;
    let end = end_of(plan, start);
    let mut block: Vec<Item> = plan.items.drain(start..end).collect();
    let going = block.remove(0);
    plan.verdicts.remove(gone);
    let at = position(plan, keep)?;
    let end = end_of(plan, at);
    for part in block.iter_mut().filter(|part| part.parent.as_ref() == Some(gone)) {
        part.parent = Some(keep.clone());
    }
    let container = !block.is_empty() || end > at + 1;
    absorb(&mut plan.items[at], going, container);
    plan.items.splice(end..end, block);
    for item in &mut plan.items {
        if !item.depends_on.contains(gone) {
            continue;
        }
        let known = item.depends_on.contains(keep) || item.key == *keep;
        item.depends_on.retain(|on| on != gone || !known);
        for on in item.depends_on.iter_mut().filter(|on| *on == gone) {
            on.clone_from(keep);
        }
    }
    sound::refuse_circle(plan)
}

/// The same work said twice takes no longer than once; two pieces of work take their sum.
fn absorb(item: &mut Item, gone: Item, container: bool) {
    let same = normal_form(&item.title) == normal_form(&gone.title);
    item.estimate = match (item.estimate, gone.estimate) {
        _ if container => None,
        (Some(a), Some(b)) => {
            let both = |a: u32, b: u32| if same { a.max(b) } else { a.saturating_add(b) };
            let (low, likely) = (both(a.low, b.low), both(a.likely, b.likely));
            Some(Estimate { low, likely, high: both(a.high, b.high) })
        }
        (one, other) => one.or(other),
    };
    if !gone.description.is_empty() && !item.description.contains(&gone.description) {
        if !item.description.is_empty() {
            item.description.push_str("\n\n");
        }
        item.description.push_str(&gone.description);
    }
    item.complexity = item.complexity.max(gone.complexity);
    item.confidence = item.confidence.max(gone.confidence);
    item.priority = item.priority.max(gone.priority);
    let key = item.key.clone();
    unite(&mut item.depends_on, gone.depends_on.into_iter().filter(|on| *on != key));
    unite(&mut item.complexity_reasons, gone.complexity_reasons);
    unite(&mut item.tags, gone.tags);
    unite(&mut item.acceptance, gone.acceptance);
    unite(&mut item.files, gone.files);
    unite(&mut item.requirements, gone.requirements);
    unite(&mut item.sources, gone.sources);
}

fn unite<T: PartialEq>(all: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
}

pub(super) fn split(
    plan: &mut Plan,
    key: &ItemKey,
    parts: &[Part],
    added: &mut Vec<ItemKey>,
) -> Result<(), EditError> {
    in_tree_order(plan);
    let at = position(plan, key)?;
    let title = || plan.items[at].title.clone();
    if end_of(plan, at) > at + 1 {
        return Err(EditError::AlreadyGroup { title: title() });
    }
    if parts.len() < 2 {
        return Err(EditError::TooFewParts { title: title() });
    }
    let mut keys = Keys::of(plan);
    let mut made = Vec::with_capacity(parts.len());
    for part in parts {
        let title = checked_title(&part.title)?;
        part.estimate.map_or(Ok(()), checked_estimate)?;
        let key = keys.fresh(&title, &plan.items[at].title);
        made.push(part_of(plan, at, parts.len(), Part { title, ..part.clone() }, key));
    }
    hand_out(&mut plan.items[at].acceptance, &mut made);
    added.extend(made.iter().map(|item| item.key.clone()));
    become_container(plan, Some(key));
    plan.items.splice(at + 1..=at, made);
    Ok(())
}

fn part_of(plan: &Plan, at: usize, count: usize, part: Part, key: ItemKey) -> Item {
    let whole = &plan.items[at];
    let share = |minutes: u32| (minutes / u32::try_from(count).unwrap_or(u32::MAX)).max(SHORTEST_PART);
    let shared = whole.estimate.map(|estimate| Estimate {
        low: share(estimate.low),
        likely: share(estimate.likely),
        high: share(estimate.high),
    });
    let guessed = guess(part.acceptance.len(), &format!("{} {}", part.title, part.description));
    Item {
        key,
        parent: Some(whole.key.clone()),
        depends_on: Vec::new(),
        estimate: part.estimate.or(shared).or(Some(guessed.estimate)),
        complexity: guessed.complexity.min(whole.complexity.max(1)),
        complexity_reasons: guessed.reasons,
        requirements: demands_in(plan, at, &part.sources),
        sources: if part.sources.is_empty() { whole.sources.clone() } else { part.sources },
        title: part.title,
        description: part.description,
        acceptance: part.acceptance,
        ..whole.clone()
    }
}

/// The item's requirements that stand in these places.
fn demands_in(plan: &Plan, at: usize, sources: &[Source]) -> Vec<RequirementId> {
    let stands = |wanted: &Source| {
        sources.iter().any(|source| source.document == wanted.document && source.span.contains(&wanted.span))
    };
    let ids = &plan.items[at].requirements;
    let wanted = plan.requirements.iter().filter(|wanted| ids.contains(&wanted.id) && stands(&wanted.source));
    wanted.map(|wanted| wanted.id.clone()).collect()
}

/// Gives each criterion to the part with which it shares the most words; one that shares none stays with the whole.
fn hand_out(criteria: &mut Vec<String>, parts: &mut [Item]) {
    let words: Vec<Vec<String>> = parts.iter().map(|part| stems(&part.title)).collect();
    criteria.retain(|criterion| {
        let said = stems(criterion);
        let shared = |words: &Vec<String>| words.iter().filter(|word| said.contains(word)).count();
        let counts = words.iter().map(shared).enumerate();
        // Of equal ones the first.
        let best = counts.max_by_key(|&(index, count)| (count, std::cmp::Reverse(index)));
        let Some(part) = best.filter(|&(_, count)| count > 0).and_then(|(index, _)| parts.get_mut(index))
        else {
            return true;
        };
        if !part.acceptance.contains(criterion) {
            part.acceptance.push(criterion.clone());
        }
        false
    });
}
