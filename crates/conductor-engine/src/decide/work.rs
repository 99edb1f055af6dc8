//! From the end of an attempt to a candidate: the work is saved first, whatever the end; then the end decides.

use jiff::{SignedDuration, Timestamp};

use crate::attempt::{AttemptEnd, FailureClass};
use crate::effect::{Outcome, Verb};
use crate::event::Event;
use crate::session::{HoldKind, Run, Session, WaitKind};

use super::{again_or_hold, attempt, disturbed, first_line, hold, later, pause};

/// How long to wait for a provider that does not say how long: one minute, doubled each time, at most 30.
const RATE_LIMIT_PAUSE: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_RATE_LIMIT_PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// The agent is over: as its report says, or as it was cut short.
pub(super) fn ended(run: &Run, outcome: Outcome) -> Vec<Event> {
    let Outcome::Attempt(mut report) = outcome else { return Vec::new() };
    if let Some(cut) = &run.cut {
        report.end = cut.clone();
    }
    let stop = !report.contained;
    vec![Event::AttemptEnded { run: run.id, report, stop }]
}

pub(super) fn decide(s: &Session, now: Timestamp, run: &Run, verb: Verb, outcome: Outcome) -> Vec<Event> {
    match (verb, outcome) {
        (Verb::Stop, Outcome::Done) => vec![Event::Stopped { run: run.id }],
        (Verb::Snapshot, Outcome::Snapshot { number, commit, tree }) => {
            saved(s, now, run, Event::Snapshotted { run: run.id, number, commit, tree })
        }
        (Verb::Collect, Outcome::Collected { files: 0 }) => nothing_changed(s, run),
        (Verb::Collect, Outcome::Collected { files }) => vec![Event::Collected { run: run.id, files }],
        (Verb::Candidate, Outcome::Candidate(candidate)) => {
            vec![Event::CandidateBuilt { run: run.id, candidate }]
        }
        (Verb::Candidate, Outcome::Conflict { tip, paths }) => conflict(s, run, tip, paths),
        (verb, other) => disturbed(s, now, run, verb, format!("unexpected result {other:?}"), false),
    }
}

fn saved(s: &Session, now: Timestamp, run: &Run, snapshotted: Event) -> Vec<Event> {
    let mut events = vec![snapshotted];
    if let Some(end) = &run.last_end {
        events.extend(after_attempt(s, now, run, end));
    }
    events
}

/// What an end leads to, once the work is saved. A finished attempt goes on to be collected.
fn after_attempt(s: &Session, now: Timestamp, run: &Run, end: &AttemptEnd) -> Vec<Event> {
    let fault = |what: &str, feedback: String| {
        vec![Event::Faulted { run: run.id, why: what.to_owned() }, again_or_hold(s, run, what, feedback)]
    };
    match end {
        AttemptEnd::Finished { .. } => Vec::new(),
        AttemptEnd::Failed { class: FailureClass::Agent, message } => {
            fault("The agent failed", format!("The last attempt failed:\n{message}"))
        }
        AttemptEnd::Failed { class: FailureClass::Setup, message } => {
            let question = format!("The agent cannot run: {}", first_line(message));
            vec![hold(s, run, HoldKind::Failures, question, message.clone())]
        }
        AttemptEnd::Failed { class: FailureClass::Transient, message } => transient(s, now, run, message),
        AttemptEnd::TimedOut => fault(
            "The agent ran out of time",
            "The last attempt ran out of time and was stopped. Its files are as it left them.".to_owned(),
        ),
        AttemptEnd::Stalled => fault(
            "The agent stalled",
            "The last attempt fell silent and was stopped. Its files are as it left them.".to_owned(),
        ),
        AttemptEnd::Looped => fault(
            "The agent went in circles",
            "The last attempt repeated itself and was stopped. Try another way.".to_owned(),
        ),
        AttemptEnd::OverBudget => {
            vec![hold(s, run, HoldKind::Failures, "The task used up its budget".to_owned(), String::new())]
        }
        AttemptEnd::Asked { question } => {
            vec![hold(s, run, HoldKind::Question, first_line(question).to_owned(), question.clone())]
        }
        AttemptEnd::Blocked { reason } => {
            vec![hold(s, run, HoldKind::Blocker, first_line(reason).to_owned(), reason.clone())]
        }
        AttemptEnd::Refused { reason } => {
            let question = format!("The agent refuses: {}", first_line(reason));
            vec![hold(s, run, HoldKind::Blocker, question, reason.clone())]
        }
        AttemptEnd::RateLimited { until } => {
            let until = until.filter(|t| *t > now).unwrap_or_else(|| later(now, rate_pause(run)));
            vec![Event::Waited { run: run.id, until, why: WaitKind::RateLimit }]
        }
        AttemptEnd::Cancelled | AttemptEnd::Interrupted => {
            vec![attempt(run, Some(interrupted_note(run)))]
        }
    }
}

/// The feedback that the interrupted attempt had is still true.
fn interrupted_note(run: &Run) -> String {
    let note = "The last attempt was interrupted from outside; go on from the files as they are.";
    match run.feedback.as_deref() {
        None => note.to_owned(),
        Some(earlier) if earlier.starts_with(note) => earlier.to_owned(),
        Some(earlier) => format!("{note}\n\n{earlier}"),
    }
}

/// A failure that may pass is not charged, but does not go on for ever either.
fn transient(s: &Session, now: Timestamp, run: &Run, message: &str) -> Vec<Event> {
    let times = run.counters.attempts.min(16);
    if run.counters.attempts >= s.rules.max_consecutive_failures.saturating_add(super::MAX_DISTURBANCES) {
        let question = format!("The agent's surroundings keep failing: {}", first_line(message));
        return vec![hold(s, run, HoldKind::Failures, question, message.to_owned())];
    }
    vec![Event::Waited { run: run.id, until: later(now, pause(times + 2)), why: WaitKind::Backoff }]
}

fn rate_pause(run: &Run) -> SignedDuration {
    let factor = 1_i32.checked_shl(run.counters.rate_limits.saturating_sub(1).min(10)).unwrap_or(i32::MAX);
    RATE_LIMIT_PAUSE.checked_mul(factor).unwrap_or(LONGEST_RATE_LIMIT_PAUSE).min(LONGEST_RATE_LIMIT_PAUSE)
}

/// "Done" with nothing to show for it is not done.
fn nothing_changed(s: &Session, run: &Run) -> Vec<Event> {
    let what = "The agent says it is done, but changed nothing";
    vec![
        Event::Faulted { run: run.id, why: what.to_owned() },
        again_or_hold(
            s,
            run,
            what,
            "You reported the task as done, but no file differs from where you started. Make the change in \
             the workspace; if there is nothing to change, ask."
                .to_owned(),
        ),
    ]
}

/// The agent starts afresh from the new tip, a bounded number of times.
fn conflict(s: &Session, run: &Run, tip: crate::ids::Oid, paths: Vec<String>) -> Vec<Event> {
    let detail = paths.join("\n");
    let mut events = vec![Event::Conflicted { run: run.id, tip, paths }];
    if run.counters.failures + 1 >= s.rules.max_consecutive_failures {
        events.push(hold(
            s,
            run,
            HoldKind::Failures,
            "The work conflicts with the branch".to_owned(),
            detail,
        ));
    }
    events
}
