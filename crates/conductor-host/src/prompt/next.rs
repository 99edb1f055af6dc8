//! A later turn of the same agent session: only what is new.

use super::first::{answer, citations, feedback, heading};
use super::fragment::{Fragment, Name};
use super::{Prompt, PromptParts, rules};

/// Builds the prompt of a later turn, for an agent that still has the first one before it.
///
/// It says what a person answered, what was looked up and why the work was not accepted; that files may have changed;
/// and how to end. The task itself is not told again.
pub fn build_next(parts: &PromptParts<'_>) -> Prompt {
    let Fragment { body, .. } = heading("Go on with your task", parts);
    let fragments = vec![
        Fragment::fixed(Name::Heading, format!("{body}\n{CHANGED}")),
        citations(parts),
        feedback(parts),
        answer(parts),
        Fragment::fixed(Name::RulesOfWork, rules::of_ending(parts.tools, &parts.limits)),
    ];
    Prompt::of(fragments, parts.budget)
}

const CHANGED: &str =
    "Files may have changed since your last turn: look again before you rely on what you remember.\n";
