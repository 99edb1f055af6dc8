//! The items of several parts of a document made one list.

use super::ask::join_id;
use super::circle::circle;
use super::flaw::{Flaw, shortened};
use super::reply::JoiningReply;
use crate::{Item, ItemKey};
use std::collections::BTreeMap;

/// Who waits for whom, by position.
pub(super) fn edges(items: &[Item]) -> Vec<(usize, usize)> {
    let at: BTreeMap<&ItemKey, usize> = items.iter().enumerate().map(|(at, item)| (&item.key, at)).collect();
    let of = |(index, item): (usize, &Item)| {
        item.depends_on.iter().filter_map(|on| at.get(on)).map(|&on| (index, on)).collect::<Vec<_>>()
    };
    items.iter().enumerate().flat_map(of).collect()
}

/// Items of the same key are one: the same words in two parts of a document.
pub(super) fn unite(items: impl IntoIterator<Item = Item>) -> Vec<Item> {
    let mut united: Vec<Item> = Vec::new();
    for item in items {
        match united.iter_mut().find(|known| known.key == item.key) {
            Some(known) => absorb(known, item),
            None => united.push(item),
        }
    }
    united
}

/// The list after what an answer says about it, or what is wrong with the answer.
pub(super) fn joined(items: &[Item], reply: &JoiningReply) -> Result<Vec<Item>, Vec<Flaw>> {
    let at: BTreeMap<String, usize> = (0..items.len()).map(|number| (join_id(number), number)).collect();
    let mut flaws = Vec::new();
    let find = |id: &str, within: &str, flaws: &mut Vec<Flaw>| {
        let found = at.get(id).copied();
        if found.is_none() {
            flaws.push(Flaw::UnknownItem { id: within.to_owned(), on: shortened(id) });
        }
        found
    };
    // For each item the one that it becomes a part of.
    let mut into: Vec<usize> = (0..items.len()).collect();
    let mut grouped = vec![false; items.len()];
    for group in &reply.same {
        let members: Vec<usize> = group.iter().filter_map(|id| find(id, "same", &mut flaws)).collect();
        for &member in &members {
            if std::mem::replace(&mut grouped[member], true) {
                flaws.push(Flaw::SameId { id: join_id(member) });
            }
            into[member] = members.first().copied().unwrap_or(member);
        }
    }
    let mut wanted = edges(items);
    for edge in &reply.edges {
        let pair = (find(&edge.item, "edges", &mut flaws), find(&edge.after, "edges", &mut flaws));
        if let (Some(item), Some(after)) = pair {
            wanted.push((item, after));
        }
    }
    let mut waits: Vec<Vec<usize>> = vec![Vec::new(); items.len()];
    for (item, on) in wanted {
        let (item, on, same) = (into[item], into[on], into[item] == into[on]);
        if !same && !waits[item].contains(&on) {
            waits[item].push(on);
        }
    }
    if let Some(around) = circle(&waits) {
        let path: Vec<String> = around.iter().map(|&at| join_id(at)).collect();
        flaws.push(Flaw::circle(path.iter().map(String::as_str)));
    }
    if flaws.is_empty() { Ok(apply(items, &into, &waits)) } else { Err(flaws) }
}

fn apply(items: &[Item], into: &[usize], waits: &[Vec<usize>]) -> Vec<Item> {
    let mut kept: BTreeMap<usize, Item> = BTreeMap::new();
    for (at, item) in items.iter().enumerate().filter(|&(at, _)| into[at] == at) {
        let depends_on = waits[at].iter().filter_map(|&on| items.get(on)).map(|on| on.key.clone()).collect();
        kept.insert(at, Item { depends_on, ..item.clone() });
    }
    for (at, item) in items.iter().enumerate().filter(|&(at, _)| into[at] != at) {
        if let Some(first) = kept.get_mut(&into[at]) {
            let depends_on = std::mem::take(&mut first.depends_on);
            absorb(first, Item { depends_on: Vec::new(), ..item.clone() });
            first.depends_on = depends_on;
        }
    }
    kept.into_values().collect()
}

/// Two items that are one: everything that either says, and the larger of two figures.
fn absorb(known: &mut Item, other: Item) {
    fn add<T: PartialEq>(known: &mut Vec<T>, more: Vec<T>) {
        for one in more {
            if !known.contains(&one) {
                known.push(one);
            }
        }
    }
    if !known.description.contains(&other.description) {
        known.description = format!("{}\n\n{}", known.description, other.description).trim().to_owned();
    }
    if let (Some(mine), Some(theirs)) = (known.estimate, other.estimate)
        && theirs.likely > mine.likely
    {
        known.estimate = Some(theirs);
    }
    if other.complexity > known.complexity {
        (known.complexity, known.complexity_reasons) = (other.complexity, other.complexity_reasons);
    }
    known.priority = known.priority.max(other.priority);
    add(&mut known.depends_on, other.depends_on);
    add(&mut known.tags, other.tags);
    add(&mut known.acceptance, other.acceptance);
    add(&mut known.files, other.files);
    add(&mut known.requirements, other.requirements);
    add(&mut known.sources, other.sources);
}
