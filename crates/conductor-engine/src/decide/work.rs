//! From the end of an attempt to a candidate: the work is saved first, whatever the end; then the end decides.

use jiff::Timestamp;

use crate::attempt::{AttemptEnd, FailureClass};
use crate::backoff::{self, Class, later};
use crate::detect::{VerdictKind, blocker_in};
use crate::effect::{Outcome, Stacked, Verb};
use crate::event::Event;
use crate::ids::{Oid, TreeId};
use crate::lane::View;
use crate::session::{HoldKind, Run, Session, WaitKind};

use super::{again_or_hold, attempt, disturbed, first_line, hold, stuck};

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
        (Verb::Collect, Outcome::Collected { files: 0, .. }) => nothing_changed(s, now, run),
        (Verb::Collect, Outcome::Collected { unresolved, .. }) if !unresolved.is_empty() => {
            marks_left(s, now, run, &unresolved)
        }
        (Verb::Collect, Outcome::Collected { files, .. }) => vec![Event::Collected { run: run.id, files }],
        (Verb::Candidate, Outcome::Candidate { on, .. } | Outcome::Conflict { on, .. })
            if !still_asked(s, run, on.as_ref()) =>
        {
            vec![Event::Displaced { run: run.id }]
        }
        (Verb::Candidate, Outcome::Candidate { candidate, on }) => {
            vec![Event::CandidateBuilt { run: run.id, candidate, on: on.map(|on| on.run) }]
        }
        (Verb::Candidate, Outcome::Conflict { on: Some(on), paths, .. }) => {
            vec![Event::Deferred { run: run.id, on: on.run, paths }]
        }
        (Verb::Candidate, Outcome::Conflict { tip, paths, marked, on: None }) => {
            conflict(s, run, tip, paths, marked)
        }
        (verb, other) => disturbed(s, now, run, verb, format!("unexpected result {other:?}"), false),
    }
}

fn saved(s: &Session, now: Timestamp, run: &Run, snapshotted: Event) -> Vec<Event> {
    let Event::Snapshotted { tree, .. } = &snapshotted else { return vec![snapshotted] };
    let verdict = run.clone().came_to(tree);
    let mut events = vec![snapshotted];
    match (&run.last_end, verdict) {
        // What it was ended for is more to the point; work that is handed in is tested first.
        (Some(end @ (AttemptEnd::Stalled | AttemptEnd::Looped | AttemptEnd::Finished { .. })), _)
        | (Some(end), None) => {
            events.extend(after_attempt(s, now, run, end));
        }
        (Some(_), Some(verdict)) => {
            let feedback = "Your last attempts came to the same thing each time. Try another way.".to_owned();
            events.push(Event::Faulted { run: run.id, why: verdict.why.clone() });
            events.extend(stuck::climb(s, now, run, verdict, "The agent goes in circles", feedback));
        }
        (None, _) => {}
    }
    events
}

/// What an end leads to, once the work is saved. A finished attempt goes on to be collected.
fn after_attempt(s: &Session, now: Timestamp, run: &Run, end: &AttemptEnd) -> Vec<Event> {
    let fault = |what: &str, feedback: String| fault(s, now, run, what, feedback);
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
        AttemptEnd::Stalled => {
            let feedback = "The last attempt fell silent and was stopped. Its files are as it left them.";
            went_nowhere(s, now, run, VerdictKind::Stall, "The agent stalled", feedback)
        }
        AttemptEnd::Looped => {
            let feedback = "The last attempt repeated itself and was stopped. Try another way.";
            went_nowhere(s, now, run, VerdictKind::SameResult, "The agent went in circles", feedback)
        }
        AttemptEnd::OverBudget => {
            vec![hold(s, run, HoldKind::Failures, "The task used up its budget".to_owned(), String::new())]
        }
        AttemptEnd::Asked { question } => {
            vec![hold(s, run, HoldKind::Question, first_line(question).to_owned(), question.clone())]
        }
        AttemptEnd::Blocked { reason } => {
            vec![hold(s, run, HoldKind::Blocker, blocked(reason), reason.clone())]
        }
        AttemptEnd::Refused { reason } => {
            let question = format!("The agent refuses: {}", first_line(reason));
            vec![hold(s, run, HoldKind::Blocker, question, reason.clone())]
        }
        AttemptEnd::RateLimited { until } => {
            let times = run.counters.rate_limits;
            let until = match until.filter(|t| *t > now) {
                Some(reset) => backoff::after_reset(run.id, reset, times),
                None => later(now, backoff::pause(Class::RateLimit, run.id, times)),
            };
            vec![Event::Waited { run: run.id, until, why: WaitKind::RateLimit, feedback: None }]
        }
        AttemptEnd::Cancelled | AttemptEnd::Interrupted => {
            vec![attempt(s, now, run, Some(interrupted_note(run)))]
        }
    }
}

fn went_nowhere(
    s: &Session,
    now: Timestamp,
    run: &Run,
    kind: VerdictKind,
    what: &str,
    feedback: &str,
) -> Vec<Event> {
    let verdict = stuck::found(run, kind);
    let mut events = vec![Event::Faulted { run: run.id, why: what.to_owned() }];
    events.extend(stuck::climb(s, now, run, verdict, what, feedback.to_owned()));
    events
}

/// What a person is asked when something is missing: what they can do about it, where the words tell, and the words.
fn blocked(reason: &str) -> String {
    let words = first_line(reason);
    blocker_in(reason).question().map_or_else(|| words.to_owned(), |question| format!("{question}. {words}"))
}

/// The feedback that the interrupted attempt had is still true.
fn interrupted_note(run: &Run) -> String {
    let note = "The last attempt was interrupted from outside; go on from the files as they are. What you asked in \
                it did not reach anybody; ask it again.";
    match run.feedback.as_deref() {
        None => note.to_owned(),
        Some(earlier) if earlier.starts_with(note) => earlier.to_owned(),
        Some(earlier) => format!("{note}\n\n{earlier}"),
    }
}

/// A failure that may pass is not charged, but does not go on for ever either.
fn transient(s: &Session, now: Timestamp, run: &Run, message: &str) -> Vec<Event> {
    let times = run.counters.transients;
    if times > super::MAX_DISTURBANCES {
        let words = first_line(message);
        let question = blocker_in(message).question().map_or_else(
            || format!("The agent's surroundings keep failing: {words}"),
            |q| format!("{q}. {words}"),
        );
        return vec![hold(s, run, HoldKind::Failures, question, message.to_owned())];
    }
    let until = later(now, backoff::pause(Class::Transient, run.id, times));
    vec![Event::Waited { run: run.id, until, why: WaitKind::Backoff, feedback: None }]
}

/// Whether the candidate was built on what it is to stand on now.
fn still_asked(s: &Session, run: &Run, on: Option<&Stacked>) -> bool {
    let Some((next, below)) = View::of(s).next_build() else { return false };
    let same = match (below, on) {
        (None, None) => true,
        (Some(below), Some(on)) => below.id == on.run && below.candidate.as_ref() == Some(&on.candidate),
        (Some(_), None) | (None, Some(_)) => false,
    };
    next.id == run.id && same
}

/// "Done" with nothing to show for it is not done.
fn nothing_changed(s: &Session, now: Timestamp, run: &Run) -> Vec<Event> {
    let feedback = "You reported the task as done, but no file differs from where you started. Make the change in \
                    the workspace; if there is nothing to change, ask.";
    fault(s, now, run, "The agent says it is done, but changed nothing", feedback.to_owned())
}

/// Marks of a conflict are neither side's work.
fn marks_left(s: &Session, now: Timestamp, run: &Run, paths: &[String]) -> Vec<Event> {
    let feedback = format!(
        "You reported the task as done, but these files still hold the marks of a conflict (<<<<<<<, =======, \
         >>>>>>>):\n{}\nBring both sides together and take the marks out.",
        paths.join("\n")
    );
    fault(s, now, run, "The agent left the marks of a conflict", feedback)
}

fn fault(s: &Session, now: Timestamp, run: &Run, what: &str, feedback: String) -> Vec<Event> {
    vec![Event::Faulted { run: run.id, why: what.to_owned() }, again_or_hold(s, now, run, what, feedback)]
}

/// An agent brings both sides together, a bounded number of times. It is not charged as a failure: nobody did
/// anything wrong.
fn conflict(s: &Session, run: &Run, tip: Oid, paths: Vec<String>, marked: Option<TreeId>) -> Vec<Event> {
    let detail = paths.join("\n");
    let times = run.counters.conflicts + 1;
    let mut events = vec![Event::Conflicted { run: run.id, tip, paths, marked }];
    if times >= s.rules.max_consecutive_failures {
        let question = format!("The work conflicts with the branch, {times} times in a row");
        events.push(hold(s, run, HoldKind::Failures, question, detail));
    }
    events
}
