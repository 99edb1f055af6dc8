//! The steps of holding and of ending.

use crate::effect::{Outcome, Verb};
use crate::event::Event;
use crate::session::{Phase, Run};

pub(super) fn decide(run: &Run, verb: Verb, outcome: Outcome) -> Vec<Event> {
    let step = |note| Event::StepDone { run: run.id, verb, note };
    let event = match (verb, outcome) {
        (Verb::Snapshot, Outcome::Snapshot { number, commit, tree }) => {
            Event::Snapshotted { run: run.id, number, commit, tree }
        }
        (Verb::Stop, Outcome::Done) if matches!(run.phase, Phase::Stopping(_)) => {
            Event::Stopped { run: run.id }
        }
        (_, Outcome::Done) => step(None),
        (_, Outcome::Lost { why }) => step(Some(why)),
        (Verb::Tidy, Outcome::Tidied { kept }) => step(kept),
        _ => return Vec::new(),
    };
    vec![event]
}

/// A step that may be left out: what it was about is kept and said.
pub(super) fn skipped(run: &Run, verb: Verb, message: String) -> Vec<Event> {
    vec![Event::StepDone { run: run.id, verb, note: Some(message) }]
}
