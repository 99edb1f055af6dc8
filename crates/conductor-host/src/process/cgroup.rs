//! A cgroup of its own for a family of processes: it names them all, wherever they go, and outlives a keeper
//! that is killed, so that the next driver finds what was left.
//!
//! No controller is needed, only a cgroup of version 2 that this process may make others in: root's, or one
//! that was handed to the user and that this program already runs in.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

#[cfg(target_os = "linux")]
pub(super) use linux::Cgroup;
#[cfg(target_os = "linux")]
pub use linux::end_leftovers;
#[cfg(not(target_os = "linux"))]
pub(super) use other::Cgroup;
#[cfg(not(target_os = "linux"))]
pub use other::end_leftovers;

/// What the name of every cgroup of this program's begins with; the mark of its driver and the pid of its
/// keeper follow.
#[cfg(target_os = "linux")]
const PREFIX: &str = "conductor";

/// Processes that an earlier driver left cannot be ended.
#[derive(Debug, Error)]
#[error(
    "processes that an earlier driver left in {} cannot be ended: {source}; end them by writing 1 to its \
     cgroup.kill, as root if need be",
    .dir.display()
)]
pub struct LeftoverError {
    /// The cgroup that they are in.
    pub dir: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// The part of a mount that a cgroup's own path, as `/proc/self/cgroup` has it, leads to.
#[cfg(any(target_os = "linux", test))]
fn place(mountinfo: &str, own: &str) -> Option<PathBuf> {
    mounts(mountinfo).into_iter().find_map(|(root, at)| {
        let below = std::path::Path::new(own).strip_prefix(&root).ok()?;
        // `join` of nothing would end in a slash.
        Some(if below.as_os_str().is_empty() { at } else { at.join(below) })
    })
}

/// Every cgroup2 file system: which part of it is mounted, and where.
#[cfg(any(target_os = "linux", test))]
fn mounts(mountinfo: &str) -> Vec<(PathBuf, PathBuf)> {
    let one = |line: &str| {
        let (mount, kind) = line.split_once(" - ")?;
        if kind.split(' ').next() != Some("cgroup2") {
            return None;
        }
        let mut fields = mount.split(' ').skip(3);
        Some((plain(fields.next()?), plain(fields.next()?)))
    };
    mountinfo.lines().filter_map(one).collect()
}

/// A path in `mountinfo` has blanks and backslashes as three octal digits.
#[cfg(any(target_os = "linux", test))]
fn plain(field: &str) -> PathBuf {
    let mut parts = field.split('\\');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..3).and_then(|code| u8::from_str_radix(code, 8).ok()) {
            Some(byte) => {
                path.push(char::from(byte));
                path.push_str(&part[3..]);
            }
            None => path.push_str(part),
        }
    }
    PathBuf::from(path)
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    use rustix::process::{Pid, Signal, kill_process};

    use super::{LeftoverError, PREFIX, mounts, place};
    use crate::process::reap::rest;

    /// A cgroup that was made, and the one that this process was in before.
    #[derive(Debug)]
    pub(in crate::process) struct Cgroup {
        dir: PathBuf,
        home: PathBuf,
    }

    impl Cgroup {
        /// Makes one below the one that this process is in.
        pub(in crate::process) fn make(mark: &str) -> io::Result<Self> {
            let home = own()?;
            let dir = home.join(format!("{PREFIX}-{mark}-{}", std::process::id()));
            fs::create_dir(&dir)?;
            Ok(Self { dir, home })
        }

        /// Puts this process into it, so that what it starts next is born there: joining after the start would
        /// miss what the child starts meanwhile.
        pub(in crate::process) fn enter(&self) -> io::Result<()> {
            fs::write(self.dir.join("cgroup.procs"), "0")
        }

        /// Brings this process back to where it was.
        pub(in crate::process) fn leave(&self) -> io::Result<()> {
            fs::write(self.home.join("cgroup.procs"), "0")
        }

        /// Where it is.
        pub(in crate::process) fn dir(&self) -> &Path {
            &self.dir
        }

        /// Kills all that is in it until nothing is, and removes it. How many processes were killed.
        pub(in crate::process) fn end(&self) -> io::Result<u32> {
            end(&self.dir)
        }

        /// One that is known by its place.
        pub(in crate::process) fn at(dir: PathBuf) -> Self {
            Self { dir, home: PathBuf::new() }
        }
    }

    /// Ends everything in the cgroups that keepers with this mark left, wherever they are, and removes them.
    /// Who calls this has made sure that no such keeper is alive. How many processes were ended.
    ///
    /// # Errors
    /// When processes are left that this program has no right to end.
    pub fn end_leftovers(mark: &str) -> Result<u32, LeftoverError> {
        let prefix = format!("{PREFIX}-{mark}-");
        let mountinfo = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let mut ended = 0;
        for (_, mount) in mounts(&mountinfo) {
            let mut unseen = vec![mount];
            while let Some(dir) = unseen.pop() {
                let is_ours =
                    dir.file_name().and_then(|name| name.to_str()).is_some_and(|n| n.starts_with(&prefix));
                if !is_ours {
                    unseen.extend(children(&dir));
                    continue;
                }
                match end(&dir) {
                    Ok(killed) => ended += killed,
                    // An empty one does no harm; one that is gone, even less.
                    Err(_) if !populated(&dir).unwrap_or(false) => {}
                    Err(source) => return Err(LeftoverError { dir, source }),
                }
            }
        }
        Ok(ended)
    }

    /// The cgroup that this process is in.
    fn own() -> io::Result<PathBuf> {
        let groups = fs::read_to_string("/proc/self/cgroup")?;
        let mountinfo = fs::read_to_string("/proc/self/mountinfo")?;
        let path = groups.lines().find_map(|line| line.strip_prefix("0::"));
        path.and_then(|path| place(&mountinfo, path)).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn end(dir: &Path) -> io::Result<u32> {
        let (mut rounds, mut killed) = (0, 0);
        while populated(dir)? {
            if rounds == 0 {
                killed = members(dir);
            }
            match fs::write(dir.join("cgroup.kill"), "1") {
                Err(error) if error.kind() == io::ErrorKind::NotFound => kill_each(dir),
                other => other?,
            }
            rounds += 1;
            rest(rounds);
        }
        remove(dir)?;
        Ok(killed)
    }

    /// Whether a process is alive in it or below it.
    fn populated(dir: &Path) -> io::Result<bool> {
        Ok(fs::read_to_string(dir.join("cgroup.events"))?.lines().any(|line| line == "populated 1"))
    }

    fn members(dir: &Path) -> u32 {
        let pids = fs::read_to_string(dir.join("cgroup.procs")).unwrap_or_default();
        let below: u32 = children(dir).iter().map(|child| members(child)).sum();
        u32::try_from(pids.lines().count()).unwrap_or(u32::MAX).saturating_add(below)
    }

    /// For kernels before 5.14. What forks meanwhile is met in the next round.
    fn kill_each(dir: &Path) {
        let pids = fs::read_to_string(dir.join("cgroup.procs")).unwrap_or_default();
        for pid in pids.lines().filter_map(|pid| pid.parse().ok()).filter_map(Pid::from_raw) {
            let _gone_already = kill_process(pid, Signal::KILL);
        }
        for child in children(dir) {
            kill_each(&child);
        }
    }

    /// Removes it with those that the family made in it.
    fn remove(dir: &Path) -> io::Result<()> {
        for child in children(dir) {
            remove(&child)?;
        }
        fs::remove_dir(dir)
    }

    fn children(dir: &Path) -> Vec<PathBuf> {
        let entries = fs::read_dir(dir).into_iter().flatten().flatten();
        entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.path())
            .collect()
    }
}

/// Other systems have none.
#[cfg(not(target_os = "linux"))]
mod other {
    use std::io;
    use std::path::{Path, PathBuf};

    use super::LeftoverError;

    #[derive(Debug)]
    pub(in crate::process) struct Cgroup(PathBuf);

    impl Cgroup {
        pub(in crate::process) fn make(_: &str) -> io::Result<Self> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::process) fn enter(&self) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::process) fn leave(&self) -> io::Result<()> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::process) fn dir(&self) -> &Path {
            &self.0
        }

        pub(in crate::process) fn end(&self) -> io::Result<u32> {
            Err(io::ErrorKind::Unsupported.into())
        }

        pub(in crate::process) fn at(dir: PathBuf) -> Self {
            Self(dir)
        }
    }

    /// There is nothing to be found.
    ///
    /// # Errors
    /// Never.
    pub fn end_leftovers(_: &str) -> Result<u32, LeftoverError> {
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
22 27 0:21 / /proc rw,relatime - proc proc rw
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:9 - cgroup2 cgroup2 rw
42 31 0:38 /user/anna /mnt/with\\040blank rw - cgroup2 cgroup2 rw
";

    #[test]
    fn the_own_cgroup_is_found_where_it_is_mounted() {
        let at = |own| place(MOUNTS, own);
        assert_eq!(at("/"), Some("/sys/fs/cgroup/unified".into()));
        assert_eq!(at("/a/b"), Some("/sys/fs/cgroup/unified/a/b".into()));
        let part = MOUNTS.lines().nth(3).unwrap();
        assert_eq!(place(part, "/user/anna/x"), Some("/mnt/with blank/x".into()));
        assert_eq!(place(part, "/user/anna"), Some("/mnt/with blank".into()));
        assert_eq!(place(part, "/user/annabel"), None);
        assert_eq!(place("", "/"), None);
    }

    #[test]
    fn a_strange_line_is_passed_over() {
        assert_eq!(plain("/a\\134b\\9z"), PathBuf::from("/a\\b9z"));
        assert_eq!(mounts("x - cgroup2\n\n - \n1 2 3 - cgroup2 c rw"), []);
    }
}
