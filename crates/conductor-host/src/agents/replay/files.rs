//! Changes of files that a recording has: inside the workspace, whatever the recording says.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};

use super::recording::{Content, FileWrite, PathFault, ReplayError, Turn};
use crate::git;
use crate::process::EnvMap;

/// Does what a turn did: deletions, then files with their content, then the patch.
pub(super) fn change(workspace: &Path, env: &EnvMap, turn: &Turn) -> Result<(), ReplayError> {
    for path in &turn.deletes {
        delete(workspace, path)?;
    }
    for file in &turn.writes {
        write(workspace, file)?;
    }
    match &turn.patch {
        Some(patch) => apply(workspace, env, patch),
        None => Ok(()),
    }
}

/// Applies a patch when every path in it is one of the workspace.
fn apply(workspace: &Path, env: &EnvMap, patch: &Content) -> Result<(), ReplayError> {
    let bytes = patch.bytes().ok_or_else(|| ReplayError::Base64 { path: "patch".to_owned() })?;
    for path in git::patched_paths(env, workspace, &bytes)? {
        inside(workspace, &String::from_utf8_lossy(path.as_bytes()))?;
    }
    Ok(git::apply_patch(env, workspace, &bytes)?)
}

pub(super) fn delete(workspace: &Path, path: &str) -> Result<(), ReplayError> {
    let target = inside(workspace, path)?;
    match fs::remove_file(target) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(ReplayError::Write { path: path.to_owned(), source: error })
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

pub(super) fn write(workspace: &Path, file: &FileWrite) -> Result<(), ReplayError> {
    let target = inside(workspace, &file.path)?;
    let content = file.content.bytes().ok_or_else(|| ReplayError::Base64 { path: file.path.clone() })?;
    let mode = if file.executable { 0o755 } else { 0o644 };
    let written = (|| {
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        // The old file goes first: a link there is replaced and never followed.
        if target.symlink_metadata().is_ok() {
            fs::remove_file(&target)?;
        }
        OpenOptions::new().write(true).create_new(true).mode(mode).open(&target)?.write_all(&content)
    })();
    written.map_err(|source| ReplayError::Write { path: file.path.clone(), source })
}

/// Where a recorded path lies, if that is inside the workspace.
pub(super) fn inside(workspace: &Path, path: &str) -> Result<PathBuf, ReplayError> {
    let fault = |why| ReplayError::Path { path: path.to_owned(), why };
    let parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| {
        let mut components = Path::new(part).components();
        matches!((components.next(), components.next()), (Some(Component::Normal(_)), None))
            && !part.contains('\0')
    };
    if !parts.iter().all(plain) {
        return Err(fault(PathFault::NotPlain));
    }
    // File systems that ignore case, and the short name that Windows gives the folder, mean the same one.
    if parts.iter().any(|part| part.eq_ignore_ascii_case(".git") || part.eq_ignore_ascii_case("git~1")) {
        return Err(fault(PathFault::Git));
    }
    let mut target = workspace.to_owned();
    let (file, folders) = parts.split_last().ok_or_else(|| fault(PathFault::NotPlain))?;
    for folder in folders {
        target.push(folder);
        if target.symlink_metadata().is_ok_and(|m| !m.is_dir()) {
            return Err(fault(PathFault::Link));
        }
    }
    target.push(file);
    Ok(target)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn nothing_outside_the_workspace_is_ever_touched() {
        let scene = tempfile::tempdir().unwrap();
        let ws = scene.path().join("ws");
        fs::create_dir(&ws).unwrap();
        let outside = scene.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("file"), "mine").unwrap();
        symlink(&outside, ws.join("link")).unwrap();
        symlink(outside.join("file"), ws.join("to-file")).unwrap();
        let file = |path: &str| FileWrite {
            path: path.into(),
            content: Content::Text("x".into()),
            executable: false,
        };
        for bad in [
            "",
            "/etc/x",
            "../x",
            "a/../../x",
            "a//b",
            "./a",
            "a/.",
            ".git/config",
            "sub/.GIT/hooks/x",
            "git~1/x",
            "link/x",
            "link/sub/x",
            "a\0b",
            "a/",
            "to-file/x",
        ] {
            assert!(write(&ws, &file(bad)).is_err(), "{bad:?}");
            assert!(delete(&ws, bad).is_err(), "{bad:?}");
        }
        write(&ws, &file("to-file")).unwrap();
        write(&ws, &file(".gitignore")).unwrap();
        assert_eq!(fs::read_to_string(outside.join("file")).unwrap(), "mine");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    }

    #[test]
    fn a_patch_changes_the_workspace_and_nothing_else() {
        let scene = tempfile::tempdir().unwrap();
        let ws = scene.path().join("ws");
        fs::create_dir(&ws).unwrap();
        fs::write(ws.join("notes.txt"), "old\n").unwrap();
        symlink(scene.path(), ws.join("link")).unwrap();
        let env: EnvMap = [("PATH".into(), std::env::var_os("PATH").unwrap())].into();
        let new = |path: &str| {
            let patch = format!(
                "diff --git a/{path} b/{path}\nnew file mode 100755\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+made\n"
            );
            apply(&ws, &env, &Content::Text(patch))
        };
        new("sub/made.txt").unwrap();
        assert_eq!(fs::read_to_string(ws.join("sub/made.txt")).unwrap(), "made\n");
        for bad in ["../out", "/out", ".git/hooks/x", "sub/.GIT/x", "link/out", "sub/../../out"] {
            assert!(new(bad).is_err(), "{bad}");
        }
        let edit = "--- a/notes.txt\n+++ b/notes.txt\n@@ -1 +1 @@\n-old\n+new\n";
        apply(&ws, &env, &Content::Text(edit.into())).unwrap();
        assert_eq!(fs::read_to_string(ws.join("notes.txt")).unwrap(), "new\n");
        assert!(matches!(apply(&ws, &env, &Content::Text(edit.into())), Err(ReplayError::Patch(_))));
        let left: Vec<_> = fs::read_dir(scene.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(left, ["ws"]);
    }
}
