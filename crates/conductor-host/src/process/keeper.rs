//! The keeper: a small parent for one child, which leaves nothing alive when the child or the driver ends.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus, wait};

use super::cmd::{Exit, command, start_error};
use super::spec::{Ended, KeeperSpec, Report, STOP};
use super::table::ProcessId;
use super::{fds, reap};

/// The first argument that makes the program a keeper. It is looked for before anything else, so that a
/// keeper never reads a configuration or opens a store.
pub const KEEPER_ARG: &str = "__keeper";

/// A specification longer than this is refused, in bytes.
const MAX_SPEC: u64 = 16 * 1024 * 1024;

/// What a keeper waits for.
enum Event {
    Stop,
    DriverGone,
    Exited(Exit),
}

/// Runs as a keeper until its child and all of the child's descendants are gone, and returns the exit code
/// for the process: 0 when it did its work, 1 when it was not given any.
///
/// `lifeline` carries the specification in its first line, then commands; its end means that the driver is
/// gone. `reports` gets one JSON value per line. The caller must not have started threads or children, and
/// must not hold the lock of its standard input.
pub fn keeper_main(lifeline: impl Read + Send + 'static, reports: impl Write) -> u8 {
    // Out of the terminal's reach. It fails only where this process already leads a session, which is as good.
    let _already_leader = rustix::process::setsid();
    adopt_orphans();
    if survive_signals().is_err() {
        return 1;
    }
    fds::keep_from_children();
    let mut lifeline = BufReader::new(lifeline);
    let Some(spec) = read_spec(&mut lifeline) else { return 1 };
    keep(&spec, lifeline, &mut Reporter(reports));
    0
}

/// Whoever in the family loses its parent becomes a child of this process.
fn adopt_orphans() {
    #[cfg(target_os = "linux")]
    let _not_supported = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
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

fn read_spec(lifeline: &mut impl BufRead) -> Option<KeeperSpec> {
    let mut line = Vec::new();
    lifeline.take(MAX_SPEC).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}

fn keep(spec: &KeeperSpec, lifeline: impl BufRead + Send + 'static, reports: &mut Reporter<impl Write>) {
    let pid = match start(spec) {
        Ok(pid) => pid,
        Err(reason) => return reports.say(&Report::Refused { reason }),
    };
    // Not reaped yet, so the pid is still the child's even when it has ended already.
    reports.say(&Report::Started(ProcessId::of(pid).unwrap_or(ProcessId { pid, start_time: 0 })));
    let (events, inbox) = channel();
    let ends = events.clone();
    thread::spawn(move || watch_lifeline(lifeline, &events));
    thread::spawn(move || watch_children(pid, &ends));
    let (exit, ended) = see_out(spec, pid, &inbox);
    reports.say(&Report::Exited { exit, ended });
    reports.say(&Report::Contained(reap::end_family()));
}

fn start(spec: &KeeperSpec) -> Result<i32, String> {
    let opened = |path: &Path, file: io::Result<File>| {
        file.map_err(|source| format!("cannot open {}: {source}", path.display()))
    };
    let append = |path: &Path| opened(path, OpenOptions::new().create(true).append(true).open(path));
    let (program, args): (&OsString, &[OsString]) =
        spec.argv.split_first().ok_or_else(|| "the command line is empty".to_owned())?;
    let mut command = command(program, args, &spec.dir, &spec.env);
    command.process_group(0).stdout(append(&spec.stdout)?).stderr(append(&spec.stderr)?);
    match &spec.stdin {
        Some(path) => command.stdin(opened(path, File::open(path))?),
        None => command.stdin(Stdio::null()),
    };
    let child = command.spawn().map_err(|source| start_error(program, &spec.dir, source).to_string())?;
    i32::try_from(child.id()).map_err(|error| error.to_string())
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

/// Reaps whatever ends, orphans too, until the child itself has ended.
fn watch_children(child: i32, events: &Sender<Event>) {
    loop {
        match retry_on_intr(|| wait(WaitOptions::empty())) {
            Ok(Some((pid, status))) if pid.as_raw_nonzero().get() == child => {
                let _keeper_is_done = events.send(Event::Exited(exit_of(status)));
                return;
            }
            Ok(_) => {}
            // No child is left, which cannot be before the child's own end was seen.
            Err(_) => return,
        }
    }
}

fn exit_of(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, Some(signal)) => Exit::Signal(signal),
        // Without the options for stopped and continued children, `wait` reports only ends.
        (None, None) => Exit::Code(-1),
    }
}

/// Waits for the child's end, and brings it about when it is asked to or the time is up.
fn see_out(spec: &KeeperSpec, child: i32, inbox: &Receiver<Event>) -> (Exit, Ended) {
    let working_time = spec.timeout_ms.map_or(Duration::MAX, Duration::from_millis);
    let ended = match inbox.recv_timeout(working_time) {
        Ok(Event::Exited(exit)) => return (exit, Ended::ByItself),
        Ok(Event::Stop) => Ended::Stopped,
        Ok(Event::DriverGone) => Ended::DriverGone,
        Err(_) => Ended::TimedOut,
    };
    if ended != Ended::DriverGone {
        reap::signal_group(child, Signal::TERM);
        if let Some(exit) = wait_for_exit(inbox, Duration::from_millis(spec.grace_ms)) {
            return (exit, ended);
        }
    }
    // A child that left its own group is met by its pid.
    reap::signal_group(child, Signal::KILL);
    if let Some(pid) = Pid::from_raw(child) {
        let _gone_already = rustix::process::kill_process(pid, Signal::KILL);
    }
    loop {
        match inbox.recv() {
            Ok(Event::Exited(exit)) => return (exit, ended),
            Ok(Event::Stop | Event::DriverGone) => {}
            // Nobody is left who could tell: the exit is what was done to it.
            Err(_) => return (Exit::Signal(Signal::KILL.as_raw()), ended),
        }
    }
}

/// The child's exit, when it comes within `grace` and the driver stays.
fn wait_for_exit(inbox: &Receiver<Event>, grace: Duration) -> Option<Exit> {
    loop {
        match inbox.recv_timeout(grace) {
            Ok(Event::Exited(exit)) => return Some(exit),
            Ok(Event::Stop) => {}
            Ok(Event::DriverGone) | Err(_) => return None,
        }
    }
}

/// Writes reports. Nobody may be there to read them, which changes nothing of the work.
struct Reporter<W>(W);

impl<W: Write> Reporter<W> {
    fn say(&mut self, report: &Report) {
        if let Ok(mut line) = serde_json::to_vec(report) {
            line.push(b'\n');
            let _driver_gone = self.0.write_all(&line).and_then(|()| self.0.flush());
        }
    }
}
