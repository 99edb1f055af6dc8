//! The forecast: what would happen if these tasks were carried out, by so many agents, with so much going wrong.
//!
//! It is no model of the scheduler, it is the scheduler: the driver's own turn ([`Core`](crate::driver::Core)) on a
//! journal that keeps nothing, in virtual time, with effects that answer from a model (`world`). So what the
//! forecast says of slots, of the lane, of repeated tests and of holds is what the program does.
//!
//! What the model leaves out: what git and the disk take (seconds), money and tokens, and the time limit of an
//! attempt. A person answers every hold, after [`Assumptions::answer`].

mod dice;
mod learn;
mod picture;
mod play;
mod scope;
mod shape;
mod world;

use std::convert::Infallible;

use conductor_engine::ledger::Limits;
use conductor_engine::session::{Rules, TaskFacts};
use jiff::SignedDuration;
use serde::Serialize;
use thiserror::Error;

pub use learn::{Learned, Rate, learn};
pub(crate) use picture::escape;
pub use picture::{Panel, picture};
pub use scope::{LeftOut, Scope, all_tasks, scope};
pub use shape::{CriticalPath, Shape};

use crate::driver::TurnError;
use dice::Dice;
use play::{Played, play};

/// What is taken to happen to the work. A rate is a chance from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Assumptions {
    /// How many minutes an agent works for a minute of a task's estimate.
    pub pace: f64,
    /// How far the time of an attempt lies from that: the standard deviation of its logarithm. With 0.5, two
    /// attempts in three take between 0.6 and 1.65 times as long; half of all take longer, half shorter.
    pub spread: f64,
    /// How often an attempt says that it is done and the gates find that it is not. The next one goes on from
    /// there and takes half as long.
    pub fail: f64,
    /// How often an attempt ends with a question, at a moment of its time that chance draws.
    pub ask: f64,
    /// How often an attempt ends because its provider lets nothing through, at such a moment too.
    pub rate_limit: f64,
    /// How often finished work conflicts with what landed since it began.
    pub conflict: f64,
    /// How often a test of good work fails by accident.
    pub accident: f64,
    /// How long one test takes.
    #[serde(serialize_with = "seconds")]
    pub test: SignedDuration,
    /// How long a person lets a hold wait.
    #[serde(serialize_with = "seconds")]
    pub answer: SignedDuration,
    /// How long a provider lets nothing through.
    #[serde(serialize_with = "seconds")]
    pub limit: SignedDuration,
}

impl Assumptions {
    /// What is taken where nothing is known: round figures, chosen by hand.
    pub const USUAL: Self = Self {
        pace: 1.0,
        spread: 0.5,
        fail: 0.2,
        ask: 0.05,
        rate_limit: 0.02,
        conflict: 0.05,
        accident: 0.02,
        test: SignedDuration::from_mins(2),
        answer: SignedDuration::from_mins(30),
        limit: SignedDuration::from_mins(30),
    };

    /// Everything takes exactly as long as estimated, nothing goes wrong, and a test takes no time: what is left
    /// is the order of the work alone.
    pub const EXACT: Self = Self {
        pace: 1.0,
        spread: 0.0,
        fail: 0.0,
        ask: 0.0,
        rate_limit: 0.0,
        conflict: 0.0,
        accident: 0.0,
        test: SignedDuration::ZERO,
        answer: SignedDuration::ZERO,
        limit: SignedDuration::ZERO,
    };
}

/// How often chance is asked, and where it begins. The same seed gives the same forecast, and what chance says of a
/// task does not depend on how many agents there are, so that two forecasts differ by what differs between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Draws {
    /// How many times the work is carried out, at least once.
    pub runs: u32,
    /// Where chance begins.
    pub seed: u64,
}

/// What is to be expected. Times are in seconds from the beginning.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Forecast {
    /// How many runs go on at once.
    pub jobs: usize,
    /// How many agents work at once.
    pub agents: usize,
    /// When everything is done.
    pub finish: Finish,
    /// No way of sharing the work is faster, if each task takes as long as estimated and nothing goes wrong.
    pub bound: u64,
    /// The share of their time in which the agents work.
    pub utilisation: f64,
    /// Attempts of agents, on average.
    pub attempts: f64,
    /// Times that a person is needed, on average.
    pub holds: f64,
    /// The run with the middle finish.
    pub median: Timeline,
}

/// When everything is done, over all runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Finish {
    /// One run in ten is done by then.
    pub p10: u64,
    /// Half of the runs are.
    pub p50: u64,
    /// Nine runs in ten are.
    pub p90: u64,
    /// The average.
    pub mean: u64,
}

/// One run: what was done when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// When everything was done.
    pub finish: u64,
    /// What was done, by its beginning.
    pub bars: Vec<Bar>,
}

/// Something that took time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// The task, as people name it.
    pub task: String,
    /// What it was.
    pub kind: BarKind,
    /// Which of the agents (of the tests, of the holds) that go on at once, counted from 0.
    pub row: usize,
    /// When it began.
    pub begin: u64,
    /// When it was over.
    pub end: u64,
}

/// What takes time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BarKind {
    /// An agent works.
    Attempt,
    /// The gates run.
    Test,
    /// A person is waited for.
    Hold,
}

/// Why there is no forecast.
#[derive(Debug, Error)]
pub enum ForecastError {
    /// Nothing to do.
    #[error("there are no tasks to forecast")]
    NoTasks,
    /// Tasks that wait for one another.
    #[error("{} can never begin: they wait for one another; remove one of these dependencies", .0.join(", "))]
    Circle(Vec<String>),
    /// The engine failed.
    #[error("the forecast failed: {0}")]
    Turn(#[from] TurnError<Infallible>),
    /// It does not come to an end.
    #[error("the work never comes to an end (`{0}` is not done): lower the rates of what goes wrong")]
    Endless(String),
}

/// Forecasts how these tasks go under these rules. A dependency on a task that is not among them counts as done; of
/// the rules, the limits on tasks, money and time do not count.
///
/// # Errors
/// When there is nothing to do, tasks wait for one another in a circle, or what goes wrong leaves no end.
pub fn forecast(
    tasks: &[TaskFacts],
    rules: &Rules,
    assumptions: &Assumptions,
    draws: Draws,
) -> Result<Forecast, ForecastError> {
    let shape = Shape::of(tasks, assumptions)?;
    let rules = Rules {
        max_tasks: None,
        only: None,
        interactive: false,
        limits: Limits::default(),
        // The person who is played always answers, after a time of their own.
        hold_deadline: None,
        first_hold: 1,
        ..rules.clone()
    };
    let one = |run: u32| play(tasks, &rules, assumptions, Dice::of(draws.seed, run));
    let mut all: Vec<(u32, Played)> = Vec::new();
    for run in 0..draws.runs.max(1) {
        let mut played = one(run)?;
        // Of one run only the bars are shown; those of all would be much to keep.
        played.timeline.bars = Vec::new();
        all.push((run, played));
    }
    all.sort_by_key(|(run, played)| (played.timeline.finish, *run));
    let median = one(percentile(&all, 50).0)?.timeline;
    let mean =
        |part: &dyn Fn(&Played) -> f64| all.iter().map(|(_, p)| part(p)).sum::<f64>() / count(all.len());
    let agents = rules.agents();
    let finish = |percent| percentile(&all, percent).1.timeline.finish;
    Ok(Forecast {
        jobs: rules.jobs,
        agents,
        finish: Finish {
            p10: finish(10),
            p50: finish(50),
            p90: finish(90),
            mean: whole(mean(&|p| float(p.timeline.finish))),
        },
        bound: shape.bound(agents),
        utilisation: mean(&|p| float(p.worked) / (float(p.timeline.finish) * count(agents)).max(1.0)),
        attempts: mean(&|p| float(p.attempts)),
        holds: mean(&|p| float(p.holds)),
        median,
    })
}

/// The run up to which `percent` of all lie, in sorted order: the nearest rank.
fn percentile(sorted: &[(u32, Played)], percent: usize) -> &(u32, Played) {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    &sorted[rank.min(sorted.len()) - 1]
}

fn seconds<S: serde::Serializer>(length: &SignedDuration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_i64(length.as_secs())
}

/// A number of seconds for arithmetic; exact for all that a forecast can be about.
fn float(seconds: u64) -> f64 {
    f64::from(u32::try_from(seconds).unwrap_or(u32::MAX))
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The nearest whole number of seconds; 0 for what is no time.
fn whole(seconds: f64) -> u64 {
    std::time::Duration::try_from_secs_f64(seconds.round()).map_or(0, |length| length.as_secs())
}

#[cfg(test)]
mod tests;
