//! The way through the lane: merged, tested, judged.

use jiff::Timestamp;

use crate::effect::Verb;
use crate::event::Event;
use crate::judgement::{Judgement, Verdict};
use crate::session::{Ending, Goal, Phase, Run};

#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_run` sends exactly these events here")]
pub(super) fn apply_lane(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::CandidateBuilt { candidate, on, .. } => {
            run.forget_candidate();
            run.candidate = Some(candidate.clone());
            run.on = *on;
            run.counters.disturbances = 0;
            run.enter(at, Phase::Gating(candidate.clone()), Vec::new());
        }
        Event::Deferred { .. } => {
            run.enter(at, Phase::Collecting, vec![Verb::Candidate]);
            run.patient = true;
        }
        Event::Displaced { .. } | Event::Moved { .. } => {
            run.forget_candidate();
            run.enter(at, Phase::Collecting, vec![Verb::Candidate]);
        }
        Event::Uncovered { .. } => {
            run.covered_by = None;
            run.evidence = None;
            if let Some(candidate) = run.candidate.clone() {
                run.enter(at, Phase::Gating(candidate), Vec::new());
            }
        }
        Event::Returned { .. } => run.enter(at, Phase::Collecting, vec![Verb::Candidate]),
        Event::Landed { commit, .. } => {
            run.leave_lane();
            let ending = Ending::Landed { commit: commit.clone() };
            run.enter(at, Phase::Stopping(ending), vec![Verb::CloseTask, Verb::Tidy]);
        }
        Event::Conflicted { .. } => conflicted(run, event, at),
        Event::GatesBegun { .. }
        | Event::GatesRetried { .. }
        | Event::GatesRed { .. }
        | Event::GatesPassed { .. }
        | Event::GatesFailed { .. } => apply_gates(run, event, at),
        Event::Judged { judgement, .. } => judged(run, judgement),
        Event::Accepted { by, .. } => {
            if by.is_some() {
                run.accepted_by.clone_from(by);
            }
            if let Some(candidate) = run.candidate.clone() {
                run.enter(at, Phase::Landing(candidate), vec![Verb::Land]);
            }
        }
        _ => {}
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "`apply_lane` sends exactly these events here")]
fn apply_gates(run: &mut Run, event: &Event, at: Timestamp) {
    match event {
        Event::GatesBegun { .. } => run.pending = vec![Verb::Gates],
        Event::GatesRetried { evidence, summary, .. } => {
            run.evidence = Some((evidence.clone(), summary.clone()));
            run.tested_again = true;
            run.red = None;
            run.pending = vec![Verb::Gates];
            // What is asked for is the same again, so that only its epoch tells the two answers apart.
            run.epoch = run.epoch.next();
            run.counters.disturbances = 0;
        }
        Event::GatesRed { evidence, summary, .. } => {
            run.red = Some((evidence.clone(), summary.clone()));
            run.step(Verb::Gates);
        }
        Event::GatesPassed { evidence, summary, by, .. } => {
            run.evidence = Some((evidence.clone(), summary.clone()));
            run.covered_by = *by;
            run.red = None;
            run.counters.failures = 0;
            run.counters.conflicts = 0;
            run.enter(at, Phase::Deciding(evidence.clone()), vec![Verb::Judge]);
        }
        Event::GatesFailed { evidence, summary, .. } => {
            run.evidence = Some((evidence.clone(), summary.clone()));
            run.red = None;
            run.blamed_for.clone_from(&summary.signature);
            // Whoever decided has given the verdict already.
            let _given = run.failed_gates(summary.signature.as_deref());
            run.fault();
            run.step(Verb::Gates);
        }
        _ => {}
    }
}

/// The work was judged; what follows from it is an event of its own. Work that is sent back has passed its gates, so
/// that is counted apart from failures in a row, which begin anew there.
fn judged(run: &mut Run, judgement: &Judgement) {
    run.usage.add(&judgement.usage);
    run.judgement = Some(judgement.clone());
    if matches!(judgement.verdict, Verdict::Retry { .. }) {
        run.counters.sent_back += 1;
        run.counters.faults += 1;
    }
    run.step(Verb::Judge);
}

/// The run goes on from the tip, in a workspace that holds both sides.
fn conflicted(run: &mut Run, event: &Event, at: Timestamp) {
    let Event::Conflicted { paths, marked, .. } = event else { return };
    run.counters.conflicts += 1;
    run.leave_lane();
    run.fresh = true;
    run.base = None;
    run.goal = Goal::Attempt;
    run.marked.clone_from(marked);
    run.marked_paths = if marked.is_some() { paths.clone() } else { Vec::new() };
    let earlier = run.snapshot.as_ref().map_or("(none)", |s| s.commit.as_str());
    let files = paths.join("\n");
    run.feedback = Some(match marked {
        Some(_) => format!(
            "The branch moved on while you worked, and your change conflicts with it in:\n{files}\nThe workspace \
             now holds the new state of the branch with your change merged into it. In these files both sides \
             stand one below the other: first the branch's (from <<<<<<< to =======), then yours (to >>>>>>>). \
             Bring them together so that both purposes are served, and take the marks out. Your earlier change \
             by itself is commit {earlier}."
        ),
        None => format!(
            "The branch moved on while you worked, and your change conflicts with it in:\n{files}\nYou start \
             afresh from the new state of the branch; your earlier change is kept in commit {earlier}."
        ),
    });
    run.enter(at, Phase::Preparing, vec![Verb::Worktree]);
}
