//! Lock files that git left.

use std::fs;
use std::path::{Path, PathBuf};

use super::view::View;
use super::{Finding, Scope};
use crate::clock;
use crate::git::{clone_locks, is_open};

pub(super) fn look(view: &View<'_>, found: &mut Vec<Finding>) {
    if view.driver.is_some() {
        // Its own git is at work.
        return;
    }
    let own = view.host.repo.own_locks().into_iter();
    found.extend(own.map(|path| Finding::OwnLock { path }));
    if view.scope != Scope::All {
        // Every step clears those of its own index, and those in a clone are cleared before an agent is let in.
        return;
    }
    for place in [view.places.runs(), view.places.gates()] {
        for path in entries(&place) {
            if path.to_string_lossy().ends_with(".index.lock") {
                found.push(Finding::OwnLock { path });
            } else {
                found.extend(clone_locks(&path).into_iter().map(|path| Finding::OwnLock { path }));
            }
        }
    }
    for lock in view.host.repo.shared_locks().into_iter().filter(|lock| !is_open(&lock.path)) {
        let age = age(&lock.path);
        found.push(Finding::SharedLock { path: lock.path, hinders: lock.hinders, age });
    }
}

/// In seconds; 0 for one from the future, and for one that is gone by now.
fn age(path: &Path) -> u64 {
    let modified = fs::metadata(path).and_then(|meta| meta.modified()).ok();
    let modified = modified.and_then(|at| jiff::Timestamp::try_from(at).ok());
    modified.map_or(0, |at| u64::try_from(clock::now().duration_since(at).as_secs()).unwrap_or(0))
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
