//! What can be done when: levels, the critical path, and a schedule for several workers.

use crate::graph::{Circle, Graph, Neighbours, begin, end, item_of};
use crate::{ItemKey, Plan, live};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use thiserror::Error;

/// The order that a plan's dependencies force. Only items that are work of their own appear in it, containers and
/// rejected items do not; times are minutes and use the likely estimates.
#[derive(Debug, Clone)]
pub struct Order {
    /// Items that can be done side by side: each waits only for items of earlier levels. In plan order within a level.
    pub levels: Vec<Vec<ItemKey>>,
    /// The longest chain of items that wait for each other, first to last.
    pub critical_path: Vec<ItemKey>,
    /// How long the critical path takes: with any number of workers it does not go faster.
    pub critical_minutes: u32,
    /// How long all items take one after the other.
    pub total_minutes: u32,
    /// By how much each item can be late without making the whole later. 0 on the critical path.
    pub slack: BTreeMap<ItemKey, u32>,
    work: Vec<Work>,
    /// What comes after each node of the work.
    next: Neighbours,
}

/// Who does what when, for a number of workers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// When the last item is done.
    pub makespan: u32,
    /// No schedule is shorter than this: the critical path, or the total divided by the workers.
    pub bound: u32,
    /// One entry for each item, by start.
    pub slots: Vec<Slot>,
}

/// One item in a [`Schedule`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The item.
    pub item: ItemKey,
    /// The worker, counted from 0.
    pub worker: usize,
    /// When it starts, in minutes from the beginning.
    pub start: u32,
    /// When it is done.
    pub end: u32,
}

/// Why a plan has no order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderError {
    /// Items wait for each other in a circle.
    #[error("failed to order the plan: {} wait for each other in a circle; remove one of these dependencies",
        path.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" -> "))]
    Cycle {
        /// Each is followed by one that waits for it, the last by the first.
        path: Vec<ItemKey>,
    },
}

/// A node of the graph as the schedule needs it.
#[derive(Debug, Clone)]
struct Work {
    /// The item, at the beginning of one that is work of its own.
    item: Option<(ItemKey, u32)>,
    /// From here to the end of everything.
    tail: u32,
    before: usize,
}

impl Order {
    /// Orders a plan.
    ///
    /// # Errors
    /// When its items wait for each other in a circle.
    pub fn of(plan: &Plan) -> Result<Self, OrderError> {
        let plan = live(plan);
        let plan = plan.as_ref();
        let graph = Graph::of(plan);
        let sorted = graph.sorted().map_err(|circle| cycle(plan, &circle))?;
        let minutes = |item: usize| {
            let own = plan.items.get(item).filter(|_| !graph.is_container(item));
            own.and_then(|item| item.estimate).map_or(0, |estimate| estimate.likely)
        };
        let cost = |from: usize, to: usize| {
            if from == begin(item_of(to)) && to == end(item_of(from)) { minutes(item_of(from)) } else { 0 }
        };
        let (start, level) = forward(&graph, &sorted, cost);
        let tail = backward(&graph, &sorted, cost);
        let critical_minutes = tail.iter().copied().max().unwrap_or(0);
        let (mut levels, mut slack) = (Vec::<Vec<ItemKey>>::new(), Vec::with_capacity(plan.items.len()));
        let mut total_minutes = 0u32;
        for (index, item) in plan.items.iter().enumerate().filter(|&(index, _)| !graph.is_container(index)) {
            let at = begin(index);
            total_minutes = total_minutes.saturating_add(minutes(index));
            let room = critical_minutes.saturating_sub(start[at].saturating_add(tail[at]));
            slack.push((item.key.clone(), room));
            if levels.len() <= level[at] {
                levels.resize(level[at] + 1, Vec::new());
            }
            levels[level[at]].push(item.key.clone());
        }
        Ok(Self {
            levels,
            critical_path: critical_path(plan, &graph, &sorted, &tail, cost),
            critical_minutes,
            total_minutes,
            // All at once: one by one they would be sorted again and again.
            slack: slack.into_iter().collect(),
            work: work(plan, &graph, &tail, minutes),
            next: graph.into_next(),
        })
    }

    /// The items in an order in which one worker can do them.
    pub fn sequence(&self) -> impl Iterator<Item = &ItemKey> {
        self.levels.iter().flatten()
    }

    /// A schedule for `workers` (at least one): whoever is free takes, of the items that wait for nothing any more, the
    /// one with the longest chain behind it.
    pub fn schedule(&self, workers: usize) -> Schedule {
        let workers = workers.max(1);
        let mut before: Vec<usize> = self.work.iter().map(|work| work.before).collect();
        let mut ready = BinaryHeap::new();
        let mut open: Vec<usize> = (0..before.len()).rev().filter(|&node| before[node] == 0).collect();
        let mut idle: BinaryHeap<Reverse<usize>> = (0..workers).map(Reverse).collect();
        let mut running: BinaryHeap<Reverse<(u32, usize, usize)>> = BinaryHeap::new();
        let (mut now, mut slots) = (0, Vec::new());
        loop {
            while let Some(node) = open.pop() {
                match &self.work[node].item {
                    Some(_) => ready.push((self.work[node].tail, Reverse(node))),
                    None => self.release(node, &mut before, &mut open),
                }
            }
            while let Some(&Reverse(worker)) = idle.peek()
                && let Some((_, Reverse(node))) = ready.pop()
            {
                idle.pop();
                if let Some((item, minutes)) = &self.work[node].item {
                    let end = now + minutes;
                    slots.push(Slot { item: item.clone(), worker, start: now, end });
                    running.push(Reverse((end, worker, node)));
                }
            }
            let Some(Reverse((end, worker, node))) = running.pop() else { break };
            now = end;
            idle.push(Reverse(worker));
            self.release(node, &mut before, &mut open);
        }
        let share = self.total_minutes.div_ceil(u32::try_from(workers).unwrap_or(u32::MAX));
        Schedule { makespan: now, bound: self.critical_minutes.max(share), slots }
    }

    fn release(&self, node: usize, before: &mut [usize], open: &mut Vec<usize>) {
        for &next in self.next.of_node(node) {
            before[next] -= 1;
            if before[next] == 0 {
                open.push(next);
            }
        }
    }
}

pub(crate) fn cycle(plan: &Plan, circle: &Circle) -> OrderError {
    let keys = circle.items.iter().filter_map(|&item| plan.items.get(item));
    OrderError::Cycle { path: keys.map(|item| item.key.clone()).collect() }
}

/// For each node the earliest time and the level.
fn forward(graph: &Graph, sorted: &[usize], cost: impl Fn(usize, usize) -> u32) -> (Vec<u32>, Vec<usize>) {
    let (mut start, mut level) = (vec![0u32; sorted.len()], vec![0; sorted.len()]);
    for &node in sorted {
        for &next in graph.next(node) {
            let works = item_of(node) == item_of(next) && !graph.is_container(item_of(node));
            start[next] = start[next].max(start[node].saturating_add(cost(node, next)));
            level[next] = level[next].max(level[node] + usize::from(works));
        }
    }
    (start, level)
}

/// For each node the time from it to the end of everything.
fn backward(graph: &Graph, sorted: &[usize], cost: impl Fn(usize, usize) -> u32) -> Vec<u32> {
    let mut tail = vec![0u32; sorted.len()];
    for &node in sorted.iter().rev() {
        let longest = graph.next(node).iter().map(|&next| tail[next].saturating_add(cost(node, next))).max();
        tail[node] = longest.unwrap_or(0);
    }
    tail
}

fn critical_path(
    plan: &Plan,
    graph: &Graph,
    sorted: &[usize],
    tail: &[u32],
    cost: impl Fn(usize, usize) -> u32,
) -> Vec<ItemKey> {
    let mut path = Vec::new();
    let mut node = sorted.iter().copied().max_by_key(|&node| (tail[node], Reverse(node)));
    while let Some(current) = node {
        if current == begin(item_of(current))
            && !graph.is_container(item_of(current))
            && let Some(item) = plan.items.get(item_of(current))
        {
            path.push(item.key.clone());
        }
        let nexts = graph.next(current).iter().copied();
        node = nexts.max_by_key(|&next| (tail[next].saturating_add(cost(current, next)), Reverse(next)));
    }
    path
}

/// The graph with each item that is work of its own as one node; only its beginning is work, its end is free.
fn work(plan: &Plan, graph: &Graph, tail: &[u32], minutes: impl Fn(usize) -> u32) -> Vec<Work> {
    let node = |node| {
        let own = node == begin(item_of(node)) && !graph.is_container(item_of(node));
        let item = plan.items.get(item_of(node)).filter(|_| own);
        let item = item.map(|item| (item.key.clone(), minutes(item_of(node))));
        Work { item, tail: tail[node], before: graph.previous(node).len() }
    };
    (0..tail.len()).map(node).collect()
}
