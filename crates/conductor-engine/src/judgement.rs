//! What the policy says of work that passed its gates, and what it goes by.

use serde::{Deserialize, Serialize};

use crate::attempt::Usage;
use crate::session::Run;

/// What becomes of work that passed its gates. The later in this list, the stricter; `Retry` is less strict than
/// `Hold`, since what a person is to see must not be decided without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It may land.
    Accept,
    /// An agent tries again.
    Retry {
        /// What the agent is told.
        feedback: String,
    },
    /// A person has to look.
    Hold {
        /// What is asked.
        question: String,
        /// What they need to see.
        detail: String,
    },
    /// It is refused. The work is kept, and does not land.
    Reject {
        /// Why.
        why: String,
    },
}

/// What a rule of the user's said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// Its condition holds.
    Holds,
    /// Its condition does not hold.
    HoldsNot,
    /// It could not be told.
    Undecided {
        /// What happened.
        why: String,
    },
}

/// One rule's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleResult {
    /// The rule's name.
    pub rule: String,
    /// What it said.
    pub answer: Answer,
}

/// What a review by another agent found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The agent that reviewed.
    pub agent: String,
    /// How many findings there are.
    pub findings: u64,
    /// The worst of them: `critical`, `major`, `minor` or `note`; `none` without any.
    pub worst: String,
    /// The findings, the worst first, each in a line; the first of them where there are many.
    #[serde(default)]
    pub list: Vec<String>,
}

/// Everything that was decided about one candidate, and how. It is written down once; nothing is evaluated anew when
/// a journal is folded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// What becomes of the work.
    pub verdict: Verdict,
    /// What each rule said, in the order of the configuration.
    #[serde(default)]
    pub rules: Vec<RuleResult>,
    /// What a reviewer found; `None` when there was no review, or none that could be used.
    #[serde(default)]
    pub review: Option<Reviewed>,
    /// What people should know of it that decides nothing.
    #[serde(default)]
    pub notes: Vec<String>,
    /// What the reviewer used.
    #[serde(default)]
    pub usage: Usage,
}

impl Judgement {
    /// A verdict by itself, without rules.
    pub fn plain(verdict: Verdict) -> Self {
        Self { verdict, rules: Vec::new(), review: None, notes: Vec::new(), usage: Usage::default() }
    }
}

/// What rules may ask of a run, as it is when its work is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFacts {
    /// Attempts that were begun.
    pub attempts: u32,
    /// How often something counted against it: an attempt that failed, gates that failed, work that the policy sent
    /// back.
    pub failures: u32,
    /// How long agents worked, in milliseconds.
    pub working_ms: u64,
    /// What agents used.
    pub usage: Usage,
}

impl RunFacts {
    /// The facts of a run.
    pub fn of(run: &Run) -> Self {
        Self {
            attempts: run.counters.attempts,
            failures: run.counters.faults,
            working_ms: run.working_ms,
            usage: run.usage.clone(),
        }
    }
}
