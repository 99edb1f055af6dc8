//! One turn of the driver: inputs become events, events are written down, and what the state then wants is
//! started or cancelled. It is generic over where events are written and who does the work, so that the same
//! turn is run against the real world and against a simulated one.

use std::collections::{BTreeMap, BTreeSet};

use conductor_engine::attempt::{AttemptEnd, AttemptReport};
use conductor_engine::effect::{Effect, EffectKey, Outcome, Verb};
use conductor_engine::event::Recorded;
use conductor_engine::ids::{RunId, SessionId};
use conductor_engine::session::Session;
use conductor_engine::{Illegal, Input, apply, decide, next_deadline, wanted};
use jiff::Timestamp;
use thiserror::Error;

/// Where events are written down. Nothing is done before its event is durable.
pub trait Journal {
    /// What can go wrong.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Appends `rows`, which follow each other and the last row of the session, and with them whatever is
    /// read by others (`after` is the state that they lead to): all of it or nothing, durable on return.
    ///
    /// # Errors
    /// When it cannot be written, or another driver has written the same row before.
    fn append(&mut self, session: SessionId, rows: &[Recorded], after: &Session) -> Result<(), Self::Error>;
}

/// Who does the work. Results come back as inputs, at any later time, also after a cancellation.
pub trait Perform {
    /// Begins `effect`. The answer is an [`Input::Done`] with `key`.
    fn start(&mut self, key: EffectKey, effect: Effect);

    /// Asks the effect to end soon. It still answers.
    fn cancel(&mut self, key: EffectKey);
}

/// Why a turn failed. The driver must not go on: what it has in memory may not be what is written.
#[derive(Debug, Error)]
pub enum TurnError<E: std::error::Error + 'static> {
    /// The journal did not take the rows.
    #[error("failed to write the journal: {0}")]
    Journal(#[source] E),
    /// One thing leads to another without end.
    #[error("the engine never comes to rest, which is a defect of this program")]
    Restless,
    /// The engine decided something that its own table forbids.
    #[error("the engine contradicts itself, which is a defect of this program: {0}")]
    Illegal(#[from] Illegal),
}

/// More ticks than this without coming to rest is a defect of the engine.
const MOST_TICKS: usize = 10_000;

/// The state, and what is under way for it.
#[derive(Debug)]
pub struct Core<J, P> {
    session: Session,
    journal: J,
    perform: P,
    /// What was started and has not answered.
    in_flight: BTreeMap<RunId, EffectKey>,
    cancelled: BTreeSet<EffectKey>,
}

impl<J: Journal, P: Perform> Core<J, P> {
    /// Takes up a session as its journal left it. Nothing is under way yet; the first turn starts it.
    pub fn new(session: Session, journal: J, perform: P) -> Self {
        Self { session, journal, perform, in_flight: BTreeMap::new(), cancelled: BTreeSet::new() }
    }

    /// The state.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Where events are written.
    pub fn journal(&self) -> &J {
        &self.journal
    }

    /// Who does the work.
    pub fn perform(&self) -> &P {
        &self.perform
    }

    /// Who does the work, to be told something.
    pub fn perform_mut(&mut self) -> &mut P {
        &mut self.perform
    }

    /// When the next tick is due; `None` when only an input can change anything.
    pub fn next_deadline(&self) -> Option<Timestamp> {
        next_deadline(&self.session)
    }

    /// Whether nothing is under way.
    pub fn is_idle(&self) -> bool {
        self.in_flight.is_empty()
    }

    /// Whether the driver may end: the session rests and every effect has answered.
    pub fn is_finished(&self) -> bool {
        self.session.is_at_rest() && self.is_idle()
    }

    /// Tells the engine `inputs`, then the time, until nothing more follows; writes down what happened in one
    /// go; then starts and cancels effects. Returns what happened.
    ///
    /// # Errors
    /// When the journal does not take the events. Nothing was started then.
    pub fn turn(
        &mut self,
        now: Timestamp,
        inputs: impl IntoIterator<Item = Input>,
    ) -> Result<Vec<Recorded>, TurnError<J::Error>> {
        let mut rows = Vec::new();
        for input in inputs {
            if let Input::Done(key, _) = &input {
                self.answered(*key);
            }
            self.tell(now, input, &mut rows)?;
        }
        self.settle(now, &mut rows)?;
        if !rows.is_empty() {
            self.journal.append(self.session.id, &rows, &self.session).map_err(TurnError::Journal)?;
        }
        self.reconcile();
        Ok(rows)
    }

    /// Ticks until nothing more follows. An attempt that is to be cut short and is not even under way has ended.
    fn settle(&mut self, now: Timestamp, rows: &mut Vec<Recorded>) -> Result<(), TurnError<J::Error>> {
        for _ in 0..MOST_TICKS {
            let before = rows.len();
            self.tell(now, Input::Tick, rows)?;
            for (key, end) in self.cut_before_they_began() {
                let nothing = AttemptReport::nothing(end);
                self.tell(now, Input::Done(key, Outcome::Attempt(nothing)), rows)?;
            }
            if rows.len() == before {
                return Ok(());
            }
        }
        Err(TurnError::Restless)
    }

    fn cut_before_they_began(&self) -> Vec<(EffectKey, AttemptEnd)> {
        let cut = self.session.open_runs().filter_map(|run| Some((run, run.cut.clone()?)));
        cut.filter(|(run, _)| !self.in_flight.contains_key(&run.id))
            .map(|(run, end)| (EffectKey { run: Some(run.id), epoch: run.epoch, verb: Verb::Attempt }, end))
            .collect()
    }

    /// Applied in memory before it is durable: harmless, since nothing is started until the append has
    /// succeeded, and a driver whose append failed is thrown away with its memory.
    fn tell(&mut self, now: Timestamp, input: Input, rows: &mut Vec<Recorded>) -> Result<(), Illegal> {
        for event in decide(&self.session, now, input) {
            let row = Recorded { seq: self.session.seq + 1, at: now, event };
            apply(&mut self.session, &row)?;
            rows.push(row);
        }
        Ok(())
    }

    fn answered(&mut self, key: EffectKey) {
        self.cancelled.remove(&key);
        if let Some(run) = key.run
            && self.in_flight.get(&run) == Some(&key)
        {
            self.in_flight.remove(&run);
        }
    }

    /// Starts what is wanted and not under way, cancels what is under way and not wanted. A run has one thing
    /// under way at a time: the next begins when the last has answered, so that two effects never touch the
    /// same workspace at once.
    fn reconcile(&mut self) {
        let wanted = wanted(&self.session);
        for key in self.in_flight.values() {
            if !wanted.contains_key(key) && self.cancelled.insert(*key) {
                self.perform.cancel(*key);
            }
        }
        for (key, effect) in wanted {
            let Some(run) = key.run else { continue };
            if let std::collections::btree_map::Entry::Vacant(free) = self.in_flight.entry(run) {
                free.insert(key);
                self.perform.start(key, effect);
            }
        }
    }
}
