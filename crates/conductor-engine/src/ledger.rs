//! What is used up and what may still be: by session, by task, by attempt.
//!
//! Before an attempt begins, what it is expected to use is set aside; when it has ended, that is replaced by
//! what it did use. So attempts that go on at the same time cannot together use more than one of them could
//! alone see.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::attempt::{AttemptEnd, AttemptReport, Usage};
use crate::session::{Run, Session};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantity {
    /// Millionths of a US dollar.
    Cost,
    /// Tokens read and written.
    Tokens,
    /// Milliseconds in which an agent's processes ran.
    Working,
    /// Attempts that ended by themselves or by a fault of their own.
    Attempts,
}

impl Quantity {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Cost, Self::Tokens, Self::Working, Self::Attempts];
}

/// An amount of each quantity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// See [`Quantity::Cost`].
    pub cost_micros: u64,
    /// See [`Quantity::Tokens`].
    pub tokens: u64,
    /// See [`Quantity::Working`].
    pub working_ms: u64,
    /// See [`Quantity::Attempts`].
    pub attempts: u64,
}

impl Amounts {
    /// One quantity of it.
    pub fn of(&self, quantity: Quantity) -> u64 {
        match quantity {
            Quantity::Cost => self.cost_micros,
            Quantity::Tokens => self.tokens,
            Quantity::Working => self.working_ms,
            Quantity::Attempts => self.attempts,
        }
    }

    fn of_mut(&mut self, quantity: Quantity) -> &mut u64 {
        match quantity {
            Quantity::Cost => &mut self.cost_micros,
            Quantity::Tokens => &mut self.tokens,
            Quantity::Working => &mut self.working_ms,
            Quantity::Attempts => &mut self.attempts,
        }
    }

    fn each(self, other: Self, join: impl Fn(u64, u64) -> u64) -> Self {
        let mut all = self;
        for quantity in Quantity::ALL {
            *all.of_mut(quantity) = join(self.of(quantity), other.of(quantity));
        }
        all
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        self.each(other, u64::saturating_add)
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.each(other, u64::saturating_sub)
    }
}

/// The most of each quantity; `None` for no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// See [`Quantity::Cost`].
    pub cost_micros: Option<u64>,
    /// See [`Quantity::Tokens`].
    pub tokens: Option<u64>,
    /// See [`Quantity::Working`].
    pub working_ms: Option<u64>,
    /// See [`Quantity::Attempts`].
    pub attempts: Option<u64>,
}

impl Budget {
    /// One quantity of it.
    pub fn of(&self, quantity: Quantity) -> Option<u64> {
        match quantity {
            Quantity::Cost => self.cost_micros,
            Quantity::Tokens => self.tokens,
            Quantity::Working => self.working_ms,
            Quantity::Attempts => self.attempts,
        }
    }

    fn lower(&mut self, quantity: Quantity, most: u64) {
        let place = match quantity {
            Quantity::Cost => &mut self.cost_micros,
            Quantity::Tokens => &mut self.tokens,
            Quantity::Working => &mut self.working_ms,
            Quantity::Attempts => &mut self.attempts,
        };
        *place = Some(place.map_or(most, |before| before.min(most)));
    }
}

/// The limits of a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// For all its attempts together.
    #[serde(default)]
    pub session: Budget,
    /// For all attempts at one task.
    #[serde(default)]
    pub task: Budget,
    /// For one attempt.
    #[serde(default)]
    pub attempt: Budget,
}

/// Whose limit it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The session's.
    Session,
    /// The task's.
    Task,
}

/// A limit that leaves nothing for another attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exhausted {
    /// Whose.
    pub level: Level,
    /// Of what.
    pub quantity: Quantity,
    /// How much is used, or set aside for attempts that are under way.
    pub used: u64,
    /// The limit.
    pub limit: u64,
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whose = match self.level {
            Level::Session => "session",
            Level::Task => "task",
        };
        let (used, limit) = (amount(self.quantity, self.used), amount(self.quantity, self.limit));
        write!(f, "the {whose}'s limit is reached: {used} of {limit}")
    }
}

/// An amount in words, for people and agents.
pub fn amount(quantity: Quantity, n: u64) -> String {
    match quantity {
        Quantity::Cost => format!("${}.{:02}", n / 1_000_000, n % 1_000_000 / 10_000),
        Quantity::Tokens => format!("{n} tokens"),
        Quantity::Working => format!("{} min of work", n.div_ceil(60_000)),
        Quantity::Attempts => format!("{n} attempts"),
    }
}

/// What is granted to an attempt that may begin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// What it is expected to use, set aside until it has ended.
    pub reserved: Amounts,
    /// What it must not go beyond.
    pub most: Budget,
}

/// What the next attempt of `run` is granted.
///
/// # Errors
/// When a limit leaves nothing for it. A person who has let it go on once more is stronger than any limit.
pub fn grant(s: &Session, run: &Run) -> Result<Grant, Exhausted> {
    let mut grant = Grant { most: s.rules.limits.attempt, reserved: Amounts::default() };
    let task = s.spent_on.get(&run.task).copied().unwrap_or_default();
    for quantity in Quantity::ALL {
        let levels = [
            (Level::Task, s.rules.limits.task.of(quantity), task.of(quantity)),
            (
                Level::Session,
                s.rules.limits.session.of(quantity),
                s.spent.of(quantity).saturating_add(s.reserved.of(quantity)),
            ),
        ];
        for (level, limit, used) in levels {
            let Some(limit) = limit else { continue };
            let left = limit.saturating_sub(used);
            if left > 0 {
                grant.most.lower(quantity, left);
            } else if !run.let_on {
                return Err(Exhausted { level, quantity, used, limit });
            }
        }
        let expected = expected(s, quantity).min(grant.most.of(quantity).unwrap_or(u64::MAX));
        *grant.reserved.of_mut(quantity) = expected;
    }
    Ok(grant)
}

/// What an attempt is likely to use: twice what they used so far on average; while nothing is known, its share
/// of what the session may use at all.
fn expected(s: &Session, quantity: Quantity) -> u64 {
    if quantity == Quantity::Attempts {
        return 1;
    }
    let known = s.spent.attempts;
    if let Some(mean) = s.spent.of(quantity).checked_div(known)
        && mean > 0
    {
        return mean.saturating_mul(2);
    }
    let limit = s.rules.limits.session.of(quantity).unwrap_or(0);
    limit / u64::try_from(s.rules.agents().max(1)).unwrap_or(1)
}

/// How many more tasks the session's limits let begin, with those that are about to begin counted as begun.
pub(crate) fn room(s: &Session) -> usize {
    let about = s.open_runs().filter(|run| run.has_agent() && run.grant == Grant::default()).count();
    let fits = Quantity::ALL.into_iter().filter_map(|quantity| {
        let limit = s.rules.limits.session.of(quantity)?;
        let used = s.spent.of(quantity).saturating_add(s.reserved.of(quantity));
        let each = expected(s, quantity).max(1);
        let all = usize::try_from(limit.saturating_sub(used).div_ceil(each)).unwrap_or(usize::MAX);
        Some(all.saturating_sub(about))
    });
    fits.min().unwrap_or(usize::MAX)
}

/// The limit of the session that keeps anything more from being begun, if there is one.
pub fn exhausted(s: &Session) -> Option<Exhausted> {
    Quantity::ALL.into_iter().find_map(|quantity| {
        let limit = s.rules.limits.session.of(quantity)?;
        let used = s.spent.of(quantity).saturating_add(s.reserved.of(quantity));
        (used >= limit).then_some(Exhausted { level: Level::Session, quantity, used, limit })
    })
}

/// The highest of the shares at which a person is asked that the session's money or tokens have reached; 0 for none.
pub fn share(s: &Session) -> u32 {
    let reached = |percent: u32| {
        [Quantity::Cost, Quantity::Tokens].into_iter().any(|quantity| {
            let Some(limit) = s.rules.limits.session.of(quantity) else { return false };
            let used = u128::from(s.spent.of(quantity)) * 100;
            limit > 0 && used >= u128::from(limit) * u128::from(percent)
        })
    };
    s.rules.ask_at.iter().copied().filter(|percent| reached(*percent)).max().unwrap_or(0)
}

/// What the session used of its money and its tokens, for people.
pub(crate) fn used_words(s: &Session) -> String {
    let parts = [Quantity::Cost, Quantity::Tokens].into_iter().filter_map(|quantity| {
        let limit = s.rules.limits.session.of(quantity)?;
        Some(format!("{} of {}", amount(quantity, s.spent.of(quantity)), amount(quantity, limit)))
    });
    parts.collect::<Vec<_>>().join(", ")
}

/// What a review used: it is no attempt, and takes no time of the agents' that work.
pub(crate) fn used_by_review(usage: &Usage) -> Amounts {
    Amounts {
        cost_micros: usage.cost_micros.unwrap_or(0),
        tokens: usage.tokens().unwrap_or(0),
        working_ms: 0,
        attempts: 0,
    }
}

/// What an attempt that has ended used. What an attempt did not report counts as nothing, but for one whose
/// host died under it: that may have used anything, so it counts as it was expected to. Such an attempt is no
/// attempt of the agent's, nor is one that was stopped from outside.
pub(crate) fn used(report: &AttemptReport, grant: &Grant) -> Amounts {
    let tokens = report.usage.tokens();
    let lost = report.end == AttemptEnd::Interrupted;
    let unknown = |quantity| if lost { grant.reserved.of(quantity) } else { 0 };
    let outside = lost || report.end == AttemptEnd::Cancelled;
    Amounts {
        cost_micros: report.usage.cost_micros.unwrap_or_else(|| unknown(Quantity::Cost)),
        tokens: tokens.unwrap_or_else(|| unknown(Quantity::Tokens)),
        working_ms: report.working_ms,
        attempts: u64::from(!outside),
    }
}
