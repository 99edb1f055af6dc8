//! The driver's end of the desk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::call::{Call, CallFault, MOST_LINE, Sealed};
use super::files::{Files, read_at};
use super::heard::{Finding, Heard, Said};
use super::ids::{CallId, DeskToken};
use super::reply::{Reply, TOO_MANY, WRONG_TOKEN};
use super::server::{ServerCommand, this_program};

/// How many calls of one attempt are heard.
const MOST_CALLS: u32 = 2000;

/// How many findings of one attempt are told.
const MOST_FINDINGS: u32 = 100;

/// How much is read in one go, and how often in one poll: an agent that writes faster than this is heard later.
const CHUNK: usize = 2 * MOST_LINE;
const MOST_CHUNKS: usize = 16;

/// The desk of one attempt.
#[derive(Debug)]
pub struct Desk {
    dir: PathBuf,
    token: DeskToken,
    files: Files,
    cursor: Cursor,
    /// Calls that this driver heard. Those of a driver before it have their replies.
    known: BTreeSet<CallId>,
    findings: u32,
    /// The file could not be read the last time, which is told once.
    unreadable: bool,
}

/// How far the file was read. Kept beside it, so that a driver that comes after this one goes on here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    /// All before this was read, in bytes.
    offset: u64,
    /// How many calls were heard.
    calls: u32,
    /// What is at the offset belongs to a line that is too long to be one.
    #[serde(default)]
    in_long_line: bool,
}

impl Desk {
    /// Opens the desk in `dir`, which is made when it is not there, for this user alone. A driver that is started
    /// again opens it with the same token, and hears only what was not heard before.
    ///
    /// # Errors
    /// When the directory cannot be made, or is not one.
    pub fn open(dir: &Path, token: DeskToken) -> io::Result<Self> {
        let files = Files::open(dir)?;
        let cursor = files.cursor().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(Self {
            dir: dir.to_owned(),
            token,
            files,
            cursor: cursor.unwrap_or_default(),
            known: BTreeSet::new(),
            findings: 0,
            unreadable: false,
        })
    }

    /// A token for a new desk.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn token() -> io::Result<DeskToken> {
        DeskToken::random()
    }

    /// How the agent starts its end of the desk: this very program.
    ///
    /// # Errors
    /// When the system cannot say which program this is, or a path cannot be passed on.
    pub fn server(&self) -> io::Result<ServerCommand> {
        self.server_at(&this_program()?)
    }

    /// How the agent starts its end of the desk with another program that calls [`super::desk_main`].
    ///
    /// # Errors
    /// When a path cannot be passed on.
    pub fn server_at(&self, program: &Path) -> io::Result<ServerCommand> {
        ServerCommand::new(program, &self.dir, &self.token)
    }

    /// The variables that the server needs, for agents that pass their own environment on to it.
    ///
    /// # Errors
    /// When the path of the desk cannot be passed on.
    pub fn environment(&self) -> io::Result<BTreeMap<String, String>> {
        Ok(self.server_at(Path::new("/"))?.env)
    }

    /// Hears what was said since the last time and replies to it. `answers` is called once for each call. What it
    /// returns is written before this returns. Nothing that is in the file makes this fail; it gives findings.
    pub fn poll(&mut self, now: Timestamp, answers: &mut dyn FnMut(&Call) -> Reply) -> Vec<Heard> {
        let before = self.cursor;
        let mut round = Round { now, answers, heard: Vec::new() };
        match self.files.calls() {
            Ok((file, length)) => self.read(&file, length, &mut round),
            Err(error) => self.cannot_read(&error, &mut round),
        }
        if self.cursor != before {
            let kept = serde_json::to_vec(&self.cursor).map_err(io::Error::from);
            // Without it the next driver reads again, and knows by the replies what was heard.
            let _not_kept = kept.and_then(|bytes| self.files.keep_cursor(&bytes));
        }
        round.heard
    }

    fn read(&mut self, file: &File, length: u64, round: &mut Round<'_>) {
        if length < self.cursor.offset {
            self.cursor = Cursor { calls: self.cursor.calls, ..Cursor::default() };
            self.find(round, Finding::CutOff);
        }
        let mut buffer = Vec::new();
        for _ in 0..MOST_CHUNKS {
            if length <= self.cursor.offset {
                return;
            }
            buffer.resize(CHUNK, 0);
            let read = match read_at(file, &mut buffer, self.cursor.offset) {
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(error) => return self.cannot_read(&error, round),
            };
            self.unreadable = false;
            let taken = self.take(read, round);
            if taken == 0 {
                return;
            }
            self.cursor.offset = self.cursor.offset.saturating_add(u64::try_from(taken).unwrap_or_default());
        }
    }

    fn cannot_read(&mut self, error: &io::Error, round: &mut Round<'_>) {
        if !std::mem::replace(&mut self.unreadable, true) {
            self.find(round, Finding::Unreadable { kind: error.kind() });
        }
    }

    /// Takes the lines that are complete and says how many bytes they were. What is left is the beginning of one.
    fn take(&mut self, bytes: &[u8], round: &mut Round<'_>) -> usize {
        let mut taken = 0;
        while let Some((line, _)) = bytes.get(taken..).and_then(split_line) {
            taken += line.len() + 1;
            if std::mem::take(&mut self.cursor.in_long_line) {
                continue;
            }
            if !line.is_empty() {
                self.line(line, round);
            }
        }
        let rest = bytes.len() - taken;
        if rest <= MOST_LINE && !self.cursor.in_long_line {
            return taken;
        }
        if !std::mem::replace(&mut self.cursor.in_long_line, true) {
            self.find(round, CallFault::Long.into());
        }
        bytes.len()
    }

    fn line(&mut self, line: &[u8], round: &mut Round<'_>) {
        let sealed = match Sealed::read(line) {
            Ok(sealed) => sealed,
            Err(fault) => return self.find(round, fault.into()),
        };
        let Sealed { id, token, tool, arguments } = sealed;
        if self.known.contains(&id) || self.files.is_answered(&id) {
            return;
        }
        if token != self.token {
            self.reply(&id, &Reply::refused(WRONG_TOKEN), round);
            return self.find(round, Finding::WrongToken);
        }
        if self.cursor.calls >= MOST_CALLS {
            return self.reply(&id, &Reply::refused(TOO_MANY), round);
        }
        match Call::parse(&tool, &arguments) {
            Ok(call) => {
                self.known.insert(id.clone());
                let reply = (round.answers)(&call);
                self.reply(&id, &reply, round);
                round.heard.push(Heard { at: round.now, said: Said::Call { id, call } });
                self.cursor.calls += 1;
                if self.cursor.calls == MOST_CALLS {
                    self.find(round, Finding::TooManyCalls { most: MOST_CALLS });
                }
            }
            Err(fault) => {
                self.reply(&id, &Reply::refused(fault.to_string()), round);
                self.find(round, fault.into());
            }
        }
    }

    fn reply(&mut self, id: &CallId, reply: &Reply, round: &mut Round<'_>) {
        if let Err(error) = self.files.reply(id, &reply.bytes()) {
            self.find(round, Finding::NoReply { kind: error.kind() });
        }
    }

    fn find(&mut self, round: &mut Round<'_>, finding: Finding) {
        self.findings = self.findings.saturating_add(1);
        let finding = match self.findings {
            1..MOST_FINDINGS => finding,
            MOST_FINDINGS => Finding::AndMore,
            _ => return,
        };
        round.heard.push(Heard { at: round.now, said: Said::Finding(finding) });
    }
}

/// What one poll has at hand.
struct Round<'r> {
    now: Timestamp,
    answers: &'r mut dyn FnMut(&Call) -> Reply,
    heard: Vec<Heard>,
}

/// A line without its end mark, and what follows.
fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}
