//! A model at a provider, asked over HTTP.

use serde_json::Value;
use ureq::Agent;

use super::error::ModelError;
use super::http::{self, Called};
use super::key::Key;
use super::provider::Provider;
use super::target::Target;
use super::wire::{self, Heard};
use super::{Answer, Calls, Model, Question};
use conductor_plan::decompose::tokens;

/// A model at a provider.
#[derive(Debug)]
pub struct Client {
    target: Target,
    key: Option<Key>,
    agent: Agent,
}

impl Client {
    /// A client of this model. Nothing is sent yet.
    pub fn new(target: Target, key: Option<Key>) -> Self {
        let agent = http::agent(target.timeout, target.proxy.as_ref());
        Self { target, key, agent }
    }

    fn called(&self) -> Called {
        Called {
            place: self.target.place(),
            model: self.target.model.clone(),
            api: self.target.provider.api(),
            key: self.key.as_ref().map_or("the key", Key::from).to_owned(),
            timeout: self.target.timeout,
        }
    }

    fn try_ask(&self, question: &Question, calls: &Calls) -> Result<Answer, ModelError> {
        let called = self.called();
        let request = wire::request(&self.target, question);
        let secret = self.key.as_ref().map_or("", Key::reveal);
        let bearer = format!("Bearer {}", if secret.is_empty() { "none" } else { secret });
        let headers: &[(&str, &str)] = match self.target.provider {
            Provider::Anthropic => &[("x-api-key", secret), ("anthropic-version", "2023-06-01")],
            Provider::OpenAi | Provider::OpenAiChat | Provider::Ollama => &[("authorization", &bearer)],
            Provider::Gemini => &[("x-goog-api-key", secret)],
        };
        let mut heard = Heard::default();
        http::post(&self.agent, &called, &request.url, headers, &request.body, calls, &mut |event| {
            wire::hear(self.target.provider, event, &mut heard, &called)
        })?;
        let answer = heard.into_answer(&called)?;
        self.saw_all(question, answer)
    }

    /// Ollama cuts what does not fit into its context, and says nothing of it but for the count.
    fn saw_all(&self, question: &Question, answer: Answer) -> Result<Answer, ModelError> {
        let texts = question.turns.iter().map(super::Turn::text).chain([question.system.as_str()]);
        let sent = u64::try_from(texts.map(tokens).sum::<usize>()).unwrap_or(u64::MAX);
        match answer.used.input {
            Some(read) if self.target.provider == Provider::Ollama && read < sent / 2 => {
                Err(ModelError::ShortSighted { model: self.target.model.clone(), read, sent })
            }
            Some(_) | None => Ok(answer),
        }
    }

    /// Takes the key out of whatever others said.
    fn masked(&self, error: ModelError) -> ModelError {
        let Some(key) = &self.key else { return error };
        let mut error = error;
        match &mut error {
            ModelError::Unauthorized { message, .. }
            | ModelError::Forbidden { message, .. }
            | ModelError::NotFound { message, .. }
            | ModelError::TooLong { message, .. }
            | ModelError::Rejected { message, .. }
            | ModelError::NoCredit { message, .. }
            | ModelError::Limited { message, .. }
            | ModelError::Unwell { message, .. }
            | ModelError::BrokeOff { message, .. }
            | ModelError::Unreachable { message, .. }
            | ModelError::NotUnderstood { message, .. }
            | ModelError::Agent { message, .. } => *message = key.masked(message),
            ModelError::Silent { .. }
            | ModelError::ShortSighted { .. }
            | ModelError::Meddled { .. }
            | ModelError::Stopped => {}
        }
        error
    }
}

impl Model for Client {
    fn name(&self) -> String {
        self.target.name()
    }

    fn identity(&self) -> Value {
        self.target.identity()
    }

    fn ask(&self, question: &Question, calls: &Calls) -> Result<Answer, ModelError> {
        self.try_ask(question, calls).map_err(|error| self.masked(error))
    }
}
