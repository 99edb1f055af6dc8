//! What comes before what, on two sides, among the tasks that both have.

/// Everything that comes before each task, as bits.
pub(super) struct Closure {
    before: Vec<Vec<u64>>,
    /// The place of each task in a sequence that keeps the order; of several free tasks the first comes first.
    place: Vec<usize>,
}

impl Closure {
    /// Of a circle, what leads back is left out.
    pub(super) fn of(waits: &[Vec<usize>]) -> Self {
        let count = waits.len();
        let words = count.div_ceil(64);
        let mut before = vec![vec![0; words]; count];
        let sequence = sequence(waits);
        let mut place = vec![0; count];
        let mut done = vec![false; count];
        for (at, &task) in sequence.iter().enumerate() {
            place[task] = at;
            let mut bits = vec![0; words];
            for &on in waits[task].iter().filter(|&&on| done[on]) {
                bits.iter_mut().zip(&before[on]).for_each(|(bits, more)| *bits |= more);
                bits[on / 64] |= 1 << (on % 64);
            }
            before[task] = bits;
            done[task] = true;
        }
        Self { before, place }
    }

    /// Whether the first must be done before the second.
    pub(super) fn is_before(&self, first: usize, second: usize) -> bool {
        self.before[second][first / 64] >> (first % 64) & 1 == 1
    }

    pub(super) fn place(&self, task: usize) -> usize {
        self.place[task]
    }

    /// The pairs among `tasks` of which the first must be done before the second and nothing of `tasks` lies between.
    pub(super) fn edges(&self, tasks: &[usize]) -> Vec<(usize, usize)> {
        let mut edges = Vec::new();
        for &second in tasks {
            let before: Vec<usize> =
                tasks.iter().copied().filter(|&first| self.is_before(first, second)).collect();
            let direct = |first: usize| !before.iter().any(|&between| self.is_before(first, between));
            edges.extend(before.iter().copied().filter(|&first| direct(first)).map(|first| (first, second)));
        }
        edges
    }
}

/// All tasks, each after what it waits for; what is in a circle comes as it stands.
fn sequence(waits: &[Vec<usize>]) -> Vec<usize> {
    let count = waits.len();
    let mut next = vec![Vec::new(); count];
    let mut left: Vec<usize> = waits.iter().map(Vec::len).collect();
    for (task, on) in waits.iter().enumerate() {
        on.iter().for_each(|&on| next[on].push(task));
    }
    let mut free: std::collections::BTreeSet<usize> = (0..count).filter(|&task| left[task] == 0).collect();
    let mut stuck: std::collections::BTreeSet<usize> = (0..count).filter(|&task| left[task] > 0).collect();
    let mut sequence = Vec::with_capacity(count);
    while let Some(task) = free.pop_first().or_else(|| stuck.pop_first()) {
        stuck.remove(&task);
        left[task] = 0;
        sequence.push(task);
        for &after in &next[task] {
            if left[after] > 0 {
                left[after] -= 1;
                if left[after] == 0 && stuck.remove(&after) {
                    free.insert(after);
                }
            }
        }
    }
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_goes_through_others_and_circles_end() {
        let closure = Closure::of(&[vec![], vec![0], vec![1], vec![4], vec![3]]);
        assert!(closure.is_before(0, 2) && !closure.is_before(2, 0));
        assert_eq!(closure.edges(&[0, 2]), [(0, 2)]);
        assert_eq!(closure.edges(&[0, 1, 2]), [(0, 1), (1, 2)]);
        assert_eq!(closure.edges(&[3, 4]).len(), 1);
    }
}
