//! What real agents said, played through the ones who understand them: without a process, without a clock. A folder of
//! `tests/fixtures/wire` is an agent and a protocol, a file is a case; its first line says how the program was started
//! and how it ended, the others are what was exchanged.
//!
//! A snapshot has everything that is made of a case: what Conductor says (`>`), the events, how each turn ended, and
//! what the attempt would have come to.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "snapshots tell a few kinds in short, and all others as they are"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use conductor_engine::agent_event::{AgentEvent, Heard, Stream};
use conductor_engine::attempt::{AttemptEnd, Usage};
use conductor_engine::detect::Watcher;
use serde::Deserialize;
use serde_json::{Value, json};

use super::catalogue::Known;
use super::judge::judge;
use super::pipes::Line;
use super::profile::{Profile, ProfileKind, ProgramProfile, Protocol, profiles};
use super::replay::{Next, Script, WORKSPACE};
use super::result_file::AgentResult;
use super::speaker::{Speaker, TurnEnd, cut_at};
use super::speakers::{Opening, speaker_for};
use super::wire::{Way, WireLine};
use crate::config::Config;
use crate::process::Exit;

/// The first line of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    known: String,
    protocol: Protocol,
    exit: Exit,
    /// The session that goes on.
    session: Option<String>,
    /// What it had used before.
    before: Option<Before>,
    /// The configured mode, where it is not the usual one.
    mode: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Before {
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_micros: Option<u64>,
}

/// Where a case's lines say the workspace is.
const PLACE: &str = "/ws";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wire")
}

fn program(head: &Head) -> ProgramProfile {
    let adapter = if head.protocol == Protocol::Acp { "acp" } else { "headless" };
    let mut agent = json!({"adapter": adapter, "preset": head.known});
    if let Some(mode) = &head.mode {
        agent["mode"] = mode.clone().into();
    }
    let config = Config::from_value(&json!({"orchestration": {"agents": {"one": agent}}})).unwrap();
    let all = profiles(&config.orchestration.agents, &|_| true).unwrap();
    let Profile { kind, .. } = all.into_iter().find(|profile| profile.label.name == "one").unwrap();
    let ProfileKind::Program(program) = kind else { panic!("not a program") };
    assert_eq!(program.known, Known::of_name(&head.known));
    *program
}

/// A case on the stage.
struct Stage {
    speaker: Box<dyn Speaker>,
    script: Script,
    heard: Heard,
    /// What real agents did here is no loop.
    watcher: Watcher,
    turn: Option<TurnEnd>,
    told: String,
    /// A message in pieces.
    pieces: String,
    /// The same once more, or more text of a program.
    again: Again,
}

/// Lines that are alike are told once.
#[derive(Debug, Default)]
struct Again {
    kind: String,
    count: u32,
}

/// How many lines of a kind are told in full: of a program's plain text, of its tries.
const MOST_ALIKE: u32 = 3;

impl Stage {
    fn new(head: &Head, lines: Vec<WireLine>) -> Self {
        let before = head.before.as_ref().map(|before| Usage {
            input_tokens: before.input_tokens,
            output_tokens: before.output_tokens,
            cost_micros: before.cost_micros,
        });
        let opening = Opening {
            workspace: Path::new(PLACE),
            session: head.session.as_deref(),
            prompt: "Do the scripted thing.",
            server: None,
            usage: Usage::default(),
            totals: before.unwrap_or_default(),
        };
        Self {
            speaker: speaker_for(&program(head), opening),
            script: Script::new(lines),
            heard: Heard::default(),
            watcher: Watcher::default(),
            turn: None,
            told: String::new(),
            pieces: String::new(),
            again: Again::default(),
        }
    }

    fn play(&mut self, exit: Exit) {
        self.send();
        loop {
            match self.script.next() {
                Next::Line { way, text, .. } => self.hear(way, &text),
                Next::Wait => {
                    if !self.go_on() {
                        self.tell("(the recording waits for what Conductor does not say)".to_owned());
                        break;
                    }
                }
                Next::Change => {}
                Next::Over => break,
            }
        }
        self.flush();
        let mut events = Vec::new();
        let exited = self.speaker.exited(exit, &mut events);
        self.take(events);
        self.flush();
        let end = match self.turn.take() {
            Some(end) => end,
            None => {
                self.tell(format!("{exit:?}: {}", turn(&exited)));
                exited
            }
        };
        self.verdict(end);
    }

    /// What the recorded Conductor did by itself here.
    fn go_on(&mut self) -> bool {
        let awaited: Value = serde_json::from_str(self.script.awaited().unwrap()).unwrap();
        let done = match awaited["method"].as_str() {
            Some("session/cancel") => self.speaker.cancel(),
            Some("session/prompt") => {
                self.heard.hear(&AgentEvent::Prompted { turn: 2, characters: 1 });
                self.turn = None;
                self.speaker.prompt(awaited["params"]["prompt"][0]["text"].as_str().unwrap())
            }
            _ => false,
        };
        self.send();
        done && self.script.next_is_open()
    }

    fn hear(&mut self, way: Way, text: &str) {
        let stream = if way == Way::Err { Stream::Stderr } else { Stream::Stdout };
        let mut events = Vec::new();
        self.speaker.line(stream, Line::Text(text.as_bytes()), &mut events);
        self.take(events);
        self.send();
        let mut events = Vec::new();
        let end = self.speaker.turn_end(&mut events);
        self.take(events);
        if let Some(end) = end {
            self.tell(format!("turn: {}", turn(&end)));
            self.turn = Some(end);
        }
    }

    fn send(&mut self) {
        let bytes = self.speaker.outgoing();
        for line in String::from_utf8(bytes).unwrap().lines() {
            self.tell(format!("> {}", request(line)));
            self.script.hear(line);
        }
    }

    fn take(&mut self, events: Vec<AgentEvent>) {
        for event in events {
            self.heard.hear(&event);
            assert_eq!(self.watcher.hear(&event), None, "no recorded case goes in circles");
            let piece = match &event {
                AgentEvent::Message { text, part: true } => Some(format!("message… {text}")),
                AgentEvent::Thought { text, part: true } => Some(format!("thought… {text}")),
                _ => None,
            };
            match piece {
                Some(piece)
                    if !self.pieces.is_empty() && piece.starts_with(self.pieces.get(..7).unwrap()) =>
                {
                    self.pieces.push_str(piece.split_once(' ').unwrap().1);
                }
                Some(piece) => {
                    self.flush();
                    self.pieces = piece;
                }
                None => self.tell(line(&event)),
            }
        }
    }

    fn flush(&mut self) {
        let pieces = std::mem::take(&mut self.pieces);
        if !pieces.is_empty() {
            self.tell(pieces.replace('\n', "⏎"));
        }
    }

    fn tell(&mut self, text: String) {
        self.flush();
        let kind = text.split(' ').next().unwrap_or_default();
        let alike = matches!(kind, "output" | "retry");
        if alike && kind == self.again.kind {
            self.again.count += 1;
        } else {
            let more = std::mem::replace(&mut self.again, Again { kind: kind.to_owned(), count: 1 });
            if more.count > MOST_ALIKE && matches!(&*more.kind, "output" | "retry") {
                writeln!(self.told, "({} more of {})", more.count - MOST_ALIKE, more.kind).unwrap();
            }
        }
        if self.again.count <= MOST_ALIKE {
            writeln!(self.told, "{}", cut_at(&text, 240)).unwrap();
        }
    }

    fn verdict(&mut self, end: TurnEnd) {
        let own = self.speaker.last_words().map(str::to_owned);
        let words = own.unwrap_or_else(|| self.heard.last_words().to_owned());
        let verdict = judge(end, &self.heard, words.trim(), &AgentResult::default());
        let usage = usage(&self.heard.usage);
        let session = self.heard.session.clone().unwrap_or_else(|| "none".to_owned());
        self.tell(format!(
            "session: {session}; {usage}; totals: {}",
            self.speaker.totals().as_ref().map_or_else(|| "-".to_owned(), self::usage)
        ));
        self.tell(format!("VERDICT: {}", ended(&verdict)));
    }
}

fn turn(end: &TurnEnd) -> String {
    match end {
        TurnEnd::Limited { until } => format!("Limited {}", moment(until.is_some())),
        TurnEnd::Ended
        | TurnEnd::Refused { .. }
        | TurnEnd::Failed { .. }
        | TurnEnd::Cancelled
        | TurnEnd::NoSession { .. } => format!("{end:?}"),
    }
}

fn ended(end: &AttemptEnd) -> String {
    match end {
        AttemptEnd::RateLimited { until } => format!("RateLimited {}", moment(until.is_some())),
        other => format!("{other:?}"),
    }
}

fn moment(known: bool) -> &'static str {
    if known { "until a moment" } else { "nobody knows for how long" }
}

fn usage(usage: &Usage) -> String {
    let number = |n: Option<u64>| n.map_or_else(|| "-".to_owned(), |n| n.to_string());
    format!(
        "{} in, {} out, {} micros",
        number(usage.input_tokens),
        number(usage.output_tokens),
        number(usage.cost_micros)
    )
}

/// An event in one line, in the words of the transcript.
fn line(event: &AgentEvent) -> String {
    if let AgentEvent::Usage { usage } = event {
        return format!("usage {}", self::usage(usage));
    }
    let value = serde_json::to_value(event).unwrap();
    let Value::Object(fields) = value else { panic!("not an object") };
    let mut told = String::new();
    for (key, value) in fields {
        let text = match &value {
            Value::String(text) => text.replace('\n', "⏎"),
            other => other.to_string(),
        };
        match key.as_str() {
            "kind" => told.insert_str(0, &text),
            "text" | "line" => write!(told, " {}", cut_at(&text, 150)).unwrap(),
            _ => write!(told, " {key}={}", cut_at(&text, 90)).unwrap(),
        }
    }
    told
}

/// What Conductor says, in one line.
fn request(line: &str) -> String {
    let value: Value = serde_json::from_str(line).unwrap();
    let part = |place: &str| value.pointer(place).map(ToString::to_string);
    let method = value["method"].as_str();
    match method {
        Some(method) => ["/params/modeId", "/params/value", "/params/sessionId"]
            .iter()
            .find_map(|place| part(place))
            .map_or_else(|| method.to_owned(), |what| format!("{method} {what}")),
        None => {
            let what = part("/result/outcome/optionId").or(part("/result/outcome")).or(part("/error/code"));
            format!("answer {} {}", value["id"], what.unwrap_or_default())
        }
    }
}

fn play(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap().replace(WORKSPACE, PLACE);
    let (head, lines) = text.split_once('\n').unwrap();
    let head: Head = serde_json::from_str(head).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut stage = Stage::new(&head, lines);
    stage.play(head.exit);
    stage.told
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn every_recorded_case_is_understood_as_its_snapshot_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut cases = 0;
    settings.bind(|| {
        insta::allow_duplicates! {
            for agent in sorted(&folder()).into_iter().filter(|path| path.is_dir() && !path.ends_with("snapshots")) {
                let mut told = String::new();
                for case in sorted(&agent) {
                    cases += 1;
                    let name = case.file_stem().unwrap().to_string_lossy().into_owned();
                    writeln!(told, "=== {name} ===\n{}", play(&case)).unwrap();
                }
                let name = agent.file_name().unwrap().to_string_lossy().into_owned();
                insta::assert_snapshot!(name, told);
            }
        }
    });
    assert!(cases > 150, "{cases} cases");
}
