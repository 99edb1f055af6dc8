//! A run's workspace: a clone of its own that borrows the main repository's objects.
//!
//! The clone is written by hand instead of by `git clone`: that would copy the user's branches, tags and a
//! remote into it, run templates, and (for a shallow repository) copy all objects. What is needed is a
//! `HEAD`, one branch, a configuration and the path of the borrowed objects.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use conductor_engine::ids::{Oid, RunId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::GitError;
use super::name::{BranchName, RepoPath, nul_paths};
use super::open::Repo;

/// The user's list of ignored files that a workspace needs (`.env`), in the syntax of `.gitignore`.
const INCLUDE_FILE: &str = ".worktreeinclude";

/// Which workspace is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceSpec {
    /// Where the clone is to be. Beside it, names that begin with this one are used for Conductor's own
    /// records (`….ready`, `….index`), where the agent does not work. Unique to the run.
    pub path: PathBuf,
    /// The run that works in it.
    pub run: RunId,
    /// The branch that the agent finds checked out. It exists only in the clone.
    pub branch: BranchName,
    /// The commit that it starts from.
    pub base: Oid,
}

/// A workspace that is ready: checked out once, from then on the agent's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    pub(super) path: PathBuf,
    pub(super) run: RunId,
    pub(super) base: Oid,
}

/// Written beside a workspace when it is complete, and read again after a crash.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct ReadyMark {
    run: RunId,
    branch: BranchName,
    base: Oid,
}

/// Why a workspace could not be had.
#[derive(Debug, Error)]
pub enum WorkspaceError {
    /// The place belongs to another run, or to the same one from another commit.
    #[error("the workspace {} belongs to run {run} from {}: choose another place", .path.display(), .base.short())]
    Taken {
        /// The place.
        path: PathBuf,
        /// Whose it is.
        run: RunId,
        /// What that run started from.
        base: Oid,
    },
    /// Git or the file system failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Workspace {
    /// The directory that the agent works in.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The run that works in it.
    pub fn run(&self) -> RunId {
        self.run
    }

    /// The commit that it started from.
    pub fn base(&self) -> &Oid {
        &self.base
    }

    /// The place must still be a directory: a link there would have git save what it leads to.
    pub(super) fn check_place(&self) -> Result<(), GitError> {
        let step = "use a workspace";
        let meta = fs::symlink_metadata(&self.path).map_err(GitError::file(step, &self.path))?;
        if meta.is_dir() {
            Ok(())
        } else {
            Err(GitError::file(step, &self.path)(io::ErrorKind::NotADirectory.into()))
        }
    }

    /// Conductor's own index of it: what was saved last, with the times of the files.
    pub(super) fn index(&self) -> PathBuf {
        beside(&self.path, ".index")
    }

    pub(super) fn mark(&self) -> PathBuf {
        beside(&self.path, ".ready")
    }

    /// Where it is moved before it is deleted, so that half a workspace is never taken for one.
    pub(super) fn doomed(&self) -> PathBuf {
        beside(&self.path, ".gone")
    }
}

impl Repo {
    /// Makes sure that the workspace is there and ready. One that is ready is left exactly as it is; what a
    /// crash left half-made is deleted and made again.
    ///
    /// # Errors
    /// [`WorkspaceError::Taken`] when the place is in use, else when git or the file system fails.
    pub fn ensure_workspace(&self, spec: &WorkspaceSpec) -> Result<Workspace, WorkspaceError> {
        let step = "make a workspace";
        let workspace = Workspace { path: spec.path.clone(), run: spec.run, base: spec.base.clone() };
        let wanted = ReadyMark { run: spec.run, branch: spec.branch.clone(), base: spec.base.clone() };
        if let Some(found) = read_mark(&workspace.mark()) {
            if found != wanted {
                return Err(WorkspaceError::Taken {
                    path: spec.path.clone(),
                    run: found.run,
                    base: found.base,
                });
            }
            // One that is gone is made again; one that was replaced by something else is nobody's to delete.
            match fs::symlink_metadata(&spec.path) {
                Ok(_) => return Ok(workspace.check_place().map(|()| workspace)?),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(GitError::file(step, &spec.path)(error).into()),
            }
        }
        delete(&workspace.mark())?;
        delete(&workspace.index())?;
        delete(&spec.path)?;
        self.write_clone(spec)?;
        self.populate(&workspace)?;
        self.copy_included(&workspace)?;
        // The index was written by git just now; with its time kept, git's check for files that were changed
        // in the same instant stays right.
        copy_with_time(&spec.path.join(".git/index"), &workspace.index())
            .map_err(GitError::file(step, &workspace.index()))?;
        write_mark(&workspace.mark(), &wanted).map_err(GitError::file(step, &workspace.mark()))?;
        Ok(workspace)
    }

    /// The workspace at this place, if one is ready there.
    pub fn find_workspace(&self, path: &Path) -> Option<Workspace> {
        let mark = read_mark(&beside(path, ".ready"))?;
        let workspace = Workspace { path: path.to_owned(), run: mark.run, base: mark.base };
        workspace.check_place().is_ok().then_some(workspace)
    }

    pub(super) fn write_clone(&self, spec: &WorkspaceSpec) -> Result<(), GitError> {
        let git_dir = spec.path.join(".git");
        let branch = spec.branch.to_ref();
        let mut objects = self.common_dir().join("objects").into_os_string().into_encoded_bytes();
        objects.push(b'\n');
        let mut files: Vec<(PathBuf, Vec<u8>)> = vec![
            ("HEAD".into(), format!("ref: {branch}\n").into_bytes()),
            (branch.as_str().into(), format!("{}\n", spec.base).into_bytes()),
            ("config".into(), self.clone_config().into_bytes()),
            ("objects/info/alternates".into(), objects),
        ];
        // What makes the history end where the user's does, and hides what the user hides.
        for shared in ["shallow", "info/exclude"] {
            if let Ok(bytes) = fs::read(self.common_dir().join(shared)) {
                files.push((shared.into(), bytes));
            }
        }
        for (name, bytes) in files {
            let path = git_dir.join(name);
            let written =
                path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, bytes));
            written.map_err(GitError::file("write the clone of a workspace", &path))?;
        }
        Ok(())
    }

    fn clone_config(&self) -> String {
        let settings = self.settings();
        let mut lines =
            vec!["[core]".to_owned(), "\tbare = false".to_owned(), "\tlogAllRefUpdates = true".to_owned()];
        let version = if settings.object_format.is_some() { 1 } else { 0 };
        lines.push(format!("\trepositoryFormatVersion = {version}"));
        for (key, value) in &settings.file_rules {
            lines.push(format!("\t{} = {}", key.trim_start_matches("core."), quoted(value)));
        }
        if let Some(format) = &settings.object_format {
            lines.push(format!("[extensions]\n\tobjectFormat = {}", quoted(format)));
        }
        lines.push("[gc]\n\tauto = 0\n[maintenance]\n\tauto = false".to_owned());
        let who = self.identity();
        lines.push(format!("[user]\n\tname = {}\n\temail = {}\n", quoted(&who.name), quoted(&who.email)));
        lines.join("\n")
    }

    /// Checks the base out. The clone was written a moment ago and no agent has seen it: it may be obeyed.
    pub(super) fn populate(&self, workspace: &Workspace) -> Result<(), GitError> {
        let cmd = self.git().cmd("check out a workspace", "read-tree").args([
            "--reset",
            "-u",
            workspace.base.as_str(),
        ]);
        cmd.in_checkout(&workspace.path.join(".git"), &workspace.path).ok().map(drop)
    }

    /// Copies the ignored files that the user listed. A file that is listed but not ignored is tracked work
    /// or nobody's business, and stays where it is.
    fn copy_included(&self, workspace: &Workspace) -> Result<(), GitError> {
        let list = self.top().join(INCLUDE_FILE);
        if !list.is_file() {
            return Ok(());
        }
        let mut from = OsString::from("--exclude-from=");
        from.push(&list);
        let listed = self.ignored_files(from)?;
        let ignored: std::collections::BTreeSet<RepoPath> =
            self.ignored_files("--exclude-standard".into())?.into_iter().collect();
        for path in listed.iter().filter(|path| ignored.contains(*path)) {
            copy_into(self.top(), &workspace.path, path.as_path())
                .map_err(GitError::file("copy a listed file into a workspace", path.as_path()))?;
        }
        Ok(())
    }

    fn ignored_files(&self, by: OsString) -> Result<Vec<RepoPath>, GitError> {
        let cmd =
            self.git().cmd("list ignored files", "ls-files").args(["-z", "--others", "--ignored"]).arg(by);
        Ok(nul_paths(&cmd.in_checkout(self.git_dir(), self.top()).ok()?))
    }
}

/// Copies one regular file to the same path below `to`; never over something, never through a link.
fn copy_into(from: &Path, to: &Path, path: &Path) -> io::Result<()> {
    let source = from.join(path);
    if !fs::symlink_metadata(&source)?.is_file()
        || !stays_inside(to, path)
        || to.join(path).symlink_metadata().is_ok()
    {
        return Ok(());
    }
    if let Some(parent) = to.join(path).parent() {
        fs::create_dir_all(parent)?;
    }
    fs::copy(&source, to.join(path)).map(drop)
}

/// Whether `path` below `root` is a plain relative path whose parents, as far as they exist, are directories
/// and no links to elsewhere.
pub(super) fn stays_inside(root: &Path, path: &Path) -> bool {
    if path.as_os_str().is_empty() || !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return false;
    }
    let mut parents = path.ancestors().skip(1).filter(|parent| !parent.as_os_str().is_empty());
    parents.all(|parent| root.join(parent).symlink_metadata().map_or(true, |meta| meta.is_dir()))
}

/// A value for git's configuration file.
fn quoted(value: &str) -> String {
    let mut out = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `path` with `suffix` at the end of its last part.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().as_bytes().to_owned();
    name.extend_from_slice(suffix.as_bytes());
    PathBuf::from(std::ffi::OsStr::from_bytes(&name))
}

fn read_mark(path: &Path) -> Option<ReadyMark> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// The mark appears whole or not at all.
fn write_mark(path: &Path, mark: &ReadyMark) -> io::Result<()> {
    let temporary = beside(path, ".new");
    fs::write(&temporary, serde_json::to_vec(mark)?)?;
    fs::rename(&temporary, path)
}

/// Copies a file so that the copy is as old as the original.
pub(super) fn copy_with_time(from: &Path, to: &Path) -> io::Result<()> {
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    fs::File::options().write(true).open(to)?.set_modified(modified)
}

/// Deletes a file or a whole directory, following no link; what is not there is deleted already. Directories
/// that forbid it (module caches make theirs read-only) are opened first.
pub(crate) fn delete(path: &Path) -> Result<(), GitError> {
    let deleted = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path).or_else(|_| {
            make_writable(path);
            fs::remove_dir_all(path)
        }),
        Ok(_) => fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    };
    deleted.map_err(GitError::file("delete what Conductor had made", path))
}

fn make_writable(dir: &Path) {
    use std::os::unix::fs::PermissionsExt;
    // A directory that cannot be opened makes the deletion fail, which then says so.
    let _refused = fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_writable(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_lead_out_are_refused() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("dir")).unwrap();
        std::os::unix::fs::symlink("/tmp", root.path().join("link")).unwrap();
        let inside = |path: &str| stays_inside(root.path(), Path::new(path));
        assert!(inside(".env") && inside("dir/x") && inside("new/deep/x") && inside("link"));
        assert!(
            !inside("../x")
                && !inside("/etc/x")
                && !inside("link/x")
                && !inside("dir/../../x")
                && !inside("")
        );
    }

    #[test]
    fn a_deletion_follows_no_link_and_opens_closed_folders() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let (kept, doomed) = (root.path().join("kept"), root.path().join("doomed"));
        fs::create_dir_all(doomed.join("a/b")).unwrap();
        fs::create_dir(&kept).unwrap();
        fs::write(kept.join("file"), "x").unwrap();
        std::os::unix::fs::symlink(&kept, doomed.join("a/link")).unwrap();
        fs::set_permissions(doomed.join("a"), fs::Permissions::from_mode(0o500)).unwrap();
        delete(&doomed).unwrap();
        delete(&doomed).unwrap();
        assert!(!doomed.exists() && kept.join("file").exists());
    }

    #[test]
    fn a_quoted_value_cannot_leave_its_line() {
        assert_eq!(quoted("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
    }
}
