//! The lines that an agent's program and Conductor exchanged, as they were: what a recording is made of, and what a
//! defect report needs. Bounded; beside the transcript, which is what people read.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use conductor_engine::agent_event::Stream;
use serde::{Deserialize, Serialize};

use super::dir_file;
use super::replay::Began;
use crate::clock::Stopwatch;
use crate::process::Exit;
use crate::secrets::Masker;

/// The name of the file in an attempt's directory.
pub(super) const FILE: &str = "wire.jsonl";

/// How large it may grow, in bytes.
pub(super) const LIMIT: u64 = 16 * 1024 * 1024;

/// How much of it is gathered before it is written.
const GATHERED: usize = 32 * 1024;

/// Which way a line went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// From Conductor to the program.
    In,
    /// From the program's standard output.
    Out,
    /// From its standard error.
    Err,
    /// A program begins: what it is, as JSON.
    Start,
    /// It has ended: how, as JSON.
    Exit,
}

impl From<Stream> for Way {
    fn from(stream: Stream) -> Self {
        match stream {
            Stream::Stdout => Self::Out,
            Stream::Stderr => Self::Err,
        }
    }
}

/// A line with its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireLine {
    /// Milliseconds since the program was started.
    pub ms: u64,
    /// Which way it went.
    pub way: Way,
    /// The line without its end. Bytes that are not UTF-8 are replaced.
    pub line: String,
}

/// Writes lines down. That it cannot (a full disk) changes nothing of the attempt.
#[derive(Debug)]
pub(super) struct WireLog {
    file: Option<File>,
    since: Stopwatch,
    gathered: Vec<u8>,
    left: u64,
    masker: Masker,
}

impl WireLog {
    /// Begins the file in `dir` anew.
    pub(super) fn begin(dir: &Path, masker: Masker) -> Self {
        let file = dir_file::create(&dir.join(FILE)).ok();
        Self { file, since: Stopwatch::start(), gathered: Vec::new(), left: LIMIT, masker }
    }

    /// Another program begins; time is counted from here.
    pub(super) fn restart(&mut self, began: &Began) {
        self.since = Stopwatch::start();
        self.mark(Way::Start, began);
    }

    /// It has ended.
    pub(super) fn exit(&mut self, exit: Exit) {
        self.mark(Way::Exit, &exit);
    }

    fn mark(&mut self, way: Way, what: &impl Serialize) {
        if let Ok(text) = serde_json::to_string(what) {
            self.line(way, text.as_bytes());
        }
    }

    pub(super) fn line(&mut self, way: Way, line: &[u8]) {
        if self.file.is_none() || self.left == 0 {
            return;
        }
        // A line without a secret is written down to the letter.
        let text = String::from_utf8_lossy(line);
        let line = self.masker.mask_line(&text).into_owned();
        let line = WireLine { ms: self.since.elapsed_ms(), way, line };
        let before = self.gathered.len();
        if serde_json::to_writer(&mut self.gathered, &line).is_err() {
            return self.gathered.truncate(before);
        }
        self.gathered.push(b'\n');
        let size = u64::try_from(self.gathered.len() - before).unwrap_or(u64::MAX);
        if size > self.left {
            // A recording that ends is of use; one with a hole is not.
            self.gathered.truncate(before);
            self.left = 0;
        }
        self.left = self.left.saturating_sub(size);
        if self.gathered.len() >= GATHERED {
            self.flush();
        }
    }

    pub(super) fn flush(&mut self) {
        if let Some(file) = &mut self.file
            && !self.gathered.is_empty()
            && file.write_all(&self.gathered).is_err()
        {
            self.file = None;
        }
        self.gathered.clear();
    }
}

impl Drop for WireLog {
    fn drop(&mut self) {
        self.flush();
    }
}
