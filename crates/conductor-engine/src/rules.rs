//! What a session may do, frozen when it starts.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ids::TaskRef;
use crate::ledger::Limits;

/// What a session may do, frozen when it starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// How many runs may be under way at once, at least 1. A run that only waits in the lane does not count.
    pub jobs: usize,
    /// How many of them an agent may work on at once; `None` for as many as `jobs`.
    #[serde(default)]
    pub agent_jobs: Option<usize>,
    /// How many tasks may be dispatched at most; `None` for no limit.
    pub max_tasks: Option<u64>,
    /// How many failures in a row hold a run, and how many such runs in a row pause the session.
    pub max_consecutive_failures: u32,
    /// The working time of one attempt. Whoever runs the attempt measures it: only there is it known how long
    /// the machine slept meanwhile.
    pub max_task_duration: SignedDuration,
    /// When false, a run that would be accepted is held for a person instead.
    pub auto_commit: bool,
    /// Whether a person lets every run start, and accepts every run's work.
    #[serde(default)]
    pub interactive: bool,
    /// The only tasks to work on; `None` for every ready one.
    pub only: Option<BTreeSet<TaskRef>>,
    /// The agent's name, for people and for the commit.
    pub agent: String,
    /// How candidates are tested.
    #[serde(default)]
    pub lane: LaneRules,
    /// What the session, a task and an attempt may use up.
    #[serde(default)]
    pub limits: Limits,
    /// What is done one after the other when an agent goes nowhere. Without any step such an attempt counts as any
    /// other failure.
    #[serde(default)]
    pub ladder: Vec<Step>,
    /// Agents that may take over from one that goes nowhere, first one first.
    #[serde(default)]
    pub other_agents: Vec<String>,
    /// How long the session may take by the clock, since it began or was last resumed; `None` for ever.
    #[serde(default)]
    pub max_time: Option<SignedDuration>,
    /// Shares of the session's money or tokens, in percent, at which it pauses and a person is asked.
    #[serde(default)]
    pub ask_at: Vec<u32>,
    /// How long a hold waits for a person before it is closed; `None` for ever.
    #[serde(default)]
    pub hold_deadline: Option<SignedDuration>,
    /// What a person is asked once, before anything is dispatched: something that the configuration demands and this
    /// session cannot give. `None` when there is nothing to ask.
    #[serde(default)]
    pub ask_first: Option<String>,
    /// The number of the session's first hold: holds are numbered through all sessions of a repository, so
    /// that a number says which one is meant.
    pub first_hold: u64,
}

/// A step of the ladder: what is done when an agent goes nowhere. Each is tried once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// The agent is told what it repeats, in its own session; once in each attempt, where its program can be told.
    Nudge,
    /// The attempt is ended; the next one goes on with the agent's session and is told why.
    Interrupt,
    /// The attempt is ended; the next one begins with an agent that remembers nothing of it.
    Fresh,
    /// Another agent, or another model, begins anew.
    OtherAgent,
    /// A person is asked to split the task.
    Split,
    /// A person is asked.
    Hold,
}

impl Step {
    /// All of them, in the order in which they get stronger.
    pub const ALL: [Self; 6] =
        [Self::Nudge, Self::Interrupt, Self::Fresh, Self::OtherAgent, Self::Split, Self::Hold];

    /// The ladder of who has configured none. An interruption is left out, since an agent whose session can go on was
    /// nudged in it already; what a split would be, only a person knows.
    pub const USUAL: [Self; 4] = [Self::Nudge, Self::Fresh, Self::OtherAgent, Self::Hold];

    /// The word in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nudge => "nudge",
            Self::Interrupt => "interrupt",
            Self::Fresh => "fresh",
            Self::OtherAgent => "other-agent",
            Self::Split => "split",
            Self::Hold => "hold",
        }
    }
}

/// How the lane tests candidates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneRules {
    /// How many candidates are tested at once, at least 1: each but the first is built on the one before it,
    /// in the hope that it passes.
    pub at_once: usize,
    /// How many runs one test may stand for, at least 1. Fails it, the one to blame is looked for by halves.
    pub batch: usize,
}

impl Default for LaneRules {
    /// One after the other, each on its own.
    fn default() -> Self {
        Self { at_once: 1, batch: 1 }
    }
}

impl LaneRules {
    /// How many candidates may stand on one another.
    pub fn depth(&self) -> usize {
        self.at_once.max(1).saturating_mul(self.batch.max(1))
    }
}

impl Rules {
    /// The rules of a session in which nobody has asked for anything else: every ready task, `jobs` at a time, by
    /// `agent`; no limit but half an hour an attempt, and a hold after three failures.
    pub fn new(agent: &str, jobs: usize) -> Self {
        Self {
            jobs,
            agent_jobs: None,
            max_tasks: None,
            max_consecutive_failures: 3,
            max_task_duration: SignedDuration::from_mins(30),
            auto_commit: true,
            interactive: false,
            only: None,
            agent: agent.to_owned(),
            lane: LaneRules::default(),
            limits: Limits::default(),
            ladder: Step::USUAL.to_vec(),
            other_agents: Vec::new(),
            max_time: None,
            ask_at: Vec::new(),
            hold_deadline: None,
            ask_first: None,
            first_hold: 1,
        }
    }

    /// How many agents may work at once.
    pub fn agents(&self) -> usize {
        self.agent_jobs.map_or(self.jobs, |most| most.min(self.jobs)).max(1)
    }
}
