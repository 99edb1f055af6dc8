//! Plans by a model's or an agent's answers: asking, keeping what was said, asking again.
//!
//! What is asked and what becomes of an answer is [`Growth`]'s; here is who is asked, when, and what it costs. One thread
//! decides: it looks whether an answer is kept already, sets money aside, lets a thread ask, keeps each answer as soon as
//! it is there and before it is used, and puts it to the growth. So a run that was killed goes on where it was, and a run
//! that may not ask ([`Rules::replay`]) gives the same plan from what is kept, or none.

mod agent;
mod budget;
mod copies;
mod error;
mod exchange;
mod run;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use conductor_plan::decompose::{Forecast, Growth, Remark};
use conductor_plan::{Engine, Plan};

use crate::config::{Micros, Price};
use crate::llm::{Model, Pause, Tally, cost};

pub use agent::AgentModel;
pub use error::PlannerError;
pub use exchange::{Exchanges, Kept};
pub(crate) use words::last as last_words;

/// How often a question is asked again because its answer could not be used.
pub const ROUNDS: usize = 3;

/// What a run of the planner may do.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// How many questions may be under way at once.
    pub parallel: usize,
    /// The most that may be spent, what earlier runs spent on kept answers not counted.
    pub max_cost: Option<Micros>,
    /// What a model costs.
    pub price: Option<Price>,
    /// The most tokens of one answer.
    pub max_tokens: u32,
    /// Nobody is asked: only kept answers are used.
    pub replay: bool,
    /// Kept answers are not used.
    pub fresh: bool,
    /// Whether it is known beforehand what a question may cost, if there is a price; an agent tells only afterwards.
    pub metered: bool,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Questions that are settled.
    pub done: usize,
    /// Questions that are known of so far.
    pub known: usize,
    /// Questions that are under way.
    pub under_way: usize,
    /// What was used, also for answers that were kept before.
    pub used: Tally,
    /// What is asked, or was answered last.
    pub about: String,
}

/// Who follows a run.
pub trait Watch {
    /// Something changed.
    fn tell(&mut self, progress: &Progress);
    /// Whether the run is to end.
    fn is_stopped(&mut self) -> bool;
}

/// Nobody follows.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoWatch;

impl Watch for NoWatch {
    fn tell(&mut self, _: &Progress) {}

    fn is_stopped(&mut self) -> bool {
        false
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What is worth saying of how it came about.
    pub remarks: Vec<Remark>,
    /// What all of its answers used, whenever they were given.
    pub used: Tally,
    /// What this run used.
    pub spent: Tally,
    /// Answers that were there already.
    pub reused: usize,
    /// Answers that could not be used, each followed by a question for a better one.
    pub repaired: usize,
}

/// Who is asked, and how.
#[derive(Debug, Clone)]
pub struct Planner {
    /// Who answers.
    pub model: Arc<dyn Model>,
    /// What is allowed.
    pub rules: Rules,
    /// How pauses between tries are made.
    pub pause: Arc<dyn Pause>,
}

impl Planner {
    /// Asks until the plan is whole. Each answer is kept in `exchanges` before it is used.
    ///
    /// # Errors
    /// When an answer could not be had or not be used; the plan is never made of a part of what was asked.
    pub fn plan(
        &self,
        growth: Growth<'_>,
        engine: Engine,
        exchanges: &mut dyn Exchanges,
        watch: &mut dyn Watch,
    ) -> Result<Planned, PlannerError> {
        run::Run::new(self, growth, exchanges, watch)?.whole(engine)
    }

    /// What a run would cost: likely, and at the most; `None` where the price is not known.
    pub fn price_of(&self, forecast: &Forecast) -> Option<(Micros, Micros)> {
        let price = self.rules.price.as_ref()?;
        let whole = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let of = |amount: conductor_plan::decompose::Amount| {
            cost(whole(amount.input), whole(amount.output), price)
        };
        Some((of(forecast.likely), of(forecast.most)))
    }
}
