//! The keeper: a small parent for one child, which leaves nothing alive when the child or the driver ends.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use super::cgroup::Cgroup;
use super::cmd::Exit;
use super::family::{End, Family};
use super::means::{Means, Namespace};
use super::spec::{Ended, KeeperSpec, Order, Report, STOP, write_line};
use super::{fds, init, namespace};
use crate::clock::Stopwatch;

/// The first argument that makes the program a keeper. It is looked for before anything else, so that a
/// keeper never reads a configuration or opens a store.
pub const KEEPER_ARG: &str = "__keeper";

/// An order longer than this is refused, in bytes.
const MAX_ORDER: u64 = 16 * 1024 * 1024;

/// What a keeper is to do.
struct Work {
    spec: KeeperSpec,
    means: Means,
    mark: String,
}

/// What a keeper waits for.
enum Event {
    Stop,
    DriverGone,
    Exited(End),
}

/// Runs as a keeper until its child and all of the child's descendants are gone, and returns the exit code
/// for the process: 0 when it did its work, 1 when it was not given any.
///
/// `lifeline` carries in its first line what is to be done, then commands; its end means that the driver is
/// gone. `reports` gets one JSON value per line. A keeper starts this program in the same way as the first
/// process of a PID namespace, which it is then for the child. The caller must not have started threads or children, and
/// must not hold the lock of its standard input.
pub fn keeper_main(lifeline: impl Read + Send + 'static, reports: impl Write) -> u8 {
    // Out of the terminal's reach. It fails only where this process already leads a session, which is as good.
    let _already_leader = rustix::process::setsid();
    adopt_orphans();
    wake_for_the_end();
    if survive_signals().is_err() {
        return 1;
    }
    fds::keep_from_children();
    let mut lifeline = BufReader::new(lifeline);
    match read_order(&mut lifeline) {
        Some(Order::Keep { spec, means, mark }) => {
            keep(&Work { spec, means, mark }, lifeline, &mut Reporter(reports));
            0
        }
        Some(Order::Init(spec)) => init::run(&spec, lifeline, reports),
        None => 1,
    }
}

/// Whoever in the family loses its parent becomes a child of this process.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _not_supported = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// A child can stop this process, which then would not see that its driver is gone, and would hold the driver's
/// lock for ever. The kernel wakes it then. (Also when only the thread ends that started it, which is nothing.)
fn wake_for_the_end() {
    #[cfg(target_os = "linux")]
    let _not_supported = rustix::process::set_parent_process_death_signal(Some(Signal::CONT));
}

/// An agent may well signal every process with the name of this program: nothing short of KILL ends a keeper.
/// A handler, not "ignore", since that would be inherited by the child.
fn survive_signals() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2] {
        signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)))?;
    }
    Ok(())
}

fn read_order(lifeline: &mut impl BufRead) -> Option<Order> {
    let mut line = Vec::new();
    lifeline.take(MAX_ORDER).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

/// Starts the child and stays until nothing of its family is left.
fn keep(work: &Work, lifeline: impl BufRead + Send + 'static, reports: &mut Reporter<impl Write>) {
    let Work { spec, means, mark } = work;
    // Before the first thread, which would forbid it.
    let namespace = match means.namespace.then(namespace::enter) {
        None => Namespace::None,
        Some(Ok(namespace)) => namespace,
        Some(Err(_)) => return reports.say(&Report::NoNamespace),
    };
    let (events, inbox) = channel();
    let ends = events.clone();
    thread::spawn(move || watch_lifeline(lifeline, &events));
    let group = if means.wants_cgroup() { Cgroup::make(mark).ok() } else { None };
    let tell = move |end| {
        let _keeper_is_done = ends.send(Event::Exited(end));
    };
    let mut family = match Family::start(spec, namespace, group, tell) {
        Ok(family) => family,
        Err(report) => return reports.say(&report),
    };
    reports.say(&Report::Started(family.started()));
    family.watch();
    let (End { exit, left }, ended) = see_out(spec, &mut family, &inbox);
    reports.say(&Report::Exited { exit, ended });
    reports.say(&Report::Contained(family.end(left)));
}

/// Passes on what the driver says, until it says nothing any more.
fn watch_lifeline(mut lifeline: impl BufRead, events: &Sender<Event>) {
    let mut line = String::new();
    while lifeline.read_line(&mut line).is_ok_and(|read| read > 0) {
        if line.trim_end() == STOP {
            let _keeper_is_done = events.send(Event::Stop);
        }
        line.clear();
    }
    let _keeper_is_done = events.send(Event::DriverGone);
}

/// Waits for the child's end, and brings it about when it is asked to or the time is up.
fn see_out(spec: &KeeperSpec, family: &mut Family, inbox: &Receiver<Event>) -> (End, Ended) {
    let working_time = spec.timeout_ms.map_or(Duration::MAX, Duration::from_millis);
    let ended = match inbox.recv_timeout(working_time) {
        Ok(Event::Exited(end)) => return (end, Ended::ByItself),
        Ok(Event::Stop) => Ended::Stopped,
        Ok(Event::DriverGone) => Ended::DriverGone,
        Err(_) => Ended::TimedOut,
    };
    if ended != Ended::DriverGone {
        family.signal(Signal::TERM);
        if let Some(end) = wait_for_end(inbox, Duration::from_millis(spec.grace_ms)) {
            return (end, ended);
        }
    }
    family.kill();
    loop {
        match inbox.recv() {
            Ok(Event::Exited(end)) => return (end, ended),
            Ok(Event::Stop | Event::DriverGone) => {}
            // Nobody is left who could tell: the exit is what was done to it.
            Err(_) => return (End { exit: Exit::Signal(Signal::KILL.as_raw()), left: 0 }, ended),
        }
    }
}

/// The child's end, when it comes within `grace` and the driver stays. Who is asked to end once more gets no more time.
fn wait_for_end(inbox: &Receiver<Event>, grace: Duration) -> Option<End> {
    let since = Stopwatch::start();
    loop {
        let left = grace.saturating_sub(Duration::from_millis(since.elapsed_ms()));
        match inbox.recv_timeout(left) {
            Ok(Event::Exited(end)) => return Some(end),
            Ok(Event::Stop) => {}
            Ok(Event::DriverGone) | Err(_) => return None,
        }
    }
}

/// Writes reports. Nobody may be there to read them, which changes nothing of the work.
struct Reporter<W>(W);

impl<W: Write> Reporter<W> {
    fn say(&mut self, report: &Report) {
        let _driver_gone = write_line(&mut self.0, report);
    }
}
