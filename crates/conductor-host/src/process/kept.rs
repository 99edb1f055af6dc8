//! The driver's side of a keeper: a handle that kills everything when it is dropped.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::process::{Pid, Signal, kill_process};
use thiserror::Error;

use super::cmd::{EnvMap, Exit, command};
use super::keeper::KEEPER_ARG;
use super::reap::kill_rows;
use super::spec::{Contained, Ended, KeeperSpec, Report, STOP};
use super::table::{ProcessId, Row, rows};

/// How a keeper is started.
#[derive(Debug, Clone)]
pub struct Keeper {
    program: PathBuf,
}

impl Keeper {
    /// This very program.
    ///
    /// # Errors
    /// When the system cannot say which file this program runs from.
    pub fn current_exe() -> io::Result<Self> {
        // The running file itself, even if it was replaced or deleted meanwhile (by a rebuild, an upgrade):
        // a keeper must speak the same protocol as its driver.
        let running = Path::new("/proc/self/exe");
        let program = if running.exists() { running.to_owned() } else { std::env::current_exe()? };
        Ok(Self { program })
    }

    /// Another program that calls [`super::keeper_main`] when its first argument is [`KEEPER_ARG`].
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into() }
    }
}

/// How a kept child ended. That this exists means that nothing of the child's family is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptExit {
    /// How the child itself ended.
    pub exit: Exit,
    /// What made it end.
    pub ended: Ended,
    /// How the rest of its family was ended, and what shows it.
    pub contained: Contained,
}

/// Why a child could not be kept.
#[derive(Debug, Error)]
pub enum KeepError {
    /// The keeper itself could not be started.
    #[error("cannot start a keeper from {}: {source}", .program.display())]
    NoKeeper {
        /// The file that was to be run.
        program: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The keeper runs, but could not start the child. Nothing of it is alive.
    #[error("{reason}")]
    NotStarted {
        /// Program, directory or file, and what is wrong with it.
        reason: String,
    },
    /// The keeper ended without its last report: something killed it. What could be found of the child's
    /// session was killed, but that nothing is left is not known.
    #[error("the keeper of process {} died; {killed} of its processes were found and killed", .child.map_or(0, |c| c.pid))]
    Lost {
        /// The child, if it had been started.
        child: Option<ProcessId>,
        /// How many processes were found and killed.
        killed: usize,
    },
}

/// A running child under a keeper. Dropping it closes the lifeline: the child and all its descendants are
/// killed at once, and the drop waits for that.
#[derive(Debug)]
pub struct KeptChild {
    child: ProcessId,
    keeper_pid: i32,
    stopper: Stopper,
    reports: Mutex<Reports>,
}

#[derive(Debug)]
struct Reports {
    keeper: Child,
    lines: BufReader<ChildStdout>,
    /// How it ended; the number of killed processes when the keeper was lost.
    outcome: Option<Result<KeptExit, usize>>,
}

/// Asks a kept child to stop, from any thread. It does not keep the child alive.
#[derive(Debug, Clone)]
pub struct Stopper {
    keeper_pid: i32,
    lifeline: Arc<Mutex<Option<ChildStdin>>>,
}

impl Stopper {
    /// Asks the child to end (TERM to its group), and to be killed after the grace of its specification.
    /// Asking again, or after its end, changes nothing.
    pub fn stop(&self) {
        if let Some(pipe) = self.lock().as_mut() {
            let _ended_already = pipe.write_all(format!("{STOP}\n").as_bytes());
            self.wake();
        }
    }

    /// Has the child and all its descendants killed at once, without a grace.
    pub fn kill(&self) {
        if self.lock().take().is_some() {
            self.wake();
        }
    }

    /// A child can stop its keeper by a signal that nothing can catch; so it is told to go on.
    fn wake(&self) {
        if let Some(keeper) = Pid::from_raw(self.keeper_pid) {
            let _ended_already = kill_process(keeper, Signal::CONT);
        }
    }

    /// After the keeper's end: its pid may be another's from now on.
    fn retire(&self) {
        drop(self.lock().take());
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<ChildStdin>> {
        // The option is whole at any time, also after a panic of another holder.
        self.lifeline.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeptChild {
    /// Starts a keeper and has it start the child; returns when the child runs.
    ///
    /// # Errors
    /// When the keeper or the child could not be started; then neither is alive.
    pub fn spawn(keeper: &Keeper, spec: &KeeperSpec) -> Result<Self, KeepError> {
        let no_keeper = |source| KeepError::NoKeeper { program: keeper.program.clone(), source };
        let mut process = start_keeper(keeper).map_err(no_keeper)?;
        let (Some(mut lifeline), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(no_keeper(io::ErrorKind::BrokenPipe.into()));
        };
        let mut line = serde_json::to_vec(spec).map_err(|e| no_keeper(e.into()))?;
        line.push(b'\n');
        let keeper_pid = i32::try_from(process.id()).map_err(|e| no_keeper(io::Error::other(e)))?;
        // A keeper that dies while it is being told ends its reports, which says more than the broken pipe.
        let _told = lifeline.write_all(&line);
        let mut lines = BufReader::new(stdout);
        let child = match next_report(&mut lines) {
            Some(Report::Started(child)) => child,
            Some(Report::Refused { reason }) => {
                let _keeper_exit = process.wait();
                return Err(KeepError::NotStarted { reason });
            }
            Some(Report::Exited { .. } | Report::Contained(_)) | None => {
                return Err(KeepError::Lost { child: None, killed: end_session(&mut process, keeper_pid) });
            }
        };
        let stopper = Stopper { keeper_pid, lifeline: Arc::new(Mutex::new(Some(lifeline))) };
        let reports = Mutex::new(Reports { keeper: process, lines, outcome: None });
        Ok(Self { child, keeper_pid, stopper, reports })
    }

    /// The child, to be written down before it is waited for.
    pub fn id(&self) -> ProcessId {
        self.child
    }

    /// A handle that can ask the child to stop while another thread waits for its end.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Asks the child to stop: see [`Stopper::stop`].
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Waits until the child and all its descendants are gone. Waiting again gives the same answer.
    ///
    /// # Errors
    /// When the keeper itself was killed.
    pub fn wait(&self) -> Result<KeptExit, KeepError> {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = reports.outcome.unwrap_or_else(|| follow(&mut reports, self.keeper_pid));
        reports.outcome = Some(outcome);
        self.stopper.retire();
        outcome.map_err(|killed| KeepError::Lost { child: Some(self.child), killed })
    }
}

/// Reads the reports to their end.
fn follow(reports: &mut Reports, keeper_pid: i32) -> Result<KeptExit, usize> {
    let mut exited = None;
    loop {
        match (next_report(&mut reports.lines), exited) {
            (Some(Report::Exited { exit, ended }), _) => exited = Some((exit, ended)),
            (Some(Report::Contained(contained)), Some((exit, ended))) => {
                // The keeper must be gone, not only done: it holds the driver's lock until then.
                let _keeper_exit = reports.keeper.wait();
                return Ok(KeptExit { exit, ended, contained });
            }
            (Some(Report::Contained(_) | Report::Started(_) | Report::Refused { .. }) | None, _) => {
                return Err(end_session(&mut reports.keeper, keeper_pid));
            }
        }
    }
}

impl Drop for KeptChild {
    fn drop(&mut self) {
        self.stopper.kill();
        let _ended_either_way = self.wait();
    }
}

/// The keeper inherits what is inheritable (the driver's lock), has an empty environment, and stays out of a
/// process group of its own here, since it could not lead a session then.
fn start_keeper(keeper: &Keeper) -> io::Result<Child> {
    let mut command =
        command(keeper.program.as_os_str(), &[OsString::from(KEEPER_ARG)], Path::new("/"), &EnvMap::new());
    command
        .arg0("conductor-keeper")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn next_report(lines: &mut impl BufRead) -> Option<Report> {
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// Cleans up after a keeper that was killed: all that is still in the session that it led. What left that
/// session is out of reach. Returns how many processes were killed.
fn end_session(keeper: &mut Child, keeper_pid: i32) -> usize {
    let _already_gone = keeper.kill();
    let mut killed = 0;
    loop {
        let session: Vec<Row> = rows()
            .unwrap_or_default()
            .into_iter()
            .filter(|row| row.session == keeper_pid && !row.ended)
            .collect();
        if session.is_empty() {
            // Reaped last: until then no other process can have got its pid, which is the session's name.
            let _keeper_exit = keeper.wait();
            return killed;
        }
        killed += session.iter().filter(|row| row.pid != keeper_pid).count();
        kill_rows(&session);
    }
}
