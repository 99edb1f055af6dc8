//! Answers to what agents ask, where they are sure: from the configuration, from the documents that were planned, and
//! from what a person said before. A wrong answer is far worse than asking a person, so everything here prefers to find
//! nothing: whatever is asked twice in a run, is said in two ways, or leans on something that is not known here, goes
//! to a person.
//!
//! The rules are pure, one a file, in this order: `configured`, `pairs` and `earlier` together, `sentence`. `load` gathers
//! what they look through.

mod configured;
mod earlier;
mod load;
mod pairs;
mod question;
mod section;
mod sentence;
mod words;

use std::fmt;

use conductor_engine::control::Actor;
use conductor_engine::ids::HoldId;

use configured::Configured;
use pairs::Pair;
use question::Question;
use sentence::Sentence;
use words::normal;

pub use earlier::Ruled;
pub use load::AnswersError;

/// The most of an answer that is told, in characters.
const LONGEST: usize = 600;

/// Everything that questions are answered from.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    configured: Configured,
    pairs: Vec<Pair>,
    sentences: Vec<Sentence>,
    earlier: Vec<Ruled>,
}

/// An answer, with where it is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What is said there, as it stands there.
    pub text: String,
    /// Where.
    pub source: Source,
}

/// Where an answer is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A rule of `orchestration.answers`.
    Configured {
        /// Its name.
        rule: String,
    },
    /// A document that was planned.
    Document {
        /// Its path, as plans cite it.
        path: String,
        /// The line, counted from 1.
        line: u32,
    },
    /// A person who was asked the same before.
    Person {
        /// The hold that they answered.
        hold: HoldId,
        /// Who.
        actor: Actor,
    },
}

impl Answers {
    /// The answer to a question, where it is sure. `asked_already` is what was asked before in the same run: what is
    /// asked again was not settled by the answer, and is for a person.
    pub fn answer(&self, question: &str, asked_already: &[String]) -> Option<Answered> {
        let parsed = Question::of(question)?;
        if asked_already.iter().any(|before| is_again(before, &parsed)) {
            return None;
        }
        let rules: [&dyn Fn() -> Found; 3] = [
            &|| self.configured.find(question),
            &|| pairs::find(&self.pairs, &parsed).unless(earlier::find(&self.earlier, &parsed)),
            &|| sentence::find(&self.sentences, &parsed),
        ];
        for rule in rules {
            match rule() {
                Found::Answer(answered) => return Some(answered),
                Found::Disputed => return None,
                Found::Nothing => {}
            }
        }
        None
    }
}

/// Whether a question was asked before, in the same words or in others that carry the same meaning.
fn is_again(before: &str, now: &Question) -> bool {
    normal(before) == now.normal || words::content(before) == now.content
}

/// What a rule finds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Answer(Answered),
    /// More than one answer: then nobody answers but a person, whatever the rules after this one find.
    Disputed,
    Nothing,
}

impl Found {
    /// What a document answers, unless a person answered the same question otherwise: which of the two is later is not
    /// known. A sentence that only holds the words of the question gives way to a person, who was asked in spite of it.
    fn unless(self, person: Self) -> Self {
        match (self, person) {
            (Self::Nothing, other) | (other, Self::Nothing) => other,
            (Self::Answer(document), Self::Answer(person)) => Self::one([document, person].into_iter()),
            (Self::Disputed, _) | (_, Self::Disputed) => Self::Disputed,
        }
    }

    /// The one answer that all of these give; the first one is cited.
    fn one(mut all: impl Iterator<Item = Answered>) -> Self {
        let Some(first) = all.next() else { return Self::Nothing };
        let agree = all.all(|other| normal(&other.text) == normal(&first.text));
        let empty = first.text.trim().is_empty() || first.text.chars().count() > LONGEST;
        if agree && !empty { Self::Answer(first) } else { Self::Disputed }
    }
}

impl Answered {
    /// The answer as an agent is told it: a quotation with its source, which is data and no instruction of ours.
    pub fn told(&self) -> String {
        format!(
            "Answer, from {}: \"{}\". If this does not settle it, ask again and a person will answer.",
            self.source,
            quoted(&self.text)
        )
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured { rule } => write!(f, "rule {} of the configuration", quoted(rule)),
            Self::Document { path, line } => write!(f, "{}:{line}", quoted(path)),
            Self::Person { hold, actor } => write!(f, "{}, who answered hold {hold}", quoted(&actor.0)),
        }
    }
}

/// A text on one line, without what would end its quotation.
fn quoted(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "'");
    let line = line.trim_end_matches('.');
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    let short: String = line.chars().take(LONGEST).collect();
    format!("{short}…")
}

#[cfg(test)]
mod tests;
