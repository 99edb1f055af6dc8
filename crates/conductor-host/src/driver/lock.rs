//! One driver per repository: a lock that the operating system takes back when the last holder is gone.
//!
//! The descriptor is inherited on purpose by every child of the driver: a keeper that still kills, or a git
//! that still writes, holds the lock, so that a new driver begins only when the old one's children are through.
//! The keeper closes it for the agent that it starts.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::{FdFlags, fcntl_setfd};
use thiserror::Error;

/// Why the lock was not given.
#[derive(Debug, Error)]
pub enum LockError {
    /// Another driver, or a child of it that is not through yet, has it.
    #[error("another driver is at work in this repository{}", holder(.0))]
    Busy(Option<u32>),
    /// The file cannot be used.
    #[error("failed to lock {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

fn holder(pid: &Option<u32>) -> String {
    pid.map_or_else(String::new, |pid| format!(" (process {pid})"))
}

/// The lock, held until it is dropped and every child that inherited it is gone.
#[derive(Debug)]
pub struct DriverLock {
    file: File,
}

fn open(path: &Path) -> Result<File, LockError> {
    let wrap = |source| LockError::File { path: path.to_owned(), source };
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(wrap)
}

fn read_pid(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

impl DriverLock {
    /// Takes the lock at `path`, or says who has it.
    ///
    /// # Errors
    /// When somebody has it, or the file cannot be opened.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let wrap = |source: std::io::Error| LockError::File { path: path.to_owned(), source };
        let mut file = open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(LockError::Busy(read_pid(&mut file))),
            Err(errno) => return Err(wrap(errno.into())),
        }
        fcntl_setfd(&file, FdFlags::empty()).map_err(|errno| wrap(errno.into()))?;
        file.set_len(0).map_err(wrap)?;
        file.rewind().map_err(wrap)?;
        writeln!(file, "{}", std::process::id()).map_err(wrap)?;
        Ok(Self { file })
    }

    /// Like [`DriverLock::take`], but waits for a driver that is just ending.
    ///
    /// # Errors
    /// When the file cannot be used.
    pub fn wait(path: &Path) -> Result<Self, LockError> {
        let file = open(path)?;
        flock(&file, FlockOperation::LockExclusive)
            .map_err(|errno| LockError::File { path: path.to_owned(), source: errno.into() })?;
        drop(file);
        Self::take(path)
    }

    /// Whether somebody has the lock, and who. Takes nothing.
    ///
    /// # Errors
    /// When the file exists and cannot be used.
    pub fn holder(path: &Path) -> Result<Option<u32>, LockError> {
        if !path.exists() {
            return Ok(None);
        }
        let mut file = open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(None),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(Some(read_pid(&mut file).unwrap_or(0))),
            Err(errno) => Err(LockError::File { path: path.to_owned(), source: errno.into() }),
        }
    }
}

impl Drop for DriverLock {
    fn drop(&mut self) {
        // An empty file says that nobody is there; a child that still holds the lock is found by the lock.
        if self.file.set_len(0).is_err() {
            // The lock itself is what counts.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_holds_it_and_the_other_learns_who() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("driver.lock");
        assert_eq!(DriverLock::holder(&path).unwrap(), None);
        let lock = DriverLock::take(&path).unwrap();
        assert!(
            matches!(DriverLock::take(&path), Err(LockError::Busy(Some(pid))) if pid == std::process::id())
        );
        assert_eq!(DriverLock::holder(&path).unwrap(), Some(std::process::id()));
        drop(lock);
        assert_eq!(DriverLock::holder(&path).unwrap(), None);
        DriverLock::take(&path).unwrap();
    }
}
