//! The one place of this crate that looks at a clock. Everything that decides gets time as an input; only what
//! measures or stamps what happened outside asks here.

use std::time::Instant;

use jiff::Timestamp;

/// The time of day, for stamps on what is recorded.
#[expect(clippy::disallowed_methods, reason = "the one clock of the crate")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// Measures how long something took, unmoved by changes of the time of day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(clippy::disallowed_methods, reason = "the one clock of the crate")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed_ms(self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
