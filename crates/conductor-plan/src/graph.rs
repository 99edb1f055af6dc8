//! The dependencies of a plan as a graph that knows what containers mean.
//!
//! Each item has a beginning and an end. An item ends after it begins; what waits begins after what it waits for has
//! ended; a child begins after its container does and ends before it. So a dependency on a container is one edge, not
//! one for each item in it, and a child that waits for its own container is a circle like any other.

use crate::lookup::Lookup;
use crate::{Item, ItemKey, Plan};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A search along dependencies ends after so many nodes, so that a plan of thousands of items in one chain stays
/// cheap to check; what lies further back is not reported.
const LONGEST_SEARCH: usize = 2_000;

/// A plan's dependencies. Items are named by their position in the plan.
pub(crate) struct Graph {
    count: usize,
    /// The nodes that come after each node.
    next: Neighbours,
    /// The nodes that come before each node.
    previous: Neighbours,
    container: Vec<bool>,
}

/// For each node those next to it, one after the other in one list: a hundred thousand items have a million of them, and
/// a list for each node would cost more time than all that is asked of them.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    /// Where the neighbours of each node begin; one more than there are nodes.
    begins: Vec<usize>,
    all: Vec<usize>,
}

impl Neighbours {
    /// Where each pair leads, by where it leads from; of one node in the order of the pairs.
    fn of(nodes: usize, pairs: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut begins = vec![0; nodes + 1];
        for (from, _) in pairs.clone() {
            begins[from + 1] += 1;
        }
        for node in 0..nodes {
            begins[node + 1] += begins[node];
        }
        let mut free = begins.clone();
        let mut all = vec![0; begins[nodes]];
        for (from, to) in pairs {
            all[free[from]] = to;
            free[from] += 1;
        }
        Self { begins, all }
    }

    /// The neighbours of a node.
    pub(crate) fn of_node(&self, node: usize) -> &[usize] {
        &self.all[self.begins[node]..self.begins[node + 1]]
    }

    fn nodes(&self) -> usize {
        self.begins.len() - 1
    }
}

impl Graph {
    /// Of several items with one key the first counts; what names no item is left out.
    pub(crate) fn of(plan: &Plan) -> Self {
        Self::of_items(&plan.items)
    }

    /// The same for items that are in no plan.
    pub(crate) fn of_items(items: &[Item]) -> Self {
        let position = positions_of(items);
        let mut pairs = Vec::with_capacity(items.len() * 4);
        let mut container = vec![false; items.len()];
        for (index, item) in items.iter().enumerate() {
            pairs.push((begin(index), end(index)));
            if let Some(&parent) = item.parent.as_ref().and_then(|parent| position.get(parent)) {
                container[parent] = true;
                pairs.push((begin(parent), begin(index)));
                pairs.push((end(index), end(parent)));
            }
            let on = item.depends_on.iter().filter_map(|on| position.get(on));
            pairs.extend(on.map(|&on| (end(on), begin(index))));
        }
        let nodes = items.len() * 2;
        Self {
            count: items.len(),
            next: Neighbours::of(nodes, pairs.iter().copied()),
            previous: Neighbours::of(nodes, pairs.iter().map(|&(from, to)| (to, from))),
            container,
        }
    }

    pub(crate) fn is_container(&self, item: usize) -> bool {
        self.container[item]
    }

    pub(crate) fn next(&self, node: usize) -> &[usize] {
        self.next.of_node(node)
    }

    pub(crate) fn previous(&self, node: usize) -> &[usize] {
        self.previous.of_node(node)
    }

    /// What comes after each node, of all of them.
    pub(crate) fn into_next(self) -> Neighbours {
        self.next
    }

    /// All nodes, each after those that come before it; what is left over is in a circle, or after one. Of the nodes
    /// that are free at the same time the first in the plan comes first.
    pub(crate) fn sorted(&self) -> Result<Vec<usize>, Circle> {
        let mut before: Vec<usize> =
            (0..self.previous.nodes()).map(|node| self.previous(node).len()).collect();
        let mut free: BinaryHeap<Reverse<usize>> = before
            .iter()
            .enumerate()
            .filter(|&(_, &count)| count == 0)
            .map(|(node, _)| Reverse(node))
            .collect();
        let mut sorted = Vec::with_capacity(before.len());
        while let Some(Reverse(node)) = free.pop() {
            sorted.push(node);
            for &next in self.next(node) {
                before[next] -= 1;
                if before[next] == 0 {
                    free.push(Reverse(next));
                }
            }
        }
        if sorted.len() == before.len() { Ok(sorted) } else { Err(self.circle(&before)) }
    }

    /// Of the items that `item` waits for, those that it would wait for anyway because of the others. `rank` is the place
    /// of each node in [`Graph::sorted`]: nothing before the earliest of them can lead to one of them.
    /// `seen` is kept between the searches of one graph, so that none has to make room for all nodes; it begins empty.
    pub(crate) fn implied(&self, item: usize, rank: &[usize], seen: &mut Vec<usize>) -> Vec<usize> {
        let start = begin(item);
        let direct = self.previous(start);
        let Some(earliest) = direct.iter().map(|&node| rank[node]).min().filter(|_| direct.len() > 1) else {
            return Vec::new();
        };
        // A node was seen in this search when it carries the item's mark.
        let mark = item + 1;
        seen.resize(self.next.nodes(), 0);
        let mut count = 0;
        let mut stack: Vec<usize> = direct.iter().flat_map(|&node| self.previous(node)).copied().collect();
        while let Some(node) = stack.pop() {
            if rank[node] >= earliest && count < LONGEST_SEARCH && seen[node] != mark {
                seen[node] = mark;
                count += 1;
                stack.extend(self.previous(node));
            }
        }
        let implied = direct.iter().filter(|&&node| node == end(item_of(node)) && seen[node] == mark);
        implied.map(|&node| item_of(node)).collect()
    }

    /// Whether one item has to be done, or at least begun, before the end of another. A search that is too long counts as
    /// a yes, so that nothing is reported that is not sure.
    pub(crate) fn leads(&self, from: usize, to: usize, search: &mut Search) -> bool {
        search.mark += 1;
        search.seen.resize(self.next.nodes(), 0);
        let mut count = 0;
        let mut stack = vec![begin(from)];
        while let Some(node) = stack.pop() {
            if node == end(to) || count >= LONGEST_SEARCH {
                return true;
            }
            if search.seen[node] != search.mark {
                search.seen[node] = search.mark;
                count += 1;
                stack.extend(self.next(node));
            }
        }
        false
    }

    /// One circle among the nodes that still have something before them: going backwards from any of them never ends.
    fn circle(&self, before: &[usize]) -> Circle {
        let mut back = vec![None; before.len()];
        for node in (0..before.len()).filter(|&node| before[node] > 0) {
            for &next in self.next(node) {
                back[next].get_or_insert(node);
            }
        }
        let mut seen = vec![None; before.len()];
        let mut path = Vec::new();
        let mut node = before.iter().position(|&count| count > 0);
        while let Some(current) = node {
            if let Some(start) = seen[current] {
                let mut nodes: Vec<usize> = path.split_off(start);
                nodes.reverse();
                return Circle { items: items_of(&nodes, self.count) };
            }
            seen[current] = Some(path.len());
            path.push(current);
            node = back[current];
        }
        Circle { items: Vec::new() }
    }
}

/// What is kept between the searches of one graph, so that none has to make room for all nodes.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// The number of the search in which each node was last seen.
    seen: Vec<usize>,
    mark: usize,
}

/// Items that wait for each other: each is followed by one that waits for it, the last by the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Circle {
    pub(crate) items: Vec<usize>,
}

fn items_of(nodes: &[usize], count: usize) -> Vec<usize> {
    let mut items: Vec<usize> =
        nodes.iter().map(|&node| item_of(node)).filter(|&item| item < count).collect();
    items.dedup();
    if items.len() > 1 && items.first() == items.last() {
        items.pop();
    }
    items
}

pub(crate) fn begin(item: usize) -> usize {
    item * 2
}

pub(crate) fn end(item: usize) -> usize {
    item * 2 + 1
}

pub(crate) fn item_of(node: usize) -> usize {
    node / 2
}

/// Where in the plan each key stands; the first of equal ones counts.
pub(crate) fn positions(plan: &Plan) -> Lookup<&ItemKey, usize> {
    positions_of(&plan.items)
}

fn positions_of(items: &[Item]) -> Lookup<&ItemKey, usize> {
    items.iter().enumerate().rev().map(|(index, item)| (&item.key, index)).collect()
}
