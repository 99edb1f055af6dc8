//! List scheduling, written down a second time and for itself: whoever is free takes the first task of a list that
//! can begin. What the engine does is compared with the best of many lists.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::graphs::{Graph, Numbers};

/// The best of all rules and of so many random lists: its makespan, and what it was.
pub(super) fn best(graph: &Graph, agents: usize, random: u64) -> (u64, String) {
    let rules =
        rules(graph).into_iter().map(|(name, rank)| (makespan(graph, agents, &rank), name.to_owned()));
    let mut numbers = Numbers::from(4242);
    let chance = (0..random).map(|n| {
        let rank: Vec<u64> = graph.nodes.iter().map(|_| numbers.next(1 << 30)).collect();
        (makespan(graph, agents, &rank), format!("random list {}", n + 1))
    });
    // Of equal ones the first: a rule rather than a list of chance.
    rules.chain(chance).min_by_key(|(makespan, _)| *makespan).unwrap_or_default()
}

/// Each rule as a rank for each task: the highest goes first.
fn rules(graph: &Graph) -> [(&'static str, Vec<u64>); 4] {
    let nodes = 0..graph.nodes.len();
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let mut after = vec![0; graph.nodes.len()];
    graph.nodes.iter().flat_map(|node| &node.needs).for_each(|on| after[*on] += 1);
    [
        ("critical path", graph.tails()),
        ("longest first", graph.nodes.iter().map(|node| node.minutes).collect()),
        ("most successors", after),
        ("first come", nodes.map(|n| u64::MAX - number(n)).collect()),
    ]
}

/// When the last task is done.
fn makespan(graph: &Graph, agents: usize, rank: &[u64]) -> u64 {
    let mut waits: Vec<usize> = graph.nodes.iter().map(|node| node.needs.len()).collect();
    let mut after = vec![Vec::new(); graph.nodes.len()];
    for (n, node) in graph.nodes.iter().enumerate() {
        node.needs.iter().for_each(|on| after[*on].push(n));
    }
    let entry = |n: usize| (rank[n], Reverse(n));
    let mut ready: BinaryHeap<_> = (0..waits.len()).filter(|n| waits[*n] == 0).map(entry).collect();
    let mut running: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut now = 0;
    loop {
        while running.len() < agents
            && let Some((_, Reverse(n))) = ready.pop()
        {
            running.push(Reverse((now + graph.nodes[n].minutes, n)));
        }
        let Some(Reverse((end, _))) = running.peek().copied() else { return now };
        now = end;
        // All that end now, before anything begins.
        while let Some(Reverse((end, n))) = running.peek().copied()
            && end == now
        {
            running.pop();
            for &next in &after[n] {
                waits[next] -= 1;
                if waits[next] == 0 {
                    ready.push(entry(next));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::graphs::{Node, all};
    use super::*;

    #[test]
    fn a_list_is_followed_as_far_as_dependencies_let_it() {
        let node = |minutes, needs: &[usize]| Node { minutes, needs: needs.to_vec() };
        // The best for two agents: 0 and 2, then 1 and 3. The wrong list begins with what nobody waits for.
        let graph =
            Graph { name: "small", nodes: vec![node(10, &[]), node(30, &[0]), node(20, &[]), node(20, &[])] };
        assert_eq!(makespan(&graph, 2, &[4, 3, 2, 1]), 40);
        assert_eq!(makespan(&graph, 2, &[1, 2, 4, 3]), 60);
        assert_eq!(makespan(&graph, 1, &[4, 3, 2, 1]), 80);
        assert_eq!(best(&graph, 2, 5), (40, "critical path".to_owned()));
    }

    #[test]
    fn no_list_is_below_the_bound_or_above_what_lists_can_be() {
        for graph in all() {
            for agents in [1, 3, 5, 8] {
                let bound = graph.bound(agents);
                let agents = usize::try_from(agents).unwrap();
                for (rule, rank) in rules(&graph) {
                    let found = makespan(&graph, agents, &rank);
                    assert!(found >= bound && found <= 2 * bound, "{} {rule} {agents}", graph.name);
                }
            }
        }
    }
}
