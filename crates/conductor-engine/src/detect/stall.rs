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
    /// Bytes read and written, wherever: files, pipes, connections.
    pub io_bytes: u64,
    /// How many processes there are.
    pub processes: u32,
}

/// What is known of a silent agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// For how long it has said nothing.
    pub silent: Duration,
    /// After how much silence it is looked at.
    pub limit: Duration,
    /// Whether a tool is under way.
    pub in_tool: bool,
    /// What its processes used in that silence; `None` where it is not known.
    pub used: Option<Pulse>,
}

/// How much longer than without a tool a tool may be silent that uses nothing at all: it may wait for something far away.
/// Nobody's constant; kills of healthy builds are what users complain of most.
const IN_TOOL: u32 = 3;

/// The share of one processor, in thousandths, below which processes only wait: timers, and an event loop that turns.
/// Nobody's constant.
const WORKS_PERMILLE: u64 = 20;

/// The bytes a second below which connections are only kept alive, and nothing is fetched or written.
const MOVES_BYTES: u64 = 512;

/// Whether it is at a standstill. Never while its processes work; while a tool is under way only where it is known that
/// they do nothing. Who waits for a model without a tool is given the limit and no more, as its processes do nothing
/// then either way.
pub fn is_idle(idle: &Idle) -> bool {
    if idle.silent < idle.limit {
        return false;
    }
    let Some(used) = idle.used else { return !idle.in_tool };
    let seconds = idle.silent.as_secs().max(1);
    let works = used.cpu_ms > seconds.saturating_mul(WORKS_PERMILLE);
    let moves = used.io_bytes > seconds.saturating_mul(MOVES_BYTES);
    if idle.in_tool { !works && !moves && idle.silent >= idle.limit.saturating_mul(IN_TOOL) } else { !works }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_a_stall_only_where_nothing_works() {
        let minutes = |n: u64| Duration::from_secs(60 * n);
        let pulse = |cpu_ms, io_bytes| Some(Pulse { cpu_ms, io_bytes, processes: 3 });
        // Silent for so many minutes of ten, in a tool, what was used, whether it stands still.
        let table = [
            ("it was heard a moment ago", 9, false, pulse(0, 0), false),
            ("a model does not answer", 10, false, pulse(900, 20_000), true),
            ("nothing is known but silence", 10, false, None, true),
            ("nothing is known of a tool", 600, true, None, false),
            ("a build", 60, true, pulse(3_000_000, 9_000_000), false),
            ("a build without a tool that was told", 11, false, pulse(300_000, 0), false),
            ("a download", 40, true, pulse(2_000, 900_000_000), false),
            ("a wait for something far away", 29, true, pulse(100, 500), false),
            ("a tool that does nothing at all", 30, true, pulse(100, 500), true),
            ("an editor that waits for a key", 45, true, pulse(0, 0), true),
        ];
        for (what, silent, in_tool, used, expected) in table {
            let idle = Idle { silent: minutes(silent), limit: minutes(10), in_tool, used };
            assert_eq!(is_idle(&idle), expected, "{what}");
        }
    }
}
