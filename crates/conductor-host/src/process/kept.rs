//! The driver's side of a keeper: a handle that kills everything when it is dropped.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use conductor_engine::detect::Pulse;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use thiserror::Error;

use super::cgroup::Cgroup;
use super::cmd::{EnvMap, Exit, command};
use super::keeper::KEEPER_ARG;
use super::means::{CgroupUse, Means};
use super::pulse::pulse;
use super::reap::{kill_pid, kill_rows, rest};
use super::spec::{Contained, Ended, KeeperSpec, Order, Proof, Report, STOP, Started, write_line};
use super::table::{ProcessId, Row, rows};

/// For how long a child can keep its keeper stopped.
const STOPPED_AT_MOST: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// How a keeper is started, and what it may use.
#[derive(Debug, Clone)]
pub struct Keeper {
    program: PathBuf,
    means: Means,
    mark: String,
    /// Folders that no child of it can change.
    untouched: Vec<PathBuf>,
    /// The machine gave no PID namespace; what it refused once is not asked for again by this program.
    no_namespace: Arc<AtomicBool>,
}

impl Keeper {
    /// This very program.
    ///
    /// # Errors
    /// When the system cannot say which file this program runs from.
    pub fn current_exe() -> io::Result<Self> {
        Ok(Self::at(own_program()?))
    }

    /// Another program that calls [`super::keeper_main`] when its first argument is [`KEEPER_ARG`].
    pub fn at(program: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            means: Means::STRONGEST,
            mark: "any".to_owned(),
            untouched: Vec::new(),
            no_namespace: Arc::default(),
        }
    }

    /// The program that keeps.
    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// With no more than these means. What the machine does not give is left out in any case.
    #[must_use]
    pub fn with_means(mut self, means: Means) -> Self {
        self.means = means;
        self
    }

    /// For what may be over in a moment, like a gate: a cgroup only where there is no PID namespace. Entering one
    /// takes the kernel about ten milliseconds, in which it waits for all processors; a PID namespace alone is
    /// as exact and takes about two.
    #[must_use]
    pub fn brisk(mut self) -> Self {
        self.means.cgroup = match self.means.cgroup {
            CgroupUse::Always | CgroupUse::InsteadOfNamespace => CgroupUse::InsteadOfNamespace,
            CgroupUse::Never => CgroupUse::Never,
        };
        self
    }

    /// With a mark in the names of its cgroups, by which [`super::end_leftovers`] finds those that a killed
    /// keeper left. It is to be a word of letters and digits, the same for all drivers that hold one lock and
    /// for no other.
    #[must_use]
    pub fn with_mark(mut self, mark: impl Into<String>) -> Self {
        self.mark = mark.into();
        self
    }

    /// With folders that its children can change nothing in, beside those that a specification names, where the machine
    /// gives a namespace for that.
    #[must_use]
    pub fn with_untouched(mut self, folders: Vec<PathBuf>) -> Self {
        self.untouched = folders;
        self
    }

    /// What may be used, as far as is known.
    fn usable(&self) -> Means {
        let namespace = self.means.namespace && !self.no_namespace.load(Ordering::Relaxed);
        Means { namespace, ..self.means }
    }
}

/// The running file itself, even if it was replaced or deleted meanwhile (by a rebuild, an upgrade): a keeper
/// must speak the same protocol as its driver.
pub(super) fn own_program() -> io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
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
    /// family was killed.
    #[error("the keeper of process {} died; {killed} of its processes were found and killed", .child.map_or(0, |c| c.pid))]
    Lost {
        /// The child, if it had been started.
        child: Option<ProcessId>,
        /// How many processes were found and killed.
        killed: usize,
        /// What shows that nothing is left; `None` where that is not known.
        proof: Option<Proof>,
    },
}

impl KeepError {
    /// Whether it is known that no process of the child's family is alive.
    pub fn is_contained(&self) -> bool {
        match self {
            Self::NoKeeper { .. } | Self::NotStarted { .. } => true,
            Self::Lost { proof, .. } => proof.is_some(),
        }
    }
}

/// A running child under a keeper. Dropping it closes the lifeline: the child and all its descendants are
/// killed at once, and the drop waits for that.
#[derive(Debug)]
pub struct KeptChild {
    started: Started,
    keeper_pid: i32,
    stopper: Stopper,
    reports: Mutex<Reports>,
}

#[derive(Debug)]
struct Reports {
    keeper: Child,
    lines: BufReader<ChildStdout>,
    /// How it ended.
    outcome: Option<Result<KeptExit, Cleared>>,
}

/// What was done after a keeper was lost.
#[derive(Debug, Clone, Copy)]
struct Cleared {
    killed: usize,
    proof: Option<Proof>,
}

impl Cleared {
    fn into_error(self, child: Option<ProcessId>) -> KeepError {
        KeepError::Lost { child, killed: self.killed, proof: self.proof }
    }
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
    /// What its family has used so far; `None` where the system does not tell.
    pub fn pulse(&self) -> Option<Pulse> {
        pulse(self.keeper_pid)
    }

    /// Starts a keeper and has it start the child; returns when the child runs.
    ///
    /// # Errors
    /// When the keeper or the child could not be started; then neither is alive.
    pub fn spawn(keeper: &Keeper, spec: &KeeperSpec) -> Result<Self, KeepError> {
        let means = keeper.usable();
        if let Some(child) = Self::try_spawn(keeper, means, spec)? {
            return Ok(child);
        }
        // A keeper that tried in vain may be half-way inside a namespace: another takes its place.
        keeper.no_namespace.store(true, Ordering::Relaxed);
        Self::try_spawn(keeper, Means { namespace: false, ..means }, spec)?.ok_or_else(|| {
            KeepError::NoKeeper { program: keeper.program.clone(), source: io::ErrorKind::Unsupported.into() }
        })
    }

    /// `None` where there is no PID namespace.
    fn try_spawn(keeper: &Keeper, means: Means, spec: &KeeperSpec) -> Result<Option<Self>, KeepError> {
        let no_keeper = |source| KeepError::NoKeeper { program: keeper.program.clone(), source };
        let mut process = start_keeper(keeper).map_err(no_keeper)?;
        let (Some(mut lifeline), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(no_keeper(io::ErrorKind::BrokenPipe.into()));
        };
        let keeper_pid = i32::try_from(process.id()).map_err(|e| no_keeper(io::Error::other(e)))?;
        // A keeper that dies while it is being told ends its reports, which says more than the broken pipe.
        let mut spec = spec.clone();
        spec.read_only.extend(keeper.untouched.iter().cloned());
        let order = Order::Keep { spec, means, mark: keeper.mark.clone() };
        let _told = write_line(&mut lifeline, &order);
        let mut lines = BufReader::new(stdout);
        let started = match next_report(&mut lines, keeper_pid) {
            Some(Report::Started(started)) => started,
            Some(Report::NoNamespace) => {
                let _keeper_exit = process.wait();
                return Ok(None);
            }
            Some(Report::Refused { reason }) => {
                let _keeper_exit = process.wait();
                return Err(KeepError::NotStarted { reason });
            }
            Some(Report::Exited { .. } | Report::Contained(_)) | None => {
                return Err(clear(&mut process, keeper_pid, None).into_error(None));
            }
        };
        let stopper = Stopper { keeper_pid, lifeline: Arc::new(Mutex::new(Some(lifeline))) };
        let reports = Mutex::new(Reports { keeper: process, lines, outcome: None });
        Ok(Some(Self { started, keeper_pid, stopper, reports }))
    }

    /// The child, to be written down before it is waited for.
    pub fn id(&self) -> ProcessId {
        self.started.child
    }

    /// A handle that can ask the child to stop while another thread waits for its end.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Asks the child to stop: see [`Stopper::stop`].
    pub fn stop(&self) {
        self.stopper.stop();
    }

    /// Whether the keeper has something to report, so that [`Self::wait`] does not wait long. `look` is given what to
    /// wait for beside its own, and says whether that has something to be read; it is told `None` when there is
    /// something already.
    ///
    /// A child can stop its keeper by a signal that nothing can catch; so the keeper is told to go on each time.
    pub fn has_report(&self, look: impl FnOnce(Option<BorrowedFd<'_>>) -> bool) -> bool {
        let reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        if reports.outcome.is_some() || !reports.lines.buffer().is_empty() {
            drop(reports);
            look(None);
            return true;
        }
        let reported = look(Some(reports.lines.get_ref().as_fd()));
        drop(reports);
        if !reported {
            self.stopper.wake();
        }
        reported
    }

    /// Waits until the child and all its descendants are gone. Waiting again gives the same answer.
    ///
    /// # Errors
    /// When the keeper itself was killed.
    pub fn wait(&self) -> Result<KeptExit, KeepError> {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = reports.outcome.unwrap_or_else(|| follow(&mut reports, self.keeper_pid, &self.started));
        reports.outcome = Some(outcome);
        self.stopper.retire();
        outcome.map_err(|cleared| cleared.into_error(Some(self.started.child)))
    }
}

/// Reads the reports to their end.
fn follow(reports: &mut Reports, keeper_pid: i32, started: &Started) -> Result<KeptExit, Cleared> {
    let mut exited = None;
    loop {
        match (next_report(&mut reports.lines, keeper_pid), exited) {
            (Some(Report::Exited { exit, ended }), _) => exited = Some((exit, ended)),
            (Some(Report::Contained(contained)), Some((exit, ended))) => {
                // The keeper must be gone, not only done: it holds the driver's lock until then.
                let _keeper_exit = reports.keeper.wait();
                return Ok(KeptExit { exit, ended, contained });
            }
            (
                Some(
                    Report::Contained(_) | Report::NoNamespace | Report::Started(_) | Report::Refused { .. },
                )
                | None,
                _,
            ) => return Err(clear(&mut reports.keeper, keeper_pid, Some(started))),
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

/// The next line of the keeper; `None` at the end.
///
/// A child may have stopped its keeper by a signal that nothing can catch, before it could say anything or to
/// outlive its time. So the keeper is told to go on again and again, which changes nothing for one that does.
fn next_report(lines: &mut BufReader<ChildStdout>, keeper_pid: i32) -> Option<Report> {
    let keeper = Pid::from_raw(keeper_pid)?;
    while lines.buffer().is_empty() {
        let mut ready = [PollFd::new(lines.get_ref(), PollFlags::IN)];
        match poll(&mut ready, Some(&STOPPED_AT_MOST)) {
            Ok(0) | Err(Errno::INTR) => drop(kill_process(keeper, Signal::CONT)),
            Ok(_) | Err(_) => break,
        }
    }
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// Cleans up after a keeper that was killed: its namespace, which the kernel is ending already, its cgroup, and
/// all that is still in the session that it led. Without the first two, what left that session is out of reach.
fn clear(keeper: &mut Child, keeper_pid: i32, started: Option<&Started>) -> Cleared {
    let _already_gone = keeper.kill();
    let init = started.and_then(|started| started.init);
    if let Some(init) = init {
        // It counts as running until it has reaped all that lived below it.
        let mut rounds = 0;
        while init.is_running() {
            kill_pid(init.pid);
            rounds += 1;
            rest(rounds);
        }
    }
    let group = started.and_then(|started| started.cgroup.clone());
    let in_group = group.and_then(|dir| Cgroup::at(dir).end().ok());
    let killed = end_session(keeper, keeper_pid) + in_group.map_or(0, |n| usize::try_from(n).unwrap_or(0));
    let proof = match (init, in_group) {
        (Some(_), _) => Some(Proof::Namespace),
        (None, Some(_)) => Some(Proof::Cgroup),
        (None, None) => None,
    };
    Cleared { killed, proof }
}

/// Ends all that is in the session that the keeper led. Returns how many processes were killed.
fn end_session(keeper: &mut Child, keeper_pid: i32) -> usize {
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
