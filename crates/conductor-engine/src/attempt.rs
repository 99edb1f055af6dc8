//! One try of an agent, and the ways in which it ends.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::detect::Verdict;

/// What an agent said it used. Absent numbers were not reported; they are not zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read by the model, cached ones included.
    pub input_tokens: Option<u64>,
    /// Tokens written by the model.
    pub output_tokens: Option<u64>,
    /// Price in millionths of a US dollar.
    pub cost_micros: Option<u64>,
}

impl Usage {
    /// Tokens read and written; `None` when neither was reported.
    pub fn tokens(&self) -> Option<u64> {
        match (self.input_tokens, self.output_tokens) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        }
    }
}

/// Why an attempt failed: it decides whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// The network, a server or the machine: the same attempt may succeed later.
    Transient,
    /// The agent's own failure: its program exited with an error.
    Agent,
    /// The agent could not be started, or is not set up: trying again cannot help.
    Setup,
}

/// How an attempt ended. The ends are kept apart because each leads to another next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttemptEnd {
    /// The agent says that it is done. A claim, to be checked.
    Finished {
        /// Its own words, for the commit and the next prompt.
        summary: String,
    },
    /// It did not work.
    Failed {
        /// Whether trying again can help.
        class: FailureClass,
        /// What happened.
        message: String,
    },
    /// Its working time was up.
    TimedOut,
    /// It fell silent and nothing moved.
    Stalled,
    /// It went in circles.
    Looped,
    /// It used more than it may.
    OverBudget,
    /// It asks a person.
    Asked {
        /// The question.
        question: String,
    },
    /// It cannot go on without something that is missing.
    Blocked {
        /// What is missing.
        reason: String,
    },
    /// The provider refuses for now.
    RateLimited {
        /// When it may go on; `None` when the provider did not say.
        until: Option<Timestamp>,
    },
    /// The agent or its model refuses the task.
    Refused {
        /// Its words.
        reason: String,
    },
    /// Conductor stopped it on purpose.
    Cancelled,
    /// The host died under it. It goes on from its files and is not charged.
    Interrupted,
}

/// What is known when an attempt is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttemptReport {
    /// How it ended.
    pub end: AttemptEnd,
    /// What it used, as far as it told.
    pub usage: Usage,
    /// The agent's own session, to be resumed by the next attempt, if it has such a thing.
    pub agent_session: Option<String>,
    /// How long its processes ran, in milliseconds.
    pub working_ms: u64,
    /// Whether every process that it started is proven dead.
    pub contained: bool,
    /// What detectors found while it went on, in order: it was told of it, or ended for the last.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
}

impl AttemptReport {
    /// The report of an attempt in which nothing ran.
    pub fn nothing(end: AttemptEnd) -> Self {
        Self {
            end,
            usage: Usage::default(),
            agent_session: None,
            working_ms: 0,
            contained: true,
            verdicts: Vec::new(),
        }
    }
}
