//! Money that is set aside before a question is asked, so that several at once cannot together spend what each of them saw
//! alone.

use conductor_plan::decompose::tokens;

use super::Rules;
use crate::config::Micros;
use crate::llm::{Question, Tally, Turn, Used, cost};

/// What was spent and what is set aside.
#[derive(Debug)]
pub(super) struct Budget {
    limit: Option<Micros>,
    aside: u64,
    pub(super) spent: Tally,
}

/// What a question may use at the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aside {
    pub(super) input: u64,
    pub(super) output: u64,
    pub(super) cost: Micros,
}

impl Aside {
    pub(super) fn of(question: &Question, rules: &Rules) -> Self {
        let said: usize =
            question.turns.iter().map(Turn::text).chain([question.system.as_str()]).map(tokens).sum();
        // The schema is read too, and an estimate is none that one may be held to.
        let input = u64::try_from(said + said / 4 + 1_500).unwrap_or(u64::MAX);
        let output = u64::from(rules.max_tokens);
        let cost = rules.price.as_ref().map(|price| cost(input, output, price)).unwrap_or_default();
        Self { input, output, cost }
    }

    /// What it is thought to use where nobody tells.
    pub(super) fn expected(self) -> (u64, u64) {
        (self.input, self.output)
    }
}

impl Budget {
    pub(super) fn new(rules: &Rules) -> Self {
        Self { limit: rules.max_cost, aside: 0, spent: Tally::begun(rules.price.is_some()) }
    }

    /// Sets money aside; `false` when there is not enough.
    pub(super) fn take(&mut self, aside: Aside) -> bool {
        let enough = self.limit.is_none_or(|limit| self.used().saturating_add(aside.cost.0) <= limit.0);
        if enough {
            self.aside = self.aside.saturating_add(aside.cost.0);
        }
        enough
    }

    /// Gives back what was set aside, for what was really used.
    pub(super) fn settle(&mut self, aside: Aside, used: Option<Used>, rules: &Rules) {
        self.aside = self.aside.saturating_sub(aside.cost.0);
        if let Some(used) = used {
            self.spent.add(used, aside.expected(), rules.price.as_ref());
        }
    }

    /// Whether there is a limit, and something was used whose cost nobody knows.
    pub(super) fn is_blind(&self) -> bool {
        self.limit.is_some() && self.spent.calls > 0 && self.spent.cost_micros.is_none()
    }

    /// What is spent or set aside.
    pub(super) fn used(&self) -> u64 {
        self.spent.cost_micros.unwrap_or_default().saturating_add(self.aside)
    }

    pub(super) fn limit(&self) -> Micros {
        self.limit.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Price;

    #[test]
    fn what_is_set_aside_cannot_be_spent_twice() {
        let rules = Rules {
            parallel: 2,
            max_cost: Some(Micros(1_000)),
            price: Some(Price { input: Micros(1_000_000), output: Micros(1_000_000) }),
            max_tokens: 1,
            replay: false,
            fresh: false,
            metered: true,
        };
        let mut budget = Budget::new(&rules);
        let aside = Aside { input: 300, output: 300, cost: Micros(600) };
        assert!(budget.take(aside));
        assert!(!budget.take(aside), "600 of 1000 are set aside");
        let used = Used { input: Some(100), output: Some(100), cost_micros: None };
        budget.settle(aside, Some(used), &rules);
        assert_eq!(budget.used(), 200);
        assert!(budget.take(aside));
        // Nobody told what it used: what was expected counts.
        budget.settle(aside, Some(Used::default()), &rules);
        assert_eq!((budget.used(), budget.spent.estimated), (800, true));
        assert!(!budget.take(aside));
    }
}
