//! The rules of the configuration: compiled when a session begins, asked when work is judged.

use conductor_engine::judgement::{Answer, RuleResult};
use thiserror::Error;

use super::expression::{Expression, Unfit};
use super::variables::Facts;
use crate::config::{PolicyAction, PolicyRule};

/// A rule whose condition cannot be used. It stops the start of a session.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("orchestration.policy: rule `{rule}` cannot be used: line {}, column {} of `when`: {why}", at.0, at.1)]
pub struct RuleError {
    /// Its name.
    pub rule: String,
    /// Line and column in its condition, both from 1.
    pub at: (usize, usize),
    /// What is wrong with it.
    pub why: String,
}

/// The rules that cannot be used, in order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct PolicyError(pub Vec<RuleError>);

/// One rule that can be asked.
#[derive(Debug, Clone)]
pub struct Rule {
    /// As it is configured.
    pub configured: PolicyRule,
    /// Its condition; why there is none, where it cannot be used.
    pub condition: Result<Expression, Unfit>,
}

/// Rules that can be asked, in the order of the configuration.
#[derive(Debug, Clone, Default)]
pub struct RuleSet(Vec<Rule>);

impl RuleSet {
    /// Compiles all rules. One that cannot be used is kept, and can never be decided: a session that an older program
    /// began goes on, and nothing passes such a rule unseen.
    pub fn new(rules: &[PolicyRule]) -> Self {
        let compiled =
            |rule: &PolicyRule| Rule { configured: rule.clone(), condition: Expression::compile(&rule.when) };
        Self(rules.iter().map(compiled).collect())
    }

    /// The rules, if all of them can be used.
    ///
    /// # Errors
    /// Those that cannot, each with the place and the reason.
    pub fn usable(self) -> Result<Self, PolicyError> {
        let wrong = |rule: &Rule| {
            let unfit = rule.condition.as_ref().err()?;
            Some(RuleError { rule: rule.configured.name.clone(), at: unfit.at, why: unfit.why.clone() })
        };
        let wrong: Vec<RuleError> = self.0.iter().filter_map(wrong).collect();
        if wrong.is_empty() { Ok(self) } else { Err(PolicyError(wrong)) }
    }

    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        &self.0
    }

    /// What each says of these facts, with what it would have done.
    pub(super) fn ask(&self, facts: &Facts) -> Vec<Said<'_>> {
        self.0.iter().map(|rule| Said { rule: &rule.configured, answer: answer(rule, facts) }).collect()
    }
}

/// What one rule said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said<'r> {
    pub(super) rule: &'r PolicyRule,
    pub(super) answer: Answer,
}

impl Said<'_> {
    /// What work has to go by: the action of a rule that holds; a person where it could not be told, whatever the rule
    /// would do, since a rule that broke is no reason to throw work away or to have it done again.
    pub(super) fn action(&self) -> Option<PolicyAction> {
        match self.answer {
            Answer::HoldsNot => None,
            Answer::Holds => Some(self.rule.then),
            Answer::Undecided { .. } => Some(PolicyAction::Hold),
        }
    }

    pub(super) fn result(&self) -> RuleResult {
        RuleResult { rule: self.rule.name.clone(), answer: self.answer.clone() }
    }
}

fn answer(rule: &Rule, facts: &Facts) -> Answer {
    let told = match &rule.condition {
        Ok(condition) => condition.holds(facts),
        Err(unfit) => Err(unfit.why.clone()),
    };
    match told {
        Ok(true) => Answer::Holds,
        Ok(false) => Answer::HoldsNot,
        Err(why) => Answer::Undecided { why },
    }
}
