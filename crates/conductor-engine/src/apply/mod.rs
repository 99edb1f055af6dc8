//! The only function that changes the state.

mod attempt;
mod steps;

use jiff::Timestamp;
use thiserror::Error;

use crate::attempt::Usage;
use crate::effect::Verb;
use crate::event::{Event, EventTag, Recorded, TaskChange};
use crate::ids::{Epoch, HoldId, RunId};
use crate::session::{Counters, Ending, Goal, Hold, HoldKind, Phase, Run, Session, Snapshot, Status};
use crate::table::{PhaseTag, allowed, leads};

use attempt::{begin_attempt, end_attempt};
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
        None => apply_session(s, event),
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
        }
    }
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

/// The session's own events.
#[expect(clippy::wildcard_enum_match_arm, reason = "`Event::run` sends exactly the session's events here")]
fn apply_session(s: &mut Session, event: &Event) {
    match event {
        Event::TasksChanged { changes } => {
            for change in changes {
                match change {
                    TaskChange::Is(facts) => {
                        s.tasks.insert(facts.task.clone(), facts.clone());
                    }
                    TaskChange::Deleted(task) => {
                        if let Some(facts) = s.tasks.get_mut(task) {
                            facts.standing = crate::session::Standing::Gone;
                        }
                    }
                }
            }
        }
        Event::ControlSeen { id, .. } => s.last_control = *id,
        Event::StopAsked { why } => s.stopping = Some(why.clone()),
        Event::SessionPaused { why } => s.status = Status::Paused { why: why.clone() },
        Event::SessionResumed => {
            s.status = Status::Active;
            s.stopping = None;
            s.failed_runs = 0;
        }
        Event::SessionFailed { why } => s.status = Status::Failed { why: why.clone() },
        Event::SessionCompleted { outcome } => s.status = Status::Completed { outcome: *outcome },
        _ => {}
    }
}

/// What a run's event changes outside the run.
#[expect(clippy::wildcard_enum_match_arm, reason = "most events concern their run alone")]
fn apply_shared(s: &mut Session, event: &Event, at: Timestamp) {
    match event {
        Event::Queued { run, task } => {
            s.dispatched += 1;
            s.runs.insert(*run, new_run(*run, task.clone(), at));
        }
        Event::Landed { tip, .. } => {
            s.tip = tip.clone();
            s.failed_runs = 0;
        }
        Event::Moved { tip, .. } | Event::Conflicted { tip, .. } => s.tip = tip.clone(),
        Event::Collected { run, .. } | Event::Returned { run } => {
            s.next_ticket += 1;
            let ticket = s.next_ticket;
            if let Some(run) = s.runs.get_mut(run) {
                run.lane_ticket = Some(ticket);
            }
        }
        Event::HoldOpened { run, hold, kind, question, detail } => {
            if *kind == HoldKind::Failures {
                s.failed_runs += 1;
            }
            let hold = Hold {
                id: *hold,
                run: *run,
                kind: *kind,
                question: question.clone(),
                detail: detail.clone(),
                opened_at: at,
                ruling: None,
            };
            s.holds.insert(hold.id, hold);
        }
        Event::Requeued { hold, goal, words, .. } => {
            use crate::control::Ruling;
            let ruling = match goal {
                Goal::Candidate => Ruling::Accept,
                Goal::Attempt => Ruling::Retry { words: words.clone().unwrap_or_default() },
            };
            rule(s, *hold, ruling);
        }
        Event::Ending { run, ending } => {
            let hold = s.runs.get(run).and_then(|r| match r.phase {
                Phase::Held(hold) => Some(hold),
                _ => None,
            });
            if let Some(hold) = hold {
                let why = ending_reason(ending);
                rule(s, hold, crate::control::Ruling::Reject { why });
            }
        }
        _ => {}
    }
}

fn rule(s: &mut Session, hold: HoldId, ruling: crate::control::Ruling) {
    if let Some(hold) = s.holds.get_mut(&hold) {
        hold.ruling = Some(ruling);
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

fn new_run(id: RunId, task: crate::ids::TaskRef, at: Timestamp) -> Run {
    Run {
        id,
        task,
        phase: Phase::Queued,
        epoch: Epoch(1),
        pending: Vec::new(),
        since: at,
        created_at: at,
        goal: Goal::Attempt,
        cut: None,
        asleep_until: None,
        token: None,
        base: None,
        workspace: false,
        fresh: false,
        snapshot: None,
        last_end: None,
        agent_session: None,
        candidate: None,
        evidence: None,
        feedback: None,
        accepted_by: None,
        lane_ticket: None,
        hold: None,
        counters: Counters::default(),
        usage: Usage::default(),
        working_ms: 0,
        kept: None,
    }
}

impl Run {
    /// Enters a phase with the steps that it takes.
    fn enter(&mut self, at: Timestamp, phase: Phase, pending: Vec<Verb>) {
        self.phase = phase;
        self.pending = pending;
        self.epoch = self.epoch.next();
        self.since = at;
        self.asleep_until = None;
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
        Event::AttemptBegun { number, feedback, .. } => begin_attempt(run, *number, feedback.clone(), at),
        Event::AttemptStarted { .. } => {
            if let Phase::Working(attempt) = &mut run.phase {
                attempt.started = Some(at);
            }
        }
        Event::AttemptCut { end, .. } => run.cut = Some(end.clone()),
        Event::AttemptEnded { report, stop, .. } => end_attempt(run, report, *stop, at),
        Event::Stopped { .. } => run.step(Verb::Stop),
        Event::Snapshotted { number, commit, tree, .. } => {
            run.counters.snapshots = run.counters.snapshots.max(*number);
            run.snapshot = Some(Snapshot { number: *number, commit: commit.clone(), tree: tree.clone() });
            run.step(Verb::Snapshot);
        }
        Event::Collected { .. } => run.step(Verb::Collect),
        Event::CandidateBuilt { candidate, .. } => {
            run.candidate = Some(candidate.clone());
            run.counters.disturbances = 0;
            run.enter(at, Phase::Gating(candidate.clone()), vec![Verb::Gates]);
        }
        Event::Conflicted { .. } | Event::Faulted { .. } => apply_fault(run, event, at),
        Event::GatesPassed { .. }
        | Event::GatesFailed { .. }
        | Event::Disturbed { .. }
        | Event::Woken { .. }
        | Event::Accepted { .. } => apply_check(run, event, at),
        Event::Landed { .. }
        | Event::Moved { .. }
        | Event::Waited { .. }
        | Event::HoldOpened { .. }
        | Event::Requeued { .. }
        | Event::Returned { .. }
        | Event::Ending { .. }
        | Event::StepDone { .. }
        | Event::Ended { .. } => apply_turn(run, event, at),
        _ => {}
    }
}

/// What the gates, the policy and the surroundings say.
#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_run` sends exactly these events here")]
fn apply_check(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::GatesPassed { evidence, summary, .. } => {
            run.evidence = Some((evidence.clone(), summary.clone()));
            run.counters.failures = 0;
            run.enter(at, Phase::Deciding(evidence.clone()), vec![Verb::Judge]);
        }
        Event::GatesFailed { evidence, summary, .. } => {
            run.evidence = Some((evidence.clone(), summary.clone()));
            run.counters.failures += 1;
            run.step(Verb::Gates);
        }
        Event::Disturbed { until, .. } => {
            run.counters.disturbances += 1;
            run.asleep_until = Some(*until);
        }
        Event::Woken { .. } => {
            run.asleep_until = None;
            run.epoch = run.epoch.next();
        }
        Event::Accepted { by, .. } => {
            if by.is_some() {
                run.accepted_by.clone_from(by);
            }
            if let Some(candidate) = run.candidate.clone() {
                run.enter(at, Phase::Landing(candidate), vec![Verb::Land]);
            }
        }
        _ => {}
    }
}

/// The events that lead a run out of the straight path, or to its end.
#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_run` sends exactly these events here")]
fn apply_turn(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::Landed { commit, .. } => {
            run.lane_ticket = None;
            run.enter(
                at,
                Phase::Stopping(Ending::Landed { commit: commit.clone() }),
                vec![Verb::CloseTask, Verb::Tidy],
            );
        }
        Event::Moved { .. } => run.enter(at, Phase::Collecting, vec![Verb::Candidate]),
        Event::Waited { until, why, .. } => {
            run.enter(at, Phase::Waiting { until: *until, why: *why }, Vec::new());
        }
        Event::HoldOpened { hold, .. } => {
            run.hold = Some(*hold);
            run.lane_ticket = None;
            let mut steps = unfinished(run);
            if run.token.is_some() {
                steps.push(Verb::Report);
            }
            steps.push(Verb::Notify);
            run.enter(at, Phase::Held(*hold), steps);
        }
        Event::Requeued { goal, words, accepted_by, .. } => {
            // The claim is asked for again: it is idempotent for the same worker, and a report that is still
            // under way may give the old one back.
            run.token = None;
            run.goal = *goal;
            run.counters.failures = 0;
            run.counters.disturbances = 0;
            run.counters.interventions += 1;
            run.accepted_by.clone_from(accepted_by);
            if words.is_some() {
                run.feedback.clone_from(words);
            }
            run.enter(at, Phase::Queued, Vec::new());
        }
        Event::Returned { .. } => run.enter(at, Phase::Collecting, vec![Verb::Candidate]),
        Event::Ending { ending, .. } => {
            let steps = wrap_up(run, ending);
            run.lane_ticket = None;
            run.enter(at, Phase::Stopping(ending.clone()), steps);
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
        Event::Ended { .. } => {
            if let Phase::Stopping(ending) = run.phase.clone() {
                run.enter(at, Phase::Ended(ending), Vec::new());
            }
        }
        _ => {}
    }
}

fn apply_fault(run: &mut Run, event: &Event, at: Timestamp) {
    run.counters.failures += 1;
    if let Event::Conflicted { paths, .. } = event {
        run.fresh = true;
        run.base = None;
        run.lane_ticket = None;
        run.goal = Goal::Attempt;
        run.feedback = Some(format!(
            "The branch moved on while you worked, and your change conflicts with it in:\n{}\nYou start \
             afresh from the new state of the branch; your earlier change is kept in commit {}.",
            paths.join("\n"),
            run.snapshot.as_ref().map_or("(none)", |s| s.commit.as_str()),
        ));
        run.enter(at, Phase::Preparing, vec![Verb::Worktree]);
    }
}
