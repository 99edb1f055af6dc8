//! Benchmarks of whole processes against bars: CPU time of a release build, children included, medians over several
//! runs after a warm-up.
//!
//! CPU time says what the programs cost on any machine of a kind; wall time is printed beside it and judged never.

mod agents;
mod data;
mod engine;
mod journal;
mod lint;
mod makespan;
mod measure;
mod orchestration;
mod plan;
mod planning;
mod report;
mod search;
mod stage;
mod tasks;
mod trees;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use conductor_engine::Illegal;
use conductor_engine::ids::IdError;
use conductor_host::journal::JournalError;

pub(crate) use measure::{MEASURE_VERB, measure_child};
pub(crate) use report::BenchReport;
use stage::Stage;

use crate::program::program;
use crate::workspace::root;

#[derive(Args)]
pub(crate) struct BenchOptions {
    /// Print one JSON document instead of the table
    #[arg(long)]
    pub(crate) json: bool,
    /// Runs that count for each figure, after one that does not
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    /// Measure the programs in this folder instead of building a release
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
    /// Measure one part only
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The task manager at 10,000 tasks
    Tasks,
    /// A plan of a large document
    Plan,
    /// Checks, order and drawing of large plans
    Lint,
    /// A plan by a model that takes a second for each answer
    Planning,
    /// Fifty tasks carried out
    Orchestration,
    /// The engine alone, at 10,000 tasks and in simulations
    Engine,
    /// A session of a million rows, and of 10,000 tasks
    Journal,
    /// Files for a task, in a repository of 10,000 files
    Search,
    /// What running agents cost beside themselves, and how late they are heard
    Agents,
    /// Snapshots and gate workspaces of 10,000 files, beside git itself
    Trees,
    /// Ten graphs of work shared out by the engine; measures no program and builds none
    Makespan,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum BenchError {
    #[error("failed to start {program}: {source}")]
    Start { program: String, source: io::Error },
    #[error("`{command}` failed, so there is nothing to measure\n{stderr}")]
    Failed { command: String, stderr: String },
    #[error("failed to prepare {what}: {source}")]
    Prepare { what: String, source: io::Error },
    #[error("failed to read the resource usage of a measured program: {0}")]
    Usage(#[from] nix::Error),
    #[error("failed to understand what {what} printed: {source}")]
    Answer { what: &'static str, source: serde_json::Error },
    #[error("`conductor orchestrate status --json` has no number `{pointer}`; the counts cannot be compared")]
    NoCount { pointer: &'static str },
    #[error("the plan by a model has {found} items instead of {expected}, so its time says nothing")]
    OtherPlan { found: usize, expected: usize },
    #[error("what was measured of agents has no number `{pointer}`")]
    NoFigure { pointer: &'static str },
    #[error("the benchmark made a name that git would not: {source}")]
    Name { source: IdError },
    #[error("failed to write the session to measure: {0}")]
    Journal(#[from] JournalError),
    #[error("the session to measure is none that the engine allows: {0}")]
    Illegal(#[from] Illegal),
    #[error("failed to carry out the graph `{graph}` with {agents} agents: {what}")]
    Makespan { graph: &'static str, agents: u32, what: String },
}

/// Builds a release of the workspace unless told where the programs are, then measures. Takes minutes.
pub(crate) fn run(options: &BenchOptions, path: OsString) -> Result<BenchReport, BenchError> {
    let mut report = match options.only {
        Some(Part::Makespan) => BenchReport::new(None),
        Some(
            Part::Tasks
            | Part::Plan
            | Part::Lint
            | Part::Planning
            | Part::Orchestration
            | Part::Engine
            | Part::Journal
            | Part::Search
            | Part::Agents
            | Part::Trees,
        )
        | None => programs(options, path)?,
    };
    if options.only.is_none_or(|only| only == Part::Makespan) {
        let (all, file) = makespan::run_and_draw(&root().join("target"))?;
        report.add_makespans(all, file);
    }
    Ok(report)
}

/// What is measured of whole programs.
fn programs(options: &BenchOptions, path: OsString) -> Result<BenchReport, BenchError> {
    let programs = match &options.programs {
        Some(folder) => folder
            .canonicalize()
            .map_err(|source| BenchError::Prepare { what: folder.display().to_string(), source })?,
        None => build()?,
    };
    let stage = Stage::new(programs, path, options.runs)?;
    let mut report = BenchReport::new(stage.taskwarrior_version());
    let wanted = |part| options.only.is_none_or(|only| only == part);
    if wanted(Part::Tasks) {
        report.extend(tasks::run(&stage)?);
    }
    if wanted(Part::Plan) {
        report.extend(plan::run(&stage)?);
    }
    if wanted(Part::Lint) {
        report.extend(lint::run(&stage)?);
    }
    if wanted(Part::Planning) {
        report.extend(planning::run(&stage)?);
    }
    if wanted(Part::Orchestration) {
        report.extend(orchestration::run(&stage)?);
    }
    if wanted(Part::Engine) {
        report.extend(engine::run(&stage)?);
    }
    if wanted(Part::Journal) {
        report.extend(journal::run(&stage)?);
    }
    if wanted(Part::Search) {
        report.extend(search::run(&stage)?);
    }
    if wanted(Part::Agents) {
        report.extend(agents::run(&stage)?);
    }
    if wanted(Part::Trees) {
        report.extend(trees::run(&stage)?);
    }
    Ok(report)
}

const BUILD: [&str; 5] = ["build", "--release", "--workspace", "--locked", "--bins"];
/// Programs that are measured and belong to no user.
const EXAMPLES: [&str; 6] = ["pace", "soak", "search", "agents", "checks", "trees"];

/// The whole workspace at once, so that features are unified as in every other build of it.
fn build() -> Result<PathBuf, BenchError> {
    let root = root();
    let examples = EXAMPLES.map(|name| ["--example", name]);
    let words = [&BUILD[..], examples.as_flattened()].concat();
    let status = program("cargo", &root)
        .args(&words)
        .status()
        .map_err(|source| BenchError::Start { program: "cargo".to_owned(), source })?;
    if status.success() {
        return Ok(root.join("target").join("release"));
    }
    Err(BenchError::Failed {
        command: format!("cargo {}", words.join(" ")),
        stderr: "cargo has printed why above".to_owned(),
    })
}
