//! Coverage: which lines the tests of a tree reached.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A set of line numbers, the first line being 1. Written as `1-5,8`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct LineSet(
    /// First and last line of each stretch, in order; between two of them is at least one line.
    Vec<(u32, u32)>,
);

/// What is no set of lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("expected lines in order, such as 1-5,8")]
pub struct NoLines;

impl LineSet {
    /// The lines of these stretches, each a first and a last line, in any order. What has no line is left out.
    pub fn of(stretches: impl IntoIterator<Item = (u32, u32)>) -> Self {
        let mut all: Vec<(u32, u32)> =
            stretches.into_iter().filter(|(first, last)| *first > 0 && first <= last).collect();
        all.sort_unstable();
        let mut joined: Vec<(u32, u32)> = Vec::new();
        for (first, last) in all {
            match joined.last_mut() {
                Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
                Some(_) | None => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// First and last line of each stretch, in order.
    pub fn stretches(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// How many lines there are.
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| u64::from(last - first) + 1).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lines of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self::of(self.0.iter().chain(&other.0).copied())
    }

    /// The lines of both.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut common = Vec::new();
        while let (Some(one), Some(two)) = (a.peek(), b.peek()) {
            let (first, last) = (one.0.max(two.0), one.1.min(two.1));
            if first <= last {
                common.push((first, last));
            }
            if one.1 < two.1 {
                a.next()
            } else {
                b.next()
            };
        }
        Self(common)
    }

    /// The lines of this one that the other has not.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        let mut cuts = other.0.iter().peekable();
        for &(first, last) in &self.0 {
            let mut from = first;
            while cuts.next_if(|cut| cut.1 < from).is_some() {}
            let mut open = true;
            while let Some(&&(cut, end)) = cuts.peek().filter(|cut| cut.0 <= last) {
                if cut > from {
                    left.push((from, cut - 1));
                }
                if end >= last {
                    open = false;
                    break;
                }
                from = end + 1;
                cuts.next();
            }
            if open {
                left.push((from, last));
            }
        }
        Self(left)
    }
}

impl fmt::Display for LineSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (first, last)) in self.0.iter().enumerate() {
            let comma = if i > 0 { "," } else { "" };
            if first == last {
                write!(f, "{comma}{first}")?;
            } else {
                write!(f, "{comma}{first}-{last}")?;
            }
        }
        Ok(())
    }
}

impl From<LineSet> for String {
    fn from(lines: LineSet) -> Self {
        lines.to_string()
    }
}

impl FromStr for LineSet {
    type Err = NoLines;

    fn from_str(text: &str) -> Result<Self, NoLines> {
        let mut stretches = Vec::new();
        for part in text.split(',').filter(|_| !text.is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let line = |text: &str| text.parse::<u32>().ok().filter(|line| *line > 0).ok_or(NoLines);
            stretches.push((line(first)?, line(last)?));
        }
        let lines = Self::of(stretches.iter().copied());
        if lines.0 == stretches { Ok(lines) } else { Err(NoLines) }
    }
}

impl TryFrom<String> for LineSet {
    type Error = NoLines;

    fn try_from(text: String) -> Result<Self, NoLines> {
        text.parse()
    }
}

/// So many lines of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Lines that tests reached.
    pub covered: u64,
    /// Lines that tests could reach.
    pub lines: u64,
}

impl Share {
    /// Whether it is at least `percent`. Where there is no line to reach, nothing is missing.
    pub fn reaches(&self, percent: u32) -> bool {
        u128::from(self.covered) * 100 >= u128::from(self.lines) * u128::from(percent)
    }

    /// In tenths of a percent, rounded down, so that nothing short of all is shown as 100 %; `None` without lines.
    pub fn permille(&self) -> Option<u64> {
        self.covered.saturating_mul(1000).checked_div(self.lines)
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            covered: self.covered.saturating_add(other.covered),
            lines: self.lines.saturating_add(other.lines),
        }
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.permille() {
            Some(permille) => write!(f, "{}.{} %", permille / 10, permille % 10),
            None => f.write_str("no lines"),
        }
    }
}

/// The lines of one file that tests could reach.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLines {
    /// Those that were reached.
    #[serde(default, skip_serializing_if = "LineSet::is_empty")]
    pub covered: LineSet,
    /// Those that were not.
    #[serde(default, skip_serializing_if = "LineSet::is_empty")]
    pub uncovered: LineSet,
}

impl FileLines {
    /// How many were reached.
    pub fn share(&self) -> Share {
        let covered = self.covered.count();
        Share { covered, lines: covered + self.uncovered.count() }
    }

    /// What two reports say of one file: a line that either saw reached was reached.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        let covered = self.covered.union(&other.covered);
        let uncovered = self.uncovered.union(&other.uncovered).without(&covered);
        Self { covered, uncovered }
    }
}

/// What the tests of a tree reached, by the files of the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Coverage(
    /// The files by their paths from the root of the tree.
    pub BTreeMap<String, FileLines>,
);

impl Coverage {
    /// How many lines of all files were reached.
    pub fn share(&self) -> Share {
        self.0.values().map(FileLines::share).fold(Share::default(), Share::plus)
    }

    /// Adds what another report says.
    pub fn join(&mut self, other: Self) {
        for (path, lines) in other.0 {
            let known = self.0.entry(path).or_default();
            *known = known.joined(&lines);
        }
    }
}

/// The lines that a change adds, by the files of the new tree.
pub type AddedLines = BTreeMap<String, LineSet>;

/// How many of the lines that a change adds were reached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedCoverage {
    /// The commit that the change is against.
    pub base: String,
    /// Of the added lines that tests could reach, those that were.
    pub share: Share,
    /// The added lines that were not reached, by file.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub uncovered: AddedLines,
    /// Files with added lines that no report speaks of, though reports speak of files of that kind: whether tests
    /// reach them is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmeasured: Vec<String>,
}

impl ChangedCoverage {
    /// Compares the lines that a change adds to `base` with what was reached.
    pub fn of(base: &str, added: &AddedLines, coverage: &Coverage) -> Self {
        let kind = |path: &str| path.rsplit_once('.').map(|(_, kind)| kind.to_owned());
        let kinds: Vec<_> = coverage.0.keys().filter_map(|path| kind(path)).collect();
        let mut changed = Self { base: base.to_owned(), ..Self::default() };
        for (path, lines) in added {
            let Some(file) = coverage.0.get(path) else {
                if !lines.is_empty() && kind(path).is_some_and(|kind| kinds.contains(&kind)) {
                    changed.unmeasured.push(path.clone());
                }
                continue;
            };
            let covered = lines.common(&file.covered);
            let uncovered = lines.common(&file.uncovered);
            let share = FileLines { covered, uncovered: uncovered.clone() }.share();
            changed.share = changed.share.plus(share);
            if !uncovered.is_empty() {
                changed.uncovered.insert(path.clone(), uncovered);
            }
        }
        changed
    }
}

/// What evidence keeps of coverage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageFacts {
    /// Of all files of the tree.
    pub total: Share,
    /// Of the base tree, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Share>,
    /// Of the lines that the change adds; `None` where there was nothing to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<ChangedCoverage>,
    /// The lines themselves.
    #[serde(default)]
    pub files: Coverage,
    /// How many files are left out of `files`, since there were too many; `total` has them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub left_out: u64,
}

// Serde asks for a reference.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if gives one")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> LineSet {
        text.parse().unwrap()
    }

    #[test]
    fn sets_of_lines_are_written_and_read() {
        for text in ["", "1", "1-5,8", "3,5-7,4294967295"] {
            assert_eq!(lines(text).to_string(), text);
        }
        for bad in ["0", "5-1", "1,2", "2,1", "1-", "x", ",", "1-3,2", "-1", "1--2", " 1"] {
            assert_eq!(bad.parse::<LineSet>(), Err(NoLines), "{bad}");
        }
        let any = [(5, 9), (1, 2), (3, 3), (9, 11), (0, 4), (7, 6)];
        assert_eq!(LineSet::of(any), lines("1-3,5-11"));
    }

    #[test]
    fn sets_of_lines_are_compared_as_sets() {
        let sets = ["", "1", "1-5", "2-3,7", "4-6,8-9", "1-9", "1,3,5,7,9"];
        let has = |set: &LineSet, line: u32| set.stretches().iter().any(|(a, b)| (*a..=*b).contains(&line));
        for (one, two) in sets.iter().flat_map(|one| sets.iter().map(move |two| (lines(one), lines(two)))) {
            let (both, either, rest) = (one.common(&two), one.union(&two), one.without(&two));
            for line in 1..12 {
                let (a, b) = (has(&one, line), has(&two, line));
                assert_eq!(has(&both, line), a && b, "{one} and {two}: {line}");
                assert_eq!(has(&either, line), a || b, "{one} or {two}: {line}");
                assert_eq!(has(&rest, line), a && !b, "{one} without {two}: {line}");
            }
            assert_eq!(rest.count() + both.count(), one.count());
        }
        let all = LineSet::of([(1, u32::MAX)]);
        assert!(all.without(&all).is_empty());
        assert_eq!(all.count(), u64::from(u32::MAX));
    }

    #[test]
    fn a_share_is_exact() {
        let share = |covered, lines| Share { covered, lines };
        assert!(share(4, 5).reaches(80));
        assert!(!share(799, 1000).reaches(80));
        assert!(share(0, 0).reaches(100));
        assert_eq!(share(9999, 10_000).to_string(), "99.9 %");
        assert_eq!(share(0, 0).to_string(), "no lines");
        assert!(share(u64::MAX, u64::MAX).reaches(100));
    }

    #[test]
    fn added_lines_are_held_against_what_was_reached() {
        let file = |covered: &str, uncovered: &str| FileLines {
            covered: lines(covered),
            uncovered: lines(uncovered),
        };
        let coverage = Coverage(BTreeMap::from([
            ("a.py".to_owned(), file("1-4,9", "5-6")),
            ("b.py".to_owned(), file("1", "")),
        ]));
        let added = BTreeMap::from([
            ("a.py".to_owned(), lines("3-5,7-9")),
            ("b.py".to_owned(), lines("2")),
            ("new.py".to_owned(), lines("1-3")),
            ("notes.md".to_owned(), lines("1")),
        ]);
        let changed = ChangedCoverage::of("base", &added, &coverage);
        assert_eq!(changed.share, Share { covered: 3, lines: 4 });
        assert_eq!(changed.uncovered, BTreeMap::from([("a.py".to_owned(), lines("5"))]));
        assert_eq!(changed.unmeasured, ["new.py"]);
    }

    #[test]
    fn reports_are_joined_in_favour_of_what_was_reached() {
        let file = |covered: &str, uncovered: &str| FileLines {
            covered: lines(covered),
            uncovered: lines(uncovered),
        };
        let of = |f| Coverage(BTreeMap::from([("a".to_owned(), f)]));
        let mut one = of(file("1", "2-4"));
        one.join(of(file("3", "1,5")));
        assert_eq!(one, of(file("1,3", "2,4-5")));
        assert_eq!(one.share(), Share { covered: 2, lines: 5 });
    }
}
