//! Whether an agent that says nothing does nothing: its processes are looked at while it is silent, and only then.

use std::time::Duration;

use conductor_engine::detect::{Idle, Pulse, Verdict, VerdictKind, is_at_work, is_idle};

use crate::clock::Stopwatch;

/// The longest time between two looks. A look reads the process table.
const LOOK: Duration = Duration::from_secs(10);

/// The shortest.
const BRIEF: Duration = Duration::from_millis(50);

/// One silence.
#[derive(Debug)]
struct Silence {
    /// Since when it has done nothing.
    since: Stopwatch,
    /// What had been used then.
    before: Option<Pulse>,
    looked: Stopwatch,
    idle: bool,
}

/// The silence that goes on, if one does.
#[derive(Debug, Default)]
pub(super) struct Quiet(Option<Silence>);

impl Quiet {
    /// Whether it stands still now, that has been silent for so long and may be for `limit`.
    pub(super) fn looks_idle(
        &mut self,
        (silent, limit): (Duration, Duration),
        in_tool: bool,
        pulse: impl FnOnce() -> Option<Pulse>,
    ) -> bool {
        let between = (limit / 20).clamp(BRIEF, LOOK);
        if silent < between {
            self.0 = None;
            return false;
        }
        let Some(silence) = &mut self.0 else {
            let since = Stopwatch::start();
            self.0 = Some(Silence { since, before: pulse(), looked: since, idle: false });
            return false;
        };
        if elapsed(silence.looked) >= between {
            let now = pulse();
            let used = now.zip(silence.before).map(|(now, before)| now.since(before));
            let time = elapsed(silence.since);
            if used.is_some_and(|used| is_at_work(&used, time, in_tool)) {
                silence.since = Stopwatch::start();
                silence.before = now;
            }
            let idle = Idle { idle: elapsed(silence.since), limit, in_tool, known: used.is_some() };
            silence.idle = is_idle(&idle);
            silence.looked = Stopwatch::start();
        }
        silence.idle
    }
}

fn elapsed(since: Stopwatch) -> Duration {
    Duration::from_millis(since.elapsed_ms())
}

/// What is said of it.
pub(super) fn verdict(silent: Duration, in_tool: bool) -> Verdict {
    let tool = if in_tool { " within a tool" } else { "" };
    let why =
        format!("nothing was heard of it for {} s{tool}, and its processes did nothing", silent.as_secs());
    Verdict { kind: VerdictKind::Stall, times: 1, why, seen: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silence_begins_anew_when_something_was_heard_or_done() {
        let pulse = |cpu_ms| move || Some(Pulse { cpu_ms, io_bytes: Some(0), processes: 1 });
        let at = |ms| (Duration::from_millis(ms), Duration::from_millis(1_000));
        let mut quiet = Quiet::default();
        let long_ago = |quiet: &mut Quiet| {
            let silence = quiet.0.as_mut().unwrap();
            silence.looked = Stopwatch::began_before(BRIEF);
            silence.since = Stopwatch::began_before(Duration::from_secs(2));
        };
        assert!(!quiet.looks_idle(at(60), false, pulse(7_000)));
        assert!(!quiet.looks_idle(at(61), false, || panic!("looked again at once")));
        long_ago(&mut quiet);
        assert!(quiet.looks_idle(at(1_500), false, pulse(7_010)));
        assert!(!quiet.looks_idle(at(0), false, || panic!("it spoke")));
        assert!(!quiet.looks_idle(at(70), false, pulse(7_010)));
        long_ago(&mut quiet);
        assert!(!quiet.looks_idle(at(1_500), false, pulse(9_000)), "it works");
        long_ago(&mut quiet);
        assert!(quiet.looks_idle(at(3_000), false, pulse(9_000)), "it worked, and stopped");
        long_ago(&mut quiet);
        assert!(!quiet.looks_idle(at(2_000), true, pulse(9_000)), "a tool may be silent for longer");
    }
}
