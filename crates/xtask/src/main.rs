//! Checks, generated files and benchmarks of this workspace: `cargo xtask tidy`, `generate` and `bench`.
//!
//! `tidy` also runs as a test, so that `cargo test --workspace` holds the architecture. The benchmark builds in
//! release mode and takes minutes; it is never part of the tests.

mod agents;
mod bench;
mod eval;
mod exits;
mod findings;
mod generate;
mod mutants;
mod program;
mod review;
mod runs;
mod tidy;
mod workspace;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::workspace::Workspace;

fn main() -> ExitCode {
    // The benchmark measures through a child of its own; that child must stay small, so it never sees the parser.
    let mut arguments = std::env::args_os().skip(1);
    let outcome = match arguments.next() {
        Some(word) if word == bench::MEASURE_VERB => bench::measure_child(arguments).map_err(Failure::Bench),
        _ => run(Xtask::parse().task),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            // Nothing is left to tell when stderr itself is gone.
            drop(writeln!(io::stderr(), "xtask: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// Chores of this workspace. Run from its root.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check the architecture: crate edges, sizes, licences, words, documents
    Tidy,
    /// Write the generated parts of the documents anew
    Generate {
        /// Change nothing; fail when a generated part is stale
        #[arg(long)]
        check: bool,
    },
    /// Break the engine in a dozen ways and see that the simulation notices each. Takes minutes
    Mutants,
    /// The real coding agents: install them, and drive Conductor with each. Takes minutes, and no part of the tests
    #[command(subcommand)]
    Agents(agents::AgentsTask),
    /// Plan a folder of documents and hold the plans against those that people worked from
    Eval(eval::EvalOptions),
    /// Play a review of a plan at terminals of 80x24 and 200x60, and record it into docs/
    RecordReview,
    /// Measure whole processes of a release build against the bars
    Bench(bench::BenchOptions),
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Workspace(#[from] workspace::WorkspaceError),
    #[error(transparent)]
    Generate(#[from] generate::GenerateError),
    #[error(transparent)]
    Bench(#[from] bench::BenchError),
    #[error(transparent)]
    Mutants(#[from] mutants::MutantsError),
    #[error(transparent)]
    Agents(#[from] agents::AgentsError),
    #[error(transparent)]
    Eval(#[from] eval::EvalError),
    #[error("failed to record a review: {0}")]
    Review(io::Error),
    #[error("failed to print: {0}")]
    Print(#[from] io::Error),
}

/// Whether the chore ended well; a chore that ran and found something wrong is `false`, not an error.
fn run(task: Task) -> Result<bool, Failure> {
    match task {
        Task::Tidy => {
            let report = tidy::run(&Workspace::load()?);
            write!(io::stdout(), "{report}")?;
            Ok(report.findings.is_empty())
        }
        Task::Generate { check } => {
            let outcome = generate::run(&Workspace::load()?, check)?;
            write!(io::stdout(), "{outcome}")?;
            Ok(!check || outcome.is_fresh())
        }
        Task::Mutants => {
            let report = mutants::run()?;
            write!(io::stdout(), "{}", report.table())?;
            Ok(report.all_caught())
        }
        Task::Agents(task) => Ok(agents::run(task)?),
        Task::Eval(options) => {
            let report = eval::run(&options)?;
            write!(io::stdout(), "{report}")?;
            Ok(report.is_sound())
        }
        Task::RecordReview => review::run().map(|()| true).map_err(Failure::Review),
        Task::Bench(options) => {
            let report = bench::run(&options, std::env::var_os("PATH").unwrap_or_default())?;
            write!(io::stdout(), "{}", if options.json { report.json() } else { report.table() })?;
            Ok(report.within_bars())
        }
    }
}
