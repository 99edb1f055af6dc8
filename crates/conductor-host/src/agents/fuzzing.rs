//! Doors to what is private here, for the fuzzers in `fuzz/` and for the test that goes through what they have found so
//! far. No program is built with them.
//!
//! Each takes any bytes and panics when something that always holds does not.

use std::path::Path;

use conductor_engine::agent_event::{AgentEvent, Heard, Stream};
use conductor_engine::attempt::Usage;
use jiff::Timestamp;
use serde_json::Value;

use super::judge::judge;
use super::pipes::Line;
use super::profile::{ProfileKind, ProgramProfile, profiles};
use super::speakers::{Opening, speaker_for};
use super::watch::Watch;
use super::{contract, desk, headless, result_file};
use crate::config::Config;
use crate::process::Exit;
use crate::transcript::{self, Entry};

/// Whose lines they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Claude Code.
    Claude,
    /// Codex CLI.
    Codex,
    /// Gemini CLI.
    Gemini,
    /// OpenCode.
    Opencode,
    /// Any agent that speaks the protocol.
    Acp,
    /// A program of which nothing is known.
    Plain,
}

impl Program {
    /// The name of its target.
    pub const ALL: [(&'static str, Self); 6] = [
        ("claude", Self::Claude),
        ("codex", Self::Codex),
        ("gemini", Self::Gemini),
        ("opencode", Self::Opencode),
        ("acp", Self::Acp),
        ("plain", Self::Plain),
    ];

    fn profile(self) -> ProgramProfile {
        let (adapter, preset) = match self {
            Self::Claude => ("headless", Some("claude")),
            Self::Codex => ("headless", Some("codex")),
            Self::Gemini => ("headless", Some("gemini")),
            Self::Opencode => ("headless", Some("opencode")),
            Self::Acp => ("acp", None),
            Self::Plain => ("command", None),
        };
        let mut agent = serde_json::json!({"run": "x", "adapter": adapter});
        if let Some(preset) = preset {
            agent["preset"] = preset.into();
        }
        let value = serde_json::json!({"orchestration": {"agents": {"fuzzed": agent}}});
        let config = Config::from_value(&value).ok();
        let all = config.and_then(|config| profiles(&config.orchestration.agents, &|_| false).ok());
        let own = all.into_iter().flatten().find(|profile| profile.label.name == "fuzzed");
        match own.map(|profile| profile.kind) {
            Some(ProfileKind::Program(program)) => *program,
            Some(ProfileKind::Replay { .. }) | None => panic!("no profile for {self:?}"),
        }
    }
}

/// The most lines of one input.
const MOST_LINES: usize = 500;

/// No event is longer, as JSON: the longest have fifty paths, or two hundred steps, and a byte may become six.
const MOST_EVENT: usize = 200 * 6 * 17 * 1024;

/// A whole conversation: the lines of a program, then its exit, by the first byte. A line that begins with `!` came on
/// standard error; `<` is a request to end the turn, `>` another prompt. In lines of the protocol `"@"` stands for the
/// id of the last request that was sent.
pub fn talk(program: Program, bytes: &[u8]) {
    let Some((exit, lines)) = bytes.split_first() else { return };
    let profile = program.profile();
    let opening = Opening {
        workspace: Path::new("/ws"),
        session: (exit & 0x80 != 0).then_some("s"),
        prompt: "Do it.",
        server: None,
        usage: Usage::default(),
        totals: Usage::default(),
    };
    let mut speaker = speaker_for(&profile, opening);
    let (mut heard, mut watch, mut id, mut end) = (Heard::default(), Watch::begin(None), Value::Null, None);
    for line in lines.split(|byte| *byte == b'\n').take(MOST_LINES) {
        let mut events = Vec::new();
        last_id(&speaker.outgoing(), &mut id);
        match line.split_first() {
            Some((b'!', line)) => speaker.line(Stream::Stderr, Line::Text(line), &mut events),
            Some((b'<', [])) => drop(speaker.cancel()),
            Some((b'>', [])) => drop(speaker.prompt("And this.")),
            _ => speaker.line(Stream::Stdout, Line::Text(&with_id(line, &id)), &mut events),
        }
        last_id(&speaker.outgoing(), &mut id);
        end = speaker.turn_end(&mut events).or(end);
        hear(events, &mut heard, &mut watch);
    }
    let exit = if exit & 0x40 == 0 { Exit::Code((exit & 0x3f).into()) } else { Exit::Signal(9) };
    let mut events = Vec::new();
    let last = speaker.exited(exit, &mut events);
    hear(events, &mut heard, &mut watch);
    let words = speaker.last_words().unwrap_or_else(|| heard.last_words()).to_owned();
    let _any = judge(end.unwrap_or(last), &heard, &words, &result_file::AgentResult::default());
}

fn hear(events: Vec<AgentEvent>, heard: &mut Heard, watch: &mut Watch) {
    watch.saw(1, &events);
    let _any = watch.alarm(heard.is_in_tool());
    for event in events {
        heard.hear(&event);
        keep(event);
    }
}

/// What is written down is read back as it was.
fn keep(event: AgentEvent) {
    let entry = Entry { v: conductor_engine::agent_event::VERSION, at: Timestamp::UNIX_EPOCH, event };
    let text = serde_json::to_string(&entry).unwrap_or_else(|error| panic!("{error}: {entry:?}"));
    assert!(text.len() <= MOST_EVENT, "an event of {} bytes", text.len());
    let back: Entry = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(back, entry);
}

fn last_id(sent: &[u8], id: &mut Value) {
    for line in sent.split(|byte| *byte == b'\n') {
        let message: Value = serde_json::from_slice(line).unwrap_or_default();
        if message.get("method").is_some()
            && let Some(new) = message.get("id")
        {
            *id = new.clone();
        }
    }
}

fn with_id(line: &[u8], id: &Value) -> Vec<u8> {
    match memchr::memmem::find(line, b"\"@\"") {
        Some(at) => {
            let (before, after) = line.split_at(at);
            [before, id.to_string().as_bytes(), after.get(3..).unwrap_or_default()].concat()
        }
        None => line.to_vec(),
    }
}

/// A line of the contract.
pub fn contract_line(bytes: &[u8]) {
    match contract::read(bytes) {
        Some(contract::Said::Event(event) | contract::Said::Broken(event)) => keep(event),
        None => {}
    }
}

/// The objects of a line, one of which may have been printed into another one.
pub fn values(bytes: &[u8]) {
    let values = headless::values(bytes);
    assert!(values.len() <= 2 && values.iter().all(Value::is_object), "{values:?}");
}

/// A result file.
pub fn result(bytes: &[u8]) {
    if let Some(result) = result_file::parse(bytes) {
        assert!(result.message.is_none_or(|text| text.chars().count() <= result_file::MOST_TEXT + 1));
        assert!(result.usage.cost_micros.is_none_or(|cost| cost <= 1_000_000_000_000));
    }
}

/// A line of the desk.
pub fn call(bytes: &[u8]) {
    if let Ok(envelope) = desk::parse_call(bytes) {
        assert!(envelope.call.tool().name().parse::<u64>().is_err());
    }
}

/// What stands in the file of a transcript.
pub fn transcript_file(path: &Path, bytes: &[u8]) {
    if std::fs::write(path, bytes).is_err() {
        return;
    }
    let mut cursor = 0;
    while let Ok(page) = transcript::read(path, cursor) {
        assert!(cursor <= page.cursor && page.cursor <= u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if page.cursor == cursor {
            return;
        }
        cursor = page.cursor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the fuzzers have found so far, target by target.
    #[test]
    fn everything_that_was_found_is_survived() {
        let dir = tempfile::tempdir().unwrap();
        let corpus = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus"));
        let mut count = 0;
        for target in std::fs::read_dir(corpus).unwrap() {
            let target = target.unwrap();
            let name = target.file_name().into_string().unwrap();
            for file in std::fs::read_dir(target.path()).unwrap() {
                let bytes = std::fs::read(file.unwrap().path()).unwrap();
                count += 1;
                match (Program::ALL.iter().find(|(own, _)| *own == name), name.as_str()) {
                    (Some((_, program)), _) => talk(*program, &bytes),
                    // Documents and plans: a test of `conductor-plan` goes through these.
                    (None, name) if name.starts_with("document_") || name.starts_with("plan_") => {}
                    (None, "contract") => contract_line(&bytes),
                    (None, "values") => values(&bytes),
                    (None, "result") => result(&bytes),
                    (None, "call") => call(&bytes),
                    (None, "transcript") => transcript_file(&dir.path().join("t.jsonl"), &bytes),
                    (None, _) => panic!("no target is called {name}"),
                }
            }
        }
        assert!(count > 100, "{count} files in {}", corpus.display());
    }
}
