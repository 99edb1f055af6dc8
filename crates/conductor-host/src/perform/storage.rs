//! A disk that takes nothing more: told apart from what an agent, a gate or git did wrong, since no task is to blame
//! for it and trying again at once does not help. The driver ends then, and a person makes room.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use conductor_engine::attempt::{AttemptEnd, FailureClass};
use conductor_engine::effect::Outcome;
use thiserror::Error;

use super::site::Site;

/// How much is written to see whether a disk still takes anything, in bytes: more than what a file system gives from
/// a block that it has half used.
const PROBE: usize = 64 * 1024;

/// Why nothing more can be written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StorageTrouble {
    /// No space.
    #[error("the disk is full: {said}. Free some space")]
    Full {
        /// What the system, git or the database said.
        said: String,
    },
    /// The user may not use more.
    #[error("the disk quota is used up: {said}. Free some space, or have the quota raised")]
    Quota {
        /// What the system, git or the database said.
        said: String,
    },
    /// A file system that was mounted so, or that the system made so after an error.
    #[error("the disk is read-only: {said}. Make it writable again")]
    ReadOnly {
        /// What the system, git or the database said.
        said: String,
    },
    /// A limit on the size of files.
    #[error("no file may grow so large here: {said}. Raise the limit (`ulimit -f`)")]
    TooLarge {
        /// What the system, git or the database said.
        said: String,
    },
    /// Git could not write a file, and did not say why; what it had written of it is gone again.
    #[error("the disk takes no more: {said}. Free some space, or look into the system's log")]
    Refused {
        /// What git said.
        said: String,
    },
    /// The disk itself.
    #[error("the disk fails: {said}. Look into the system's log")]
    Broken {
        /// What the system, git or the database said.
        said: String,
    },
}

impl Site {
    /// Whether the disk is what an outcome comes from. A step that failed says so itself; an agent or a gate may have
    /// said anything, so the disk is tried.
    pub(super) fn storage_trouble(&self, outcome: &Outcome) -> Option<StorageTrouble> {
        let suspicious = match outcome {
            Outcome::Failed { message, .. } => match said(message) {
                Some(trouble) => return Some(trouble),
                None => true,
            },
            // Also of an agent that says it is done: what it could not write it may not have noticed.
            Outcome::Attempt(report) => {
                if let AttemptEnd::Failed { class: FailureClass::Setup, message } = &report.end
                    && let Some(trouble) = said(message)
                {
                    return Some(trouble);
                }
                report.end != AttemptEnd::Cancelled
            }
            Outcome::Gated { summary, .. } => !summary.passed,
            Outcome::Claimed { .. }
            | Outcome::ClaimRefused(_)
            | Outcome::Prepared { .. }
            | Outcome::Snapshot { .. }
            | Outcome::Collected { .. }
            | Outcome::Candidate { .. }
            | Outcome::Conflict { .. }
            | Outcome::Judged(_)
            | Outcome::Landed { .. }
            | Outcome::Moved { .. }
            | Outcome::Hindered { .. }
            | Outcome::Lost { .. }
            | Outcome::Tidied { .. }
            | Outcome::Done => false,
        };
        let places = || [self.places.root().to_owned(), self.places.session(self.session)];
        suspicious.then(places)?.iter().find_map(|place| try_out(place))
    }

    /// Tells the driver that it cannot go on.
    pub(super) fn break_off(&self, trouble: StorageTrouble) {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    /// Why the driver cannot go on; `None` as long as it can.
    pub(crate) fn broken(&self) -> Option<StorageTrouble> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Understands what git (whose language is set), the system and SQLite say.
fn said(message: &str) -> Option<StorageTrouble> {
    let said = message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    let has = |words: &str| message.contains(words);
    if has("No space left on device") || has("database or disk is full") {
        Some(StorageTrouble::Full { said })
    } else if has("Disk quota exceeded") {
        Some(StorageTrouble::Quota { said })
    } else if has("Read-only file system") || has("readonly database") {
        Some(StorageTrouble::ReadOnly { said })
    } else if has("File too large") {
        Some(StorageTrouble::TooLarge { said })
    } else if has("Input/output error") || has("disk I/O error") {
        Some(StorageTrouble::Broken { said })
    } else if has("git said") && (has("unable to write file") || has("write error")) {
        Some(StorageTrouble::Refused { said })
    } else {
        None
    }
}

/// Writes a file there, to the disk, and takes it away again. What is wrong with the place but not with the disk is
/// somebody else's to tell.
fn try_out(place: &Path) -> Option<StorageTrouble> {
    let file = probe_in(place);
    let written = fs::create_dir_all(place).and_then(|()| write_probe(&file));
    // One that was not even made is gone already.
    let _gone = fs::remove_file(&file);
    let error = written.err()?;
    let said = format!("{}: {error}", place.display());
    let kind = error.kind();
    if kind == ErrorKind::StorageFull {
        Some(StorageTrouble::Full { said })
    } else if kind == ErrorKind::QuotaExceeded {
        Some(StorageTrouble::Quota { said })
    } else if kind == ErrorKind::ReadOnlyFilesystem {
        Some(StorageTrouble::ReadOnly { said })
    } else if kind == ErrorKind::FileTooLarge {
        Some(StorageTrouble::TooLarge { said })
    } else {
        None
    }
}

fn probe_in(place: &Path) -> PathBuf {
    place.join(format!(".probe-{:?}", std::thread::current().id()))
}

fn write_probe(file: &Path) -> io::Result<()> {
    let mut file = File::create(file)?;
    file.write_all(&[0; PROBE])?;
    // Some file systems find a place for what was written only now.
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_the_system_and_the_database_say_of_a_disk_is_understood() {
        let kind = |message: &str| said(message).map(|trouble| trouble.to_string());
        insta::assert_snapshot!(kind("failed to save a workspace's files: git said: error: unable to write file: No space left on device").unwrap(), @"the disk is full: failed to save a workspace's files: git said: error: unable to write file: No space left on device. Free some space");
        assert!(
            matches!(said("\ndatabase or disk is full"), Some(StorageTrouble::Full { said }) if !said.is_empty())
        );
        assert!(matches!(said("x: Disk quota exceeded"), Some(StorageTrouble::Quota { .. })));
        assert!(matches!(
            said("x: Read-only file system (os error 30)"),
            Some(StorageTrouble::ReadOnly { .. })
        ));
        assert!(matches!(
            said("attempt to write a readonly database"),
            Some(StorageTrouble::ReadOnly { .. })
        ));
        assert!(matches!(said("fatal: write error: File too large"), Some(StorageTrouble::TooLarge { .. })));
        assert!(matches!(said("disk I/O error"), Some(StorageTrouble::Broken { .. })));
        assert!(matches!(
            said("git said: error: unable to write file 'x'"),
            Some(StorageTrouble::Refused { .. })
        ));
        assert_eq!(said("unable to write file, says an agent"), None);
        assert_eq!(said("Permission denied (os error 13)"), None);
    }

    #[test]
    fn a_disk_that_takes_something_is_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(try_out(&dir.path().join("new")), None);
        assert_eq!(fs::read_dir(dir.path().join("new")).unwrap().count(), 0);
        assert_eq!(try_out(Path::new("/proc/no-such-place")), None, "wrong, but not full");
    }
}
