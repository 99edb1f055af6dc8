//! What the attempts of a run come to, one after the other. Part of the state of a run, so that it survives the driver:
//! a fold of what the journal tells, with bounded memory.

use serde::{Deserialize, Serialize};

use super::{Verdict, VerdictKind, quote};

/// Something that became known of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// An attempt ended, and this is the tree that it left.
    Saved {
        /// The tree's id.
        tree: String,
    },
    /// The work, or the agent itself, failed in this way.
    Failed {
        /// The same for the same failure: see [`super::normalised`]. Of tests that can be told apart it is made of the
        /// names of those that fail.
        signature: String,
    },
    /// An attempt used this.
    Spent {
        /// Millionths of a US dollar.
        cost_micros: u64,
        /// Tokens read and written.
        tokens: u64,
    },
}

/// How often the same failure is a loop. From Fabro (three repeats of a failure signature), where the count is never
/// reset by a success in between either.
const MOST_FAILURES: u32 = 3;

/// How often the work may return to a tree that it had. The first return may be an agent that takes back what did not
/// work; nobody's constant.
const MOST_RETURNS: u32 = 2;

/// What may be spent without a change of the work or of its failure: two dollars. Nobody's constant; reports of users
/// tell of tens of dollars for one task that went nowhere.
const MOST_COST: u64 = 2_000_000;

/// The same in tokens, for agents that tell no price: a million. Reports of users begin at three million in one turn.
const MOST_TOKENS: u64 = 1_000_000;

/// How many trees and failures are remembered.
const MOST_KEPT: usize = 16;

/// How many bytes of a signature are remembered.
const MOST_SIGNATURE: usize = 400;

/// What is remembered of the attempts of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Attempts that ended and left a tree.
    #[serde(default)]
    attempts: u64,
    /// The last trees, each with the attempt that left it first.
    #[serde(default)]
    trees: Vec<Known>,
    /// The last failures, with the last attempts that met them.
    #[serde(default)]
    failures: Vec<Known>,
    /// How often in a row the work returned to what it was.
    #[serde(default)]
    returns: u32,
    /// Spent since the work or its failure last changed.
    #[serde(default)]
    cost_micros: u64,
    /// The same in tokens.
    #[serde(default)]
    tokens: u64,
}

/// A tree or a failure that was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    what: String,
    attempts: Vec<u64>,
}

impl History {
    /// Takes a fact in; a verdict when it completes one. What a verdict was given for is counted anew, so that it is
    /// given again only after as much again.
    pub fn take(&mut self, fact: &Fact) -> Option<Verdict> {
        match fact {
            Fact::Saved { tree } => self.saved(tree),
            Fact::Failed { signature } => self.failed(signature),
            Fact::Spent { cost_micros, tokens } => {
                self.cost_micros = self.cost_micros.saturating_add(*cost_micros);
                self.tokens = self.tokens.saturating_add(*tokens);
                None
            }
        }
    }

    /// How many attempts have ended and left a tree.
    pub(crate) fn attempts(&self) -> u64 {
        self.attempts
    }

    /// The work, or its failure, is another one.
    fn progress(&mut self) {
        self.cost_micros = 0;
        self.tokens = 0;
    }

    fn saved(&mut self, tree: &str) -> Option<Verdict> {
        self.attempts += 1;
        let attempt = self.attempts;
        let known = meet(&mut self.trees, tree, attempt);
        if known.attempts.len() < 2 {
            self.returns = 0;
            self.progress();
            return None;
        }
        let seen = known.attempts.clone();
        self.returns += 1;
        if let Some(verdict) = self.spent_in_vain() {
            return Some(verdict);
        }
        (self.returns >= MOST_RETURNS).then(|| {
            self.returns = 0;
            let why =
                format!("{} attempts in a row left the files as an earlier one had left them", MOST_RETURNS);
            Verdict::new(VerdictKind::SameTree, seen.len(), why, seen)
        })
    }

    fn spent_in_vain(&mut self) -> Option<Verdict> {
        let (cost, tokens) = (self.cost_micros, self.tokens);
        if cost < MOST_COST && tokens < MOST_TOKENS {
            return None;
        }
        self.progress();
        let spent = if cost >= MOST_COST {
            format!("${}.{:02}", cost / 1_000_000, cost % 1_000_000 / 10_000)
        } else {
            format!("{tokens} tokens")
        };
        let why = format!("{spent} were spent since the files last changed");
        Some(Verdict::new(VerdictKind::NoProgress, 1, why, [self.attempts]))
    }

    fn failed(&mut self, signature: &str) -> Option<Verdict> {
        let cut = signature.get(..signature.floor_char_boundary(MOST_SIGNATURE.min(signature.len())));
        let attempt = self.attempts;
        let known = meet(&mut self.failures, cut.unwrap_or_default(), attempt);
        let times = known.attempts.len();
        if times < usize::try_from(MOST_FAILURES).unwrap_or(usize::MAX) {
            return None;
        }
        let seen = std::mem::take(&mut known.attempts);
        let why = format!("{times} attempts failed in the same way: {}", quote(signature));
        Some(Verdict::new(VerdictKind::SameFailure, times, why, seen))
    }
}

/// Notes that `what` was met; what was met longest ago is forgotten.
fn meet<'k>(all: &'k mut Vec<Known>, what: &str, attempt: u64) -> &'k mut Known {
    let mut known = match all.iter().position(|known| known.what == what) {
        Some(at) => all.remove(at),
        None => Known { what: what.to_owned(), attempts: Vec::new() },
    };
    if all.len() >= MOST_KEPT {
        all.remove(0);
    }
    if known.attempts.len() >= MOST_KEPT {
        known.attempts.remove(0);
    }
    known.attempts.push(attempt);
    let last = all.len();
    all.push(known);
    &mut all[last]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded() {
        let mut history = History::default();
        for n in 0..500 {
            history.take(&Fact::Saved { tree: format!("{:040x}", n % 100) });
            history.take(&Fact::Failed { signature: "é".repeat(n) });
            history.take(&Fact::Spent { cost_micros: u64::MAX, tokens: u64::MAX });
        }
        let text = serde_json::to_string(&history).unwrap();
        assert!(text.len() < 64 * 1024, "{} bytes", text.len());
    }
}
