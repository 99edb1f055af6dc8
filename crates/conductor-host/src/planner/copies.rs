//! Copies of the project for agents that look at it: one for each that looks at the same time, so that it is known who
//! changed something, and a new one in place of each that was touched.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use conductor_engine::ids::Oid;

use crate::git::{GitError, ReadingCopy, Repo, Touched};

#[derive(Debug)]
pub(super) struct Copies {
    repo: Repo,
    commit: Oid,
    place: PathBuf,
    idle: Mutex<Vec<ReadingCopy>>,
    made: AtomicU64,
}

impl Copies {
    /// Copies of this commit below `place`. The first is made at once, so that it is known whether it can be.
    pub(super) fn new(repo: &Repo, commit: &Oid, place: &Path) -> Result<Self, GitError> {
        let copies = Self {
            repo: repo.clone(),
            commit: commit.clone(),
            place: place.to_owned(),
            idle: Mutex::default(),
            made: AtomicU64::new(0),
        };
        let first = copies.make()?;
        copies.lock().push(first);
        Ok(copies)
    }

    pub(super) fn commit(&self) -> &Oid {
        &self.commit
    }

    /// One that nobody looks at.
    pub(super) fn take(&self) -> Result<ReadingCopy, GitError> {
        let idle = self.lock().pop();
        idle.map_or_else(|| self.make(), Ok)
    }

    /// Takes one back and says what was changed in it. Only one in which nothing was is ever given out again.
    pub(super) fn give_back(&self, copy: ReadingCopy) -> Result<Touched, GitError> {
        let touched = self.repo.touched(&copy)?;
        if touched == Touched::default() {
            self.lock().push(copy);
        } else {
            self.repo.remove_reading_copy(copy)?;
        }
        Ok(touched)
    }

    fn make(&self) -> Result<ReadingCopy, GitError> {
        let number = self.made.fetch_add(1, Ordering::SeqCst) + 1;
        self.repo.make_reading_copy(&self.place.join(format!("project-{number}")), &self.commit)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<ReadingCopy>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Copies {
    /// Whoever removes the folder that they lie in may not be able to, since they cannot be written in.
    fn drop(&mut self) {
        for copy in std::mem::take(&mut *self.lock()) {
            // What stays is in a temporary folder.
            let _litter = self.repo.remove_reading_copy(copy);
        }
    }
}
