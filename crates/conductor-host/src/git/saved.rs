//! Saved work as it lies in refs: listed, and written out for people.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use conductor_engine::ids::{Oid, RunId};
use jiff::Timestamp;
use rustix::fs::{FlockOperation, flock};
use rustix::io::{FdFlags, fcntl_setfd};
use thiserror::Error;

use super::error::GitError;
use super::name::RefName;
use super::open::Repo;
use super::workspace::{beside, delete};

/// Where snapshots are, and where commits are that agents made themselves.
const SNAPSHOTS: &str = "refs/conductor/snap";
const OWN_COMMITS: &str = "refs/conductor/keep";

/// The file that says whose a half-written folder is.
const OWNER: &str = "conductor-restore";

/// What a ref of Conductor's keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SavedKind {
    /// The files of a workspace, under this number of its run.
    Snapshot(u32),
    /// A commit that the agent made.
    OwnCommit,
}

/// Work of a run that a ref keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedWork {
    /// The run.
    pub run: RunId,
    /// What it is.
    pub kind: SavedKind,
    /// The ref.
    pub name: RefName,
    /// What the ref names.
    pub object: Oid,
    /// The commit; `None` when it is damaged, or no commit at all.
    pub commit: Option<Oid>,
    /// The commit's first parent: of a snapshot, where its workspace started.
    pub parent: Option<Oid>,
    /// When it was made.
    pub at: Option<Timestamp>,
}

/// Why files were not written out. Nothing of the user's was changed.
#[derive(Debug, Error)]
pub enum WriteFilesError {
    /// The folder has something in it.
    #[error("{} is not empty: choose a new folder, or an empty one", .0.display())]
    NotEmpty(PathBuf),
    /// Something else is there.
    #[error("{} is no folder: choose a new one, or an empty one", .0.display())]
    NotAFolder(PathBuf),
    /// The folder is a part of a checkout.
    #[error("{} is inside {}, which is not touched: choose a folder outside", .dir.display(), .inside.display())]
    Inside {
        /// The folder.
        dir: PathBuf,
        /// The checkout or repository.
        inside: PathBuf,
    },
    /// The place where the files are put together is somebody else's.
    #[error("{} is in the way: move it, or choose another folder", .0.display())]
    InTheWay(PathBuf),
    /// Git or the file system failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Repo {
    /// All saved work of all runs: by run, snapshots first.
    ///
    /// # Errors
    /// When git fails.
    pub fn saved_work(&self) -> Result<Vec<SavedWork>, GitError> {
        let mut all = Vec::new();
        for prefix in [SNAPSHOTS, OWN_COMMITS] {
            match self.look_at(prefix) {
                Ok(found) => all.extend(found),
                // A single ref whose object is gone fails the whole answer; the others are worth having.
                Err(_) => {
                    for (name, object) in self.list_refs(prefix)? {
                        let found =
                            self.look_at(name.as_str()).ok().and_then(|found| found.into_iter().next());
                        let damaged = || {
                            let (run, kind) = parse_name(&name)?;
                            Some(SavedWork {
                                run,
                                kind,
                                name: name.clone(),
                                object,
                                commit: None,
                                parent: None,
                                at: None,
                            })
                        };
                        all.extend(found.or_else(damaged));
                    }
                }
            }
        }
        all.sort_by(|a, b| (a.run, a.kind, &a.name).cmp(&(b.run, b.kind, &b.name)));
        Ok(all)
    }

    fn look_at(&self, prefix: &str) -> Result<Vec<SavedWork>, GitError> {
        let step = "list saved work";
        let format = "--format=%(refname) %(objectname) %(objecttype):%(*objectname) %(*objecttype):%(parent):%(creatordate:unix)";
        let out = self.git().cmd(step, "for-each-ref").args([format, "--end-of-options", prefix]).ok()?;
        let text = String::from_utf8_lossy(&out);
        Ok(text.lines().filter_map(parse_line).collect())
    }

    /// Writes the files of a commit to `dir`, which must be absolute and new, or an empty folder outside of every
    /// checkout. The files are put together beside it and moved there as a whole, so that what a killed program
    /// leaves is never taken for them; asking again clears that away.
    ///
    /// # Errors
    /// When `dir` is not such a folder; it is then untouched.
    pub fn write_files(&self, commit: &Oid, dir: &Path) -> Result<(), WriteFilesError> {
        let step = "write saved files";
        let staging = beside(dir, ".restoring");
        let (files, index) = (staging.join("files"), staging.join("index"));
        clear_staging(&staging)?;
        self.check_target(dir)?;
        let made = dir.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::create_dir(&staging));
        let lock = made
            .and_then(|()| own(&staging))
            .and_then(|lock| fs::create_dir(&files).map(|()| lock))
            .map_err(GitError::file(step, &staging))?;
        let cmd = self.git().cmd(step, "read-tree").args(["--reset", "-u", commit.as_str()]);
        let written = cmd.on(&files, &index).ok();
        // The system moves a folder to the place of an empty one, and refuses where there is anything else.
        let moved = written.and_then(|_| fs::rename(&files, dir).map_err(GitError::file(step, dir)));
        delete(&staging)?;
        drop(lock);
        Ok(moved?)
    }

    fn check_target(&self, dir: &Path) -> Result<(), WriteFilesError> {
        let place = real(dir);
        let own = std::iter::once(self.common_dir().to_owned());
        for inside in self.checkouts().into_iter().map(|checkout| checkout.path).chain(own) {
            if place.starts_with(real(&inside)) {
                return Err(WriteFilesError::Inside { dir: dir.to_owned(), inside });
            }
        }
        match fs::symlink_metadata(dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(GitError::file("look at a folder", dir)(error).into()),
            Ok(meta) if !meta.is_dir() => Err(WriteFilesError::NotAFolder(dir.to_owned())),
            Ok(_) => {
                let mut entries = fs::read_dir(dir).map_err(GitError::file("look at a folder", dir))?;
                if entries.next().is_some() {
                    return Err(WriteFilesError::NotEmpty(dir.to_owned()));
                }
                Ok(())
            }
        }
    }
}

/// Marks the folder as one of Conductor's and locks it. The descriptor is inherited by git on purpose: where this
/// program is killed, its git goes on for a moment.
fn own(staging: &Path) -> io::Result<File> {
    let lock = File::create(staging.join(OWNER))?;
    flock(&lock, FlockOperation::LockExclusive)?;
    fcntl_setfd(&lock, FdFlags::empty())?;
    Ok(lock)
}

/// Clears away what a killed program left, and nothing else. Whoever still writes there is waited for.
fn clear_staging(staging: &Path) -> Result<(), WriteFilesError> {
    let Ok(meta) = fs::symlink_metadata(staging) else { return Ok(()) };
    let owner = staging.join(OWNER);
    let owned = meta.is_dir() && owner.symlink_metadata().is_ok_and(|meta| meta.is_file());
    if owned && let Ok(lock) = File::open(&owner) {
        flock(&lock, FlockOperation::LockExclusive)
            .map_err(|errno| GitError::file("wait for another restore", staging)(errno.into()))?;
        return Ok(delete(staging)?);
    }
    // One that was killed in its first moment has made the folder and nothing in it.
    match fs::remove_dir(staging) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) => Err(WriteFilesError::InTheWay(staging.to_owned())),
    }
}

/// `<ref> <object> <type>:<peeled> <type>:<parents>:<time>`. Without an annotated tag, what is peeled is empty.
fn parse_line(line: &str) -> Option<SavedWork> {
    let mut fields = line.split(':');
    let (mut own, mut peeled) = (fields.next()?.split(' '), fields.next()?.split(' '));
    let name = RefName::parse(own.next()?).ok()?;
    let object = Oid::parse(own.next()?).ok()?;
    let commit = match own.next()? {
        "commit" => Some(object.clone()),
        _ => peeled.next().and_then(|oid| Oid::parse(oid).ok()).filter(|_| peeled.next() == Some("commit")),
    };
    let parent = fields.next()?.split(' ').next().and_then(|oid| Oid::parse(oid).ok());
    let at = fields.next().and_then(|text| Timestamp::from_second(text.parse().ok()?).ok());
    let (run, kind) = parse_name(&name)?;
    Some(SavedWork { run, kind, name, object, commit, parent, at })
}

/// The run and the kind that the name of a ref tells.
fn parse_name(name: &RefName) -> Option<(RunId, SavedKind)> {
    let own = |prefix: &str| name.as_str().strip_prefix(prefix)?.strip_prefix('/')?.split_once('/');
    if let Some((run, number)) = own(SNAPSHOTS) {
        return Some((run.parse().ok()?, SavedKind::Snapshot(number.parse().ok()?)));
    }
    let (run, _) = own(OWN_COMMITS)?;
    Some((run.parse().ok()?, SavedKind::OwnCommit))
}

/// The path with the links of its nearest existing part resolved.
pub(crate) fn real(path: &Path) -> PathBuf {
    for ancestor in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return found.join(rest);
        }
    }
    path.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_of_both_kinds_are_read_and_others_are_not() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let read = |line: String| {
            parse_line(&line).map(|work| {
                let commit = work.commit.map(|oid| oid.short().to_owned());
                (work.run.to_string(), work.kind, commit, work.at.map(Timestamp::as_second))
            })
        };
        let some = |oid: &str| Some(oid[..7].to_owned());
        assert_eq!(
            read(format!("refs/conductor/snap/1.2/3 {a} commit: :{b}:17")),
            Some(("1.2".to_owned(), SavedKind::Snapshot(3), some(&a), Some(17)))
        );
        assert_eq!(
            read(format!("refs/conductor/keep/1.2/{a} {a} tag:{b} commit::")),
            Some(("1.2".to_owned(), SavedKind::OwnCommit, some(&b), None))
        );
        assert_eq!(
            read(format!("refs/conductor/keep/1.2/{a} {a} blob: ::")),
            Some(("1.2".to_owned(), SavedKind::OwnCommit, None, None))
        );
        for odd in [
            "refs/conductor/snap/x/1",
            "refs/conductor/snap/1.2",
            "refs/conductor/snap/1.2/x",
            "refs/heads/1.2/1",
        ] {
            assert_eq!(read(format!("{odd} {a} commit: ::1")), None, "{odd}");
        }
        assert_eq!(read("refs/conductor/snap/1.2/3".to_owned()), None);
    }
}
