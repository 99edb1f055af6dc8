//! What follows from the state and the clock: ends, wake-ups, dispatch, and the end of the session. Everything
//! here is level-triggered: it looks at how things are, never at what just happened.

use jiff::Timestamp;

use crate::attempt::AttemptEnd;
use crate::event::Event;
use crate::ids::RunId;
use crate::schedule;
use crate::session::{Ending, Goal, Phase, Run, Session, SessionOutcome, Standing, Status};

use super::attempt;

pub(super) fn decide(s: &Session, now: Timestamp) -> Vec<Event> {
    let mut events: Vec<Event> = s.open_runs().filter_map(|run| overtaken(s, run)).collect();
    if events.is_empty() {
        events.extend(breaker(s));
    }
    if events.is_empty() {
        events = wake(s, now);
        events.extend(dispatch(s, events.iter().filter(|e| matches!(e, Event::AttemptBegun { .. })).count()));
    }
    if events.is_empty() {
        events.extend(complete(s));
    }
    events
}

/// A run that must not go on as it is.
fn overtaken(s: &Session, run: &Run) -> Option<Event> {
    if matches!(run.phase, Phase::Stopping(_)) && run.pending.is_empty() {
        return Some(Event::Ended { run: run.id });
    }
    let ending = if let Some(why) = superseded(s, run) {
        Ending::Superseded { why }
    } else if let (Some(why), false) = (&s.stopping, matches!(run.phase, Phase::Held(_) | Phase::Queued)) {
        Ending::Stopped { why: why.clone() }
    } else {
        return None;
    };
    if matches!(run.phase, Phase::Working(_)) && run.cut.is_none() {
        // What the agent used is known only when it has ended; then the run is looked at again.
        return Some(Event::AttemptCut { run: run.id, end: AttemptEnd::Cancelled });
    }
    may_be_ended(run).then_some(Event::Ending { run: run.id, ending })
}

/// Never while a claim or a landing is under way: whether it happened must be known first.
fn may_be_ended(run: &Run) -> bool {
    match run.phase {
        Phase::Collecting | Phase::Gating(_) | Phase::Deciding(_) | Phase::Waiting { .. } => true,
        Phase::Preparing => run.token.is_some(),
        Phase::Held(_) | Phase::Queued => run.token.is_none(),
        Phase::Working(_) | Phase::Landing(_) | Phase::Stopping(_) | Phase::Ended(_) => false,
    }
}

/// Why somebody else decided about the task, if so.
fn superseded(s: &Session, run: &Run) -> Option<String> {
    let held = matches!(run.phase, Phase::Held(_) | Phase::Queued);
    match &s.tasks.get(&run.task)?.standing {
        Standing::Done => Some("somebody closed the task".to_owned()),
        Standing::Gone => Some("the task was cancelled or deleted".to_owned()),
        Standing::Taken { by } => Some(format!("{by} took the task")),
        Standing::Aside { status } if !held => Some(format!("somebody set the task to {status}")),
        Standing::Container if !held => Some("the task was split into others".to_owned()),
        Standing::Aside { .. }
        | Standing::Container
        | Standing::Ready
        | Standing::Ours
        | Standing::Waiting { .. } => None,
    }
}

/// Too many runs in a row came to nothing: it is likely not the tasks' fault.
fn breaker(s: &Session) -> Option<Event> {
    let tripped = s.status == Status::Active
        && s.stopping.is_none()
        && s.failed_runs >= s.rules.max_consecutive_failures;
    tripped.then(|| Event::SessionPaused {
        why: format!("{} runs in a row were held for failures; is the base broken?", s.failed_runs),
    })
}

/// Runs whose waiting is over. A rate-limited run needs a slot again.
fn wake(s: &Session, now: Timestamp) -> Vec<Event> {
    let mut free = s.rules.jobs.saturating_sub(s.busy());
    let mut events = Vec::new();
    for run in s.open_runs() {
        match (&run.phase, run.asleep_until) {
            (Phase::Waiting { until, .. }, _) if *until <= now && s.status == Status::Active && free > 0 => {
                free -= 1;
                events.push(attempt(run, run.feedback.clone()));
            }
            (_, Some(until)) if until <= now => events.push(Event::Woken { run: run.id }),
            _ => {}
        }
    }
    events
}

/// Fills the free slots: first what was answered, then new tasks in the order of the schedule.
fn dispatch(s: &Session, just_woken: usize) -> Vec<Event> {
    if s.status != Status::Active || s.stopping.is_some() {
        return Vec::new();
    }
    let mut free = s.rules.jobs.saturating_sub(s.busy() + just_woken);
    let mut events = Vec::new();
    for run in s.open_runs().filter(|r| r.phase == Phase::Queued) {
        // Work that a person accepted needs no agent, so it waits for no slot.
        if run.goal == Goal::Candidate || free > 0 {
            free = free.saturating_sub(1);
            events.push(Event::Dispatched { run: run.id });
        }
    }
    let allowance = s.rules.max_tasks.map_or(u64::MAX, |max| max.saturating_sub(s.dispatched));
    let take = free.min(usize::try_from(allowance).unwrap_or(usize::MAX));
    let mut number = s.runs.last_key_value().map_or(0, |(id, _)| id.number);
    if take > 0 {
        for facts in schedule::ready(s).into_iter().take(take) {
            number += 1;
            let run = RunId { session: s.id, number };
            events.push(Event::Queued { run, task: facts.task.clone() });
            events.push(Event::Dispatched { run });
        }
    }
    events
}

/// The end of the session, when nothing moves and nothing can be begun.
fn complete(s: &Session) -> Option<Event> {
    let open = match s.status {
        Status::Active => true,
        Status::Paused { .. } => s.stopping.is_some(),
        Status::Completed { .. } | Status::Failed { .. } => false,
    };
    if !open {
        return None;
    }
    let completed = |outcome| Some(Event::SessionCompleted { outcome });
    if s.stopping.is_some() {
        let moving = s.open_runs().any(|r| match r.phase {
            Phase::Queued => false,
            Phase::Held(_) => !r.pending.is_empty(),
            Phase::Preparing
            | Phase::Working(_)
            | Phase::Collecting
            | Phase::Gating(_)
            | Phase::Deciding(_)
            | Phase::Landing(_)
            | Phase::Waiting { .. }
            | Phase::Stopping(_)
            | Phase::Ended(_) => true,
        });
        return if moving { None } else { completed(SessionOutcome::Stopped) };
    }
    // A claim of ours without a run means that the news of its release has not come yet.
    let stale = s.tasks.values().any(|t| t.standing == Standing::Ours && s.run_of(&t.task).is_none());
    if s.is_moving() || stale {
        return None;
    }
    if !schedule::ready(s).is_empty() {
        // Slots are free, so only the limit can be what keeps them from being dispatched.
        return completed(SessionOutcome::Limit);
    }
    let needs_person = s.open_holds().next().is_some()
        || s.tasks.values().any(|t| {
            schedule::selected(s, t)
                && matches!(
                    t.standing,
                    Standing::Aside { .. } | Standing::Waiting { .. } | Standing::Taken { .. }
                )
        });
    completed(if needs_person { SessionOutcome::HoldsLeft } else { SessionOutcome::AllDone })
}
