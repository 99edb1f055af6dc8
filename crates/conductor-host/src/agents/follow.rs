//! Copies the growing output of an agent into its transcript, so that it can be watched while it works.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::clock::now;
use crate::transcript::{Event, Stream, Writer};

/// How often the output is looked at. A watcher hardly sees the difference, and it costs next to nothing.
const PERIOD: Duration = Duration::from_millis(150);

/// A line that is longer is cut in pieces.
const LONGEST_LINE: usize = 64 * 1024;

/// How much of one stream is taken in one go, in bytes.
const CHUNK: u64 = 1024 * 1024;

/// The two output files of a program and how far they have been read.
#[derive(Debug)]
pub(super) struct Sources([Source; 2]);

#[derive(Debug)]
struct Source {
    stream: Stream,
    path: PathBuf,
    position: u64,
    /// The beginning of a line whose end has not come yet.
    pending: Vec<u8>,
}

impl Sources {
    /// Begins where the files end now: what stands there is of an earlier try.
    pub(super) fn at_their_ends(stdout: &Path, stderr: &Path) -> Self {
        let source = |stream, path: &Path| Source {
            stream,
            path: path.to_owned(),
            position: path.metadata().map_or(0, |m| m.len()),
            pending: Vec::new(),
        };
        Self([source(Stream::Stdout, stdout), source(Stream::Stderr, stderr)])
    }

    pub(super) fn stdout_position(&self) -> u64 {
        let [stdout, _] = &self.0;
        stdout.position
    }
}

/// Copies until it is told that the program is over. Dropping it ends the copying.
#[derive(Debug)]
pub(super) struct Follower {
    over: Option<Sender<Vec<Event>>>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    pub(super) fn start(transcript: Writer, sources: Sources) -> Self {
        let (over, told) = mpsc::channel();
        let thread = thread::spawn(move || follow(transcript, sources, &told));
        Self { over: Some(over), thread: Some(thread) }
    }

    /// Copies what is left, then `last`, and waits until that is written.
    pub(super) fn finish(mut self, last: Vec<Event>) {
        if let Some(over) = self.over.take() {
            let _gone_only_after_a_panic = over.send(last);
        }
        self.join();
    }

    fn join(&mut self) {
        drop(self.over.take());
        if let Some(thread) = self.thread.take() {
            // A transcript is for people to read: its loss must not end the attempt.
            let _panicked = thread.join();
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.join();
    }
}

fn follow(mut transcript: Writer, mut sources: Sources, told: &mpsc::Receiver<Vec<Event>>) {
    loop {
        let last = match told.recv_timeout(PERIOD) {
            Ok(last) => Some(last),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Vec::new()),
        };
        let mut busy = true;
        while busy {
            busy = false;
            let mut events = Vec::new();
            for source in &mut sources.0 {
                busy |= source.take(&mut events).unwrap_or(false) && last.is_some();
            }
            // A full disk must not stop the agent: its output is still in the log files.
            let _not_written = (!events.is_empty()).then(|| transcript.append(now(), events));
        }
        if let Some(last) = last {
            let rest = sources.0.iter_mut().filter_map(Source::rest).collect::<Vec<_>>();
            let _not_written = transcript.append(now(), rest.into_iter().chain(last));
            return;
        }
    }
}

impl Source {
    /// Takes the lines that are complete. Returns whether there may be more at once.
    fn take(&mut self, events: &mut Vec<Event>) -> io::Result<bool> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.position))?;
        let mut bytes = Vec::new();
        let count = file.take(CHUNK).read_to_end(&mut bytes)?;
        self.position += u64::try_from(count).unwrap_or_default();
        for byte in bytes {
            match byte {
                b'\n' => events.extend(self.rest().or_else(|| Some(self.event(&[])))),
                other => self.pending.push(other),
            }
            if self.pending.len() >= LONGEST_LINE {
                events.extend(self.rest());
            }
        }
        Ok(count > 0)
    }

    /// The line that has been begun, if there is one.
    fn rest(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.pending);
        (!line.is_empty()).then(|| self.event(&line))
    }

    fn event(&self, line: &[u8]) -> Event {
        Event::Output { stream: self.stream, line: String::from_utf8_lossy(line).into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcript::read;

    #[test]
    fn all_lines_arrive_once_and_in_order_also_an_unfinished_last_one() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("out"), "of an earlier try\n").unwrap();
        let sources = Sources::at_their_ends(&at("out"), &at("err"));
        let follower = Follower::start(Writer::open(&at("t"), 1_000_000).unwrap(), sources);
        let long = "x".repeat(LONGEST_LINE + 1);
        std::fs::write(at("out"), format!("of an earlier try\na\n\n{long}\nlast")).unwrap();
        std::fs::write(at("err"), b"\xff\n").unwrap();
        follower.finish(vec![Event::End { outcome: "finished".into() }]);
        let mut entries = read(&at("t"), 0).unwrap().entries;
        assert_eq!(entries.pop().map(|entry| entry.event), Some(Event::End { outcome: "finished".into() }));
        let lines: Vec<String> = entries
            .into_iter()
            .filter_map(|entry| match entry.event {
                Event::Output { stream, line } => {
                    Some(format!("{stream:?} {} {}", line.len(), line.chars().next().unwrap_or('-')))
                }
                Event::Started { .. }
                | Event::Message { .. }
                | Event::Usage { .. }
                | Event::Question { .. }
                | Event::End { .. }
                | Event::Full => None,
            })
            .collect();
        // Which stream is copied first is left to the moment; within a stream the order holds.
        let of = |stream: &str| lines.iter().filter(|l| l.starts_with(stream)).cloned().collect::<Vec<_>>();
        assert_eq!(of("Stdout"), ["Stdout 1 a", "Stdout 0 -", "Stdout 65536 x", "Stdout 1 x", "Stdout 4 l"]);
        assert_eq!(of("Stderr"), ["Stderr 3 \u{fffd}"]);
    }
}
