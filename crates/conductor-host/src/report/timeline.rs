//! When agents worked, tests ran and people were waited for.

use std::collections::BTreeMap;

use conductor_engine::event::{Event, Recorded};
use conductor_engine::ids::RunId;
use conductor_engine::session::Session;
use jiff::Timestamp;

use super::words::seconds;
use crate::forecast::{Bar, BarKind, Timeline};

/// What took time in a session, each in a row of its kind that is free then. Times are seconds from `began`; what goes on
/// still ends at `until`.
pub fn timeline(session: &Session, rows: &[Recorded], began: Timestamp, until: Timestamp) -> Timeline {
    let mut open: BTreeMap<(RunId, BarKind), u64> = BTreeMap::new();
    let mut spans: Vec<(BarKind, u64, u64, RunId)> = Vec::new();
    for row in rows {
        let at = seconds(began, row.at);
        let Some(run) = row.event.run() else { continue };
        for kind in ends(&row.event) {
            if let Some(begin) = open.remove(&(run, *kind)) {
                spans.push((*kind, begin, at, run));
            }
        }
        if let Some(kind) = begins(&row.event) {
            open.insert((run, kind), at);
        }
    }
    let finish = seconds(began, until);
    spans.extend(open.into_iter().map(|((run, kind), begin)| (kind, begin, finish.max(begin), run)));
    spans.sort_unstable();
    let mut free: BTreeMap<BarKind, Vec<u64>> = BTreeMap::new();
    let bar = |(kind, begin, end, run): (BarKind, u64, u64, RunId)| {
        let rows = free.entry(kind).or_default();
        let row = rows.iter().position(|free| *free <= begin).unwrap_or_else(|| {
            rows.push(0);
            rows.len() - 1
        });
        rows[row] = end;
        Bar { task: name(session, run), kind, row, begin, end }
    };
    let mut bars: Vec<Bar> = spans.into_iter().map(bar).collect();
    bars.sort_by_key(|bar| (bar.begin, bar.kind, bar.row));
    Timeline { finish, bars }
}

pub(super) fn name(session: &Session, run: RunId) -> String {
    let task = session.runs.get(&run).and_then(|run| session.tasks.get(&run.task));
    task.map_or_else(|| run.to_string(), |task| task.id.clone())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else takes time that is told")]
fn begins(event: &Event) -> Option<BarKind> {
    match event {
        Event::AttemptBegun { .. } => Some(BarKind::Attempt),
        Event::GatesBegun { .. } => Some(BarKind::Test),
        Event::HoldOpened { .. } => Some(BarKind::Hold),
        _ => None,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else ends what takes time")]
fn ends(event: &Event) -> &'static [BarKind] {
    match event {
        Event::AttemptEnded { .. } => &[BarKind::Attempt],
        Event::GatesPassed { .. }
        | Event::GatesFailed { .. }
        | Event::GatesRed { .. }
        | Event::GatesRetried { .. }
        | Event::Displaced { .. }
        | Event::Uncovered { .. } => &[BarKind::Test],
        Event::Requeued { .. } | Event::HoldExpired { .. } => &[BarKind::Hold],
        // Whatever went on is over, and a new hold takes over from an old one.
        Event::Ending { .. } | Event::Ended { .. } => &[BarKind::Attempt, BarKind::Test, BarKind::Hold],
        Event::HoldOpened { .. } => &[BarKind::Attempt, BarKind::Test],
        _ => &[],
    }
}
