//! The process table: who is whose child, by pid and start time.

use std::collections::BTreeSet;
use std::io;

use serde::{Deserialize, Serialize};

/// A process, told apart from a later one that got the same pid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ProcessId {
    /// The pid.
    pub pid: i32,
    /// When it started, in clock ticks since boot; 0 where the system does not tell.
    pub start_time: u64,
}

impl ProcessId {
    /// The process that now has this pid; `None` when there is none.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        Some(Self { pid, start_time: system::row(pid)?.start_time })
    }

    /// Whether exactly this process still exists and has not ended (a zombie has ended).
    pub fn is_running(&self) -> bool {
        system::row(self.pid).is_some_and(|row| row.start_time == self.start_time && !row.ended)
    }
}

/// One line of the process table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) pid: i32,
    pub(super) parent: i32,
    pub(super) group: i32,
    pub(super) session: i32,
    pub(super) start_time: u64,
    /// It has ended and only waits to be reaped.
    pub(super) ended: bool,
}

/// All processes that can be seen now.
pub(super) fn rows() -> io::Result<Vec<Row>> {
    system::rows()
}

/// The rows of all descendants of `root`, without `root` itself.
pub(super) fn descendants(root: i32, rows: &[Row]) -> Vec<Row> {
    let mut family = BTreeSet::from([root]);
    let mut found = Vec::new();
    // A child may stand before its parent in the table (pids wrap around), so one pass is not enough.
    loop {
        let before = found.len();
        for row in rows {
            if row.pid != root && family.contains(&row.parent) && family.insert(row.pid) {
                found.push(*row);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

#[cfg(target_os = "linux")]
mod system {
    use std::{fs, io};

    use super::Row;

    pub(super) fn rows() -> io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for entry in fs::read_dir("/proc")? {
            if let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) {
                rows.extend(row(pid));
            }
        }
        Ok(rows)
    }

    pub(super) fn row(pid: i32) -> Option<Row> {
        parse_stat(pid, &fs::read(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Reads `/proc/PID/stat`. The command name in it is chosen by the process and may hold spaces,
    /// parentheses and newlines: the fields begin after the *last* closing parenthesis.
    fn parse_stat(pid: i32, stat: &[u8]) -> Option<Row> {
        let end = stat.iter().rposition(|b| *b == b')')?;
        let fields: Vec<&str> =
            std::str::from_utf8(stat.get(end + 1..)?).ok()?.split_ascii_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse().ok();
        Some(Row {
            pid,
            parent: number(1)?,
            group: number(2)?,
            session: number(3)?,
            start_time: fields.get(19)?.parse().ok()?,
            ended: matches!(*fields.first()?, "Z" | "X"),
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_hostile_command_name_does_not_shift_the_fields() {
            let stat = b"42 (a) R 1 1 (x\n) S 7 8 9 0 -1 4 0 0 0 0 1 2 3 4 20 0 1 0 12345 99 0";
            let expected = Row { pid: 42, parent: 7, group: 8, session: 9, start_time: 12345, ended: false };
            assert_eq!(parse_stat(42, stat), Some(expected));
            assert_eq!(parse_stat(42, b"42 (cut) S 1"), None);
            assert_eq!(parse_stat(42, b""), None);
        }

        #[test]
        fn this_process_is_in_the_table() {
            let own = i32::try_from(std::process::id()).unwrap();
            assert!(rows().unwrap().iter().any(|r| r.pid == own && !r.ended));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;

    use super::Row;
    use crate::process::Cmd;

    pub(super) fn rows() -> io::Result<Vec<Row>> {
        list("-ax")
    }

    pub(super) fn row(pid: i32) -> Option<Row> {
        list(&format!("-p{pid}")).ok()?.into_iter().find(|row| row.pid == pid)
    }

    fn list(which: &str) -> io::Result<Vec<Row>> {
        let columns = "pid=,ppid=,pgid=,sess=,stat=";
        let out = Cmd::new("/bin/ps", "/").args([which, "-o", columns]).run().map_err(io::Error::other)?;
        Ok(String::from_utf8_lossy(&out.stdout).lines().filter_map(parse_line).collect())
    }

    /// `sess` is an address on some systems: no session then, which only makes the walk see less.
    fn parse_line(line: &str) -> Option<Row> {
        let mut fields = line.split_ascii_whitespace();
        let mut number = || fields.next()?.parse::<i32>().ok();
        let (pid, parent, group) = (number()?, number()?, number()?);
        let session = number().unwrap_or(0);
        let ended = fields.next().is_some_and(|stat| stat.starts_with('Z'));
        Some(Row { pid, parent, group, session, start_time: 0, ended })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_are_found_in_any_order_and_cycles_end() {
        let row = |pid, parent| Row { pid, parent, group: 0, session: 0, start_time: 0, ended: false };
        let rows = [row(5, 4), row(4, 2), row(2, 1), row(3, 9), row(1, 5)];
        let mut pids: Vec<i32> = descendants(1, &rows).iter().map(|r| r.pid).collect();
        pids.sort_unstable();
        assert_eq!(pids, [2, 4, 5]);
    }
}
