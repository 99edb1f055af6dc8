//! The beginning and the end of an attempt.

use jiff::Timestamp;

use crate::attempt::{AttemptEnd, AttemptReport, FailureClass, Usage};
use crate::detect::{Fact, Verdict, VerdictKind, normalised};
use crate::effect::Verb;
use crate::ids::TreeId;
use crate::ledger::{self, Grant};
use crate::session::{Attempt, Phase, Run, Step};

pub(super) fn begin_attempt(
    run: &mut Run,
    number: u32,
    feedback: Option<String>,
    grant: Grant,
    at: Timestamp,
) {
    run.counters.attempts = number;
    run.accepted_by = None;
    run.grant = grant;
    run.let_on = false;
    run.leave_lane();
    run.feedback = feedback;
    run.enter(at, Phase::Working(Attempt { number, started: None }), vec![Verb::Attempt]);
}

pub(super) fn end_attempt(run: &mut Run, report: &AttemptReport, stop: bool, at: Timestamp) {
    let finished = matches!(report.end, AttemptEnd::Finished { .. });
    let transient = matches!(report.end, AttemptEnd::Failed { class: FailureClass::Transient, .. });
    run.counters.transients = if transient { run.counters.transients + 1 } else { 0 };
    match report.end {
        AttemptEnd::Interrupted | AttemptEnd::Cancelled => run.counters.interruptions += 1,
        AttemptEnd::RateLimited { .. } => run.counters.rate_limits += 1,
        AttemptEnd::Finished { .. }
        | AttemptEnd::Failed { .. }
        | AttemptEnd::TimedOut
        | AttemptEnd::Stalled
        | AttemptEnd::Looped
        | AttemptEnd::OverBudget
        | AttemptEnd::Asked { .. }
        | AttemptEnd::Blocked { .. }
        | AttemptEnd::Refused { .. } => run.counters.rate_limits = 0,
    }
    run.cut = None;
    let used = ledger::used(report, &run.grant);
    let spent = Fact::Spent { cost_micros: used.cost_micros, tokens: used.tokens };
    // Spending alone completes no verdict.
    let _none = run.history.take(&spent);
    if let Some(last) = report.verdicts.last() {
        run.verdict = Some(last.clone());
    }
    run.step = None;
    run.grant = Grant::default();
    run.working_ms += report.working_ms;
    run.usage.add(&report.usage);
    if report.agent_session.is_some() {
        run.agent_session.clone_from(&report.agent_session);
    }
    run.last_end = Some(report.end.clone());
    let mut steps = Vec::new();
    if stop {
        steps.push(Verb::Stop);
    }
    steps.push(Verb::Snapshot);
    if finished {
        steps.extend([Verb::Collect, Verb::Candidate]);
    }
    run.enter(at, Phase::Collecting, steps);
}

/// A step of the ladder is taken.
pub(super) fn climb(run: &mut Run, verdict: &Verdict, step: Step, agent: Option<&String>) {
    run.stuck += 1;
    run.step = Some(step);
    run.verdict = Some(verdict.clone());
    if let Some(agent) = agent {
        run.agent = Some(agent.clone());
    }
    if matches!(step, Step::Fresh | Step::OtherAgent) {
        run.agent_session = None;
    }
}

impl Run {
    /// Notes what the attempt that ended came to, once its work is saved: its failure and the tree that it left. An
    /// attempt that asked, waited or was stopped from outside says nothing of the agent's way.
    pub(crate) fn came_to(&mut self, tree: &TreeId) -> Option<Verdict> {
        let failed = match self.last_end.as_ref()? {
            AttemptEnd::Failed { class: FailureClass::Agent, message } => {
                let line = message.lines().next().unwrap_or_default();
                let signature = format!("agent|{}", normalised(line));
                self.history.take(&Fact::Failed { signature })
            }
            AttemptEnd::Finished { .. }
            | AttemptEnd::TimedOut
            | AttemptEnd::Stalled
            | AttemptEnd::Looped
            | AttemptEnd::OverBudget => None,
            AttemptEnd::Failed { class: FailureClass::Transient | FailureClass::Setup, .. }
            | AttemptEnd::Asked { .. }
            | AttemptEnd::Blocked { .. }
            | AttemptEnd::RateLimited { .. }
            | AttemptEnd::Refused { .. }
            | AttemptEnd::Cancelled
            | AttemptEnd::Interrupted => return None,
        };
        let saved = self.history.take(&Fact::Saved { tree: tree.as_str().to_owned() });
        failed.or(saved)
    }

    /// What its last attempt completed when its work was saved, and what was handed in all the same.
    pub(crate) fn came_back(&self) -> Option<Verdict> {
        let last = self.history.attempts();
        let over_attempts = |kind| matches!(kind, VerdictKind::SameTree | VerdictKind::NoProgress);
        self.verdict.clone().filter(|found| over_attempts(found.kind) && found.seen.last() == Some(&last))
    }

    /// Notes how its gates failed.
    pub(crate) fn failed_gates(&mut self, signature: Option<&str>) -> Option<Verdict> {
        self.history.take(&Fact::Failed { signature: signature?.to_owned() })
    }
}

impl Usage {
    /// Adds what another attempt used.
    pub(super) fn add(&mut self, other: &Self) {
        let sum = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        self.input_tokens = sum(self.input_tokens, other.input_tokens);
        self.output_tokens = sum(self.output_tokens, other.output_tokens);
        self.cost_micros = sum(self.cost_micros, other.cost_micros);
    }
}
