//! Landing: it is so, or the target has moved.

use crate::effect::Outcome;
use crate::event::Event;
use crate::session::{HoldKind, Run, Session};

use super::{first_line, hold};

#[expect(clippy::wildcard_enum_match_arm, reason = "any other result is no answer; the effect stays wanted")]
pub(super) fn decide(s: &Session, run: &Run, outcome: Outcome) -> Vec<Event> {
    match outcome {
        Outcome::Landed { commit, tip } => vec![Event::Landed { run: run.id, commit, tip }],
        Outcome::Moved { tip } => vec![Event::Moved { run: run.id, tip }],
        Outcome::Hindered { why } => {
            vec![hold(s, run, HoldKind::Approval, first_line(&why).to_owned(), why)]
        }
        _ => Vec::new(),
    }
}
