//! The engine alone: steps of a session of ten thousand tasks, and of simulated sessions with faults; and the detectors
//! that hear what agents say.

use serde::Deserialize;

use super::BenchError;
use super::report::{Figure, Row};
use super::stage::{Sample, Stage};

/// Tasks of the large session, and how many are worked on at once.
const TASKS: &str = "10000";
const JOBS: &str = "8";
/// Microseconds of one step: an input, all that it leads to, and what is then wanted.
const BAR_LARGE_US: f64 = 200.0;
/// 100,000 steps a second.
const BAR_SMALL_US: f64 = 10.0;
const BAR_MIB: f64 = 60.0;
/// Simulated sessions of one run.
const SCHEDULES: &str = "2000";

/// Events of an agent that the detectors hear.
const WATCHED: u64 = 200_000;
/// Microseconds of one, the making of it included.
const BAR_EVENT_US: f64 = 50.0;

/// What a simulation tells of itself.
#[derive(Deserialize)]
struct Soaked {
    steps: u64,
}

pub(super) fn run(stage: &Stage) -> Result<Vec<Row>, BenchError> {
    let folder = stage.folder("engine")?;
    let pace = [stage.ours("examples/pace"), TASKS.into(), JOBS.into()];
    let told = stage.must(&folder, &pace)?;
    let steps: u64 = serde_json::from_slice(&told)
        .map_err(|source| BenchError::Answer { what: "the pace of the engine", source })?;
    let large = stage.sample_few(|_| stage.measure(&folder, &pace))?;
    let soak = [stage.ours("examples/soak"), SCHEDULES.into()];
    let soaked: Soaked = serde_json::from_slice(&stage.must(&folder, &soak)?)
        .map_err(|source| BenchError::Answer { what: "the simulation", source })?;
    let small = stage.sample_few(|_| stage.measure(&folder, &soak))?;
    let watch = [stage.ours("examples/watch"), WATCHED.to_string().into()];
    let watched = stage.sample_few(|_| stage.measure(&folder, &watch))?;
    Ok(vec![
        per_step("engine step, 10,000 tasks, 8 jobs", large, steps, BAR_LARGE_US),
        Row {
            name: "session of 10,000 tasks in memory".to_owned(),
            figure: Figure::PeakMib(super::report::mib(large.peak_bytes)),
            bar: Some(BAR_MIB),
            cost: Some(large),
            taskwarrior: None,
        },
        per_step("engine step, simulated with faults", small, soaked.steps, BAR_SMALL_US),
        per_step("detectors, an event of an agent", watched, WATCHED, BAR_EVENT_US),
    ])
}

fn per_step(name: &str, cost: Sample, steps: u64, bar: f64) -> Row {
    let steps = u32::try_from(steps).map_or(f64::INFINITY, f64::from);
    Row {
        name: name.to_owned(),
        figure: Figure::MicrosPerStep(cost.cpu.as_secs_f64() * 1e6 / steps),
        bar: Some(bar),
        cost: Some(cost),
        taskwarrior: None,
    }
}
