//! What was asked and answered, as it is kept.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::clock;
use crate::journal::{Database, JournalError, PlanExchange};
use crate::llm::{Answer, Finish, Model, Question, Turn, Used};

/// Where exchanges are kept.
pub trait Exchanges {
    /// All of them, oldest first.
    ///
    /// # Errors
    /// When they cannot be read.
    fn all(&self) -> Result<Vec<PlanExchange>, JournalError>;

    /// Keeps one more.
    ///
    /// # Errors
    /// When it cannot be written.
    fn keep(&mut self, exchange: PlanExchange) -> Result<(), JournalError>;
}

/// The exchanges of one plan in Conductor's database.
#[derive(Debug)]
pub struct Kept<'a> {
    /// The database.
    pub database: &'a mut Database,
    /// The digest of the plan.
    pub work: &'a str,
}

impl Exchanges for Kept<'_> {
    fn all(&self) -> Result<Vec<PlanExchange>, JournalError> {
        self.database.exchanges(self.work)
    }

    fn keep(&mut self, exchange: PlanExchange) -> Result<(), JournalError> {
        self.database.keep_exchange(self.work, &exchange, clock::now())
    }
}

/// A question as it is kept, and its digest.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) ask: String,
    pub(super) request: Value,
}

impl Asked {
    pub(super) fn new(model: &dyn Model, question: &Question) -> Self {
        let turn = |turn: &Turn| match turn {
            Turn::Asked(text) => json!({ "asked": text }),
            Turn::Answered(text) => json!({ "answered": text }),
        };
        let turns: Vec<Value> = question.turns.iter().map(turn).collect();
        let request = json!({
            "model": model.identity(), "form": question.form.name(), "system": question.system, "turns": turns,
        });
        // The form itself counts too: the same words with another form get another answer.
        let form = question.form.schema(conductor_plan::decompose::Dialect::Strict);
        let digest = Sha256::digest(format!("{request}\n{form}"));
        let ask = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { ask, request }
    }

    pub(super) fn exchange(&self, answer: &Answer) -> PlanExchange {
        let Answer { text, finish, used } = answer;
        let (word, reason) = match finish {
            Finish::Done => ("done", None),
            Finish::Length => ("length", None),
            Finish::Refused(reason) => ("refused", Some(reason)),
        };
        PlanExchange {
            ask: self.ask.clone(),
            request: self.request.clone(),
            reply: text.clone(),
            usage: json!({
                "finish": word, "reason": reason, "input_tokens": used.input, "output_tokens": used.output,
                "cost_micros": used.cost_micros,
            }),
        }
    }
}

/// The newest answer to each question.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<String, Answer>);

impl Known {
    pub(super) fn of(exchanges: Vec<PlanExchange>) -> Self {
        Self(exchanges.into_iter().map(|exchange| (exchange.ask.clone(), answer(&exchange))).collect())
    }

    pub(super) fn get(&self, ask: &str) -> Option<&Answer> {
        self.0.get(ask)
    }
}

fn answer(exchange: &PlanExchange) -> Answer {
    let number = |key: &str| exchange.usage.get(key).and_then(Value::as_u64);
    let word = |key: &str| exchange.usage.get(key).and_then(Value::as_str).unwrap_or_default();
    let finish = match word("finish") {
        "length" => Finish::Length,
        "refused" => Finish::Refused(word("reason").to_owned()),
        _ => Finish::Done,
    };
    let used = Used {
        input: number("input_tokens"),
        output: number("output_tokens"),
        cost_micros: number("cost_micros"),
    };
    Answer { text: exchange.reply.clone(), finish, used }
}
