//! Whether an agent that says nothing does nothing: silence together with what its processes do.
//!
//! Silence alone says little: a build prints nothing for half an hour, a model thinks for minutes, and both look like a
//! dead connection. So where the machine tells what the processes of an agent use, that is looked at too.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What the processes of an agent have used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pulse {
    /// Processor time, in milliseconds.
    pub cpu_ms: u64,
    /// Bytes read and written, wherever: files, pipes, connections; `None` where that is not told.
    pub io_bytes: Option<u64>,
    /// How many processes there are.
    pub processes: u32,
}

impl Pulse {
    /// What was used since `before`.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        Self {
            cpu_ms: self.cpu_ms.saturating_sub(before.cpu_ms),
            io_bytes: self.io_bytes.zip(before.io_bytes).map(|(now, then)| now.saturating_sub(then)),
            processes: self.processes,
        }
    }
}

/// What is known of an agent of which nothing is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// For how long it has said nothing, and its processes have done nothing where that is known.
    pub idle: Duration,
    /// After how much silence it is taken to stand still.
    pub limit: Duration,
    /// Whether a tool is under way.
    pub in_tool: bool,
    /// Whether it is known what its processes do.
    pub known: bool,
}

/// How much longer than without a tool a tool may be silent that uses nothing at all: it may wait for something far away.
/// Nobody's constant; kills of healthy builds are what users complain of most.
const IN_TOOL: u32 = 3;

/// The share of one processor, in thousandths, below which processes only wait: timers, and an event loop that turns.
/// Nobody's constant.
const WORKS_PERMILLE: u128 = 20;

/// The least processor time that counts, in milliseconds: a few ticks of the kernel's clock, however short the look.
const LEAST_CPU_MS: u64 = 30;

/// The bytes a second below which connections are only kept alive, and nothing is fetched or written.
const MOVES_BYTES: u64 = 512;

/// Whether processes that used this did something in that time. Bytes count only for a tool: an agent without one keeps
/// a connection alive, whether or not anybody answers at its other end.
pub fn is_at_work(used: &Pulse, time: Duration, in_tool: bool) -> bool {
    let most = u64::try_from(time.as_millis() * WORKS_PERMILLE / 1000).unwrap_or(u64::MAX);
    let works = used.cpu_ms > most.max(LEAST_CPU_MS);
    let bytes = time.as_secs().max(1).saturating_mul(MOVES_BYTES);
    works || (in_tool && used.io_bytes.is_none_or(|moved| moved > bytes))
}

/// Whether it stands still. While a tool is under way only where it is known that nothing is done; who waits for a model
/// without a tool is given the limit and no more, as its processes do nothing either way.
pub fn is_idle(idle: &Idle) -> bool {
    let limit = if idle.in_tool { idle.limit.saturating_mul(IN_TOOL) } else { idle.limit };
    idle.idle >= limit && (idle.known || !idle.in_tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_a_stall_only_where_nothing_works() {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let table = [
            ("it was heard a moment ago", 9, false, true, false),
            ("a model does not answer", 10, false, true, true),
            ("nothing is known but silence", 10, false, false, true),
            ("nothing is known of a tool", 600, true, false, false),
            ("a wait for something far away", 29, true, true, false),
            ("a tool that does nothing at all", 30, true, true, true),
        ];
        for (what, silent, in_tool, known, expected) in table {
            let idle = Idle { idle: minutes(silent), limit: minutes(10), in_tool, known };
            assert_eq!(is_idle(&idle), expected, "{what}");
        }
    }

    #[test]
    fn work_is_told_from_waiting() {
        let table = [
            ("a build", 9_000, Some(0), true, true),
            ("a build without a tool that was told", 2_000, Some(0), false, true),
            ("timers of an agent that waits", 150, Some(0), false, false),
            ("a connection that is kept alive", 10, Some(100_000), false, false),
            ("a download", 10, Some(10_000_000), true, true),
            ("a tool that waits for a key", 0, Some(0), true, false),
            ("a tool of which bytes are not told", 0, None, true, true),
        ];
        for (what, cpu_ms, io_bytes, in_tool, expected) in table {
            let used = Pulse { cpu_ms, io_bytes, processes: 3 };
            assert_eq!(is_at_work(&used, Duration::from_secs(10), in_tool), expected, "{what}");
        }
    }
}
