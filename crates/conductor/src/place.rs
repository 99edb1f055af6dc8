//! Where a new project belongs: at the top of the repository, so that its tasks are found from everywhere in it.

use std::path::{Path, PathBuf};

/// The top of the checkout that `start` is in; `None` outside a repository. Looks at files only, since a repository
/// without a commit is one too and git need not be asked.
pub(crate) fn checkout_top(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    start.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_folder_with_a_repository_is_the_top() {
        let base = tempfile::tempdir().unwrap();
        let base = base.path().canonicalize().unwrap();
        let folder = |path: &str| {
            std::fs::create_dir_all(base.join(path)).unwrap();
            base.join(path)
        };
        let (plain, below, module) = (folder("plain"), folder("main/src/deep"), folder("main/module"));
        folder("main/.git");
        std::fs::write(module.join(".git"), "gitdir: ../.git/modules/module\n").unwrap();
        assert_eq!(checkout_top(&plain), None);
        assert_eq!(checkout_top(&below), Some(base.join("main")));
        assert_eq!(checkout_top(&module), Some(module));
    }
}
