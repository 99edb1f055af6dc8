//! A request and its answer in words of no API: what came before, what is offered, what comes back.

use serde_json::Value;

use super::script::{Cut, Finish, Usage};

/// What a request says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Turn {
    pub(super) model: String,
    /// Whether the answer is to come as a stream.
    pub(super) stream: bool,
    /// Instructions, and other text that no user wrote.
    pub(super) system: String,
    pub(super) entries: Vec<Entry>,
    pub(super) tools: Vec<Tool>,
    /// The form that the answer must have, as a JSON schema.
    pub(super) form: Option<Value>,
    /// Whether a stream is to end with figures (an option of chat completions).
    pub(super) figures: bool,
    /// The most tokens that the answer may have.
    pub(super) longest: Option<u64>,
}

/// One thing of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// Text of the user, or of the client in the user's name.
    Prompt(String),
    /// Text of the model.
    Said(String),
    Call {
        id: String,
        name: String,
    },
    Result {
        id: String,
        /// What came out, as JSON or as text.
        text: String,
    },
}

/// A tool that the client offers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tool {
    pub(super) name: String,
    /// The group that a call of it must name beside it.
    pub(super) group: Option<String>,
    pub(super) takes: Takes,
}

/// What a call of a tool holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Takes {
    /// Arguments after a JSON schema.
    Arguments(Value),
    /// One text.
    Text,
}

/// What the model answers.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reply {
    /// Tells this answer from all others of the conversation.
    pub(super) number: usize,
    pub(super) model: String,
    pub(super) think: String,
    pub(super) say: String,
    pub(super) calls: Vec<Asked>,
    pub(super) usage: Usage,
    pub(super) pause_ms: u64,
    pub(super) cut: Cut,
    pub(super) finish: Finish,
    pub(super) delay_ms: u64,
    pub(super) figures: bool,
}

/// A call as the client gets it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Asked {
    /// Counts the calls of the conversation; each API makes its own form of id from it.
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) group: Option<String>,
    pub(super) input: Input,
}

/// What a call holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input {
    Arguments(Value),
    Text(String),
}

impl Asked {
    /// The arguments as an object; a text stands under `input`.
    pub(super) fn arguments(&self) -> Value {
        match &self.input {
            Input::Arguments(arguments) => arguments.clone(),
            Input::Text(text) => serde_json::json!({ "input": text }),
        }
    }
}

impl Turn {
    /// What the user said, or the client in the user's name.
    pub(super) fn prompts(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Prompt(text) => Some(text.as_str()),
            Entry::Said(_) | Entry::Call { .. } | Entry::Result { .. } => None,
        })
    }

    /// How many calls the whole conversation holds.
    pub(super) fn calls(&self) -> usize {
        self.entries.iter().filter(|entry| matches!(entry, Entry::Call { .. })).count()
    }
}

/// A text in pieces as a stream has them: a word with the space after it.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '\n'])
}
