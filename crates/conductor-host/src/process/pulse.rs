//! What a family of processes has used so far: whether a silent agent works.
//!
//! Processor time and bytes of those that have ended are counted with whoever waited for them, so that the sum over the
//! living members and their keeper only grows.

use conductor_engine::detect::Pulse;

/// What the keeper `root` and all its descendants have used; `None` where the system does not tell.
pub(super) fn pulse(root: i32) -> Option<Pulse> {
    system::pulse(root)
}

#[cfg(target_os = "linux")]
mod system {
    use std::fs;

    use conductor_engine::detect::Pulse;

    use super::super::table::{descendants, rows};

    /// Milliseconds of a clock tick: the kernel tells 100 a second to every program, whatever its own clock.
    const TICK_MS: u64 = 10;

    pub(super) fn pulse(root: i32) -> Option<Pulse> {
        let family = descendants(root, &rows().ok()?);
        let pids: Vec<i32> = std::iter::once(root).chain(family.iter().map(|row| row.pid)).collect();
        let mut sum = Pulse { io_bytes: Some(0), ..Pulse::default() };
        for pid in pids {
            // One that has ended meanwhile is counted with its parent the next time.
            let Ok(stat) = fs::read(format!("/proc/{pid}/stat")) else { continue };
            sum.cpu_ms = sum.cpu_ms.saturating_add(cpu_ms(&stat).unwrap_or(0));
            sum.processes += 1;
            sum.io_bytes = sum.io_bytes.zip(io_bytes(pid)).map(|(all, one)| all.saturating_add(one));
        }
        (sum.processes > 0).then_some(sum)
    }

    /// Processor time, that of children that were waited for included.
    fn cpu_ms(stat: &[u8]) -> Option<u64> {
        let end = stat.iter().rposition(|b| *b == b')')?;
        let text = std::str::from_utf8(stat.get(end + 1..)?).ok()?;
        let ticks =
            text.split_ascii_whitespace().skip(11).take(4).filter_map(|field| field.parse::<u64>().ok());
        Some(ticks.sum::<u64>().saturating_mul(TICK_MS))
    }

    /// `None` where it may not be read: another user's, or one in a namespace of users.
    fn io_bytes(pid: i32) -> Option<u64> {
        let text = match fs::read_to_string(format!("/proc/{pid}/io")) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return None,
            // It has ended.
            Err(_) => return Some(0),
        };
        let bytes = text.lines().filter_map(|line| {
            let (name, number) = line.split_once(": ")?;
            matches!(name, "rchar" | "wchar").then(|| number.trim().parse::<u64>().ok())?
        });
        Some(bytes.fold(0, u64::saturating_add))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn processor_time_is_read_behind_a_hostile_name() {
            let stat = b"42 (a) R 1 1 (x\n) S 7 8 9 0 -1 4 0 0 0 0 1 2 3 4 20 0 1 0 12345 99 0";
            assert_eq!(cpu_ms(stat), Some(100));
            assert_eq!(cpu_ms(b"cut"), None);
        }

        #[test]
        fn work_of_this_process_is_seen() {
            let own = i32::try_from(std::process::id()).unwrap();
            let before = pulse(own).unwrap();
            let mut sum = 0_u64;
            let used = loop {
                sum = (0..1_000_000).fold(sum, |sum: u64, n| sum.rotate_left(3) ^ n);
                let used = pulse(own).unwrap().cpu_ms - before.cpu_ms;
                if used >= 20 {
                    break used;
                }
            };
            assert!(used < 60_000 && sum != 1);
            assert!(before.io_bytes.is_some_and(|bytes| bytes > 0));
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use conductor_engine::detect::Pulse;

    pub(super) fn pulse(_root: i32) -> Option<Pulse> {
        None
    }
}
