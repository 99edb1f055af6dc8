//! What a keeper keeps: the child, and what its descendants are held together with.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitOptions, kill_process, wait};

use super::cgroup::Cgroup;
use super::cmd::{EnvMap, Exit, command};
use super::init::InitReport;
use super::keeper::KEEPER_ARG;
use super::kept::own_program;
use super::means::{Containment, Namespace};
use super::spec::{Contained, KeeperSpec, Order, Proof, Report, Started, write_line};
use super::table::ProcessId;
use super::{launch, namespace, reap};

/// The reports of an init.
type Lines = BufReader<ChildStdout>;

/// How the child itself ended, and how many processes it left that could be counted then.
#[derive(Debug, Clone, Copy)]
pub(super) struct End {
    pub(super) exit: Exit,
    pub(super) left: u32,
}

/// A running child with all that belongs to it.
#[derive(Debug)]
pub(super) struct Family {
    child: ProcessId,
    namespace: Namespace,
    init: Option<Init>,
    group: Option<Cgroup>,
    watched: Option<Watched>,
    watcher: Sender<Watched>,
}

/// The first process of the family's PID namespace.
#[derive(Debug)]
struct Init {
    process: Child,
    id: Option<ProcessId>,
    /// It ends when this closes.
    lifeline: ChildStdin,
}

/// What says that the child has ended.
#[derive(Debug)]
enum Watched {
    Child(i32),
    Init(Lines),
}

impl Family {
    /// Starts the child: in the PID namespace that this process was prepared for, and in `group`. When it has
    /// ended, after [`Family::watch`], `tell` is called. On failure, what the driver is to be told.
    ///
    /// After this the thread that called it may be unable to start threads.
    pub(super) fn start(
        spec: &KeeperSpec,
        namespace: Namespace,
        mut group: Option<Cgroup>,
        tell: impl FnOnce(End) + Send + 'static,
    ) -> Result<Self, Report> {
        let (watcher, orders) = channel();
        thread::spawn(move || watch(&orders, tell));
        let started = inside(&mut group, || match namespace {
            Namespace::None => start_here(spec),
            Namespace::Own | Namespace::InUserNamespace => start_below(spec),
        });
        match started {
            Ok((child, init, watched)) => {
                Ok(Self { child, namespace, init, group, watched: Some(watched), watcher })
            }
            Err(report) => {
                let _empty_one_stays = group.map(|group| group.end());
                Err(report)
            }
        }
    }

    /// What the driver is to know of it.
    pub(super) fn started(&self) -> Started {
        Started {
            child: self.child,
            init: self.init.as_ref().and_then(|init| init.id),
            cgroup: self.group.as_ref().map(|group| group.dir().to_owned()),
        }
    }

    /// From now on the child is reaped when it ends, so that its pid may be another's.
    pub(super) fn watch(&mut self) {
        if let Some(init) = &mut self.init {
            let _dead_init_is_seen_by_its_lines = write_line(&mut init.lifeline, &"seen");
        }
        if let Some(watched) = self.watched.take() {
            let _it_waits_for_this = self.watcher.send(watched);
        }
    }

    /// Sends a signal to the child's group.
    pub(super) fn signal(&self, signal: Signal) {
        reap::signal_group(self.child.pid, signal);
    }

    /// Kills the child with its group. A child that left its own group is met by its pid; where that is not
    /// known, all that lives in the namespace goes.
    pub(super) fn kill(&mut self) {
        self.signal(Signal::KILL);
        match (Pid::from_raw(self.child.pid), &mut self.init) {
            (Some(pid), _) => drop(kill_process(pid, Signal::KILL)),
            (None, Some(init)) => drop(init.process.kill()),
            (None, None) => {}
        }
    }

    /// Ends all that is left, and proves that nothing is. It does not return before that.
    pub(super) fn end(self, left: u32) -> Contained {
        let by = Containment { namespace: self.namespace, cgroup: self.group.is_some() };
        let in_namespace = self.init.is_some_and(Init::end);
        let in_group = self.group.and_then(|group| group.end().ok());
        let rest = reap::end_family();
        let proof = match (in_namespace, in_group) {
            (true, _) => Proof::Namespace,
            (false, Some(_)) => Proof::Cgroup,
            (false, None) => rest.proof,
        };
        // Each of them counts what those before it did not end.
        let killed = left + in_group.unwrap_or(0) + rest.killed;
        let rounds = u32::from(left > 0) + u32::from(in_group.is_some_and(|found| found > 0)) + rest.rounds;
        Contained { rounds, killed, proof, by }
    }
}

impl Init {
    /// Kills it, and by that everything in its namespace. True when it was reaped, which is when all of them
    /// were.
    fn end(mut self) -> bool {
        let _ended_already = self.process.kill();
        self.process.wait().is_ok()
    }
}

/// Does `start` while this process is in the group, and brings it back. A group that cannot be used is given up.
fn inside<T>(group: &mut Option<Cgroup>, start: impl FnOnce() -> T) -> T {
    if let Some(closed) = group.take_if(|group| group.enter().is_err()) {
        let _empty_one_stays = closed.end();
    }
    let started = start();
    // What this process is in cannot be used to kill the others.
    drop(group.take_if(|group| group.leave().is_err()));
    started
}

type Begun = (ProcessId, Option<Init>, Watched);

fn start_here(spec: &KeeperSpec) -> Result<Begun, Report> {
    let pid = launch::start(spec).map_err(|reason| Report::Refused { reason })?;
    // Not reaped yet, so the pid is still the child's even when it has ended already.
    let child = ProcessId::of(pid).unwrap_or(ProcessId { pid, start_time: 0 });
    Ok((child, None, Watched::Child(pid)))
}

/// Starts the child under an init of ours, in a namespace of their own.
fn start_below(spec: &KeeperSpec) -> Result<Begun, Report> {
    let none = |_: io::Error| Report::NoNamespace;
    namespace::make_next().map_err(none)?;
    let mut process = start_init().map_err(none)?;
    let (Some(mut lifeline), Some(stdout)) = (process.stdin.take(), process.stdout.take()) else {
        return Err(Report::NoNamespace);
    };
    // An init that dies while it is being told ends its reports.
    let _told = write_line(&mut lifeline, &Order::Init(spec.clone()));
    let mut lines = BufReader::new(stdout);
    let pid = match next_report(&mut lines) {
        Some(InitReport::Started { pid }) => pid,
        Some(InitReport::Refused { reason }) => {
            let _its_exit = process.wait();
            return Err(Report::Refused { reason });
        }
        Some(InitReport::Unable | InitReport::Exited { .. }) | None => {
            Init { process, id: None, lifeline }.end();
            return Err(Report::NoNamespace);
        }
    };
    let outside = i32::try_from(process.id()).unwrap_or(0);
    let child = Pid::from_raw(outside).and_then(|init| namespace::outer_child(init, pid));
    let init = Init { process, id: ProcessId::of(outside), lifeline };
    Ok((child.unwrap_or(ProcessId { pid: 0, start_time: 0 }), Some(init), Watched::Init(lines)))
}

fn start_init() -> io::Result<Child> {
    let program = own_program()?;
    command(program.as_os_str(), &[OsString::from(KEEPER_ARG)], Path::new("/"), &EnvMap::new())
        .arg0("conductor-init")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
}

fn next_report(lines: &mut Lines) -> Option<InitReport> {
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}

/// Waits to be told what to watch, and tells when the child has ended.
fn watch(orders: &Receiver<Watched>, tell: impl FnOnce(End)) {
    let end = match orders.recv() {
        Ok(Watched::Child(child)) => reap_until(child).map(|exit| End { exit, left: 0 }),
        Ok(Watched::Init(mut lines)) => Some(match next_report(&mut lines) {
            Some(InitReport::Exited { exit, left }) => End { exit, left },
            Some(InitReport::Unable | InitReport::Started { .. } | InitReport::Refused { .. }) | None => {
                // The init was killed, and the kernel killed the child with it.
                End { exit: Exit::Signal(Signal::KILL.as_raw()), left: 0 }
            }
        }),
        // Nothing was started.
        Err(_) => None,
    };
    if let Some(end) = end {
        tell(end);
    }
}

/// Reaps whatever ends, orphans too, until the child itself has ended.
pub(super) fn reap_until(child: i32) -> Option<Exit> {
    loop {
        match retry_on_intr(|| wait(WaitOptions::empty())) {
            Ok(Some((pid, status))) if pid.as_raw_nonzero().get() == child => {
                return Some(launch::exit_of(status));
            }
            Ok(_) => {}
            // No child is left, which cannot be before the child's own end was seen.
            Err(_) => return None,
        }
    }
}
