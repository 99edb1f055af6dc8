//! Where a new project belongs: at the top of the repository, so that its tasks are found from everywhere in it.

use std::path::{Path, PathBuf};

/// The top of the checkout that `start` is in, or of the main one when that is a linked worktree; `None` outside a
/// repository. Looks at files only, since a repository without a commit is one too and git need not be asked.
pub(crate) fn repository_top(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    let top = start.ancestors().find(|folder| folder.join(".git").exists())?;
    Some(main_checkout(top).unwrap_or_else(|| top.to_owned()))
}

/// A linked worktree has a file `.git`: it names a folder whose file `commondir` leads to the repository. In a
/// submodule there is no such file, and it is a checkout of its own.
fn main_checkout(top: &Path) -> Option<PathBuf> {
    let line = |file: &Path| Some(std::fs::read_to_string(file).ok()?.trim_end_matches(['\r', '\n']).to_owned());
    let git = line(&top.join(".git"))?;
    let git_dir = top.join(git.strip_prefix("gitdir: ")?);
    let common = git_dir.join(line(&git_dir.join("commondir"))?).canonicalize().ok()?;
    let beside = common.file_name().is_some_and(|name| name == ".git");
    beside.then(|| common.parent().map(Path::to_owned)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_belongs_at_the_top_of_the_main_checkout() {
        let base = tempfile::tempdir().unwrap();
        let base = base.path().canonicalize().unwrap();
        let dir = |path: &str| {
            std::fs::create_dir_all(base.join(path)).unwrap();
            base.join(path)
        };
        let file = |path: &str, text: String| std::fs::write(base.join(path), text).unwrap();
        assert_eq!(repository_top(&dir("plain")), None);
        let (below, linked, module) = (dir("main/src/deep"), dir("linked"), dir("main/module"));
        dir("main/.git/worktrees/linked");
        dir("main/.git/modules/module");
        file("linked/.git", format!("gitdir: {}\n", base.join("main/.git/worktrees/linked").display()));
        file("main/.git/worktrees/linked/commondir", "../..\n".to_owned());
        file("main/module/.git", "gitdir: ../.git/modules/module\n".to_owned());
        assert_eq!(repository_top(&below), Some(base.join("main")));
        assert_eq!(repository_top(&linked), Some(base.join("main")));
        assert_eq!(repository_top(&module), Some(module));
    }
}
