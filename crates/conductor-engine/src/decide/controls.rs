//! What people ask for.

use crate::control::{Actor, Control, Reply, Ruling};
use crate::event::Event;
use crate::ids::{ControlId, HoldId};
use crate::session::{Ending, Goal, Hold, HoldKind, Phase, Session, Status};

pub(super) fn decide(s: &Session, id: ControlId, actor: Actor, control: Control) -> Vec<Event> {
    // Rows are numbered; one that was seen is not obeyed twice.
    if id <= s.last_control {
        return Vec::new();
    }
    let answer = match &control {
        Control::Stop { why } => Ok(vec![Event::StopAsked { why: why.clone() }]),
        Control::Abandon { why } => abandon(s, why),
        Control::Pause => pause(s),
        Control::Resume => resume(s),
        Control::Answer { hold, ruling } => rule(s, &actor, *hold, ruling),
    };
    let (reply, events) = match answer {
        Ok(events) => (Reply::Obeyed, events),
        Err(why) => (Reply::Refused { why }, Vec::new()),
    };
    let mut all = vec![Event::ControlSeen { id, actor, control, reply }];
    all.extend(events);
    all
}

fn abandon(s: &Session, why: &str) -> Result<Vec<Event>, String> {
    match s.status {
        Status::Active | Status::Paused { .. } => Ok(vec![Event::SessionFailed { why: why.to_owned() }]),
        Status::Completed { .. } | Status::Failed { .. } => Err("the session is over".to_owned()),
    }
}

fn pause(s: &Session) -> Result<Vec<Event>, String> {
    match s.status {
        Status::Active => Ok(vec![Event::SessionPaused { why: "a person asked".to_owned() }]),
        Status::Paused { .. } => Err("the session is paused already".to_owned()),
        Status::Completed { .. } | Status::Failed { .. } => Err("the session is over".to_owned()),
    }
}

fn resume(s: &Session) -> Result<Vec<Event>, String> {
    match s.status {
        Status::Active | Status::Paused { .. } if s.stopping.is_some() => {
            Err("the session is being stopped".to_owned())
        }
        Status::Paused { .. } | Status::Completed { .. } => Ok(vec![Event::SessionResumed]),
        Status::Active => Ok(Vec::new()),
        Status::Failed { .. } => Err("the session cannot go on".to_owned()),
    }
}

fn rule(s: &Session, actor: &Actor, id: HoldId, ruling: &Ruling) -> Result<Vec<Event>, String> {
    let hold = s.holds.get(&id).ok_or_else(|| format!("there is no hold {id}"))?;
    if hold.ruling.is_some() {
        return Err(format!("hold {id} was answered before"));
    }
    let waits = s.runs.get(&hold.run).is_some_and(|r| r.phase == Phase::Held(id));
    if !waits {
        return Err(format!("run {} does not wait on hold {id} any more", hold.run));
    }
    match ruling {
        Ruling::Accept => accept(s, actor, hold),
        Ruling::Retry { words } => Ok(vec![Event::Requeued {
            run: hold.run,
            hold: id,
            goal: Goal::Attempt,
            words: Some(retry_words(hold, words)),
            accepted_by: None,
        }]),
        Ruling::Reject { why } => {
            let ending = Ending::Rejected { why: format!("rejected by {}: {why}", actor.0) };
            Ok(vec![Event::Ending { run: hold.run, ending }])
        }
    }
}

/// Accepting is a person's word about the work; whether it passes is still for the gates, which run again on
/// what is landed.
fn accept(s: &Session, actor: &Actor, hold: &Hold) -> Result<Vec<Event>, String> {
    match hold.kind {
        HoldKind::Question | HoldKind::Blocker => {
            return Err("the agent waits for words: answer with retry and the words".to_owned());
        }
        // The agent begins, or goes on with what it was to be told.
        HoldKind::Interactive | HoldKind::Budget => {
            return Ok(vec![Event::Requeued {
                run: hold.run,
                hold: hold.id,
                goal: Goal::Attempt,
                words: None,
                accepted_by: None,
            }]);
        }
        HoldKind::Approval | HoldKind::Failures | HoldKind::Tamper => {}
    }
    let saved = s.runs.get(&hold.run).is_some_and(|r| r.snapshot.is_some() && r.base.is_some());
    if !saved {
        return Err("there is no saved work to accept: answer with retry or reject".to_owned());
    }
    Ok(vec![Event::Requeued {
        run: hold.run,
        hold: hold.id,
        goal: Goal::Candidate,
        words: None,
        accepted_by: Some(actor.clone()),
    }])
}

fn retry_words(hold: &Hold, words: &str) -> String {
    match hold.kind {
        HoldKind::Question | HoldKind::Blocker => {
            format!("You asked: {}\nThe answer: {words}", hold.question)
        }
        HoldKind::Approval => format!("A person looked at your work and says: {words}"),
        HoldKind::Interactive => format!("A person says: {words}"),
        HoldKind::Failures | HoldKind::Tamper | HoldKind::Budget if hold.detail.is_empty() => {
            format!("A person says: {words}")
        }
        HoldKind::Failures | HoldKind::Tamper | HoldKind::Budget => {
            format!("A person says: {words}\n\nWhat failed before:\n{}", hold.detail)
        }
    }
}
