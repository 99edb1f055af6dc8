//! What follows from the state and the clock: ends, wake-ups, dispatch, and the end of the session. Everything
//! here is level-triggered: it looks at how things are, never at what just happened.

use jiff::Timestamp;

use crate::attempt::AttemptEnd;
use crate::backoff::later;
use crate::event::Event;
use crate::ids::RunId;
use crate::lane::View;
use crate::ledger;
use crate::schedule;
use crate::session::{Ending, Goal, Hold, HoldKind, Phase, Run, Session, SessionOutcome, Standing, Status};

use super::{attempt, expire, hold, lane};

pub(super) fn decide(s: &Session, now: Timestamp) -> Vec<Event> {
    let mut events: Vec<Event> = s
        .open_runs()
        .filter_map(|run| expire::decide(s, now, run).or_else(|| overtaken(s, now, run)))
        .collect();
    if events.is_empty() {
        events.extend(breaker(s).or_else(|| asks_at_share(s)));
    }
    if events.is_empty() {
        events = lane::decide(s, now);
    }
    if events.is_empty() {
        events = wake(s, now);
    }
    if events.is_empty() {
        events = dispatch(s, now);
    }
    if events.is_empty() {
        events.extend(complete(s, now));
    }
    events
}

/// A run that must not go on as it is.
fn overtaken(s: &Session, now: Timestamp, run: &Run) -> Option<Event> {
    if matches!(run.phase, Phase::Stopping(_)) && run.pending.is_empty() {
        return Some(Event::Ended { run: run.id });
    }
    let ending = if let Some(why) = superseded(s, run) {
        Ending::Superseded { why }
    } else if let (Some(why), false) = (&s.stopping, matches!(run.phase, Phase::Held(_) | Phase::Queued)) {
        Ending::Stopped { why: why.clone() }
    } else if let (Some(why), true) = (time_is_up(s, now), needs_agent(run)) {
        Ending::Stopped { why }
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

/// Why nothing more is to be begun, when the session has taken as long as it may.
pub(crate) fn time_is_up(s: &Session, now: Timestamp) -> Option<String> {
    let most = s.rules.max_time?;
    (runs_out_at(s)? <= now).then(|| format!("the session's time is up: {}", expire::in_words(most)))
}

fn runs_out_at(s: &Session) -> Option<Timestamp> {
    Some(later(s.began?, s.rules.max_time?))
}

/// When the session's time is up, as long as that would end something. Work that is past its agent is still tested and
/// landed then, and what a person has to decide waits for them.
pub(crate) fn time_runs_out(s: &Session) -> Option<Timestamp> {
    let at = runs_out_at(s)?;
    s.open_runs().any(|run| needs_agent(run) && run.cut.is_none() && may_be_cut(run)).then_some(at)
}

fn needs_agent(run: &Run) -> bool {
    run.has_agent() || matches!(run.phase, Phase::Waiting { .. })
}

/// While the claim is not known to be held, nothing can be ended.
fn may_be_cut(run: &Run) -> bool {
    matches!(run.phase, Phase::Working(_)) || may_be_ended(run)
}

/// So much is spent that a person is to be asked before more is begun.
fn asks_at_share(s: &Session) -> Option<Event> {
    let share = ledger::share(s);
    let due = s.status == Status::Active && s.stopping.is_none() && share > s.asked_share;
    due.then(|| Event::SessionPaused {
        why: format!("{share} % of what it may use are used ({}); may it go on?", ledger::used_words(s)),
    })
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

/// Runs whose waiting is over. One that goes on with an agent needs a slot again.
fn wake(s: &Session, now: Timestamp) -> Vec<Event> {
    let mut events = Vec::new();
    for run in s.open_runs() {
        match (&run.phase, run.asleep_until) {
            (Phase::Waiting { until, .. }, _) if *until <= now && may_wake(s) => {
                // One at a time: what it takes is seen when the next is looked at.
                events.push(attempt(s, now, run, run.feedback.clone()));
                return events;
            }
            (_, Some(until)) if until <= now => events.push(Event::Woken { run: run.id }),
            _ => {}
        }
    }
    events
}

/// Whether a waiting run could go on now.
pub(crate) fn may_wake(s: &Session) -> bool {
    s.status == Status::Active && s.agents_at_work() < s.rules.agents() && s.busy() < s.rules.jobs
}

/// Fills the free slots: first what was answered, then new tasks in the order of the schedule.
fn dispatch(s: &Session, now: Timestamp) -> Vec<Event> {
    if s.status != Status::Active || s.stopping.is_some() {
        return Vec::new();
    }
    if let Some(question) = unsettled(s) {
        return first_asked(s, question);
    }
    let mut free = if time_is_up(s, now).is_some() { 0 } else { free_slots(s) };
    let mut events = Vec::new();
    for run in s.open_runs().filter(|r| r.phase == Phase::Queued) {
        // Work that a person accepted needs no agent, so it waits for no slot.
        if run.goal == Goal::Candidate || free > 0 {
            free = free.saturating_sub(1);
            events.push(Event::Dispatched { run: run.id });
        }
    }
    let mut take = free.saturating_sub(asking(s));
    if take > 0 {
        take = take.min(allowance(s));
    }
    let first = s.runs.last_key_value().map_or(0, |(id, _)| id.number) + 1;
    for (number, facts) in (first..).zip(schedule::ready(s).take(take)) {
        let run = RunId { session: s.id, number };
        events.push(Event::Queued { run, task: facts.task.clone() });
        if !s.rules.interactive {
            events.push(Event::Dispatched { run });
        }
    }
    if s.rules.interactive {
        return one_by_one(s, events);
    }
    events
}

/// What a person is asked before anything is dispatched, as long as nobody has let a run start in spite of it.
fn unsettled(s: &Session) -> Option<&str> {
    s.rules.ask_first.as_deref().filter(|_| !s.runs.values().any(|run| run.let_start))
}

/// The first run stands for the session: it is held, and nothing is dispatched beside it.
fn first_asked(s: &Session, question: &str) -> Vec<Event> {
    if let Some(run) = s.open_runs().find(|run| run.phase == Phase::Queued) {
        return vec![hold(s, run, HoldKind::Interactive, question.to_owned(), String::new())];
    }
    if s.open_runs().next().is_some() || allowance(s) == 0 {
        return Vec::new();
    }
    let number = s.runs.last_key_value().map_or(0, |(id, _)| id.number) + 1;
    let run = RunId { session: s.id, number };
    schedule::ready(s).take(1).map(|facts| Event::Queued { run, task: facts.task.clone() }).collect()
}

/// Where a person lets every run start, a new one is held at once; the next is looked at after that.
fn one_by_one(s: &Session, events: Vec<Event>) -> Vec<Event> {
    let new = s.open_runs().find(|run| run.phase == Phase::Queued && !run.let_start);
    match new {
        Some(run) => {
            let facts = s.tasks.get(&run.task);
            let (id, title) = facts.map_or(("", ""), |facts| (facts.id.as_str(), facts.title.as_str()));
            let question = format!("Let {} start on {id}: {title}?", s.rules.agent);
            vec![hold(s, run, HoldKind::Interactive, question, String::new())]
        }
        None => events,
    }
}

/// How many runs can be begun at once.
fn free_slots(s: &Session) -> usize {
    let jobs = s.rules.jobs.saturating_sub(s.busy());
    jobs.min(s.rules.agents().saturating_sub(s.agents_at_work()))
}

/// How many runs a person is asked to let start: no more are asked about than could then go on together.
fn asking(s: &Session) -> usize {
    let about = |hold: &Hold| hold.kind == HoldKind::Interactive;
    if s.rules.interactive { s.open_holds().filter(|h| about(h)).count() } else { 0 }
}

/// How many new tasks may be begun by the session's limits.
fn allowance(s: &Session) -> usize {
    if View::of(s).backlog().is_some() {
        return 0;
    }
    let tasks = s.rules.max_tasks.map_or(u64::MAX, |max| max.saturating_sub(s.dispatched));
    usize::try_from(tasks).unwrap_or(usize::MAX).min(ledger::room(s))
}

/// The end of the session, when nothing moves and nothing can be begun.
fn complete(s: &Session, now: Timestamp) -> Option<Event> {
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
    // What was answered but needs an agent waits for whoever resumes the session.
    let late = time_is_up(s, now).is_some();
    let moves = |run: &Run| {
        run.phase != Phase::Queued && (!matches!(run.phase, Phase::Held(_)) || !run.pending.is_empty())
    };
    if late && !s.open_runs().any(moves) && remains(s) {
        return completed(SessionOutcome::Limit);
    }
    // A claim of ours without a run means that the news of its release has not come yet.
    if s.is_moving() || s.tasks.values().any(|t| t.standing == Standing::Ours && s.run_of(&t.task).is_none())
    {
        return None;
    }
    if schedule::ready(s).len() > 0 && allowance(s) == 0 {
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

/// Whether there is anything left to work on, or that was answered.
fn remains(s: &Session) -> bool {
    schedule::ready(s).len() > 0
        || s.open_runs().any(|run| run.phase == Phase::Queued)
        || s.tasks
            .values()
            .any(|t| schedule::selected(s, t) && matches!(t.standing, Standing::Waiting { .. }))
}
