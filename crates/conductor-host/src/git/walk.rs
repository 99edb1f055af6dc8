//! A walk over a workspace for what git would not save.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::GitError;
use super::name::{RepoPath, nul_paths};
use super::open::Repo;

/// Entries after which the walk is given up, and the workspace counts as not understood.
const MAX_ENTRIES: usize = 2_000_000;

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Directories with a `.git` of their own: git would store only a name for them, none of their files.
    pub(super) nested: Vec<RepoPath>,
    /// Directories that cannot be read.
    pub(super) unreadable: Vec<RepoPath>,
    /// Whether there was too much to look at.
    pub(super) gave_up: bool,
}

/// Looks for nested repositories and unreadable directories, following no link.
pub(super) fn walk(root: &Path) -> Found {
    let mut found = Found::default();
    let mut waiting: Vec<PathBuf> = vec![root.to_owned()];
    let mut seen = 0;
    while let Some(dir) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&dir) else {
            found.unreadable.extend(RepoPath::below(root, &dir));
            continue;
        };
        let mut below = Vec::new();
        let mut nested = false;
        for entry in entries.flatten() {
            seen += 1;
            if entry.file_name() == ".git" {
                nested = dir != root;
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                below.push(entry.path());
            }
        }
        if nested {
            found.nested.extend(RepoPath::below(root, &dir));
        } else {
            waiting.extend(below);
        }
        if seen > MAX_ENTRIES {
            found.gave_up = true;
            return found;
        }
    }
    found.nested.sort();
    found
}

impl Repo {
    /// Those of `paths` in a checkout that are not ignored.
    pub(super) fn not_ignored(
        &self,
        root: &Path,
        index: &Path,
        paths: Vec<RepoPath>,
    ) -> Result<Vec<RepoPath>, GitError> {
        if paths.is_empty() {
            return Ok(paths);
        }
        let cmd = self.git().cmd("tell which folders are ignored", "check-ignore").args(["-z", "--stdin"]);
        let out = cmd.on(root, index).stdin_paths(&paths).run()?;
        // 0: some are, 1: none is. Anything else leaves it open, and then none counts as ignored.
        let ignored = if out.exit.success() { nul_paths(&out.stdout) } else { Vec::new() };
        Ok(paths.into_iter().filter(|path| !ignored.contains(path)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_repositories_are_found_and_links_not_followed() {
        let root = tempfile::tempdir().unwrap();
        for dir in [".git", "a/.git", "a/b/.git", "c/d", "e"] {
            fs::create_dir_all(root.path().join(dir)).unwrap();
        }
        fs::write(root.path().join("c/d/.git"), "gitdir: /elsewhere").unwrap();
        std::os::unix::fs::symlink(root.path().join("a"), root.path().join("e/link")).unwrap();
        let found = walk(root.path());
        let texts: Vec<String> = found.nested.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["a", "c/d"]);
        assert!(found.unreadable.is_empty() && !found.gave_up);
    }
}
