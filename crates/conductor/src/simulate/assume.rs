//! What is assumed, and where each figure comes from: a flag, this project's earlier sessions, or what is usual.

use cli_kit::CliError;
use cli_kit::time::compact;
use conductor_host::forecast::{Assumptions, Learned, Rate, learn};
use jiff::SignedDuration;
use serde::Serialize;

use super::Args;
use super::work::Work;
use crate::context::Project;
use crate::failure::from_journal;

/// A figure and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Figure {
    pub(super) value: f64,
    pub(super) from: From,
    /// Of a measured rate: how often it was seen.
    seen: Option<u64>,
    /// Of a measured figure: among how many.
    among: Option<u64>,
}

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum From {
    /// The command line.
    Given,
    /// This project's earlier sessions.
    Measured,
    /// A constant.
    Usual,
}

/// Everything that is assumed. Times are in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Assumed {
    pub(super) sessions: u64,
    pub(super) pace: Figure,
    spread: Figure,
    fail_rate: Figure,
    ask_rate: Figure,
    rate_limit_rate: Figure,
    conflict_rate: Figure,
    accident_rate: Figure,
    test_seconds: Figure,
    answer_seconds: Figure,
    limit_seconds: Figure,
}

impl Assumed {
    pub(super) fn new(args: &Args, project: &Project, work: &Work) -> Result<Self, CliError> {
        let database = project.database_if_there()?;
        let history = database.map(|database| database.history()).transpose().map_err(from_journal)?;
        let learned = history.as_ref().map(|history| learn(history, &work.estimates)).unwrap_or_default();
        let sessions = history.map_or(0, |history| history.sessions);
        Ok(Self::from(args, &learned, sessions))
    }

    fn from(args: &Args, learned: &Learned, sessions: u64) -> Self {
        let usual = Assumptions::USUAL;
        let time =
            |given: Option<SignedDuration>, seen: Option<(SignedDuration, u64)>, usual: SignedDuration| {
                let seen = seen.map(|(length, among)| (length.as_secs_f64(), among));
                figure(given.map(|given| given.as_secs_f64()), seen, usual.as_secs_f64())
            };
        Self {
            sessions,
            pace: figure(args.pace, learned.pace, usual.pace),
            spread: figure(args.spread, None, usual.spread),
            fail_rate: rate(args.fail_rate, learned.fail, usual.fail),
            ask_rate: rate(args.ask_rate, learned.ask, usual.ask),
            rate_limit_rate: rate(None, learned.rate_limit, usual.rate_limit),
            conflict_rate: rate(None, learned.conflict, usual.conflict),
            accident_rate: rate(None, learned.accident, usual.accident),
            test_seconds: time(args.test_time, learned.test, usual.test),
            answer_seconds: time(args.answer_time, None, usual.answer),
            limit_seconds: time(None, None, usual.limit),
        }
    }

    pub(super) fn assumptions(&self) -> Assumptions {
        let time =
            |figure: Figure| SignedDuration::try_from_secs_f64(figure.value).unwrap_or(SignedDuration::MAX);
        Assumptions {
            pace: self.pace.value,
            spread: self.spread.value,
            fail: self.fail_rate.value,
            ask: self.ask_rate.value,
            rate_limit: self.rate_limit_rate.value,
            conflict: self.conflict_rate.value,
            accident: self.accident_rate.value,
            test: time(self.test_seconds),
            answer: time(self.answer_seconds),
            limit: time(self.limit_seconds),
        }
    }

    /// `attempts fail 20% (usual), ask 5% (usual); …`, and where the figures come from.
    pub(super) fn words(&self) -> Vec<String> {
        let percent = |figure: Figure| format!("{:.0}%{}", figure.value * 100.0, figure.origin());
        let time = |figure: Figure| {
            let length = SignedDuration::try_from_secs_f64(figure.value).unwrap_or(SignedDuration::MAX);
            format!("{}{}", compact(length), figure.origin())
        };
        vec![
            format!(
                "assumed: attempts fail {}, ask {}, meet a limit {}; work conflicts {}; tests fail by accident {}",
                percent(self.fail_rate),
                percent(self.ask_rate),
                percent(self.rate_limit_rate),
                percent(self.conflict_rate),
                percent(self.accident_rate),
            ),
            format!(
                "assumed: a test takes {}; a hold waits for you {}; agents take {:.2} of the estimate{}, spread {}{}",
                time(self.test_seconds),
                time(self.answer_seconds),
                self.pace.value,
                self.pace.origin(),
                self.spread.value,
                self.spread.origin(),
            ),
            if self.sessions == 0 {
                "no agent has worked here yet, so what is not given is what is usual".to_owned()
            } else {
                format!(
                    "measured in {} earlier session{}; the rest is what is usual",
                    self.sessions,
                    if self.sessions == 1 { "" } else { "s" }
                )
            },
        ]
    }
}

impl Figure {
    fn origin(self) -> String {
        match (self.from, self.seen, self.among) {
            (From::Given, _, _) => " (given)".to_owned(),
            (From::Measured, Some(seen), Some(among)) => format!(" ({seen} of {among})"),
            (From::Measured, _, among) => format!(" (measured {} times)", among.unwrap_or(0)),
            (From::Usual, _, _) => String::new(),
        }
    }
}

fn figure(given: Option<f64>, measured: Option<(f64, u64)>, usual: f64) -> Figure {
    match (given, measured) {
        (Some(value), _) => Figure { value, from: From::Given, seen: None, among: None },
        (None, Some((value, among))) => {
            Figure { value, from: From::Measured, seen: None, among: Some(among) }
        }
        (None, None) => Figure { value: usual, from: From::Usual, seen: None, among: None },
    }
}

/// A measured rate is held below what a forecast can end with.
fn rate(given: Option<f64>, measured: Option<Rate>, usual: f64) -> Figure {
    let seen = measured.map(|rate| rate.seen);
    let found = figure(given, measured.map(|rate| (rate.rate.min(0.9), rate.among)), usual);
    Figure { seen: seen.filter(|_| found.from == From::Measured), ..found }
}
