//! Landing: it is so, or the target has moved.

use crate::effect::Outcome;
use crate::event::Event;
use crate::session::Run;

#[expect(clippy::wildcard_enum_match_arm, reason = "any other result is no answer; the effect stays wanted")]
pub(super) fn decide(run: &Run, outcome: Outcome) -> Vec<Event> {
    match outcome {
        Outcome::Landed { commit, tip } => vec![Event::Landed { run: run.id, commit, tip }],
        Outcome::Moved { tip } => vec![Event::Moved { run: run.id, tip }],
        _ => Vec::new(),
    }
}
