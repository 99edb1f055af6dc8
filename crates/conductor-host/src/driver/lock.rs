//! One driver per repository: a lock that the operating system takes back when the last holder is gone.
//!
//! The descriptor is inherited on purpose by every child of the driver: a keeper that still kills, or a git
//! that still writes, holds the lock, so that a new driver begins only when the old one's children are through.
//! The keeper closes it for the agent that it starts.
//!
//! The file names the driver, so that the lock of a living driver can be told from that of a dead one whose
//! children are not through yet: the first refuses, the second is a matter of moments.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::park_timeout;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::{FdFlags, fcntl_setfd};
use thiserror::Error;

use crate::process::ProcessId;

/// How often, and how many times, a lock is tried again whose driver is gone. Children of a dead driver are
/// killed at once, so that half a minute means that one of them cannot be killed.
const PAUSE: Duration = Duration::from_millis(10);
const TRIES: u32 = 3000;

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

/// The driver that the file names.
fn read_driver(file: &mut File) -> Option<ProcessId> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    let (pid, start_time) = text.trim().split_once(' ')?;
    Some(ProcessId { pid: pid.parse().ok()?, start_time: start_time.parse().ok()? })
}

/// The same, if it is alive.
fn living_driver(file: &mut File) -> Option<u32> {
    let driver = read_driver(file).filter(ProcessId::is_running)?;
    u32::try_from(driver.pid).ok()
}

impl DriverLock {
    /// Takes the lock at `path`, or says who has it. The children of a driver that is gone are waited for.
    ///
    /// # Errors
    /// When a driver has it, or the file cannot be used.
    pub fn take(path: &Path) -> Result<Self, LockError> {
        let wrap = |source: std::io::Error| LockError::File { path: path.to_owned(), source };
        let mut file = open(path)?;
        let mut tries = 0;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(rustix::io::Errno::WOULDBLOCK) => {}
                Err(errno) => return Err(wrap(errno.into())),
            }
            let driver = living_driver(&mut file);
            tries += 1;
            if driver.is_some() || tries > TRIES {
                return Err(LockError::Busy(driver));
            }
            // Nothing tells when somebody else's lock is free but having it.
            park_timeout(PAUSE);
        }
        fcntl_setfd(&file, FdFlags::empty()).map_err(|errno| wrap(errno.into()))?;
        file.set_len(0).map_err(wrap)?;
        file.rewind().map_err(wrap)?;
        let own = rustix::process::getpid().as_raw_nonzero().get();
        let start_time = ProcessId::of(own).map_or(0, |own| own.start_time);
        writeln!(file, "{own} {start_time}").map_err(wrap)?;
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

    /// The driver that the file names although it is dead. Whoever takes the lock puts that right.
    pub fn dead_holder(path: &Path) -> Option<u32> {
        let mut file = File::open(path).ok()?;
        let driver = read_driver(&mut file).filter(|driver| !driver.is_running())?;
        u32::try_from(driver.pid).ok()
    }

    /// The driver that is at work, if one is. Takes nothing.
    ///
    /// # Errors
    /// When the file exists and cannot be used.
    pub fn holder(path: &Path) -> Result<Option<u32>, LockError> {
        // Only to be read: who looks on a disk that takes nothing more has to see something, too.
        let mut file = match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|source| LockError::File { path: path.to_owned(), source })?,
        };
        // Asked first, so that the look at the lock below, which itself locks for a moment, is in nobody's way.
        let Some(driver) = living_driver(&mut file) else { return Ok(None) };
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(None),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(Some(driver)),
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

    #[test]
    fn children_of_a_dead_driver_are_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("driver.lock");
        // No process has this pid: it is above what any system gives.
        std::fs::write(&path, "2147483647 1\n").unwrap();
        let child = open(&path).unwrap();
        flock(&child, FlockOperation::LockExclusive).unwrap();
        assert_eq!(DriverLock::holder(&path).unwrap(), None, "nobody drives");
        let taker = std::thread::spawn({
            let path = path.clone();
            move || DriverLock::take(&path).map(drop)
        });
        drop(child);
        taker.join().unwrap().unwrap();
    }
}
