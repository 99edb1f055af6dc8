//! The one place of this crate that looks at a clock. Everything that decides gets time as an input; only what
//! measures or stamps what happened outside asks here.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};

/// The time of day, for stamps on what is recorded: as exact as the databases keep it, so that what is in memory and
/// what is read back are the same.
#[expect(clippy::disallowed_methods, reason = "the one clock of the crate")]
pub fn now() -> Timestamp {
    kept(Timestamp::now())
}

/// Cut to microseconds.
fn kept(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

/// Measures how long something took, unmoved by changes of the time of day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the crate")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    /// One that began earlier; for tests of what takes long.
    #[cfg(test)]
    pub(crate) fn began_before(time: std::time::Duration) -> Self {
        let Self(now) = Self::start();
        Self(now.checked_sub(time).unwrap_or(now))
    }

    pub(crate) fn elapsed_ms(self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// The time of one driver. The time of day may be set back or forth under it; what it tells never goes back, and
/// goes on at least as fast as time really passes. So a pause of a second is never one of hours.
#[derive(Debug)]
pub(crate) struct SteadyClock {
    told: Timestamp,
    since: Stopwatch,
}

impl SteadyClock {
    /// Begins now, or at `not_before` where that is later: what was written down by a clock that ran ahead is in
    /// the past all the same.
    pub(crate) fn begin(not_before: Option<Timestamp>) -> Self {
        let wall = now();
        Self { told: not_before.map_or(wall, |at| at.max(wall)), since: Stopwatch::start() }
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        let passed = SignedDuration::try_from(self.since.0.elapsed()).unwrap_or(SignedDuration::MAX);
        self.since = Stopwatch::start();
        self.told = later_of(self.told, passed, now());
        self.told
    }
}

fn later_of(told: Timestamp, passed: SignedDuration, wall: Timestamp) -> Timestamp {
    kept(told.checked_add(passed).unwrap_or(Timestamp::MAX).max(wall))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_that_jumps_takes_no_driver_back_and_makes_none_wait() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let second = SignedDuration::from_secs(1);
        assert_eq!(later_of(at(1000), second, at(1001)), at(1001));
        assert_eq!(later_of(at(1000), second, at(5000)), at(5000), "forth, or a machine that slept");
        assert_eq!(later_of(at(5000), second, at(1001)), at(5001), "back");
        assert_eq!(later_of(at(5001), second, at(5000)), at(5002), "set right again");
        assert_eq!(later_of(Timestamp::MAX, second, at(1)), kept(Timestamp::MAX));
        let ahead = at(40_000_000_000);
        let mut clock = SteadyClock::begin(Some(ahead));
        let first = clock.now();
        assert!(first >= ahead && clock.now() >= first);
    }
}
