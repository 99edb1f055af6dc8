//! Whether an agent would work, as far as that can be told without asking its model anything.

use std::fs;
use std::path::Path;
use std::time::Duration;

use conductor_engine::agent_event::AgentEvent;
use conductor_engine::attempt::AttemptEnd;
use conductor_engine::ids::{RunId, SessionId};
use serde_json::Value;

use super::acp;
use super::attempt::{AgentRunner, AttemptLimits, AttemptRequest, Purpose, TaskSheet};
use super::dir_file;
use super::profile::{Profile, ProfileKind, Protocol};
use super::wire::{self, Way, WireLine};
use crate::transcript;

/// How long a program may take to begin a session: some of them are slow to start, none takes minutes.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of beginning a session with an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// Nothing was begun: it is not talked to by the protocol, so that every session asks its model.
    NotTried,
    /// It began a session.
    Begun(Offered),
    /// It did not.
    Failed {
        /// What happened and what helps, in the words of a failed attempt.
        why: String,
    },
}

/// What an agent said when it began a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offered {
    /// What its program calls itself, with its version.
    pub agent: Option<String>,
    /// Its own modes.
    pub modes: Vec<String>,
    /// The one that the configuration means, which was set.
    pub mode: Option<String>,
    /// Its models.
    pub models: Vec<String>,
    /// The one that it uses.
    pub model: Option<String>,
    /// What could not be understood or set.
    pub findings: Vec<String>,
}

impl AgentRunner {
    /// Starts the program of an agent that speaks the protocol, agrees with it on a version, begins a session, sets mode
    /// and model, and ends it: all that happens before a first prompt, and no prompt. `scratch` is an empty directory of
    /// the caller's.
    pub fn check(&self, profile: &Profile, scratch: &Path) -> Checked {
        let ProfileKind::Program(program) = &profile.kind else { return Checked::NotTried };
        if program.protocol != Protocol::Acp {
            return Checked::NotTried;
        }
        let request = greeting(scratch);
        if let Err(error) = fs::create_dir_all(&request.workspace) {
            return Checked::Failed { why: format!("cannot make {}: {error}", request.workspace.display()) };
        }
        let dir = request.dir.clone();
        match self.start(profile, request).wait().end {
            AttemptEnd::Finished { .. } => Checked::Begun(offered(&dir)),
            AttemptEnd::Failed { message, .. } => Checked::Failed { why: message },
            AttemptEnd::TimedOut => {
                Checked::Failed { why: format!("it began no session in {} s", PATIENCE.as_secs()) }
            }
            AttemptEnd::RateLimited { .. } => {
                Checked::Failed { why: "its provider lets nothing through for now".to_owned() }
            }
            AttemptEnd::Stalled
            | AttemptEnd::Looped
            | AttemptEnd::OverBudget
            | AttemptEnd::Asked { .. }
            | AttemptEnd::Blocked { .. }
            | AttemptEnd::Refused { .. }
            | AttemptEnd::Cancelled
            | AttemptEnd::Interrupted => {
                Checked::Failed { why: "it ended before a session began".to_owned() }
            }
        }
    }
}

/// An attempt at nothing.
fn greeting(scratch: &Path) -> AttemptRequest {
    AttemptRequest {
        run: RunId { session: SessionId(0), number: 0 },
        attempt: 1,
        task: TaskSheet { id: "CHECK".to_owned(), ..TaskSheet::default() },
        prompt: String::new(),
        resume: None,
        workspace: scratch.join("workspace"),
        dir: scratch.join("attempt"),
        tmp: scratch.join("tmp"),
        ceiling: scratch.to_owned(),
        timeout: PATIENCE,
        aide: None,
        purpose: Purpose::Work,
        limits: AttemptLimits::default(),
    }
}

/// What was said, as it was written down.
fn offered(dir: &Path) -> Offered {
    let mut offered = Offered::default();
    let wire = dir_file::read(&dir.join(wire::FILE), wire::LIMIT).unwrap_or_default();
    let wire = String::from_utf8_lossy(&wire);
    let lines = wire.lines().filter_map(|line| serde_json::from_str::<WireLine>(line).ok());
    for line in lines.filter(|line| line.way == Way::Out) {
        offered.hear(&serde_json::from_str(&line.line).unwrap_or_default());
    }
    let page = transcript::read(&dir.join("transcript.jsonl"), 0);
    for entry in page.into_iter().flat_map(|page| page.entries) {
        if let AgentEvent::Session { model, mode, .. } = entry.event {
            (offered.model, offered.mode) = (model, mode);
        } else if let AgentEvent::Finding { what, .. } = entry.event {
            offered.findings.push(what);
        }
    }
    offered
}

impl Offered {
    /// Takes in an answer of the protocol; anything else says nothing.
    fn hear(&mut self, message: &Value) {
        if let Some(info) = message.pointer("/result/agentInfo") {
            let word = |key: &str| info.get(key).and_then(Value::as_str);
            let words: Vec<&str> = [word("name"), word("version")].into_iter().flatten().collect();
            self.agent = Some(words.join(" "));
        }
        if let Some(result) = message.get("result").filter(|result| result.get("sessionId").is_some()) {
            [self.modes, self.models] = acp::offered(result);
        }
    }
}
