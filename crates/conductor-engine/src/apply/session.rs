//! What an event changes outside its run.

use jiff::Timestamp;

use crate::attempt::{AttemptReport, Usage};
use crate::detect::History;
use crate::event::{Event, EventTag, TaskChange};
use crate::ids::{Epoch, HoldId, RunId, TaskRef};
use crate::index::Index;
use crate::ledger::{self, Amounts, Grant};
use crate::session::{Counters, Goal, Hold, HoldKind, Phase, Run, Session, Standing, Status, TaskFacts};

use super::ending_reason;

/// The session's own events.
#[expect(clippy::wildcard_enum_match_arm, reason = "`Event::run` sends exactly the session's events here")]
pub(super) fn apply_session(s: &mut Session, event: &Event, at: Timestamp) {
    match event {
        Event::TasksChanged { changes } => change_tasks(s, changes),
        Event::ControlSeen { id, .. } => s.last_control = *id,
        Event::StopAsked { why } => s.stopping = Some(why.clone()),
        Event::SessionPaused { why } => s.status = Status::Paused { why: why.clone() },
        Event::SessionResumed => {
            s.status = Status::Active;
            s.stopping = None;
            s.failed_runs = 0;
            s.began = Some(at);
            s.asked_share = ledger::share(s);
        }
        Event::SessionFailed { why } => s.status = Status::Failed { why: why.clone() },
        Event::SessionCompleted { outcome } => s.status = Status::Completed { outcome: *outcome },
        _ => {}
    }
}

/// What a run's event changes outside the run.
#[expect(clippy::wildcard_enum_match_arm, reason = "most events concern their run alone")]
pub(super) fn apply_shared(s: &mut Session, event: &Event, at: Timestamp) {
    match event {
        Event::Queued { run, task } => {
            s.dispatched += 1;
            s.runs.insert(*run, new_run(*run, task.clone(), at));
        }
        Event::AttemptBegun { grant, .. } => s.reserved = s.reserved.plus(grant.reserved),
        Event::AttemptEnded { run, report, .. } => settle(s, *run, Some(report)),
        Event::Judged { run, judgement } => charge(s, *run, ledger::used_by_review(&judgement.usage)),
        Event::Landed { run, commit, tip } => {
            s.tip = tip.clone();
            s.failed_runs = 0;
            if commit == tip {
                stand_on_tip(s, *run);
            }
        }
        Event::Moved { tip, .. } | Event::Conflicted { tip, .. } => s.tip = tip.clone(),
        Event::Collected { run, .. } | Event::Returned { run } => {
            s.next_ticket += 1;
            let ticket = s.next_ticket;
            if let Some(run) = s.runs.get_mut(run) {
                run.lane_ticket = Some(ticket);
            }
        }
        Event::HoldOpened { .. } => open_hold(s, event, at),
        Event::Requeued { run, hold, goal, words, .. } => {
            use crate::control::Ruling;
            let ruling = match goal {
                Goal::Candidate => Ruling::Accept,
                Goal::Attempt => Ruling::Retry { words: words.clone().unwrap_or_default() },
            };
            rule(s, *hold, ruling);
            let budget = s.holds.get(hold).is_some_and(|hold| hold.kind == HoldKind::Budget);
            if let Some(run) = s.runs.get_mut(run) {
                run.let_on = budget;
            }
        }
        Event::HoldExpired { hold, why, .. } => {
            rule(s, *hold, crate::control::Ruling::Reject { why: why.clone() });
        }
        Event::Ending { run, ending } => {
            let hold = s.runs.get(run).and_then(|r| match r.phase {
                Phase::Held(hold) => Some(hold),
                _ => None,
            });
            if let Some(hold) = hold {
                let why = ending_reason(ending);
                rule(s, hold, crate::control::Ruling::Reject { why });
            }
        }
        _ => {}
    }
}

fn rule(s: &mut Session, hold: HoldId, ruling: crate::control::Ruling) {
    if let Some(hold) = s.holds.get_mut(&hold) {
        hold.ruling = Some(ruling);
    }
}

fn open_hold(s: &mut Session, event: &Event, at: Timestamp) {
    let Event::HoldOpened { run, hold, kind, question, detail } = event else { return };
    if matches!(kind, HoldKind::Failures | HoldKind::Tamper) {
        s.failed_runs += 1;
    }
    settle(s, *run, None);
    let hold = Hold {
        id: *hold,
        run: *run,
        kind: *kind,
        question: question.clone(),
        detail: detail.clone(),
        opened_at: at,
        ruling: None,
    };
    s.holds.insert(hold.id, hold);
}

fn change_tasks(s: &mut Session, changes: &[TaskChange]) {
    let mut before: Vec<(TaskRef, Option<TaskFacts>)> = Vec::with_capacity(changes.len());
    for change in changes {
        match change {
            TaskChange::Is(facts) => {
                before.push((facts.task.clone(), s.tasks.insert(facts.task.clone(), facts.clone())));
            }
            TaskChange::Deleted(task) => {
                if let Some(facts) = s.tasks.get_mut(task) {
                    before.push((task.clone(), Some(facts.clone())));
                    facts.standing = Standing::Gone;
                }
            }
        }
    }
    with_index(s, |index, s| index.changed(s, &before));
}

/// Keeps up what is looked up often, when a run began or ended.
pub(super) fn index_run(s: &mut Session, id: RunId, tag: EventTag) {
    let opened = tag == EventTag::Queued;
    if !opened && tag != EventTag::Ended {
        return;
    }
    let Some(task) = s.runs.get(&id).map(|run| run.task.clone()) else { return };
    with_index(s, |index, s| if opened { index.opened(s, id, &task) } else { index.ended(s, id, &task) });
}

/// The index reads all the rest of the state, so it is taken out of it while it is changed.
fn with_index(s: &mut Session, change: impl FnOnce(&mut Index, &Session)) {
    let mut index = std::mem::take(&mut s.index);
    change(&mut index, s);
    s.index = index;
}

/// Replaces what was set aside for an attempt by what it used; `None` when nothing is known of it.
fn settle(s: &mut Session, id: RunId, report: Option<&AttemptReport>) {
    let Some(run) = s.runs.get(&id) else { return };
    s.reserved = s.reserved.minus(run.grant.reserved);
    if let Some(report) = report {
        let used = ledger::used(report, &run.grant);
        charge(s, id, used);
    }
}

/// The session and the run's task used so much.
fn charge(s: &mut Session, id: RunId, used: Amounts) {
    let Some(run) = s.runs.get(&id) else { return };
    s.spent = s.spent.plus(used);
    let of_task = s.spent_on.entry(run.task.clone()).or_default();
    *of_task = of_task.plus(used);
}

/// What stood on the candidate of a run that has landed now stands on the tip: it is the same tree.
fn stand_on_tip(s: &mut Session, landed: RunId) {
    let tip = s.tip.clone();
    let open: Vec<RunId> = s.index.open().collect();
    for id in open {
        let Some(run) = s.runs.get_mut(&id).filter(|run| run.on == Some(landed)) else { continue };
        run.on = None;
        if let Some(candidate) = &mut run.candidate {
            candidate.tip = tip.clone();
        }
        if let Phase::Gating(candidate) | Phase::Landing(candidate) = &mut run.phase {
            candidate.tip = tip.clone();
        }
    }
}

fn new_run(id: RunId, task: TaskRef, at: Timestamp) -> Run {
    Run {
        id,
        task,
        phase: Phase::Queued,
        epoch: Epoch(1),
        pending: Vec::new(),
        since: at,
        created_at: at,
        goal: Goal::Attempt,
        cut: None,
        asleep_until: None,
        token: None,
        base: None,
        workspace: false,
        fresh: false,
        snapshot: None,
        last_end: None,
        agent_session: None,
        candidate: None,
        evidence: None,
        judgement: None,
        feedback: None,
        accepted_by: None,
        lane_ticket: None,
        on: None,
        covered_by: None,
        red: None,
        tested_again: false,
        blamed_for: None,
        patient: false,
        marked: None,
        marked_paths: Vec::new(),
        hold: None,
        counters: Counters::default(),
        usage: Usage::default(),
        grant: Grant::default(),
        stuck: 0,
        step: None,
        verdict: None,
        history: History::default(),
        agent: None,
        let_start: false,
        let_on: false,
        working_ms: 0,
        kept: None,
    }
}
