//! Finding the store of a project, as git finds its repository.

use crate::error::StoreError;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a project's store.
pub const FOLDER: &str = ".taskwerk";

/// The database in that folder.
pub const DATABASE: &str = "taskwerk.db";

/// Finds the folder `.taskwerk` that holds the store: the one in `explicit` (a project, or such a folder
/// itself) when that is given, else the nearest in `start` or a folder above it. In a linked worktree of git,
/// the store of the main worktree comes first, so that all worktrees share one.
///
/// # Errors
/// [`StoreError::NotInitialized`] when there is none.
pub fn locate(start: &Path, explicit: Option<&Path>) -> Result<PathBuf, StoreError> {
    let found = match explicit {
        Some(dir) if dir.file_name().is_some_and(|name| name == FOLDER) => {
            Some(dir.to_owned()).filter(|d| is_store(d))
        }
        Some(dir) => Some(dir.join(FOLDER)).filter(|folder| is_store(folder)),
        None => search(start),
    };
    found.ok_or_else(|| StoreError::NotInitialized { start: explicit.unwrap_or(start).to_owned() })
}

fn search(start: &Path) -> Option<PathBuf> {
    for dir in start.ancestors() {
        if let Some(main) = main_worktree(dir)
            && let Some(found) = main.ancestors().map(|dir| dir.join(FOLDER)).find(|folder| is_store(folder))
        {
            return Some(found);
        }
        let folder = dir.join(FOLDER);
        if is_store(&folder) {
            return Some(folder);
        }
    }
    None
}

/// A clone has the folder, for its settings, before it has a store.
fn is_store(folder: &Path) -> bool {
    folder.join(DATABASE).is_file()
}

/// The main worktree, when `dir` is the root of a linked one. Read by hand: starting git would cost more than
/// the whole command.
pub(crate) fn main_worktree(dir: &Path) -> Option<PathBuf> {
    let link = fs::read_to_string(dir.join(".git")).ok()?;
    let admin = dir.join(link.strip_prefix("gitdir:")?.trim());
    // A submodule has a `.git` file too, but no `commondir`.
    let common = fs::read_to_string(admin.join("commondir")).ok()?;
    let common = fs::canonicalize(admin.join(common.trim())).ok()?;
    // A bare repository has no main worktree.
    (common.file_name()? == ".git").then(|| common.parent().map(Path::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }

    fn linked(main: &Path, worktree: &Path) {
        let admin = main.join(".git/worktrees/w");
        fs::create_dir_all(&admin).unwrap();
        fs::write(admin.join("commondir"), "../..\n").unwrap();
        fs::create_dir_all(worktree).unwrap();
        fs::write(worktree.join(".git"), format!("gitdir: {}\n", admin.display())).unwrap();
    }

    #[test]
    fn the_nearest_store_above_is_found() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path();
        touch(&root.join("a/.taskwerk/taskwerk.db"));
        touch(&root.join("a/b/c/.taskwerk/config.yml"));
        fs::create_dir_all(root.join("a/b/c/d")).unwrap();
        assert_eq!(locate(&root.join("a/b/c/d"), None).unwrap(), root.join("a/.taskwerk"));
        assert!(matches!(locate(root, None), Err(StoreError::NotInitialized { .. })));
    }

    #[test]
    fn an_explicit_folder_is_taken_or_refused_but_never_searched_from() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path();
        touch(&root.join("a/.taskwerk/taskwerk.db"));
        fs::create_dir_all(root.join("a/b")).unwrap();
        for explicit in ["a", "a/.taskwerk"] {
            assert_eq!(locate(root, Some(&root.join(explicit))).unwrap(), root.join("a/.taskwerk"));
        }
        assert!(locate(root, Some(&root.join("a/b"))).is_err());
    }

    #[test]
    fn a_linked_worktree_shares_the_store_of_the_main_one() {
        let temp = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(temp.path()).unwrap();
        touch(&root.join("main/.taskwerk/taskwerk.db"));
        linked(&root.join("main"), &root.join("elsewhere/w"));
        touch(&root.join("elsewhere/w/.taskwerk/config.yml"));
        fs::create_dir_all(root.join("elsewhere/w/src")).unwrap();
        assert_eq!(locate(&root.join("elsewhere/w/src"), None).unwrap(), root.join("main/.taskwerk"));
    }

    #[test]
    fn a_submodule_is_no_linked_worktree() {
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path();
        fs::create_dir_all(root.join(".git/modules/sub")).unwrap();
        fs::create_dir_all(root.join("sub")).unwrap();
        fs::write(root.join("sub/.git"), "gitdir: ../.git/modules/sub\n").unwrap();
        assert_eq!(main_worktree(&root.join("sub")), None);
        touch(&root.join(".taskwerk/taskwerk.db"));
        assert_eq!(locate(&root.join("sub"), None).unwrap(), root.join(".taskwerk"));
    }
}
