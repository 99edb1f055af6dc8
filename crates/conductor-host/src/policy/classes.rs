//! The approval classes that a change meets, by the paths of its files and by what is new in them.

use std::collections::BTreeMap;

use super::change::Change;
use super::{guards, leaks, paths, size, sql};
use crate::config::ApprovalClass;

/// A class that a change meets, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// The class.
    pub class: ApprovalClass,
    /// The places, in order: paths, with the line where it is the content that tells.
    pub places: Vec<String>,
}

/// All classes that a change meets, whether a person wants to see them or not.
pub(super) fn met(change: &Change) -> Vec<Met> {
    let mut met: BTreeMap<ApprovalClass, Vec<String>> = BTreeMap::new();
    for path in change.paths() {
        for class in paths::classes(path) {
            met.entry(class).or_default().push(path.to_owned());
        }
    }
    for file in &change.files {
        let by_content = [
            (ApprovalClass::DatabaseMigrations, sql::lines(file)),
            (ApprovalClass::SecurityFiles, guards::unguarded(file)),
            (ApprovalClass::Dependencies, guards::installs(file)),
        ];
        for (class, lines) in by_content {
            let places = met.entry(class).or_default();
            // A path that tells already needs no lines.
            if !places.contains(&file.path) {
                places.extend(lines.iter().map(|line| format!("{}:{line}", file.path)));
            }
        }
    }
    let whole = [
        (ApprovalClass::LargeDeletions, size::large_deletion(change).into_iter().collect()),
        (ApprovalClass::Binaries, size::binaries(change)),
        (ApprovalClass::Secrets, leaks::find(change).iter().map(ToString::to_string).collect()),
    ];
    met.extend(whole);
    met.into_iter()
        .filter(|(_, places)| !places.is_empty())
        .map(|(class, mut places)| {
            places.sort();
            places.dedup();
            Met { class, places }
        })
        .collect()
}
