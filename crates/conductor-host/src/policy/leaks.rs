//! Secrets in what a candidate adds. What is told names the file, the line and the kind, never the value.

use super::change::{Change, ChangedFile};
use super::source;
use crate::secrets::{self, Kind};

/// A secret that would land.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What sort of secret it is; `None` where the file was too large to be looked through.
    pub kind: Option<Kind>,
}

impl std::fmt::Display for Leak {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            Some(kind) => write!(f, "{}:{}: {}", self.path, self.line, kind.name()),
            None => write!(f, "{}: too large to be looked through", self.path),
        }
    }
}

/// The secrets in the new lines of a change.
pub(super) fn find(change: &Change) -> Vec<Leak> {
    change.files.iter().filter(|file| !file.gone).flat_map(of_file).collect()
}

fn of_file(file: &ChangedFile) -> Vec<Leak> {
    if file.unread {
        // A nested repository has no size, and its content is not in the tree.
        let unseen = file.size > 0;
        return unseen.then(|| Leak { path: file.path.clone(), line: 0, kind: None }).into_iter().collect();
    }
    // Together, since a private key has many lines.
    let mut text = Vec::new();
    let mut starts = Vec::new();
    for (number, line) in &file.new_lines {
        starts.push((text.len(), *number));
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    let line_of = |at: usize| {
        let after = starts.partition_point(|(start, _)| *start <= at);
        after.checked_sub(1).and_then(|index| starts.get(index)).map_or(0, |(_, number)| *number)
    };
    // A value behind a name is guessed at: what a program wrote, and data of tests, has too many that are none.
    let guesses = !source::is_generated(&file.path) && !source::is_test(&file.path);
    let found = secrets::find(&text).into_iter();
    found
        .filter(|found| guesses || !matches!(found.kind, Kind::Named | Kind::UrlPassword))
        .map(|found| Leak {
            path: file.path.clone(),
            line: line_of(found.span.start),
            kind: Some(found.kind),
        })
        .collect()
}
