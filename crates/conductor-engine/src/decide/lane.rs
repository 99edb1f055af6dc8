//! What follows from how the lane stands: candidates that lost their ground, blame, tests to begin, work that a
//! person accepted before.

use jiff::Timestamp;

use crate::event::Event;
use crate::lane::View;
use crate::session::{Phase, Run, Session};

use super::gate;

pub(super) fn decide(s: &Session, now: Timestamp) -> Vec<Event> {
    let lane = View::of(s);
    let lost: Vec<Event> = lane.stack().filter_map(|run| lost_ground(&lane, run)).collect();
    if !lost.is_empty() {
        return lost;
    }
    if let Some(run) = lane.to_blame()
        && let Some((evidence, summary)) = run.red.clone()
    {
        return gate::suspected(s, now, run, evidence, summary);
    }
    let begun = lane.next_tests().into_iter().map(|run| Event::GatesBegun { run });
    begun.chain(lane.stack().filter_map(|run| accepted_before(&lane, run))).collect()
}

fn lost_ground(lane: &View<'_>, run: &Run) -> Option<Event> {
    if lane.is_displaced(run) {
        Some(Event::Displaced { run: run.id })
    } else if lane.is_uncovered(run) {
        Some(Event::Uncovered { run: run.id })
    } else {
        None
    }
}

/// A person has looked at this work already; the gates have now confirmed it on the new tree.
fn accepted_before(lane: &View<'_>, run: &Run) -> Option<Event> {
    let by = run.accepted_by.clone()?;
    let due = matches!(run.phase, Phase::Deciding(_)) && lane.is_at_head(run);
    due.then_some(Event::Accepted { run: run.id, by: Some(by) })
}
