//! What a schedule is made of, and the two seams of the driver in memory.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use conductor_engine::effect::{Effect, EffectKey};
use conductor_engine::event::Recorded;
use conductor_engine::ids::SessionId;
use conductor_engine::session::{Rules, Session};
use conductor_host::driver::{Journal, Perform};
use jiff::{SignedDuration, Timestamp};

use super::dice::Dice;

/// How a schedule is made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What chance begins with.
    pub seed: u64,
    /// How many tasks.
    pub tasks: u64,
    /// How many runs at once.
    pub jobs: usize,
    /// Out of a thousand effects, how many go wrong in some way.
    pub faults: u64,
    /// How many turns the world is unkind before everything must come to rest.
    pub unkind_turns: u64,
}

impl Plan {
    /// A schedule of moderate size for `seed`.
    pub fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            seed,
            tasks: 1 + dice.roll(6),
            jobs: usize::try_from(1 + dice.roll(3)).expect("a small number"),
            faults: dice.roll(300),
            unkind_turns: 20 + dice.roll(150),
        }
    }
}

/// What came of a schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Turns of the driver.
    pub turns: u64,
    /// Events written.
    pub events: u64,
    /// Deaths of the driver.
    pub crashes: u64,
    /// Answers that came late or twice.
    pub stale_answers: u64,
    /// Effects that failed.
    pub failures: u64,
}

/// Rows in memory; they survive the driver.
#[derive(Debug, Clone, Default)]
pub(super) struct MemoryJournal(pub(super) Rc<RefCell<Vec<Recorded>>>);

impl Journal for MemoryJournal {
    type Error = Infallible;

    fn append(&mut self, _: SessionId, rows: &[Recorded], _: &Session) -> Result<(), Infallible> {
        self.0.borrow_mut().extend_from_slice(rows);
        Ok(())
    }
}

/// What has been started and when it is due.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) key: EffectKey,
    pub(super) effect: Effect,
    pub(super) due: Timestamp,
    pub(super) cancelled: bool,
}

/// Takes orders; the simulator carries them out when they are due.
#[derive(Debug, Clone, Default)]
pub(super) struct Orders(pub(super) Rc<RefCell<OrderBook>>);

#[derive(Debug, Default)]
pub(super) struct OrderBook {
    pub(super) new: Vec<(EffectKey, Effect)>,
    pub(super) cancelled: Vec<EffectKey>,
}

impl Perform for Orders {
    fn start(&mut self, key: EffectKey, effect: Effect) {
        self.0.borrow_mut().new.push((key, effect));
    }

    fn cancel(&mut self, key: EffectKey) {
        self.0.borrow_mut().cancelled.push(key);
    }
}

pub(super) fn rules(jobs: usize) -> Rules {
    Rules {
        jobs,
        max_tasks: None,
        max_consecutive_failures: 3,
        max_task_duration: SignedDuration::from_mins(30),
        auto_commit: true,
        only: None,
        agent: "simulated".to_owned(),
        first_hold: 1,
    }
}
