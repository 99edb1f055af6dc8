//! What the model does, as data: cases by name, each a list of steps. A step is one answer of the model, or what goes
//! wrong in its place. Tools are named by what they do; which offered tool that is differs from client to client.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// All that the model knows to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// By the name that a prompt gives in its line `CASE: name`.
    pub cases: BTreeMap<String, Case>,
    /// The case of prompts that name none.
    pub default: String,
}

/// What the model does for one prompt.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What `{NAME}` in a step stands for when the prompt has no line `NAME: value`.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// In order. When all are done, the model says that it is done.
    pub steps: Vec<Step>,
}

/// One request's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What comes back.
    pub does: Does,
    /// How many requests get this, whatever conversation they belong to, before it is passed over; none means every
    /// request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

/// What comes back for a request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// The model answers.
    Answer(Answer),
    /// The provider refuses, in its own form of an error.
    Fail(Failure),
    /// The request is taken, and nothing ever comes back.
    Hang,
}

/// What the model answers: thoughts, then text, then calls of tools.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Answer {
    /// What it thinks, where the API can show that.
    pub think: String,
    /// What it says.
    pub say: String,
    /// What it calls, all at once.
    pub calls: Vec<Call>,
    /// What it says it used; none means a figure by the length of texts.
    pub usage: Option<Usage>,
    /// Milliseconds between two frames of the stream.
    pub pause_ms: u64,
    /// What happens in the middle of the stream.
    pub cut: Cut,
    /// How it ends, where the stream comes to its end.
    pub finish: Finish,
    /// Milliseconds before the first frame.
    pub delay_ms: u64,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model is done.
    #[default]
    Done,
    /// It may write no more.
    Length,
    /// It declines; what it says are its reasons.
    Refused,
}

/// What happens in the middle of a stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// Nothing: it goes on to its end.
    #[default]
    No,
    /// The stream stays open and nothing more comes.
    Hang,
    /// The connection is closed.
    Crash,
}

/// A refusal of the provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The HTTP status.
    pub status: u16,
    /// What the error says; empty means what the provider usually says.
    #[serde(default)]
    pub message: String,
    /// Seconds for the header `retry-after`.
    #[serde(default)]
    pub retry_after: Option<u32>,
}

/// Tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Usage {
    /// Read by the model, those of the cache included.
    pub input: u64,
    /// Of these, from the cache.
    pub cached: u64,
    /// Written by the model.
    pub output: u64,
}

/// The use of a tool, by what it is for. Relative paths are below the client's working directory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Makes or replaces a file.
    WriteFile {
        /// Where.
        path: String,
        /// All of it.
        content: String,
    },
    /// Replaces a text in a file, which the model has read before.
    Edit {
        /// Where.
        path: String,
        /// What is there once.
        old: String,
        /// What is there then.
        new: String,
    },
    /// Runs a shell command.
    RunShell {
        /// The command line.
        command: String,
    },
    /// Reads a file.
    ReadFile {
        /// Where.
        path: String,
    },
    /// Another tool that the client offers, for example one of an MCP server.
    Tool {
        /// The last word of its name.
        name: String,
        /// Its arguments as they are.
        arguments: Value,
    },
}

impl Script {
    /// A script whose prompts without a case get this one.
    #[must_use]
    pub fn new(default: &str) -> Self {
        Self { cases: BTreeMap::new(), default: default.to_owned() }
    }

    /// The script with this case added or replaced.
    #[must_use]
    pub fn with(mut self, name: &str, case: Case) -> Self {
        self.cases.insert(name.to_owned(), case);
        self
    }
}

impl Case {
    /// A case of these steps.
    pub fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { values: BTreeMap::new(), steps: steps.into_iter().collect() }
    }

    /// The case with what `{name}` stands for when the prompt says nothing else.
    #[must_use]
    pub fn value(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.to_owned(), value.to_owned());
        self
    }
}

impl Step {
    /// The model says this and is done.
    #[must_use]
    pub fn say(text: &str) -> Self {
        Answer { say: text.to_owned(), ..Answer::default() }.into()
    }

    /// The model calls a tool.
    #[must_use]
    pub fn call(call: Call) -> Self {
        Answer { calls: vec![call], ..Answer::default() }.into()
    }

    /// The provider refuses with this status.
    #[must_use]
    pub fn fail(status: u16) -> Self {
        Does::Fail(Failure { status, ..Failure::default() }).into()
    }

    /// Nothing ever comes back.
    #[must_use]
    pub fn hang() -> Self {
        Does::Hang.into()
    }

    /// The same, but only for that many requests; later ones get the next step.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }
}

impl From<Does> for Step {
    fn from(does: Does) -> Self {
        Self { does, times: None }
    }
}

impl From<Answer> for Step {
    fn from(answer: Answer) -> Self {
        Does::Answer(answer).into()
    }
}
