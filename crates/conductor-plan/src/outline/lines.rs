//! Lines of text that can be added to without saying anything twice.

use crate::words::runs;
use rustc_hash::FxHasher;
use std::collections::BTreeSet;
use std::hash::Hasher;
use std::ops::Deref;

/// So few lines are gone through; of more the forms are kept.
const FEW: usize = 8;

/// The lines of a draft. A document may describe the same work in thousands of places, so whether a line is there already
/// must not take longer the more there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lines {
    lines: Vec<String>,
    /// The forms of the lines, once there were more than a few of them when one was to be added.
    forms: BTreeSet<u64>,
}

impl Lines {
    pub(crate) fn push(&mut self, line: String) {
        if !self.forms.is_empty() {
            self.forms.insert(form(&line));
        }
        self.lines.push(line);
    }

    /// Adds the lines that are not there yet, whatever their case and marks between words.
    pub(crate) fn add<'l>(&mut self, lines: impl IntoIterator<Item = &'l String>) {
        for line in lines {
            if !self.says(line) {
                self.push(line.clone());
            }
        }
    }

    fn says(&mut self, line: &str) -> bool {
        let wanted = form(line);
        if self.lines.len() <= FEW {
            return self.lines.iter().any(|known| form(known) == wanted);
        }
        if self.forms.is_empty() {
            self.forms = self.lines.iter().map(|line| form(line)).collect();
        }
        self.forms.contains(&wanted)
    }

    /// Keeps the lines for which `keep` is true.
    pub(crate) fn retain(&mut self, keep: impl FnMut(&String) -> bool) {
        self.forms.clear();
        self.lines.retain(keep);
    }

    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

/// A number for a line that is the same for all lines of the same letters and digits.
fn form(line: &str) -> u64 {
    let mut hasher = FxHasher::default();
    for run in runs(line) {
        if run.is_ascii() {
            run.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
        } else {
            run.chars().flat_map(char::to_lowercase).for_each(|c| hasher.write_u32(u32::from(c)));
        }
        hasher.write_u8(0);
    }
    hasher.finish()
}

impl Deref for Lines {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.lines
    }
}

impl From<Vec<String>> for Lines {
    fn from(lines: Vec<String>) -> Self {
        Self { lines, forms: BTreeSet::new() }
    }
}

impl From<Lines> for Vec<String> {
    fn from(lines: Lines) -> Self {
        lines.lines
    }
}

impl FromIterator<String> for Lines {
    fn from_iter<I: IntoIterator<Item = String>>(lines: I) -> Self {
        Self::from(lines.into_iter().collect::<Vec<_>>())
    }
}

impl Extend<String> for Lines {
    fn extend<I: IntoIterator<Item = String>>(&mut self, lines: I) {
        lines.into_iter().for_each(|line| self.push(line));
    }
}

impl<'l> IntoIterator for &'l Lines {
    type Item = &'l String;
    type IntoIter = std::slice::Iter<'l, String>;

    fn into_iter(self) -> Self::IntoIter {
        self.lines.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|&line| line.to_owned()).collect()
    }

    #[test]
    fn what_is_there_is_not_said_again() {
        let mut lines = Lines::from(strings(&["Store notes"]));
        lines.add(&strings(&["store  NOTES!", "Storenotes", "Größe der Karte", "größe DER karte", "--", ""]));
        assert_eq!(*lines, strings(&["Store notes", "Storenotes", "Größe der Karte", "--"]));
    }

    #[test]
    fn many_lines_are_told_apart_as_few_are() {
        let many = |mark: &str| (0..40).map(|n| format!("Line {n}{mark}")).collect::<Vec<_>>();
        let mut lines = Lines::default();
        lines.add(&many(""));
        lines.add(&many("!"));
        assert_eq!(*lines, many(""));
        lines.push("line 40".to_owned());
        lines.add(&strings(&["Line 40", "Line 41"]));
        assert_eq!(lines.len(), 42);
        lines.retain(|line| !line.starts_with("Line"));
        lines.add(&strings(&["LINE 40", "Line 3"]));
        assert_eq!(*lines, strings(&["line 40", "Line 3"]));
    }
}
