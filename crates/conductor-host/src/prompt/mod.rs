//! The prompt of a turn: fragments by rank under a budget of tokens.
//!
//! What comes from documents, tasks, agents and programs is quoted line by line, and only the headings, the
//! rules of work and the names of gates speak with Conductor's voice.

mod budget;
mod first;
mod fragment;
mod gather;
mod next;
mod quote;
mod rules;

use conductor_engine::gate::GateSpec;
use conductor_engine::ledger;

pub use budget::{Budget, estimate};
pub use first::build;
pub use fragment::{FragmentUse, Kept, Name, RANKS};
pub use gather::{GatherError, Place, Records, Surroundings, gather};
pub use next::build_next;
pub(crate) use quote::quoted;

use crate::agents::TaskSheet;
use crate::search::Relevant;
use fragment::{Fragment, share};

/// A finished task that this one builds on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What its agent said about it; may be empty.
    pub summary: String,
    /// The files that it changed.
    pub files: Vec<String>,
}

/// A container that the task is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parent {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its description; may be empty.
    pub description: String,
}

/// A passage that was looked up for the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citation {
    /// Where it stands.
    pub source: String,
    /// What stands there.
    pub text: String,
}

/// What a prompt is made of.
#[derive(Debug, Clone, Copy)]
pub struct PromptParts<'a> {
    /// The task, with the feedback on the attempt before.
    pub task: &'a TaskSheet,
    /// The containers above it, the nearest first.
    pub parents: &'a [Parent],
    /// What is finished and this task depends on.
    pub dependencies: &'a [Finished],
    /// The gates that will be run.
    pub gates: &'a [GateSpec],
    /// Names of files in the repository that hold its rules for agents.
    pub rules: &'a [String],
    /// Files that have to do with the task, the most relevant first.
    pub relevant: &'a [Relevant],
    /// Subjects of earlier commits about the same.
    pub history: &'a [String],
    /// Passages that were looked up since the last turn.
    pub citations: &'a [Citation],
    /// What a person answered to the agent's question, or said with a retry.
    pub answer: Option<&'a str>,
    /// Whether the agent may have Conductor's tools.
    pub tools: bool,
    /// What the agent may still use up.
    pub limits: ledger::Budget,
    /// The most tokens.
    pub budget: Budget,
}

impl<'a> PromptParts<'a> {
    /// All that was gathered about a task.
    pub fn gathered(records: &'a Records, surroundings: &'a Surroundings, budget: Budget) -> Self {
        Self {
            parents: &records.parents,
            dependencies: &records.dependencies,
            rules: &surroundings.rules,
            relevant: &surroundings.found.files,
            history: &surroundings.found.subjects,
            ..Self::new(&records.task, budget)
        }
    }

    /// A task with nothing around it.
    pub fn new(task: &'a TaskSheet, budget: Budget) -> Self {
        Self {
            task,
            parents: &[],
            dependencies: &[],
            gates: &[],
            rules: &[],
            relevant: &[],
            history: &[],
            citations: &[],
            answer: None,
            tools: false,
            limits: ledger::Budget::default(),
            budget,
        }
    }
}

/// A prompt, with what became of each fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The text.
    pub text: String,
    /// The fragments that there was something to say for, in the order of the text. What was dropped is among them.
    pub fragments: Vec<FragmentUse>,
    /// What all of it costs, by [`estimate`].
    pub total_tokens: usize,
}

impl Prompt {
    /// Shares the budget and puts the text together.
    fn of(fragments: Vec<Fragment>, budget: Budget) -> Self {
        let there: Vec<Fragment> = fragments.into_iter().filter(|f| !quote::is_empty(&f.body)).collect();
        let placed = share(&there, budget.characters());
        let text: String = placed.iter().map(|placed| placed.text.as_str()).collect();
        let text = text.trim_end().to_owned() + "\n";
        let total_tokens = estimate(&text);
        Self { text, fragments: placed.into_iter().map(|placed| placed.fragment).collect(), total_tokens }
    }

    /// Fragments that were shortened or left out.
    pub fn cut(&self) -> impl Iterator<Item = &FragmentUse> {
        self.fragments.iter().filter(|fragment| fragment.kept != Kept::Whole)
    }
}

#[cfg(test)]
mod tests;
