//! How long to wait before something is tried again.
//!
//! Pauses double up to a longest one, and are spread by half of themselves to either side, so that many that
//! failed together do not come back together. The spread is a function of the run and of how often it has
//! waited: the engine takes no chance from outside.

use jiff::{SignedDuration, Timestamp};

use crate::ids::RunId;

/// What is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// An effect that could not be done: a disk, a lock, a store.
    Effect,
    /// An attempt that failed by its surroundings: a network, a server.
    Transient,
    /// A provider's limit that does not say until when.
    RateLimit,
}

impl Class {
    /// The first pause and the longest.
    fn bounds(self) -> (SignedDuration, SignedDuration) {
        match self {
            Self::Effect => (SignedDuration::from_secs(1), SignedDuration::from_mins(5)),
            Self::Transient => (SignedDuration::from_secs(4), SignedDuration::from_mins(5)),
            Self::RateLimit => (SignedDuration::from_mins(1), SignedDuration::from_mins(30)),
        }
    }
}

/// The longest time that is added to the moment at which a provider says that it lets through again.
const RESET_SPREAD: SignedDuration = SignedDuration::from_secs(30);

/// The pause before the `times`th try after a failure, counted from 1.
pub(crate) fn pause(class: Class, run: RunId, times: u32) -> SignedDuration {
    let (first, longest) = class.bounds();
    let factor = 1_i32.checked_shl(times.saturating_sub(1).min(20)).unwrap_or(i32::MAX);
    let plain = first.checked_mul(factor).unwrap_or(longest).min(longest);
    let permille = 500 + spread(run, times, class as u64) % 1001;
    let spread_out = plain.as_millis().saturating_mul(i128::from(permille)) / 1000;
    SignedDuration::from_millis(i64::try_from(spread_out).unwrap_or(i64::MAX)).min(longest)
}

/// When to come back to a provider that says when it lets through again: a little later, and not all at once.
pub(crate) fn after_reset(run: RunId, reset: Timestamp, times: u32) -> Timestamp {
    let most = u64::try_from(RESET_SPREAD.as_millis()).unwrap_or(0);
    let extra = SignedDuration::from_millis(i64::try_from(spread(run, times, 7) % (most + 1)).unwrap_or(0));
    later(reset, extra)
}

/// A moment after `at`; the end of time when there is none.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// FNV-1a over what tells the waits apart.
fn spread(run: RunId, times: u32, class: u64) -> u64 {
    let words = [run.session.0, run.number, u64::from(times), class];
    words
        .iter()
        .flat_map(|w| w.to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::SessionId;

    #[test]
    fn pauses_double_stay_bounded_and_differ_between_runs() {
        let run = |number| RunId { session: SessionId(1), number };
        for class in [Class::Effect, Class::Transient, Class::RateLimit] {
            let (first, longest) = class.bounds();
            for times in 1_u32..70 {
                let factor = 1_i32 << times.min(20).saturating_sub(1);
                let plain = first.saturating_mul(factor).min(longest);
                let got = pause(class, run(1), times);
                assert!(
                    got >= plain / 2 && got <= (plain + plain / 2).min(longest),
                    "{class:?} {times} {got:?}"
                );
                assert_eq!(got, pause(class, run(1), times), "the same wait is the same");
            }
            let all: std::collections::BTreeSet<_> = (0..50).map(|n| pause(class, run(n), 2)).collect();
            assert!(all.len() > 25, "{class:?}: fifty runs come back at {} moments", all.len());
        }
        let reset = Timestamp::from_second(1_000_000).unwrap();
        let back = after_reset(run(3), reset, 1);
        assert!(back >= reset && back <= reset + RESET_SPREAD);
        assert_eq!(after_reset(run(3), Timestamp::MAX, 1), Timestamp::MAX);
    }
}
