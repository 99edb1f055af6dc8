//! "Did you mean": the nearest of a few known names.

/// The known names that are near to what was typed, nearest first, three at most.
///
/// Near means: an edit distance (with transpositions) of at most a third of the longer name and at least one, or
/// that one begins with the other. Case does not matter.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = typed.to_lowercase();
    let mut found: Vec<(usize, &str)> = known
        .into_iter()
        .filter_map(|name| nearness(&typed, &name.to_lowercase()).map(|n| (n, name)))
        .collect();
    found.sort();
    found.dedup();
    found.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How near two names are; `None` when they are too far apart to be a slip of the hand.
fn nearness(typed: &str, known: &str) -> Option<usize> {
    let distance = distance(typed, known);
    let longest = typed.chars().count().max(known.chars().count());
    let begins = typed.chars().count() >= 2 && (known.starts_with(typed) || typed.starts_with(known));
    (distance <= (longest / 3).max(1) || begins).then_some(distance)
}

/// Edit distance with insertions, deletions, substitutions and transpositions of neighbours.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let cost = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + cost);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before[j - 2] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_hand_are_found_and_strangers_are_not() {
        let known = ["webhooks", "tasks", "store", "planning", "orchestration"];
        assert_eq!(nearest("webhook", known), ["webhooks"]);
        assert_eq!(nearest("TAKSS", known), ["tasks"]);
        assert_eq!(nearest("plan", known), ["planning"]);
        assert_eq!(nearest("banana", known), Vec::<&str>::new());
        assert_eq!(nearest("", known), Vec::<&str>::new());
    }

    #[test]
    fn no_more_than_three_and_the_nearest_first() {
        assert_eq!(nearest("abc", ["abd", "abe", "abf", "abc", "xbc"]), ["abc", "abd", "abe"]);
    }

    #[test]
    fn distance_counts_edits() {
        let cases = [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("ab", "ba", 1), ("é", "e", 1)];
        for (a, b, expected) in cases {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }
}
