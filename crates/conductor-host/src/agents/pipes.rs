//! The three streams of a program that runs under a keeper, read and written by one thread that never blocks on any
//! of them.
//!
//! They are named pipes, since a keeper opens the files that it is told to (and starts another program to do so).
//! Their names are gone as soon as the program runs. A program that writes faster than it is read waits, so that
//! memory is bounded whatever it does.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use conductor_engine::agent_event::Stream;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat};

/// How much is read in one go, in bytes.
const CHUNK: usize = 64 * 1024;

/// A program for which more than this is waiting does not listen: nothing more is heard from it until it does, so that
/// what it is answered cannot fill the memory.
const MOST_UNSENT: usize = 4 * 1024 * 1024;

/// The pipes of a program that does not run yet.
#[derive(Debug)]
pub(super) struct Prepared {
    names: Names,
    stdin: Option<File>,
    stdout: File,
    stderr: File,
}

/// The names of the pipes, removed when dropped.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) stdin: Option<PathBuf>,
    pub(super) stdout: PathBuf,
    pub(super) stderr: PathBuf,
}

impl Drop for Names {
    fn drop(&mut self) {
        for path in [self.stdin.as_ref(), Some(&self.stdout), Some(&self.stderr)].into_iter().flatten() {
            let _gone_already = fs::remove_file(path);
        }
    }
}

impl Prepared {
    /// Makes the pipes in `dir`, which is there; with one for standard input if `input`.
    pub(super) fn new(dir: &Path, input: bool) -> io::Result<Self> {
        let names = Names {
            stdin: input.then(|| dir.join("stdin.pipe")),
            stdout: dir.join("stdout.pipe"),
            stderr: dir.join("stderr.pipe"),
        };
        for path in [names.stdin.as_ref(), Some(&names.stdout), Some(&names.stderr)].into_iter().flatten() {
            let _left_by_a_killed_driver = fs::remove_file(path);
            mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        }
        // The keeper's opening of an end waits until the other end is there. Ours for its standard input is opened
        // for both, since a pipe without a reader cannot be opened for writing alone.
        let stdin = match &names.stdin {
            Some(path) => Some(open(OpenOptions::new().read(true).write(true), path)?),
            None => None,
        };
        let reader = |path: &Path| open(OpenOptions::new().read(true), path);
        Ok(Self { stdin, stdout: reader(&names.stdout)?, stderr: reader(&names.stderr)?, names })
    }

    /// The files for the keeper.
    pub(super) fn names(&self) -> &Names {
        &self.names
    }

    /// The program runs: from now on only it and we have the pipes.
    pub(super) fn started(self, longest_line: usize) -> io::Result<Pipes> {
        // Only for writing, so that the end of the program is noticed.
        let stdin = self.names.stdin.as_ref().map(|path| open(OpenOptions::new().write(true), path));
        drop(self.stdin);
        // A program that has closed its standard input already, or has ended, cannot be told anything.
        let stdin = stdin.and_then(Result::ok);
        Ok(Pipes {
            stdin,
            outbox: VecDeque::new(),
            closing: false,
            sources: [
                Source::new(Stream::Stdout, self.stdout, longest_line),
                Source::new(Stream::Stderr, self.stderr, longest_line),
            ],
            chunk: vec![0; CHUNK],
        })
    }
}

fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    let nonblocking = i32::try_from(OFlags::NONBLOCK.bits()).map_err(io::Error::other)?;
    options.custom_flags(nonblocking).open(path)
}

/// A line of a program's output.
#[derive(Debug)]
pub(super) enum Line<'l> {
    /// Whole, without its end; or a piece of one, where pieces are wanted.
    Text(&'l [u8]),
    /// It was longer than any may be; so many bytes of it were passed over, beginning with these.
    TooLong { bytes: u64, start: &'l [u8] },
}

/// The streams of a running program.
#[derive(Debug)]
pub(super) struct Pipes {
    stdin: Option<File>,
    outbox: VecDeque<u8>,
    closing: bool,
    sources: [Source; 2],
    chunk: Vec<u8>,
}

/// What woke us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Woken {
    /// Both output streams are at their ends.
    pub(super) silent: bool,
    /// The other file that was waited for has something to be read.
    pub(super) other: bool,
}

impl Pipes {
    /// Queues bytes for the program's input. Without one they are dropped.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        if self.stdin.is_some() && !self.closing {
            self.outbox.extend(bytes);
        }
    }

    /// Closes the program's input once all that was queued is written.
    pub(super) fn close_input(&mut self) {
        self.closing = true;
        if self.outbox.is_empty() {
            self.stdin = None;
        }
    }

    /// Waits until something can be read or written, `other` can be read, or `time` is over; then reads what is
    /// there, a bounded amount, and hands over its lines.
    pub(super) fn turn(
        &mut self,
        other: Option<BorrowedFd<'_>>,
        time: Duration,
        mut take: impl FnMut(Stream, Line<'_>),
    ) -> Woken {
        let ready = self.wait(other, time);
        if ready.writable {
            self.write();
        }
        for (source, readable) in self.sources.iter_mut().zip(ready.readable) {
            if readable {
                source.read(&mut self.chunk, &mut take);
            }
        }
        Woken { silent: self.sources.iter().all(|source| source.file.is_none()), other: ready.other }
    }

    fn wait(&self, other: Option<BorrowedFd<'_>>, time: Duration) -> Ready {
        let wants_write = self.stdin.as_ref().filter(|_| !self.outbox.is_empty());
        let mut fds = Vec::with_capacity(4);
        let mut roles = Vec::with_capacity(4);
        let listens = wants_write.is_none() || self.outbox.len() <= MOST_UNSENT;
        for (index, source) in self.sources.iter().enumerate() {
            if let Some(file) = source.file.as_ref().filter(|_| listens) {
                fds.push(PollFd::new(file, PollFlags::IN));
                roles.push(Role::Read(index));
            }
        }
        if let Some(file) = wants_write {
            fds.push(PollFd::new(file, PollFlags::OUT));
            roles.push(Role::Write);
        }
        if let Some(fd) = &other {
            fds.push(PollFd::new(fd, PollFlags::IN));
            roles.push(Role::Other);
        }
        let time = Timespec {
            tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(time.subsec_nanos()),
        };
        let mut ready = Ready::default();
        // An interruption is as good as a time that is over: the caller comes again.
        if poll(&mut fds, Some(&time)).is_err() {
            return ready;
        }
        for (fd, role) in fds.iter().zip(roles) {
            let woken = !fd.revents().is_empty();
            match role {
                Role::Read(index) => {
                    if let Some(slot) = ready.readable.get_mut(index) {
                        *slot = woken;
                    }
                }
                Role::Write => ready.writable = woken,
                Role::Other => ready.other = woken,
            }
        }
        ready
    }

    fn write(&mut self) {
        let Some(file) = &mut self.stdin else { return };
        let (next, _) = self.outbox.as_slices();
        match file.write(next) {
            Ok(count) => drop(self.outbox.drain(..count)),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            // It does not listen any more.
            Err(_) => {
                self.outbox.clear();
                self.stdin = None;
            }
        }
        if self.outbox.is_empty() {
            // What one long prompt took is not kept for ever.
            self.outbox.shrink_to(CHUNK);
            if self.closing {
                self.stdin = None;
            }
        }
    }
}

enum Role {
    Read(usize),
    Write,
    Other,
}

#[derive(Default)]
struct Ready {
    readable: [bool; 2],
    writable: bool,
    other: bool,
}

/// One output stream.
#[derive(Debug)]
struct Source {
    stream: Stream,
    /// `None` at its end.
    file: Option<File>,
    /// The beginning of a line whose end has not come yet.
    pending: Vec<u8>,
    longest: usize,
    /// Bytes of the present line that were passed over.
    passed: u64,
}

/// How much of a line that is too long is shown.
const SHOWN: usize = 200;

impl Source {
    fn new(stream: Stream, file: File, longest: usize) -> Self {
        Self { stream, file: Some(file), pending: Vec::new(), longest, passed: 0 }
    }

    fn read(&mut self, chunk: &mut [u8], take: &mut impl FnMut(Stream, Line<'_>)) {
        let Some(file) = &mut self.file else { return };
        match file.read(chunk) {
            Ok(0) => {
                self.file = None;
                self.finish(take);
            }
            Ok(count) => self.split(chunk.get(..count).unwrap_or_default(), take),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => self.file = None,
        }
    }

    fn split(&mut self, mut bytes: &[u8], take: &mut impl FnMut(Stream, Line<'_>)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if self.pending.is_empty() && self.passed == 0 && line.len() <= self.longest {
                take(self.stream, Line::Text(line));
            } else {
                self.hold(line);
                self.emit(take);
            }
        }
        self.hold(bytes);
    }

    /// Keeps a piece of a line, or only counts it when the line is too long already.
    fn hold(&mut self, piece: &[u8]) {
        let over = self.passed > 0 || self.pending.len() + piece.len() > self.longest;
        if !over {
            return self.pending.extend_from_slice(piece);
        }
        if self.passed == 0 {
            let missing = SHOWN.saturating_sub(self.pending.len()).min(piece.len());
            self.passed = length(&self.pending);
            self.pending.extend_from_slice(piece.get(..missing).unwrap_or_default());
            self.pending.truncate(SHOWN);
            self.pending.shrink_to(CHUNK);
        }
        self.passed += length(piece);
    }

    fn emit(&mut self, take: &mut impl FnMut(Stream, Line<'_>)) {
        let line = std::mem::take(&mut self.pending);
        match std::mem::take(&mut self.passed) {
            0 => take(self.stream, Line::Text(&line)),
            bytes => take(self.stream, Line::TooLong { bytes, start: &line }),
        }
    }

    fn finish(&mut self, take: &mut impl FnMut(Stream, Line<'_>)) {
        if !self.pending.is_empty() || self.passed > 0 {
            self.emit(take);
        }
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[&[u8]], longest: usize) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        let prepared = Prepared::new(dir.path(), true).unwrap();
        let mut child = OpenOptions::new().write(true).open(&prepared.names().stdout).unwrap();
        drop(OpenOptions::new().write(true).open(&prepared.names().stderr).unwrap());
        let mut listener = OpenOptions::new().read(true).open(dir.path().join("stdin.pipe")).unwrap();
        let mut pipes = prepared.started(longest).unwrap();
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "the names are gone");
        pipes.send(b"hello\n");
        pipes.close_input();
        let mut lines = Vec::new();
        let mut take = |stream: Stream, line: Line<'_>| {
            lines.push(match line {
                Line::Text(text) => format!("{stream:?} {}", String::from_utf8_lossy(text)),
                Line::TooLong { bytes, start } => format!("{stream:?} {bytes} of {}", start.len()),
            });
        };
        for piece in bytes.iter().filter(|piece| !piece.is_empty()) {
            child.write_all(piece).unwrap();
            pipes.turn(None, Duration::from_secs(10), &mut take);
        }
        drop(child);
        while !pipes.turn(None, Duration::from_secs(10), &mut take).silent {}
        let mut heard = String::new();
        listener.read_to_string(&mut heard).unwrap();
        assert_eq!(heard, "hello\n");
        lines
    }

    #[test]
    fn lines_arrive_whole_however_they_are_cut_and_long_ones_are_counted() {
        assert_eq!(told(&[b"a\n\nb", b"c\nlast"], 10), ["Stdout a", "Stdout ", "Stdout bc", "Stdout last"]);
        let long = "x".repeat(500);
        assert_eq!(
            told(&[b"ok\n123", long.as_bytes(), long.as_bytes(), b"\nok\n"], 400),
            ["Stdout ok", "Stdout 1003 of 200", "Stdout ok"]
        );
        assert_eq!(told(&[long.as_bytes()], 400), ["Stdout 500 of 200"]);
    }

    #[test]
    fn a_program_that_does_not_listen_is_not_heard_until_it_does_or_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let prepared = Prepared::new(dir.path(), true).unwrap();
        let mut child = OpenOptions::new().write(true).open(&prepared.names().stdout).unwrap();
        let listener = OpenOptions::new().read(true).open(dir.path().join("stdin.pipe")).unwrap();
        let mut pipes = prepared.started(100).unwrap();
        pipes.send(&vec![b'x'; MOST_UNSENT + 1024 * 1024]);
        child.write_all(b"one\n").unwrap();
        let mut heard = 0;
        for _ in 0..50 {
            pipes.turn(None, Duration::ZERO, |_, _| heard += 1);
        }
        assert_eq!(heard, 0);
        drop(listener);
        for _ in 0..2 {
            pipes.turn(None, Duration::ZERO, |_, _| heard += 1);
        }
        assert_eq!((heard, pipes.outbox.len()), (1, 0));
    }

    proptest::proptest! {
        #[test]
        fn no_byte_is_lost(bytes in "[ab\n]{0,60}", cut in 0_usize..60) {
            let cut = cut.min(bytes.len());
            let (one, two) = bytes.split_at(cut);
            let lines = told(&[one.as_bytes(), two.as_bytes()], 1000);
            let expected: Vec<String> = bytes.lines().map(|line| format!("Stdout {line}")).collect();
            proptest::prop_assert_eq!(lines, expected);
        }
    }
}
