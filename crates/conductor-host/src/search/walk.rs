//! The files of a folder that are looked at: regular files that git would not ignore, none too large.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder, WalkState};

/// A larger file is generated or data, in bytes.
pub(super) const LARGEST: u64 = 512 * 1024;
/// Files that are looked at.
const MOST_FILES: usize = 50_000;
/// All of them together, in bytes.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// Entries after which the walk ends, wherever it is.
const MOST_ENTRIES: usize = 200_000;
/// A list of ignored files that is larger is none, in bytes.
const LARGEST_LIST: u64 = 1024 * 1024;
/// More threads than this wait for each other.
pub(super) const THREADS: usize = 4;
/// Folders of git's and of the task store.
const NOT_ENTERED: [&str; 2] = [".git", ".taskwerk"];

/// A file, and by what it is known again without being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    /// Below the folder, with `/`. It is what an agent may have chosen: any text.
    pub(super) path: String,
    pub(super) stamp: Stamp,
}

/// What changes when a file is written. The time of the last change of the file's record cannot be set by programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) size: u64,
    pub(super) modified: i64,
    pub(super) changed: i64,
    pub(super) inode: u64,
}

/// The files below `root`, by path. No link is followed; what cannot be read is not there.
pub(super) fn walk(root: &Path) -> Vec<Seen> {
    if !may_enter(root) {
        return Vec::new();
    }
    let found: Mutex<Vec<Seen>> = Mutex::default();
    let mut builder = WalkBuilder::new(root);
    // Nothing but the folder itself says what is ignored: neither the user's home nor a folder above.
    builder.standard_filters(false).git_ignore(true).require_git(false).threads(threads());
    builder.filter_entry(|entry| {
        !NOT_ENTERED.iter().any(|name| entry.file_name() == *name)
            && (!entry.file_type().is_some_and(|kind| kind.is_dir()) || may_enter(entry.path()))
    });
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let Some(seen) = entry.ok().and_then(|entry| look(root, &entry)) else {
                return WalkState::Continue;
            };
            let mut all = found.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(seen);
            if all.len() < MOST_ENTRIES { WalkState::Continue } else { WalkState::Quit }
        })
    });
    let mut all = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    all.truncate(MOST_FILES);
    let mut room = MOST_BYTES;
    all.retain(|seen| {
        let fits = seen.stamp.size <= room;
        room -= if fits { seen.stamp.size } else { 0 };
        fits
    });
    all
}

pub(super) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(THREADS)
}

/// Whether the folder's list of ignored files can be read without waiting for ever: an agent may have put a pipe
/// there.
fn may_enter(folder: &Path) -> bool {
    fs::metadata(folder.join(".gitignore"))
        .map_or(true, |list| list.is_dir() || (list.is_file() && list.len() <= LARGEST_LIST))
}

fn look(root: &Path, entry: &DirEntry) -> Option<Seen> {
    if !entry.file_type()?.is_file() {
        return None;
    }
    let meta = entry.metadata().ok()?;
    let path = entry.path().strip_prefix(root).ok()?.to_str()?.to_owned();
    if !meta.is_file() || meta.len() > LARGEST || path.is_empty() {
        return None;
    }
    let nanos = |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    let stamp = Stamp {
        size: meta.len(),
        modified: nanos(meta.mtime(), meta.mtime_nsec()),
        changed: nanos(meta.ctime(), meta.ctime_nsec()),
        inode: meta.ino(),
    };
    Some(Seen { path, stamp })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn what_git_would_not_take_is_not_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &[u8]| {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for name in ["src/a.rs", ".github/ci.yml", "target/x.rs", "sub/b.txt", "sub/b.log", ".git/config"] {
            write(name, b"x");
        }
        write(".gitignore", b"target/\n");
        write("sub/.gitignore", b"*.log\n");
        write(".taskwerk/config.yml", b"x");
        write("large.txt", &vec![b'x'; usize::try_from(LARGEST).unwrap() + 1]);
        symlink("/etc/passwd", root.path().join("link")).unwrap();
        symlink("/etc", root.path().join("folder-link")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, root.path().join("pipe"), rustix::fs::Mode::RWXU).unwrap();
        let paths: Vec<String> = walk(root.path()).into_iter().map(|seen| seen.path).collect();
        assert_eq!(paths, [".github/ci.yml", ".gitignore", "src/a.rs", "sub/.gitignore", "sub/b.txt"]);
    }

    #[test]
    fn a_list_of_ignored_files_that_is_none_closes_its_folder_only() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["a", "b"] {
            fs::create_dir(root.path().join(folder)).unwrap();
            fs::write(root.path().join(folder).join("x"), "x").unwrap();
        }
        let pipe = root.path().join("a/.gitignore");
        rustix::fs::mkfifoat(rustix::fs::CWD, pipe, rustix::fs::Mode::RWXU).unwrap();
        let paths: Vec<String> = walk(root.path()).into_iter().map(|seen| seen.path).collect();
        assert_eq!(paths, ["b/x"]);
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_files() {
        assert_eq!(walk(Path::new("/nowhere/at/all")), []);
    }
}
