//! What follows from an input. Pure and total: the state is only read, and every input has an answer, if only
//! that nothing follows.

mod controls;
mod expire;
mod gate;
mod land;
mod lane;
mod prepare;
mod stuck;
mod tick;
mod work;
mod wrap;

pub(crate) use expire::hold_closes;
pub(crate) use tick::{may_wake, time_runs_out};

use jiff::Timestamp;

use crate::attempt::{AttemptEnd, AttemptReport};
use crate::backoff::{self, Class, later};
use crate::effect::{EffectKey, Outcome, Verb};
use crate::event::{Event, TaskChange};
use crate::ids::HoldId;
use crate::input::{Input, Observation};
use crate::ledger;
use crate::session::{Ending, HoldKind, Phase, Run, Session, WaitKind};

/// How often an effect that cannot be done is tried before a person is asked.
const MAX_DISTURBANCES: u32 = 5;

/// What happens when `input` is told at `now`. A stale result gives nothing.
pub fn decide(s: &Session, now: Timestamp, input: Input) -> Vec<Event> {
    match input {
        Input::Tick => tick::decide(s, now),
        Input::Tasks(changes) => tasks(s, changes),
        Input::Control(id, actor, control) => controls::decide(s, id, actor, control),
        Input::Done(key, outcome) => match awaited(s, key) {
            Some(run) => done(s, now, run, key.verb, outcome),
            None => Vec::new(),
        },
        Input::Seen(id, epoch, seen) => match s.runs.get(&id) {
            Some(run) if run.epoch == epoch => observed(run, &seen),
            Some(_) | None => Vec::new(),
        },
    }
}

/// The run that waits for exactly this result.
fn awaited(s: &Session, key: EffectKey) -> Option<&Run> {
    let run = s.runs.get(&key.run?)?;
    let awaits = run.epoch == key.epoch
        && run.pending.first() == Some(&key.verb)
        // A step that sleeps after a failure has had its answer; one that is cut short waits for its last.
        && (run.asleep_until.is_none() || run.cut.is_some());
    awaits.then_some(run)
}

/// Only what is news is recorded.
fn tasks(s: &Session, changes: Vec<TaskChange>) -> Vec<Event> {
    let news: Vec<_> = changes
        .into_iter()
        .filter(|change| match change {
            TaskChange::Is(facts) => s.tasks.get(&facts.task) != Some(facts),
            TaskChange::Deleted(task) => {
                s.tasks.get(task).is_some_and(|f| f.standing != crate::session::Standing::Gone)
            }
        })
        .collect();
    if news.is_empty() { Vec::new() } else { vec![Event::TasksChanged { changes: news }] }
}

fn done(s: &Session, now: Timestamp, run: &Run, verb: Verb, outcome: Outcome) -> Vec<Event> {
    if let (Outcome::Failed { .. }, Some(end)) = (&outcome, &run.cut) {
        // It was to end anyway, and now it has not even begun.
        return work::ended(run, Outcome::Attempt(AttemptReport::nothing(end.clone())));
    }
    if let Outcome::Failed { message, transient } = outcome {
        return disturbed(s, now, run, verb, message, transient);
    }
    match run.phase {
        Phase::Preparing => prepare::decide(s, now, run, verb, outcome),
        Phase::Working(_) => work::ended(run, outcome),
        Phase::Collecting => work::decide(s, now, run, verb, outcome),
        Phase::Gating(_) => gate::gated(s, now, run, outcome),
        Phase::Deciding(_) => gate::judged(s, now, run, outcome),
        Phase::Landing(_) => land::decide(s, run, outcome),
        Phase::Held(_) | Phase::Stopping(_) => wrap::decide(run, verb, outcome),
        Phase::Queued | Phase::Waiting { .. } | Phase::Ended(_) => Vec::new(),
    }
}

fn observed(run: &Run, seen: &Observation) -> Vec<Event> {
    let Phase::Working(attempt) = &run.phase else { return Vec::new() };
    match seen {
        Observation::Started if attempt.started.is_none() => vec![Event::AttemptStarted { run: run.id }],
        Observation::Started => Vec::new(),
        Observation::Stalled if run.cut.is_none() => cut(run, AttemptEnd::Stalled),
        Observation::Looped if run.cut.is_none() => cut(run, AttemptEnd::Looped),
        Observation::Stalled | Observation::Looped => Vec::new(),
    }
}

/// The attempt is to end so.
fn cut(run: &Run, end: AttemptEnd) -> Vec<Event> {
    vec![Event::AttemptCut { run: run.id, end }]
}

/// An effect could not be done: again after a pause that doubles, and after too many times a person is asked.
/// A run that is held or wraps up never asks a second time: it goes on trying, except for what may be left out.
fn disturbed(
    s: &Session,
    now: Timestamp,
    run: &Run,
    verb: Verb,
    message: String,
    transient: bool,
) -> Vec<Event> {
    let times = run.counters.disturbances + 1;
    let again = Event::Disturbed {
        run: run.id,
        verb,
        message: message.clone(),
        until: later(now, backoff::pause(Class::Effect, run.id, times)),
    };
    let spent = times >= MAX_DISTURBANCES || !transient;
    let closing = matches!(run.phase, Phase::Held(_) | Phase::Stopping(_));
    // Whether a landing that failed did land after all is not known, so nothing may come between.
    let must_go_on = closing || matches!(run.phase, Phase::Landing(_));
    if !spent {
        return vec![again];
    }
    if closing && matches!(verb, Verb::Notify | Verb::Tidy | Verb::Snapshot) {
        return wrap::skipped(run, verb, message);
    }
    if must_go_on {
        return vec![again];
    }
    let question = format!("Could not {}: {}", doing(verb), first_line(&message));
    vec![again, hold(s, run, HoldKind::Failures, question, message)]
}

/// A verb as part of a sentence.
fn doing(verb: Verb) -> &'static str {
    match verb {
        Verb::Claim => "claim the task",
        Verb::Worktree => "make the workspace",
        Verb::Attempt => "run the agent",
        Verb::Stop => "stop the agent",
        Verb::Snapshot => "save the work",
        Verb::Collect => "look at what changed",
        Verb::Candidate => "merge the work with the branch",
        Verb::Gates => "run the gates",
        Verb::Judge => "apply the policy",
        Verb::Land => "land the work",
        Verb::CloseTask => "close the task",
        Verb::Report => "report the task",
        Verb::Release => "release the claim",
        Verb::Tidy => "remove the workspace",
        Verb::Notify => "notify",
    }
}

/// Opens the next hold for `run`.
fn hold(s: &Session, run: &Run, kind: HoldKind, question: String, detail: String) -> Event {
    let id = s.holds.last_key_value().map_or(s.rules.first_hold, |(id, _)| id.0 + 1);
    Event::HoldOpened { run: run.id, hold: HoldId(id), kind, question, detail }
}

/// After something that counts against the run: again with `feedback`, or to a person after too many.
fn again_or_hold(s: &Session, now: Timestamp, run: &Run, question: &str, feedback: String) -> Event {
    if run.counters.failures + 1 >= s.rules.max_consecutive_failures {
        let question = format!("{question}, {} times in a row", run.counters.failures + 1);
        hold(s, run, HoldKind::Failures, question, feedback)
    } else {
        attempt(s, now, run, Some(feedback))
    }
}

/// The next attempt of `run`: now, when an agent is free; to a person, when a limit leaves nothing for it.
fn attempt(s: &Session, now: Timestamp, run: &Run, feedback: Option<String>) -> Event {
    let own = usize::from(run.has_agent());
    if s.agents_at_work().saturating_sub(own) >= s.rules.agents() {
        return Event::Waited { run: run.id, until: now, why: WaitKind::Slot, feedback };
    }
    if let Some(why) = tick::time_is_up(s, now) {
        return Event::Ending { run: run.id, ending: Ending::Stopped { why } };
    }
    match ledger::grant(s, run) {
        Ok(grant) => Event::AttemptBegun { run: run.id, number: run.counters.attempts + 1, feedback, grant },
        Err(limit) => {
            let question = format!("Let it go on? It needs another attempt, but {limit}");
            hold(s, run, HoldKind::Budget, question, feedback.unwrap_or_default())
        }
    }
}

/// The first line of a text, for a question of one line.
fn first_line(text: &str) -> &str {
    text.lines().find(|l| !l.trim().is_empty()).unwrap_or("").trim()
}
