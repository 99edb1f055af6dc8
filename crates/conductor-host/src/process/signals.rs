//! What the person at the terminal, or the system, asks of a driver by signals.
//!
//! The first Ctrl-C asks for an orderly end, and so do TERM and the end of the terminal (HUP): the driver is told at
//! its next look, and ends as after `stop`. Once it is stopping, another Ctrl-C ends the program at once: its keepers
//! kill what they keep, and the session can be taken up again. TERM and HUP are often sent twice by those who end
//! processes, so they never mean "at once".

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// What a program that Ctrl-C ended returns, as shells count it.
const ENDED_BY_CTRL_C: i32 = 130;

/// A request by signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interrupt {
    /// Ctrl-C.
    CtrlC,
    /// TERM: the system, or another program, wants this one to end.
    Terminated,
    /// The terminal was closed.
    HungUp,
}

impl Interrupt {
    /// In which order, and under which numbers, the handlers know them; 0 is none.
    const ALL: [(Self, i32); 3] =
        [(Self::CtrlC, SIGINT), (Self::Terminated, SIGTERM), (Self::HungUp, SIGHUP)];

    /// Why the session stops, for people.
    pub fn reason(self) -> &'static str {
        match self {
            Self::CtrlC => "Ctrl-C",
            Self::Terminated => "the program was asked to end",
            Self::HungUp => "the terminal was closed",
        }
    }
}

/// What the end of the terminal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnHangup {
    /// The work ends in order, since nobody sees it any more.
    Stop,
    /// Nothing: the work has no terminal.
    GoOn,
}

/// The signals that this process got. They are kept for whoever looks; while nobody attends to them they end the
/// program, as they would without this.
#[derive(Debug, Clone)]
pub struct Signals {
    /// The number of the last one that nobody has taken yet.
    last: Arc<AtomicUsize>,
    /// Whether one was ever taken.
    taken: Arc<AtomicBool>,
    /// Nobody attends.
    idle: Arc<AtomicBool>,
    /// Another Ctrl-C ends the program.
    armed: Arc<AtomicBool>,
}

impl Signals {
    /// Begins to catch them, for the rest of the process's life. To be called once.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn catch(on_hangup: OnHangup) -> io::Result<Self> {
        let signals = Self {
            last: Arc::default(),
            taken: Arc::default(),
            idle: Arc::new(AtomicBool::new(true)),
            armed: Arc::default(),
        };
        for (number, (interrupt, signal)) in (1..).zip(Interrupt::ALL) {
            match interrupt {
                Interrupt::CtrlC => {
                    for at_once in [&signals.idle, &signals.armed] {
                        flag::register_conditional_shutdown(signal, ENDED_BY_CTRL_C, Arc::clone(at_once))?;
                    }
                }
                Interrupt::Terminated => {
                    flag::register_conditional_default(signal, Arc::clone(&signals.idle))?;
                }
                // Whoever began the program with `nohup` has said what the end of the terminal means.
                Interrupt::HungUp if is_ignored(signal) => continue,
                Interrupt::HungUp if on_hangup == OnHangup::GoOn => {
                    flag::register(signal, Arc::default())?;
                    continue;
                }
                Interrupt::HungUp => {
                    flag::register_conditional_default(signal, Arc::clone(&signals.idle))?;
                }
            }
            flag::register_usize(signal, Arc::clone(&signals.last), number)?;
        }
        Ok(signals)
    }

    /// From now on somebody looks at them, until the answer is dropped.
    pub fn attend(&self) -> Attending<'_> {
        self.armed.store(false, Ordering::SeqCst);
        self.idle.store(false, Ordering::SeqCst);
        Attending(self)
    }

    /// The request that has come since the last look.
    pub fn take(&self) -> Option<Interrupt> {
        let number = self.last.swap(0, Ordering::SeqCst);
        let (interrupt, _) = Interrupt::ALL.get(number.checked_sub(1)?)?;
        self.taken.store(true, Ordering::SeqCst);
        Some(*interrupt)
    }

    /// Whether there was ever a request, looked at or not.
    pub fn came(&self) -> bool {
        self.taken.load(Ordering::SeqCst) || self.last.load(Ordering::SeqCst) > 0
    }

    /// The request was heard and is being obeyed: whoever presses Ctrl-C now does not want to wait for that.
    pub fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }
}

/// Shows that somebody looks at the signals.
#[derive(Debug)]
pub struct Attending<'a>(&'a Signals);

impl Drop for Attending<'_> {
    fn drop(&mut self) {
        self.0.idle.store(true, Ordering::SeqCst);
    }
}

/// Whether this process was begun with the signal ignored.
#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    ignored_in(&status, signal)
}

/// Elsewhere the system does not tell, and the signal counts.
#[cfg(not(target_os = "linux"))]
fn is_ignored(_: i32) -> bool {
    false
}

#[cfg(any(target_os = "linux", test))]
fn ignored_in(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    u32::try_from(signal - 1).is_ok_and(|bit| mask.checked_shr(bit).unwrap_or(0) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_signal_is_read_from_the_systems_mask() {
        let status = "Name:\tx\nSigBlk:\tffff\nSigIgn:\t0000000000001001\nSigCgt:\t0\n";
        assert!(ignored_in(status, SIGHUP));
        assert!(ignored_in(status, 13));
        assert!(!ignored_in(status, SIGINT) && !ignored_in(status, SIGTERM));
        assert!(!ignored_in("", SIGHUP) && !ignored_in("SigIgn:\trubbish\n", SIGHUP));
    }
}
