//! What questions cost.

use serde::{Deserialize, Serialize};

use super::Used;
use crate::config::{Micros, Price};

/// What was used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tally {
    /// Questions that were answered, those included whose answer could not be used.
    pub calls: u64,
    /// Tokens that were sent.
    pub input_tokens: u64,
    /// Tokens that came back.
    pub output_tokens: u64,
    /// What they cost, in millionths of a US dollar; `None` where the price is not known.
    pub cost_micros: Option<u64>,
    /// Whether a part of it is an estimate, since somebody did not tell what was used.
    pub estimated: bool,
}

impl Tally {
    /// A sum that begins: with nothing, if the price is known.
    pub fn begun(priced: bool) -> Self {
        Self { cost_micros: priced.then_some(0), ..Self::default() }
    }

    /// One more call. `expected` is what it was thought to use.
    pub(crate) fn add(&mut self, used: Used, expected: (u64, u64), price: Option<&Price>) {
        let (input, output) = (used.input.unwrap_or(expected.0), used.output.unwrap_or(expected.1));
        self.calls += 1;
        self.input_tokens += input;
        self.output_tokens += output;
        self.estimated |= used.input.is_none() || used.output.is_none();
        let own = used.cost_micros.or_else(|| price.map(|price| cost(input, output, price).0));
        self.cost_micros = match (self.cost_micros, own) {
            (Some(sum), Some(own)) => Some(sum.saturating_add(own)),
            (None, Some(own)) if self.calls == 1 => Some(own),
            (Some(_) | None, _) => None,
        };
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            calls: self.calls.saturating_add(other.calls),
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            cost_micros: self.cost_micros.zip(other.cost_micros).map(|(one, two)| one.saturating_add(two)),
            estimated: self.estimated || other.estimated,
        }
    }
}

/// What so many tokens cost. A part of a millionth of a dollar counts as one.
pub fn cost(input: u64, output: u64, price: &Price) -> Micros {
    const MILLION: u128 = 1_000_000;
    let sum = u128::from(input) * u128::from(price.input.0) + u128::from(output) * u128::from(price.output.0);
    Micros(u64::try_from(sum.div_ceil(MILLION)).unwrap_or(u64::MAX))
}
