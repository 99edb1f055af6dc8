//! When the engine wants to be told that time has passed.

use jiff::Timestamp;

use crate::decide::{hold_closes, may_wake, time_runs_out};
use crate::session::{Phase, Session};

/// The next moment at which a tick can change something; `None` when only other inputs can.
pub fn next_deadline(s: &Session) -> Option<Timestamp> {
    let waits = s.open_runs().any(|run| matches!(run.phase, Phase::Waiting { .. }));
    let can_wake = waits && may_wake(s);
    s.open_runs()
        .filter_map(|run| {
            let phase = match &run.phase {
                // Without a free slot it cannot wake, and what frees a slot is an input of its own.
                Phase::Waiting { until, .. } if can_wake => Some(*until),
                Phase::Held(_) => hold_closes(s, run),
                Phase::Waiting { .. }
                | Phase::Working(_)
                | Phase::Queued
                | Phase::Preparing
                | Phase::Collecting
                | Phase::Gating(_)
                | Phase::Deciding(_)
                | Phase::Landing(_)
                | Phase::Stopping(_)
                | Phase::Ended(_) => None,
            };
            match (phase, run.asleep_until) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            }
        })
        .chain(time_runs_out(s))
        .min()
}
