//! What becomes of work whose gates passed: the user's rules over its facts, and the kinds of change that a person
//! must have seen.
//!
//! The strictest of all that speaks counts: reject, then hold, then retry, then accept. What cannot be decided is a
//! reason to hold, never one to accept, to reject or to try again.

mod change;
mod classes;
mod expression;
mod guards;
mod leaks;
mod paths;
mod rules;
mod size;
mod source;
mod sql;
#[cfg(test)]
mod tests;
mod variables;

use conductor_engine::evidence::Evidence;
use conductor_engine::gate::TestDelta;
use conductor_engine::judgement::{Answer, Judgement, Reviewed, RunFacts, Verdict};

pub use change::{Change, ChangedFile};
pub use classes::Met;
pub use expression::{Expression, Unfit};
pub use leaks::Leak;
pub use rules::{PolicyError, Rule, RuleError, RuleSet};
pub use variables::{Facts, Kind, TaskPart, VARIABLES, Variable};

use crate::config::{ApprovalClass, Orchestration, PolicyAction};
use rules::Said;
use variables::Parts;

/// The most places of one reason, and of the list of files, that a person is shown.
const MOST_PLACES: usize = 5;
const MOST_LISTED: usize = 200;

/// What decides over finished work.
#[derive(Debug, Clone)]
pub struct Policy {
    rules: RuleSet,
    /// The classes that a person must have seen.
    approval: Vec<ApprovalClass>,
    /// Whether the user merges everything by hand.
    by_hand: bool,
}

/// Everything that is known of one candidate.
#[derive(Debug, Clone, Copy)]
pub struct Case<'c> {
    /// The run.
    pub run: &'c RunFacts,
    /// The agent's name.
    pub agent: &'c str,
    /// The task.
    pub task: &'c TaskPart,
    /// What changed.
    pub change: &'c Change,
    /// What was seen when the gates ran.
    pub evidence: &'c Evidence,
    /// The tests compared with those of what the work stands on.
    pub tests: &'c TestDelta,
    /// What a reviewer found.
    pub review: Option<&'c Reviewed>,
}

/// What other checks say of the same candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others {
    /// Reasons for a person to look, each as the end of a sentence that begins with "It".
    pub asks: Vec<String>,
    /// Further reasons, each a sentence of its own.
    pub sentences: Vec<String>,
    /// What a person needs to see of them, each with its own heading.
    pub details: Vec<String>,
    /// What decides nothing.
    pub notes: Vec<String>,
}

impl Policy {
    /// The policy of a configuration. A rule that cannot be used holds all work.
    pub fn new(orchestration: &Orchestration) -> Self {
        Self {
            rules: RuleSet::new(&orchestration.policy),
            approval: orchestration.safety.require_approval_for.clone(),
            by_hand: !orchestration.workflow.auto_commit,
        }
    }

    /// Judges a candidate.
    pub fn judge(&self, case: &Case<'_>, others: Others) -> Judgement {
        let met = classes::met(case.change);
        let all: Vec<ApprovalClass> = met.iter().map(|met| met.class).collect();
        let Case { run, agent, task, change, evidence, tests, review } = *case;
        let facts = Facts::new(&Parts { run, agent, task, change, classes: &all, evidence, tests, review });
        let said = self.rules.ask(&facts);
        let Others { asks, sentences, details, mut notes } = others;
        let held: Vec<&Met> = met.iter().filter(|met| self.holds(met.class)).collect();
        let mut reasons: Vec<String> = held.iter().map(|met| class_words(met)).collect();
        reasons.extend(said.iter().filter(|s| s.action() == Some(PolicyAction::Hold)).map(rule_words));
        reasons.extend(asks);
        if self.by_hand {
            reasons.push("passed its gates, and auto_commit is off".to_owned());
        }
        let of = |action| said.iter().filter(move |s| s.action() == Some(action)).map(order_words);
        let rejections: Vec<String> = of(PolicyAction::Reject).collect();
        let retries: Vec<String> = of(PolicyAction::Retry).collect();
        let verdict = if !rejections.is_empty() {
            notes.extend(reasons.iter().map(|reason| format!("a person would have been asked: it {reason}")));
            notes.extend(sentences.iter().map(|reason| format!("a person would have been asked: {reason}")));
            Verdict::Reject { why: rejections.join("; ") }
        } else if !reasons.is_empty() || !sentences.is_empty() {
            let mut detail = vec![files(change)];
            detail.extend(held.iter().filter(|met| met.places.len() > 1).map(|met| places(met)));
            detail.extend(review.map(review_words));
            detail.extend(details);
            detail.extend(retries.iter().map(|retry| format!("Would be tried again: {retry}")));
            detail.extend(notes.iter().map(|note| format!("Note: {note}")));
            Verdict::Hold { question: question(&reasons, &sentences), detail: detail.join("\n\n") }
        } else if !retries.is_empty() {
            let found = review.map(review_words);
            Verdict::Retry { feedback: feedback(&retries, details.iter().chain(&found)) }
        } else {
            Verdict::Accept
        };
        Judgement {
            verdict,
            rules: said.iter().map(Said::result).collect(),
            review: review.cloned(),
            notes,
            usage: conductor_engine::attempt::Usage::default(),
        }
    }

    /// Whether a person is asked about every change of this class.
    pub(crate) fn asks_for(&self, class: ApprovalClass) -> bool {
        self.holds(class)
    }

    /// Secrets are held whatever the user lists: what has landed once is in the history for ever.
    fn holds(&self, class: ApprovalClass) -> bool {
        class == ApprovalClass::Secrets || self.approval.contains(&class)
    }
}

/// The approval classes that a change meets, whether they are listed or not.
pub fn approval_classes(change: &Change) -> Vec<Met> {
    classes::met(change)
}

/// What is asked: reasons that are ends of a sentence, then those that are sentences.
fn question(reasons: &[String], sentences: &[String]) -> String {
    let it = (!reasons.is_empty()).then(|| format!("It {}", reasons.join("; ")));
    let all: Vec<&str> = it.as_deref().into_iter().chain(sentences.iter().map(String::as_str)).collect();
    format!("Accept this? {}", all.join("; "))
}

/// A class as the end of a sentence that begins with "It".
fn class_words(met: &Met) -> String {
    let places = some(&met.places);
    match met.class {
        ApprovalClass::DatabaseMigrations
        | ApprovalClass::SecurityFiles
        | ApprovalClass::Ci
        | ApprovalClass::ConfigChanges
        | ApprovalClass::Dependencies => format!("changes {} ({places})", met.class.name().replace('_', " ")),
        ApprovalClass::LargeDeletions => format!("deletes much ({places})"),
        ApprovalClass::Binaries => format!("brings in files that nobody can read ({places})"),
        ApprovalClass::Secrets => format!("contains what looks like a secret ({places})"),
    }
}

fn some(all: &[String]) -> String {
    let shown: Vec<&str> = all.iter().take(MOST_PLACES).map(String::as_str).collect();
    match all.len().saturating_sub(MOST_PLACES) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A rule that holds, or that could not be decided, likewise.
fn rule_words(said: &Said<'_>) -> String {
    let name = &said.rule.name;
    match (&said.answer, &said.rule.ask) {
        (Answer::Undecided { why }, _) => format!("cannot be judged by rule `{name}` ({why}), so it holds"),
        (Answer::Holds | Answer::HoldsNot, Some(ask)) => format!("meets rule `{name}`: {ask}"),
        (Answer::Holds | Answer::HoldsNot, None) => format!("meets rule `{name}` ({})", said.rule.when),
    }
}

/// A rule that sends work back or refuses it, as a sentence.
fn order_words(said: &Said<'_>) -> String {
    let Said { rule, .. } = said;
    match &rule.ask {
        Some(ask) => format!("{ask} (rule `{}`)", rule.name),
        None => format!("rule `{}` holds: {}", rule.name, rule.when),
    }
}

/// What a reviewer found, for whoever decides or mends.
fn review_words(review: &Reviewed) -> String {
    let count = match review.findings {
        0 => "nothing".to_owned(),
        1 => "1 finding".to_owned(),
        many => format!("{many} findings"),
    };
    listed(&format!("Review by {}: {count}", review.agent), review.list.iter().map(String::as_str))
}

fn feedback<'d>(retries: &[String], details: impl Iterator<Item = &'d String>) -> String {
    let begin = "Your work passed its gates, but does not yet do as this project wants";
    let mut parts = vec![format!("{begin}: {}", retries.join("; "))];
    parts.extend(details.cloned());
    parts.join("\n\n")
}

fn files(change: &Change) -> String {
    listed("Files that change:", change.paths())
}

fn places(met: &Met) -> String {
    let head = format!("{}:", met.class.name().replace('_', " "));
    listed(&head, met.places.iter().map(String::as_str))
}

/// A heading with what stands below it, a line each; the first of many.
fn listed<'l>(head: &'l str, lines: impl Iterator<Item = &'l str>) -> String {
    let mut all: Vec<String> = std::iter::once(head).chain(lines).map(str::to_owned).collect();
    let more = all.len().saturating_sub(MOST_LISTED + 1);
    if more > 0 {
        all.truncate(MOST_LISTED + 1);
        all.push(format!("(and {more} more)"));
    }
    all.join("\n")
}
