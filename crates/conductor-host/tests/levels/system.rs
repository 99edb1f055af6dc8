//! What the system itself says of processes and cgroups.

use std::fs;
use std::path::PathBuf;

/// The cgroups with this mark.
pub(crate) fn cgroups(mark: &str) -> Vec<PathBuf> {
    let mut unseen = vec![PathBuf::from("/sys/fs/cgroup")];
    let mut found = Vec::new();
    while let Some(dir) = unseen.pop() {
        if dir.file_name().is_some_and(|name| name.to_string_lossy().contains(mark)) {
            found.push(dir.clone());
        }
        let entries = fs::read_dir(&dir).into_iter().flatten().flatten();
        unseen.extend(entries.filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()));
    }
    found
}

/// A field of `/proc/PID/stat`, counted from the state as 0; `None` when there is no such process.
pub(crate) fn stat(pid: i32, field: usize) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(field)?.parse().ok()
}

pub(crate) fn own_pid() -> i32 {
    i32::try_from(std::process::id()).expect("a pid")
}
