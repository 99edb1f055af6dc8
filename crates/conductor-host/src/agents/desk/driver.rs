//! The driver's end of the desk.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::call::{Call, CallFault, MOST_LINE, Sealed};
use super::files::{Files, read_at};
use super::heard::{Finding, Heard, Said};
use super::ids::{CallId, DeskToken};
use super::reply::{Reply, TOO_MANY, WRONG_TOKEN};
use super::server::{ServerCommand, this_program};

/// How many calls of one attempt are heard.
const MOST_CALLS: usize = 2000;

/// How many calls of one attempt are told that they are refused: each reply is a file.
const MOST_REFUSALS: u32 = 500;

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
    /// All before this was read, in bytes.
    offset: u64,
    /// What is at the offset belongs to a line that is too long to be one.
    in_long_line: bool,
    /// Calls that were heard; the file may come to be read again.
    known: BTreeSet<CallId>,
    findings: u32,
    refusals: u32,
    /// The file could not be read the last time, which is told once.
    unreadable: bool,
}

impl Desk {
    /// Opens a desk in `dir`, which is made when it is not there, for this user alone.
    ///
    /// # Errors
    /// When the directory cannot be made, or is not one.
    pub fn open(dir: &Path, token: DeskToken) -> io::Result<Self> {
        Ok(Self {
            dir: dir.to_owned(),
            token,
            files: Files::open(dir)?,
            offset: 0,
            in_long_line: false,
            known: BTreeSet::new(),
            findings: 0,
            refusals: 0,
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
        let mut round = Round { now, answers, heard: Vec::new() };
        match self.files.calls() {
            Ok((file, length)) => self.read(&file, length, &mut round),
            Err(error) => self.cannot_read(&error, &mut round),
        }
        round.heard
    }

    fn read(&mut self, file: &File, length: u64, round: &mut Round<'_>) {
        if length < self.offset {
            self.offset = 0;
            self.in_long_line = false;
            self.find(round, Finding::CutOff);
        }
        let mut buffer = Vec::new();
        for _ in 0..MOST_CHUNKS {
            if length <= self.offset {
                return;
            }
            buffer.resize(CHUNK, 0);
            let read = match read_at(file, &mut buffer, self.offset) {
                Ok(read) => buffer.get(..read).unwrap_or_default(),
                Err(error) => return self.cannot_read(&error, round),
            };
            self.unreadable = false;
            let taken = self.take(read, round);
            if taken == 0 {
                return;
            }
            self.offset = self.offset.saturating_add(u64::try_from(taken).unwrap_or_default());
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
            if std::mem::take(&mut self.in_long_line) {
                continue;
            }
            if !line.is_empty() {
                self.line(line, round);
            }
        }
        let rest = bytes.len() - taken;
        if rest <= MOST_LINE && !self.in_long_line {
            return taken;
        }
        if !std::mem::replace(&mut self.in_long_line, true) {
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
        if self.known.contains(&id) {
            return;
        }
        if token != self.token {
            self.refuse(&id, WRONG_TOKEN, round);
            return self.find(round, Finding::WrongToken);
        }
        if self.known.len() >= MOST_CALLS {
            return self.refuse(&id, TOO_MANY, round);
        }
        match Call::parse(&tool, &arguments) {
            Ok(call) => {
                self.known.insert(id.clone());
                let reply = (round.answers)(&call);
                self.reply(&id, &reply, round);
                round.heard.push(Heard { at: round.now, said: Said::Call { id, call } });
                if self.known.len() == MOST_CALLS {
                    self.find(round, Finding::TooManyCalls { most: MOST_CALLS });
                }
            }
            Err(fault) => {
                self.refuse(&id, &fault.to_string(), round);
                self.find(round, fault.into());
            }
        }
    }

    /// Who goes on and on waits in vain.
    fn refuse(&mut self, id: &CallId, why: &str, round: &mut Round<'_>) {
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals <= MOST_REFUSALS {
            self.reply(id, &Reply::refused(why), round);
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

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use proptest::prelude::*;
    use serde_json::json;

    use super::super::files::{CALLS, REPLIES, reply_name};
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    struct Place {
        dir: tempfile::TempDir,
        token: DeskToken,
    }

    impl Place {
        fn new() -> Self {
            Self { dir: tempfile::tempdir().unwrap(), token: DeskToken::random().unwrap() }
        }

        fn path(&self) -> PathBuf {
            self.dir.path().join("desk")
        }

        fn desk(&self) -> Desk {
            Desk::open(&self.path(), self.token.clone()).unwrap()
        }

        fn write(&self, bytes: &[u8]) {
            let path = self.path().join(CALLS);
            OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
        }

        fn note(&self, token: &DeskToken) -> (CallId, Vec<u8>) {
            let id = CallId::random().unwrap();
            let serde_json::Value::Object(arguments) = json!({"text": "x"}) else { unreachable!() };
            let sealed = Sealed { id: id.clone(), token: token.clone(), tool: "note".into(), arguments };
            (id, sealed.line().unwrap())
        }

        fn said(&self) -> (CallId, Vec<u8>) {
            self.note(&self.token)
        }

        fn reply(&self, id: &CallId) -> Option<Reply> {
            let bytes = std::fs::read(self.path().join(REPLIES).join(reply_name(id))).ok()?;
            serde_json::from_slice(&bytes).ok()
        }
    }

    /// What was heard, in a word each.
    fn hear(desk: &mut Desk) -> Vec<String> {
        let heard = desk.poll(NOW, &mut |_| Reply::text("ok"));
        let word = |heard: Heard| match heard.said {
            Said::Call { call, .. } => call.tool().name().to_owned(),
            Said::Finding(finding) => finding.to_string(),
        };
        heard.into_iter().map(word).collect()
    }

    #[test]
    fn a_call_is_heard_once_when_its_line_is_whole_and_answered() {
        let place = Place::new();
        let mut desk = place.desk();
        assert!(hear(&mut desk).is_empty());
        let (first, line) = place.said();
        place.write(&line);
        assert_eq!(hear(&mut desk), ["note"]);
        assert_eq!(place.reply(&first), Some(Reply::text("ok")));
        place.write(&line);
        assert!(hear(&mut desk).is_empty(), "an id twice");
        let (_, second) = place.said();
        let (half, rest) = second.split_at(20);
        place.write(half);
        assert!(hear(&mut desk).is_empty(), "a line that is not whole");
        place.write(rest);
        assert_eq!(hear(&mut desk), ["note"]);
        assert!(hear(&mut desk).is_empty());
    }

    #[test]
    fn what_is_no_call_of_this_attempt_is_found_and_refused() {
        let place = Place::new();
        let mut desk = place.desk();
        let (foreign, line) = place.note(&DeskToken::random().unwrap());
        place.write(b"garbage\n\n\xff\xfe\n");
        place.write(&line);
        let id = CallId::random().unwrap();
        let unknown = Sealed {
            id: id.clone(),
            token: place.token.clone(),
            tool: "done".into(),
            arguments: serde_json::Map::new(),
        };
        place.write(&unknown.line().unwrap());
        insta::assert_snapshot!(hear(&mut desk).join("\n"), @r"
        a call could not be heard: the line is not a call
        a call could not be heard: the line is not a call
        a call was refused: it does not have the token of this attempt
        a call could not be heard: there is no such tool; there are task, related, ask, block, progress, note and submit
        ");
        assert_eq!(place.reply(&foreign), Some(Reply::refused(WRONG_TOKEN)));
        assert!(matches!(place.reply(&id), Some(Reply::Refused { .. })));
    }

    #[test]
    fn a_line_without_an_end_is_passed_over_at_little_cost() {
        let place = Place::new();
        let mut desk = place.desk();
        place.write(&vec![b'x'; CHUNK * (MOST_CHUNKS + 1)]);
        let long = "a call could not be heard: the call is longer than 65536 bytes; say it in fewer words";
        assert_eq!(hear(&mut desk), [long]);
        assert!(hear(&mut desk).is_empty());
        let (_, line) = place.said();
        place.write(b"\n");
        place.write(&line);
        assert_eq!(hear(&mut desk), ["note"]);
    }

    #[test]
    fn calls_and_findings_have_a_bound() {
        let place = Place::new();
        let mut desk = place.desk();
        place.write(&b"?\n".repeat(500));
        let found = hear(&mut desk);
        assert_eq!(found.len(), 100);
        assert_eq!(found.last().unwrap(), &Finding::AndMore.to_string());
        desk.known = (1..MOST_CALLS).map(|_| CallId::random().unwrap()).collect();
        desk.findings = 0;
        let (_, last) = place.said();
        let (over, beyond) = place.said();
        place.write(&last);
        place.write(&beyond);
        assert_eq!(hear(&mut desk), ["note", &Finding::TooManyCalls { most: MOST_CALLS }.to_string()]);
        assert_eq!(place.reply(&over), Some(Reply::refused(TOO_MANY)));
        desk.refusals = MOST_REFUSALS;
        let (unheard, line) = place.said();
        place.write(&line);
        assert!(hear(&mut desk).is_empty());
        assert_eq!(place.reply(&unheard), None);
    }

    #[test]
    fn a_file_that_is_gone_cut_off_or_not_a_file_is_a_finding_told_once() {
        let place = Place::new();
        let mut desk = place.desk();
        let (_, line) = place.said();
        place.write(&line);
        assert_eq!(hear(&mut desk), ["note"]);
        let calls = place.path().join(CALLS);
        std::fs::write(&calls, "").unwrap();
        assert_eq!(hear(&mut desk), ["the file of calls was cut off; it is read again from its beginning"]);
        place.write(&line);
        assert!(hear(&mut desk).is_empty(), "it was heard before");
        std::fs::remove_file(&calls).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &calls).unwrap();
        assert_eq!(hear(&mut desk).len(), 1);
        assert!(hear(&mut desk).is_empty());
    }

    #[test]
    fn nothing_is_written_through_a_link_that_an_agent_made() {
        let place = Place::new();
        let mut desk = place.desk();
        let other = place.dir.path().join("other");
        std::fs::create_dir(&other).unwrap();
        let (id, line) = place.said();
        place.write(&line);
        let replies = place.path().join(REPLIES);
        std::fs::rename(&replies, place.path().join("moved")).unwrap();
        std::os::unix::fs::symlink(&other, &replies).unwrap();
        assert_eq!(hear(&mut desk), ["note"]);
        assert!(std::fs::read_dir(&other).unwrap().next().is_none());
        assert!(place.path().join("moved").join(reply_name(&id)).is_file());
        assert!(Desk::open(&place.path(), place.token.clone()).is_err(), "a link is no directory of a desk");
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_deaf(pieces in proptest::collection::vec(any::<Vec<u8>>(), 0..8)) {
            let place = Place::new();
            let mut desk = place.desk();
            for piece in pieces {
                place.write(&piece);
                let _whatever = hear(&mut desk);
            }
            let (_, line) = place.said();
            place.write(b"\n");
            place.write(&line);
            let heard = hear(&mut desk);
            prop_assert_eq!(heard.last().map(String::as_str), Some("note"));
        }
    }
}
