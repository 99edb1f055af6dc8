//! Which processes of a run are still there.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: u32,
    /// Its command line, as far as it fits.
    pub(super) command: String,
}

/// Every process whose environment names the run's own folder, whoever its parent is. What agents start inherits
/// that; a process that has ended and only waits to be noticed has none.
pub(super) fn below(root: &Path) -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| *pid != std::process::id()).filter_map(|pid| process(pid, root)).collect()
}

fn process(pid: u32, root: &Path) -> Option<Process> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let needle = root.as_os_str().as_bytes();
    environment.windows(needle.len()).any(|window| window == needle).then(|| {
        let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&words).replace('\0', " ");
        Process { pid, command: command.chars().take(120).collect() }
    })
}
