//! The same error again: of the same action, or of the same kind of action at the same files.

use super::action::Action;
use super::{Verdict, VerdictKind};

/// How often the same action with the same error is a loop. From OpenHands' stuck detector (same action and an error,
/// three times); there any error counts, here the same one, since an error that changes tells the agent something.
const MOST: usize = 3;

/// How often an action of one kind at the same files, in whatever words, may fail with the same error: an edit that never
/// fits. One more than for the same result, since each try is another one.
const MOST_AT_PLACE: usize = 5;

/// An error, and how often it came in a row.
#[derive(Debug, Default)]
struct Streak {
    last: Option<u64>,
    events: Vec<u64>,
}

impl Streak {
    fn see(&mut self, error: Option<u64>, event: u64) -> usize {
        if error.is_none() || error != self.last {
            self.last = error;
            self.events.clear();
        }
        if error.is_some() && self.events.len() <= super::MOST_SEEN {
            self.events.push(event);
        }
        self.events.len()
    }
}

/// Counts errors in a row.
#[derive(Debug, Default)]
pub(super) struct SameError {
    action: Streak,
    place: Streak,
}

impl SameError {
    pub(super) fn see(&mut self, action: &Action) -> Option<Verdict> {
        let failed = action.same.filter(|_| action.failed && !action.waits);
        let verdict = |why: String, streak: &Streak| {
            let events = streak.events.iter().copied();
            Some(Verdict::new(VerdictKind::SameError, streak.events.len(), why, events))
        };
        let title = &action.title;
        let place = self.place.see(action.failed_at, action.event);
        if self.action.see(failed, action.event) == MOST {
            let why = format!("it did the same {MOST} times in a row, with the same error: {title}");
            return verdict(why, &self.action);
        }
        if place == MOST_AT_PLACE {
            let why =
                format!("it met the same error {MOST_AT_PLACE} times in a row at the same place: {title}");
            return verdict(why, &self.place);
        }
        None
    }
}
