//! Circles that two plans close only together.
//!
//! A person lets one item wait for another, and the document puts that other one into the first: each side is sound, and
//! nothing in the merged plan could begin. As with a field that both changed, the side that is not preferred gives way,
//! and the conflict is told.

use super::Side;
use super::keyed::Keyed;
use super::merge::{ConflictField, PlanConflict, tidied};
use crate::graph::{Circle, Graph};
use crate::{Item, ItemKey, Plan};
use std::collections::BTreeSet;

/// What puts one item before another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Link {
    /// The first waits for the second.
    Waits(ItemKey, ItemKey),
    /// The first is part of the second.
    Within(ItemKey, ItemKey),
}

/// The plan without circles that neither `mine` nor the document's items, with the keys of `mine`, go in. A side that goes
/// in a circle by itself has to be mended first, so that nothing is done then.
pub(super) fn agreed(
    mut plan: Plan,
    mine: &Plan,
    document: impl FnOnce() -> Vec<Item>,
    prefer: Side,
) -> (Plan, Vec<PlanConflict>) {
    let mut conflicts = Vec::new();
    let mut found = Graph::of(&plan).sorted().err();
    if found.is_none() {
        return (plan, conflicts);
    }
    let document = document();
    if [&mine.items, &document].into_iter().any(|items| Graph::of_items(items).sorted().is_err()) {
        return (plan, conflicts);
    }
    let sides = (Keyed::of(mine), Keyed::of_items(&document));
    let preferred = match prefer {
        Side::Mine => &sides.0,
        Side::Document => &sides.1,
    };
    // Each round takes out a link that only the other side has, and puts none of it in, so that it ends.
    while let Some(circle) = found {
        let links = links(&plan, &circle);
        let Some(link) = giving_way(&links, preferred).cloned() else { break };
        let title = |key: &ItemKey| plan.get(key).map(|item| item.title.clone()).unwrap_or_default();
        let only = |side: &Keyed<'_>, other: &Keyed<'_>| {
            let links = links.iter().filter(|link| link.is_of(side) && !link.is_of(other));
            links.map(|link| link.told(title)).collect::<Vec<_>>().join("; ")
        };
        conflicts.push(PlanConflict {
            key: link.item().clone(),
            title: title(link.item()),
            field: ConflictField::Order,
            taken: prefer,
            mine: only(&sides.0, &sides.1),
            document: only(&sides.1, &sides.0),
        });
        link.take_out(&mut plan, preferred);
        plan = tidied(plan, mine);
        found = Graph::of(&plan).sorted().err();
    }
    (plan, conflicts)
}

/// The links that a circle is made of.
fn links(plan: &Plan, circle: &Circle) -> Vec<Link> {
    let next = circle.items.iter().skip(1).chain(circle.items.first());
    let pairs = circle.items.iter().zip(next).filter_map(|(first, then)| {
        let (first, then) = (plan.items.get(*first)?, plan.items.get(*then)?);
        let (first_key, then_key) = (first.key.clone(), then.key.clone());
        let waits = then.depends_on.contains(&first.key);
        let begins = then.parent.as_ref() == Some(&first.key);
        let ends = first.parent.as_ref() == Some(&then.key);
        Some([
            waits.then(|| Link::Waits(then_key.clone(), first_key.clone())),
            begins.then(|| Link::Within(then_key.clone(), first_key.clone())),
            ends.then_some(Link::Within(first_key, then_key)),
        ])
    });
    let mut links: Vec<Link> = pairs.flatten().flatten().collect();
    // A place joins both the beginnings and the ends.
    let mut seen = BTreeSet::new();
    links.retain(|link| seen.insert(link.clone()));
    links
}

/// The link that is taken out: rather one of waiting than a place, and rather a place that the preferred side has another
/// one for.
fn giving_way<'l>(links: &'l [Link], preferred: &Keyed<'_>) -> Option<&'l Link> {
    let rank = |link: &&Link| match link {
        Link::Waits(..) => 0,
        Link::Within(item, _) if preferred.get(item).is_some() => 1,
        Link::Within(..) => 2,
    };
    links.iter().filter(|link| !link.is_of(preferred)).min_by_key(rank)
}

impl Link {
    fn item(&self) -> &ItemKey {
        match self {
            Self::Waits(item, _) | Self::Within(item, _) => item,
        }
    }

    fn is_of(&self, side: &Keyed<'_>) -> bool {
        side.get(self.item()).is_some_and(|item| match self {
            Self::Waits(_, on) => item.depends_on.contains(on),
            Self::Within(_, container) => item.parent.as_ref() == Some(container),
        })
    }

    fn told(&self, title: impl Fn(&ItemKey) -> String) -> String {
        match self {
            Self::Waits(item, on) => format!("\"{}\" waits for \"{}\"", title(item), title(on)),
            Self::Within(item, container) => {
                format!("\"{}\" is part of \"{}\"", title(item), title(container))
            }
        }
    }

    fn take_out(&self, plan: &mut Plan, preferred: &Keyed<'_>) {
        for item in plan.items.iter_mut().filter(|item| item.key == *self.item()) {
            match self {
                Self::Waits(_, on) => item.depends_on.retain(|other| other != on),
                Self::Within(..) => {
                    item.parent = preferred.get(&item.key).and_then(|item| item.parent.clone());
                }
            }
        }
    }
}
