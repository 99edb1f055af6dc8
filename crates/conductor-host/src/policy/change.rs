//! What a candidate changes, as the policy looks at it.

use std::collections::BTreeSet;

use crate::git::{ChangeKind, Content, Contents, FileChange};

/// A change of many files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// The files, by path.
    pub files: Vec<ChangedFile>,
}

/// One file of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Its path; of a deleted file the old one. What is no UTF-8 is replaced.
    pub path: String,
    /// The old path of a renamed file.
    pub from: Option<String>,
    /// Whether it is gone.
    pub gone: bool,
    /// Lines added; `None` for what is no text.
    pub added: Option<u64>,
    /// Lines deleted; `None` for what is no text.
    pub deleted: Option<u64>,
    /// Its size now, in bytes.
    pub size: u64,
    /// Its lines that were not there before, each with its number from 1.
    pub new_lines: Vec<(usize, Vec<u8>)>,
    /// Whether its content was not read, because it is too large, or another repository.
    pub unread: bool,
}

impl ChangedFile {
    /// One of git's changes, with what was read of it.
    pub fn new(change: &FileChange, contents: &Contents) -> Self {
        let gone = change.kind == ChangeKind::Deleted;
        Self {
            path: change.path.to_string(),
            from: change.from.as_ref().map(ToString::to_string),
            gone,
            added: change.added,
            deleted: change.deleted,
            size: contents.new.size(),
            new_lines: new_lines(contents.old.bytes(), contents.new.bytes()),
            unread: matches!(contents.new, Content::TooLarge(_) | Content::Nested),
        }
    }

    /// Whether it is there and no text.
    pub fn is_binary(&self) -> bool {
        !self.gone && (self.added.is_none() || self.unread)
    }
}

impl Change {
    /// All paths: of a renamed file both.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().flat_map(|file| std::iter::once(&file.path).chain(&file.from)).map(String::as_str)
    }
}

/// The lines of `new` that `old` has nowhere. A line that only moved is not new.
pub(super) fn new_lines(old: &[u8], new: &[u8]) -> Vec<(usize, Vec<u8>)> {
    let known: BTreeSet<&[u8]> = old.split(|b| *b == b'\n').collect();
    let lines = (1..).zip(new.split(|b| *b == b'\n'));
    lines
        .filter(|(_, line)| !line.is_empty() && !known.contains(line))
        .map(|(number, line)| (number, line.to_owned()))
        .collect()
}
