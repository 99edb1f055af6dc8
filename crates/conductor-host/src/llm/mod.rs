//! Models: who they are, and one question to one of them.
//!
//! A [`Model`] answers one question at a time and keeps nothing. [`Client`] asks a provider over HTTP; an agent is a model
//! too, see [`planner`](crate::planner). Answers come as streams, so that silence is told from work, and a question can be
//! called off between two pieces of its answer. `wire` has one file for each API: what a request looks like there, and what
//! the events of its stream mean. Threads, not a runtime: a question is one thread that waits.

mod client;
mod error;
mod http;
mod key;
mod money;
mod provider;
mod proxy;
mod retry;
mod sse;
mod target;
mod wire;

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};

use conductor_plan::decompose::Form;
use serde_json::Value;

pub use client::Client;
pub use error::ModelError;
pub use key::{Key, KeyError};
pub use money::{Tally, cost};
pub use provider::Provider;
pub use proxy::Through;
pub use retry::{Pause, RealPause, ask};
pub use target::{Target, TargetError, address_of};

/// Something that answers questions.
pub trait Model: std::fmt::Debug + Send + Sync {
    /// Its name for people.
    fn name(&self) -> String;

    /// All of it that an answer depends on beside the question, without secrets: part of what an answer is kept under.
    fn identity(&self) -> Value;

    /// Asks once.
    ///
    /// # Errors
    /// When there is no answer; some errors are worth another try, see [`ModelError::wait`].
    fn ask(&self, question: &Question, calls: &Calls) -> Result<Answer, ModelError>;

    /// Waits until nothing is left on this machine of questions that were called off. A connection is nothing that
    /// anybody need wait for; a process is.
    fn settle(&self) {}
}

/// A question, and what was said before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Instructions.
    pub system: String,
    /// What was said, in turns; the last one is the question.
    pub turns: Vec<Turn>,
    /// The form that the answer is to have.
    pub form: Form,
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Ours.
    Asked(String),
    /// The model's.
    Answered(String),
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its words, unread.
    pub text: String,
    /// How it ends.
    pub finish: Finish,
    /// What it used, as far as that was told.
    pub used: Used,
}

/// How an answer ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The model was done.
    Done,
    /// It may write no more: the answer is not whole.
    Length,
    /// The model, or a filter of its provider, will not answer; in its own words.
    Refused(String),
}

/// Tokens, as a provider counts them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    /// Read by the model.
    pub input: Option<u64>,
    /// Written by it.
    pub output: Option<u64>,
    /// Money, where the one who answers tells it, in millionths of a US dollar.
    pub cost_micros: Option<u64>,
}

/// What all calls of one piece of work are told while they go on.
#[derive(Debug, Default)]
pub struct Calls {
    stopped: AtomicBool,
    ending: AtomicBool,
}

impl Calls {
    /// Nothing is waited for any more: a call ends as soon as it looks.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
        self.end();
    }

    /// Nothing new is begun; what is under way may end, since it is paid for.
    pub fn end(&self) {
        self.ending.store(true, Ordering::SeqCst);
    }

    /// Whether a call is to end at once.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// Whether nothing new is to be begun.
    pub fn is_ending(&self) -> bool {
        self.ending.load(Ordering::SeqCst)
    }
}

impl Turn {
    /// What was said.
    pub fn text(&self) -> &str {
        match self {
            Self::Asked(text) | Self::Answered(text) => text,
        }
    }
}
