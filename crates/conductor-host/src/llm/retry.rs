//! Asking again where that helps.

use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::{Answer, Calls, Model, ModelError, Question};

/// The pause before the second try; each one after that is twice as long.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// How pauses are made.
pub trait Pause: std::fmt::Debug + Send + Sync {
    /// Waits so long, or until the calls are to end.
    fn pause(&self, time: Duration, calls: &Calls);
}

/// Real pauses.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealPause;

impl Pause for RealPause {
    fn pause(&self, time: Duration, calls: &Calls) {
        /// How long until it is seen that nobody waits any more.
        const LOOK: Duration = Duration::from_millis(100);
        let watch = crate::clock::Stopwatch::start();
        let whole = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        while !calls.is_ending() {
            let left = whole.saturating_sub(watch.elapsed_ms());
            if left == 0 {
                break;
            }
            std::thread::park_timeout(LOOK.min(Duration::from_millis(left)));
        }
    }
}

/// Asks until there is an answer, or an error that does not pass by itself. `seed` makes pauses differ between questions
/// that were asked at the same time, so that they do not all come back at once.
///
/// # Errors
/// The last error.
pub fn ask(
    model: &dyn Model,
    question: &Question,
    seed: &str,
    calls: &Calls,
    pause: &dyn Pause,
) -> Result<Answer, ModelError> {
    let mut tries = 0;
    loop {
        if calls.is_ending() {
            return Err(ModelError::Stopped);
        }
        tries += 1;
        let error = match model.ask(question, calls) {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        match error.wait() {
            Some(least) if tries < error.tries() && !calls.is_ending() => {
                pause.pause(backoff(tries, seed).max(least), calls);
            }
            Some(_) | None => return Err(error),
        }
    }
}

/// The pause after so many tries, from half of the usual to all of it.
fn backoff(tries: u32, seed: &str) -> Duration {
    let usual = FIRST.saturating_mul(1 << (tries - 1).min(10)).min(LONGEST);
    let digest = Sha256::digest(format!("{seed} {tries}"));
    let share = u32::from(digest.first().copied().unwrap_or_default());
    usual / 2 + usual * share / 512
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_differ() {
        for tries in 1..12 {
            let usual = FIRST.saturating_mul(1 << (tries - 1)).min(LONGEST);
            let pause = backoff(tries, "a");
            assert!(pause >= usual / 2 && pause <= usual, "{tries}: {pause:?}");
        }
        assert_ne!(backoff(3, "a"), backoff(3, "b"));
        assert_eq!(backoff(3, "a"), backoff(3, "a"));
    }
}
