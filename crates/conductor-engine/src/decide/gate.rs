//! What the gates and the policy say.

use crate::effect::{Outcome, Verdict};
use crate::event::Event;
use crate::evidence::EvidenceSummary;
use crate::ids::EvidenceId;
use crate::session::{HoldKind, Run, Session};

use super::{again_or_hold, first_line, hold};

/// The gates are through. Nothing but their passing leads on.
pub(super) fn gated(s: &Session, run: &Run, outcome: Outcome) -> Vec<Event> {
    let Outcome::Gated { evidence, summary } = outcome else { return Vec::new() };
    if !summary.passed {
        return failed(s, run, evidence, summary);
    }
    let passed = Event::GatesPassed { run: run.id, evidence, summary };
    match &run.accepted_by {
        // A person has looked at this work already; the gates have now confirmed it on the new tree.
        Some(actor) => vec![passed, Event::Accepted { run: run.id, by: Some(actor.clone()) }],
        None => vec![passed],
    }
}

/// Back to the agent with the output; to a person where an agent cannot help, or where a person has said that
/// the work is good.
fn failed(s: &Session, run: &Run, evidence: EvidenceId, summary: EvidenceSummary) -> Vec<Event> {
    let what = match summary.failed.as_slice() {
        [] => first_line(&summary.feedback).to_owned(),
        [one] => format!("Gate `{one}` fails"),
        more => format!("Gates `{}` fail", more.join("`, `")),
    };
    let feedback = summary.feedback.clone();
    let next = if run.accepted_by.is_some() {
        hold(s, run, HoldKind::Failures, format!("You accepted this, but: {what}"), feedback)
    } else if summary.tampered {
        hold(s, run, HoldKind::Failures, what, feedback)
    } else {
        again_or_hold(s, run, &what, feedback)
    };
    vec![Event::GatesFailed { run: run.id, evidence, summary }, next]
}

/// The policy has spoken.
pub(super) fn judged(s: &Session, run: &Run, outcome: Outcome) -> Vec<Event> {
    let Outcome::Judged(verdict) = outcome else { return Vec::new() };
    vec![match verdict {
        Verdict::Hold { question, detail } => hold(s, run, HoldKind::Approval, question, detail),
        Verdict::Accept if !s.rules.auto_commit => hold(
            s,
            run,
            HoldKind::Approval,
            "The work passed its gates; auto_commit is off".to_owned(),
            String::new(),
        ),
        Verdict::Accept => Event::Accepted { run: run.id, by: None },
    }]
}
