//! Changes that are too large to be seen at a glance: much that is gone, and what cannot be read.

use super::change::Change;
use super::source;

/// So many lines fewer than before are a large deletion; what was only moved or rewritten does not count.
pub(super) const MOST_LINES_GONE: u64 = 500;

/// So many deleted files are one too.
pub(super) const MOST_FILES_GONE: usize = 20;

/// A file larger than this is looked at by nobody, in bytes.
pub(super) const MOST_SIZE: u64 = 1024 * 1024;

/// What is deleted, if that is much: in words.
pub(super) fn large_deletion(change: &Change) -> Option<String> {
    let own = || change.files.iter().filter(|file| !source::is_generated(&file.path));
    let sum = |of: fn(&super::change::ChangedFile) -> Option<u64>| {
        own().filter_map(of).fold(0, u64::saturating_add)
    };
    let (added, deleted) = (sum(|file| file.added), sum(|file| file.deleted));
    let lines = deleted.saturating_sub(added);
    let files = own().filter(|file| file.gone).count();
    let much = lines >= MOST_LINES_GONE || files >= MOST_FILES_GONE;
    much.then(|| format!("{files} files and {lines} more lines than were added"))
}

/// The files that are no text, or larger than anybody looks at.
pub(super) fn binaries(change: &Change) -> Vec<String> {
    let files = change.files.iter().filter(|file| {
        let large = file.size > MOST_SIZE && !source::is_generated(&file.path);
        !file.gone && (file.is_binary() || large)
    });
    files.map(|file| file.path.clone()).collect()
}
