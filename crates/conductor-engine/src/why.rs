//! Why a task is where it is, from the state itself.

use std::fmt;

use jiff::Timestamp;

use crate::decide::hold_closes;
use crate::ids::{HoldId, RunId, TaskRef};
use crate::lane::View;
use crate::ledger;
use crate::schedule;
use crate::session::{Ending, Phase, Run, Session, SessionOutcome, Standing, Status, WaitKind};
use crate::table::PhaseTag;

/// The answer to "why does this task (not) run?".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// The session does not know the task.
    Unknown,
    /// It was not among the tasks that the session was given.
    NotSelected,
    /// It is under way.
    Running {
        /// Its run.
        run: RunId,
        /// In which phase.
        phase: PhaseTag,
        /// What is done, or waited for, right now.
        doing: String,
    },
    /// A person has to answer.
    Held {
        /// Its run.
        run: RunId,
        /// The hold.
        hold: HoldId,
        /// What is asked.
        question: String,
        /// When the clock closes it, if nobody answers; `None` for never.
        closes: Option<Timestamp>,
    },
    /// Its last run is over.
    Over {
        /// That run.
        run: RunId,
        /// How it ended.
        how: String,
    },
    /// It needs others first.
    Waits {
        /// Which, as people name them.
        on: Vec<String>,
    },
    /// Somebody else has it, or it is aside, closed or a container.
    Outside {
        /// How it stands.
        standing: Standing,
    },
    /// It could run; this is why it does not yet.
    Next {
        /// How many tasks come first.
        ahead: usize,
        /// What keeps it.
        because: String,
    },
}

/// Explains where task `t` stands.
pub fn why(s: &Session, t: &TaskRef) -> Explanation {
    if let Some(run) = s.run_of(t) {
        if let Phase::Held(hold) = run.phase {
            let question = s.holds.get(&hold).map(|h| h.question.clone()).unwrap_or_default();
            let closes = hold_closes(s, run);
            return Explanation::Held { run: run.id, hold, question, closes };
        }
        return Explanation::Running { run: run.id, phase: run.phase.tag(), doing: doing(s, run) };
    }
    let Some(facts) = s.tasks.get(t) else { return Explanation::Unknown };
    if !schedule::selected(s, facts) {
        return Explanation::NotSelected;
    }
    let last = s.runs.values().rev().find(|r| &r.task == t);
    match (&facts.standing, last) {
        (Standing::Ready, _) => next(s, t),
        (Standing::Waiting { on }, _) => Explanation::Waits { on: on.clone() },
        (_, Some(run)) => Explanation::Over { run: run.id, how: how(&run.phase) },
        (standing, None) => Explanation::Outside { standing: standing.clone() },
    }
}

fn how(phase: &Phase) -> String {
    let Phase::Ended(ending) = phase else { return format!("{:?}", phase.tag()) };
    let word = match ending {
        Ending::Landed { .. } => return crate::apply::ending_reason(ending),
        Ending::Rejected { .. } => "rejected",
        Ending::Failed { .. } => "failed",
        Ending::Stopped { .. } => "stopped",
        Ending::Superseded { .. } => "superseded",
    };
    format!("{word}: {}", crate::apply::ending_reason(ending))
}

fn doing(s: &Session, run: &Run) -> String {
    if let Some(until) = run.asleep_until {
        let verb = run.pending.first().map_or_else(String::new, ToString::to_string);
        return format!("{verb} could not be done; tries again at {until:.0}");
    }
    let lane = View::of(s);
    let waits = lane.only_waits(run);
    let ahead = lane.ahead(run);
    match &run.phase {
        Phase::Waiting { until, why } => match why {
            WaitKind::RateLimit => format!("the provider's limit holds until {until:.0}"),
            WaitKind::Backoff => format!("waits after a failure of its surroundings until {until:.0}"),
            WaitKind::Slot => format!("waits until one of {} agents is free", s.rules.agents()),
        },
        Phase::Queued => "waits for a slot".to_owned(),
        Phase::Working(_) if run.cut.is_some() => "its agent is being stopped".to_owned(),
        Phase::Working(attempt) => working(run, attempt.number),
        Phase::Collecting if waits && run.patient => {
            "its work conflicts with what is tested before it; waits for that to land".to_owned()
        }
        Phase::Collecting if waits => format!("waits for its turn to be merged, {ahead} before it"),
        Phase::Gating(_) if run.red.is_some() => {
            "its tests failed together with others; which one fails them is being found out".to_owned()
        }
        Phase::Gating(_) if waits => format!("waits for its tests, {ahead} before it"),
        Phase::Gating(_) if run.tested_again => "gates, once more after a failure".to_owned(),
        Phase::Deciding(_) | Phase::Landing(_) if waits => {
            format!("passed its gates; {ahead} before it have to land first")
        }
        Phase::Preparing
        | Phase::Collecting
        | Phase::Gating(_)
        | Phase::Deciding(_)
        | Phase::Landing(_)
        | Phase::Held(_)
        | Phase::Stopping(_)
        | Phase::Ended(_) => run.pending.first().map_or_else(String::new, ToString::to_string),
    }
}

/// Which attempt it is, and what led to it where the one before went nowhere.
fn working(run: &Run, number: u32) -> String {
    let agent = run.agent.as_ref().map_or_else(String::new, |agent| format!(" by {agent}"));
    match (&run.step, &run.verdict) {
        (Some(step), Some(verdict)) => {
            format!(
                "attempt {number}{agent} ({}), since the one before went nowhere: {}",
                step.name(),
                verdict.why
            )
        }
        (Some(_) | None, _) => format!("attempt {number}{agent}"),
    }
}

fn next(s: &Session, t: &TaskRef) -> Explanation {
    let ahead = schedule::ready(s).position(|f| &f.task == t).unwrap_or(0);
    let because = match &s.status {
        Status::Paused { why } => format!("the session is paused: {why}"),
        Status::Failed { why } => format!("the session cannot go on: {why}"),
        Status::Completed { outcome } => match outcome {
            SessionOutcome::Limit => limit(s).unwrap_or_else(|| "the session reached its limit".to_owned()),
            SessionOutcome::Stopped => "the session was stopped".to_owned(),
            SessionOutcome::AllDone | SessionOutcome::HoldsLeft => "the session is over".to_owned(),
        },
        Status::Active if s.stopping.is_some() => "the session is being stopped".to_owned(),
        Status::Active => limit(s).unwrap_or_else(|| keeps(s)),
    };
    Explanation::Next { ahead, because }
}

/// The limit of the session that is reached, if one is.
fn limit(s: &Session) -> Option<String> {
    if s.rules.max_tasks.is_some_and(|max| s.dispatched >= max) {
        return Some("the session reached its limit on tasks".to_owned());
    }
    ledger::exhausted(s).map(|limit| limit.to_string())
}

fn keeps(s: &Session) -> String {
    if let Some(waiting) = View::of(s).backlog() {
        return format!("{waiting} finished runs wait to be merged first");
    }
    if s.rules.agents() < s.rules.jobs && s.agents_at_work() >= s.rules.agents() {
        return format!("all {} agents are at work", s.rules.agents());
    }
    if s.rules.ask_first.is_some() && !s.runs.values().any(|run| run.let_start) {
        return "a person is asked first".to_owned();
    }
    if s.rules.interactive {
        return "a person lets every run start".to_owned();
    }
    format!("all {} slots are in use", s.rules.jobs)
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("the session does not know this task"),
            Self::NotSelected => f.write_str("it is not among the tasks that this session was given"),
            Self::Running { run, phase, doing } => write!(f, "run {run} is {phase:?}: {doing}"),
            Self::Held { run, hold, question, closes } => {
                write!(f, "run {run} waits for you, hold {hold}: {question}")?;
                closes.map_or(Ok(()), |at| write!(f, " (closed at {at:.0} if nobody answers)"))
            }
            Self::Over { run, how } => write!(f, "its last run {run} is over: {how}"),
            Self::Waits { on } => write!(f, "it needs {} first", on.join(", ")),
            Self::Outside { standing } => match standing {
                Standing::Taken { by } => write!(f, "{by} has it"),
                Standing::Aside { status } => write!(f, "it is {status} and waits for a person"),
                Standing::Container => f.write_str("it holds other tasks and is never worked on itself"),
                Standing::Done => f.write_str("it is done"),
                Standing::Gone => f.write_str("it was cancelled or deleted"),
                Standing::Ours | Standing::Ready | Standing::Waiting { .. } => {
                    f.write_str("it is about to run")
                }
            },
            Self::Next { ahead: 0, because } => write!(f, "it is next; {because}"),
            Self::Next { ahead, because } => write!(f, "{ahead} tasks come first; {because}"),
        }
    }
}
