//! Ending what a lost keeper left: the second line, for when the first was killed.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::table::{self, ProcessId, Row};

/// How often the process table is searched before it is given up.
const MOST_ROUNDS: usize = 50;

/// Kills every process that carries `name=value` in its environment or works inside `dir`, with the groups of
/// those processes, until two searches in a row find none. True when none is left.
///
/// It is no proof: a process that has cleared its environment and left the directory is not found. It is for
/// the case in which the keeper, which does prove it, was killed itself.
///
/// # Errors
/// When the process table cannot be read.
pub fn sweep(name: &OsStr, value: &OsStr, dir: &Path) -> io::Result<bool> {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let mut quiet = 0;
    for _ in 0..MOST_ROUNDS {
        let rows = table::rows()?;
        let own_group = rows.iter().find(|r| r.pid == own).map_or(0, |r| r.group);
        let found: Vec<&Row> =
            rows.iter().filter(|r| r.pid != own && !r.ended && belongs(r.pid, name, value, dir)).collect();
        if found.is_empty() {
            quiet += 1;
            if quiet == 2 {
                return Ok(true);
            }
            continue;
        }
        quiet = 0;
        for row in found {
            if row.group != own_group
                && let Some(group) = Pid::from_raw(row.group)
            {
                let _gone = kill_process_group(group, Signal::KILL);
            }
            if let Some(pid) = Pid::from_raw(row.pid) {
                let _gone = kill_process(pid, Signal::KILL);
            }
        }
        std::thread::yield_now();
    }
    Ok(false)
}

/// Living processes whose environment has `name` with a path below `root`, and that path.
///
/// # Errors
/// When the process table cannot be read.
pub(crate) fn strays(name: &str, root: &Path) -> io::Result<Vec<(ProcessId, PathBuf)>> {
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    let living = table::rows()?.into_iter().filter(|row| row.pid != own && !row.ended);
    let marked = living.filter_map(|row| {
        let path = value_of(row.pid, name).filter(|path| path.starts_with(root))?;
        Some((ProcessId { pid: row.pid, start_time: row.start_time }, path))
    });
    Ok(marked.collect())
}

#[cfg(target_os = "linux")]
fn value_of(pid: i32, name: &str) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;

    let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    let mut values = environment
        .split(|b| *b == 0)
        .filter_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="));
    values.next().map(|value| PathBuf::from(OsStr::from_bytes(value)))
}

#[cfg(not(target_os = "linux"))]
fn value_of(_: i32, _: &str) -> Option<PathBuf> {
    None
}

#[cfg(target_os = "linux")]
fn belongs(pid: i32, name: &OsStr, value: &OsStr, dir: &Path) -> bool {
    let mut wanted = name.as_encoded_bytes().to_owned();
    wanted.push(b'=');
    wanted.extend_from_slice(value.as_encoded_bytes());
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
    environment.split(|b| *b == 0).any(|entry| entry == wanted)
        || std::fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd.starts_with(dir))
}

/// Other systems do not show a process's environment or directory to others: nothing is found, and nothing is
/// killed that may not be ours.
#[cfg(not(target_os = "linux"))]
fn belongs(_: i32, _: &OsStr, _: &OsStr, _: &Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a stray process is what is tested")]
    fn what_carries_the_mark_or_works_in_the_folder_is_ended() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().canonicalize().unwrap();
        let start = |mark: &str, at: &Path| {
            Command::new("/bin/sleep")
                .arg("600")
                .env("SWEEP_MARK", mark)
                .current_dir(at)
                .stdin(Stdio::null())
                .spawn()
                .unwrap()
        };
        let mark = format!("{}-ours", std::process::id());
        let mut marked = start(&mark, Path::new("/"));
        let mut inside = start("other", &dir);
        let mut stranger = start("other", Path::new("/"));
        // They are children of this process and stay zombies until they are waited for; those have ended.
        assert!(sweep(OsStr::new("SWEEP_MARK"), OsStr::new(&mark), &dir).unwrap());
        assert!(!marked.wait().unwrap().success() && !inside.wait().unwrap().success());
        assert!(stranger.try_wait().unwrap().is_none(), "a stranger was killed");
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
