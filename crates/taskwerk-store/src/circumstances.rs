//! Who gives a command, when, and where new identities come from.

use std::sync::Mutex;
use taskwerk_model::{Actor, Moment, Prefix, Session, Uid};
use uuid::{ContextV7, Uuid};

/// Tells the time.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Moment;
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where the store reads the clock")]
    fn now(&self) -> Moment {
        Moment::new(jiff::Timestamp::now())
    }
}

/// Makes identities of new tasks.
pub trait IdSource {
    /// An identity that no other task has.
    fn uid(&self, now: Moment) -> Uid;
}

/// UUIDs of version 7: in the order of time, and random.
#[derive(Debug, Default)]
pub struct RandomIds {
    context: Mutex<ContextV7>,
}

impl IdSource for RandomIds {
    fn uid(&self, now: Moment) -> Uid {
        let at = now.timestamp();
        let seconds = u64::try_from(at.as_second()).unwrap_or_default();
        let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
        // A counter survives a panic elsewhere unharmed.
        let context = self.context.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Uid::new(Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos)))
    }
}

/// Who gives a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The name that is written beside every change.
    pub actor: Actor,
    /// The session that the change belongs to.
    pub session: Option<Session>,
    /// The prefix of new ids.
    pub prefix: Prefix,
}
