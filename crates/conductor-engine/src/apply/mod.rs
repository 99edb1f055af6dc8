//! The only function that changes the state.

mod attempt;
mod lane;
mod session;
mod steps;

use jiff::Timestamp;
use thiserror::Error;

use crate::detect::History;
use crate::effect::Verb;
use crate::event::{Event, EventTag, Recorded};
use crate::ids::RunId;
use crate::ledger::Grant;
use crate::session::{Ending, Goal, Phase, Run, Session, Snapshot};
use crate::table::{PhaseTag, allowed, leads};

use attempt::{begin_attempt, climb, end_attempt};
use lane::apply_lane;
use session::{apply_session, apply_shared, index_run};
use steps::{unfinished, wrap_up};

/// Why an event cannot be applied. It means that the journal does not fit the program, never that a person did
/// something wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Illegal {
    /// A row is missing or comes twice.
    #[error("journal row {found} came where row {expected} belongs")]
    Sequence {
        /// The row that belongs here.
        expected: u64,
        /// The row that came.
        found: u64,
    },
    /// The run is not known.
    #[error("the journal speaks of run {0}, which never began")]
    UnknownRun(RunId),
    /// The table does not have it.
    #[error("run {run} cannot have `{event:?}` in phase `{phase:?}`")]
    Transition {
        /// The run.
        run: RunId,
        /// Its phase.
        phase: PhaseTag,
        /// The event.
        event: EventTag,
    },
}

/// Applies one journal row.
///
/// # Errors
/// When the row does not follow the last one, or the table forbids the event. The state is then unchanged.
pub fn apply(s: &mut Session, recorded: &Recorded) -> Result<(), Illegal> {
    if recorded.seq != s.seq + 1 {
        return Err(Illegal::Sequence { expected: s.seq + 1, found: recorded.seq });
    }
    let event = &recorded.event;
    match event.run() {
        None => apply_session(s, event, recorded.at),
        Some(id) => {
            let before = phase_tag(s, id, event)?;
            if !allowed(before, event.tag()) {
                return Err(Illegal::Transition { run: id, phase: before, event: event.tag() });
            }
            apply_shared(s, event, recorded.at);
            if let Some(run) = s.runs.get_mut(&id) {
                apply_run(run, event, recorded.at);
                debug_assert!(
                    leads(before, event.tag(), run.phase.tag()),
                    "{before:?} -{:?}-> {:?} is not in the table",
                    event.tag(),
                    run.phase.tag()
                );
            }
            index_run(s, id, event.tag());
        }
    }
    s.began = s.began.or(Some(recorded.at));
    s.seq = recorded.seq;
    Ok(())
}

fn phase_tag(s: &Session, id: RunId, event: &Event) -> Result<PhaseTag, Illegal> {
    match (s.runs.get(&id), event.tag()) {
        (Some(run), _) => Ok(run.phase.tag()),
        (None, EventTag::Queued) => Ok(PhaseTag::None),
        (None, _) => Err(Illegal::UnknownRun(id)),
    }
}

/// The reason of an ending, for people.
pub(crate) fn ending_reason(ending: &Ending) -> String {
    match ending {
        Ending::Landed { commit } => format!("landed as {}", commit.short()),
        Ending::Rejected { why }
        | Ending::Failed { why }
        | Ending::Stopped { why }
        | Ending::Superseded { why } => why.clone(),
    }
}

impl Run {
    /// It has no candidate any more, nor a place in the queue.
    fn leave_lane(&mut self) {
        self.lane_ticket = None;
        self.forget_candidate();
    }

    /// What was known of its candidate is void.
    fn forget_candidate(&mut self) {
        self.on = None;
        self.covered_by = None;
        self.red = None;
        self.tested_again = false;
        self.patient = false;
    }

    /// Enters a phase with the steps that it takes.
    fn enter(&mut self, at: Timestamp, phase: Phase, pending: Vec<Verb>) {
        self.phase = phase;
        self.pending = pending;
        self.epoch = self.epoch.next();
        self.since = at;
        self.asleep_until = None;
    }

    /// Something counts against it.
    fn fault(&mut self) {
        self.counters.failures += 1;
        self.counters.faults += 1;
    }

    /// The first remaining step is done.
    fn step(&mut self, verb: Verb) {
        if self.pending.first() == Some(&verb) {
            self.pending.remove(0);
        }
        self.asleep_until = None;
        self.counters.disturbances = 0;
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the session's own events do not come here")]
fn apply_run(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::Dispatched { .. }
        | Event::Claimed { .. }
        | Event::Prepared { .. }
        | Event::AttemptBegun { .. }
        | Event::AttemptStarted { .. }
        | Event::AttemptCut { .. }
        | Event::AttemptEnded { .. }
        | Event::Faulted { .. }
        | Event::Stuck { .. } => apply_work(run, event, at),
        Event::Stopped { .. }
        | Event::Snapshotted { .. }
        | Event::Collected { .. }
        | Event::Disturbed { .. }
        | Event::Woken { .. }
        | Event::StepDone { .. } => apply_step(run, event),
        Event::CandidateBuilt { .. }
        | Event::Conflicted { .. }
        | Event::Deferred { .. }
        | Event::Displaced { .. }
        | Event::GatesBegun { .. }
        | Event::GatesRetried { .. }
        | Event::GatesRed { .. }
        | Event::GatesPassed { .. }
        | Event::GatesFailed { .. }
        | Event::Uncovered { .. }
        | Event::Moved { .. }
        | Event::Returned { .. }
        | Event::Judged { .. }
        | Event::Accepted { .. }
        | Event::Landed { .. } => apply_lane(run, event, at),
        Event::Waited { .. }
        | Event::HoldOpened { .. }
        | Event::HoldExpired { .. }
        | Event::Requeued { .. }
        | Event::Ending { .. }
        | Event::Ended { .. } => apply_turn(run, event, at),
        _ => {}
    }
}

/// From a slot to the end of an attempt.
#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_run` sends exactly these events here")]
fn apply_work(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::Dispatched { .. } => {
            let steps = match run.goal {
                Goal::Attempt => vec![Verb::Claim, Verb::Worktree],
                Goal::Candidate => vec![Verb::Claim],
            };
            run.enter(at, Phase::Preparing, steps);
        }
        Event::Claimed { token, .. } => {
            run.token = Some(*token);
            run.step(Verb::Claim);
            run.workspace |= run.pending.contains(&Verb::Worktree);
        }
        Event::Prepared { base, .. } => {
            run.base = Some(base.clone());
            run.fresh = false;
            run.step(Verb::Worktree);
        }
        Event::AttemptBegun { number, feedback, grant, .. } => {
            begin_attempt(run, *number, feedback.clone(), *grant, at);
        }
        Event::AttemptStarted { .. } => {
            if let Phase::Working(attempt) = &mut run.phase {
                attempt.started = Some(at);
            }
        }
        Event::AttemptCut { end, .. } => run.cut = Some(end.clone()),
        Event::AttemptEnded { report, stop, .. } => end_attempt(run, report, *stop, at),
        Event::Faulted { .. } => run.fault(),
        Event::Stuck { verdict, step, agent, .. } => climb(run, verdict, *step, agent.as_ref()),
        _ => {}
    }
}

/// A step of a phase is done, or could not be.
#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_run` sends exactly these events here")]
fn apply_step(run: &mut Run, event: &Event) {
    match event {
        Event::Stopped { .. } => run.step(Verb::Stop),
        Event::Snapshotted { number, commit, tree, .. } => {
            run.counters.snapshots = run.counters.snapshots.max(*number);
            if matches!(run.phase, Phase::Collecting) {
                let found = run.came_to(tree);
                run.verdict = found.or(run.verdict.take());
            }
            run.snapshot = Some(Snapshot { number: *number, commit: commit.clone(), tree: tree.clone() });
            run.step(Verb::Snapshot);
        }
        Event::Collected { .. } => {
            run.marked = None;
            run.marked_paths.clear();
            run.step(Verb::Collect);
        }
        Event::Disturbed { until, .. } => {
            run.counters.disturbances += 1;
            run.asleep_until = Some(*until);
        }
        Event::Woken { .. } => {
            run.asleep_until = None;
            run.epoch = run.epoch.next();
        }
        Event::StepDone { verb, note, .. } => {
            if matches!(verb, Verb::Report | Verb::Release | Verb::CloseTask) {
                run.token = None;
            }
            if *verb == Verb::Tidy {
                run.workspace = false;
                run.kept.clone_from(note);
            }
            run.step(*verb);
        }
        _ => {}
    }
}

/// The events that lead a run out of the straight path, or to its end.
#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_run` sends exactly these events here")]
fn apply_turn(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::Waited { until, why, feedback, .. } => {
            run.leave_lane();
            if feedback.is_some() {
                run.feedback.clone_from(feedback);
            }
            run.enter(at, Phase::Waiting { until: *until, why: *why }, Vec::new());
        }
        Event::HoldOpened { hold, .. } => {
            run.hold = Some(*hold);
            run.leave_lane();
            run.grant = Grant::default();
            let mut steps = unfinished(run);
            if run.token.is_some() {
                steps.push(Verb::Report);
            }
            steps.push(Verb::Notify);
            run.enter(at, Phase::Held(*hold), steps);
        }
        Event::Requeued { .. } => requeued(run, event, at),
        Event::Ending { ending, .. } => wraps_up(run, ending.clone(), at),
        Event::HoldExpired { why, .. } => wraps_up(run, Ending::Rejected { why: why.clone() }, at),
        Event::Ended { .. } => {
            if let Phase::Stopping(ending) = run.phase.clone() {
                run.enter(at, Phase::Ended(ending), Vec::new());
            }
        }
        _ => {}
    }
}

fn wraps_up(run: &mut Run, ending: Ending, at: Timestamp) {
    let steps = wrap_up(run, &ending);
    run.leave_lane();
    run.enter(at, Phase::Stopping(ending), steps);
}

/// A person's word: what was counted against the run is forgotten.
fn requeued(run: &mut Run, event: &Event, at: Timestamp) {
    let Event::Requeued { goal, words, accepted_by, .. } = event else { return };
    // The claim is asked for again: it is idempotent for the same worker, and a report that is still
    // under way may give the old one back.
    run.token = None;
    run.goal = *goal;
    run.counters.failures = 0;
    run.counters.disturbances = 0;
    run.counters.transients = 0;
    run.counters.conflicts = 0;
    run.counters.sent_back = 0;
    run.counters.interventions += 1;
    run.blamed_for = None;
    run.stuck = 0;
    run.step = None;
    run.history = History::default();
    run.let_start = true;
    run.accepted_by.clone_from(accepted_by);
    if words.is_some() {
        run.feedback.clone_from(words);
    }
    run.enter(at, Phase::Queued, Vec::new());
}
