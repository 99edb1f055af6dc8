//! Whether an agent goes in circles: detectors over what it says and does, and over what its attempts come to.
//!
//! All are folds with bounded memory. They know no clock and read no file; who feeds them says what was seen. Two things
//! are equal when they differ only in what differs from time to time by itself: ids, moments, durations, processes,
//! addresses. What an agent thinks, says of its progress or plans is never looked at, since words differ in every round
//! of a loop.
//!
//! One file has one detector, with its constants and where they are from. `tests/loops` has labelled transcripts, and
//! `docs/loops.md` how well the detectors do on them.

mod action;
mod blocker;
mod cycle;
mod history;
mod monologue;
mod normal;
mod same_error;
mod same_result;
mod stall;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::agent_event::AgentEvent;

pub use blocker::{Blocker, blocker_in};
pub use history::{Fact, History};
pub use normal::{normalised, without_moments};
pub use stall::{Idle, Pulse, is_at_work, is_idle};

/// In which way something goes round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// The same action with the same result, again and again.
    SameResult,
    /// The same action, or the same kind of action at the same place, with the same error.
    SameError,
    /// A few actions in turn that change nothing.
    Cycle,
    /// The same words again and again, and nothing is done.
    Monologue,
    /// Attempts fail in the same way: the same tests, or the same message.
    SameFailure,
    /// The work returns to a tree that it had after an earlier attempt.
    SameTree,
    /// Much was spent since the work or its failure last changed.
    NoProgress,
    /// Silence, and no process of the agent's does anything.
    Stall,
}

impl VerdictKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::SameResult,
        Self::SameError,
        Self::Cycle,
        Self::Monologue,
        Self::SameFailure,
        Self::SameTree,
        Self::NoProgress,
        Self::Stall,
    ];

    /// Its name, as in what is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameResult => "same-result",
            Self::SameError => "same-error",
            Self::Cycle => "cycle",
            Self::Monologue => "monologue",
            Self::SameFailure => "same-failure",
            Self::SameTree => "same-tree",
            Self::NoProgress => "no-progress",
            Self::Stall => "stall",
        }
    }
}

impl fmt::Display for VerdictKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a detector found, with its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// In which way it goes round.
    pub kind: VerdictKind,
    /// How often it was seen.
    pub times: u32,
    /// A sentence for people and for the agent, with a piece of what was repeated: data of the agent's.
    pub why: String,
    /// The last of what it is made of, oldest first: numbers of events of the attempt, counted from 1; or of attempts
    /// of the run.
    pub seen: Vec<u64>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.why)
    }
}

/// No verdict names more events than this.
const MOST_SEEN: usize = 12;

/// The longest piece of an agent's text in a verdict, in characters.
const MOST_QUOTE: usize = 120;

impl Verdict {
    fn new(kind: VerdictKind, times: usize, why: String, seen: impl IntoIterator<Item = u64>) -> Self {
        let mut seen: Vec<u64> = seen.into_iter().collect();
        let from = seen.len().saturating_sub(MOST_SEEN);
        seen.drain(..from);
        Self { kind, times: u32::try_from(times).unwrap_or(u32::MAX), why, seen }
    }
}

/// The beginning of a text of others, in one line.
fn quote(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() > MOST_QUOTE * 4 {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.chars().count() <= MOST_QUOTE {
        return line;
    }
    format!("{}…", line.chars().take(MOST_QUOTE).collect::<String>())
}

/// Watches one attempt.
#[derive(Debug, Default)]
pub struct Watcher {
    /// Events heard so far.
    heard: u64,
    actions: action::Actions,
    result: same_result::SameResult,
    error: same_error::SameError,
    cycle: cycle::Cycles,
    monologue: monologue::Monologue,
}

impl Watcher {
    /// Takes an event in; a verdict when this event completes one. After a new prompt all begins anew: what a person or
    /// Conductor said may be what the agent acts on. A verdict is given once for what goes on in the same way, until
    /// the agent is prompted again.
    pub fn hear(&mut self, event: &AgentEvent) -> Option<Verdict> {
        self.heard += 1;
        if matches!(event, AgentEvent::Prompted { .. }) {
            *self = Self { heard: self.heard, ..Self::default() };
            return None;
        }
        let mut found = self.monologue.hear(event, self.heard);
        if let Some(action) = self.actions.hear(event, self.heard) {
            self.monologue.interrupted();
            let error = self.error.see(&action);
            let result = self.result.see(&action);
            let cycle = self.cycle.see(&action);
            found = error.or(result).or(cycle).or(found);
        }
        found
    }
}
