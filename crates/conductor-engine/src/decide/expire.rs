//! What nobody answers is closed: an open hold that has waited as long as it may ends its run.

use jiff::{SignedDuration, Timestamp};

use crate::backoff::later;
use crate::event::Event;
use crate::session::{Phase, Run, Session, Status};

/// The end of a run whose hold has waited too long. Work is kept as with any other rejection.
pub(super) fn decide(s: &Session, now: Timestamp, run: &Run) -> Option<Event> {
    let Phase::Held(hold) = run.phase else { return None };
    let within = s.rules.hold_deadline?;
    let due = hold_closes(s, run)? <= now;
    due.then(|| Event::HoldExpired {
        run: run.id,
        hold,
        why: format!("nobody answered hold {hold} within {}", in_words(within)),
    })
}

/// When the hold on which `run` waits is closed, if it is by the clock. A session that was given up is left as it is.
pub(crate) fn hold_closes(s: &Session, run: &Run) -> Option<Timestamp> {
    let Phase::Held(hold) = run.phase else { return None };
    if matches!(s.status, Status::Failed { .. }) {
        return None;
    }
    Some(later(s.holds.get(&hold)?.opened_at, s.rules.hold_deadline?))
}

/// A length of time in whole seconds, `8h` or `1h30m`.
pub(super) fn in_words(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let words: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if words.is_empty() { "0s".to_owned() } else { words }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_in_words() {
        let cases =
            [(0, "0s"), (59, "59s"), (60, "1m"), (28_800, "8h"), (5_400, "1h30m"), (90_061, "25h1m1s")];
        for (seconds, expected) in cases {
            assert_eq!(in_words(SignedDuration::from_secs(seconds)), expected);
        }
    }
}
