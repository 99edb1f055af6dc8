//! Transcripts: what an attempt said and did, one JSON value per line, only ever appended to.
//!
//! Text is kept as it came, control characters included (JSON escapes them): whoever shows it on a terminal
//! escapes it there.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use conductor_engine::agent_event::VERSION;
pub use conductor_engine::agent_event::{AgentEvent as Event, Stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::secrets::Masker;
use Part::{Message, Thought};

/// How much one read returns at most, in bytes of the file.
const CHUNK: u64 = 4 * 1024 * 1024;

/// One line of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The version of the line's form.
    pub v: u32,
    /// When it was written down.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// Why a transcript could not be written or read.
#[derive(Debug, Error)]
#[error("cannot {doing} the transcript {}: {source}", path.display())]
pub struct TranscriptError {
    doing: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// Appends to a transcript.
#[derive(Debug)]
pub struct Writer {
    file: File,
    path: PathBuf,
    /// Bytes that may still be written of what the agent says.
    left: u64,
    full: bool,
    masker: Masker,
    /// The end of a message that comes in parts, while a secret may go on in the next one.
    held: Option<Event>,
}

impl Writer {
    /// Opens or begins the transcript at `path`. Once it holds `limit` bytes, what an agent says is left out.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path, limit: u64) -> Result<Self, TranscriptError> {
        let failed = |source| TranscriptError { doing: "open", path: path.to_owned(), source };
        if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
            // An agent left a link or a pipe there, in a try that was interrupted.
            std::fs::remove_file(path).map_err(failed)?;
        }
        let mut file = OpenOptions::new().create(true).append(true).read(true).open(path).map_err(failed)?;
        let length = file.metadata().map_err(failed)?.len();
        // A line that a crash tore is ended here, so that it cannot swallow the first one of ours.
        if length > 0 && !ends_with_newline(&mut file).map_err(failed)? {
            file.write_all(b"\n").map_err(failed)?;
        }
        Ok(Self {
            file,
            path: path.to_owned(),
            left: limit.saturating_sub(length),
            full: false,
            masker: Masker::default(),
            held: None,
        })
    }

    /// The same, which masks these secrets too, and not only those of known shapes.
    #[must_use]
    pub fn masking(mut self, masker: Masker) -> Self {
        self.masker = masker;
        self
    }

    /// Appends events in one write, all with the time `at`; what does not fit is left out.
    ///
    /// # Errors
    /// When the file cannot be written; part of the last line may be in it then.
    pub fn append(
        &mut self,
        at: Timestamp,
        events: impl IntoIterator<Item = Event>,
    ) -> Result<(), TranscriptError> {
        let mut lines = Vec::new();
        let mut whole = Vec::new();
        for event in events {
            self.join(event, &mut whole);
        }
        for event in whole {
            if self.full {
                break;
            }
            let before = lines.len();
            self.line(&mut lines, at, event)?;
            let size = u64::try_from(lines.len() - before).unwrap_or(u64::MAX);
            if size > self.left {
                lines.truncate(before);
                self.left = 0;
                self.full = true;
                self.line(&mut lines, at, Event::Full)?;
            } else {
                self.left = self.left.saturating_sub(size);
            }
        }
        if lines.is_empty() { Ok(()) } else { self.file.write_all(&lines).map_err(|e| self.failed(e)) }
    }

    /// Appends events of Conductor's own, however full the file is: how an attempt began and how it ended.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn append_always(
        &mut self,
        at: Timestamp,
        events: impl IntoIterator<Item = Event>,
    ) -> Result<(), TranscriptError> {
        let mut lines = Vec::new();
        if let Some(held) = self.held.take().filter(|_| !self.full) {
            self.line(&mut lines, at, held)?;
        }
        for event in events {
            self.line(&mut lines, at, event)?;
        }
        self.file.write_all(&lines).map_err(|e| self.failed(e))
    }

    /// Puts the parts of a message together as far as a secret may go over their seams: what is held back is at most
    /// its last word, or the beginning of a private key.
    fn join(&mut self, event: Event, whole: &mut Vec<Event>) {
        let (text, part) = match (self.held.take(), event) {
            (Some(Event::Message { text: held, .. }), Event::Message { text, part: true }) => {
                (held + &text, Message)
            }
            (Some(Event::Thought { text: held, .. }), Event::Thought { text, part: true }) => {
                (held + &text, Thought)
            }
            (held, Event::Message { text, part: true }) => {
                whole.extend(held);
                (text, Message)
            }
            (held, Event::Thought { text, part: true }) => {
                whole.extend(held);
                (text, Thought)
            }
            (held, event) => {
                whole.extend(held);
                whole.push(event);
                return;
            }
        };
        let (done, open) = text.split_at(sure_end(&text));
        let make = |text: &str| {
            let text = text.to_owned();
            match part {
                Message => Event::Message { text, part: true },
                Thought => Event::Thought { text, part: true },
            }
        };
        whole.extend((!done.is_empty()).then(|| make(done)));
        self.held = (!open.is_empty()).then(|| make(open));
    }

    fn line(&self, lines: &mut Vec<u8>, at: Timestamp, event: Event) -> Result<(), TranscriptError> {
        let failed = |e: serde_json::Error| self.failed(e.into());
        let mut entry = serde_json::to_value(Entry { v: VERSION, at, event }).map_err(failed)?;
        self.masker.mask_json(&mut entry);
        serde_json::to_writer(&mut *lines, &entry).map_err(failed)?;
        lines.push(b'\n');
        Ok(())
    }

    fn failed(&self, source: io::Error) -> TranscriptError {
        TranscriptError { doing: "write", path: self.path.clone(), source }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without an end there is nobody else who writes it.
        let held = self.held.take().filter(|_| !self.full);
        let mut lines = Vec::new();
        if let Some(held) = held
            && self.line(&mut lines, crate::clock::now(), held).is_ok()
        {
            let _not_written = self.file.write_all(&lines);
        }
    }
}

/// Which sort of text comes in parts.
#[derive(Clone, Copy)]
enum Part {
    Message,
    Thought,
}

/// The most of a text that is held back, in bytes.
const MOST_HELD: usize = 16 * 1024;

/// How much of a text is sure not to be the beginning of a secret that goes on in the next part.
fn sure_end(text: &str) -> usize {
    let word = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let word = text.get(word..).map_or(text.len(), |_| word);
    let key =
        text.rfind("-----BEGIN ").filter(|at| text.get(*at..).is_none_or(|rest| !rest.contains("-----END ")));
    let end = key.map_or(word, |key| key.min(word));
    if text.len() - end > MOST_HELD { text.len() } else { end }
}

/// What one read of a transcript gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The entries, in order.
    pub entries: Vec<Entry>,
    /// Where the next read goes on. It does not move over a line that is not finished yet.
    pub cursor: u64,
    /// Lines that could not be understood: torn by a crash, or of a newer version.
    pub skipped: usize,
    /// Whether there is more to read at once.
    pub more: bool,
}

/// Reads what was appended to the transcript at `path` since `cursor` (0 for the beginning), some megabytes at
/// most. A file that is not there yet is empty; a cursor beyond the end gives nothing.
///
/// # Errors
/// When the file is there and cannot be read.
pub fn read(path: &Path, cursor: u64) -> Result<Page, TranscriptError> {
    let failed = |source| TranscriptError { doing: "read", path: path.to_owned(), source };
    let mut page = Page { entries: Vec::new(), cursor, skipped: 0, more: false };
    if path.symlink_metadata().is_ok_and(|found| !found.is_file()) {
        // Not ours: opening a pipe would wait for somebody who writes.
        return Ok(page);
    }
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(page),
        Err(error) => return Err(failed(error)),
    };
    file.seek(SeekFrom::Start(cursor)).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(CHUNK).read_to_end(&mut bytes).map_err(failed)?;
    page.more = u64::try_from(bytes.len()).unwrap_or(u64::MAX) == CHUNK;
    let Some(end) = bytes.iter().rposition(|b| *b == b'\n') else {
        // No line of ours is that long: what is here is not a transcript, and is stepped over.
        if page.more {
            page.cursor += CHUNK;
            page.skipped = 1;
        }
        return Ok(page);
    };
    let whole = bytes.get(..=end).unwrap_or_default();
    page.cursor += u64::try_from(whole.len()).unwrap_or_default();
    for line in whole.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
        match serde_json::from_slice(line) {
            Ok(entry) => page.entries.push(entry),
            Err(_) => page.skipped += 1,
        }
    }
    Ok(page)
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

#[cfg(test)]
mod tests {
    use conductor_engine::attempt::Usage;
    use proptest::prelude::*;
    use tempfile::TempDir;

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn output(line: &str) -> Event {
        Event::Output { stream: Stream::Stdout, line: line.to_owned() }
    }

    fn events(page: &Page) -> Vec<Event> {
        page.entries.iter().map(|entry| entry.event.clone()).collect()
    }

    #[test]
    fn lines_have_a_stable_form_and_keep_control_characters_as_data() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("t.jsonl");
        let usage = Usage { input_tokens: Some(3), output_tokens: None, cost_micros: Some(4) };
        let all = [
            Event::Started { agent: "claude".into(), replay: false, run: "1.2".into(), attempt: 1 },
            Event::Message { text: "hi".into(), part: false },
            output("\u{1b}[2Jx\u{0}\r"),
            Event::Usage { usage },
            Event::Question { text: "which?".into(), options: Vec::new() },
            Event::End { outcome: "finished".into() },
            Event::Full,
        ];
        Writer::open(&path, 10_000).unwrap().append(AT, all.clone()).unwrap();
        assert_eq!(events(&read(&path, 0).unwrap()), all);
        insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap().trim(), @r#"
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"started","agent":"claude","replay":false,"run":"1.2","attempt":1}}
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"message","text":"hi"}}
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"output","stream":"stdout","line":"\u001b[2Jx\u0000\r"}}
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"usage","usage":{"input_tokens":3,"output_tokens":null,"cost_micros":4}}}
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"question","text":"which?"}}
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"end","outcome":"finished"}}
        {"v":3,"at":"1970-01-01T00:00:00Z","event":{"kind":"full"}}
        "#);
    }

    #[test]
    fn a_torn_line_is_waited_for_and_after_a_crash_stepped_over() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("t.jsonl");
        assert_eq!(read(&path, 0).unwrap().cursor, 0);
        Writer::open(&path, 10_000).unwrap().append(AT, [output("a")]).unwrap();
        let whole = read(&path, 0).unwrap();
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"v\":1,\"at\"").unwrap();
        let torn = read(&path, whole.cursor).unwrap();
        assert_eq!((torn.entries.len(), torn.cursor, torn.skipped), (0, whole.cursor, 0));
        Writer::open(&path, 10_000).unwrap().append(AT, [output("b")]).unwrap();
        let after = read(&path, whole.cursor).unwrap();
        assert_eq!((events(&after), after.skipped), (vec![output("b")], 1));
        assert_eq!(read(&path, after.cursor).unwrap().entries, []);
        assert_eq!(read(&path, 1_000_000).unwrap().entries, []);
    }

    #[test]
    fn a_full_transcript_still_takes_the_end() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("t.jsonl");
        let mut writer = Writer::open(&path, 200).unwrap();
        let end = Event::End { outcome: "finished".into() };
        for line in ["a", "b", &"c".repeat(500), "d"] {
            writer.append(AT, [output(line)]).unwrap();
        }
        writer.append_always(AT, [end.clone()]).unwrap();
        assert_eq!(events(&read(&path, 0).unwrap()), [output("a"), output("b"), Event::Full, end]);
    }

    #[test]
    fn secrets_never_reach_the_file_not_even_over_the_seams_of_parts() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("t.jsonl");
        let token = ["ghp_", "aB3dE5fG7hJ9kL1mN2pQ4rS6tU8vW0xY3zA5"].concat();
        let part = |text: &str| Event::Message { text: text.to_owned(), part: true };
        let mut writer = Writer::open(&path, 10_000).unwrap().masking(Masker::new(["my own value"]));
        writer.append(AT, [output(&format!("a {token} b")), part("I use my own value, and gh")]).unwrap();
        for piece in [&token[2..9], &token[9..30]] {
            writer.append(AT, [part(piece)]).unwrap();
        }
        writer.append(AT, [part(&format!("{} in it", &token[30..]))]).unwrap();
        writer.append(AT, [output("x")]).unwrap();
        writer.append(AT, [part("the en")]).unwrap();
        writer.append_always(AT, [Event::End { outcome: "finished".into() }]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(&token) && !text.contains("aB3d") && !text.contains("own value"), "{text}");
        let said: String = events(&read(&path, 0).unwrap())
            .into_iter()
            .map(|event| {
                if let Event::Message { text, .. } = event {
                    text
                } else if let Event::Output { line, .. } = event {
                    format!("<{line}>")
                } else {
                    format!("{event:?}")
                }
            })
            .collect();
        assert_eq!(
            said,
            "<a ******** b>I use ********, and ******** in it<x>the enEnd { outcome: \"finished\" }"
        );
    }

    #[test]
    fn what_is_no_file_is_neither_read_nor_written() {
        let dir = TempDir::new().unwrap();
        let (path, other) = (dir.path().join("t.jsonl"), dir.path().join("other"));
        std::fs::write(&other, "mine\n").unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        assert_eq!((read(&path, 0).unwrap().cursor, read(&path, 0).unwrap().skipped), (0, 0));
        Writer::open(&path, 200).unwrap().append(AT, [output("a")]).unwrap();
        assert_eq!(events(&read(&path, 0).unwrap()), [output("a")]);
        assert_eq!(std::fs::read_to_string(&other).unwrap(), "mine\n");
    }

    #[test]
    fn lines_of_the_first_version_are_still_read() {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join("t.jsonl");
        let old = r#"{"v":1,"at":"1970-01-01T00:00:00Z","event":{"kind":"message","text":"hi"}}"#;
        std::fs::write(&path, format!("{old}\n")).unwrap();
        assert_eq!(events(&read(&path, 0).unwrap()), [Event::Message { text: "hi".into(), part: false }]);
    }

    proptest! {
        #[test]
        fn any_text_survives_and_any_garbage_is_survived(lines in prop::collection::vec(any::<String>(), 0..5), garbage in any::<Vec<u8>>()) {
            let dir = TempDir::new().unwrap();
            let path = dir.path().join("t.jsonl");
            std::fs::write(&path, &garbage).unwrap();
            let all: Vec<Event> = lines.iter().map(|line| output(line)).collect();
            Writer::open(&path, 1_000_000).unwrap().append(AT, all.clone()).unwrap();
            let page = read(&path, 0).unwrap();
            prop_assert!(events(&page).ends_with(&all));
        }
    }
}
