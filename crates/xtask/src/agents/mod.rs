//! The real coding agents: installing them at the versions that were tried, and driving Conductor with each of them
//! against testkit's model server. No part of the tests: it needs the programs, and minutes.
//!
//! `install` gets the programs, `real` is how each is set up to talk to the model on this machine, `cases` what is
//! tried and what is expected of it, `cell` one run, `seen` what Conductor recorded of it, `left` which processes are
//! still there, `report` the table.
//! `five_minutes` plays what the README begins with at a `terminal`, and `picture` draws it.

mod cases;
mod cell;
mod five_minutes;
mod install;
mod left;
pub(crate) mod picture;
mod real;
mod report;
mod script;
mod seen;
pub(crate) mod terminal;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Args, Subcommand};

use crate::program::program;
use crate::workspace::root;
use cases::Case;
use cell::{Cell, Place};
use real::Real;
use report::Row;

/// How many runs are under way at once.
const AT_ONCE: usize = 2;

#[derive(Subcommand)]
pub(crate) enum AgentsTask {
    /// Install the real agents, at the versions that were tried, from npm and PyPI
    Install {
        /// Where; else target/agents
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    /// Drive Conductor with each real agent, through every case, without a network and without a model
    Matrix(MatrixOptions),
    /// Play the first five minutes with the real Claude Code, and record them into docs/
    FiveMinutes {
        /// Where the agents are; else target/agents
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
        /// It runs without a network already
        #[arg(long, hide = true)]
        alone: bool,
    },
}

#[derive(Args, Clone)]
pub(crate) struct MatrixOptions {
    /// Only agents whose name holds this, such as `claude`, `claude-acp` or `headless`
    #[arg(long, value_name = "NAME")]
    agent: Vec<String>,
    /// Only this case
    #[arg(long, value_name = "NAME")]
    case: Vec<String>,
    /// Where the agents are; else target/agents
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Write the table to this file, too
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Keep what each run left below this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// It runs without a network already
    #[arg(long, hide = true)]
    alone: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum AgentsError {
    #[error("failed to start {program}: {source}; is it on the PATH?")]
    Start { program: String, source: io::Error },
    #[error("`{command}` ended with {status}")]
    Failed { command: String, status: String },
    #[error("no agent is in {}; run `cargo xtask agents install` first", dir.display())]
    NotInstalled { dir: PathBuf },
    #[error("no Python of 3.12 or later was found, as python3, python3.14, python3.13 or python3.12")]
    NoPython,
    #[error("nothing fits; agents are {agents}; cases are {cases}")]
    NothingFits { agents: String, cases: String },
    #[error("failed to prepare a run: {0}")]
    Prepare(io::Error),
    #[error("failed to write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// Whether all went as expected.
pub(crate) fn run(task: AgentsTask) -> Result<bool, AgentsError> {
    match task {
        AgentsTask::Install { dir } => install::run(&folder(dir)).map(|()| true),
        AgentsTask::Matrix(options) if options.alone => matrix(options),
        AgentsTask::Matrix(options) => {
            let mut words = words(
                "matrix",
                &[("--dir", &options.dir), ("--out", &options.out), ("--keep", &options.keep)],
            )?;
            for (option, values) in [("--agent", &options.agent), ("--case", &options.case)] {
                for value in values {
                    words.extend([option.into(), value.into()]);
                }
            }
            alone(&words)
        }
        AgentsTask::FiveMinutes { dir, alone: true } => {
            let dir = ready(dir)?;
            let programs = tempfile::tempdir().map_err(AgentsError::Prepare)?;
            copy_programs(programs.path()).map_err(AgentsError::Prepare)?;
            five_minutes::run(&dir, programs.path()).map(|()| true)
        }
        AgentsTask::FiveMinutes { dir, alone: false } => alone(&words("five-minutes", &[("--dir", &dir)])?),
    }
}

/// The words by which this program does a task of its own again.
fn words(task: &str, paths: &[(&str, &Option<PathBuf>)]) -> Result<Vec<OsString>, AgentsError> {
    let mut words: Vec<OsString> = vec!["agents".into(), task.into(), "--alone".into()];
    for (option, path) in paths {
        if let Some(path) = path {
            let path = std::path::absolute(path).map_err(AgentsError::Prepare)?;
            words.extend([(*option).into(), path.into()]);
        }
    }
    Ok(words)
}

/// The agents' folder, with loopback up.
fn ready(dir: Option<PathBuf>) -> Result<PathBuf, AgentsError> {
    must("ip", &["link", "set", "lo", "up"], &root())?;
    let dir = folder(dir);
    if dir.join("npm/node_modules/.bin").is_dir() { Ok(dir) } else { Err(AgentsError::NotInstalled { dir }) }
}

fn folder(dir: Option<PathBuf>) -> PathBuf {
    let dir = dir.unwrap_or_else(|| root().join("target/agents"));
    dir.canonicalize().unwrap_or(dir)
}

/// Runs a command whose output people see, to its end.
fn must(name: &str, arguments: &[&str], dir: &Path) -> Result<(), AgentsError> {
    let status = program(name, dir)
        .args(arguments)
        .status()
        .map_err(|source| AgentsError::Start { program: name.to_owned(), source })?;
    if status.success() {
        return Ok(());
    }
    Err(AgentsError::Failed {
        command: format!("{name} {}", arguments.join(" ")),
        status: status.to_string(),
    })
}

/// Builds the programs, and starts this one again in a network of its own, that has only the loopback interface.
fn alone(words: &[OsString]) -> Result<bool, AgentsError> {
    // Asked before the build, which may put another file in its place.
    let this = std::env::current_exe().map_err(AgentsError::Prepare)?;
    must("cargo", &["build", "--quiet", "--workspace"], &root())?;
    let mut command = program("unshare", &root());
    command.args(["--net", "--map-root-user", "--"]).arg(this).args(words);
    let status =
        command.status().map_err(|source| AgentsError::Start { program: "unshare".to_owned(), source })?;
    Ok(status.success())
}

fn matrix(options: MatrixOptions) -> Result<bool, AgentsError> {
    let dir = ready(options.dir.clone())?;
    let cells = chosen(&options)?;
    let programs = tempfile::tempdir().map_err(AgentsError::Prepare)?;
    copy_programs(programs.path()).map_err(AgentsError::Prepare)?;
    let place = Place { agents: dir, programs: programs.path().to_owned(), keep: options.keep.clone() };
    let rows = run_all(&place, &cells)?;
    let text = report::markdown(&rows);
    write!(io::stdout(), "{text}").map_err(AgentsError::Prepare)?;
    if let Some(path) = options.out {
        fs::write(&path, &text).map_err(|source| AgentsError::Write { path, source })?;
    }
    Ok(rows.iter().all(|row| row.wrong.is_empty()))
}

/// Both programs as they are now: what is built meanwhile changes nothing for a matrix that goes on.
pub(crate) fn copy_programs(to: &Path) -> io::Result<()> {
    let this = std::env::current_exe()?;
    let from = this.parent().map_or_else(|| root().join("target/debug"), Path::to_owned);
    for name in ["conductor", "taskwerk"] {
        fs::copy(from.join(name), to.join(name))?;
    }
    Ok(())
}

fn chosen(options: &MatrixOptions) -> Result<Vec<(Real, Case)>, AgentsError> {
    let agent = |real: &Real| {
        options.agent.is_empty() || options.agent.iter().any(|word| real.name().contains(word.as_str()))
    };
    let case = |case: &Case| options.case.is_empty() || options.case.iter().any(|word| case.name() == word);
    let cells: Vec<(Real, Case)> = Real::all()
        .into_iter()
        .filter(agent)
        .flat_map(|real| Case::ALL.into_iter().filter(case).map(move |case| (real, case)))
        .collect();
    if cells.is_empty() {
        let agents: Vec<String> = Real::all().iter().map(Real::name).collect();
        let cases: Vec<&str> = Case::ALL.iter().map(|case| case.name()).collect();
        return Err(AgentsError::NothingFits { agents: agents.join(", "), cases: cases.join(", ") });
    }
    Ok(cells)
}

/// Runs them a few at a time, telling of each when it is over; in the order of `cells`.
fn run_all(place: &Place, cells: &[(Real, Case)]) -> Result<Vec<Row>, AgentsError> {
    let next = AtomicUsize::new(0);
    let rows: Mutex<Vec<(usize, Result<Row, AgentsError>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(cells.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((real, case)) = cells.get(index).copied() else { return };
                    let row = Cell { place, real, case }.run();
                    if let Ok(row) = &row {
                        // It is only there so that somebody who waits sees something.
                        let _not_seen = writeln!(io::stderr(), "{row}");
                    }
                    rows.lock().unwrap_or_else(PoisonError::into_inner).push((index, row));
                }
            });
        }
    });
    let mut rows = rows.into_inner().unwrap_or_else(PoisonError::into_inner);
    rows.sort_by_key(|(index, _)| *index);
    rows.into_iter().map(|(_, row)| row).collect()
}
