//! `orchestration.answers`: what agents are told when they ask about something that is decided.

use super::reader::{Field, Section};

/// An answer to every question in which some words occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRule {
    /// Its name, for people.
    pub name: String,
    /// The words that all have to occur in a question, in any form.
    pub words: Vec<String>,
    /// The answer.
    pub say: String,
}

impl AnswerRule {
    pub(super) fn read(mut section: Section<'_>) -> Option<Self> {
        let name = section.require("name", "a name").and_then(|f| f.text());
        let words = section.require("words", WORDS).and_then(|f| {
            let none = f.value().as_array().is_some_and(Vec::is_empty);
            if none { f.refuse(WORDS) } else { f.list(|entry| word(&entry)) }
        });
        let say = section.require("say", "the answer").and_then(|f| {
            let say = f.text()?;
            let short = !say.trim().is_empty() && say.chars().count() <= LONGEST;
            if short { Some(say) } else { f.refuse("an answer of at most 600 characters") }
        });
        section.finish();
        Some(Self { name: name?, words: words?, say: say? })
    }
}

/// A single word: more than one could occur in a question apart from each other.
fn word(field: &Field<'_>) -> Option<String> {
    let word = field.text()?;
    let one = !word.is_empty() && word.chars().all(char::is_alphanumeric);
    if one { Some(word) } else { field.refuse("one word of letters and digits") }
}

const WORDS: &str = "a list of words, at least one";

/// The longest answer, in characters.
const LONGEST: usize = 600;
