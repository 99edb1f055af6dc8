//! What was used, however an agent counts: by turn, by step, by process, by session; in the protocol's own field or in
//! one beside it.

use conductor_engine::attempt::Usage;
use serde_json::Value;

use super::super::catalogue::Known;
use super::super::result_file::micros;
use super::super::speakers::Opening;

/// Adds up what an agent says.
#[derive(Debug)]
pub(super) struct Meter {
    known: Option<Known>,
    /// What the attempt used before this process.
    before: Usage,
    /// What the agent's session had used before this attempt, where the agent counts by session.
    counted: Usage,
    input: Option<u64>,
    output: Option<u64>,
    cost: Option<u64>,
}

impl Meter {
    pub(super) fn new(known: Option<Known>, opening: &Opening<'_>) -> Self {
        // OpenCode's costs and Vibe's tokens are those of the session, also of one that goes on.
        let totals = opening.session.map(|_| opening.totals.clone()).unwrap_or_default();
        let counted = match known {
            Some(Known::Opencode) => Usage { cost_micros: totals.cost_micros, ..Usage::default() },
            Some(Known::Vibe) => Usage { cost_micros: None, ..totals },
            Some(Known::Claude | Known::Codex | Known::Gemini | Known::Qwen) | None => Usage::default(),
        };
        Self { known, before: opening.usage.clone(), counted, input: None, output: None, cost: None }
    }

    /// The end of a turn tells its tokens.
    pub(super) fn turn(&mut self, result: &Value) {
        let Some((input, output)) = tokens(result) else { return };
        if self.known == Some(Known::Vibe) {
            // It counts from the beginning of its session.
            (self.input, self.output) = (Some(input), Some(output));
        } else {
            self.add(input, output);
        }
    }

    /// A piece of a message may tell what one question to the model took; one agent says it nowhere else.
    pub(super) fn step(&mut self, update: &Value) -> bool {
        let tokens = update.pointer("/_meta/usage").and_then(counted);
        let Some((input, output)) = tokens.filter(|_| self.known == Some(Known::Qwen)) else { return false };
        self.add(input, output);
        true
    }

    fn add(&mut self, input: u64, output: u64) {
        let add = |sum: Option<u64>, more: u64| Some(sum.unwrap_or(0).saturating_add(more));
        (self.input, self.output) = (add(self.input, input), add(self.output, output));
    }

    /// An update tells what all was until now.
    pub(super) fn cost(&mut self, update: &Value) -> bool {
        let dollars = update.pointer("/cost/currency").and_then(Value::as_str) == Some("USD");
        let cost = update.pointer("/cost/amount").and_then(micros).filter(|cost| dollars && *cost > 0);
        let is_news = cost.is_some() && cost != self.cost;
        self.cost = cost.or(self.cost);
        is_news
    }

    /// What the attempt used so far.
    pub(super) fn used(&self) -> Usage {
        let sum = |before: Option<u64>, now: Option<u64>, counted: Option<u64>| match (before, now) {
            (None, None) => None,
            (before, now) => {
                let new = now.unwrap_or(0).saturating_sub(counted.unwrap_or(0));
                Some(before.unwrap_or(0).saturating_add(new))
            }
        };
        let (before, counted) = (&self.before, &self.counted);
        Usage {
            input_tokens: sum(before.input_tokens, self.input, counted.input_tokens),
            output_tokens: sum(before.output_tokens, self.output, counted.output_tokens),
            cost_micros: sum(before.cost_micros, self.cost, counted.cost_micros),
        }
    }

    /// What the agent's session used in all, where that is what it tells.
    pub(super) fn totals(&self) -> Usage {
        let by_session = self.known == Some(Known::Vibe);
        let tokens = |count: Option<u64>| count.filter(|_| by_session);
        Usage { input_tokens: tokens(self.input), output_tokens: tokens(self.output), cost_micros: self.cost }
    }
}

/// Tokens read and written in a turn. The numbers by model hold everything, also what an agent asks its model beside
/// the task; else the protocol's own; else the sum beside it.
fn tokens(result: &Value) -> Option<(u64, u64)> {
    let models = result.pointer("/_meta/quota/model_usage").and_then(Value::as_array);
    let by_model = models.into_iter().flatten().filter_map(|model| counted(model.get("token_count")?));
    let sum = |a: (u64, u64), b: (u64, u64)| (a.0.saturating_add(b.0), a.1.saturating_add(b.1));
    by_model
        .reduce(sum)
        .or_else(|| result.get("usage").and_then(counted))
        .or_else(|| result.pointer("/_meta/quota/token_count").and_then(counted))
}

/// Everything that is not output is input, cached or not.
fn counted(count: &Value) -> Option<(u64, u64)> {
    let number = |names: [&str; 2]| names.iter().find_map(|name| count.get(name)?.as_u64());
    let output = number(["outputTokens", "output_tokens"])?;
    let input = number(["inputTokens", "input_tokens"])?;
    let total = number(["totalTokens", "total_tokens"]).map(|total| total.saturating_sub(output));
    Some((total.unwrap_or(input).max(input), output))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn meter(known: Option<Known>) -> Meter {
        let (before, counted) = (Usage::default(), Usage::default());
        Meter { known, before, counted, input: None, output: None, cost: None }
    }

    #[test]
    fn tokens_are_found_wherever_they_stand() {
        let by_model = json!({"usage": {"inputTokens": 1, "outputTokens": 1}, "_meta": {"quota": {"model_usage": [
            {"token_count": {"totalTokens": 30, "inputTokens": 10, "outputTokens": 5}},
            {"token_count": {"inputTokens": 3, "outputTokens": 2}}]}}});
        assert_eq!(tokens(&by_model), Some((28, 7)));
        let own = json!({"usage": {"inputTokens": 20, "outputTokens": 3, "cachedReadTokens": 100, "totalTokens": 123},
            "_meta": {"quota": {"model_usage": []}}});
        assert_eq!(tokens(&own), Some((120, 3)));
        let beside = json!({"_meta": {"quota": {"token_count": {"input_tokens": 7, "output_tokens": 1}}}});
        assert_eq!(tokens(&beside), Some((7, 1)));
        for nothing in [json!({}), json!({"usage": null}), json!({"usage": {"outputTokens": "x"}})] {
            assert_eq!(tokens(&nothing), None);
        }
    }

    #[test]
    fn turns_are_added_up_but_for_an_agent_that_has_done_so() {
        let turn = |n: u64| json!({"usage": {"inputTokens": n, "outputTokens": 1}});
        let mut each = meter(Some(Known::Claude));
        each.turn(&turn(10));
        each.turn(&turn(20));
        assert_eq!(each.used().input_tokens, Some(30));
        let mut sums = meter(Some(Known::Vibe));
        sums.turn(&turn(10));
        sums.turn(&turn(30));
        assert_eq!(sums.used().input_tokens, Some(30));
        sums.counted.input_tokens = Some(25);
        assert_eq!((sums.used().input_tokens, sums.totals().input_tokens), (Some(5), Some(30)));
    }

    #[test]
    fn costs_are_sums_already_and_zero_is_no_price() {
        let cost = |amount: f64| json!({"cost": {"amount": amount, "currency": "USD"}});
        let mut meter = Meter {
            counted: Usage { cost_micros: Some(100_000), ..Usage::default() },
            ..meter(Some(Known::Opencode))
        };
        assert!(!meter.cost(&cost(0.0)));
        assert!(meter.cost(&cost(0.3)) && !meter.cost(&cost(0.3)) && meter.cost(&cost(0.5)));
        assert!(!meter.cost(&json!({"cost": {"amount": 9, "currency": "EUR"}})));
        assert_eq!(meter.used().cost_micros, Some(400_000));
        assert_eq!(meter.totals().cost_micros, Some(500_000));
    }
}
