//! The APIs: what a request looks like, and what the events of an answer's stream mean.

mod anthropic;
mod chat;
mod gemini;
mod responses;

use serde_json::Value;

use super::error::ModelError;
use super::http::Called;
use super::provider::Provider;
use super::target::Target;
use super::{Answer, Finish, Question, Used};

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) url: String,
    pub(super) body: Value,
}

/// What was heard of an answer so far.
#[derive(Debug, Default)]
pub(super) struct Heard {
    text: String,
    refusal: String,
    finish: Option<Finish>,
    used: Used,
}

/// The request that asks a question.
pub(super) fn request(target: &Target, question: &Question) -> Request {
    match target.provider {
        Provider::Anthropic => anthropic::request(target, question),
        Provider::OpenAi => responses::request(target, question),
        Provider::OpenAiChat | Provider::Ollama => chat::request(target, question),
        Provider::Gemini => gemini::request(target, question),
    }
}

/// Takes an event in; `true` when nothing of the answer can come after it.
pub(super) fn hear(
    provider: Provider,
    event: &Value,
    heard: &mut Heard,
    called: &Called,
) -> Result<bool, ModelError> {
    match provider {
        Provider::Anthropic => anthropic::hear(event, heard, called),
        Provider::OpenAi => responses::hear(event, heard, called),
        Provider::OpenAiChat | Provider::Ollama => chat::hear(event, heard, called),
        Provider::Gemini => gemini::hear(event, heard, called),
    }
}

impl Heard {
    /// The whole answer. One whose end was not heard broke off, whatever its words look like.
    pub(super) fn into_answer(self, called: &Called) -> Result<Answer, ModelError> {
        let Self { text, refusal, finish, used } = self;
        let finish = match finish {
            Some(_) if !refusal.trim().is_empty() => Finish::Refused(refusal.trim().to_owned()),
            Some(finish) => finish,
            None => {
                let message = format!("its end is missing, after {} characters", text.chars().count());
                return Err(ModelError::BrokeOff { place: called.place.clone(), message });
            }
        };
        Ok(Answer { text, finish, used })
    }
}

fn text<'v>(value: &'v Value, place: &str) -> &'v str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value, place: &str) -> Option<u64> {
    value.pointer(place).and_then(Value::as_u64)
}
