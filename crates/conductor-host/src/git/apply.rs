//! Patches applied to files that are in no repository as far as git is told.

use std::path::Path;
use std::sync::Arc;

use super::error::GitError;
use super::name::RepoPath;
use super::run::{Git, GitCmd};
use crate::process::EnvMap;

/// The paths that a patch changes, of a renamed file both.
///
/// # Errors
/// When it is no patch, or git cannot be started.
pub fn patched_paths(user_env: &EnvMap, dir: &Path, patch: &[u8]) -> Result<Vec<RepoPath>, GitError> {
    let out = apply(user_env, dir, patch).args(["--numstat", "-z"]).ok()?;
    let fields: Vec<&[u8]> = out.split(|byte| *byte == 0).filter(|field| !field.is_empty()).collect();
    // `added TAB deleted TAB path`; of a renamed file the paths stand in fields of their own.
    let path = |field: &[u8]| {
        let path = field.splitn(3, |byte| *byte == b'\t').nth(2).unwrap_or(field);
        (!path.is_empty()).then(|| RepoPath::new(path))
    };
    Ok(fields.into_iter().filter_map(path).collect())
}

/// Changes the files in `dir` as the patch says, as a whole or not at all. Paths that leave it are refused, and so are
/// those beyond a symbolic link and in git's own folder.
///
/// # Errors
/// When the patch does not fit the files, or git cannot be started.
pub fn apply_patch(user_env: &EnvMap, dir: &Path, patch: &[u8]) -> Result<(), GitError> {
    apply(user_env, dir, patch).ok().map(drop)
}

fn apply(user_env: &EnvMap, dir: &Path, patch: &[u8]) -> GitCmd {
    // Whatever repository an agent made of the folder is not asked.
    let git = Git::new(user_env, Path::new("/dev/null"), Vec::new(), Arc::default());
    let cmd = git.cmd("apply a recorded patch", "apply").in_dir(dir);
    cmd.args(["--whitespace=nowarn", "--allow-empty"]).stdin(patch)
}
