//! The ladder: what is done, one step after the other, when an agent goes nowhere.

use jiff::Timestamp;

use crate::detect::{Verdict, VerdictKind};
use crate::event::Event;
use crate::session::{HoldKind, Run, Session, Step};

use super::{again_or_hold, hold};

/// What follows when an attempt, or one attempt after the other, goes nowhere: a step of the ladder, and what it leads
/// to. `what` is a sentence without its full stop. The failure itself has been noted before.
pub(super) fn climb(
    s: &Session,
    now: Timestamp,
    run: &Run,
    verdict: Verdict,
    what: &str,
    feedback: String,
) -> Vec<Event> {
    let Some((step, agent)) = next(s, run) else {
        return vec![again_or_hold(s, now, run, what, told(&feedback, &verdict))];
    };
    let why = verdict.why.clone();
    let detail = told(&feedback, &verdict);
    let after = match step {
        Step::Nudge | Step::Interrupt | Step::Fresh | Step::OtherAgent => {
            again_or_hold(s, now, run, what, detail)
        }
        Step::Split => {
            let question =
                format!("{what}: {why}. Is the task too large? Split it (reject it, and plan its parts)");
            hold(s, run, HoldKind::Failures, question, detail)
        }
        Step::Hold => hold(s, run, HoldKind::Failures, format!("{what}: {why}"), detail),
    };
    vec![Event::Stuck { run: run.id, verdict, step, agent }, after]
}

/// The next step of the ladder, with the agent that takes over where it is that; `None` where there is no ladder. After
/// the last one a person is asked again and again.
fn next(s: &Session, run: &Run) -> Option<(Step, Option<String>)> {
    let mut steps: Vec<(Step, Option<String>)> = Vec::new();
    for step in &s.rules.ladder {
        match step {
            // That happens within an attempt.
            Step::Nudge => {}
            Step::OtherAgent => {
                let others = s.rules.other_agents.iter().filter(|other| **other != s.rules.agent);
                steps.extend(others.map(|other| (Step::OtherAgent, Some(other.clone()))));
            }
            Step::Interrupt | Step::Fresh | Step::Split | Step::Hold => steps.push((*step, None)),
        }
    }
    if s.rules.ladder.is_empty() {
        return None;
    }
    let taken = usize::try_from(run.stuck).unwrap_or(usize::MAX);
    Some(steps.into_iter().nth(taken).unwrap_or((Step::Hold, None)))
}

/// What was found in an attempt that was ended for it; one that names nothing was ended by who only saw that it did.
pub(super) fn found(run: &Run, kind: VerdictKind) -> Verdict {
    let known = run
        .verdict
        .clone()
        .filter(|verdict| (verdict.kind == VerdictKind::Stall) == (kind == VerdictKind::Stall));
    known.unwrap_or_else(|| {
        let why = if kind == VerdictKind::Stall { "it fell silent" } else { "it repeated itself" };
        Verdict { kind, times: 1, why: why.to_owned(), seen: Vec::new() }
    })
}

fn told(feedback: &str, verdict: &Verdict) -> String {
    format!("{feedback}\n\nWhat was seen: {}.", verdict.why)
}
