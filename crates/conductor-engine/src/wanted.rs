//! What the state wants done. It is a function of the state alone, so recovery is a fold and a look.

use std::collections::BTreeMap;

use crate::apply::ending_reason;
use crate::attempt::{AttemptEnd, FailureClass};
use crate::effect::{Effect, EffectKey, LandPart, ReportAs, Stacked, Verb};
use crate::judgement::RunFacts;
use crate::lane::View;
use crate::session::{Ending, HoldKind, Phase, Run, Session, Step};

/// Every effect that is to be under way. Each live run wants at most one thing at a time.
pub fn wanted(s: &Session) -> BTreeMap<EffectKey, Effect> {
    let lane = View::of(s);
    s.open_runs()
        .filter(|run| run.asleep_until.is_none())
        .filter_map(|run| {
            let verb = *run.pending.first()?;
            if verb == Verb::Attempt && run.cut.is_some() {
                return None;
            }
            let key = EffectKey { run: Some(run.id), epoch: run.epoch, verb };
            Some((key, effect(s, &lane, run, verb)?))
        })
        .collect()
}

/// `None` for what waits in the lane; else only when the state lacks what the effect needs, which
/// [`crate::apply`] rules out.
fn effect(s: &Session, lane: &View<'_>, run: &Run, verb: Verb) -> Option<Effect> {
    let task = run.task.clone();
    Some(match verb {
        Verb::Claim => Effect::Claim { task },
        Verb::Worktree => {
            let marked = run.marked.clone().filter(|_| run.fresh);
            Effect::Worktree {
                base: run.base.clone(),
                snapshot: run.snapshot.clone(),
                fresh: run.fresh,
                marked,
            }
        }
        Verb::Attempt => Effect::Attempt {
            task,
            number: run.counters.attempts,
            feedback: run.feedback.clone(),
            agent_session: run.agent_session.clone().filter(|_| may_resume(run)),
            most: run.grant.most,
            agent: run.agent.clone(),
        },
        Verb::Stop => Effect::Stop,
        Verb::Snapshot => Effect::Snapshot { number: run.counters.snapshots + 1, base: run.base.clone()? },
        Verb::Collect => Effect::Collect {
            base: run.base.clone()?,
            snapshot: run.snapshot.clone()?,
            marked: run.marked_paths.clone(),
        },
        Verb::Candidate => candidate(lane, run)?,
        Verb::Gates => {
            Effect::Gates { candidate: run.candidate.clone()?, again: run.tested_again, tip: s.tip.clone() }
        }
        Verb::Judge if !lane.is_at_head(run) || run.accepted_by.is_some() => return None,
        Verb::Judge => {
            let evidence = run.evidence.as_ref()?.0.clone();
            Effect::Judge { task, candidate: run.candidate.clone()?, evidence, facts: RunFacts::of(run) }
        }
        Verb::Land => land(lane, run)?,
        Verb::CloseTask => close(run)?,
        Verb::Report => report(s, run)?,
        Verb::Release => Effect::Release { task, token: run.token? },
        Verb::Tidy => Effect::Tidy { snapshot: run.snapshot.clone() },
        Verb::Notify => Effect::Notify { hold: run.hold? },
    })
}

/// Only the next in order is merged.
/// Whether the agent's own session is worth going on with. One that failed, fell silent or went in circles begins
/// anew: what it has in mind is what led there.
fn may_resume(run: &Run) -> bool {
    match run.step {
        Some(Step::Interrupt) => return true,
        Some(Step::Nudge | Step::Fresh | Step::OtherAgent | Step::Split | Step::Hold) | None => {}
    }
    match &run.last_end {
        Some(
            AttemptEnd::Finished { .. }
            | AttemptEnd::TimedOut
            | AttemptEnd::Asked { .. }
            | AttemptEnd::Blocked { .. }
            | AttemptEnd::RateLimited { .. }
            | AttemptEnd::Cancelled
            | AttemptEnd::Interrupted
            | AttemptEnd::Failed { class: FailureClass::Transient | FailureClass::Setup, .. },
        ) => true,
        Some(
            AttemptEnd::Failed { class: FailureClass::Agent, .. }
            | AttemptEnd::Stalled
            | AttemptEnd::Looped
            | AttemptEnd::OverBudget
            | AttemptEnd::Refused { .. },
        )
        | None => false,
    }
}

fn candidate(lane: &View<'_>, run: &Run) -> Option<Effect> {
    let (next, below) = lane.next_build()?;
    if next.id != run.id {
        return None;
    }
    let on = match below {
        Some(below) => Some(Stacked { run: below.id, candidate: below.candidate.clone()? }),
        None => None,
    };
    Some(Effect::Candidate { base: run.base.clone()?, snapshot: run.snapshot.clone()?, on })
}

/// The last of those that land together lands them all.
fn land(lane: &View<'_>, run: &Run) -> Option<Effect> {
    let mut with = lane.landing(run)?;
    with.retain(|other| other.id != run.id);
    let part = |run: &Run| {
        Some(LandPart {
            run: run.id,
            task: run.task.clone(),
            candidate: run.candidate.clone()?,
            summary: summary(run),
            agent: run.agent.clone(),
        })
    };
    Some(Effect::Land {
        task: run.task.clone(),
        candidate: run.candidate.clone()?,
        evidence: run.evidence.as_ref()?.0.clone(),
        summary: summary(run),
        agent: run.agent.clone(),
        with: with.into_iter().map(part).collect::<Option<_>>()?,
    })
}

fn summary(run: &Run) -> Option<String> {
    match &run.last_end {
        Some(AttemptEnd::Finished { summary }) if !summary.trim().is_empty() => Some(summary.clone()),
        _ => None,
    }
}

fn close(run: &Run) -> Option<Effect> {
    let Phase::Stopping(Ending::Landed { commit }) = &run.phase else { return None };
    Some(Effect::CloseTask {
        task: run.task.clone(),
        token: run.token?,
        minutes: run.working_ms.div_ceil(60_000).max(1),
        commit: commit.clone(),
    })
}

fn report(s: &Session, run: &Run) -> Option<Effect> {
    let (as_status, reason) = if let Phase::Held(id) = &run.phase {
        let hold = s.holds.get(id)?;
        let status = match hold.kind {
            HoldKind::Question | HoldKind::Blocker => ReportAs::Blocked,
            HoldKind::Approval
            | HoldKind::Failures
            | HoldKind::Tamper
            | HoldKind::Interactive
            | HoldKind::Budget => ReportAs::Review,
        };
        (status, format!("{} (hold {id})", hold.question))
    } else if let Phase::Stopping(ending) = &run.phase {
        report_ending(run, ending)
    } else {
        return None;
    };
    Some(Effect::Report { task: run.task.clone(), token: run.token, as_status, reason })
}

fn report_ending(run: &Run, ending: &Ending) -> (ReportAs, String) {
    if !matches!(ending, Ending::Stopped { .. }) {
        return (ReportAs::Blocked, ending_reason(ending));
    }
    let kept = run.snapshot.as_ref().map_or_else(
        || "no work was saved yet".to_owned(),
        |s| format!("work kept in commit {}", s.commit.short()),
    );
    (ReportAs::Todo, format!("{}; {kept}", ending_reason(ending)))
}
