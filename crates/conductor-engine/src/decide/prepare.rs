//! From a slot to an agent: the claim, then the workspace.

use jiff::Timestamp;

use crate::effect::{Outcome, Refusal, Verb};
use crate::event::{Event, TaskChange};
use crate::session::{Ending, Goal, Run, Session, Standing};

use super::{attempt, disturbed};

pub(super) fn decide(s: &Session, now: Timestamp, run: &Run, verb: Verb, outcome: Outcome) -> Vec<Event> {
    match (verb, outcome) {
        (Verb::Claim, Outcome::Claimed { token }) => {
            let claimed = Event::Claimed { run: run.id, token };
            match run.goal {
                Goal::Attempt => vec![claimed],
                Goal::Candidate => vec![claimed, Event::Returned { run: run.id }],
            }
        }
        (Verb::Claim, Outcome::ClaimRefused(refusal)) => refused(s, run, refusal),
        (Verb::Worktree, Outcome::Prepared { base }) => {
            vec![Event::Prepared { run: run.id, base }, attempt(s, now, run, run.feedback.clone())]
        }
        (verb, other) => disturbed(s, now, run, verb, format!("unexpected result {other:?}"), false),
    }
}

/// The facts are corrected in the same breath, or the task would be dispatched again at once.
fn refused(s: &Session, run: &Run, refusal: Refusal) -> Vec<Event> {
    let (standing, why) = match refusal {
        Refusal::Taken { by } => {
            let why = format!("{by} has the task");
            (Standing::Taken { by }, why)
        }
        Refusal::NotReady { why } => (Standing::Aside { status: why.clone() }, why),
        Refusal::Gone => (Standing::Gone, "the task is closed".to_owned()),
    };
    let mut events = Vec::new();
    if let Some(facts) = s.tasks.get(&run.task) {
        let mut facts = facts.clone();
        facts.standing = standing;
        events.push(Event::TasksChanged { changes: vec![TaskChange::Is(facts)] });
    }
    events.push(Event::Ending { run: run.id, ending: Ending::Superseded { why } });
    events
}
