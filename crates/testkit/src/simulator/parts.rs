//! What a schedule is made of, and the two seams of the driver in memory.

use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

use conductor_engine::effect::{Effect, EffectKey};
use conductor_engine::event::{Event, EventTag, Recorded};
use conductor_engine::ids::SessionId;
use conductor_engine::session::{LaneRules, Rules, Session, SessionOutcome, Step};
use conductor_host::driver::{Journal, Perform};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::dice::Dice;

/// How a schedule is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What chance begins with.
    pub seed: u64,
    /// How many tasks.
    pub tasks: u64,
    /// How many runs at once.
    pub jobs: usize,
    /// Out of a thousand effects, how many go wrong in some way.
    pub faults: u64,
    /// How many agents at once, when that is another number.
    pub agent_jobs: Option<usize>,
    /// How candidates are tested.
    pub lane: LaneRules,
    /// How many minutes a hold waits for a person, when not for ever.
    pub hold_minutes: Option<u64>,
    /// How many turns the world is unkind before everything must come to rest.
    pub unkind_turns: u64,
}

impl Plan {
    /// A schedule of moderate size for `seed`.
    pub fn from_seed(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        Self {
            seed,
            tasks: 1 + dice.roll(10),
            jobs: small(1 + dice.roll(5)),
            agent_jobs: (dice.roll(4) == 0).then(|| small(1 + dice.roll(2))),
            lane: LaneRules { at_once: small(1 + dice.roll(3)), batch: small(1 + dice.roll(4)) },
            faults: dice.roll(300),
            unkind_turns: 20 + dice.roll(150),
            hold_minutes: (dice.roll(3) == 0).then(|| 10 + dice.roll(600)),
        }
    }
}

fn small(n: u64) -> usize {
    usize::try_from(n).expect("a small number")
}

/// What came of a schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Inputs that the engine was told, with one tick for each turn.
    pub steps: u64,
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
    /// Candidates that lost what they stood on.
    pub displaced: u64,
    /// Failed tests of which it was not known at once who is to blame.
    pub red: u64,
    /// Runs that another's test stood for.
    pub covered: u64,
    /// Conflicts that went back to an agent.
    pub conflicts: u64,
    /// Holds that nobody answered in time.
    pub expired: u64,
    /// Steps of the ladder that were taken.
    pub stuck: u64,
    /// Times that a session ran out of time with work left.
    pub late: u64,
}

impl Report {
    /// Adds another schedule's.
    pub fn add(&mut self, other: &Self) {
        self.steps += other.steps;
        self.turns += other.turns;
        self.events += other.events;
        self.crashes += other.crashes;
        self.stale_answers += other.stale_answers;
        self.failures += other.failures;
        self.displaced += other.displaced;
        self.red += other.red;
        self.covered += other.covered;
        self.conflicts += other.conflicts;
        self.expired += other.expired;
        self.stuck += other.stuck;
        self.late += other.late;
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only these are counted")]
    pub(super) fn count(&mut self, event: &Event) {
        let count = match event.tag() {
            EventTag::Displaced => &mut self.displaced,
            EventTag::GatesRed => &mut self.red,
            EventTag::Conflicted => &mut self.conflicts,
            EventTag::HoldExpired => &mut self.expired,
            EventTag::Stuck => &mut self.stuck,
            EventTag::SessionCompleted
                if matches!(event, Event::SessionCompleted { outcome: SessionOutcome::Limit }) =>
            {
                &mut self.late
            }
            EventTag::GatesPassed if matches!(event, Event::GatesPassed { by: Some(_), .. }) => {
                &mut self.covered
            }
            _ => return,
        };
        *count += 1;
    }
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

pub(super) fn rules(plan: &Plan) -> Rules {
    let minutes = |minutes| i64::try_from(minutes).expect("a small number");
    Rules {
        agent_jobs: plan.agent_jobs,
        lane: plan.lane,
        ladder: Step::ALL.to_vec(),
        other_agents: vec!["another".to_owned()],
        // Some sessions run out of time again and again, until a person has taken them up often enough.
        max_time: plan.seed.is_multiple_of(3).then(|| SignedDuration::from_hours(3)),
        hold_deadline: plan.hold_minutes.map(|m| SignedDuration::from_mins(minutes(m))),
        ..Rules::new("simulated", plan.jobs)
    }
}
