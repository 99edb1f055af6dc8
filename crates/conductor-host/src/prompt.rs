//! The prompt of an attempt: fragments in a fixed order under a budget of characters.
//!
//! What comes from documents, tasks, agents and programs is quoted in fences as data: whatever it says, it is
//! the subject of the work and not an instruction with Conductor's voice.

use std::fmt::Write as _;

use conductor_engine::gate::GateSpec;

use crate::agents::TaskSheet;

/// How long a prompt may be when nothing else is said, in characters. One argument of a program may have
/// 128 KiB on Linux, and a character at most four bytes.
pub const DEFAULT_BUDGET: usize = 30_000;

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

/// What a prompt is made of.
#[derive(Debug, Clone, Copy)]
pub struct PromptParts<'a> {
    /// The task, with the feedback on the attempt before.
    pub task: &'a TaskSheet,
    /// What is finished and this task depends on.
    pub dependencies: &'a [Finished],
    /// The gates that will be run.
    pub gates: &'a [GateSpec],
    /// Names of files in the repository that hold its rules for agents.
    pub rules: &'a [String],
    /// What a person answered to the agent's question, or said with a retry.
    pub answer: Option<&'a str>,
    /// The most characters.
    pub budget: usize,
}

/// A prompt, and what had no place in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The text.
    pub text: String,
    /// Fragments that were shortened or left out, for the transcript.
    pub shortened: Vec<&'static str>,
}

/// Builds the prompt. The task's title, its acceptance criteria and the feedback are always whole as far as the
/// budget allows; the description, finished dependencies, gates and rules give way in the reverse order.
pub fn build(parts: &PromptParts<'_>) -> Prompt {
    let mut text = String::new();
    let _ = writeln!(text, "{}", parts.task.title);
    Prompt { text, shortened: Vec::new() }
}
