//! How well it went, in numbers that add up over sessions.

use conductor_engine::attempt::Usage;
use conductor_engine::event::{Event, Recorded};
use conductor_engine::session::{Ending, Phase, Run, Session};
use serde::Serialize;

/// Counts of one session, or of several together. What nobody reported is `None` and not zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Tasks that were taken up: one that was taken up again counts again.
    pub tasks: u64,
    /// Those whose work landed.
    pub done: u64,
    /// Those of them that landed with their first attempt and without a person.
    pub at_once: u64,
    /// Those that wait for a person.
    pub held: u64,
    /// Those that a person gave up.
    pub rejected: u64,
    /// Those that could not go on.
    pub failed: u64,
    /// Those that were stopped with their session, or taken by somebody else.
    pub let_go: u64,
    /// Attempts of agents.
    pub attempts: u64,
    /// Times that a person had to act.
    pub interventions: u64,
    /// Holds that were opened.
    pub holds: u64,
    /// Tests of candidates that failed, and were put down to the work.
    pub red: u64,
    /// Tests that failed, and passed when they were run again.
    pub accidents: u64,
    /// Merges that conflicted.
    pub conflicts: u64,
    /// What agents used.
    pub spent: Spent,
    /// How many of the tasks that are done had an estimate.
    pub estimated: u64,
    /// What these were estimated at together, in minutes.
    pub estimate_minutes: u64,
    /// How long agents worked on these, in minutes.
    pub actual_minutes: u64,
}

/// What agents used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// How long they worked, in seconds.
    pub working_seconds: u64,
    /// Tokens, read and written, as far as they told.
    pub tokens: Option<u64>,
    /// Millionths of a US dollar, as far as that is known.
    pub cost_micros: Option<u64>,
}

impl Spent {
    pub(super) fn of(usage: &Usage, working_ms: u64) -> Self {
        let tokens = plus(usage.input_tokens, usage.output_tokens);
        Self { working_seconds: working_ms / 1000, tokens, cost_micros: usage.cost_micros }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            working_seconds: self.working_seconds.saturating_add(other.working_seconds),
            tokens: plus(self.tokens, other.tokens),
            cost_micros: plus(self.cost_micros, other.cost_micros),
        }
    }
}

fn plus(a: Option<u64>, b: Option<u64>) -> Option<u64> {
    a.zip(b).map(|(a, b)| a.saturating_add(b)).or(a).or(b)
}

impl Figures {
    /// The figures of a session.
    pub fn of(session: &Session, rows: &[Recorded]) -> Self {
        let mut figures = Self { tasks: session.dispatched, ..Self::default() };
        for run in session.runs.values() {
            figures.run(session, run);
        }
        figures.holds = u64::try_from(session.holds.len()).unwrap_or(u64::MAX);
        for row in rows {
            figures.event(&row.event);
        }
        figures
    }

    fn run(&mut self, session: &Session, run: &Run) {
        self.attempts += u64::from(run.counters.attempts);
        self.interventions += u64::from(run.counters.interventions);
        self.spent = self.spent.plus(Spent::of(&run.usage, run.working_ms));
        match &run.phase {
            Phase::Ended(ending) | Phase::Stopping(ending) => self.ending(session, run, ending),
            Phase::Held(_) => self.held += 1,
            Phase::Queued
            | Phase::Preparing
            | Phase::Working(_)
            | Phase::Collecting
            | Phase::Gating(_)
            | Phase::Deciding(_)
            | Phase::Landing(_)
            | Phase::Waiting { .. } => {}
        }
    }

    fn ending(&mut self, session: &Session, run: &Run, ending: &Ending) {
        match ending {
            Ending::Landed { .. } => {
                self.done += 1;
                self.at_once += u64::from(run.counters.attempts == 1 && run.counters.interventions == 0);
                let estimate = session.tasks.get(&run.task).map_or(0, |task| task.estimate_minutes);
                if estimate > 0 {
                    self.estimated += 1;
                    self.estimate_minutes = self.estimate_minutes.saturating_add(estimate);
                    self.actual_minutes = self.actual_minutes.saturating_add(run.working_ms / 60_000);
                }
            }
            Ending::Rejected { .. } => self.rejected += 1,
            Ending::Failed { .. } => self.failed += 1,
            Ending::Stopped { .. } | Ending::Superseded { .. } => self.let_go += 1,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only these are counted")]
    fn event(&mut self, event: &Event) {
        match event {
            Event::GatesFailed { .. } => {
                self.red += 1;
                // A failure that was met again was no accident.
                self.accidents = self.accidents.saturating_sub(1);
            }
            Event::GatesRetried { .. } => self.accidents += 1,
            Event::Conflicted { .. } => self.conflicts += 1,
            _ => {}
        }
    }

    /// These and others together.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            tasks: self.tasks + other.tasks,
            done: self.done + other.done,
            at_once: self.at_once + other.at_once,
            held: self.held + other.held,
            rejected: self.rejected + other.rejected,
            failed: self.failed + other.failed,
            let_go: self.let_go + other.let_go,
            attempts: self.attempts + other.attempts,
            interventions: self.interventions + other.interventions,
            holds: self.holds + other.holds,
            red: self.red + other.red,
            accidents: self.accidents + other.accidents,
            conflicts: self.conflicts + other.conflicts,
            spent: self.spent.plus(other.spent),
            estimated: self.estimated + other.estimated,
            estimate_minutes: self.estimate_minutes.saturating_add(other.estimate_minutes),
            actual_minutes: self.actual_minutes.saturating_add(other.actual_minutes),
        }
    }

    /// Of the tasks that came to an end, or wait for a person, the share that is done, in percent. A task that was let go
    /// says nothing about how well it went.
    pub fn completion(&self) -> Option<u64> {
        percent(self.done, self.done + self.held + self.rejected + self.failed)
    }

    /// Of the tasks that are done, the share that needed one attempt and nobody, in percent.
    pub fn first_try(&self) -> Option<u64> {
        percent(self.at_once, self.done)
    }

    /// How long agents worked, in percent of the estimates, of the tasks that are done and had one.
    pub fn against_estimate(&self) -> Option<u64> {
        percent(self.actual_minutes, self.estimate_minutes)
    }

    /// What a task that is done cost, in millionths of a US dollar: all that was spent, by those that are done.
    pub fn cost_per_task(&self) -> Option<u64> {
        self.spent.cost_micros?.checked_div(self.done)
    }
}

/// A share in whole percent; `None` of nothing.
pub fn percent(part: u64, whole: u64) -> Option<u64> {
    part.saturating_mul(100).checked_add(whole / 2)?.checked_div(whole)
}
