//! What stands in the new sources and did not stand in the old ones, wherever it was.

use std::collections::BTreeMap;

use super::file::{File, Side};

/// Something at a line, told from others by its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) line: usize,
    pub(super) text: String,
}

/// The hits of the new side of each file that the old sides of all files together do not account for: what was moved is
/// not new.
pub(super) fn fresh(
    files: &[File],
    was: impl Fn(&Side) -> Vec<Hit>,
    is: impl Fn(&Side) -> Vec<Hit>,
) -> Vec<(&File, Vec<Hit>)> {
    let mut before: BTreeMap<String, usize> = BTreeMap::new();
    for hit in files.iter().filter_map(|f| f.old.as_ref()).flat_map(was) {
        *before.entry(hit.text).or_default() += 1;
    }
    let mut all = Vec::new();
    for file in files {
        let mut hits = file.new.as_ref().map_or_else(Vec::new, &is);
        hits.retain(|hit| match before.get_mut(&hit.text) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            Some(_) | None => true,
        });
        if !hits.is_empty() {
            all.push((file, hits));
        }
    }
    all
}

/// The lines of hits, for a finding.
pub(super) fn lines<'f>(file: &'f File, hits: &[Hit]) -> Vec<(usize, &'f str)> {
    hits.iter().filter_map(|hit| file.new.as_ref().map(|side| side.line(hit.line))).collect()
}
