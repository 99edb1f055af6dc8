//! A few actions in turn, each time with the same results: to and fro, or in a small round.

use std::collections::VecDeque;

use super::action::Action;
use super::{Verdict, VerdictKind};

/// How many different actions a round may have. Fabro looks at patterns of length one, two and three; a fourth costs
/// nothing, since a round counts only where every result is the same too.
const LONGEST: usize = 4;

/// How often a round is gone. From OpenHands' stuck detector (six actions in alternation: three rounds of two).
const ROUNDS: usize = 3;

/// The same where one of the actions waits for something: as often as for waiting by itself.
const ROUNDS_WAITING: usize = 30;

/// As many actions as the longest round that waits needs.
const WINDOW: usize = LONGEST * ROUNDS_WAITING;

/// An action of the window.
#[derive(Debug, Clone)]
struct Past {
    same: Option<u64>,
    waits: bool,
    title: String,
    event: u64,
}

/// The last actions, and how many of them repeat the ones before.
#[derive(Debug, Default)]
pub(super) struct Cycles {
    window: VecDeque<Past>,
    /// For each length of a round from 2, how many actions in a row equal the one a round before them.
    alike: [usize; LONGEST - 1],
}

impl Cycles {
    pub(super) fn see(&mut self, action: &Action) -> Option<Verdict> {
        if self.window.len() >= WINDOW {
            self.window.pop_front();
        }
        self.window.push_back(Past {
            same: action.same,
            waits: action.waits,
            title: action.title.clone(),
            event: action.event,
        });
        (2..=LONGEST).find_map(|length| self.rounds(length))
    }

    /// Whether the last actions complete so many rounds of this length.
    fn rounds(&mut self, length: usize) -> Option<Verdict> {
        let now = self.window.len().checked_sub(1)?;
        let alike = self.alike.get_mut(length - 2)?;
        let before = now.checked_sub(length).and_then(|at| self.window.get(at));
        let last = self.window.get(now)?;
        let repeats = last.same.is_some() && before.is_some_and(|before| before.same == last.same);
        *alike = if repeats { *alike + 1 } else { 0 };
        let alike = *alike;
        let round: Vec<&Past> = self.window.iter().skip(now + 1 - length.min(now + 1)).collect();
        let all_one = round.windows(2).all(|pair| matches!(pair, [a, b] if a.same == b.same));
        let rounds = if round.iter().any(|past| past.waits) { ROUNDS_WAITING } else { ROUNDS };
        // The first round repeats nothing; one action by itself is looked for elsewhere.
        if all_one || alike != length * (rounds - 1) {
            return None;
        }
        let titles: Vec<&str> = round.iter().map(|past| past.title.as_str()).collect();
        let why = format!(
            "it went the same round of {length} steps {rounds} times, with the same results: {}",
            super::quote(&titles.join("; "))
        );
        let events = self.window.iter().skip(self.window.len().saturating_sub(length * rounds));
        Some(Verdict::new(VerdictKind::Cycle, rounds, why, events.map(|past| past.event)))
    }
}
