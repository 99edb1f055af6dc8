//! What this project's own earlier sessions say about how work goes.

use std::collections::BTreeMap;

use conductor_engine::ids::TaskRef;
use jiff::SignedDuration;
use serde::Serialize;

use super::Assumptions;
use crate::journal::History;

/// A few observations are not a rate: what is usual weighs as much as so many of them.
const WEIGHT: f64 = 10.0;

/// So many finished tasks with an estimate are needed to say how estimates and work compare.
const FEW: usize = 5;

/// A rate that was seen, with what it was seen in.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rate {
    /// From 0 to 1; what is usual counts as ten observations.
    pub rate: f64,
    /// How often it happened.
    pub seen: u64,
    /// Among how many.
    pub among: u64,
}

/// What was learnt. `None` where nothing was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Learned {
    /// For [`Assumptions::fail`].
    pub fail: Option<Rate>,
    /// For [`Assumptions::ask`].
    pub ask: Option<Rate>,
    /// For [`Assumptions::rate_limit`].
    pub rate_limit: Option<Rate>,
    /// For [`Assumptions::conflict`].
    pub conflict: Option<Rate>,
    /// For [`Assumptions::accident`].
    pub accident: Option<Rate>,
    /// For [`Assumptions::test`]: the average, and of how many.
    pub test: Option<(SignedDuration, u64)>,
    /// For [`Assumptions::pace`], and of how many tasks.
    pub pace: Option<(f64, u64)>,
}

/// Learns from what was. `estimates` has the estimates of tasks, in minutes.
pub fn learn(history: &History, estimates: &BTreeMap<TaskRef, u64>) -> Learned {
    let usual = Assumptions::USUAL;
    Learned {
        fail: rate(history.failed, history.attempts, usual.fail),
        ask: rate(history.asked, history.attempts, usual.ask),
        rate_limit: rate(history.rate_limited, history.attempts, usual.rate_limit),
        conflict: rate(history.conflicts, history.merges, usual.conflict),
        accident: rate(history.accidents, history.tests, usual.accident),
        test: history.test_ms.checked_div(history.timed_tests).map(|ms| {
            let seconds = i64::try_from(ms.div_ceil(1000)).unwrap_or(i64::MAX);
            (SignedDuration::from_secs(seconds), history.timed_tests)
        }),
        pace: pace(history, estimates),
    }
}

fn rate(seen: u64, among: u64, usual: f64) -> Option<Rate> {
    let smooth = (super::float(seen.min(among)) + WEIGHT * usual) / (super::float(among) + WEIGHT);
    (among > 0).then_some(Rate { rate: smooth, seen, among })
}

/// The working time of tasks that landed, as a multiple of their estimates.
fn pace(history: &History, estimates: &BTreeMap<TaskRef, u64>) -> Option<(f64, u64)> {
    let known = history.landed.iter().filter_map(|(task, ms)| {
        let minutes = *estimates.get(task).filter(|minutes| **minutes > 0)?;
        Some((super::float(ms / 1000), super::float(minutes * 60)))
    });
    let known: Vec<(f64, f64)> = known.collect();
    if known.len() < FEW {
        return None;
    }
    let (worked, estimated) = known.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x, b + y));
    // Tasks that took no time at all would make a forecast of no time.
    let pace: f64 = worked / estimated;
    (pace > 0.0).then(|| (pace, u64::try_from(known.len()).unwrap_or(u64::MAX)))
}
