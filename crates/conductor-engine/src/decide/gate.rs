//! What the gates and the policy say.

use jiff::Timestamp;

use crate::effect::{Outcome, Verdict};
use crate::event::Event;
use crate::evidence::EvidenceSummary;
use crate::ids::EvidenceId;
use crate::lane::View;
use crate::session::{Ending, HoldKind, Phase, Run, Session, Status};

use super::{again_or_hold, attempt, first_line, hold, stuck};

/// The gates are through. Nothing but their passing leads on; it does so for all candidates below that were not
/// tested yet, since what lands is the tested tree.
pub(super) fn gated(s: &Session, now: Timestamp, run: &Run, outcome: Outcome) -> Vec<Event> {
    let Outcome::Gated { evidence, summary } = outcome else { return Vec::new() };
    let lane = View::of(s);
    if summary.passed {
        let passed = |id| Event::GatesPassed {
            run: id,
            evidence: evidence.clone(),
            summary: summary.clone(),
            by: (id != run.id).then_some(run.id),
        };
        return lane.covered(run.id).into_iter().map(passed).collect();
    }
    if lane.covered(run.id) == [run.id] {
        return suspected(s, now, run, evidence, summary);
    }
    vec![Event::GatesRed { run: run.id, evidence, summary }]
}

/// Nobody else can be to blame; an accident can.
pub(super) fn suspected(
    s: &Session,
    now: Timestamp,
    run: &Run,
    evidence: EvidenceId,
    summary: EvidenceSummary,
) -> Vec<Event> {
    if may_be_accident(run, &summary) {
        return vec![Event::GatesRetried { run: run.id, evidence, summary }];
    }
    blamed(s, now, run, evidence, summary)
}

/// Whether all gates run once more: not when it was done already, be it for the gates that failed alone, when the run
/// met the very same failure before, or when the gates themselves changed what they check.
fn may_be_accident(run: &Run, summary: &EvidenceSummary) -> bool {
    let known = summary.signature.is_some() && summary.signature == run.blamed_for;
    !run.tested_again && !known && !summary.tampered && !summary.retried
}

/// Back to the agent with the output; to a person where an agent cannot help, or where a person has said that
/// the work is good.
fn blamed(
    s: &Session,
    now: Timestamp,
    run: &Run,
    evidence: EvidenceId,
    summary: EvidenceSummary,
) -> Vec<Event> {
    let what = match summary.failed.as_slice() {
        [] => first_line(&summary.feedback).to_owned(),
        [one] => format!("Gate `{one}` fails"),
        more => format!("Gates `{}` fail", more.join("`, `")),
    };
    let feedback = summary.feedback.clone();
    let verdict = run.clone().failed_gates(summary.signature.as_deref()).or_else(|| run.came_back());
    let base = failing_base(s, run, &summary);
    let mut events = vec![Event::GatesFailed { run: run.id, evidence, summary: summary.clone() }];
    if run.accepted_by.is_some() {
        let question = format!("You accepted this, but: {what}");
        events.push(hold(s, run, HoldKind::Failures, question, feedback));
    } else if summary.tampered {
        events.push(hold(s, run, HoldKind::Tamper, what, feedback));
    } else if let Some(other) = base {
        let why = format!("{what} as for {other}, and nothing has landed yet; is the base broken?");
        events.push(Event::SessionPaused { why: why.clone() });
        events.push(hold(s, run, HoldKind::Failures, why, feedback));
    } else if let Some(verdict) = verdict {
        events.extend(stuck::climb(s, now, run, verdict, &what, feedback));
    } else {
        events.push(again_or_hold(s, now, run, &what, feedback));
    }
    events
}

/// The other task whose work fails in this very way, where that speaks against the branch: nothing has landed on it yet,
/// and nobody was told. It is told once, when the second task meets it.
fn failing_base(s: &Session, run: &Run, summary: &EvidenceSummary) -> Option<String> {
    let signature = summary.signature.as_ref()?;
    let landed = |run: &Run| matches!(run.phase, Phase::Ended(Ending::Landed { .. }));
    let told = run.blamed_for.as_ref() == Some(signature);
    if s.status != Status::Active || told || s.runs.values().any(landed) {
        return None;
    }
    let alike = |other: &&Run| other.task != run.task && other.blamed_for.as_ref() == Some(signature);
    let mut others = s.runs.values().filter(alike);
    let first = others.next()?;
    if others.next().is_some() {
        return None;
    }
    Some(s.tasks.get(&first.task).map_or_else(|| first.id.to_string(), |facts| facts.id.clone()))
}

/// The policy has spoken. Work that it sends back again and again is held.
pub(super) fn judged(s: &Session, now: Timestamp, run: &Run, outcome: Outcome) -> Vec<Event> {
    let Outcome::Judged(judgement) = outcome else { return Vec::new() };
    let ask = |question: &str| hold(s, run, HoldKind::Approval, question.to_owned(), String::new());
    let next = match judgement.verdict.clone() {
        Verdict::Hold { question, detail } => hold(s, run, HoldKind::Approval, question, detail),
        Verdict::Accept if s.rules.interactive => ask("The work passed its gates; accept it?"),
        Verdict::Accept if !s.rules.auto_commit => ask("The work passed its gates; auto_commit is off"),
        Verdict::Accept => Event::Accepted { run: run.id, by: None },
        Verdict::Retry { feedback } => sent_back(s, now, run, feedback),
        Verdict::Reject { why } => Event::Ending { run: run.id, ending: Ending::Rejected { why } },
    };
    vec![Event::Judged { run: run.id, judgement: *judgement }, next]
}

fn sent_back(s: &Session, now: Timestamp, run: &Run, feedback: String) -> Event {
    let times = run.counters.sent_back + 1;
    if times < s.rules.max_consecutive_failures {
        return attempt(s, now, run, Some(feedback));
    }
    let question =
        format!("The policy sends the work back, {times} times in a row: {}", first_line(&feedback));
    hold(s, run, HoldKind::Failures, question, feedback)
}
