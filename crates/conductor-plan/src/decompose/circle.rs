//! Circles among a few items that are known by their positions.

/// Positions that wait for each other, each for the next and the last for the first; `None` when there is no circle.
pub(super) fn circle(waits: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut done = vec![false; waits.len()];
    for start in 0..waits.len() {
        // The way here, and how many of each one's dependencies were followed already.
        let mut way: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some(&(at, next)) = way.last() {
            if done[at] {
                way.pop();
                continue;
            }
            let Some(&on) = waits[at].get(next) else {
                done[at] = true;
                way.pop();
                continue;
            };
            if let Some(top) = way.last_mut() {
                top.1 += 1;
            }
            if let Some(begin) = way.iter().position(|&(known, _)| known == on) {
                return Some(way[begin..].iter().map(|&(at, _)| at).collect());
            }
            way.push((on, 0));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_and_named_in_its_order() {
        let cases = [
            (vec![], None),
            (vec![vec![], vec![0], vec![0, 1]], None),
            (vec![vec![0]], Some(vec![0])),
            (vec![vec![1], vec![2], vec![1]], Some(vec![1, 2])),
            (vec![vec![], vec![2], vec![3], vec![1]], Some(vec![1, 2, 3])),
            (vec![vec![1, 2], vec![3], vec![3], vec![]], None),
        ];
        for (waits, expected) in cases {
            assert_eq!(circle(&waits), expected, "{waits:?}");
        }
    }
}
