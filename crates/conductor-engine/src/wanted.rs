//! What the state wants done. It is a function of the state alone, so recovery is a fold and a look.

use std::collections::BTreeMap;

use crate::apply::ending_reason;
use crate::attempt::AttemptEnd;
use crate::effect::{Effect, EffectKey, ReportAs, Verb};
use crate::session::{Candidate, Ending, HoldKind, Phase, Run, Session};

/// Every effect that is to be under way. Each live run wants at most one thing at a time.
pub fn wanted(s: &Session) -> BTreeMap<EffectKey, Effect> {
    let lane = lane_head(s);
    s.open_runs()
        .filter(|run| run.asleep_until.is_none())
        .filter_map(|run| {
            let verb = *run.pending.first()?;
            if verb == Verb::Attempt && run.cut.is_some() {
                return None;
            }
            if verb == Verb::Candidate && lane != Some(run.id) {
                return None;
            }
            let key = EffectKey { run: Some(run.id), epoch: run.epoch, verb };
            Some((key, effect(s, run, verb)?))
        })
        .collect()
}

/// The run that may be merged with the tip now: the first that came, when nobody is past that point.
fn lane_head(s: &Session) -> Option<crate::ids::RunId> {
    let taken =
        s.open_runs().any(|r| matches!(r.phase, Phase::Gating(_) | Phase::Deciding(_) | Phase::Landing(_)));
    if taken {
        return None;
    }
    s.open_runs()
        .filter(|r| r.pending.first() == Some(&Verb::Candidate))
        .min_by_key(|r| (r.lane_ticket, r.id))
        .map(|r| r.id)
}

/// `None` only when the state lacks what the effect needs, which [`crate::apply`] rules out.
fn effect(s: &Session, run: &Run, verb: Verb) -> Option<Effect> {
    let task = run.task.clone();
    Some(match verb {
        Verb::Claim => Effect::Claim { task },
        Verb::Worktree => {
            Effect::Worktree { base: run.base.clone(), snapshot: run.snapshot.clone(), fresh: run.fresh }
        }
        Verb::Attempt => Effect::Attempt {
            task,
            number: run.counters.attempts,
            feedback: run.feedback.clone(),
            agent_session: run.agent_session.clone(),
        },
        Verb::Stop => Effect::Stop,
        Verb::Snapshot => Effect::Snapshot { number: run.counters.snapshots + 1, base: run.base.clone()? },
        Verb::Collect => Effect::Collect { base: run.base.clone()?, snapshot: run.snapshot.clone()? },
        Verb::Candidate => Effect::Candidate { base: run.base.clone()?, snapshot: run.snapshot.clone()? },
        Verb::Gates => Effect::Gates { candidate: run.candidate.clone()? },
        Verb::Judge => {
            Effect::Judge { candidate: run.candidate.clone()?, evidence: run.evidence.as_ref()?.0.clone() }
        }
        Verb::Land => land(run, run.candidate.clone()?)?,
        Verb::CloseTask => close(run)?,
        Verb::Report => report(s, run)?,
        Verb::Release => Effect::Release { task, token: run.token? },
        Verb::Tidy => Effect::Tidy { snapshot: run.snapshot.clone() },
        Verb::Notify => Effect::Notify { hold: run.hold? },
    })
}

fn land(run: &Run, candidate: Candidate) -> Option<Effect> {
    let summary = match &run.last_end {
        Some(AttemptEnd::Finished { summary }) if !summary.trim().is_empty() => Some(summary.clone()),
        _ => None,
    };
    let evidence = run.evidence.as_ref()?.0.clone();
    Some(Effect::Land { task: run.task.clone(), candidate, evidence, summary })
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
            HoldKind::Approval | HoldKind::Failures => ReportAs::Review,
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
