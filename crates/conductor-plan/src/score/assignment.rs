//! The best one-to-one assignment of two sides.
//!
//! The Hungarian method with potentials, in cubic time (Kuhn 1955, Munkres 1957; this form after Jonker and Volgenant 1987).
//! Pairs that have nothing in common are left out beforehand, so that what is solved are the small groups of tasks that
//! share something; a group too large for that is assigned best pair first.

use std::collections::BTreeMap;

/// Groups of more than so many tasks on their smaller side are assigned best pair first.
const MOST_EXACT: usize = 300;

/// Two tasks, and how much alike they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) weight: f64,
}

/// The pairs of greatest total weight in which each side's tasks appear at most once, by their left task.
pub(super) fn assign(pairs: &[Pair]) -> Vec<Pair> {
    let mut chosen = Vec::new();
    for group in groups(pairs) {
        let (left, right) = (numbered(&group, |pair| pair.left), numbered(&group, |pair| pair.right));
        if left.len().min(right.len()) > MOST_EXACT {
            chosen.extend(greedy(group));
        } else {
            chosen.extend(exact(&group, &left, &right));
        }
    }
    chosen.sort_by_key(|pair| pair.left);
    chosen
}

/// Pairs that hang together through common tasks.
fn groups(pairs: &[Pair]) -> Vec<Vec<Pair>> {
    let mut by_left: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut by_right: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, pair) in pairs.iter().enumerate() {
        by_left.entry(pair.left).or_default().push(at);
        by_right.entry(pair.right).or_default().push(at);
    }
    let mut seen = vec![false; pairs.len()];
    let mut groups = Vec::new();
    for start in 0..pairs.len() {
        let (mut group, mut stack) = (Vec::new(), vec![start]);
        while let Some(at) = stack.pop() {
            if std::mem::replace(&mut seen[at], true) {
                continue;
            }
            group.push(pairs[at]);
            stack.extend(by_left.remove(&pairs[at].left).unwrap_or_default());
            stack.extend(by_right.remove(&pairs[at].right).unwrap_or_default());
        }
        if !group.is_empty() {
            groups.push(group);
        }
    }
    groups
}

fn numbered(group: &[Pair], side: impl Fn(&Pair) -> usize) -> Vec<usize> {
    let mut tasks: Vec<usize> = group.iter().map(side).collect();
    tasks.sort_unstable();
    tasks.dedup();
    tasks
}

fn greedy(mut group: Vec<Pair>) -> Vec<Pair> {
    group.sort_by(|a, b| b.weight.total_cmp(&a.weight).then((a.left, a.right).cmp(&(b.left, b.right))));
    let (mut left, mut right) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    group.retain(|pair| {
        let free = !left.contains(&pair.left) && !right.contains(&pair.right);
        free && left.insert(pair.left) && right.insert(pair.right)
    });
    group
}

fn exact(group: &[Pair], left: &[usize], right: &[usize]) -> Vec<Pair> {
    // The method wants the smaller side in the rows.
    let turned = left.len() > right.len();
    let (rows, columns) = if turned { (right, left) } else { (left, right) };
    let mut cost = vec![vec![0.0; columns.len()]; rows.len()];
    for pair in group {
        let (row, column) = if turned { (pair.right, pair.left) } else { (pair.left, pair.right) };
        if let (Ok(row), Ok(column)) = (rows.binary_search(&row), columns.binary_search(&column)) {
            cost[row][column] = -pair.weight;
        }
    }
    let assigned = cheapest(&cost);
    let pairs = assigned.into_iter().enumerate().map(|(row, column)| {
        let (row_task, column_task) = (rows[row], columns[column]);
        let (left, right) = if turned { (column_task, row_task) } else { (row_task, column_task) };
        Pair { left, right, weight: -cost[row][column] }
    });
    pairs.filter(|pair| pair.weight > 0.0).collect()
}

/// For each row its column in the cheapest assignment. There are at least as many columns as rows.
fn cheapest(cost: &[Vec<f64>]) -> Vec<usize> {
    let (rows, columns) = (cost.len(), cost.first().map_or(0, Vec::len));
    // Rows and columns are counted from 1; 0 is the row that is being placed.
    let mut row_potential = vec![0.0; rows + 1];
    let mut column_potential = vec![0.0; columns + 1];
    let mut row_of = vec![0; columns + 1];
    for row in 1..=rows {
        row_of[0] = row;
        let mut column = 0;
        let mut shortest = vec![f64::INFINITY; columns + 1];
        let mut came_from = vec![0; columns + 1];
        let mut done = vec![false; columns + 1];
        while row_of[column] != 0 {
            done[column] = true;
            let (here, mut step, mut next) = (row_of[column], f64::INFINITY, 0);
            for other in (1..=columns).filter(|&other| !done[other]) {
                let reduced = cost[here - 1][other - 1] - row_potential[here] - column_potential[other];
                if reduced < shortest[other] {
                    shortest[other] = reduced;
                    came_from[other] = column;
                }
                if shortest[other] < step {
                    step = shortest[other];
                    next = other;
                }
            }
            for other in 0..=columns {
                if done[other] {
                    row_potential[row_of[other]] += step;
                    column_potential[other] -= step;
                } else {
                    shortest[other] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            let before = came_from[column];
            row_of[column] = row_of[before];
            column = before;
        }
    }
    let mut assigned = vec![0; rows];
    for (column, row) in row_of.into_iter().skip(1).enumerate() {
        if let Some(row) = row.checked_sub(1) {
            assigned[row] = column;
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn total(pairs: &[Pair]) -> f64 {
        pairs.iter().map(|pair| pair.weight).sum()
    }

    /// The best total by trying everything.
    fn tried(pairs: &[Pair], from: usize, used: &mut Vec<usize>) -> f64 {
        let lefts = numbered(pairs, |pair| pair.left);
        let Some(&left) = lefts.get(from) else { return 0.0 };
        let mut best = tried(pairs, from + 1, used);
        for pair in pairs.iter().filter(|pair| pair.left == left) {
            if !used.contains(&pair.right) {
                used.push(pair.right);
                best = best.max(pair.weight + tried(pairs, from + 1, used));
                used.pop();
            }
        }
        best
    }

    #[test]
    fn the_best_pair_is_given_up_for_a_better_whole() {
        let pair = |left, right, weight| Pair { left, right, weight };
        let chosen = assign(&[pair(0, 0, 0.9), pair(0, 1, 0.8), pair(1, 0, 0.8)]);
        assert_eq!(chosen, [pair(0, 1, 0.8), pair(1, 0, 0.8)]);
    }

    proptest! {
        #[test]
        fn no_other_assignment_is_better(weights in proptest::collection::vec((0_usize..5, 0_usize..6, 1_u32..100), 0..20)) {
            let mut by_place = BTreeMap::new();
            for (left, right, weight) in weights {
                by_place.insert((left, right), f64::from(weight) / 100.0);
            }
            let pairs: Vec<Pair> = by_place.into_iter().map(|((left, right), weight)| Pair { left, right, weight }).collect();
            let chosen = assign(&pairs);
            let (lefts, rights) = (numbered(&chosen, |pair| pair.left), numbered(&chosen, |pair| pair.right));
            prop_assert_eq!((lefts.len(), rights.len()), (chosen.len(), chosen.len()));
            prop_assert!((total(&chosen) - tried(&pairs, 0, &mut Vec::new())).abs() < 1e-9);
        }
    }
}
