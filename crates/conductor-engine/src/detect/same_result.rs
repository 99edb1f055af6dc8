//! The same action with the same result, one after the other.

use super::action::Action;
use super::{Verdict, VerdictKind};

/// How often the same action with the same result is a loop. From OpenHands' stuck detector (same action and same
/// observation, four times).
const MOST: usize = 4;

/// The same for an action that waits for something. A look every thirty seconds may go on for a quarter of an hour: half
/// of the usual working time of an attempt.
const MOST_WAITING: usize = 30;

/// The same for a tool of which nobody knows what it does: it may press a key, and the next press may do something.
const MOST_VAGUE: usize = 12;

/// Counts how often the last action came in a row.
#[derive(Debug, Default)]
pub(super) struct SameResult {
    last: Option<u64>,
    events: Vec<u64>,
    times: usize,
}

impl SameResult {
    pub(super) fn see(&mut self, action: &Action) -> Option<Verdict> {
        if action.same.is_none() || action.same != self.last {
            self.last = action.same;
            self.times = 0;
            self.events.clear();
        }
        self.times += 1;
        if self.events.len() >= super::MOST_SEEN {
            self.events.remove(0);
        }
        self.events.push(action.event);
        let most = if action.waits {
            MOST_WAITING
        } else if action.vague {
            MOST_VAGUE
        } else {
            MOST
        };
        (action.same.is_some() && self.times == most).then(|| {
            let why =
                format!("it did the same {most} times in a row, with the same result: {}", action.title);
            Verdict::new(VerdictKind::SameResult, most, why, self.events.iter().copied())
        })
    }
}
